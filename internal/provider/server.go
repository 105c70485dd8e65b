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

// envProtocolData is an environment variable that names a folder. terraform-plugin-go writes there what Terraform sends
// to the provider: also the access token and write-only arguments.
const envProtocolData = "TF_LOG_SDK_PROTO_DATA_DIR"

// Serve serves the provider until Terraform ends the connection. With debug it waits for Terraform to attach.
func (p *Provider) Serve(debug bool) error {
	_ = os.Unsetenv(envProtocolData) // the error concerns invalid names only
	var options []tf6server.ServeOpt
	logsOff := false
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	} else {
		logsOff = turnLogsOff()
	}
	inner := providerserver.NewProtocol6(p)
	return tf6server.Serve(Address, func() tfprotov6.ProviderServer {
		framework, ok := inner().(protocol)
		if !ok {
			return inner()
		}
		return &server{protocol: framework, logsOff: logsOff}
	}, options...)
}

// turnLogsOff turns the loggers off if nobody reads them, and says whether they are off. Nobody reads them unless
// TF_LOG, TF_LOG_PROVIDER, or a variable of terraform-plugin-go is set: Terraform parses each line and drops it. Two
// dozen lines for each resource took a fifth of the provider's CPU time.
func turnLogsOff() bool {
	loggers := []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_PROVIDER_WAWP"}
	for _, name := range append(loggers, "TF_LOG", "TF_LOG_PROVIDER") {
		if os.Getenv(name) != "" {
			return false
		}
	}
	for _, name := range loggers {
		_ = os.Setenv(name, "off") // the error concerns invalid names only
	}
	return true
}

// protocol is the part of Terraform's protocol that this provider serves.
type protocol interface {
	tfprotov6.ProviderServer
	tfprotov6.ActionServer
	tfprotov6.ListResourceServer
}

// server serves the protocol, with two changes to what the framework does:
//   - StopProvider waits until interrupted actions have ended. Otherwise terraform-plugin-go would not send how they
//     ended. An interrupted action ends at once. If it has to wait for an answer, request_timeout bounds that.
//   - If the logs are off, the calls for each resource get a context without loggers: see withoutLoggers.
type server struct {
	protocol
	logsOff  bool
	stopping atomic.Bool
	actions  sync.RWMutex // each running action holds it for reading
}

// ConfigureProvider implements [tfprotov6.ProviderServer]. With -debug, one process serves several runs: a run that
// begins is not stopped, even if the one before was.
func (s *server) ConfigureProvider(ctx context.Context,
	req *tfprotov6.ConfigureProviderRequest,
) (*tfprotov6.ConfigureProviderResponse, error) {
	s.stopping.Store(false)
	return s.protocol.ConfigureProvider(ctx, req)
}

// InvokeAction implements [tfprotov6.ActionServer]. After an interruption it drops the progress of the action, and
// sends only its end: Terraform 1.14 crashes if progress follows an interruption.
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

// StopProvider implements [tfprotov6.ProviderServer]. The framework cancels all contexts; then StopProvider waits until
// the actions have ended.
func (s *server) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse,
	error,
) {
	s.stopping.Store(true)
	resp, err := s.protocol.StopProvider(ctx, req)
	ended := make(chan struct{})
	go func() {
		s.actions.Lock()
		s.actions.Unlock() //nolint:staticcheck // it waits for the actions, and guards nothing
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
	return resp, err
}

// withoutLoggers makes a call with a context that ends with ctx, but has no loggers in it if the logs are off. The
// framework adds fields to the loggers for each attribute, and keeps the context of each call until the provider ends.
// That took half of the provider's memory, and a quarter of its CPU time.
func withoutLoggers[Request, Response any](ctx context.Context, s *server, req Request,
	call func(context.Context, Request) (Response, error),
) (Response, error) {
	if !s.logsOff {
		return call(ctx, req)
	}
	own, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	return call(own, req) //nolint:contextcheck // it ends with ctx, and inherits nothing else
}

// ValidateResourceConfig implements [tfprotov6.ProviderServer].
func (s *server) ValidateResourceConfig(ctx context.Context,
	req *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return withoutLoggers(ctx, s, req, s.protocol.ValidateResourceConfig)
}

// UpgradeResourceState implements [tfprotov6.ProviderServer].
func (s *server) UpgradeResourceState(ctx context.Context,
	req *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return withoutLoggers(ctx, s, req, s.protocol.UpgradeResourceState)
}

// ReadResource implements [tfprotov6.ProviderServer].
func (s *server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse,
	error,
) {
	return withoutLoggers(ctx, s, req, s.protocol.ReadResource)
}

// PlanResourceChange implements [tfprotov6.ProviderServer].
func (s *server) PlanResourceChange(ctx context.Context,
	req *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	return withoutLoggers(ctx, s, req, s.protocol.PlanResourceChange)
}

// ApplyResourceChange implements [tfprotov6.ProviderServer].
func (s *server) ApplyResourceChange(ctx context.Context,
	req *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return withoutLoggers(ctx, s, req, s.protocol.ApplyResourceChange)
}
