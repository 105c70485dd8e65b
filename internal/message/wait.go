package message

import (
	"context"
	"slices"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// needPerson are the statuses that somebody has to end, once they last. Others pass, however long that takes.
var needPerson = []string{wawp.StatusScan, wawp.StatusStopped, wawp.StatusFailed, ""}

// waitUntilWorking looks at a session until it is WORKING, or in a status that does not pass; of any other it speaks
// once. It returns the session as last seen, and what ended the wait, if that was not what was seen.
func waitUntilWorking(
	ctx context.Context, client *wawp.Client, id string, report func(wawp.Session),
) (wawp.Session, error) {
	return client.WatchSession(ctx, id, func(l wawp.Look) (bool, error) {
		switch {
		case l.Err != nil:
			return false, nil //nolint:nilerr // a fault that may have passed by the next look
		case l.Status == wawp.StatusWorking:
			return true, nil
		case slices.Contains(needPerson, l.Status):
			return l.Settled() || l.Lasts(), nil
		case l.Row == 1:
			report(l.Session)
		}
		return false, nil
	})
}
