package wawp

import (
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// hostName matches names of hosts in ASCII.
var hostName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,253}$`)

// asciiHost returns host and port of an address in ASCII. A name that only looks like another one then shows as xn--.
// It returns "" if there can be no such host.
func asciiHost(u *url.URL) string {
	name := u.Hostname()
	if ip, err := netip.ParseAddr(name); err == nil && hostName.MatchString("ip"+ip.Zone()) {
		return u.Host
	}
	if !isASCII(name) {
		var err error
		name, err = idna.Lookup.ToASCII(name)
		if err != nil {
			return ""
		}
	}
	switch {
	case !hostName.MatchString(name):
		return ""
	case u.Port() == "":
		return name
	}
	return net.JoinHostPort(name, u.Port())
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c > unicode.MaxASCII })
}

const unreadableOrigin = "(unreadable)"

// origin returns scheme and host of an address. Path and query are not shown, because they may be secret.
func origin(u *url.URL) string {
	host := asciiHost(u)
	if host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return unreadableOrigin
	}
	return u.Scheme + "://" + host
}
