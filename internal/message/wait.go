package message

import (
	"context"
	"slices"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// needPerson holds the statuses that end only if a person does something. Other statuses pass by themselves.
var needPerson = []string{wawp.StatusScan, wawp.StatusStopped, wawp.StatusFailed, ""}

// waitUntilWorking reads a session until it is WORKING, or stays in a status that needs a person. It reports each other
// status once. It returns the session as last seen, and an error if something else ended the wait.
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
