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

// interruptCLI runs the CLI until a held request has arrived. Then it interrupts the CLI and the provider, as Ctrl-C in
// a terminal does. It calls stopped once the provider is stopping, and returns output and log when the CLI has ended.
func interruptCLI(t *testing.T, w *acctest.World, cli *acctest.CLI, held string, stopped func(),
	arguments ...string,
) string {
	t.Helper()
	cmd := cli.Command(append(arguments, "-no-color")...)
	cmd.Env = append(cmd.Env, "TF_LOG=TRACE")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = cmd.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer stop()
	go func() {
		if w.WaitFor(ctx, held, 1) == nil {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
		}
	}()
	var output strings.Builder
	isStopping, lines := false, bufio.NewReader(pipe)
	for err == nil {
		var line string
		line, err = lines.ReadString('\n')
		output.WriteString(line)
		if strings.Contains(line, "Served request") && strings.Contains(line, "tf_rpc=StopProvider") && !isStopping {
			isStopping = true
			stopped()
		}
	}
	_ = cmd.Wait() // the CLI ends with an error, which this test does not check
	if ctx.Err() != nil || !isStopping {
		t.Errorf("Ctrl-C does not end it, or does not reach the provider:\n%s", output.String())
	}
	return output.String()
}

// TestAccInterruptedCreate: a link that is being made when Ctrl-C comes is recorded.
func TestAccInterruptedCreate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	release := make(chan struct{})
	w.Inject(wawptest.Fault{Match: post, Hold: release})
	cli := w.CLI(t, linkConfig())
	output := interruptCLI(t, w, cli, post, func() { close(release) }, "apply", "-auto-approve")
	if made := w.Links(id); len(made) != 1 || len(cli.State()) != 1 || onlyResource(t, cli)["link"] != made[0] {
		t.Errorf("the state holds %d of %d links:\n%s", len(cli.State()), len(made), output)
	}
	w.CheckRequests(t, map[string]int{post: 1})
}

// TestAccInterruptedRead: nothing else is waited for.
func TestAccInterruptedRead(t *testing.T) {
	t.Parallel()
	for name, configuration := range map[string]string{
		"resource":  linkConfig(),
		"ephemeral": ephemeralAndOutputConfig(quoted),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			cli := w.CLI(t, configuration)
			if name == "resource" {
				cli.OK("apply", "-auto-approve")
				w.ResetRequests()
			}
			release := make(chan struct{})
			defer close(release)
			w.Inject(wawptest.Fault{Match: get, Hold: release})
			interruptCLI(t, w, cli, get, func() {}, "plan")
		})
	}
}
