package wawp

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// This file finds the parts of a webhook's address that no message may show: all but scheme and host, which often is
// the secret of the receiver.

// hide registers addresses of an instance's webhooks. Errors about the instance then show only their hosts.
func (c *Client) hide(instanceID string, addresses ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, address := range addresses {
		if !slices.Contains(c.addresses[instanceID], address) {
			c.addresses[instanceID] = append(c.addresses[instanceID], address)
		}
	}
}

// hidden returns the addresses that were registered for an instance.
func (c *Client) hidden(instanceID string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.addresses[instanceID])
}

// behindHost returns the parts of an address to redact: each part of path, query and fragment, and the user. Each part
// comes with the sign in front of it, such as /. A long part also comes without that sign. A short one could be a word
// of the message by chance.
func behindHost(address string) []string {
	_, rest, _ := strings.Cut(address, "://")
	host := rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		host = rest[:end]
	}
	rest = rest[len(host):]
	var all []string
	if user := host[:strings.LastIndex(host, "@")+1]; user != "" {
		all = append(all, user)
		rest += "&" + strings.NewReplacer("@", "", ":", "&").Replace(user)
	}
	for _, part := range parts.FindAllString(rest, -1) {
		name, value, _ := strings.Cut(part[1:], "=")
		all = append(all, spelled(part)...)
		if value != "" {
			all = append(all, spelled(part[1:])...)
		}
		for _, alone := range []string{name, value} {
			if len(alone) >= minSecretLength {
				all = append(all, spelled(alone)...)
			}
		}
	}
	return all
}

// parts matches each part of path, query and fragment, with the sign in front of it.
var parts = regexp.MustCompile(`[/?#&][^/?#&]+`)

// slashes are escapes of a slash that [spellings] does not have.
var slashes = []string{"&#x2F;", "&#47;", "&sol;", `\u002F`}

// spelled returns a part of a URL in the spellings that [spellings] does not have.
func spelled(part string) []string {
	all := []string{part}
	for _, unescape := range []func(string) (string, error){url.PathUnescape, url.QueryUnescape} {
		if plain, err := unescape(part); err == nil && plain != part {
			all = append(all, plain)
		}
	}
	for _, text := range all {
		for _, slash := range slashes {
			if strings.Contains(text, "/") {
				all = append(all, strings.ReplaceAll(text, "/", slash))
			}
		}
	}
	return all
}

// badEscape matches a percent sign that does not begin an escape.
var badEscape = regexp.MustCompile(`%(?:[^0-9A-Fa-f]|[0-9A-Fa-f](?:[^0-9A-Fa-f]|$)|$)`)

// HasBadEscape says whether a URL has a percent sign that does not begin an escape. net/url checks only some parts of a
// URL for that.
func HasBadEscape(address string) bool { return badEscape.MatchString(address) }
