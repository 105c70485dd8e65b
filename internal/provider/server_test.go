package provider

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// framework stands for the framework: it has one action, which speaks a while after the stop.
type framework struct {
	protocol
	stopped chan struct{}
}

func (f *framework) InvokeAction(context.Context, *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	return &tfprotov6.InvokeActionServerStream{Events: func(push func(tfprotov6.InvokeActionEvent) bool) {
		push(tfprotov6.InvokeActionEvent{Type: tfprotov6.ProgressInvokeActionEventType{}})
		<-f.stopped
		<-time.After(50 * time.Millisecond)
		push(tfprotov6.InvokeActionEvent{Type: tfprotov6.ProgressInvokeActionEventType{}})
		push(tfprotov6.InvokeActionEvent{Type: tfprotov6.CompletedInvokeActionEventType{}})
	}}, nil
}

func (f *framework) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	close(f.stopped)
	return &tfprotov6.StopProviderResponse{}, nil
}

func (f *framework) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

// invoke runs the action of a server, and returns what it sends after the first progress.
func invoke(t *testing.T, s *server) <-chan tfprotov6.InvokeActionEvent {
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
	<-sent // it runs
	return sent
}

func TestStopWaitsForTheLastWordsOfAnAction(t *testing.T) {
	t.Parallel()
	s := &server{protocol: &framework{stopped: make(chan struct{})}}
	sent := invoke(t, s)
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

// TestNextRunSpeaksAgain: with -debug, the same process serves the run after an interrupted one.
func TestNextRunSpeaksAgain(t *testing.T) {
	t.Parallel()
	s := &server{protocol: &framework{stopped: make(chan struct{})}}
	_, err := s.StopProvider(t.Context(), nil)
	if _, failed := s.ConfigureProvider(t.Context(), nil); err != nil || failed != nil || s.stopping.Load() {
		t.Errorf("it is still stopping: %v, %v", err, failed)
	}
}

func TestStopDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := &server{protocol: &framework{stopped: make(chan struct{})}}
	sent := invoke(t, s)
	if _, err := s.StopProvider(ctx, nil); err != nil || len(sent) != 0 {
		t.Errorf("the stop waited, though nobody waits for it: %v", err)
	}
}

// TestLogsAreWrittenOnlyIfRead: the loggers are told to be silent where Terraform drops every line, and only there.
func TestLogsAreWrittenOnlyIfRead(t *testing.T) {
	for name, test := range map[string]struct {
		variable, value       string
		wantSDK, wantProvider string
	}{
		"no log":                         {"TF_LOG_CORE", "trace", "off", "off"},
		"everything":                     {"TF_LOG", "info", "", ""},
		"providers":                      {"TF_LOG_PROVIDER", "debug", "", ""},
		"no log, one level of one's own": {"TF_LOG_SDK", "warn", "warn", "off"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, variable := range []string{"TF_LOG", "TF_LOG_CORE", "TF_LOG_PROVIDER", "TF_LOG_SDK", "TF_LOG_PROVIDER_WAWP"} {
				t.Setenv(variable, "")
			}
			t.Setenv(test.variable, test.value)
			muteUnheard()
			if got := os.Getenv("TF_LOG_SDK"); got != test.wantSDK {
				t.Errorf("TF_LOG_SDK is %q, want %q", got, test.wantSDK)
			}
			if got := os.Getenv("TF_LOG_PROVIDER_WAWP"); got != test.wantProvider {
				t.Errorf("TF_LOG_PROVIDER_WAWP is %q, want %q", got, test.wantProvider)
			}
		})
	}
}
