//go:build unix

// Command meter stands in for a program whose cost is to be known. Called X, it runs X.real in its place, with the same
// arguments, environment and streams, and adds a line to X.usage: the CPU time in microseconds and the peak memory in bytes of
// that program, and of those of its children that it has waited for.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
)

func main() {
	code, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "meter:", err)
		code = 1
	}
	os.Exit(code)
}

func run() (code int, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)

	program := exec.Command(self+".real", os.Args[1:]...) //nolint:gosec,noctx // that is what it is for
	program.Stdin, program.Stdout, program.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := program.Start(); err != nil {
		return 0, err
	}
	go func() {
		for s := range signals {
			_ = program.Process.Signal(s) // it may have ended
		}
	}()
	var exit *exec.ExitError
	if err := program.Wait(); err != nil && !errors.As(err, &exit) {
		return 0, err
	}
	return program.ProcessState.ExitCode(), record(self+".usage", program.ProcessState)
}

// record adds a line in one write, so that those of several meters do not mix.
func record(file string, state *os.ProcessState) error {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return errors.New("this system does not tell what a program has used")
	}
	peak := usage.Maxrss
	if runtime.GOOS == "linux" {
		peak *= 1024 // elsewhere it is in bytes
	}
	out, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // its own name
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d %d\n", (state.UserTime() + state.SystemTime()).Microseconds(), peak)
	return errors.Join(err, out.Close())
}
