package wawp

import "context"

// This file changes the engine of a session, and sees the change happen: of starts, stops and restarts the answers
// are not trusted, and what is read right after them may be older than they are.

// Change is a start, a stop or a restart of an engine, from its request to what shows that it has happened.
// [Client.Make] makes one as a whole; Send and See are its parts.
type Change struct {
	// Name is start, stop or restart; "" is a boot that is under way without a request.
	Name string
	// Failure is why Wawp did not accept the request, or nobody knows; after Make nil, if the change is under way all
	// the same.
	Failure error
	// Begun says that the status shows the change under way: that it is another one than before. A restart that is
	// quicker than two looks is not seen to begin.
	Begun bool
	// Unlinked says that no phone can be linked to the session: SCAN_QR_CODE is then no status that it passes through.
	Unlinked bool

	send     func(*Client, context.Context, string) (Session, error)
	before   string
	untimely int // looks since the request that failed, in which nothing is under way
}

// Start boots an engine that is STOPPED. Wawp allows it in no other status.
func Start() *Change {
	return &Change{Name: "start", send: (*Client).StartSession, before: StatusStopped}
}

// Restart stops and starts an engine. It has begun once another status was seen than the one before.
func Restart(before string) *Change {
	return &Change{Name: "restart", send: (*Client).RestartSession, before: before}
}

// Stop turns an engine off. It has begun while the status is neither the one before nor another of an engine that runs.
func Stop(before string) *Change {
	return &Change{Name: "stop", send: (*Client).StopSession, before: before}
}

// Boot waits for an engine that boots already.
func Boot() *Change { return &Change{} }

// Make makes a change of a session that was seen just before, and waits until it was seen to have happened. tell is
// told of each look; nil means that nobody is. It returns the session as last seen, and what ended the wait: an error
// may be that of the request, see Failure.
func (c *Client) Make(ctx context.Context, change *Change, seen Look, tell func(Look)) (Session, error) {
	if change.send == nil {
		if over, _ := change.See(seen); over {
			return seen.Session, nil
		}
	} else if err := change.Send(ctx, c, seen.InstanceID); err != nil {
		return seen.Session, err
	}
	last, err := c.watch(ctx, &watch{last: seen.Session, seen: true}, func(l Look) (bool, error) {
		over, err := change.See(l)
		if tell != nil && !over {
			tell(l)
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

// Send sends the request, once. It returns an error if nothing comes of it for sure; after any other one See decides.
func (c *Change) Send(ctx context.Context, client *Client, id string) error {
	after, err := c.send(client, ctx, id)
	c.Failure = err
	switch kind := KindOf(err); {
	case err == nil && isDocumented(after.Status):
		c.see(after)
	case err != nil && (ctx.Err() != nil || isFinal(kind) || kind == NotSent || kind == TooManyRequests):
		return err
	}
	return nil
}

// isFinal says whether a request failed for a reason that has nothing to do with the status of the session. How Wawp
// refuses what does not fit a status is not documented: any refusal without a meaning of its own may be that.
func isFinal(k Kind) bool { return !k.IsTransient() && k != Refused }

// See takes in what a look told, and says whether the change has happened. It returns the failure of the request if
// nothing has come of it for longer than it may take: 15 s after a refusal, which may have come because it was under
// way already, and 60 s after an answer that was lost.
func (c *Change) See(l Look) (over bool, err error) {
	if l.Err != nil {
		return false, nil //nolint:nilerr // a fault that may have passed by the next look
	}
	c.see(l.Session)
	switch {
	case c.hasHappened(l):
		return true, nil
	case c.Failure == nil, c.Begun:
		return false, nil
	}
	patience := passing
	if OutcomeUnknown(c.Failure) {
		patience = passingStart
	}
	if c.untimely++; (Look{Row: c.untimely}).HasLasted(patience) {
		return false, c.Failure
	}
	return false, nil
}

func (c *Change) see(s Session) {
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
		// After a refusal it may be STOPPED for a moment only.
		return l.Status == StatusStopped && (c.Failure == nil || l.Settled())
	}
	return c.Begun && l.Status != StatusStopped && (l.Settled() || l.Status == StatusScan && c.Unlinked)
}
