package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// maxBody is how much of an answer is read, in bytes.
const maxBody = 1 << 20

// raw is an answer as it came, with all its secrets: it must go no further than to a scrubber.
type raw struct {
	status      int
	contentType string
	body        []byte
}

// tap is a transport that keeps the last answer.
type tap struct {
	next http.RoundTripper
	last *raw // nil if there was none
}

// RoundTrip reads the answer to its end: one that breaks off is none.
func (t *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	t.last = nil
	response, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	switch {
	case err != nil:
		return nil, err
	case response.StatusCode < 200 || response.StatusCode > 599:
		return nil, errors.New("the status is not that of an answer")
	}
	t.last = &raw{response.StatusCode, response.Header.Get("Content-Type"), body}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// call is what is kept of an answer: nothing in it is a value that the server chose, but for words from the lists below.
type call struct {
	wawptest.FixtureCall
	state string // of the session, as the provider understands the answer: one of states, another one, or ""
	code  string // of an error: one of codes, a number for another one, or ""
	own   bool   // the provider takes it for Wawp's own word that there is no such session
	token bool   // it repeats the access token
	mail  bool   // it holds an e-mail address
}

// states are the documented ones (pages of session/info and session/delete).
var states = []string{
	wawp.StatusStopped, wawp.StatusStarting, wawp.StatusScan, wawp.StatusWorking, wawp.StatusFailed, "DELETED",
}

const otherState = "a state that is not documented"

// codes are those that Wawp's documentation or public code names, and that of WordPress, on which version 1 of the API
// runs, for a route that is not there.
var codes = []string{
	"invalid_access_token", "invalid_instance", "invalid_session", "missing_param", "qr_not_available", "quota_reached",
	"server_not_found", "subscription_required", "success", "wawp_upstream_error", "rest_no_route",
}

// scrubber turns answers into calls.
type scrubber struct {
	token   string
	secrets []string
	unknown *[]string // codes that are not in the list, in order of appearance
}

func newScrubber(token string) scrubber {
	return scrubber{token: token, secrets: []string{token}, unknown: new([]string)}
}

// hide makes keys that hold a secret vanish, too.
func (s *scrubber) hide(secret string) { s.secrets = append(s.secrets, secret) }

func (s *scrubber) call(ctx context.Context, at step, answer raw) call {
	read := answer.read(ctx)
	return call{
		FixtureCall: wawptest.FixtureCall{
			Step:        at.name,
			Endpoint:    at.endpoint,
			Status:      answer.status,
			ContentType: contentType(answer.contentType),
			Form:        wawptest.FormOf(maskKeys(answer.body), s.secrets...),
		},
		state: read.state(),
		code:  s.code(read),
		own:   wawp.KindOf(read.err).Missing(),
		token: bytes.Contains(answer.body, []byte(s.token)),
		mail:  holdsMailAddress(answer.body),
	}
}

// code names the code of an error answer.
func (s *scrubber) code(read reading) string {
	var e *wawp.Error
	if !errors.As(read.err, &e) || e.Code == "" {
		return ""
	}
	if slices.Contains(codes, e.Code) {
		return e.Code
	}
	if !slices.Contains(*s.unknown, e.Code) {
		*s.unknown = append(*s.unknown, e.Code)
	}
	return fmt.Sprintf("an unknown code, no. %d", slices.Index(*s.unknown, e.Code)+1)
}

// reading is what the provider's client makes of an answer, were it that of session/info.
type reading struct {
	session wawp.Session
	err     error
}

func (r raw) read(ctx context.Context) reading {
	client := wawp.New(wawp.Options{AccessToken: "none", Transport: replay(r)})
	session, err := client.GetSession(context.WithoutCancel(ctx), "none")
	return reading{session, err}
}

// state returns the state of the session; "" if the answer tells none.
func (r reading) state() string {
	switch {
	case r.err != nil || r.session.Status == "":
		return ""
	case slices.Contains(states, r.session.Status):
		return r.session.Status
	}
	return otherState
}

// replay is a transport that gives one answer, and reaches nobody.
type replay raw

// RoundTrip returns the answer.
func (r replay) RoundTrip(request *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: r.status,
		Header:     http.Header{"Content-Type": {r.contentType}},
		Body:       io.NopCloser(bytes.NewReader(r.body)),
		Request:    request,
	}, nil
}

var mailAddress = regexp.MustCompile(`@([\w-]+\.)+[A-Za-z]{2,}`)

// chatHosts are what follows a number in the address of a chat.
var chatHosts = []string{"@c.us", "@g.us", "@s.whatsapp.net"}

func holdsMailAddress(body []byte) bool {
	return slices.ContainsFunc(mailAddress.FindAllString(string(body), -1), func(host string) bool {
		return !slices.Contains(chatHosts, strings.ToLower(host))
	})
}

var (
	mediaTypes = []string{
		"application/json", "application/problem+json", "application/xml", "text/xml", "text/html", "text/plain", "image/png",
		"application/octet-stream",
	}
	charsets = []string{"utf-8", "iso-8859-1", "us-ascii"}
)

// contentType returns a well-known media type, with its charset; "other" for any other.
func contentType(header string) string {
	if header == "" {
		return ""
	}
	media, params, err := mime.ParseMediaType(header)
	if err != nil || !slices.Contains(mediaTypes, media) {
		return "other"
	}
	if charset := strings.ToLower(params["charset"]); slices.Contains(charsets, charset) {
		return media + "; charset=" + charset
	}
	return media
}

// maskKeys renames the keys of a JSON body that are not made of known words, so that FormOf takes them for values: the keys
// of a map may be tokens or names of people. Other bodies stay as they are.
func maskKeys(body []byte) []byte {
	var value any
	if json.Unmarshal(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf")), &value) != nil {
		return body
	}
	masked, err := json.Marshal(mask(value))
	if err != nil {
		return nil // It was JSON a moment ago.
	}
	return masked
}

func mask(value any) any {
	switch value := value.(type) {
	case []any:
		for i := range value {
			value[i] = mask(value[i])
		}
	case map[string]any:
		masked, count := map[string]any{}, 0
		for _, key := range slices.Sorted(maps.Keys(value)) {
			name := key
			if !madeOfWords(key) {
				count++
				name = fmt.Sprintf("!%06d", count)
			}
			masked[name] = mask(value[key])
		}
		return masked
	}
	return value
}

var letters = regexp.MustCompile(`^[A-Za-z_.-]+$`)

// numbered are the names that FormOf gives: the simulator says them when it answers in the form of a fixture.
var numbered = regexp.MustCompile(`^key[0-9]{1,3}$`)

// madeOfWords reports whether a key, in snake, kebab or camel case, consists of known words.
func madeOfWords(key string) bool {
	if !letters.MatchString(key) {
		return numbered.MatchString(key)
	}
	if words[strings.ToLower(key)] {
		return true
	}
	var spaced strings.Builder
	for i, c := range key {
		switch {
		case c == '_' || c == '-' || c == '.':
			c = ' '
		case unicode.IsUpper(c) && i > 0 && unicode.IsLower(rune(key[i-1])):
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(unicode.ToLower(c))
	}
	found := strings.Fields(spaced.String())
	return len(found) > 0 && !slices.ContainsFunc(found, func(word string) bool { return !words[word] })
}

// words are those of which keys are made: of the documented keys, of the engine upstream, of WordPress, and of APIs in
// general. A key with another word in it is not shown; so no name of a person belongs here, and nothing with a digit.
var words = func() map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(`
		ability able about abuse accept accepted access account accounts ack action actions activated active activity actual add
		added additional address agent alias allow allowed amount api app application applied apply archive array assigned at attempt
		attempts attribute auth authenticated author authorization auto automatic available avatar average backoff balance ban
		banned base batch billing block blocked body boot bot broadcast browser bucket build bulk burst business by cache call
		callback calls cancel cap caps capabilities capacity category change changed channel channels chat chats check checks
		client cloud code codes color command comment community company concurrency concurrent condition config configuration
		configured connect connected connection consumed contact contacts container content context control cooldown core cost
		count counter country create created creation credentials credit credits currency current custom customer daily data date
		datetime day days debug default defaults delay delays delete deleted delivery deny deprecated description detail details
		device devices disabled display doc docs documentation domain done duration edit edited email emails enable enabled
		encoding end ended ends endpoint endpoints engine entity env environment error errors event events exception exists expire
		expired expires expiration expiry explain exponential external extra fail failed failure false features feature field
		fields file filter final first flag flags for format free from full gateway generated global group groups has hash
		header headers health help hidden hint hmac home hook hooks host hour hourly hours href html http https icon id identifier
		identity ids idle image images in inactive index info information initial instance instances integration interval ip is
		issue item items jid jids job json key keys kind label labels language last latency latest level lid lifecycle lifetime
		limit limited limits line link linked links list live loaded local locale locked log login logout logs mail max maximum
		me media member members message messages messaging meta metadata method milliseconds mime mimetype min minimum minute
		minutes mobile mode model modified month monthly more ms msg name names network new newsletter next no node note notes
		notice notification notifications number object of off offline ok old on online open operation option optional options
		order origin original other owner package page pages paid pairing parameter parameters params parent participants passed
		password path pause paused payload payment pending per period permission permissions phone picture plan plans platform
		plugin policies policy poll pool port position post premium presence preset previous price pricing priority private
		privileges problem profile profiles progress project properties property protected protection provider proxy public push
		qr qrcode query queue queued quota quotas random rate rates raw reached reaction read ready reason receive received
		recommendation recommended reconnect recurring ref reference refresh region register registered remaining remote remove
		removed replay reply req request requested requests required reset resource response rest restart restarted result results
		retries retry return revoke revoked role route rule rules runtime sandbox scan schedule scheduled schema scope screen seconds
		secret secure security selected send sender sent serial serialized server servers service session sessions set setting settings
		setup sha signature signed since single size slot slots slow slug slugs source stack stage standard start started
		starting starts stat state states static status stop stopped store strategy strict string strings subject subscription success
		successful suggestion summary support supported suspended synced system tag tags target team temp temporary tenant text
		throttle throughput tier time timeout times timestamp timezone title to token tokens total trace trial true ttl type types
		unit units unlimited unread until update updated updates upgrade upload upstream uri url urls usage use used user username users
		uuid valid validity value values verified version wa wait warning warnings web webhook webhooks webjs week weekly wid window
		wawp whatsapp with work worker working workspace year yes zone high low medium normal basic standard pro enterprise plus
		permissive relaxed aggressive balanced safe fast custom moderate conservative starter advanced
		expiresat createdat updatedat deletedat startedat pushname instanceid sessionname servername
	`) {
		set[word] = true
	}
	return set
}()
