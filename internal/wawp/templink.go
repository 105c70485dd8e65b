package wawp

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// What the documentation of session/temp-link says of a link: how long it is valid, and where its page is, by its
// token.
const (
	tempLinkLife = 30 * time.Minute
	tempLinkPage = "https://app.wawp.net/temp-qr/"
)

// wawpDomain is the domain of Wawp's own pages.
const wawpDomain = "wawp.net"

var (
	getTempLink    = operation{method: http.MethodGet, path: "/v2/session/temp-link", retry: retryRead}
	createTempLink = operation{
		method: http.MethodPost, path: "/v2/session/temp-link", retry: retryNotDone,
		mustFinish: true,
	}
	revokeTempLinks = operation{method: http.MethodDelete, path: "/v2/session/temp-link", retry: retryIdempotent}
)

// TempLink is the address of a page on which a person scans the QR code of a session, without an account at Wawp. It is
// a secret: who has it can link a phone. A session has one at most. Without a URL it is none.
type TempLink struct {
	URL string
	// ExpiresAt is when the link ends; zero means that it was not told.
	ExpiresAt time.Time
	// AsOf is when Wawp told so, by the clock that ExpiresAt is of.
	AsOf time.Time
}

// Is says whether it is the link of an address, whatever stands before the last part of it, which is the token.
func (l TempLink) Is(address string) bool {
	return l.URL != "" && lastPart(l.URL) == lastPart(address)
}

// EndsWithin says whether the link ends within a time from when it was told; 0 means that it has ended by then. If its
// end was not told, it does not.
func (l TempLink) EndsWithin(d time.Duration) bool {
	return !l.ExpiresAt.IsZero() && !l.ExpiresAt.After(l.AsOf.Add(d))
}

// HasEnded says whether the link has surely ended, by what Wawp shows now: its time is over, or another one has taken
// its place. That none is shown, or one that ends sooner, is no proof: such an answer may be older than the link.
func (l TempLink) HasEnded(shown TempLink) bool {
	isOlder := !shown.ExpiresAt.IsZero() && shown.ExpiresAt.Before(l.ExpiresAt)
	l.AsOf = shown.AsOf
	return l.EndsWithin(0) || shown.URL != "" && !shown.Is(l.URL) && !isOlder
}

func lastPart(address string) string {
	address = strings.TrimRight(address, "/")
	return address[strings.LastIndex(address, "/")+1:]
}

// GetTempLink reads the link of a session that is valid now; without a URL there is none, which a 404 about a link may
// say, too. The answer may be some seconds old.
func (c *Client) GetTempLink(ctx context.Context, id string) (TempLink, error) {
	a, err := c.call(ctx, getTempLink, id, nil)
	if e := (*Error)(nil); errors.As(err, &e) && e.IsAbout("link") {
		return TempLink{AsOf: asOf(a)}, nil
	}
	if err != nil {
		return TempLink{}, err
	}
	link, told := c.tempLink(a)
	if !told {
		return TempLink{}, newUnreadable(getTempLink, a, c.redact,
			"the answer neither holds a link nor says that there is none")
	}
	return link, nil
}

// CreateTempLink makes a link, which ends the one that there was. It is sent once, but for refusals that surely made
// nothing; once sent it ignores the end of ctx. An answer that does not hold the link is followed by a look for it,
// which does not take an older one. Hold [Client.LockTempLinks] meanwhile.
func (c *Client) CreateTempLink(ctx context.Context, id string) (TempLink, error) {
	a, err := c.call(ctx, createTempLink, id, nil)
	if err != nil {
		return TempLink{}, err
	}
	link, _ := c.tempLink(a)
	if link.URL == "" && !parse(a.body).failed() {
		if link, _ = c.GetTempLink(ctx, id); link.EndsWithin(tempLinkLife / 2) {
			link = TempLink{} // the one before it
		}
	}
	if link.URL == "" {
		return TempLink{}, newUnreadable(createTempLink, a, c.redact, "the answer holds no link")
	}
	if link.ExpiresAt.IsZero() || link.EndsWithin(0) { // it has not: it is dated in another time zone
		link.ExpiresAt = link.AsOf.Add(tempLinkLife)
	}
	c.Claim("temporary link of " + id)
	return link, nil
}

// HasMadeTempLink says whether this client has made a link of a session, which has ended all those before it.
func (c *Client) HasMadeTempLink(id string) bool { return c.IsClaimed("temporary link of " + id) }

// RevokeTempLinks ends all links of a session. Hold [Client.LockTempLinks] meanwhile.
func (c *Client) RevokeTempLinks(ctx context.Context, id string) error {
	return c.change(ctx, revokeTempLinks, id, nil)
}

// LockTempLinks waits until nobody else in this process makes or revokes the links of a session, and returns how to let
// the next one do so. Each link ends the one before it: who wants one, and looks first, must not be overtaken.
func (c *Client) LockTempLinks(ctx context.Context, id string) (unlock func(), err error) {
	return c.lock(ctx, "temp-link of "+id)
}

// tempLink finds the link in an answer, and says whether the answer tells of one, or that there is none. Whether it is
// text or an object, no documentation shows. An error may hold the address of a page of help: that is no link.
func (c *Client) tempLink(a answer) (link TempLink, told bool) {
	d, now := parse(a.body), asOf(a)
	for _, name := range []string{"link", "temp_link", "tempLink"} {
		if inner := d.object(name); inner != nil {
			d.layers = append(d.layers, inner)
		}
	}
	failed := d.failed()
	for _, names := range [][]string{{"link", "temp_link", "tempLink"}, {"url", "token"}} {
		none := false
		for _, layer := range d.layers {
			for _, name := range names {
				value, ok := layer[name]
				if address := c.address(text(value)); address != "" &&
					(!failed || strings.Contains(text(value), "/temp-qr/")) {
					return TempLink{address, d.expiry(), now}, true
				}
				none = none || ok && !isSet(value)
			}
		}
		if none {
			return TempLink{AsOf: now}, !failed
		}
	}
	return TempLink{}, false
}

func asOf(a answer) time.Time { return sentAt(a.header, time.Now()).UTC() }

func (d document) expiry() time.Time {
	return d.instant("expires_at", "expiresAt", "expires", "expiry", "expiration", "expiration_time", "expirationTime",
		"expire_at", "expireAt", "valid_until", "validUntil")
}

var tempLinkToken = regexp.MustCompile(`^[A-Za-z0-9_-]{16,}$`)

// address returns the address of a link, which may be written as its token alone; "" if it is neither, an echo of the
// access token, or an address that nobody should be sent to.
func (c *Client) address(link string) string {
	u, err := url.Parse(link)
	switch {
	case err != nil, link != c.redact.whole(link), strings.ContainsFunc(link, unicode.IsSpace):
		return ""
	case tempLinkToken.MatchString(link):
		return tempLinkPage + link
	case u.User != nil, u.Scheme != "https" && (u.Scheme != "http" || c.options.BaseURL.Scheme != "http"),
		!isASCII(u.Host), asciiHost(u) == "":
		return ""
	}
	return link
}

// LeadsElsewhere returns the host of a link that leads neither to Wawp nor to where the API is; "" if it does.
func (c *Client) LeadsElsewhere(link TempLink) string {
	u, err := url.Parse(link.URL)
	if err != nil || link.URL == "" {
		return ""
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if host == wawpDomain || strings.HasSuffix(host, "."+wawpDomain) ||
		strings.EqualFold(host, c.options.BaseURL.Hostname()) {
		return ""
	}
	return asciiHost(u)
}
