//go:build unix

package session_test

import (
	"context"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// TestAccSignalsLoseNothing is promise P1 under Ctrl-C and SIGTERM: creates are under way (and more are to come) when
// the signal arrives at the whole process group, as from a terminal or a supervisor, or at the CLI alone.
func TestAccSignalsLoseNothing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		signal syscall.Signal
		group  bool
	}{
		"Ctrl-C":                       {syscall.SIGINT, true},
		"SIGTERM to the process group": {syscall.SIGTERM, true},
		"SIGTERM to the CLI":           {syscall.SIGTERM, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const underWay, declared = 10, 14 // 10 is Terraform's default parallelism
			w := acctest.New(t, wawptest.Config{})
			release := make(chan struct{})
			w.Inject(wawptest.Fault{Match: create, Hold: release})
			cli := w.CLI(t, `resource "wawp_session" "x" {
				count         = 14
				desired_state = "started"
			}`)

			cli.Env = append(cli.Env, "TF_LOG_PROVIDER=TRACE", "TF_LOG_SDK_FRAMEWORK=ERROR")
			output := &acctest.Transcript{}
			cmd := cli.Command("apply", "-auto-approve", "-no-color")
			cmd.Stdout, cmd.Stderr = io.Writer(output), io.Writer(output)
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			if err := w.WaitFor(ctx, create, underWay); err != nil {
				t.Fatal(err)
			}
			target := cmd.Process.Pid
			if test.group {
				target = -target
			}
			if err := syscall.Kill(target, test.signal); err != nil {
				t.Fatal(err)
			}
			// The answers are let through once the provider has been stopped, of which its log tells, or has died.
			if err := output.WaitFor(ctx, "Served request.*tf_rpc=StopProvider|Plugin did not respond"); err != nil {
				t.Fatalf("%s\n%s", err, output.String())
			}
			close(release)
			_ = cmd.Wait() // the CLI ends with an error, which this test does not check

			if n := w.Count(create); n != underWay {
				t.Errorf("%d of %d sessions were created, want the %d that were under way", n, declared, underWay)
			}
			checkRecorded(t, w, cli, underWay)
			if t.Failed() {
				t.Log(output.String())
			}
		})
	}
}

// TestAccInterruptedAction: Ctrl-C ends a wait at once, with a diagnostic that has the last status.
func TestAccInterruptedAction(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := acctest.New(t, wawptest.Config{BootTime: 1e15})
	w.Add(wawptest.Session{InstanceID: instanceID, Status: "STOPPED"})
	cli := w.CLI(t, `
		action "wawp_session_start" "x" {
			config {
				instance_id = "3EB0BCB2E3D4"
				timeouts    = { invoke = "1h" }
			}
		}`)
	output := &acctest.Transcript{}
	cmd := cli.Command("apply", "-auto-approve", "-no-color", "-invoke=action.wawp_session_start.x")
	cmd.Stdout, cmd.Stderr = io.Writer(output), io.Writer(output)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	hang := context.AfterFunc(ctx, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer hang()
	if err := output.WaitFor(ctx, "is STARTING."); err != nil {
		t.Fatalf("%s\n%s", err, output.String())
	}
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || ctx.Err() != nil {
		t.Errorf("Ctrl-C did not end the wait, or not as a failure:\n%s", output.String())
	}
	acctest.Contains(t, acctest.Unwrap(output.String()), "Action on a Wawp session was interrupted",
		"Wawp accepted the start of the session 3EB0BCB2E3D4, but the provider did not see the session leave STARTING "+
			"before Terraform was interrupted.",
		"Its last status was STARTING.")
}
