package message

import (
	"cmp"
	"context"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// enough is how many looks in a row, with a pause between them, must show a status for it to count: an engine that
// reconnects shows SCAN_QR_CODE for some seconds, and one that restarts may be STOPPED, or nowhere, for more. Other
// statuses pass, however long that takes.
var enough = map[string]int{wawp.StatusScan: 2, wawp.StatusStopped: 3, wawp.StatusFailed: 3, "": 3}

// wait looks at a session until it is WORKING, or in a status that does not pass; of any other it speaks once. It
// returns the session as last seen, and what ended the wait, if that was not what was seen.
func wait(ctx context.Context, client *wawp.Client, id string, say func(wawp.Session)) (wawp.Session, error) {
	seen, before, looks := false, "", 0
	return client.WatchSession(ctx, id, func(s wawp.Session, err error) (bool, error) {
		kind := wawp.KindOf(err)
		now := cmp.Or(string(kind), s.Status)
		if looks++; now != before {
			before, looks = now, 1
		}
		wanted, counts := enough[s.Status]
		switch seen = seen || err == nil; {
		case err == nil && s.Status == wawp.StatusWorking:
			return true, nil
		case err == nil && !counts:
			if looks == 1 {
				say(s)
			}
			return false, nil
		case seen && kind.MayPass() && !kind.Missing() && ctx.Err() == nil:
			return false, nil
		case err != nil && !kind.Missing(), looks == wanted:
			return true, err
		}
		return false, client.Pause(ctx)
	})
}
