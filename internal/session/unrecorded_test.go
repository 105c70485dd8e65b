package session_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/parent"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// loggingTB is a test whose context has a logger.
type loggingTB struct {
	testing.TB
	ctx context.Context
}

// Context replaces that of [testing.TB].
func (l loggingTB) Context() context.Context { return l.ctx }

// inOwnProcess runs a test in its own process, because the test changes global state. It returns true in that process.
func inOwnProcess(t *testing.T) bool {
	t.Helper()
	const isAlone = "TEST_RUNS_ALONE"
	if os.Getenv(isAlone) != "" {
		return true
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), isAlone+"=1", "TF_ACC=")
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v:\n%s", err, output)
	}
	return false
}

// TestDeletionOfAnUnrecordedSessionIsLogged: the log has at WARN why the session is deleted, and the result.
func TestDeletionOfAnUnrecordedSessionIsLogged(t *testing.T) {
	t.Parallel()
	if !inOwnProcess(t) {
		return
	}
	parent.End() // Terraform has ended the connection
	const why = "Terraform has ended, so nobody can record the Wawp session that was just created: deleting it"
	for name, test := range map[string]struct {
		fault     wawptest.Fault
		logs      []string
		remaining int
	}{
		"deleted": {
			wawptest.Fault{Skip: 1000},
			[]string{why, "deleted the Wawp session that nobody could record"},
			0,
		},
		"not deleted": {
			wawptest.Fault{Match: remove, Status: 403},
			[]string{why, "the Wawp session that nobody records could not be deleted"},
			1,
		},
		"not its own": {wawptest.Fault{Match: create, Reshape: wawptest.Set("status", "WORKING")}, nil, 1},
	} {
		w := acctest.New(t, wawptest.Config{})
		w.Inject(test.fault)
		var log bytes.Buffer
		w.Terraform(loggingTB{t, tflogtest.RootLogger(t.Context(), &log)}, minimalConfig).OK("apply")
		var warnings []string
		lines, err := tflogtest.MultilineJSONDecode(&log)
		if err != nil {
			t.Fatal(err)
		}
		remaining := w.Sessions()
		for _, line := range lines {
			if line["@level"] == "warn" {
				warnings = append(warnings, line["@message"].(string))
				if id, _ := line["instance_id"].(string); len(id) != 12 || len(remaining) > 0 &&
					remaining[0].InstanceID != id {
					t.Errorf("%s: the line is %v", name, line)
				}
			}
		}
		if len(remaining) != test.remaining || !slices.Equal(warnings, test.logs) {
			t.Errorf("%s: %d sessions are left, and it warns: %q", name, len(remaining), warnings)
		}
	}
}
