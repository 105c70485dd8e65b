// Command terraform-provider-wawp is the Terraform provider for Wawp, a WhatsApp gateway. Terraform starts it; with -debug
// it is started by hand, under a debugger.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/wawp/terraform-provider-wawp/internal/provider"
)

// version is set when a release is linked.
var version = "dev"

func main() {
	debugged := flag.Bool("debug", false, "serve on its own, for a debugger, and print how Terraform can attach to it")
	flag.Parse()

	collectLess()
	log.SetOutput(io.Discard) // only net/http writes there, and quotes what a server sends unasked: it may hold a secret
	if !*debugged {
		// Supervisors signal the whole process group. Terraform then asks the provider to stop and waits for what is under
		// way; a provider that died of the same signal would lose the sessions that are being created. (go-plugin does the
		// same for SIGINT.)
		signal.Ignore(syscall.SIGTERM)
	}
	if err := (&provider.Provider{Version: version}).Serve(*debugged); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// collectLess has garbage collected a fifth as often as by default, as long as that takes little memory: a provider lives for
// seconds. Who has set GOGC or GOMEMLIMIT decides.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(256 << 20)
	}
}
