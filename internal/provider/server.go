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

// envProtocolData names a folder into which terraform-plugin-go writes what Terraform sends to a provider: the access
// token of the provider block, and write-only arguments, too.
const envProtocolData = "TF_LOG_SDK_PROTO_DATA_DIR"

// Serve serves the provider to Terraform until that is done with it, or to a debugger.
func (p *Provider) Serve(debug bool) error {
	_ = os.Unsetenv(envProtocolData) // fails for no name like this
	var options []tf6server.ServeOpt
	unheard := false
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	} else {
		unheard = muteUnheard()
	}
	inner := providerserver.NewProtocol6(p)
	return tf6server.Serve(Address, func() tfprotov6.ProviderServer {
		framework, ok := inner().(protocol)
		if !ok {
			return inner()
		}
		return &server{protocol: framework, unheard: unheard}
	}, options...)
}

// muteUnheard keeps the loggers from writing what nobody will read, and says whether they are silent now: without
// TF_LOG and TF_LOG_PROVIDER, Terraform takes each line apart and drops it. Two dozen lines for each resource were a
// fifth of the work of the provider, and some of Terraform's. Who has set one of the variables of terraform-plugin-go
// hears what it lets through.
func muteUnheard() bool {
	loggers := []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_PROVIDER_WAWP"}
	for _, name := range append(loggers, "TF_LOG", "TF_LOG_PROVIDER") {
		if os.Getenv(name) != "" {
			return false
		}
	}
	for _, name := range loggers {
		_ = os.Setenv(name, "off") // fails for no name like these
	}
	return true
}

// protocol is what the framework serves and this provider has.
type protocol interface {
	tfprotov6.ProviderServer
	tfprotov6.ActionServer
	tfprotov6.ListResourceServer
}

// server lets interrupted actions say how they end: terraform-plugin-go sends nothing of them once it has stopped the
// provider, so the stop waits for them. Each ends at once, but for a request that must be kept: that ends with
// request_timeout.
//
// It also keeps the loggers, where they are unheard, from what is called for each resource: see quietly.
type server struct {
	protocol
	unheard  bool
	stopping atomic.Bool
	actions  sync.RWMutex // held for reading by each that runs
}

// ConfigureProvider implements [tfprotov6.ProviderServer]. With -debug one process serves run after run: the next one
// may speak again.
func (s *server) ConfigureProvider(ctx context.Context,
	req *tfprotov6.ConfigureProviderRequest,
) (*tfprotov6.ConfigureProviderResponse, error) {
	s.stopping.Store(false)
	return s.protocol.ConfigureProvider(ctx, req)
}

// InvokeAction implements [tfprotov6.ActionServer]. Of an interrupted action it sends the end alone: Terraform 1.14
// crashes at progress after an interruption.
func (s *server) InvokeAction(ctx context.Context,
	req *tfprotov6.InvokeActionRequest,
) (*tfprotov6.InvokeActionServerStream, error) {
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
func (s *server) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse,
	error,
) {
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

// quietly makes a call with a context that ends with ctx, but has no loggers in it where they are unheard. The
// framework gives them fields for each attribute, and keeps the context of each call until the provider ends: that was
// half of the provider's memory, and a quarter of its CPU time.
func quietly[Request, Response any](ctx context.Context, s *server, req Request,
	call func(context.Context, Request) (Response, error),
) (Response, error) {
	if !s.unheard {
		return call(ctx, req)
	}
	own, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	return call(own, req) //nolint:contextcheck // of ctx it inherits the end alone
}

// ValidateResourceConfig implements [tfprotov6.ProviderServer].
func (s *server) ValidateResourceConfig(ctx context.Context,
	req *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return quietly(ctx, s, req, s.protocol.ValidateResourceConfig)
}

// UpgradeResourceState implements [tfprotov6.ProviderServer].
func (s *server) UpgradeResourceState(ctx context.Context,
	req *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return quietly(ctx, s, req, s.protocol.UpgradeResourceState)
}

// ReadResource implements [tfprotov6.ProviderServer].
func (s *server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse,
	error,
) {
	return quietly(ctx, s, req, s.protocol.ReadResource)
}

// PlanResourceChange implements [tfprotov6.ProviderServer].
func (s *server) PlanResourceChange(ctx context.Context,
	req *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	return quietly(ctx, s, req, s.protocol.PlanResourceChange)
}

// ApplyResourceChange implements [tfprotov6.ProviderServer].
func (s *server) ApplyResourceChange(ctx context.Context,
	req *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return quietly(ctx, s, req, s.protocol.ApplyResourceChange)
}
