package wawp

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// This file observes a session over time. Engines flap: while they restart or reconnect they show STOPPED, STARTING
// or SCAN_QR_CODE for some seconds, and answer that there is no such session. So a wait goes by what lasts, and not
// by one look.

// How long a status, or a failure, is seen until it is none that passes.
const (
	// passingScan is for SCAN_QR_CODE, which a session shows while it connects to its phone.
	passingScan = 5 * time.Second
	// passing is for STOPPED, FAILED, a session that is not found, and a request that was refused.
	passing = 15 * time.Second
	// passingStart is for the status before a change whose answer was lost: Wawp calls a longer boot stuck.
	passingStart = 60 * time.Second
)

// isDocumented says whether a word is the status of a session for sure. Any other, in the answer to a request, may say
// how that went.
func isDocumented(status string) bool {
	return slices.Contains([]string{StatusStopped, StatusStarting, StatusScan, StatusWorking, StatusFailed}, status)
}

// Look is one look at a session during a wait.
type Look struct {
	// Session is what was told; nothing but its id, where Err is not nil.
	Session
	// Err is why nothing was told. It may pass: what does not ends the wait.
	Err error
	// Row is in how many looks in a row this status was told, or that there is no such session, up to now. Other
	// failures are left out.
	Row int
}

// HasLasted says whether looks have told the same for so long. The looks are counted, one each 3 seconds.
func (l Look) HasLasted(d time.Duration) bool {
	return l.Row > int((d+defaultPollInterval-1)/defaultPollInterval)
}

// Lasts says whether looks have told the same for longer than what passes.
func (l Look) Lasts() bool { return l.HasLasted(passing) }

// Settled says whether the session has come to rest in its status: STARTING is none to rest in, and each but WORKING
// has to last.
func (l Look) Settled() bool {
	switch l.Status {
	case "", StatusStarting:
		return false
	case StatusWorking:
		return true
	case StatusScan:
		return l.HasLasted(passingScan)
	}
	return l.Lasts()
}

// WatchSession looks at a session, each poll interval, until look says that all is done, or returns an error. It
// looks again after a failure that may pass; one that does not ends it. So does that a session which was never seen
// is not found, or the server not reached, for 15 s: the id or the address may be wrong. It returns the session as
// last seen, and what ended the wait; where that is the end of its context, the failure of the last look, if there is
// one, because it says more.
func (c *Client) WatchSession(ctx context.Context, id string, look func(Look) (done bool, err error)) (Session, error) {
	return c.watch(ctx, &watch{last: Session{InstanceID: id}}, look)
}

func (c *Client) watch(ctx context.Context, w *watch, look func(Look) (done bool, err error)) (Session, error) {
	for {
		s, err := c.GetSession(ctx, w.last.InstanceID)
		if err != nil && ctx.Err() != nil {
			return w.last, cmp.Or(w.now.Err, err)
		}
		if w.take(s, err); err != nil && !w.outlasts(KindOf(err)) {
			return w.last, err
		}
		if done, err := look(w.now); done || err != nil {
			return w.last, err
		}
		if err := sleep(ctx, c.options.PollInterval); err != nil {
			return w.last, cmp.Or(w.now.Err, err)
		}
	}
}

// watch is what a wait has seen.
type watch struct {
	last Session // as last seen
	seen bool    // the session was
	now  Look    // the last one
	told string  // what it told
	row  int     // in how many looks
}

// absence is told in place of a status.
const absence = "no such session"

// take takes in what a look told. A fault of the server tells nothing.
func (w *watch) take(s Session, err error) {
	w.now = Look{Session: Session{InstanceID: w.last.InstanceID}, Err: err}
	told := absence
	switch k := KindOf(err); {
	case err == nil:
		w.now.Session, told, w.seen = s, s.Status, true
		if s.Status != "" || w.last.Status == "" {
			w.last = s
		}
	case k.OutcomeUnknown(), k == TooManyRequests:
		return
	}
	if told != w.told {
		w.told, w.row = told, 0
	}
	w.row++
	w.now.Row = w.row
}

// outlasts says whether the wait goes on after a look that failed.
func (w *watch) outlasts(k Kind) bool { return k.IsTransient() && (w.seen || !w.now.Lasts()) }
