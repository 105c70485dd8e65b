package provider

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// fakeFramework has one action, which still sends events a while after it was stopped.
type fakeFramework struct {
	protocol
	stopped chan struct{}
}

func (f *fakeFramework) InvokeAction(
	context.Context,
	*tfprotov6.InvokeActionRequest,
) (*tfprotov6.InvokeActionServerStream,
	error,
) {
	return &tfprotov6.InvokeActionServerStream{Events: func(push func(tfprotov6.InvokeActionEvent) bool) {
		push(tfprotov6.InvokeActionEvent{Type: tfprotov6.ProgressInvokeActionEventType{}})
		<-f.stopped
		<-time.After(50 * time.Millisecond)
		push(tfprotov6.InvokeActionEvent{Type: tfprotov6.ProgressInvokeActionEventType{}})
		push(tfprotov6.InvokeActionEvent{Type: tfprotov6.CompletedInvokeActionEventType{}})
	}}, nil
}

func (f *fakeFramework) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse,
	error,
) {
	close(f.stopped)
	return &tfprotov6.StopProviderResponse{}, nil
}

func (f *fakeFramework) ConfigureProvider(context.Context,
	*tfprotov6.ConfigureProviderRequest,
) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

// invokeAction invokes the action of a server, and returns the events that follow the first one.
func invokeAction(t *testing.T, s *server) <-chan tfprotov6.InvokeActionEvent {
	t.Helper()
	stream, err := s.InvokeAction(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan tfprotov6.InvokeActionEvent, 3)
	go stream.Events(func(event tfprotov6.InvokeActionEvent) bool {
		sent <- event
		return true
	})
	<-sent // the action runs
	return sent
}

func TestStopWaitsForLastEventOfAction(t *testing.T) {
	t.Parallel()
	s := &server{protocol: &fakeFramework{stopped: make(chan struct{})}}
	sent := invokeAction(t, s)
	if _, err := s.StopProvider(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if len(sent) != 1 {
		t.Fatalf("%d events were sent before the provider was stopped, want the end alone", len(sent))
	}
	if _, ended := (<-sent).Type.(tfprotov6.CompletedInvokeActionEventType); !ended {
		t.Error("progress was sent after the interruption")
	}
}

// TestConfigureEndsStop: with -debug, one process also serves the run after an interrupted one.
func TestConfigureEndsStop(t *testing.T) {
	t.Parallel()
	s := &server{protocol: &fakeFramework{stopped: make(chan struct{})}}
	_, err := s.StopProvider(t.Context(), nil)
	if _, failed := s.ConfigureProvider(t.Context(), nil); err != nil || failed != nil || s.stopping.Load() {
		t.Errorf("it is still stopping: %v, %v", err, failed)
	}
}

func TestStopEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := &server{protocol: &fakeFramework{stopped: make(chan struct{})}}
	sent := invokeAction(t, s)
	if _, err := s.StopProvider(ctx, nil); err != nil || len(sent) != 0 {
		t.Errorf("the stop waited, though nobody waits for it: %v", err)
	}
}

// TestLoggersAreOffIfTerraformDropsLogs: the loggers are off only where Terraform drops every entry.
func TestLoggersAreOffIfTerraformDropsLogs(t *testing.T) {
	loggers := []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_PROVIDER_WAWP"}
	for name, test := range map[string]struct {
		variable, value string
		logsOff         bool
	}{
		"no log":                {"TF_LOG_CORE", "trace", true},
		"everything":            {"TF_LOG", "info", false},
		"providers":             {"TF_LOG_PROVIDER", "debug", false},
		"a level of one's own":  {"TF_LOG_SDK", "warn", false},
		"that of the framework": {"TF_LOG_SDK_FRAMEWORK", "trace", false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, variable := range append(loggers, "TF_LOG", "TF_LOG_CORE", "TF_LOG_PROVIDER") {
				t.Setenv(variable, "")
			}
			t.Setenv(test.variable, test.value)
			if got := turnLogsOff(); got != test.logsOff {
				t.Errorf("the logs are off: %t", got)
			}
			for _, logger := range loggers {
				if logger != test.variable && (os.Getenv(logger) == "off") != test.logsOff {
					t.Errorf("%s is %q", logger, os.Getenv(logger))
				}
			}
		})
	}
}

// TestContextsHoldNoUnheardLogger calls what Terraform calls for each resource. A value in the context stands for the
// logger; each call lasts until its context ends.
func TestContextsHoldNoUnheardLogger(t *testing.T) {
	t.Parallel()
	type logger struct{}
	for _, logsOff := range []bool{false, true} {
		contexts := make(chan context.Context, 1)
		s := &server{protocol: &waitingProtocol{contexts: contexts}, logsOff: logsOff}
		for name, call := range map[string]func(context.Context) error{
			"validate": func(ctx context.Context) error { _, err := s.ValidateResourceConfig(ctx, nil); return err },
			"upgrade":  func(ctx context.Context) error { _, err := s.UpgradeResourceState(ctx, nil); return err },
			"read":     func(ctx context.Context) error { _, err := s.ReadResource(ctx, nil); return err },
			"plan":     func(ctx context.Context) error { _, err := s.PlanResourceChange(ctx, nil); return err },
			"apply":    func(ctx context.Context) error { _, err := s.ApplyResourceChange(ctx, nil); return err },
		} {
			ctx, cancel := context.WithCancel(context.WithValue(t.Context(), logger{}, name))
			ended := make(chan error)
			go func() { ended <- call(ctx) }()
			if has := (<-contexts).Value(logger{}) != nil; has == logsOff {
				t.Errorf("%s: logs off: %t, in the context: %t", name, logsOff, has)
			}
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// waitingProtocol passes the context of each call on, and waits for its end.
type waitingProtocol struct {
	protocol
	contexts chan<- context.Context
}

func (w *waitingProtocol) waitForEnd(ctx context.Context) error {
	w.contexts <- ctx
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
	}
	return ctx.Err()
}

func (w *waitingProtocol) ValidateResourceConfig(ctx context.Context,
	_ *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return nil, w.waitForEnd(ctx)
}

func (w *waitingProtocol) UpgradeResourceState(ctx context.Context,
	_ *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return nil, w.waitForEnd(ctx)
}

func (w *waitingProtocol) ReadResource(
	ctx context.Context,
	_ *tfprotov6.ReadResourceRequest,
) (*tfprotov6.ReadResourceResponse,
	error,
) {
	return nil, w.waitForEnd(ctx)
}

func (w *waitingProtocol) PlanResourceChange(ctx context.Context,
	_ *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	return nil, w.waitForEnd(ctx)
}

func (w *waitingProtocol) ApplyResourceChange(ctx context.Context,
	_ *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return nil, w.waitForEnd(ctx)
}
