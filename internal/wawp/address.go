package wawp

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// This file has what no message may show of the address of a webhook: all that stands behind its host, which often is
// the secret of its receiver.

// hide has no error about an instance show more of the addresses of its webhooks than their hosts.
func (c *Client) hide(instanceID string, addresses ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, address := range addresses {
		if !slices.Contains(c.addresses[instanceID], address) {
			c.addresses[instanceID] = append(c.addresses[instanceID], address)
		}
	}
}

// hidden returns the addresses that are hidden in errors about an instance.
func (c *Client) hidden(instanceID string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.addresses[instanceID])
}

// behindHost returns what a message may quote of an address and must not show: the parts of what stands behind the
// host, and the user in front of it. Each has with it what introduces it; those that are too long to be a word of the
// message by chance are returned without that, too.
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
			if len(alone) >= shortSecret {
				all = append(all, spelled(alone)...)
			}
		}
	}
	return all
}

// parts are what stands behind a host, each with what introduces it.
var parts = regexp.MustCompile(`[/?#&][^/?#&]+`)

// slashes are those that servers write in place of a slash, but for those of [spellings].
var slashes = []string{"&#x2F;", "&#47;", "&sol;", `\u002F`}

// spelled returns a part of a URL as a server may write it, but for [spellings].
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

// badEscape is a percent sign that begins no escape.
var badEscape = regexp.MustCompile(`%(?:[^0-9A-Fa-f]|[0-9A-Fa-f](?:[^0-9A-Fa-f]|$)|$)`)

// HasBadEscape says whether a URL has a percent sign that begins no escape, anywhere: net/url does not look at all
// parts.
func HasBadEscape(address string) bool { return badEscape.MatchString(address) }
