//go:build unix

package templink_test

import (
	"bufio"
	"context"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// interrupted runs the CLI until a request that is held has arrived, then interrupts it and its provider, as Ctrl-C in a
// terminal does. It calls stopping once the CLI has told the provider to stop, and returns what was printed when it has ended.
func interrupted(t *testing.T, w *acctest.World, cli *acctest.CLI, held string, stopping func(), arguments ...string) string {
	t.Helper()
	cmd := cli.Command(append(arguments, "-no-color")...)
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer stop()
	if err := w.WaitFor(ctx, held, 1); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for lines := bufio.NewScanner(output); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "Stopping operation...") {
			stopping()
		}
	}
	_ = cmd.Wait() // it ends with an error, which is not the question
	if ctx.Err() != nil {
		t.Errorf("Ctrl-C does not end it:\n%s", said.String())
	}
	return said.String()
}

// TestAccInterruptedCreate: a link that is being made when Ctrl-C comes is recorded.
func TestAccInterruptedCreate(t *testing.T) {
	t.Parallel()
	w := open(t, wawptest.Config{})
	release := make(chan struct{})
	w.Inject(wawptest.Fault{Match: post, Hold: release})
	cli := w.CLI(t, declare())
	said := interrupted(t, w, cli, post, func() { close(release) }, "apply", "-auto-approve")
	if made := w.Links(id); len(made) != 1 || len(cli.State()) != 1 || only(t, cli)["link"] != made[0] {
		t.Errorf("the state holds %d of %d links:\n%s", len(cli.State()), len(made), said)
	}
	counts(t, w, map[string]int{post: 1})
}

// TestAccInterruptedRead: nothing else is waited for.
func TestAccInterruptedRead(t *testing.T) {
	t.Parallel()
	for name, configuration := range map[string]string{"resource": declare(), "ephemeral": noted(quoted)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "ephemeral" {
				needEphemeral(t)
			}
			w := open(t, wawptest.Config{})
			cli := w.CLI(t, configuration)
			cli.OK("apply", "-auto-approve")
			w.ResetRequests()
			release := make(chan struct{})
			defer close(release)
			w.Inject(wawptest.Fault{Match: get, Hold: release})
			interrupted(t, w, cli, get, func() {}, "plan")
		})
	}
}
