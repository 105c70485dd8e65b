package session

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// actionRun is one run of an action.
type actionRun struct {
	client   *wawp.Client
	id       string
	timeout  time.Duration
	progress func(action.InvokeProgressEvent)

	last     wawp.Look // the last answer of session/info
	accepted string    // name of the request that Wawp has accepted; "" if none
	reasons  diagnostic.Reasons
}

// start starts the engine. Wawp allows a start only while the session is STOPPED (internal/wawp/API.md, section 3).
func start(ctx context.Context, r *actionRun) *problem {
	change := wawp.Start()
	switch r.last.Status {
	case wawp.StatusFailed:
		return statusProblem(r.last.Session, started)
	case wawp.StatusStarting:
		r.report("is STARTING already: nothing was sent.")
		change = wawp.Boot()
	case wawp.StatusStopped:
	default:
		r.report("is not STOPPED, so it needs no start: nothing was sent. It is %s.", describeStatus(r.last.Status))
		return nil
	}
	if p := r.runChange(ctx, change, "leave STARTING"); p != nil {
		return p
	}
	if p := statusProblem(r.last.Session, started); p != nil {
		return p
	}
	r.report("has started. It is %s.", describeStatus(r.last.Status))
	return nil
}

// stop stops the engine.
func stop(ctx context.Context, r *actionRun) *problem {
	if r.last.Status == wawp.StatusStopped {
		r.report("is STOPPED already: nothing was sent.")
		return nil
	}
	wasLinked := r.last.Status == wawp.StatusWorking
	if p := r.runChange(ctx, wawp.Stop(r.last.Status), "become STOPPED"); p != nil {
		return p
	}
	if wasLinked {
		r.report("is STOPPED. Its phone stays linked: the next start needs no scan.")
	} else {
		r.report("is STOPPED.")
	}
	return nil
}

// restart stops and starts the engine.
func restart(ctx context.Context, r *actionRun) *problem {
	before := r.last.Status
	if before == wawp.StatusStopped {
		r.report("has nothing to stop: a start is enough.")
		return start(ctx, r)
	}
	if p := r.runChange(ctx, wawp.Restart(before), "leave STARTING"); p != nil {
		return p
	}
	if r.last.Status == wawp.StatusFailed {
		return failedAfterRestart(r.id, before)
	}
	advice := ""
	if r.last.Status == wawp.StatusWorking {
		advice = " Wawp advises to wait 30 seconds before sending messages."
	}
	r.report("has restarted. It is %s.%s", describeStatus(r.last.Status), advice)
	return nil
}

// logOut unlinks the phone.
func logOut(ctx context.Context, r *actionRun) *problem {
	if r.last.Status == wawp.StatusStarting {
		r.report("is STARTING: waiting until it has started, to see whether a phone is linked.")
	}
	u, err := r.client.Unlink(ctx, r.id, r.last.Status == wawp.StatusWorking, func(s wawp.Session, asking bool) {
		r.observe(wawp.Look{Session: s})
		if asking {
			r.reportRequest("log it out")
		}
	})
	if u.Status != "" {
		r.last.Session = u.Session
	}
	switch {
	case err != nil && u.Accepted:
		r.accepted = "logout"
		return r.waitFailed(ctx, "leave WORKING", err)
	case err != nil && u.Sent:
		return r.requestFailed(ctx, "logout", err)
	case err != nil:
		return r.waitFailed(ctx, "keep one status", err)
	case !u.Sent:
		r.report("is SCAN_QR_CODE: no phone is linked, and nothing was sent.")
	case !u.Accepted:
		r.report("is SCAN_QR_CODE: no phone is linked. Wawp refused the logout.")
	default:
		r.report("was logged out. It is %s.", describeStatus(r.last.Status))
	}
	return nil
}

// readStatus reads the status of the session. Without a status the action does nothing.
func (r *actionRun) readStatus(ctx context.Context, transientStatus string) *problem {
	first, err := waitForStatus(ctx, r.client, r.id, transientStatus, r.observe)
	switch {
	case err != nil:
		return r.waitFailed(ctx, "", err)
	case first.Status == "":
		return noStatus(r.id)
	}
	r.last = first
	return nil
}

// runChange sends the request of a change, and waits until session/info shows its effect. goal completes the sentence
// "the provider did not see the session ...".
func (r *actionRun) runChange(ctx context.Context, change *wawp.Change, goal string) *problem {
	before := r.last.Status
	if change.Name != "" {
		r.reportRequest(change.Name + " it")
	}
	last, err := r.client.Make(ctx, change, r.last, r.observe)
	r.last.Session = last
	switch {
	case err == nil:
		return nil
	case change.Failure != nil:
		return r.requestFailed(ctx, change.Name, err)
	}
	r.accepted = change.Name
	if change.Name == "restart" && !change.Begun {
		return r.restartNotSeen(ctx, before, err)
	}
	return r.waitFailed(ctx, goal, err)
}

// reportRequest reports the request that is about to be sent.
func (r *actionRun) reportRequest(what string) {
	r.report("is %s. Asking Wawp to %s, and waiting for at most %s.", r.last.Status, what, r.timeout)
}

// observe keeps the session as last seen. It reports each new status, and each new reason why reading it failed. It
// does not report SCAN_QR_CODE and WORKING: the last message of the action explains them.
func (r *actionRun) observe(l wawp.Look) {
	switch {
	case l.Err != nil && r.reasons.Note(l.Err):
		r.report("could not be read; trying again. %s", diagnostic.Answer(l.Err))
	case l.Status != "" && l.Status != r.last.Status && l.Status != wawp.StatusScan && l.Status != wawp.StatusWorking:
		r.report("is %s.", l.Status)
	}
	if l.Status != "" {
		r.last = l
	}
}

// report sends a progress message about the session to Terraform.
func (r *actionRun) report(format string, values ...any) {
	r.progress(action.InvokeProgressEvent{Message: fmt.Sprintf("The session %s %s", r.id,
		fmt.Sprintf(format, values...))})
}

// describeStatus returns a status, and what it means for the user.
func describeStatus(status string) string {
	switch status {
	case wawp.StatusScan:
		return status + ": it waits for a person to link a phone, for example with the action wawp_session_pair"
	case wawp.StatusWorking:
		return status + ": a phone is linked"
	case wawp.StatusStopped, wawp.StatusFailed:
		return status
	}
	return status + ", a status that this provider does not know"
}
