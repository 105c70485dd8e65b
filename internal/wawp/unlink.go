package wawp

import (
	"cmp"
	"context"
)

// Unlinking is how far it came to log a phone out.
type Unlinking struct {
	// Session is as it was last seen.
	Session
	// Sent says that the request was sent, Accepted that Wawp accepted it, or was seen to have done what it asks for.
	Sent, Accepted bool

	client  *Client
	tell    func(s Session, asking bool)
	failure error // of the request
}

// Unlink logs the phone of a session out, and sees that it took hold. With asking, it begins with the request,
// because the session was WORKING when it was seen last; else it looks first. It waits until the session is settled,
// and asks where a phone may be linked: at SCAN_QR_CODE none is. What was refused is asked for again once the status
// has lasted, and then believed; after an answer that was lost nothing is asked for again: another phone may be
// linked by then. tell is told of each look, and before each request; nil means that nobody is. An error is that of
// the request, or of the look that ended the wait.
func (c *Client) Unlink(
	ctx context.Context, id string, asking bool, tell func(s Session, asking bool),
) (*Unlinking, error) {
	u := &Unlinking{Session: Session{InstanceID: id}, client: c, tell: tell}
	if u.tell == nil {
		u.tell = func(Session, bool) {}
	}
	if asking {
		if over, err := u.ask(ctx, Look{Session: u.Session}); over || err != nil {
			return u.end(ctx, err)
		}
	}
	_, err := c.WatchSession(ctx, id, func(l Look) (bool, error) { return u.see(ctx, l) })
	return u.end(ctx, err)
}

func (u *Unlinking) end(ctx context.Context, err error) (*Unlinking, error) {
	switch {
	case err == nil:
		u.client.Claim(unlinkedKey(u.InstanceID))
	case ctx.Err() != nil && !u.Accepted:
		err = cmp.Or(u.failure, err) // says more than that the time was over
	}
	return u, err
}

// see takes in what a look told, does what it leaves to do, and says whether no phone is linked.
func (u *Unlinking) see(ctx context.Context, l Look) (bool, error) {
	if l.Err != nil {
		if l.Lasts() {
			return false, l.Err // it may be gone: others can prove that
		}
		return false, nil
	}
	u.Session = l.Session
	u.tell(l.Session, false)
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

// ask sends the request, and says whether the answer shows that it took hold.
func (u *Unlinking) ask(ctx context.Context, l Look) (bool, error) {
	u.tell(l.Session, true)
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

// hasLoggedOut says whether what Wawp tells after it has accepted a logout shows that it took hold. Of an engine that
// does not run, nothing but the answer shows it.
func hasLoggedOut(s Session) bool {
	return s.Status != "" && s.Status != StatusWorking && s.Status != StatusStarting
}

// IsUnlinked says whether the phone of a session was unlinked in this run.
func (c *Client) IsUnlinked(id string) bool { return c.IsClaimed(unlinkedKey(id)) }

func unlinkedKey(id string) string { return "unlinked " + id }
