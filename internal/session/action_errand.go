package session

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// errand is one run of an action.
type errand struct {
	client   *wawp.Client
	id       string
	timeout  time.Duration
	progress func(action.InvokeProgressEvent)

	status   string   // of the session, as session/info told it last
	accepted *request // what Wawp has accepted; nil: nothing was sent
}

// request is one that changes something, and the words for it.
type request struct {
	name string
	verb string
	send func(*wawp.Client, context.Context, string) (wawp.Session, error)
}

var (
	startRequest   = &request{"start", "start it", (*wawp.Client).StartSession}
	stopRequest    = &request{"stop", "stop it", (*wawp.Client).StopSession}
	restartRequest = &request{"restart", "restart it", (*wawp.Client).RestartSession}
	logoutRequest  = &request{"logout", "log it out", (*wawp.Client).LogoutSession}
)

// start boots an engine that is off. Wawp allows that only while it is STOPPED.
func start(ctx context.Context, e *errand) *shortfall {
	switch e.status {
	case wawp.StatusFailed:
		return verdict(wawp.Session{InstanceID: e.id, Status: e.status}, started)
	case wawp.StatusStarting:
		e.say("is STARTING already: nothing was sent.")
	case wawp.StatusStopped:
		if _, left := e.send(ctx, startRequest, hasLeft(wawp.StatusStopped)); left != nil {
			return left
		}
	default:
		e.say("is not STOPPED, so it needs no start: nothing was sent. It is %s.", standing(e.status))
		return nil
	}
	if err := e.wait(ctx, hasStarted); err != nil {
		return e.notSeen(ctx, "leave STARTING", err)
	}
	if left := verdict(wawp.Session{InstanceID: e.id, Status: e.status}, started); left != nil {
		return left
	}
	e.say("has started. It is %s.", standing(e.status))
	return nil
}

// stop turns the engine off.
func stop(ctx context.Context, e *errand) *shortfall {
	if e.status == wawp.StatusStopped {
		e.say("is STOPPED already: nothing was sent.")
		return nil
	}
	wasLinked := e.status == wawp.StatusWorking
	if _, left := e.send(ctx, stopRequest, hasStopped); left != nil {
		return left
	}
	if err := e.wait(ctx, hasStopped); err != nil {
		return e.notSeen(ctx, "become STOPPED", err)
	}
	if wasLinked {
		e.say("is STOPPED. Its phone stays linked: the next start needs no scan.")
	} else {
		e.say("is STOPPED.")
	}
	return nil
}

// restart stops and starts the engine. It believes in it once another status was seen than the one before: what is read
// first may still be that.
func restart(ctx context.Context, e *errand) *shortfall {
	if e.status == wawp.StatusStopped {
		e.say("has nothing to stop: a start is enough.")
		return start(ctx, e)
	}
	proof := proof{before: e.status}
	answer, left := e.send(ctx, restartRequest, proof.isUnderWay)
	if left != nil {
		return left
	}
	proof.see(answer)
	if err := e.wait(ctx, proof.see); err != nil {
		return e.notProved(ctx, proof, err)
	}
	if e.status == wawp.StatusFailed {
		return failedAgain(e.id, proof.before)
	}
	advice := ""
	if e.status == wawp.StatusWorking {
		advice = " Wawp advises to wait 30 seconds before sending messages."
	}
	e.say("has restarted. It is %s.%s", standing(e.status), advice)
	return nil
}

// proof is what was seen of a restart.
type proof struct {
	before string // the status before it
	left   bool   // another one was seen since
}

// see takes in what was told of the session, and says whether it proves that the restart is over.
func (p *proof) see(s wawp.Session) bool {
	p.left = p.left || s.Status != "" && s.Status != p.before
	return p.left && hasStarted(s)
}

// isUnderWay takes in what was told of the session, and says whether it has left the status that it was in.
func (p *proof) isUnderWay(s wawp.Session) bool {
	p.see(s)
	return p.left
}

// logOut unlinks the phone.
func logOut(ctx context.Context, e *errand) *shortfall {
	if e.status == wawp.StatusStarting {
		e.say("is STARTING: whether a phone is linked shows once it has started.")
		if err := e.wait(ctx, hasBooted); err != nil {
			return e.notSeen(ctx, "leave STARTING", err)
		}
	}
	if e.status == wawp.StatusScan {
		e.say("is SCAN_QR_CODE: no phone is linked, and nothing was sent.")
		return nil
	}
	if _, left := e.send(ctx, logoutRequest, nil); left != nil {
		return left
	}
	if err := e.wait(ctx, hasLoggedOut); err != nil {
		return e.notSeen(ctx, "leave WORKING", err)
	}
	e.say("was logged out. It is %s.", standing(e.status))
	return nil
}

// hasBooted says whether the engine is past booting, or off.
func hasBooted(s wawp.Session) bool { return s.Status != "" && s.Status != wawp.StatusStarting }

func hasLoggedOut(s wawp.Session) bool { return s.Status != "" && s.Status != wawp.StatusWorking }

// look asks for the status. Without one nothing is done.
func (e *errand) look(ctx context.Context) *shortfall {
	session, err := e.client.GetSession(ctx, e.id)
	if err != nil {
		return e.notSeen(ctx, "", err)
	}
	if session.Status == "" {
		return noStatus(e.id)
	}
	e.status = session.Status
	return nil
}

// send has the change made, and returns what the answer tells, which may be nothing. A request that fails is judged by whether the change
// is under way, unless nothing but the answer can tell that.
func (e *errand) send(ctx context.Context, r *request, underWay func(wawp.Session) bool) (wawp.Session, *shortfall) {
	e.say("is %s. Asking Wawp to %s, and waiting for at most %s.", e.status, r.verb, e.timeout)
	answer, err := r.send(e.client, ctx, e.id)
	if err != nil && (underWay == nil || !tookHold(ctx, e.client, e.id, err, underWay)) {
		return answer, e.notSent(ctx, r, err)
	}
	e.accepted = r
	return answer, nil
}

// wait looks until done is true of the session, and reports every change of its status.
func (e *errand) wait(ctx context.Context, done func(wawp.Session) bool) error {
	_, err := e.client.WaitForSession(ctx, e.id, func(s wawp.Session) bool {
		over := done(s)
		if !over && s.Status != "" && s.Status != e.status {
			e.say("is %s.", s.Status)
		}
		if s.Status != "" {
			e.status = s.Status
		}
		return over
	})
	return err
}

// say reports progress.
func (e *errand) say(format string, values ...any) {
	e.progress(action.InvokeProgressEvent{Message: fmt.Sprintf("The session %s %s", e.id, fmt.Sprintf(format, values...))})
}

// standing is a status, with what it means to a person.
func standing(status string) string {
	switch status {
	case wawp.StatusScan:
		return status + " and waits for a person to link a phone, which the action wawp_session_pair helps with"
	case wawp.StatusWorking:
		return status + ": a phone is linked"
	case wawp.StatusStopped, wawp.StatusFailed:
		return status
	}
	return status + ", a word that this provider does not know"
}
