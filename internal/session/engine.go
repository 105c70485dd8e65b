package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/explain"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// Summaries of a session that is not where desired_state wants it.
const (
	summaryNotReached    = "Wawp session is not in its desired_state"
	summaryNotReachedYet = summaryNotReached + " yet"
	summaryIsFailed      = "Wawp session is FAILED"
)

// problem is why a session is not in the state that was wanted.
type problem struct {
	summary string
	detail  string
	// failed: a request failed. Otherwise all was done, and only the wait had no happy end.
	failed bool
	err    error // of that request
}

// reconcile brings the engine of a session to the state that is wanted, within waitTimeout: it looks first, acts only
// where that is needed, and waits until it is reached. before is the session as it was known; linked says that a phone
// may be linked to it. It returns the session as last seen, whether session/info described it, and what is left to do,
// if anything is.
func reconcile(
	ctx context.Context, client *wawp.Client, prior wawp.Session, linked bool, want string, waitTimeout time.Duration,
) (wawp.Session, bool, *problem) {
	ctx, cancel := context.WithTimeout(ctx, waitTimeout)
	defer cancel()

	id, transientStatus := prior.InstanceID, ""
	if want == stopped && prior.Status != wawp.StatusStopped {
		transientStatus = wawp.StatusStopped
	}
	first, err := waitForStatus(ctx, client, id, transientStatus, func(wawp.Look) {})
	change := wawp.Boot()
	switch {
	case err != nil:
		return wawp.Session{InstanceID: id}, false, requestFailed(id, want, err)
	case first.Status == "":
		return first.Session, true, noStatus(id)
	case want == stopped && first.Status == wawp.StatusStopped:
		return first.Session, true, nil
	case want == stopped:
		change = wawp.Stop(first.Status)
	case first.Status == wawp.StatusStopped: // Wawp allows a start only from STOPPED
		change = wawp.Start()
	}
	change.Unlinked = !linked
	last, err := client.Make(ctx, change, first, nil)
	if last.Account == nil && last.Status != wawp.StatusScan { // an engine that does not run may not tell it
		last.Account = first.Account
	}
	switch {
	case err != nil && change.Failure != nil:
		return last, true, requestFailed(id, want, err)
	case err != nil:
		return last, true, notReached(ctx, last, want, waitTimeout, err)
	}
	return last, true, statusProblem(last, want)
}

// waitForStatus looks at a session until it tells a status. One that is doubted, because the session may only pass
// through it, has to last. That of a session which goes on telling none is "".
func waitForStatus(
	ctx context.Context, client *wawp.Client, id, transientStatus string, observe func(wawp.Look),
) (wawp.Look, error) {
	var last wawp.Look
	_, err := client.WatchSession(ctx, id, func(l wawp.Look) (bool, error) {
		over := l.Err == nil && (l.Lasts() || l.Status != "" && (l.Status != transientStatus || l.Settled()))
		if !over {
			observe(l)
		}
		last = l
		return over, nil
	})
	return last, err
}

// statusProblem returns what is wrong with a session that has arrived somewhere.
func statusProblem(s wawp.Session, want string) *problem {
	if want != started || s.Status != wawp.StatusFailed {
		return nil
	}
	return &problem{
		summary: summaryIsFailed,
		detail: fmt.Sprintf("The session %s is FAILED: it lost its phone, or its engine is broken. Wawp advises to "+
			"restart it once, %s. If that does not help, log it out and link the phone again.", s.InstanceID,
			howToRestart),
	}
}

// howToRestart is how a person restarts a session.
const howToRestart = "with the action wawp_session_restart (Terraform 1.14 and later) or in " + explain.Dashboard

func noStatus(id string) *problem {
	return &problem{
		summary: "Wawp session has no status",
		detail: fmt.Sprintf("session/info describes the session %s without a status, so it is not known what there "+
			"is to do. Nothing was done. Try again in a minute; if the dashboard shows a status by then, please "+
			"report this.",
			id),
		failed: true,
	}
}

func requestFailed(id, want string, err error) *problem {
	return &problem{
		summary: summaryNotReached,
		detail: explain.Failure(fmt.Sprintf("The session %s exists, but bringing it to desired_state = %q failed", id,
			want), err),
		failed: true,
		err:    err,
	}
}

// notReached explains the end of a wait: by a failed request, an interruption, or because waitTimeout is over.
func notReached(ctx context.Context, last wawp.Session, want string, waitTimeout time.Duration, err error) *problem {
	why := fmt.Sprintf("after %s (the create or update timeout)", waitTimeout)
	switch {
	case ctx.Err() == nil:
		return requestFailed(last.InstanceID, want, err)
	case errors.Is(ctx.Err(), context.Canceled):
		why = "when Terraform was interrupted"
	}
	detail := fmt.Sprintf("The session %s was not %s yet %s; its last status was %s. It goes on by itself: the next "+
		"plan shows how far it came.", last.InstanceID, want, why, last.Status)
	if last.Status == wawp.StatusStarting {
		detail += restartAdvice
	}
	return &problem{summary: summaryNotReachedYet, detail: detail + explain.LastAnswer(err)}
}

// restartAdvice is said of a session that goes on booting.
const restartAdvice = " When STARTING lasts longer than 60 s, Wawp advises a restart, " + howToRestart + "."
