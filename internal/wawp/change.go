package wawp

import "context"

// This file starts, stops and restarts the engine of a session, and waits until the status shows that it happened. The
// answers to these requests prove nothing, because their form is not documented (API.md 9). A status that is read right
// after them may be older than they are (API.md 1).

// Change is a start, a stop or a restart of an engine, from its request until the status shows that it has happened.
// [Client.Make] does all of it; Send and See are its parts.
type Change struct {
	// Name is start, stop or restart; "" is a boot that is under way without a request.
	Name string
	// Failure is the error of the request; nil if there was none. Make sets it to nil if the change has begun all the
	// same. So after an error of Make, Failure tells whether the request failed, or only the wait.
	Failure error
	// Begun says that the status has changed since the request. If a restart takes less time than lies between two
	// looks, nobody sees it begin.
	Begun bool
	// Unlinked says that no phone can be linked to the session. Then SCAN_QR_CODE counts at once, because the session
	// does not pass through it on the way to its phone.
	Unlinked bool

	send      func(*Client, context.Context, string) (Session, error)
	before    string // the status before the request; "" for a boot, so that any status is its beginning
	unchanged int    // how many looks after a failed request show no change
}

// Start boots an engine that is STOPPED. Wawp allows it in no other status (API.md 3).
func Start() *Change {
	return &Change{Name: "start", send: (*Client).StartSession, before: StatusStopped}
}

// Restart stops and starts an engine. It has begun once a status was seen that is not the one before.
func Restart(before string) *Change {
	return &Change{Name: "restart", send: (*Client).RestartSession, before: before}
}

// Stop turns an engine off. It has begun if the status is STOPPED, or a word that is neither the status before nor
// documented.
func Stop(before string) *Change {
	return &Change{Name: "stop", send: (*Client).StopSession, before: before}
}

// Boot waits for an engine that is booting already.
func Boot() *Change { return &Change{} }

// Make changes the engine of a session, and waits until the status shows that it has happened. before is the last look
// at the session before. Each look is reported to onLook, which may be nil. Make returns the session as last seen, and
// the error of the request, or of the wait: Failure tells which.
func (c *Client) Make(ctx context.Context, change *Change, before Look, onLook func(Look)) (Session, error) {
	if change.send == nil {
		if over, _ := change.See(before); over {
			return before.Session, nil
		}
	} else if err := change.Send(ctx, c, before.InstanceID); err != nil {
		return before.Session, err
	}
	last, err := c.watch(ctx, &watchState{last: before.Session, wasSeen: true}, func(l Look) (bool, error) {
		over, err := change.See(l)
		if onLook != nil && !over {
			onLook(l)
		}
		return over, err
	})
	switch {
	case change.Begun:
		change.Failure = nil
	case err != nil && change.Failure != nil:
		err = change.Failure
	}
	return last, err
}

// Send sends the request, once. It returns the error if the request surely had no effect, or if ctx has ended. After
// any other error, See decides.
func (c *Change) Send(ctx context.Context, client *Client, id string) error {
	after, err := c.send(client, ctx, id)
	c.Failure = err
	switch kind := KindOf(err); {
	case err == nil && isDocumented(after.Status):
		c.noteBeginning(after)
	case err != nil && (ctx.Err() != nil || isFinal(kind) || kind == NotSent || kind == TooManyRequests):
		return err
	}
	return nil
}

// isFinal says whether a request failed for a reason that has nothing to do with the status of the session. A refusal
// without a meaning of its own may be about the status, because nobody knows how Wawp words that (API.md 9).
func isFinal(k Kind) bool { return !k.IsTransient() && k != Refused }

// See adds a look, and says whether the change has happened. It returns the error of the request if the status shows no
// change for long enough. After a refusal that is 15 s, because the change may have been under way already. After a
// lost answer it is 60 s.
func (c *Change) See(l Look) (over bool, err error) {
	if l.Err != nil {
		return false, nil //nolint:nilerr // the error may have passed by the next look
	}
	c.noteBeginning(l.Session)
	switch {
	case c.hasHappened(l):
		return true, nil
	case c.Failure == nil, c.Begun:
		return false, nil
	}
	limit := passing
	if OutcomeUnknown(c.Failure) {
		limit = passingStart
	}
	c.unchanged++
	if (Look{Row: c.unchanged}).HasLasted(limit) {
		return false, c.Failure
	}
	return false, nil
}

// noteBeginning sets Begun if the status of a session shows that the change has begun. For a stop, a later status takes
// that back.
func (c *Change) noteBeginning(s Session) {
	switch {
	case s.Status == "":
	case c.Name == "stop":
		c.Begun = s.Status == StatusStopped || s.Status != c.before && !isDocumented(s.Status)
	case s.Status != c.before:
		c.Begun = true
	}
}

func (c *Change) hasHappened(l Look) bool {
	if c.Name == "stop" {
		// If the request was refused, the session may be STOPPED for a moment only.
		return l.Status == StatusStopped && (c.Failure == nil || l.Settled())
	}
	return c.Begun && l.Status != StatusStopped && (l.Settled() || l.Status == StatusScan && c.Unlinked)
}
