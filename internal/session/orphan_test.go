//go:build linux

package session_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// applyProcess is a running apply in its own process group.
type applyProcess struct {
	t      *testing.T
	ctx    context.Context // ends when something hangs
	cli    *acctest.CLI
	cmd    *exec.Cmd
	output *acctest.Transcript
	pipe   *os.File // the output of the CLI, if it is not in output
}

// newApply prepares an apply of a configuration. Its provider logs, because a write to a CLI that has ended could end
// it.
func newApply(t *testing.T, w *acctest.World, configuration string) *applyProcess {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	a := &applyProcess{t: t, ctx: ctx, cli: w.CLI(t, configuration), output: &acctest.Transcript{}}
	a.cli.Env = append(a.cli.Env, "TF_LOG_PROVIDER=TRACE")
	a.cmd = a.cli.Command("apply", "-auto-approve", "-no-color")
	a.cmd.Stdout, a.cmd.Stderr = io.Writer(a.output), io.Writer(a.output)
	a.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	t.Cleanup(func() {
		cancel()
		if t.Failed() {
			t.Log(a.output.String())
		}
	})
	return a
}

// start starts the CLI, and kills whatever is left of it when the test has ended.
func (a *applyProcess) start() {
	a.t.Helper()
	if err := a.cmd.Start(); err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { _ = syscall.Kill(-a.cmd.Process.Pid, syscall.SIGKILL) })
}

// providerProcess returns the process id of the provider. happened is the error of the wait before it.
func (a *applyProcess) providerProcess(happened error) int {
	a.t.Helper()
	if happened != nil {
		a.t.Fatal(happened)
	}
	for _, process := range processes() {
		if process.parent == a.cmd.Process.Pid && strings.HasPrefix(process.name, "terraform-prov") {
			return process.id
		}
	}
	a.t.Fatal("the CLI has no provider")
	return 0
}

// signal sends a signal to a process, or to a group if it is negative.
func (a *applyProcess) signal(process int, signal syscall.Signal) {
	a.t.Helper()
	if err := syscall.Kill(process, signal); err != nil {
		a.t.Fatal(err)
	}
}

// waitForEnd waits until a process has ended.
func (a *applyProcess) waitForEnd(id int) {
	a.t.Helper()
	for isAlive(id) {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-a.ctx.Done():
			a.t.Fatal("the provider has not ended")
		}
	}
}

type process struct {
	id, parent int
	name       string // the first 15 characters
}

// processes are those that are alive.
func processes() []process {
	var all []process
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		content, _ := os.ReadFile(path) // it may have ended meanwhile
		opens, closes := bytes.IndexByte(content, '('), bytes.LastIndexByte(content, ')')
		fields := strings.Fields(string(content[closes+1:]))
		if len(fields) < 2 || fields[0] == "Z" {
			continue
		}
		id, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		parent, _ := strconv.Atoi(fields[1])
		all = append(all, process{id, parent, string(content[opens+1 : closes])})
	}
	return all
}

func isAlive(id int) bool {
	for _, process := range processes() {
		if process.id == id {
			return true
		}
	}
	return false
}

const threeSessions = "resource \"wawp_session\" \"x\" {\n  count = 3\n}\n"

// TestAccUnrecordedSessionsAreDeleted: Terraform ends while three sessions are being created. The provider lives on,
// sees the creates to their end, deletes what they have made, and ends.
func TestAccUnrecordedSessionsAreDeleted(t *testing.T) {
	t.Parallel()
	kill := func(a *applyProcess) { a.signal(a.cmd.Process.Pid, syscall.SIGKILL) }
	for name, test := range map[string]struct {
		configuration string
		end           func(*applyProcess)
		underWay      string
	}{
		"SIGKILL of Terraform": {threeSessions, kill, create},
		"SIGHUP to the " +
			"group": {threeSessions, func(a *applyProcess) { a.signal(-a.cmd.Process.Pid, syscall.SIGHUP) }, create},
		"SIGKILL after a Ctrl-C": {threeSessions, func(a *applyProcess) {
			a.signal(-a.cmd.Process.Pid, syscall.SIGINT)
			if err := a.output.WaitFor(a.ctx, "Interrupt received"); err != nil {
				a.t.Fatal(err)
			}
			kill(a)
		}, create},
		// The CLI prints what the provisioner says, and nobody reads it.
		"a broken pipe": {threeSessions + `resource "terraform_data" "x" {
			provisioner "local-exec" {
				command = "until [ -e go ]; do sleep 0.1; done; echo here"
			}
		}`, func(a *applyProcess) {
			_ = a.pipe.Close()
			if err := os.WriteFile(filepath.Join(a.cli.Dir, "go"), nil, 0o600); err != nil {
				a.t.Fatal(err)
			}
		}, create},
		"SIGKILL in the wait for desired_state": {
			strings.Replace(threeSessions, "}", "  desired_state = \"started\"\n}", 1),
			kill, start,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			release := make(chan struct{})
			w.Inject(wawptest.Fault{Match: test.underWay, Withhold: release})
			a := newApply(t, w, test.configuration)
			if name == "a broken pipe" {
				reader, writer, err := os.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				defer writer.Close()
				a.pipe, a.cmd.Stdout = reader, writer
			}
			a.start()
			provider := a.providerProcess(w.WaitFor(a.ctx, test.underWay, 3))
			test.end(a)
			_ = a.cmd.Wait() // it ends by a signal
			if test.underWay == create && (!isAlive(provider) || w.Count(remove) > 0) {
				t.Error("the provider did not wait for the answers")
			}
			close(release)
			a.waitForEnd(provider)
			if remaining := w.Sessions(); len(remaining) != 0 || w.Count(create) != 3 || w.Count(remove) != 3 ||
				len(a.cli.State()) != 0 {
				t.Errorf("%d sessions are left of %d, after %d "+
					"deletions", len(remaining), w.Count(create), w.Count(remove))
			}
		})
	}
}

// TestAccSecondCtrlC: Terraform asks the provider to end, and kills it 2 seconds later. Sessions that are created in
// that time are deleted, and that is logged.
func TestAccSecondCtrlC(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.11", "") // OpenTofu does not always write, after a second Ctrl-C, what had returned before
	w := acctest.New(t, wawptest.Config{})
	release := make(chan struct{})
	w.Inject(wawptest.Fault{Match: create, Withhold: release})
	a := newApply(t, w, threeSessions)
	sockets := t.TempDir()
	a.cmd.Env = append(a.cmd.Env, "TMPDIR="+sockets)
	a.start()
	provider := a.providerProcess(w.WaitFor(a.ctx, create, 3))
	for _, output := range []string{"Interrupt received", "Two interrupts received"} {
		a.signal(-a.cmd.Process.Pid, syscall.SIGINT)
		if err := a.output.WaitFor(a.ctx, output); err != nil {
			t.Fatal(err)
		}
	}
	for isAlive(provider) { // until Terraform has ended the connection
		if left, _ := filepath.Glob(filepath.Join(sockets, "plugin*")); len(left) == 0 {
			break
		}
		<-time.After(time.Millisecond)
	}
	close(release)
	_ = a.cmd.Wait() // the CLI ends with an error, which this test does not check
	a.waitForEnd(provider)
	checkRecorded(t, w, a.cli, 0)
	for _, words := range []string{"nobody can record", "deleted the Wawp session that nobody could record"} {
		warnings := regexp.MustCompile(`\[WARN\].*`+words).FindAllString(a.output.String(), -1)
		if len(warnings) != 3 || w.Count(remove) != 3 {
			t.Errorf("the log warns %d times: %q, after %d deletions", len(warnings), words, w.Count(remove))
		}
	}
}

// TestAccDebuggedProviderOutlivesItsParent: the parent of a provider with -debug is not the Terraform that records
// sessions.
func TestAccDebuggedProviderOutlivesItsParent(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t, minimalConfig)
	shell := exec.CommandContext(t.Context(), "sh", "-c",
		`"$0" -debug > said 2>&1 & until grep TF_REATTACH said; do kill -0 $! && sleep 0.01 || exit; done; echo $!`,
		acctest.Binary(t))
	shell.Dir, shell.Env = cli.Dir, cli.Env
	output, err := shell.Output()
	found := regexp.MustCompile(`(TF_REATTACH_PROVIDERS=)'(.*)'\n(\d+)`).FindSubmatch(output)
	if err != nil || found == nil {
		t.Fatalf("%v: %s", err, output)
	}
	provider, _ := strconv.Atoi(string(found[3])) // whose parent, the shell, has ended
	t.Cleanup(func() { _ = syscall.Kill(provider, syscall.SIGKILL) })
	cli.Env = append(cli.Env, string(found[1])+string(found[2]))
	cli.OK("apply", "-auto-approve")
	checkRecorded(t, w, cli, 1)
	cli.OK("destroy", "-auto-approve")
	w.CheckRequests(t, map[string]int{create: 1, info: 1, remove: 1})
}

// TestAccProviderEndsAfterTerraform: the provider ends by itself if no create is in flight, and else by SIGTERM.
func TestAccProviderEndsAfterTerraform(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		configuration, underWay string
		signals                 []syscall.Signal
	}{
		"by itself":  {`data "wawp_session" "x" { instance_id = "3EB0BCB2E3D4" }`, info, nil},
		"by SIGTERM": {"resource \"wawp_session\" \"x\" {}", create, []syscall.Signal{syscall.SIGTERM}},
		"by SIGHUP":  {"resource \"wawp_session\" \"x\" {}", create, []syscall.Signal{syscall.SIGHUP}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			w.Inject(wawptest.Fault{Match: test.underWay, Hold: make(chan struct{})})
			a := newApply(t, w, test.configuration)
			a.start()
			provider := a.providerProcess(w.WaitFor(a.ctx, test.underWay, 1))
			a.signal(a.cmd.Process.Pid, syscall.SIGKILL)
			_ = a.cmd.Wait() // it ends by a signal
			for isAlive(provider) && a.ctx.Err() == nil {
				for _, signal := range test.signals {
					_ = syscall.Kill(provider, signal) // it may have ended by now
				}
				<-time.After(10 * time.Millisecond)
			}
			a.waitForEnd(provider)
		})
	}
}

// TestAccTerraformDecidesWhenTheProviderEnds: no signal ends the provider while Terraform lives.
func TestAccTerraformDecidesWhenTheProviderEnds(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	release := make(chan struct{})
	w.Inject(wawptest.Fault{Match: create, Withhold: release})
	a := newApply(t, w, threeSessions)
	a.start()
	provider := a.providerProcess(w.WaitFor(a.ctx, create, 3))
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
		a.signal(provider, signal)
	}
	close(release)
	if err := a.cmd.Wait(); err != nil || w.Count(remove) > 0 {
		t.Errorf("%v, %d deletions", err, w.Count(remove))
	}
	checkRecorded(t, w, a.cli, 3)
}
