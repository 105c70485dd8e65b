// Command mock serves the simulated Wawp API on this machine, and prints the environment that points the provider at
// it.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mock:", err)
		os.Exit(1)
	}
}

// run serves until the context ends. A shell can evaluate its output.
func run(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("mock", flag.ExitOnError)
	addr := flags.String("addr", "127.0.0.1:0", "loopback `address` to listen on; port 0 takes a free one")
	token := flags.String("token", "", "access `token` that is accepted; random by default")
	quota := flags.Int("quota", 0, "most `instances` the account may have; 0 is no limit")
	paid := flags.Bool("paid", false, "give the account an active plan")
	boot := flags.Duration("boot", 0, "how long a session takes to start")
	pairAfter := flags.Duration("pair-after", 0,
		"how long after a QR code, a pairing code or a link was first handed out a phone pairs by itself; 0 is never")
	flags.Usage = func() {
		_, _ = fmt.Fprint(flags.Output(), "mock serves the simulated Wawp API.\n\n") // if it fails, the flags will, too
		flags.PrintDefaults()
		_, _ = fmt.Fprint(flags.Output(), aboutEvents)
	}
	_ = flags.Parse(args) // Ends the program if it fails.

	accepted := cmp.Or(*token, rand.Text()[:14])
	api := wawptest.New(wawptest.Config{
		Token: accepted, Quota: *quota, Paid: *paid, BootTime: *boot,
		PairAfter: *pairAfter,
	})
	server, err := wawptest.ListenAddr(withEvents(api), *addr)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout,
		"# the simulated Wawp API; Ctrl-C ends it\nexport WAWP_BASE_URL=%s\nexport WAWP_ACCESS_TOKEN=%s\n",
		server.URL, accepted)
	if err == nil {
		<-ctx.Done()
	}
	return errors.Join(err, server.Close())
}
