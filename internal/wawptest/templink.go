package wawptest

import (
	"net/http"
	"slices"
	"time"
)

// linkLife is how long a temporary link is valid.
const linkLife = 30 * time.Minute

// tempLink is the address of a page on which a person scans the QR code. It is a secret. The zero value has expired.
type tempLink struct {
	url     string
	expires time.Time
}

// Links returns all links that were ever made for a session, in order, also when it is gone.
func (a *API) Links(id string) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.links[id])
}

// Link returns the link of a session that is valid now; "" if there is none.
func (a *API) Link(id string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.find(id); s != nil && a.config.Now().Before(s.link.expires) {
		return s.link.url
	}
	return ""
}

// NewLink makes a link as the dashboard would, and returns it. It panics if there is no such session.
func (a *API) NewLink(id string) string {
	var url string
	a.change(id, func(s *session) {
		a.replaceLink(s)
		url = s.link.url
	})
	return url
}

// ExpireLink makes a session's link expire now, if there is one. It panics if there is no such session.
func (a *API) ExpireLink(id string) {
	a.change(id, func(s *session) { s.link = tempLink{} })
}

var tempLinkEndpoints = map[string]endpoint{
	"GET /v2/session/temp-link":    {do: (*API).tempLink},
	"POST /v2/session/temp-link":   {do: (*API).newTempLink},
	"DELETE /v2/session/temp-link": {do: (*API).revokeTempLinks},
}

func (a *API) tempLink(c call) answer {
	link := c.session.link
	if !a.config.Now().Before(link.expires) {
		return reply(http.StatusOK, object{"link": nil})
	}
	a.handedOut(c.session)
	return reply(http.StatusOK, object{"link": link.url, "expires_at": link.expires.UTC().Format(time.RFC3339)})
}

func (a *API) newTempLink(c call) answer {
	a.replaceLink(c.session)
	return a.tempLink(c)
}

// replaceLink ends the link that there was. It is called with the API locked.
func (a *API) replaceLink(s *session) {
	s.link = tempLink{
		url:     "https://app.wawp.net/temp-qr/" + randomToken(),
		expires: a.config.Now().Add(linkLife),
	}
	a.links.add(s.InstanceID, s.link.url)
}

func (a *API) revokeTempLinks(c call) answer {
	c.session.link = tempLink{}
	return reply(http.StatusOK, object{"success": true})
}
