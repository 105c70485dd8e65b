package wawp

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
)

// resetConn is a connection that ends with a reset.
type resetConn struct{ net.Conn }

func (r resetConn) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
	if errors.Is(err, io.EOF) {
		err = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	return n, err
}

// TestTruncatedCreateAnswerKeepsTheID has a success that breaks off after the id. It runs in synctest.
func TestTruncatedCreateAnswerKeepsTheID(t *testing.T) {
	t.Parallel()
	const whole = `{"instance_id":"3EB0BCB2E3D4","session_name":"wawp-1","status":"STOPPED"}`
	chunk := func(s string) string {
		return fmt.Sprintf("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", len(s), s)
	}
	length := func(n int, s string) string {
		return fmt.Sprintf("HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%s", n, s)
	}
	closes := func(net.Conn) {}
	silence := func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)) } // until the client closes it
	for name, test := range map[string]struct {
		answer string
		then   func(net.Conn)
		resets bool
		named  bool // what follows the id was read, too
		kind   Kind // of the error
		says   string
	}{
		"no last chunk": {
			chunk(whole), closes, false, true, NoAnswer,
			"the answer broke off: unexpected EOF",
		},
		"a chunk that breaks off": {
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" + whole, closes,
			false, true, NoAnswer, "broke off",
		},
		"a chunk that is none": {chunk(whole) + "zz\r\n", closes, false, true, NoAnswer, errBroken.Error()},
		"fewer bytes than announced": {
			length(1000, whole), closes, false, true, NoAnswer,
			"the answer broke off: unexpected EOF",
		},
		"a reset after it": {
			length(1000, whole), closes, true, true, NoAnswer,
			"connection reset by peer",
		},
		"a reset within the JSON": {
			length(1000, whole[:40]), closes, true, false, NoAnswer,
			"connection reset by peer",
		},
		"silence until the timeout": {
			length(1000, whole), silence, false, true, NoAnswer,
			"no answer came within 1m0s (request_timeout)",
		},
		"silence in a chunk":   {chunk(whole), silence, false, true, NoAnswer, "request_timeout"},
		"JSON that breaks off": {length(31, whole[:31]), closes, false, false, Unreadable, "not whole"},
		"more than the answer can have": {
			length(2<<20, whole+strings.Repeat(" ", 2<<20-len(whole))), closes, false,
			true, Unreadable, "longer than 1 MiB",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := pipeTransport(func(conn net.Conn) {
					_, _ = io.WriteString(conn, test.answer)
					test.then(conn)
				})
				dial := transport.DialContext
				transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
					conn, err := dial(ctx, network, address)
					if test.resets {
						conn = resetConn{conn}
					}
					return conn, err
				}
				session, err := client(t, "http://api.wawp.test",
					func(o *Options) { o.Transport = transport }).CreateSession(t.Context())
				if session.InstanceID != "3EB0BCB2E3D4" || (session.Name == "wawp-1") != test.named {
					t.Errorf("the session is %+v", session)
				}
				if KindOf(err) != test.kind || !strings.Contains(fmt.Sprint(err), test.says) {
					t.Errorf("error %v of kind %v, want %v: %s", err, KindOf(err), test.kind, test.says)
				}
			})
		})
	}
}

// TestCreateWithAWrongContentEncodingIsRead has answers that are not compressed, although their header says so.
func TestCreateWithAWrongContentEncodingIsRead(t *testing.T) {
	t.Parallel()
	for _, encoding := range []string{"gzip", "br", "deflate"} {
		s := serve(t, response(201, `{"instance_id":"A1"}`, "Content-Encoding", encoding))
		if session, err := client(t, s.URL).CreateSession(context.Background()); err != nil ||
			session.InstanceID != "A1" {
			t.Errorf("%s: %+v, %v", encoding, session, err)
		}
	}
}

// TestCompressedAnswerIsRead has compressed answers that nobody asked for. Their bounds are those of other answers.
func TestCompressedAnswerIsRead(t *testing.T) {
	t.Parallel()
	pack := func(body string) string {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, _ = io.WriteString(w, body)
		_ = w.Close()
		return packed.String()
	}
	created, filler := `{"instance_id":"A1"}`, make([]byte, 8<<10)
	_, _ = rand.NewChaCha8([32]byte{}).Read(filler) // does not get shorter
	long := pack(`{"instance_id":"A1","filler":"` + hex.EncodeToString(filler) + `"}`)
	bomb := `{"instance_id":"A1","filler":"` + strings.Repeat("x", 3*maxBody) + `"}`
	for name, test := range map[string]struct {
		body     string
		encoding string
		kind     Kind // of the error, beside which the id is read
	}{
		"gzip":                   {pack(created), "gzip", ""},
		"x-gzip":                 {pack(created), "x-gzip", ""},
		"gzip that is not told":  {pack(created), "", ""},
		"gzip that breaks off":   {long[:len(long)/2], "gzip", Unreadable},
		"gzip with a wrong end":  {pack(created)[:len(pack(created))-4] + "????", "gzip", ""},
		"gzip of too much":       {pack(bomb), "gzip", Unreadable},
		"gzip that is not true":  {created, "gzip", ""},
		"gzip, then other bytes": {pack(created) + "\x00\x00", "gzip", ""},
	} {
		s := serve(t, response(201, test.body, "Content-Encoding", test.encoding))
		session, err := client(t, s.URL).CreateSession(t.Context())
		if session.InstanceID != "A1" || KindOf(err) != test.kind {
			t.Errorf("%s: %+v, %v", name, session, err)
		}
		if got := s.requests[0].header.Get("Accept-Encoding"); got != "identity" {
			t.Errorf("Accept-Encoding is %q", got)
		}
	}
	_, err := client(t, serve(t, response(404,
		pack(`{"code":"invalid_instance","message":"No."}`))).URL).GetSession(t.Context(), "A1")
	if KindOf(err) != NoSuchInstance {
		t.Errorf("a refusal: %v", err)
	}
	if err := client(t, serve(t, response(200, "\x1f\x8b")).URL).DeleteSession(t.Context(), "A1"); err != nil {
		t.Errorf("two bytes: %v", err)
	}
}

// TestCreateAnswerWithTextAroundItKeepsTheID also expects an error that says so.
func TestCreateAnswerWithTextAroundItKeepsTheID(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"<br />\n<b>Notice</b>: Undefined index: {x} in <b>/www/api.php</b>\n" + `{"instance_id":"A1"}`,
		"\xef\xbb\xbf\xef\xbb\xbf" + `{"instance_id":"A1"}`,
		`{"instance_id":"A1"}` + "\x00",
		`{"instance_id":"A1"} // done`,
		`/* done */ {"instance_id":"A1"}`,
		`)]}',` + "\n" + `{"instance_id":"A1"}`,
		`{"instance_id":"A1"}{"instance_id":"A1"}`,
		`[{"instance_id":"A1"}]`,
		`"{\"instance_id\":\"A1\"}"`,
	} {
		s := serve(t, response(201, body))
		session, err := client(t, s.URL).CreateSession(context.Background())
		if session.InstanceID != "A1" || KindOf(err) != Unreadable ||
			!strings.Contains(err.Error(), "HTTP 201, but the answer is not whole") {
			t.Errorf("%q: %+v, %v", body, session, err)
		}
	}
}

// TestInstanceIDFromCreateIsRead expects the id of the new session, and no other, from any part of an answer.
func TestInstanceIDFromCreateIsRead(t *testing.T) {
	t.Parallel()
	const notice = "<br />\n<b>Notice</b>:  Undefined index: {x} in <b>/www/api.php</b> on line <b>7</b><br />\n"
	for body, want := range map[string]string{
		// What broke off.
		`{"instance_id":"3EB0BCB2E3D4","session_na`:                                        "3EB0BCB2E3D4",
		`{"data":{"instanceId": "A1", "status":`:                                           "A1",
		`{"instance_id" : " A1 "`:                                                          "A1",
		`{"instance_id":"A\u0031"`:                                                         "A1",
		`{"instance_id":12345678,`:                                                         "12345678",
		`{"instance_id":5056e8}`:                                                           "5056e8",
		`{"instance_id":"NEW1","server":{"instance_id":"i-0abc"},"sta`:                     "NEW1",
		`{"server":{"instance_id":"i-0abc"},"instance_id":"NEW1","sta`:                     "NEW1",
		`{"data":{"server":{"instance_id":"i-0abc"},"instance_id":"NEW1"},"sta`:            "NEW1",
		`{"session":{"instance_id":"OLD1"},"instance_id":"NEW1","sta`:                      "NEW1",
		`{"name":"x","config":{"webhooks":[{"a":1}],"metadata":{"instance_id":"NEW1","use`: "NEW1",
		`{"instance_id":"3EB0BC`:                                                           "",
		`{"instance_id":"3EB0BC\u00`:                                                       "",
		`{"instance_id":123`:                                                               "",
		`{"instance_id":5056e8`:                                                            "",
		`{"message":"no \"instance_id\":\"A1\""`:                                           "",
		`{"name":"instance_id"`:                                                            "",
		`{"old_instance_id":"A1"`:                                                          "",
		`{"instance_id"`:                                                                   "",
		`{"data":"instance_id", "A1":"`:                                                    "",
		"":                                                                                 "",
		`{"instance_id":"NEW1","filler":["` + strings.Repeat(`x","`, maxValues):            "NEW1",

		// What has something around it, or within it.
		notice + `{"instance_id":"A1"}`:                                        "A1",
		`<b>Notice</b>{"instance_id":"A1"}`:                                    "A1",
		`{"instance_id":"A1"}` + notice:                                        "A1",
		"PHP Notice: {\"x\"\n" + `{"instance_id":"A1"}`:                        "A1",
		"Deprecated: a < b, https://php.net\n{\"instance_id\":\"A1\"}":         "A1",
		"\xef\xbb\xbf\xef\xbb\xbf" + `{"instance_id":"A1"}`:                    "A1",
		`{"instance_id":"A1"}` + "\x00\x00":                                    "A1",
		"{\x00\"instance_id\":\x00\"A1\"\x00,\"a\"\x00:1}":                     "A1",
		"{\"name\":\"w\x00\n\",\"instance_id\":\"A1\"}":                        "A1",
		"{\"instance_id\":\"A\x001\"}":                                         "",
		`{"instance_id":"A1",}`:                                                "A1",
		`cb({"instance_id":"A1"});`:                                            "A1",
		`/* by hand */ {"instance_id":"A1"} // end`:                            "A1",
		`{/* new */"instance_id"/* id */:/* "x" */"A1"}`:                       "A1",
		"{ // new\n\"url\":\"https://a/*b\", // \"c\n\"instance_id\":\"A1\"/*": "A1",
		`)]}',` + "\n" + `{"instance_id":"A1"}`:                                "A1",
		`{"instance_id":"A1"}{"instance_id":"A1"}`:                             "A1",
		`{"debug":1}{"instance_id":"A1"}`:                                      "A1",
		`{"instance_id":"A1"}{"instance_id":"B2"}`:                             "",
		`{"instance_id":"A1" "x" {"instance_id":"B2"}}`:                        "A1",
		`"{\"instance_id\":\"A1\",\"status\":\"STOPPED\"}"`:                    "A1",
		`"{\"instance_id\":\"A1\",\"sta`:                                       "A1",
		`"{\"instance_id\":\"A1\",\`:                                           "A1",
		`"{\"instance_id\":\"A1`:                                               "",
		`{"data":"{\"instance_id\":\"A1\"}"}`:                                  "A1",
		`{"success":true,"result":"{\"instanceId\":\"A1\"}","x`:                "A1",

		// What belongs to another session, or to none.
		`{"unknown":{"instance_id":"OLD1"}}`:                                          "",
		`{"sessions":[{"instance_id":"OLD1"},`:                                        "",
		`{"data":[{"instance_id":"OLD1"}]}`:                                           "",
		`{"success":false,"message":"quota","sessions":[{"instance_id":"OLD1"},`:      "",
		`{"success":false,"message":"quota","instance_id":"OLD1","x`:                  "",
		`{"success":"0","instance_id":"OLD1"}`:                                        "",
		`{"ok":false,"instance_id":"OLD1"}`:                                           "",
		`{"status":false,"instance_id":"OLD1"}`:                                       "",
		`{"status":"error","code":"limit","message":"No more.","instance_id":"OLD1"}`: "",
		`{"status":"Failure","instance_id":"OLD1"}`:                                   "",
		`{"status":"error","instance_id":"OLD1"}`:                                     "",
		`{"status":403,"instance_id":"OLD1"}`:                                         "",
		`{"error":true,"instance_id":"OLD1"}`:                                         "",
		`{"error":"","data":{"error":"quota","instance_id":"OLD1"}}`:                  "",
		`{"error":{"code":"quota_reached"},"data":{"instance_id":"OLD1"},"x`:          "",
		`{"errors":["quota"],"instance_id":"OLD1"}`:                                   "",
		`{"code":"quota_reached","message":"No.","instance_id":"OLD1"`:                "",
		`<b>Notice</b>{"code":"quota_reached","message":"No.","instance_id":"OLD1"}`:  "",
		notice + `{"success":false}{"instance_id":"OLD1"}`:                            "",
		`<!doctype html><p>{"instance_id":"OLD1"}`:                                    "",
		`<html><script>var s = {"instance_id":"OLD1"};</script></html>`:               "",
		`<div data-session='{"instance_id":"OLD1"}'>`:                                 "",
		`var s = {"instance_id":"OLD1"};</SCRIPT>`:                                    "",
		`<?xml version="1.0"?>{"instance_id":"OLD1"}`:                                 "",
		`{"a":[!{"instance_id":"OLD1"}]}`:                                             "",
		`{"a":!{"instance_id":"OLD1"}}`:                                               "",
		`"<html>{\"instance_id\":\"OLD1\"}"`:                                          "",

		// What has a word for its success.
		`{"code":"success","message":"Done.","instance_id":"A1"}`:                 "A1",
		`{"code":201,"message":"Created","data":{"instance_id":"A1"}}`:            "A1",
		`{"code":"session_created","message":"Created","instance_id":"A1"}`:       "A1",
		`{"code":"OK","message":"Created","instance_id":"A1","x`:                  "A1",
		`{"success":1,"ok":"true","error":null,"errors":[],"instance_id":"A1","x`: "A1",
	} {
		c := client(t, "http://api.wawp.test", func(o *Options) { o.Transport = handlerTransport(response(201, body)) })
		got, err := c.CreateSession(t.Context())
		if got.InstanceID != want || want == "" && !OutcomeUnknown(err) {
			t.Errorf("%.200s: got %q, want %q (%v)", body, got.InstanceID, want, err)
		}
		if isWhole := json.Valid([]byte(body)) && strings.HasPrefix(body, "{"); want != "" && (err == nil) != isWhole {
			t.Errorf("%.200s: is whole: %t, and the error is %v", body, isWhole, err)
		}
	}
}

// TestTruncatedReadIsRetried has reads, which do no harm when they are repeated.
func TestTruncatedReadIsRetried(t *testing.T) {
	t.Parallel()
	const described = `{"name":"wawp-1","status":"WORKING"}`
	brokenOff := rawResponse("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + described)
	s := serve(t, brokenOff, brokenOff, response(200, described))
	session, err := client(t, s.URL).GetSession(context.Background(), "A1")
	if err != nil || session.Status != StatusWorking || s.count() != 3 {
		t.Errorf("%+v, %v after %d requests", session, err, s.count())
	}
}

// TestShortTokenIsRedactedInTextsOnly has a token that may be a part of an id by chance.
func TestShortTokenIsRedactedInTextsOnly(t *testing.T) {
	t.Parallel()
	for token, kept := range map[string]bool{"3EB0BCB": true, "3EB0BCB2": false} {
		s := serve(t, response(201,
			`{"instance_id":"3EB0BCB2E3D4","session_name":"wawp-3EB0BCB2","server_name":"s-3EB0BCB2",`+
				`"status":"3EB0BCB2"}`),
			response(404, `{"code":"invalid_instance","message":"3EB0BCB2 is not known"}`))
		var log []Attempt
		c := client(t, s.URL, func(o *Options) {
			o.AccessToken, o.Log = token, func(_ context.Context, a Attempt) { log = append(log, a) }
		})
		session, err := c.CreateSession(context.Background())
		want := Session{InstanceID: "3EB0BCB2E3D4", Name: "wawp-3EB0BCB2", ServerName: "s-3EB0BCB2", Status: "3EB0BCB2"}
		if (session == want) != kept || (err == nil) != kept {
			t.Errorf("%s: %+v, %v", token, session, err)
		}
		_, err = c.GetSession(context.Background(), "A1")
		if shown := fmt.Sprintf("%v %+v", err, log); err == nil || strings.Contains(shown, token) {
			t.Errorf("%s: %s", token, shown)
		}
	}
}

func TestTruncatedRefusalHasItsKind(t *testing.T) {
	t.Parallel()
	s := serve(t, rawResponse("HTTP/1.1 403 Forbidden\r\nContent-Length: 1000\r\n\r\n"+`{"code":"quota_reached"`))
	_, err := client(t, s.URL).CreateSession(context.Background())
	var e *Error
	if !errors.As(err, &e) || e.Status != http.StatusForbidden || OutcomeUnknown(err) || s.count() != 1 {
		t.Errorf("%v after %d requests", err, s.count())
	}
}

// TestCreateRejectsAnInvalidInstanceID expects that the error shows the id, because the answer may have come with a new
// session.
func TestCreateRejectsAnInvalidInstanceID(t *testing.T) {
	t.Parallel()
	for body, says := range map[string]string{
		`{"instance_id":"A1'; rm -rf /"}`:                    `an instance_id that is none: A1'; rm -rf /`,
		`{"instance_id":"A1\u001b[2J\nB2\u202e"}`:            `an instance_id that is none: A1[2J B2`,
		`{"data":{"instanceId":"` + "می" + `"}}`:             `an instance_id that is none: می`,
		`{"instance_id":"` + testToken + `"}`:                `an instance_id that is none: (redacted)`,
		`{"instance_id":"A1 ` + testToken + `","x":1`:        `an instance_id that is none: A1 (redacted)`,
		`{"instance_id":"` + strings.Repeat("x", 129):        `the answer holds no instance_id`,
		`{"instance_id":"` + strings.Repeat("x", 129) + `"}`: `an instance_id that is none: xxx`,
	} {
		s := serve(t, response(201, body))
		got, err := client(t, s.URL).CreateSession(t.Context())
		if KindOf(err) != Unreadable || got.InstanceID != "" || !strings.Contains(err.Error(), says) ||
			!isHarmless(err.Error()) {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
}

// TestCreateRejectsAKnownInstanceID has ids that this process has made or read before.
func TestCreateRejectsAKnownInstanceID(t *testing.T) {
	t.Parallel()
	created := response(201, `{"instance_id":"A1","status":"STOPPED"}`)
	for name, before := range map[string]func(context.Context, *Client) error{
		"made":         func(ctx context.Context, c *Client) error { _, err := c.CreateSession(ctx); return err },
		"read":         func(ctx context.Context, c *Client) error { _, err := c.GetSession(ctx, "A1"); return err },
		"its webhooks": func(ctx context.Context, c *Client) error { _, err := c.ListWebhooks(ctx, "A1"); return err },
		"its policy":   func(ctx context.Context, c *Client) error { _, err := c.GetRateLimit(ctx, "A1"); return err },
		"started":      func(ctx context.Context, c *Client) error { _, err := c.StartSession(ctx, "A1"); return err },
	} {
		first := map[string]http.HandlerFunc{
			"its webhooks": response(200, `{"webhooks":[]}`),
			"its policy":   response(200, `{"policy":"strict"}`),
		}[name]
		if first == nil {
			first = created
		}
		s := serve(t, first, created)
		c := client(t, s.URL)
		if err := before(t.Context(), c); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := c.CreateSession(t.Context())
		if KindOf(err) != Unreadable || !OutcomeUnknown(err) || got != (Session{}) ||
			!strings.Contains(err.Error(), "that was there before: A1") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	s := serve(t, response(404, `{"code":"invalid_instance","message":"No"}`), created)
	c := client(t, s.URL)
	_, _ = c.GetSession(t.Context(), "A1") // which is not there
	if got, err := c.CreateSession(t.Context()); err != nil || got.InstanceID != "A1" {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestConcurrentCreatesWithOneIDHaveOneWinner has creates whose answers arrive at the same time.
func TestConcurrentCreatesWithOneIDHaveOneWinner(t *testing.T) {
	t.Parallel()
	c := client(t, serve(t, response(201, `{"instance_id":"A1"}`)).URL)
	var made atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if s, err := c.CreateSession(t.Context()); err == nil && s.InstanceID == "A1" {
				made.Add(1)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("%d sessions were made", made.Load())
	}
}
