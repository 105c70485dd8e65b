// Command terraform-provider-wawp is the Terraform provider for Wawp, a WhatsApp gateway. Terraform starts it; with -debug
// it is started by hand, under a debugger.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/parent"
	"github.com/wawp/terraform-provider-wawp/internal/provider"
)

// version is set when a release is linked.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "serve on its own, for a debugger, and print how Terraform can attach to it")
	flag.Parse()

	log.SetOutput(io.Discard) // only net/http writes there, and quotes what a server sends unasked: it may hold a secret
	if !*debug {
		parent.Watch(time.Second)
	}
	err := (&provider.Provider{Version: version}).Serve(*debug)
	parent.End()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
