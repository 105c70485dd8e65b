// Command terraform-provider-wawp is the Terraform provider for Wawp, a WhatsApp gateway. Terraform starts it; with
// -debug it is started by hand, under a debugger.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"runtime/debug"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/parent"
	"github.com/wawp/terraform-provider-wawp/internal/provider"
)

// version is set when a release is linked.
var version = "dev"

func main() {
	debugged := flag.Bool("debug", false, "serve on its own, for a debugger, and print how Terraform can attach to it")
	flag.Parse()

	collectLess()
	// only net/http writes there, and quotes what a server sends unasked: it may hold a secret
	log.SetOutput(io.Discard)
	if !*debugged {
		parent.Watch(time.Second)
	}
	err := (&provider.Provider{Version: version}).Serve(*debugged)
	parent.End()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// collectLess has garbage collected a fifth as often as by default, as long as that takes little memory: a provider
// lives for seconds. Who has set GOGC or GOMEMLIMIT decides.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(256 << 20)
	}
}
