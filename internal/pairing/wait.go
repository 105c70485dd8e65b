package pairing

import (
	"context"
	"errors"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// watchForPhone watches a session until look says that all is done, or returns an error. A phone that is linked when
// the time is over counts, even if Wawp did not tell in time whose it is. It returns the session as last seen, and what
// ended the wait.
func watchForPhone(
	ctx context.Context, client *wawp.Client, id string, look func(wawp.Look) (bool, error),
) (wawp.Session, error) {
	last, err := client.WatchSession(ctx, id, look)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) && last.Status == wawp.StatusWorking {
		return last, nil
	}
	return last, err
}

// accountTimeout is how long it may take until Wawp tells whose phone is linked, or tells its number.
const accountTimeout = 30 * time.Second

// isLinked says whether a phone is linked, and known whose, or for long enough not known. Where a number is expected, a
// phone of which nothing was told yet is waited for until the time is over; one of which all but the number was told
// may be hiding it.
func isLinked(l wawp.Look, expected string) bool {
	switch {
	case l.Status != wawp.StatusWorking, l.Account == nil && expected != "":
		return false
	case l.Account == nil, isNumberMissing(expected, l.Session):
		return l.HasLasted(accountTimeout)
	}
	return true
}

// phoneWait is the wait of a resource for its phone. A phone that another resource of the same run logs out is none:
// what is seen of it is about to change.
type phoneWait struct {
	client       *wawp.Client
	id, expected string
	isNewPhone   bool // a phone that is linked from now on: no phone was, or this run has unlinked it
	wasNewPhone  bool // at the last look
}

// look says whether the wait is over: a phone is linked, or none can be. One that is refused is left to who has it.
func (w *phoneWait) look(l wawp.Look) (bool, error) {
	w.wasNewPhone = w.isNewPhone
	w.isNewPhone = w.isNewPhone || l.Status != "" && l.Status != wawp.StatusWorking || w.client.IsUnlinked(w.id)
	switch {
	case l.Status == wawp.StatusStopped, !isLinked(l, w.expected):
		return l.Status == wawp.StatusStopped && l.Settled(), nil
	case isNumberMissing(w.expected, l.Session), isOtherPhone(w.expected, l.Session):
		return w.wasNewPhone || !w.client.IsClaimed(logoutKey(w.id)), nil
	}
	return w.claim(), nil
}

// claim takes the phone over, so that nobody in this run logs it out, and says whether that is still possible.
func (w *phoneWait) claim() bool {
	if w.wasNewPhone {
		w.client.Claim(pairingKey(w.id))
		return true
	}
	return w.client.ClaimUnless(pairingKey(w.id), logoutKey(w.id))
}
