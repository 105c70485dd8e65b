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

// What is documented of a link (API.md 7).
const (
	tempLinkLife = 30 * time.Minute                // how long a link is valid
	tempLinkPage = "https://app.wawp.net/temp-qr/" // the address of its page, without the token at the end
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

// TempLink is the address of a page that shows the QR code of a session to a person without an account at Wawp. It is a
// secret, because whoever has it can link a phone. A session has one link at most. Without a URL there is no link.
type TempLink struct {
	URL string
	// ExpiresAt is when the link ends; zero if the answer does not say.
	ExpiresAt time.Time
	// AsOf is when Wawp sent the answer, by the same clock as ExpiresAt.
	AsOf time.Time
}

// Is says whether an address is that of the link. It compares the last part of the address, which is the token.
func (l TempLink) Is(address string) bool {
	return l.URL != "" && lastPart(l.URL) == lastPart(address)
}

// EndsWithin says whether the link ends within a time after AsOf; 0 asks whether it has ended. It is false if ExpiresAt
// is not known.
func (l TempLink) EndsWithin(d time.Duration) bool {
	return !l.ExpiresAt.IsZero() && !l.ExpiresAt.After(l.AsOf.Add(d))
}

// HasEnded says whether the link has surely ended. shown is the link that Wawp shows now: the link has ended if its
// time is over, or if Wawp shows another one that ends later. An answer without a link, or with one that ends sooner,
// proves nothing, because it may be older than the link (API.md 1).
func (l TempLink) HasEnded(shown TempLink) bool {
	isOlder := !shown.ExpiresAt.IsZero() && shown.ExpiresAt.Before(l.ExpiresAt)
	l.AsOf = shown.AsOf
	return l.EndsWithin(0) || shown.URL != "" && !shown.Is(l.URL) && !isOlder
}

func lastPart(address string) string {
	address = strings.TrimRight(address, "/")
	return address[strings.LastIndex(address, "/")+1:]
}

// GetTempLink reads the link of a session. If there is none, or a 404 says so, the link has no URL. The answer may be
// some seconds old (API.md 1).
func (c *Client) GetTempLink(ctx context.Context, id string) (TempLink, error) {
	a, err := c.call(ctx, getTempLink, id, nil)
	if e := (*Error)(nil); errors.As(err, &e) && e.IsAbout("link") {
		return TempLink{AsOf: asOf(a)}, nil
	}
	if err != nil {
		return TempLink{}, err
	}
	link, found := c.tempLink(a)
	if !found {
		return TempLink{}, newUnreadable(getTempLink, a, c.redact,
			"the answer neither holds a link nor says that there is none")
	}
	return link, nil
}

// CreateTempLink makes a link, which ends the link before it. The request is sent again only if the server surely has
// made nothing. Once it is on its way, it ignores the end of ctx. If the answer does not have the link, CreateTempLink
// reads it after a pause, and ignores an older one. The caller must hold [Client.LockTempLinks].
func (c *Client) CreateTempLink(ctx context.Context, id string) (TempLink, error) {
	a, err := c.call(ctx, createTempLink, id, nil)
	if err != nil {
		return TempLink{}, err
	}
	link, _ := c.tempLink(a)
	if link.URL == "" && !parse(a.body).failed() && c.Pause(ctx) == nil { // an earlier answer may be some seconds old
		link, _ = c.GetTempLink(ctx, id)
		if link.EndsWithin(tempLinkLife / 2) {
			link = TempLink{} // it is the link before
		}
	}
	if link.URL == "" {
		return TempLink{}, newUnreadable(createTempLink, a, c.redact, "the answer holds no link")
	}
	if link.ExpiresAt.IsZero() || link.EndsWithin(0) { // a new link has not ended: its date is in another time zone
		link.ExpiresAt = link.AsOf.Add(tempLinkLife)
	}
	c.Claim("temporary link of " + id)
	return link, nil
}

// HasMadeTempLink says whether this client has made a link of a session. That has ended all links before it.
func (c *Client) HasMadeTempLink(id string) bool { return c.IsClaimed("temporary link of " + id) }

// RevokeTempLinks ends all links of a session. The caller must hold [Client.LockTempLinks].
func (c *Client) RevokeTempLinks(ctx context.Context, id string) error {
	return c.change(ctx, revokeTempLinks, id, nil)
}

// LockTempLinks locks the links of a session against other writes of this process. Each new link ends the one before,
// so nobody else may make one between a read and the write that rests on it.
func (c *Client) LockTempLinks(ctx context.Context, id string) (unlock func(), err error) {
	return c.lock(ctx, "temp-link of "+id)
}

// tempLink reads the link in an answer. ok is false if the answer neither has a link nor says that there is none. The
// link may be text or an object (API.md 7). An address in an error may be that of a help page, and not a link.
func (c *Client) tempLink(a answer) (link TempLink, ok bool) {
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

// asOf returns when an answer was sent.
func asOf(a answer) time.Time { return sentAt(a.header, time.Now()).UTC() }

// expiry returns when the link ends. The keys are guesses (API.md 7).
func (d document) expiry() time.Time {
	return d.instant("expires_at", "expiresAt", "expires", "expiry", "expiration", "expiration_time", "expirationTime",
		"expire_at", "expireAt", "valid_until", "validUntil")
}

var tempLinkToken = regexp.MustCompile(`^[A-Za-z0-9_-]{16,}$`)

// address returns the address of a link, which may be written as its token alone. It returns "" for anything else: the
// access token, sent back, or an address that nobody should be sent to.
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

// ForeignHost returns the host of a link that leads neither to Wawp nor to the host of the API; "" for other links.
func (c *Client) ForeignHost(link TempLink) string {
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
