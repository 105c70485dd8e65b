package provider

import (
	"context"
	"os"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// envProtocolData names a folder into which terraform-plugin-go writes what Terraform sends to a provider: the access token of the
// provider block, and write-only arguments, too.
const envProtocolData = "TF_LOG_SDK_PROTO_DATA_DIR"

// Serve serves the provider to Terraform until that is done with it, or to a debugger.
func (p *Provider) Serve(debug bool) error {
	_ = os.Unsetenv(envProtocolData) // fails for no name like this
	var options []tf6server.ServeOpt
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	} else {
		muteUnheard()
	}
	inner := providerserver.NewProtocol6(p)
	return tf6server.Serve(Address, func() tfprotov6.ProviderServer {
		framework, ok := inner().(protocol)
		if !ok {
			return inner()
		}
		return &server{protocol: framework}
	}, options...)
}

// muteUnheard keeps the loggers from writing what nobody will read: without TF_LOG and TF_LOG_PROVIDER, Terraform takes each line
// apart and drops it. Two dozen lines for each resource were a fifth of the work of the provider, and some of Terraform's. The variables that it sets are
// those of terraform-plugin-go; who has set one of them keeps it.
func muteUnheard() {
	if os.Getenv("TF_LOG") != "" || os.Getenv("TF_LOG_PROVIDER") != "" {
		return
	}
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_PROVIDER_WAWP"} {
		if os.Getenv(name) == "" {
			_ = os.Setenv(name, "off") // fails for no name like these
		}
	}
}

// protocol is what the framework serves and this provider has.
type protocol interface {
	tfprotov6.ProviderServer
	tfprotov6.ActionServer
	tfprotov6.ListResourceServer
}

// server lets interrupted actions say how they end: terraform-plugin-go sends nothing of them once it has stopped the provider,
// so the stop waits for them. Each ends at once, but for a request that must be kept: that ends with request_timeout.
type server struct {
	protocol
	stopping atomic.Bool
	actions  sync.RWMutex // held for reading by each that runs
}

// ConfigureProvider implements [tfprotov6.ProviderServer]. With -debug one process serves run after run: the next one may speak again.
func (s *server) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	s.stopping.Store(false)
	return s.protocol.ConfigureProvider(ctx, req)
}

// InvokeAction implements [tfprotov6.ActionServer]. Of an interrupted action it sends the end alone: Terraform 1.14 crashes at
// progress after an interruption.
func (s *server) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	stream, err := s.protocol.InvokeAction(ctx, req)
	if err != nil {
		return nil, err
	}
	events := stream.Events
	stream.Events = func(push func(tfprotov6.InvokeActionEvent) bool) {
		s.actions.RLock()
		defer s.actions.RUnlock()
		events(func(event tfprotov6.InvokeActionEvent) bool {
			if _, isProgress := event.Type.(tfprotov6.ProgressInvokeActionEventType); isProgress && s.stopping.Load() {
				return true
			}
			return push(event)
		})
	}
	return stream, nil
}

// StopProvider implements [tfprotov6.ProviderServer]: the framework ends all contexts, and what runs comes to its end.
func (s *server) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	s.stopping.Store(true)
	resp, err := s.protocol.StopProvider(ctx, req)
	ended := make(chan struct{})
	go func() {
		s.actions.Lock()
		s.actions.Unlock() //nolint:staticcheck // it is only waited for
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
	return resp, err
}
