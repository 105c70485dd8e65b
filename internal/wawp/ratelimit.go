package wawp

import (
	"context"
	"net/http"
)

var getRateLimit = operation{method: http.MethodGet, path: "/v2/session/rate-limit", repeat: repeatRead}

// ProbeRateLimit asks for the sending policy of a session, only to learn whether the session answers: a nil error means
// that it lives.
func (c *Client) ProbeRateLimit(ctx context.Context, id string) error {
	a, err := c.call(ctx, getRateLimit, id, nil)
	if err != nil {
		return err
	}
	if d := parse(a.body); d.failed() || len(d.layers) == 0 {
		return newUnreadable(getRateLimit, a, c.redact, "the answer does not describe a sending policy")
	}
	return nil
}
