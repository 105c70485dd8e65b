package provider_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// TestAccLogNamesTerraformOperation: each entry of a request has the fields of Terraform's own log that name the
// operation.
func TestAccLogNamesTerraformOperation(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	w.Add(wawptest.Session{InstanceID: "3EB0BCB2E3D4"})
	w.Inject(wawptest.Fault{Times: 1, Status: 503, Body: `{"code":"maintenance","message":"Until noon."}`})
	cli := w.CLI(t, `data "wawp_session" "x" { instance_id = "3EB0BCB2E3D4" }`)
	log := filepath.Join(cli.Dir, "debug.log")
	cli.Env = append(cli.Env, "TF_LOG_PROVIDER=DEBUG", "TF_LOG_PATH="+log)
	cli.OK("plan")
	written := readFile(t, log)
	var lines []string
	for line := range strings.Lines(string(written)) {
		if strings.Contains(line, "@module=wawp.wawp") {
			lines = append(lines, line)
		}
	}
	if len(lines) != 2 {
		t.Fatalf("there are %d lines of requests:\n%s", len(lines), written)
	}
	operation := regexp.MustCompile(`tf_req_id=[0-9a-f-]{36}`).FindString(lines[0])
	for i, own := range [][]string{
		{"status=503", "code=maintenance", `kind="gateway fault"`, `message="Until noon."`, "again_in_milliseconds="},
		{"status=200", "attempt=2"},
	} {
		acctest.Contains(t, lines[i], own...)
		acctest.Contains(t, lines[i], operation, "tf_rpc=ReadDataSource", "tf_data_source_type=wawp_session",
			"instance_id=3EB0BCB2E3D4")
	}
	if operation == "" {
		t.Errorf("the line has no id of the operation: %s", lines[0])
	}
}

// TestAccBytesAfterAnAnswerAreNotLogged: net/http logs bytes that follow an answer. They are the end of the answer if a
// server counts characters instead of bytes.
func TestAccBytesAfterAnAnswerAreNotLogged(t *testing.T) {
	t.Parallel()
	const start, rest = `{"instance_id":"3EB0BCB2E3D4","status":"STOPPED"}`,
		`,"link":"https://app.wawp.net/temp-qr/cAn4ry"}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_, _ = fmt.Fprintf(conn, "HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%s%s", len(start), start, rest)
			_ = conn.Close()
		}
	}))
	t.Cleanup(server.Close)
	cli := acctest.New(t, wawptest.Config{}).CLI(t, `resource "wawp_session" "x" {}`)
	log := filepath.Join(cli.Dir, "trace.log")
	cli.Env = append(cli.Env, "WAWP_BASE_URL="+server.URL, "TF_LOG=TRACE", "TF_LOG_PATH="+log)
	output := cli.OK("apply", "-auto-approve", "-no-color")
	written := readFile(t, log)
	for _, shown := range []string{output, string(written)} {
		if i := strings.Index(shown, "cAn4ry"); i >= 0 {
			t.Errorf("it is shown: %s", shown[max(0, i-200):min(len(shown), i+50)])
		}
	}
}
