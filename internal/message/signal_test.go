//go:build unix

package message_test

import (
	"bufio"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// TestAccCtrlC: one of two messages is on its way when the signal comes, and a warning says whether it was sent. The
// other is not sent. Terraform 1.14 crashes if there is progress after that.
func TestAccCtrlC(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := newWorld(t, wawptest.Config{})
	answer := make(chan struct{})
	w.Inject(wawptest.Fault{Match: info, Times: 1, Hold: make(chan struct{})})
	w.Inject(wawptest.Fault{Match: send, Hold: answer})
	cmd := w.CLI(t, fmt.Sprintf(`
		action "wawp_send_text" "x" {
			count = 2
			config {
				instance_id = %q
				chat_id     = %q
				message     = %q
			}
		}`, id, chat, text)).Command(invokeArguments...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = w.WaitFor(t.Context(), info, 2)
		_ = w.WaitFor(t.Context(), send, 1)
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) // as from a terminal
	}()
	var output strings.Builder
	var once sync.Once
	for lines := bufio.NewScanner(pipe); lines.Scan(); {
		output.WriteString(lines.Text() + "\n")
		if strings.HasPrefix(lines.Text(), "Action failed") { // the provider knows that it is to stop
			once.Do(func() { close(answer) })
		}
	}
	_ = cmd.Wait() // the CLI ends with an error, which this test does not check
	acctest.Contains(t, acctest.Unwrap(output.String()), "Nothing was sent",
		"was on its way when Terraform was interrupted", "Sent to "+chat)
	acctest.NotContains(t, output.String(), "CRASH")
	w.CheckRequests(t, map[string]int{info: 2, send: 1})
	if n := len(w.Messages()); n != 1 {
		t.Errorf("%d messages were sent", n)
	}
}
