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
	// Only net/http writes to this log. It quotes what a server sends unasked, which may hold a secret.
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

// collectLess makes the garbage collector run less often, until the heap is large: a provider lives for seconds. GOGC
// and GOMEMLIMIT take precedence if they are set.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(256 << 20)
	}
}
