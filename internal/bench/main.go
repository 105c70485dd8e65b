// Command bench measures what the provider costs: a real CLI creates, plans, changes and destroys sessions at the simulated API,
// over a network with a latency. Beside each figure stands the floor: the same number of Terraform's built-in terraform_data,
// for which no provider is started and nobody is asked, and the time that the network alone takes.
//
// With -many it proves instead that many sessions get through refusals at a steady rate: see many.go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ExitOnError)
	bin := flags.String("bin", "bin", "the `directory` with the provider and the meter")
	sessions := flags.String("sessions", "1 200 1000", "how many sessions, one measurement for each `number`")
	runs := flags.Int("runs", 5, "how often everything is measured; the median is shown")
	var proof proof
	flags.IntVar(&proof.sessions, "many", 0, "take so many `sessions` with two webhooks each through refusals instead")
	flags.Float64Var(&proof.rate, "rate", 16, "requests_per_second of -many")
	flags.Uint64Var(&proof.seed, "seed", 1, "decides where the refusals of -many fall")
	_ = flags.Parse(args) // ends the program if it fails

	dir, err := os.MkdirTemp("", "wawp-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	cli := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if cli == "" {
		return errors.New("TF_ACC_TERRAFORM_PATH is not set: use `make bench`")
	}
	b, err := newBench(dir, *bin, cli)
	if err != nil {
		return err
	}
	if proof.sessions > 0 {
		return proof.run(ctx, b, stdout)
	}
	if err := b.start(ctx, stdout, *runs); err != nil {
		return err
	}
	var results []result
	for _, word := range strings.Fields(*sessions) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 {
			return fmt.Errorf("%q is no number of sessions", word)
		}
		r, err := b.measure(ctx, n, *runs)
		if err != nil {
			return err
		}
		r.print(stdout)
		results = append(results, r)
	}
	printCosts(stdout, results)
	printGrowth(stdout, results)
	return nil
}
