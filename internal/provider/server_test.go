package provider

import (
	"context"
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
		push(tfprotov6.InvokeActionEvent{})
		<-f.stopped
		<-time.After(50 * time.Millisecond)
		push(tfprotov6.InvokeActionEvent{})
	}}, nil
}

func (f *framework) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	close(f.stopped)
	return &tfprotov6.StopProviderResponse{}, nil
}

// invoke runs the action of a server, and returns what it sends.
func invoke(t *testing.T, s *server) <-chan struct{} {
	t.Helper()
	stream, err := s.InvokeAction(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan struct{}, 2)
	go stream.Events(func(tfprotov6.InvokeActionEvent) bool {
		sent <- struct{}{}
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
		t.Error("the provider was stopped before the action had spoken")
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
