package pairing

import (
	"context"
	"errors"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// wait watches a session until look says that all is done, or returns an error. A phone that is linked when the time
// is over counts, even if Wawp did not tell in time whose it is. It returns the session as last seen, and what ended
// the wait.
func wait(
	ctx context.Context, client *wawp.Client, id string, look func(wawp.Look) (bool, error),
) (wawp.Session, error) {
	last, err := client.WatchSession(ctx, id, look)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) && last.Status == wawp.StatusWorking {
		return last, nil
	}
	return last, err
}

// lateAccount is how long it may take until Wawp tells whose phone is linked, or tells its number.
const lateAccount = 30 * time.Second

// isLinked says whether a phone is linked, and known whose, or for long enough not known. Where a number is expected,
// a phone of which nothing was told yet is waited for until the time is over; one of which all but the number was
// told may be hiding it.
func isLinked(l wawp.Look, expected string) bool {
	switch {
	case l.Status != wawp.StatusWorking, l.Account == nil && expected != "":
		return false
	case l.Account == nil, isUntold(expected, l.Session):
		return l.HasLasted(lateAccount)
	}
	return true
}

// arrival is the wait of a resource for its phone. A phone that another resource of the same run logs out is none: what
// is seen of it is about to change.
type arrival struct {
	client       *wawp.Client
	id, expected string
	isNew        bool // a phone that is linked from now on: no phone was, or this run has unlinked it
	wasNew       bool // at the last look
}

// look says whether the wait is over: a phone is linked, or none can be. One that is refused is left to who has it.
func (a *arrival) look(l wawp.Look) (bool, error) {
	a.wasNew = a.isNew
	a.isNew = a.isNew || l.Status != "" && l.Status != wawp.StatusWorking || a.client.IsUnlinked(a.id)
	switch {
	case l.Status == wawp.StatusStopped, !isLinked(l, a.expected):
		return l.Status == wawp.StatusStopped && l.Settled(), nil
	case isUntold(a.expected, l.Session), isAnother(a.expected, l.Session):
		return a.wasNew || !a.client.IsClaimed(logoutKey(a.id)), nil
	}
	return a.take(), nil
}

// take takes the phone over, so that nobody in this run logs it out, and says whether that is still possible.
func (a *arrival) take() bool {
	if a.wasNew {
		a.client.Claim(pairingKey(a.id))
		return true
	}
	return a.client.ClaimUnless(pairingKey(a.id), logoutKey(a.id))
}
