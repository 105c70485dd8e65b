package wawp

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// This file reads a session again and again, until its status counts. Statuses flap: an engine that restarts or
// reconnects shows STOPPED, STARTING or SCAN_QR_CODE for some seconds, or answers that there is no such session
// (API.md 3). So a status counts only once it has lasted.

// How long a status, or a failure, may be seen and still pass by itself.
const (
	// passingScan is for SCAN_QR_CODE, which a session shows while it connects to its phone.
	passingScan = 5 * time.Second
	// passing is for STOPPED, FAILED, a session that is not found, and a request that was refused.
	passing = 15 * time.Second
	// passingStart is for the status before a change whose answer was lost. Wawp calls a longer boot stuck (API.md 3).
	passingStart = 60 * time.Second
)

// isDocumented says whether a word is a documented status. Another word, in the answer to a request, may say how the
// request went.
func isDocumented(status string) bool {
	return slices.Contains([]string{StatusStopped, StatusStarting, StatusScan, StatusWorking, StatusFailed}, status)
}

// Look is one read of a session during a wait.
type Look struct {
	// Session is the session that was read. If Err is not nil, it has its id only.
	Session
	// Err is why the read failed. Such a failure may pass by itself: any other has ended the wait already.
	Err error
	// Row is how many looks in a row show the same status, including this one. Looks that were refused, or did not
	// reach the server, count as if they showed one status of their own. After a fault or a 429, Row is 0, and the row
	// goes on with the next look.
	Row int
}

// HasLasted says whether looks have shown the same status for a time. It counts the pauses between them, at 3 seconds
// each.
func (l Look) HasLasted(d time.Duration) bool {
	return l.Row > int((d+defaultPollInterval-1)/defaultPollInterval)
}

// Lasts says whether looks have shown the same for so long that it does not pass by itself.
func (l Look) Lasts() bool { return l.HasLasted(passing) }

// Settled says whether the session stays in its status until somebody changes it. STARTING never is such a status,
// WORKING always is, and each other one is once it has lasted.
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

// WatchSession reads a session each poll interval, until look returns true or an error.
//
// It goes on after a failure that may pass. It ends with any other failure. It also ends after 15 s in which a session
// that was never seen is not found, or the server is not reached: the id or the address may be wrong.
//
// It returns the session as last seen, and the error that ended the wait. If ctx has ended the wait while looks failed,
// it returns the failure of the last look, because that says more.
func (c *Client) WatchSession(ctx context.Context, id string, look func(Look) (done bool, err error)) (Session, error) {
	return c.watch(ctx, &watchState{last: Session{InstanceID: id}}, look)
}

func (c *Client) watch(ctx context.Context, w *watchState, look func(Look) (done bool, err error)) (Session, error) {
	for {
		s, err := c.GetSession(ctx, w.last.InstanceID)
		if err != nil && ctx.Err() != nil {
			return w.last, cmp.Or(w.now.Err, err)
		}
		w.add(s, err)
		if err != nil && !w.goesOnAfter(KindOf(err)) {
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

// watchState is the state of a wait.
type watchState struct {
	last    Session // the session as last seen
	wasSeen bool    // whether the session was ever seen
	now     Look    // the last look
	status  string  // the status that the last looks show, or absence
	row     int     // how many looks in a row show it
}

// absence stands for the status of a look that was refused, or did not reach the server. Most often, there is no such
// session.
const absence = "no such session"

// add adds a look. A fault or a 429 says nothing about the session, and does not change the count.
func (w *watchState) add(s Session, err error) {
	w.now = Look{Session: Session{InstanceID: w.last.InstanceID}, Err: err}
	status := absence
	switch k := KindOf(err); {
	case err == nil:
		w.now.Session, status, w.wasSeen = s, s.Status, true
		if s.Status != "" || w.last.Status == "" {
			w.last = s
		}
	case k.OutcomeUnknown(), k == TooManyRequests:
		return
	}
	if status != w.status {
		w.status, w.row = status, 0
	}
	w.row++
	w.now.Row = w.row
}

// goesOnAfter says whether the wait goes on after a look that failed.
func (w *watchState) goesOnAfter(k Kind) bool {
	return k.IsTransient() && (w.wasSeen || !w.now.Lasts())
}
