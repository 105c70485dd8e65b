package wawptest

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server serves an API on a loopback address.
type Server struct {
	// URL is its address, like "http://127.0.0.1:40123".
	URL string

	http http.Server

	mu            sync.Mutex
	open, maxOpen int
	fewer         chan struct{} // closed when a connection ends
	dropsIdle     bool
}

// Listen serves an API on a free port of 127.0.0.1.
func Listen(api *API) (*Server, error) {
	return ListenAddr(api, "127.0.0.1:0")
}

// ListenAddr serves an API, and what else a handler has, on the given host and port. It refuses every address that
// is not loopback: what has no real secrets to guard must not be reachable from elsewhere.
func ListenAddr(handler http.Handler, addr string) (*Server, error) {
	tcp, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return nil, err
	}
	if !tcp.IP.IsLoopback() {
		return nil, fmt.Errorf("%q is not a loopback address", addr)
	}
	listener, err := net.ListenTCP("tcp", tcp)
	if err != nil {
		return nil, err
	}
	s := &Server{URL: "http://" + listener.Addr().String(), fewer: make(chan struct{})}
	s.http = http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ConnState:         s.track,
		ErrorLog:          log.New(io.Discard, "", 0), // It would only tell of the faults.
	}
	go func() { _ = s.http.Serve(listener) }() // Ends with Close.
	return s, nil
}

// DropIdle has the server close each connection after one answer, or no longer, without having said so: the client
// may keep it, and send its next request at that moment.
func (s *Server) DropIdle(drop bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropsIdle = drop
}

// Close ends the server and all its connections, those with a request in flight included.
func (s *Server) Close() error {
	return s.http.Close()
}

// MaxOpen returns how many TCP connections were open at once, at most.
func (s *Server) MaxOpen() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.maxOpen
}

// WaitIdle returns when no connection is open: what the clients asked for, who are gone, has been done or never will
// be.
func (s *Server) WaitIdle(ctx context.Context) error {
	for {
		s.mu.Lock()
		open, fewer := s.open, s.fewer
		s.mu.Unlock()
		if open == 0 {
			return nil
		}
		select {
		case <-fewer:
		case <-ctx.Done():
			return fmt.Errorf("%d connections are open: %w", open, ctx.Err())
		}
	}
}

// track counts the connections, and drops idle ones.
func (s *Server) track(conn net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case http.StateIdle:
		if s.dropsIdle {
			_ = conn.Close()
		}
	case http.StateNew:
		s.open++
		s.maxOpen = max(s.maxOpen, s.open)
	case http.StateClosed, http.StateHijacked:
		s.open--
		close(s.fewer)
		s.fewer = make(chan struct{})
	}
}
