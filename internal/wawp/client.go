// Package wawp is a client of the Wawp HTTP API, version 2: thin, typed, one file per API object.
//
// It knows nothing of Terraform. What it promises its callers is in other files: send.go (what is sent, when it may be
// dropped, and what is sent again), kind.go (what an answer means), watch.go (when a status counts), change.go and
// unlink.go (when a start, stop, restart or logout has happened), absence.go (when a session is gone) and text.go (what
// is never shown).
package wawp

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"
)

// Defaults of [Options].
const (
	DefaultBaseURL        = "https://api.wawp.net"
	DefaultRequestTimeout = 60 * time.Second
	DefaultMaxRetries     = 4
	defaultPollInterval   = 3 * time.Second // Wawp advises 3 to 5 s (documentation of session/info)
	defaultSecondLook     = 5 * time.Second
	defaultRetryWait      = time.Second
)

// keptConnections is how many connections are kept for later requests: as many as Terraform makes at once by default.
const keptConnections = 10

// Options configures a [Client].
type Options struct {
	// AccessToken authenticates every request. Required.
	AccessToken string
	// BaseURL is where the API is, as [ParseBaseURL] returns it; nil means [DefaultBaseURL].
	BaseURL *url.URL
	// UserAgent is sent with every request.
	UserAgent string
	// RequestTimeout bounds each attempt, from when it has a connection to the last byte, and before that the making of
	// the connection, which takes 30 s at most; 0 means [DefaultRequestTimeout].
	RequestTimeout time.Duration
	// MaxRetries is how often a request is sent again at most; 0 means never.
	MaxRetries int
	// RequestsPerSecond paces all requests of the client; 0 means no limit.
	RequestsPerSecond float64
	// RootCAs are the certificate authorities to trust; nil means the system's.
	RootCAs *x509.CertPool
	// Log is told of each attempt once it has ended; nil means nobody is.
	Log func(context.Context, Attempt)
	// PollInterval is the pause between two looks of a wait; 0 means 3 seconds.
	PollInterval time.Duration
	// SecondLook is the pause before a second look at what may pass; 0 means 5 seconds.
	SecondLook time.Duration
	// RetryWait is the first pause before a retry, doubled with each further one; 0 means 1 second.
	RetryWait time.Duration
	// Transport carries the requests, and must tell [httptrace.ClientTrace] of connections; nil means a transport of
	// the client's own, which honours HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
	Transport http.RoundTripper
}

// Client calls the API. It is safe for concurrent use. Create one with [New].
type Client struct {
	options Options // with the defaults in place
	limiter *rate.Limiter
	single  http.RoundTripper // has a connection for each request, while that of the options keeps them for later ones
	redact  redactor

	reads     singleflight.Group       // of webhooks, by instance id
	mu        sync.Mutex               // guards what follows
	writes    map[string]chan struct{} // whose turn it is, by what is written
	made      map[string]bool          // what this client has made or adopted: see Claim
	adopted   map[string]Webhook       // webhooks that it has adopted as they were: see Adopt
	addresses map[string][]string      // those that no error shows, by instance id: see hide
}

// New returns a client. It makes no request.
func New(o Options) *Client {
	o.RequestTimeout = cmp.Or(o.RequestTimeout, DefaultRequestTimeout)
	o.RetryWait = cmp.Or(o.RetryWait, defaultRetryWait)
	o.PollInterval = cmp.Or(o.PollInterval, defaultPollInterval)
	o.SecondLook = cmp.Or(o.SecondLook, defaultSecondLook)
	if o.BaseURL == nil {
		o.BaseURL, _ = ParseBaseURL(DefaultBaseURL)
	}
	if o.Log == nil {
		o.Log = func(context.Context, Attempt) {}
	}
	single := o.Transport
	if o.Transport == nil {
		kept := newTransport(o.RootCAs)
		own := kept.Clone()
		own.DisableKeepAlives = true
		o.Transport, single = kept, own
	}
	pace := rate.Inf
	if o.RequestsPerSecond > 0 {
		pace = rate.Limit(o.RequestsPerSecond)
	}
	return &Client{
		options: o, limiter: rate.NewLimiter(pace, 1), single: single, redact: newRedactor(o.AccessToken),
		writes: map[string]chan struct{}{}, made: map[string]bool{},
		adopted: map[string]Webhook{}, addresses: map[string][]string{},
	}
}

// Account tells one account from another: 16 bits of a hash of the access token and the address, far too few to find
// the token by.
func (c *Client) Account() string {
	hash := sha256.Sum256([]byte(c.options.AccessToken + "\n" + c.options.BaseURL.String()))
	return hex.EncodeToString(hash[:2])
}

// newTransport clones the default transport, so that nothing is shared with the rest of the process.
func newTransport(roots *x509.CertPool) *http.Transport {
	t := &http.Transport{}
	if std, ok := http.DefaultTransport.(*http.Transport); ok {
		t = std.Clone()
	}
	t.MaxIdleConnsPerHost = keptConnections
	t.MaxResponseHeaderBytes = maxHeader
	t.DisableCompression = true          // an answer whose encoding is not what it says can then be read all the same
	t.IdleConnTimeout = 30 * time.Second // sooner than a server would close them
	t.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	// HTTP/1 alone: over HTTP/2, net/http sends a request again that a server may have acted upon
	t.Protocols = &http.Protocols{}
	t.Protocols.SetHTTP1(true)
	return t
}

// ParseBaseURL checks the address of an API: http or https, with a host, perhaps with a path in front of /v2. Its
// errors quote nothing but the scheme, because an address can hold a password.
func ParseBaseURL(s string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(s))
	switch {
	case HasBadEscape(s):
		return nil,
			errors.New("it has a % that does not begin an escape of two hexadecimal digits (a percent sign is %25)")
	case err != nil:
		return nil, errors.New("it is not a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("it must begin with https:// or http://, not with %q", u.Scheme)
	case u.Hostname() == "":
		return nil, errors.New("it names no host")
	case u.User != nil:
		return nil, errors.New("it must hold no user name or password")
	case asciiHost(u) == "":
		return nil, errors.New("its host is not one that there can be")
	case !isASCII(u.Host):
		return nil, fmt.Errorf("its host must be in ASCII: write it as %s", asciiHost(u))
	case u.RawQuery != "" || u.ForceQuery:
		return nil, errors.New("it must hold no query (the part after ?)")
	case u.Fragment != "":
		return nil, errors.New("it must hold no fragment (the part after #)")
	}
	u = u.JoinPath("/")
	u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/"), strings.TrimSuffix(u.RawPath, "/")
	if strings.HasSuffix(u.Path, "/v2") {
		return nil, errors.New("it must not end in /v2, which is added to it")
	}
	// net/url reads zones of IPv6 addresses that it then writes otherwise
	if _, err := url.Parse(u.String()); err != nil {
		return nil, errors.New("it is not a URL")
	}
	return u, nil
}

// operation is one endpoint: where it is, and how it may be repeated.
type operation struct {
	method string
	path   string
	repeat repeat
	// keep makes an attempt that has a connection ignore cancellation, so that its answer is never lost.
	keep bool
	// account means that it concerns the account, and not one instance.
	account bool
	// bareBody means that the body holds no credentials: they travel in the query alone.
	bareBody bool
	// secret means that a success may hold a code that is secret, under the names that errors have, too: none is
	// quoted.
	secret bool
}

// String names the operation as the API's documentation does.
func (o operation) String() string { return o.method + " " + o.path }

// fields are the parameters of an operation beside the credentials.
type fields map[string]any

// shortestText is how many bytes of a message are worth hiding: fewer would blot out words of the answer.
const shortestText = 12

// redactorFor blots out what is secret or private among the parameters, too, and of the addresses of the instance's
// webhooks: a server may quote it in an error.
func (c *Client) redactorFor(instanceID string, parameters fields) redactor {
	secrets := []string{c.options.AccessToken}
	if secret, ok := parameters["hmac"].(string); ok {
		secrets = append(secrets, secret)
	}
	if text, ok := parameters["message"].(string); ok && len(text) >= shortestText {
		secrets = append(secrets, text)
	}
	if address, ok := parameters["url"].(string); ok {
		c.hide(instanceID, address)
	}
	for _, address := range c.hidden(instanceID) {
		secrets = append(secrets, behindHost(address)...)
	}
	if len(secrets) == 1 {
		return c.redact
	}
	return newRedactor(secrets...)
}

// request builds the request of an operation. Credentials travel in the query, as in all documented samples, and for
// POST and PATCH in the JSON body too (but for bareBody), as in the parameter tables. Other parameters travel in the
// body where there is one.
func (c *Client) request(ctx context.Context, op operation, instanceID string, parameters fields) (*http.Request,
	error,
) {
	query, content := url.Values{"access_token": {c.options.AccessToken}}, fields{"access_token": c.options.AccessToken}
	if instanceID != "" {
		query.Set("instance_id", instanceID)
		content["instance_id"] = instanceID
	}
	if op.bareBody {
		clear(content)
	}
	hasBody := op.method == http.MethodPost || op.method == http.MethodPatch
	for key, value := range parameters {
		if hasBody {
			content[key] = value
		} else {
			query.Set(key, fmt.Sprint(value))
		}
	}
	target := c.options.BaseURL.JoinPath(op.path)
	target.RawQuery = query.Encode()

	var body io.Reader
	if hasBody {
		encoded, err := json.Marshal(content)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, op.method, target.String(), body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Accept-Encoding", "identity") // without it, a server may use any
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", c.options.UserAgent)
	return request, nil
}
