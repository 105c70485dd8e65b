package pairing_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// canary is a token that looks different in a URL and in JSON.
const canary = "cAn4ry/tok+en&=17"

// TestAccCodesNeverShow is promise P4 at the highest log level: the token and what is in a QR code are nowhere, a pairing code is
// in the progress of the action alone.
func TestAccCodesNeverShow(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := open(t, wawptest.Config{Token: canary}, wawptest.Session{Status: "SCAN_QR_CODE"})
	cli := w.CLI(t, "")
	cli.Env = append(cli.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(cli.Dir, "trace.log"))
	run := func(name string, arguments ...string) string {
		said, _ := cli.Run(append(arguments, "-no-color")...)
		if err := os.WriteFile(filepath.Join(cli.Dir, name+".out"), []byte(said), 0o600); err != nil {
			t.Fatal(err)
		}
		return said
	}

	cli.Configure(once + code("self.available"))
	run("plan", "plan", "-out=codes.tfplan")
	run("apply", "apply", "codes.tfplan")
	cli.Configure(once + pair(`timeouts = { invoke = "1s" }`))
	contains(t, run("drawn", invoke...), "Scan this code")
	cli.Configure(once + pair("phone_number = \""+phone+"\"\ntimeouts = { invoke = \"1s\" }"))
	contains(t, run("typed", invoke...), "Type this code")
	cli.Configure(once + declare(`timeouts = { create = "1s" }`))
	run("waited", "apply", "-auto-approve")

	issued := append(w.QRCodes(id), w.PairingCodes(id)...)
	if len(issued) < 2 {
		t.Fatalf("only %d codes were issued", len(issued))
	}
	for i, fault := range echoes(issued) { // servers that tell what they were asked for in an error
		for endpoint, configuration := range map[string]string{
			getQR: code("self.available"), askCode: pair("phone_number = \"" + phone + "\""), info: declare(),
		} {
			w.ClearFaults()
			fault.Match = endpoint
			w.Inject(fault)
			cli.Configure(once + configuration)
			name := fmt.Sprintf("echo-%d-%s", i, filepath.Base(endpoint))
			switch endpoint {
			case getQR:
				run(name, "plan")
			case askCode:
				run(name, invoke...)
			default:
				run(name, "apply", "-auto-approve")
			}
		}
	}
	w.ClearFaults()
	w.Pair(id, phone, "Support")
	cli.Configure(once + declare())
	run("linked", "apply", "-auto-approve")
	if len(cli.State()) != 1 {
		t.Fatal("no phone was linked")
	}

	searched := 0
	acctest.Search(t, cli.Dir, func(name string, content []byte) {
		searched++
		secrets := append([]string{canary, url.QueryEscape(canary), url.PathEscape(canary), "data:image/png"}, w.QRCodes(id)...)
		if name != "typed.out" {
			secrets = append(secrets, w.PairingCodes(id)...)
		}
		for _, secret := range secrets {
			if at := strings.Index(string(content), secret); at >= 0 {
				t.Errorf("%s holds a secret: ...%s", name, content[max(0, at-200):at])
			}
		}
	})
	log, err := os.ReadFile(filepath.Join(cli.Dir, "trace.log"))
	if err != nil || searched < 15 {
		t.Errorf("%d files were searched, %v", searched, err)
	}
	contains(t, string(log), "path=/v2/auth/qr", "path=/v2/auth/request-code") // else there was nothing to find
}

// echoes are faults that tell codes and token where a client may quote them.
func echoes(issued []string) []wawptest.Fault {
	said := strings.Join(issued, " ") + " " + canary + " " + url.QueryEscape(canary)
	body := fmt.Sprintf(`{"code":"broken","message":%q,"error":%q,"data":{"qr":%q,"value":%q}}`, said, said, issued[0], issued[0])
	return []wawptest.Fault{
		{Status: 400, Body: body},
		{Status: 403, Body: body},
		{Status: 500, Body: body},
		{Status: 200, Body: body},
		{Status: 200, Body: "<html>" + said + "</html>"},
		{Status: 502, Body: "<html>" + said + "</html>"},
		{Status: 302, Header: http.Header{"Location": {"https://elsewhere.test/?access_token=" + url.QueryEscape(canary)}}},
		{Cut: true},
		{Drop: true},
	}
}
