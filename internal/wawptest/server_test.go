package wawptest

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestListenAddr(t *testing.T) {
	t.Parallel()
	for addr, allowed := range map[string]bool{
		"127.0.0.1:0":     true,
		"127.0.0.2:0":     true,
		"localhost:0":     true,
		":0":              false,
		"0.0.0.0:0":       false,
		"[::]:0":          false,
		"192.0.2.1:0":     false,
		"127.0.0.1":       false,
		"127.0.0.1:http:": false,
	} {
		t.Run(addr, func(t *testing.T) {
			t.Parallel()
			server, err := ListenAddr(New(Config{}), addr)
			if (err == nil) != allowed {
				t.Errorf("got %v", err)
			}
			if err == nil {
				_ = server.Close()
			}
		})
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	server, err := Listen(New(Config{}))
	if err != nil {
		t.Fatal(err)
	}
	port, ok := strings.CutPrefix(server.URL, "http://127.0.0.1:")
	if !ok || port == "0" {
		t.Errorf("URL %s", server.URL)
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
}

func TestCloseEndsRequestsInFlight(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	s.Inject(Fault{Hold: make(chan struct{})})
	done := s.startRequest(t.Context(), createSession, "")
	s.awaitRequests(createSession, 1)
	if err := s.server.Close(); err != nil {
		t.Error(err)
	}
	if err := <-done; err == nil {
		t.Error("it was answered")
	}
}

func TestMaxOpen(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	for range 3 {
		s.call(createSession, "") // One after the other: one connection.
	}
	if got := s.server.MaxOpen(); got != 1 {
		t.Errorf("%d connections in sequence", got)
	}
	release := make(chan struct{})
	s.Inject(Fault{Hold: release})
	var all []<-chan error
	for range 3 {
		all = append(all, s.startRequest(t.Context(), createSession, ""))
	}
	s.awaitRequests(createSession, 6)
	close(release)
	for _, done := range all {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got := s.server.MaxOpen(); got != 3 {
		t.Errorf("%d connections in parallel", got)
	}
}

// TestMaxOpenAfterDrops: a dropped connection is not open.
func TestMaxOpenAfterDrops(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	s.Inject(Fault{Drop: true})
	for range 3 {
		if _, _, err := s.send(s.request(t.Context(), createSession, "")); err == nil {
			t.Error("it was answered")
		}
	}
	if got := s.server.MaxOpen(); got != 1 {
		t.Errorf("%d connections at once", got)
	}
}

func TestWaitIdle(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	release := make(chan struct{})
	s.Inject(Fault{Hold: release})
	done := s.startRequest(t.Context(), createSession, "")
	s.awaitRequests(createSession, 1)
	ended, end := context.WithCancel(t.Context())
	end()
	if err := s.server.WaitIdle(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("while a request is under way: %v", err)
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
	s.client.CloseIdleConnections()
	if err := s.server.WaitIdle(t.Context()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestDropIdle(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	s.server.DropIdle(true)
	s.call(createSession, "")
	if err := s.server.WaitIdle(t.Context()); err != nil {
		t.Errorf("after an answer: %v", err)
	}
	s.server.DropIdle(false)
	s.call(createSession, "")
	ended, end := context.WithCancel(t.Context())
	end()
	if err := s.server.WaitIdle(ended); err == nil {
		t.Error("a connection was dropped that is to be kept")
	}
}
