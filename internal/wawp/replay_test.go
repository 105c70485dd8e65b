package wawp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
)

// TestCreateIsNotReplayedByTheTransport has a server that would speak HTTP/2, and ends each stream with an error once the request
// has arrived. For one of these errors, net/http sends the request again by itself.
func TestCreateIsNotReplayedByTheTransport(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	count := func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		resets(w, r)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(count))
	s.TLS = &tls.Config{NextProtos: []string{"h2", "http/1.1"}}
	s.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){
		"h2": func(_ *http.Server, conn *tls.Conn, _ http.Handler) { refuseStreams(conn, &requests) },
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c := client(t, s.URL, func(o *Options) { o.Transport, o.MaxRetries = newTransport(roots), 0 })
	if _, err := c.CreateSession(context.Background()); !MayHaveActed(err) {
		t.Errorf("the error does not say that it may have acted: %v", err)
	}
	if n := requests.Load(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

// refuseStreams speaks as much of HTTP/2 as it takes to count two requests, and to end each with RST_STREAM, PROTOCOL_ERROR.
func refuseStreams(conn *tls.Conn, requests *atomic.Int32) {
	const settings, headers, data, reset, protocolError, endStream = 4, 1, 0, 3, 1, 1
	frame := func(kind, flags byte, stream uint32, payload ...byte) {
		head := binary.BigEndian.AppendUint32([]byte{0, 0, byte(len(payload)), kind, flags}, stream)
		_, _ = conn.Write(append(head, payload...))
	}
	preface := make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
	_, _ = io.ReadFull(conn, preface)
	frame(settings, 0, 0)
	for requests.Load() < 2 {
		head := make([]byte, 9)
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, conn, int64(binary.BigEndian.Uint32(slices.Concat([]byte{0}, head[:3])))); err != nil {
			return
		}
		if isRequest := head[3] == headers || head[3] == data; isRequest && head[4]&endStream != 0 {
			requests.Add(1)
			frame(reset, 0, binary.BigEndian.Uint32(head[5:]), 0, 0, 0, protocolError)
		}
	}
}
