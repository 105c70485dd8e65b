package provider_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// TestAccWhatAServerAddsIsNotLogged: net/http logs what comes after the end of an answer, which is the rest of that answer where
// a server counts characters in place of bytes.
func TestAccWhatAServerAddsIsNotLogged(t *testing.T) {
	t.Parallel()
	const start, rest = `{"instance_id":"3EB0BCB2E3D4","status":"STOPPED"}`, `,"link":"https://app.wawp.net/temp-qr/cAn4ry"}`
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
	said := cli.OK("apply", "-auto-approve", "-no-color")
	written, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{said, string(written)} {
		if i := strings.Index(shown, "cAn4ry"); i >= 0 {
			t.Errorf("it is shown: %s", shown[max(0, i-200):min(len(shown), i+50)])
		}
	}
}
