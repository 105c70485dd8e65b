package wawp

import (
	"cmp"
	"context"
)

// This file unlinks the phone of a session: it sends a logout, and waits until the status shows that it took effect.

// Unlinking is the result of [Client.Unlink]: what was done, and what was seen.
type Unlinking struct {
	// Session is the session as last seen.
	Session
	// Sent says that the logout was sent.
	Sent bool
	// Accepted says that Wawp accepted the logout, or that the status shows its effect.
	Accepted bool

	client  *Client
	notify  func(s Session, asking bool)
	failure error // the error of the last logout
}

// Unlink logs the phone of a session out, and waits until the status shows that no phone is linked.
//
// With atOnce, it sends the logout first; use that if the session was WORKING when it was last seen. Otherwise it waits
// until the session is settled, and sends the logout only if a phone may be linked: at SCAN_QR_CODE none is.
//
// If Wawp refuses the logout, Unlink sends it once more when the status has lasted, and then believes the refusal. If
// the answer was lost, Unlink does not send it again, because another phone may be linked by then.
//
// notify is called after each look, and with asking before each logout; it may be nil. The error is that of the logout,
// or of the look that ended the wait.
func (c *Client) Unlink(
	ctx context.Context, id string, atOnce bool, notify func(s Session, asking bool),
) (*Unlinking, error) {
	u := &Unlinking{Session: Session{InstanceID: id}, client: c, notify: notify}
	if u.notify == nil {
		u.notify = func(Session, bool) {}
	}
	if atOnce {
		if over, err := u.ask(ctx, Look{Session: u.Session}); over || err != nil {
			return u.end(ctx, err)
		}
	}
	_, err := c.WatchSession(ctx, id, func(l Look) (bool, error) { return u.see(ctx, l) })
	return u.end(ctx, err)
}

// end returns the result. If ctx has ended, the error of the logout says more than that of ctx.
func (u *Unlinking) end(ctx context.Context, err error) (*Unlinking, error) {
	switch {
	case err == nil:
		u.client.Claim(unlinkedKey(u.InstanceID))
	case ctx.Err() != nil && !u.Accepted:
		err = cmp.Or(u.failure, err)
	}
	return u, err
}

// see judges a look, sends the logout if that is due, and says whether no phone is linked.
func (u *Unlinking) see(ctx context.Context, l Look) (bool, error) {
	if l.Err != nil {
		if l.Lasts() {
			return false, l.Err // the session may be gone, which Find can prove
		}
		return false, nil
	}
	u.Session = l.Session
	u.notify(l.Session, false)
	switch {
	case u.Accepted:
		return hasLoggedOut(l.Session), nil
	case l.Status == StatusScan && l.Settled():
		u.Accepted = OutcomeUnknown(u.failure)
		return true, nil
	case !l.Settled(), u.failure != nil && !l.Lasts():
		return false, nil
	case OutcomeUnknown(u.failure):
		return false, u.failure
	}
	return u.ask(ctx, l)
}

// ask sends the logout, and says whether the answer shows that no phone is linked.
func (u *Unlinking) ask(ctx context.Context, l Look) (bool, error) {
	u.notify(l.Session, true)
	after, err := u.client.LogoutSession(ctx, u.InstanceID)
	u.Sent, u.Accepted, u.failure = true, err == nil, err
	switch {
	case err == nil && isDocumented(after.Status):
		u.Session = after
		return hasLoggedOut(after), nil
	case err != nil && (ctx.Err() != nil || isFinal(KindOf(err)) || l.Lasts() && !OutcomeUnknown(err)):
		return false, err
	}
	return false, nil
}

// hasLoggedOut says whether the status, after Wawp has accepted a logout, shows that no phone is linked. If the engine
// does not run, the status cannot show it, so the answer is enough.
func hasLoggedOut(s Session) bool {
	return s.Status != "" && s.Status != StatusWorking && s.Status != StatusStarting
}

// IsUnlinked says whether this client has unlinked the phone of a session.
func (c *Client) IsUnlinked(id string) bool { return c.IsClaimed(unlinkedKey(id)) }

func unlinkedKey(id string) string { return "unlinked " + id }
