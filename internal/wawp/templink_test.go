package wawp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

const linkToken = "kEq3Xw9ZbR7tYuLpA2sDfG5hJ8mNcV4xQ1oWiEr6TzUy0BnMkLjHgFdSaPqRsTv-"

const linkAddress = tempLinkPage + linkToken

// TestTempLink404AboutALinkMeansNone also has answers about the session or an endpoint, which mean something else.
func TestTempLink404AboutALinkMeansNone(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 31, 11, 59, 0, 0, time.UTC)
	for body, want := range map[string]Kind{
		`{"code":"not_found","message":"No active link for this session"}`: "",
		`{"code":"link_not_found","message":"No."}`:                        "",
		`{"code":"not_found","message":"Session not found"}`:               NoSuchInstance,
		`{"message":"Cannot GET /v2/session/temp-link"}`:                   NotFound,
		`<html>No link</html>`:                                             NotFound,
	} {
		c := client(t, serve(t, response(404, body, "Date", at.Format(http.TimeFormat))).URL)
		got, err := c.GetTempLink(t.Context(), "A1")
		if KindOf(err) != want || want == "" && (err != nil || got != TempLink{AsOf: at}) {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
}

// TestTempLinkIsReadInEveryForm tests promise P6 for temporary links.
func TestTempLinkIsReadInEveryForm(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	whole, bare := TempLink{URL: linkAddress, ExpiresAt: end}, TempLink{URL: linkAddress}
	asOf := time.Date(2026, 1, 31, 11, 59, 0, 0, time.UTC)
	const at = `"expires_at":"2026-01-31T12:00:00Z"`
	for name, test := range map[string]struct {
		body string // $ is the address, # the token alone
		want TempLink
	}{
		"text":                   {`{"link":"$",` + at + `}`, whole},
		"text, escaped":          {`{"link":"` + strings.ReplaceAll(linkAddress, "/", `\/`) + `",` + at + `}`, whole},
		"text, spaced":           {`{"link":" $\n",` + at + `}`, whole},
		"token":                  {`{"link":"#",` + at + `}`, whole},
		"object, url":            {`{"link":{"url":"$",` + at + `}}`, whole},
		"object, link":           {`{"link":{"link":"$",` + at + `}}`, whole},
		"object, token":          {`{"link":{"id":7,"token":"#"},` + at + `}`, whole},
		"object, url and token":  {`{"link":{"token":"another-token-of-it","url":"$"},` + at + `}`, whole},
		"object, url is null":    {`{"link":{"url":null,"token":"#"},` + at + `}`, whole},
		"under data":             {`{"success":true,"data":{"link":"$",` + at + `}}`, whole},
		"under session":          {`{"session":{"link":{"url":"$",` + at + `}}}`, whole},
		"under data.result":      {`{"data":{"result":{"link":"$"},` + at + `}}`, whole},
		"temp_link":              {`{"temp_link":"$",` + at + `}`, whole},
		"tempLink, object":       {`{"tempLink":{"url":"$","expiresAt":"2026-01-31T12:00:00Z"}}`, whole},
		"url":                    {`{"url":"$",` + at + `}`, whole},
		"token alone":            {`{"data":{"token":"#",` + at + `}}`, whole},
		"another page":           {`{"link":"http://wawp.test/p?t=1"}`, TempLink{URL: "http://wawp.test/p?t=1"}},
		"link beside a url":      {`{"url":"https://wawp.test","link":"$"}`, bare},
		"with code and message":  {`{"code":"link_created","message":"Done.","link":"$",` + at + `}`, whole},
		"no expiry":              {`{"link":"$"}`, bare},
		"expiry null":            {`{"link":"$","expires_at":null}`, bare},
		"expiry, no date":        {`{"link":"$","expires_at":"in 30 minutes"}`, bare},
		"expiry, in seconds":     {`{"link":"$","expires_in":1800}`, bare},
		"expiresAt":              {`{"link":"$","expiresAt":"2026-01-31T13:00:00+01:00"}`, whole},
		"expires, without zone":  {`{"link":"$","expires":"2026-01-31 12:00:00"}`, whole},
		"expiry, Unix time":      {`{"link":"$","expiry":1769860800}`, whole},
		"expiration, as text":    {`{"link":"$","expiration":"1769860800"}`, whole},
		"expiration_time, in ms": {`{"link":"$","expiration_time":1769860800000}`, whole},
		"expirationTime":         {`{"link":"$","expirationTime":"1769860800000"}`, whole},
		"valid_until":            {`{"link":"$","valid_until":"2026-01-31T12:00:00.000Z"}`, whole},
		"none":                   {`{"link":null}`, TempLink{}},
		"none, with expiry":      {`{"link":null,` + at + `}`, TempLink{}},
		"none, as false":         {`{"link":false}`, TempLink{}},
		"none, as text":          {`{"link":""}`, TempLink{}},
		"none, as PHP has it":    {`{"data":{"link":[]}}`, TempLink{}},
		"none, as an object":     {`{"link":{}}`, TempLink{}},
		"none in the object":     {`{"link":{"url":null}}`, TempLink{}},
		"none, beside a url":     {`{"link":null,"url":"https://wawp.test"}`, TempLink{}},
		"none, with a message":   {`{"success":true,"message":"No active link.","link":null}`, TempLink{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := strings.NewReplacer("$", linkAddress, "#", linkToken).Replace(test.body)
			s := serve(t, response(200, body, "Date", asOf.Format(http.TimeFormat)))
			got, err := client(t, s.URL).GetTempLink(context.Background(), "A1")
			test.want.AsOf = asOf
			if err != nil || got != test.want {
				t.Errorf("%+v, %v, want %+v", got, err, test.want)
			}
			if s.count() != 1 || s.requests[0].method != http.MethodGet ||
				s.requests[0].url.Path != "/v2/session/temp-link" {
				t.Errorf("%d requests: %s", s.count(), s.requests[0].method)
			}
		})
	}
}

// TestSuccessThatTellsOfNoTempLinkIsUnreadable tells an answer that cannot be understood from one that says that there
// is no link.
func TestSuccessThatTellsOfNoTempLinkIsUnreadable(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"", "null", "[]", "OK", "{}", `{"success":true}`, `{"data":null}`, `{"link":true}`, `{"link":7}`,
		`{"link":"none"}`, `{"link":["x"]}`,
		`{"link":"javascript:alert(1)"}`, `{"link":"ftp://a.test/x"}`, `{"link":"https://"}`,
		`{"link":"https://app.wawp.net/temp-qr/x is it"}`, `{"link":"/temp-qr/x"}`,
		`{"link":"https:\/\/a.test/\u0000"}`, "<html>Sign in</html>",
		`{"code":"invalid_session","message":"no"}`, `{"code":"invalid_session","message":"no","link":null}`,
		`{"success":false,"link":null}`,
		`{"code":"invalid_session","message":"no","link":"https://wawp.test/help"}`, `{"link":"https://app.wa`,
		`{"link":"` + tempLinkPage + testToken + `"}`, `{"token":"` + testToken + `"}`,
		`{"link":"https://user@app.wawp.net/temp-qr/x"}`, `{"link":"https://app.wawp.net@a.test/temp-qr/x"}`,
		`{"link":"https://app.w\u0430wp.net/temp-qr/x"}`,
		`{"link":"https://app.w%D0%B0wp.net/temp-qr/x"}`, `{"link":"https://app.wawp.net/\u202etemp-qr/x"}`,
		`{"link":"https://app.wawp.net/temp-qr/\u009bx"}`,
		`{"link":"https://app.wawp.net\\@a.test/temp-qr/x"}`, `{"link":"https://a\"b.test/temp-qr/x"}`,
		`{"link":"https:app.wawp.net/temp-qr/x"}`,
		`{"link":"https://app.wawp.net/` + strings.Repeat("x", wholeLength) + `"}`,
	} {
		s := serve(t, response(200, body))
		if got, err := client(t, s.URL).GetTempLink(context.Background(), "A1"); KindOf(err) != Unreadable ||
			got != (TempLink{}) {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
}

func TestCreateTempLink(t *testing.T) {
	t.Parallel()
	link, none := response(200, `{"link":"`+linkAddress+`"}`), response(200, `{"link":null}`)
	const old = `{"link":"` + linkAddress + `","expires_at":"2026-01-31T12:00:00Z"}`
	const now = "Sat, 31 Jan 2026 11:50:00 GMT"
	for name, test := range map[string]struct {
		replies []http.HandlerFunc
		methods string
		fails   bool
	}{
		"the link": {[]http.HandlerFunc{link}, "POST", false},
		"201": {
			[]http.HandlerFunc{response(201, `{"data":{"token":"`+linkToken+`"}}`)},
			"POST",
			false,
		},
		"empty, and there": {[]http.HandlerFunc{response(204, ""), link}, "POST GET", false},
		"a message, and there": {
			[]http.HandlerFunc{response(200, `{"message":"Link created"}`), link},
			"POST GET",
			false,
		},
		"empty, and the one before": {
			[]http.HandlerFunc{response(204, ""), response(200, old, "Date", now)},
			"POST GET",
			true,
		},
		"empty, and not there":    {[]http.HandlerFunc{response(204, ""), none}, "POST GET", true},
		"empty, and nobody tells": {[]http.HandlerFunc{response(204, ""), response(403, "")}, "POST GET", true},
		"an error in disguise": {
			[]http.HandlerFunc{response(200, `{"code":"x","message":"y"}`), link},
			"POST",
			true,
		},
		"a hotel's page":            {[]http.HandlerFunc{response(200, "<html>"), link}, "POST", true},
		"refused, to come back":     {[]http.HandlerFunc{response(429, ""), link}, "POST POST", false},
		"refused":                   {[]http.HandlerFunc{response(400, ""), link}, "POST", true},
		"500":                       {[]http.HandlerFunc{response(500, ""), link}, "POST", true},
		"502":                       {[]http.HandlerFunc{response(502, ""), link}, "POST", true},
		"503":                       {[]http.HandlerFunc{response(503, ""), link}, "POST", true},
		"no answer":                 {[]http.HandlerFunc{connectionReset, link}, "POST", true},
		"an answer that breaks off": {[]http.HandlerFunc{truncatedResponse, link}, "POST", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, test.replies...)
			earliest := time.Now().Add(tempLinkLife).Truncate(time.Second)
			got, err := client(t, s.URL).CreateTempLink(context.Background(), "A1")
			if (err != nil) != test.fails || !test.fails && got.URL != linkAddress {
				t.Errorf("%+v, %v", got, err)
			}
			if !test.fails && (got.ExpiresAt.Before(earliest) || got.ExpiresAt.After(time.Now().Add(tempLinkLife))) {
				t.Errorf("expires at %s, want 30 minutes from now", got.ExpiresAt)
			}
			var methods []string
			s.mu.Lock()
			defer s.mu.Unlock()
			for _, r := range s.requests {
				methods = append(methods, r.method)
			}
			if sent := strings.Join(methods, " "); sent != test.methods {
				t.Errorf("sent %s, want %s", sent, test.methods)
			}
		})
	}
}

// TestNewTempLinkInAnotherTimeZoneHasNotEnded has dates in several time zones.
func TestNewTempLinkInAnotherTimeZoneHasNotEnded(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	for date, want := range map[string]time.Time{
		"Sat, 31 Jan 2026 11:30:00 GMT": end,
		"Sat, 31 Jan 2026 11:59:59 GMT": end,
		"Sat, 31 Jan 2026 12:00:00 GMT": end.Add(30 * time.Minute),
		"Sat, 31 Jan 2026 14:00:00 GMT": end.Add(150 * time.Minute),
	} {
		s := serve(t, response(200, `{"link":"`+linkAddress+`","expires_at":"2026-01-31T12:00:00Z"}`, "Date", date))
		c := client(t, s.URL)
		if got, err := c.CreateTempLink(context.Background(), "A1"); err != nil || !got.ExpiresAt.Equal(want) {
			t.Errorf("%s: %+v, %v, want %s", date, got, err, want)
		}
		if !c.HasMadeTempLink("A1") || c.HasMadeTempLink("B2") {
			t.Error("it is not known who has got a new link")
		}
	}
}

// TestTempLinkHasEnded has answers that may be older than the link. They prove nothing.
func TestTempLinkHasEnded(t *testing.T) {
	t.Parallel()
	at := func(minute int) time.Time { return time.Date(2026, 1, 31, 12, minute, 0, 0, time.UTC) }
	mine, undated := TempLink{URL: "https://a.test/mine", ExpiresAt: at(30)}, TempLink{URL: "https://a.test/mine"}
	for name, test := range map[string]struct {
		link, shown TempLink
		want        bool
	}{
		"it is shown":              {mine, TempLink{"https://a.test/mine", at(30), at(0)}, false},
		"none is shown":            {mine, TempLink{AsOf: at(29)}, false},
		"its time is over":         {mine, TempLink{AsOf: at(30)}, true},
		"shown, its time is over":  {mine, TempLink{"https://a.test/mine", at(30), at(31)}, true},
		"another one, made later":  {mine, TempLink{"https://a.test/other", at(31), at(1)}, true},
		"another one, not dated":   {mine, TempLink{URL: "https://a.test/other", AsOf: at(1)}, true},
		"another one, made before": {mine, TempLink{"https://a.test/other", at(29), at(1)}, false},
		"not dated":                {undated, TempLink{AsOf: at(59)}, false},
		"not dated, another one":   {undated, TempLink{"https://a.test/other", at(1), at(0)}, true},
	} {
		if got := test.link.HasEnded(test.shown); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// TestCreateTempLinkIgnoresCancellationOnceSent expects the link although the caller has canceled.
func TestCreateTempLinkIgnoresCancellationOnceSent(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		response(200, `{"link":"`+linkAddress+`"}`)(w, r)
	})
	if got, err := client(t, s.URL).CreateTempLink(ctx, "A1"); err != nil || got.URL != linkAddress {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := client(t, s.URL).CreateTempLink(ctx, "A1"); !errors.Is(err, context.Canceled) || s.count() != 1 {
		t.Errorf("%v after %d requests", err, s.count())
	}
}

func TestRevokeTempLinks(t *testing.T) {
	t.Parallel()
	for body, fine := range map[string]bool{
		"": true, "{}": true, "OK": true, `{"success":true}`: true, `{"link":null}`: true,
		`{"code":"success","message":"Revoked"}`: true,
		`{"code":"x","message":"y"}`:             false, `{"success":false}`: false, "<html>": false,
	} {
		s := serve(t, response(502, ""), response(429, ""), response(200, body))
		err := client(t, s.URL).RevokeTempLinks(context.Background(), "A1")
		if (err == nil) != fine || !fine && KindOf(err) != Unreadable || s.count() != 3 {
			t.Errorf("%s: %v after %d requests", body, err, s.count())
		}
		if r := s.requests[2]; r.method != http.MethodDelete || r.url.Path != "/v2/session/temp-link" || r.body != "" ||
			len(r.url.Query()) != 2 {
			t.Errorf("sent %s %s %q", r.method, r.url.Path, r.body)
		}
	}
}

func TestTempLinkIs(t *testing.T) {
	t.Parallel()
	link := TempLink{URL: "https://app.wawp.net/temp-qr/abc"}
	for address, want := range map[string]bool{
		"https://app.wawp.net/temp-qr/abc": true, "http://www.wawp.net/de/temp-qr/abc/": true,
		"https://app.wawp.net/temp-qr/abd": false, "https://app.wawp.net/temp-qr/": false,
		"https://app.wawp.net/temp-qr/ABC": false, "": false,
	} {
		if got := link.Is(address); got != want {
			t.Errorf("%q: %t", address, got)
		}
	}
	if (TempLink{}).Is("") {
		t.Error("no link is the link of no address")
	}
	if (TempLink{URL: "https://a.test/p?t=1"}).Is("https://a.test/p?t=2") {
		t.Error("two links that differ in the query are one")
	}
}

// TestErrorsQuoteNoTempLink is promise P4 for links, wherever a server puts one, but for its words for the error.
func TestErrorsQuoteNoTempLink(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"success":false,"link":"see $"}`, `{"success":false,"link":{"token":"#"}}`,
		`{"success":false,"data":{"address":"$","hash":"#"}}`, "<html>$ #</html>", "see $", "#", `{"links":["$","#"]}`,
		`{"links":["app.wawp.net/temp-qr/%"]}`,
		`{"code":"x","message":"y","my_link":"https:\/\/app.wawp.net\/temp-qr\/%"}`,
	} {
		for _, status := range []int{200, 400, 404, 500} {
			// A token may be shorter than those that are documented.
			said := strings.NewReplacer("$", linkAddress, "#", linkToken, "%", "short-token").Replace(body)
			s := serve(t, response(status, said))
			var log []Attempt
			c := client(t, s.URL, func(o *Options) {
				o.MaxRetries = 0
				o.Log = func(_ context.Context, a Attempt) { log = append(log, a) }
			})
			_, getErr := c.GetTempLink(context.Background(), "A1")
			_, createErr := c.CreateTempLink(context.Background(), "A1")
			if getErr == nil || createErr == nil {
				t.Errorf("%d %s: no error", status, body)
			}
			shown := fmt.Sprintf("%v %v %+v %#v %#v", getErr, createErr, log, getErr, createErr)
			if strings.Contains(shown, linkToken[:12]) || strings.Contains(shown, "short-token") {
				t.Errorf("%d %s: the link shows: %s", status, body, shown)
			}
		}
	}
}

// TestLockTempLinks expects one writer at a time. The lock is not that of the webhooks.
func TestLockTempLinks(t *testing.T) {
	t.Parallel()
	c := New(Options{AccessToken: testToken})
	unlock, err := c.LockTempLinks(context.Background(), "A1")
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.LockTempLinks(ended, "A1"); !errors.Is(err, context.Canceled) {
		t.Errorf("a second turn: %v", err)
	}
	for name, lock := range map[string]func(context.Context, string) (func(), error){
		"B2": c.LockTempLinks,
		"A1": c.LockWebhooks,
	} {
		free, err := lock(context.Background(), name)
		if err != nil {
			t.Fatal(err)
		}
		free()
	}
	unlock()
	unlock, err = c.LockTempLinks(context.Background(), "A1")
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}

// TestTempLinkMustBeHTTPSLikeTheAPI allows http only if the API is at an http address.
func TestTempLinkMustBeHTTPSLikeTheAPI(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{"http://api.test": "http://a.test/temp-qr/x", "https://api.test": ""} {
		a := &fixedTransport{status: 200, body: `{"link":"http://a.test/temp-qr/x"}`, requests: map[string]int{}}
		link, err := client(t, base, func(o *Options) { o.Transport = a }).GetTempLink(t.Context(), "A1")
		if link.URL != want || (err == nil) != (want != "") {
			t.Errorf("%s: %+v, %v", base, link, err)
		}
	}
}

func TestTempLinkLeadsElsewhere(t *testing.T) {
	t.Parallel()
	c := client(t, "https://proxy.example:8443/wawp")
	for link, want := range map[string]string{
		"": "", linkAddress: "", "https://wawp.net/x": "", "https://APP.WAWP.NET:443/x": "",
		"https://app.wawp.net./x": "",
		"https://proxy.example/x": "",
		"https://evilwawp.net/x":  "evilwawp.net", "https://wawp.net.example/x": "wawp.net.example",
		"https://example:8080/x":      "example:8080",
		"https://app.proxy.example/x": "app.proxy.example",
	} {
		if got := c.ForeignHost(TempLink{URL: link}); got != want {
			t.Errorf("%s leads to %q", link, got)
		}
	}
}
