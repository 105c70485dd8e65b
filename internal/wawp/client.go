// Package wawp is a client of the Wawp HTTP API, version 2. It has one file per API object, and knows nothing of
// Terraform. API.md lists the facts about the API that it rests on, and where each comes from.
//
// These files hold the rules that all objects share:
//   - send.go: how a request is sent, when it may be canceled, when it is sent again
//   - decode.go: how answers are read whose form is not documented
//   - kind.go: what an answer means
//   - watch.go: when a status counts
//   - change.go and unlink.go: when a start, stop, restart or logout has happened
//   - absence.go: when a session is gone
//   - claim.go: what this run has made, adopted and done
//   - text.go and address.go: what is never shown
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
	"maps"
	"net/http"
	"net/url"
	"slices"
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
	defaultPollInterval   = 3 * time.Second // Wawp advises 3 to 5 s (API.md 3)
	defaultSecondLook     = 5 * time.Second
	defaultRetryWait      = time.Second
)

// keptConnections is how many idle connections are kept: as many as Terraform runs operations at once by default.
const keptConnections = 10

// Options configures a [Client].
type Options struct {
	// AccessToken authenticates every request. Required.
	AccessToken string
	// BaseURL is the address of the API, as [ParseBaseURL] returns it; nil means [DefaultBaseURL].
	BaseURL *url.URL
	// UserAgent is sent with every request.
	UserAgent string
	// RequestTimeout bounds each attempt, from its connection to the last byte of the answer. It also bounds the making
	// of the connection, which takes 30 s at most. 0 means [DefaultRequestTimeout].
	RequestTimeout time.Duration
	// MaxRetries is how often a request is sent again at most; 0 means never.
	MaxRetries int
	// RequestsPerSecond limits the rate of all requests of the client; 0 means no limit.
	RequestsPerSecond float64
	// RootCAs are the certificate authorities to trust; nil means the system's.
	RootCAs *x509.CertPool
	// Log is called after each attempt; nil means no log.
	Log func(context.Context, Attempt)
	// PollInterval is the pause between two reads of a session that is waited for; 0 means 3 seconds.
	PollInterval time.Duration
	// SecondLook is the pause before a session is read again because what it shows may pass; 0 means 5 seconds.
	SecondLook time.Duration
	// RetryWait is the pause before the first retry, and doubles with each further one; 0 means 1 second.
	RetryWait time.Duration
	// Transport carries the requests. It must report connections to [httptrace.ClientTrace]. nil means a transport of
	// the client's own, which honours HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
	Transport http.RoundTripper
}

// Client calls the API. It is safe for concurrent use. Create one with [New].
type Client struct {
	options Options // with the defaults in place
	limiter *rate.Limiter
	single  http.RoundTripper // opens a connection for each request; options.Transport reuses connections
	redact  redactor

	reads     singleflight.Group       // reads of webhooks, by instance id
	mu        sync.Mutex               // guards the fields below
	writes    map[string]chan struct{} // locks for writes, by object: see lock
	claims    map[string]bool          // keys that were claimed: see Claim
	adopted   map[string]Webhook       // webhooks that this client has adopted unchanged: see Adopt
	addresses map[string][]string      // addresses that no error shows, by instance id: see hide
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
		writes: map[string]chan struct{}{}, claims: map[string]bool{},
		adopted: map[string]Webhook{}, addresses: map[string][]string{},
	}
}

// AccountMark returns a mark that tells one account from another: 16 bits of a hash of the access token and the address
// of the API. So few bits do not give the token away.
func (c *Client) AccountMark() string {
	hash := sha256.Sum256([]byte(c.options.AccessToken + "\n" + c.options.BaseURL.String()))
	return hex.EncodeToString(hash[:2])
}

// newTransport returns a clone of the default transport, which shares nothing with the rest of the process.
func newTransport(roots *x509.CertPool) *http.Transport {
	t := &http.Transport{}
	if std, ok := http.DefaultTransport.(*http.Transport); ok {
		t = std.Clone()
	}
	t.MaxIdleConnsPerHost = keptConnections
	t.MaxResponseHeaderBytes = maxHeader
	t.DisableCompression = true          // net/http would fail on an answer with a wrong Content-Encoding
	t.IdleConnTimeout = 30 * time.Second // sooner than a server would close them
	t.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	// HTTP/1 only: over HTTP/2, net/http itself may send again a request that the server has acted upon.
	t.Protocols = &http.Protocols{}
	t.Protocols.SetHTTP1(true)
	return t
}

// ParseBaseURL parses the address of an API: http or https, a host, and perhaps a path in front of /v2. Its errors
// quote only scheme or host, because the rest of an address can hold a password.
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
		return nil, errors.New("its host is not a valid name or IP address")
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
	// net/url reads some zones of IPv6 addresses that it cannot read again after it has written them.
	if _, err := url.Parse(u.String()); err != nil {
		return nil, errors.New("it is not a URL")
	}
	return u, nil
}

// operation is one endpoint of the API.
type operation struct {
	method string
	path   string // may have parameters in braces, such as /v2/labels/{id}
	retry  retryPolicy
	// mustFinish makes an attempt that is connected ignore cancellation, so that its answer is not lost.
	mustFinish bool
	// account says that the operation is on the account, and not on one instance.
	account bool
	// bareBody says that the credentials travel in the query only, even if there is a body.
	bareBody bool
	// secret says that a success may hold a secret under "code", the key for the code of an error. So neither code nor
	// message of a 2xx is quoted.
	secret bool
}

// String names the operation as the API's documentation does.
func (o operation) String() string { return o.method + " " + o.path }

// fill puts parameters into the path. It returns the path, and the other parameters.
func (o operation) fill(parameters fields) (path string, others fields, err error) {
	path, others = o.path, maps.Clone(parameters)
	for name, value := range parameters {
		segment := url.PathEscape(fmt.Sprint(value))
		filled := strings.ReplaceAll(path, "{"+name+"}", segment)
		if filled == path {
			continue // the path does not name this parameter
		}
		if slices.Contains([]string{"", ".", ".."}, segment) {
			return "", nil, fmt.Errorf("%s would lead to another path", name)
		}
		path = filled
		delete(others, name)
	}
	return path, others, nil
}

// fields are the parameters of an operation, without the credentials.
type fields map[string]any

// shortestText is how many bytes a message must have to be redacted. A shorter one may be a word of the answer.
const shortestText = 12

// redactorFor returns a redactor for errors about an instance. It redacts the access token, the secret and the text
// among the parameters, and the addresses of the instance's webhooks: a server may quote each of them in an error.
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

// request builds the request of an operation (API.md 1). Credentials travel in the query; those of a POST or PATCH
// travel in the JSON body too, except with bareBody. Other parameters travel in the path if it names them, else in
// the body if there is one, else in the query.
func (c *Client) request(ctx context.Context, op operation, instanceID string, parameters fields) (*http.Request,
	error,
) {
	query := url.Values{"access_token": {c.options.AccessToken}}
	content := fields{"access_token": c.options.AccessToken} // of the body
	if instanceID != "" {
		query.Set("instance_id", instanceID)
		content["instance_id"] = instanceID
	}
	if op.bareBody {
		clear(content)
	}
	path, parameters, err := op.fill(parameters)
	if err != nil {
		return nil, err
	}
	hasBody := op.method == http.MethodPost || op.method == http.MethodPatch
	for key, value := range parameters {
		if hasBody {
			content[key] = value
		} else {
			query.Set(key, fmt.Sprint(value))
		}
	}
	target := c.options.BaseURL.JoinPath(path)
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
	request.Header.Set("Accept-Encoding", "identity") // without this header, a server may choose any encoding
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", c.options.UserAgent)
	return request, nil
}
