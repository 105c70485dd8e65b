package pairing

import (
	"context"
	"errors"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// watchForPhone watches a session until look returns true or an error. If a phone is linked when the timeout ends, that
// counts, even if Wawp has not reported whose it is. It returns the session as last seen, and the error that ended the
// wait.
func watchForPhone(
	ctx context.Context, client *wawp.Client, id string, look func(wawp.Look) (bool, error),
) (wawp.Session, error) {
	last, err := client.WatchSession(ctx, id, look)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) && last.Status == wawp.StatusWorking {
		return last, nil
	}
	return last, err
}

// accountTimeout is how long to wait until Wawp reports the account of a linked phone, or its number.
const accountTimeout = 30 * time.Second

// isLinked reports whether a phone is linked and its account is known, or has been unknown for accountTimeout. If a
// number is expected, an unknown account never counts. An account without a number counts after accountTimeout, because
// WhatsApp may hide the number.
func isLinked(l wawp.Look, expected string) bool {
	switch {
	case l.Status != wawp.StatusWorking, l.Account == nil && expected != "":
		return false
	case l.Account == nil, isNumberMissing(expected, l.Session):
		return l.HasLasted(accountTimeout)
	}
	return true
}

// phoneWait is the wait of a resource for its phone. A phone that another resource of the same run logs out does not
// count, because it is about to be unlinked.
type phoneWait struct {
	client       *wawp.Client
	id, expected string
	isNewPhone   bool // a phone that is linked from now on is new: none was linked, or this run has unlinked it
	wasNewPhone  bool // isNewPhone before the last look
}

// look reports whether the wait is over: a phone is linked, or none can be linked. It does not claim a phone that is
// refused.
func (w *phoneWait) look(l wawp.Look) (bool, error) {
	w.wasNewPhone = w.isNewPhone
	w.isNewPhone = w.isNewPhone || l.Status != "" && l.Status != wawp.StatusWorking || w.client.IsUnlinked(w.id)
	switch {
	case l.Status == wawp.StatusStopped:
		return l.Settled(), nil
	case !isLinked(l, w.expected):
		return false, nil
	case isNumberMissing(w.expected, l.Session), isOtherPhone(w.expected, l.Session):
		// A phone that is refused ends the wait, unless it is an old one that is about to be unlinked.
		return w.wasNewPhone || !w.client.IsClaimed(logoutKey(w.id)), nil
	}
	return w.claim(), nil
}

// claim claims the phone, so that no other resource of this run logs it out. It returns false if one already does.
func (w *phoneWait) claim() bool {
	if w.wasNewPhone {
		w.client.Claim(pairingKey(w.id))
		return true
	}
	return w.client.ClaimUnless(pairingKey(w.id), logoutKey(w.id))
}
