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

	mu               sync.Mutex
	open, maxOpen    int
	connectionClosed chan struct{} // closed when a connection ends
	dropsIdle        bool
}

// Listen serves an API on a free port of 127.0.0.1.
func Listen(api *API) (*Server, error) {
	return ListenAddr(api, "127.0.0.1:0")
}

// ListenAddr serves a handler on a host and port. It refuses addresses that are not loopback, because the simulated API
// must not be reachable from other machines.
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
	s := &Server{URL: "http://" + listener.Addr().String(), connectionClosed: make(chan struct{})}
	s.http = http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ConnState:         s.track,
		ErrorLog:          log.New(io.Discard, "", 0), // it would have only the faults
	}
	go func() { _ = s.http.Serve(listener) }() // Ends with Close.
	return s, nil
}

// DropIdle makes the server close each connection after one answer without a word to the client. So a client that keeps
// the connection may send its next request into it.
func (s *Server) DropIdle(drop bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropsIdle = drop
}

// Close ends the server and all its connections, including those with a request in flight.
func (s *Server) Close() error {
	return s.http.Close()
}

// MaxOpen returns the highest number of TCP connections that were open at once.
func (s *Server) MaxOpen() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.maxOpen
}

// WaitIdle returns when no connection is open, or with an error when ctx ends. The requests of clients that have gone
// are finished then.
func (s *Server) WaitIdle(ctx context.Context) error {
	for {
		s.mu.Lock()
		open, fewer := s.open, s.connectionClosed
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

// track counts the connections, and closes idle ones if dropsIdle is set.
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
		close(s.connectionClosed)
		s.connectionClosed = make(chan struct{})
	}
}
