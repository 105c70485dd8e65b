package pairing_test

import (
	"bytes"
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

// TestAccCodesNeverShow is promise P4 at the highest log level: the token and the text of a QR code are nowhere, and a
// pairing code is only in the progress of the action.
func TestAccCodesNeverShow(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := newWorld(t, wawptest.Config{Token: canary}, wawptest.Session{Status: "SCAN_QR_CODE"})
	cli := w.CLI(t, "")
	cli.Env = append(cli.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(cli.Dir, "trace.log"))
	run := func(name, configuration, command string, arguments ...string) string {
		cli.Configure(noRetries + configuration)
		output, _ := cli.Run(append([]string{command, "-no-color"}, arguments...)...)
		if err := os.WriteFile(filepath.Join(cli.Dir, name+".out"), []byte(output), 0o600); err != nil {
			t.Fatal(err)
		}
		return output
	}
	run("plan", qrCodeConfig(quoted), "plan", "-out=codes.tfplan")
	acctest.Contains(t, run("apply", qrCodeConfig(quoted), "apply", "codes.tfplan"), "Apply complete!")
	acctest.Contains(t, run("drawn", pairConfig(`timeouts = { invoke = "500ms" }`), "apply", "-auto-approve", invoke),
		"Scan this code")
	// a code is asked for after 6 s of SCAN_QR_CODE
	byNumber := "phone_number = \"" + phone + "\"\ntimeouts = { invoke = \"8s\" }"
	acctest.Contains(t, run("typed", pairConfig(byNumber), "apply", "-auto-approve", invoke), "Type this code")

	issued := append(w.QRCodes(id), w.PairingCodes(id)...)
	if len(issued) < 2 {
		t.Fatalf("only %d codes were issued", len(issued))
	}
	sessions, faults := []string{id}, map[string]wawptest.Fault{}
	// servers that quote the request in an error, one for each session
	for i, fault := range echoFaults(issued) {
		s := w.Add(wawptest.Session{InstanceID: fmt.Sprintf("5056E80%05d", i), Status: "SCAN_QR_CODE"})
		sessions, faults[s.InstanceID] = append(sessions, s.InstanceID), fault
	}
	for endpoint, configuration := range map[string]string{
		getQR: qrCodeConfig(quoted), askCode: pairConfig(byNumber),
		info: pairingConfig(`timeouts = { create = "500ms" }`),
	} {
		w.ResetRequests()
		w.ChooseFaults(func(r wawptest.Request) wawptest.Fault {
			if r.Method+" "+r.Path != endpoint {
				return wawptest.Fault{}
			}
			return faults[r.Query.Get("instance_id")]
		})
		count := fmt.Sprintf("\" {\n  count = %d\n", len(faults))
		configuration = strings.Replace(configuration, "\" {\n", count, 1)
		configuration = strings.Replace(configuration, quoted, `format("5056E80%05d", count.index)`, 1)
		command := map[string][]string{
			getQR: {"plan"}, askCode: {"apply", "-auto-approve", invoke},
			info: {"apply", "-auto-approve"},
		}[endpoint]
		run("echo-"+filepath.Base(endpoint), configuration, command[0], command[1:]...)
		if n := w.Count(endpoint); n < len(faults) {
			t.Errorf("%s was asked %d times", endpoint, n)
		}
	}
	run("waited", pairingConfig(`timeouts = { create = "500ms" }`), "apply", "-auto-approve")
	w.Pair(id, phone, "Support")
	run("linked", pairingConfig(), "apply", "-auto-approve")
	if len(cli.State()) != 1 {
		t.Fatal("no phone was linked")
	}

	searched := 0
	acctest.SearchFiles(t, cli.Dir, func(name string, content []byte) {
		searched++
		secrets := []string{canary, url.QueryEscape(canary), url.PathEscape(canary), "data:image/png"}
		for _, session := range sessions {
			secrets = append(secrets, w.QRCodes(session)...)
			if name != "typed.out" {
				secrets = append(secrets, w.PairingCodes(session)...)
			}
		}
		for _, secret := range secrets {
			if at := bytes.Index(content, []byte(secret)); at >= 0 {
				t.Errorf("%s holds a secret: ...%s", name, content[max(0, at-200):at])
			}
		}
	})
	log, err := os.ReadFile(filepath.Join(cli.Dir, "trace.log"))
	if err != nil || searched < 15 {
		t.Errorf("%d files were searched, %v", searched, err)
	}
	acctest.Contains(t, string(log), "path=/v2/auth/qr", "path=/v2/auth/request-code") // else there was nothing to find
}

// echoFaults are faults with codes and token in fields that a client may quote.
func echoFaults(issued []string) []wawptest.Fault {
	output := strings.Join(issued, " ") + " " + canary + " " + url.QueryEscape(canary)
	body := fmt.Sprintf(`{"code":"broken","message":%q,"error":%q,"data":{"qr":%q,"value":%q}}`, output, output,
		issued[0],
		issued[0])
	return []wawptest.Fault{
		{Status: 400, Body: body},
		{Status: 403, Body: body},
		{Status: 500, Body: body},
		{Status: 200, Body: body},
		{Status: 200, Body: "<html>" + output + "</html>"},
		{Status: 502, Body: "<html>" + output + "</html>"},
		{Status: 302, Header: http.Header{"Location": {"https://elsewhere.test/?access_token=" +
			url.QueryEscape(canary)}}},
		{Cut: true},
		{Drop: true},
	}
}
