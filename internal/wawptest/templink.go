package wawptest

import (
	"net/http"
	"time"
)

// linkLife is how long a temporary link is valid.
const linkLife = 30 * time.Minute

// tempLink is the address of a page on which a person scans the QR code. It is a secret. The zero value has expired.
type tempLink struct {
	url     string
	expires time.Time
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
	return reply(http.StatusOK, object{"link": link.url, "expires_at": link.expires.UTC().Format(time.RFC3339)})
}

// newTempLink ends the link that there was.
func (a *API) newTempLink(c call) answer {
	c.session.link = tempLink{
		url:     "https://app.wawp.net/temp-qr/" + randomToken(),
		expires: a.config.Now().Add(linkLife),
	}
	return a.tempLink(c)
}

func (a *API) revokeTempLinks(c call) answer {
	c.session.link = tempLink{}
	return reply(http.StatusOK, object{"success": true})
}
