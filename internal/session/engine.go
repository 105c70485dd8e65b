package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// Summaries of a session that has not reached its desired_state.
const (
	summaryNotReached    = "Wawp session is not in its desired_state"
	summaryNotReachedYet = summaryNotReached + " yet"
	summaryIsFailed      = "Wawp session is FAILED"
)

// problem is the reason why a session did not reach a state.
type problem struct {
	summary string
	detail  string
	// failed says that the problem is an error in an update: a request failed, or Wawp reports no status. Otherwise
	// Wawp accepted all requests, and the problem is a warning.
	failed bool
	err    error // of the request that failed
}

// reconcile brings a session to the desired state within waitTimeout. It reads the status first, sends a request only
// if one is needed, and waits until the state is reached. prior is the session in the Terraform state; linked says that
// a phone may be linked. reconcile returns the session as last seen, whether session/info described it, and the
// problem, if there is one.
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
	if last.Account == nil && last.Status != wawp.StatusScan { // an engine that does not run may not report it
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

// waitForStatus reads a session until it has a status. transientStatus counts only once it has lasted, because the
// session may only pass through it. The status is "" if Wawp keeps reporting none.
func waitForStatus(
	ctx context.Context, client *wawp.Client, id, transientStatus string, observe func(wawp.Look),
) (wawp.Look, error) {
	var last wawp.Look
	_, err := client.WatchSession(ctx, id, func(l wawp.Look) (bool, error) {
		counts := l.Status != "" && (l.Status != transientStatus || l.Settled())
		over := l.Err == nil && (counts || l.Lasts())
		if !over {
			observe(l)
		}
		last = l
		return over, nil
	})
	return last, err
}

// statusProblem returns the problem of a session that was to start and is FAILED; nil for any other status.
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

// howToRestart says how a user restarts a session.
const howToRestart = "with the action wawp_session_restart (Terraform 1.14 and later) or in " + diagnostic.Dashboard

func noStatus(id string) *problem {
	return &problem{
		summary: "Wawp session has no status",
		detail: fmt.Sprintf("Reading the session %s succeeded, but Wawp's answer to POST /v2/session/info has no "+
			"status. "+
			"So the provider did nothing. Try again in a minute. If the dashboard shows a status by then, please "+
			"report "+
			"this.", id),
		failed: true,
	}
}

func requestFailed(id, want string, err error) *problem {
	return &problem{
		summary: summaryNotReached,
		detail:  diagnostic.Failure(fmt.Sprintf("Bringing the session %s to desired_state = %q failed", id, want), err),
		failed:  true,
		err:     err,
	}
}

// notReached explains why a wait ended: a request failed, Terraform was interrupted, or waitTimeout is over.
func notReached(ctx context.Context, last wawp.Session, want string, waitTimeout time.Duration, err error) *problem {
	why := fmt.Sprintf("after %s (the create or update timeout)", waitTimeout)
	switch {
	case ctx.Err() == nil:
		return requestFailed(last.InstanceID, want, err)
	case errors.Is(ctx.Err(), context.Canceled):
		why = "when Terraform was interrupted"
	}
	detail := fmt.Sprintf("The session %s was not %s yet %s; its last status was %s. It continues by itself: the "+
		"next plan shows its state.", last.InstanceID, want, why, last.Status)
	if last.Status == wawp.StatusStarting {
		detail += restartAdvice
	}
	return &problem{summary: summaryNotReachedYet, detail: detail + diagnostic.LastAnswer(err)}
}

// restartAdvice is for a session that stays STARTING.
const restartAdvice = " When STARTING lasts longer than 60 s, Wawp advises a restart, " + howToRestart + "."
