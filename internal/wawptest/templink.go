package wawptest

import (
	"net/http"
	"slices"
	"time"
)

// linkLife is how long a temporary link is valid, see internal/wawp/API.md, section 7.
const linkLife = 30 * time.Minute

// tempLink is the address of a page that shows the QR code to a person. It is a secret. The zero value has expired.
type tempLink struct {
	url     string
	expires time.Time
}

// Links returns all links that were made for a session, in order, even if the session is deleted.
func (a *API) Links(id string) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.links[id])
}

// Link returns the valid link of a session, "" if there is none.
func (a *API) Link(id string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.find(id); s != nil && a.config.Now().Before(s.link.expires) {
		return s.link.url
	}
	return ""
}

// NewLink makes a link, as the dashboard does, and returns it. It panics if there is no such session.
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
	a.schedulePairing(c.session)
	return reply(http.StatusOK, object{"link": link.url, "expires_at": link.expires.UTC().Format(time.RFC3339)})
}

func (a *API) newTempLink(c call) answer {
	a.replaceLink(c.session)
	return a.tempLink(c)
}

// replaceLink makes a link, and ends the former one. It is called with the API locked.
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
