package session

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"

	"github.com/wawp/terraform-provider-wawp/internal/explain"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// actionRun is one run of an action.
type actionRun struct {
	client   *wawp.Client
	id       string
	timeout  time.Duration
	progress func(action.InvokeProgressEvent)

	seen     wawp.Look // the session, as session/info told it last
	accepted string    // what Wawp has accepted; "" is nothing
	told     explain.Reasons
}

// start boots an engine that is off. Wawp allows that only while it is STOPPED.
func start(ctx context.Context, e *actionRun) *problem {
	change := wawp.Start()
	switch e.seen.Status {
	case wawp.StatusFailed:
		return verdict(e.seen.Session, started)
	case wawp.StatusStarting:
		e.say("is STARTING already: nothing was sent.")
		change = wawp.Boot()
	case wawp.StatusStopped:
	default:
		e.say("is not STOPPED, so it needs no start: nothing was sent. It is %s.", standing(e.seen.Status))
		return nil
	}
	if left := e.make(ctx, change, "leave STARTING"); left != nil {
		return left
	}
	if left := verdict(e.seen.Session, started); left != nil {
		return left
	}
	e.say("has started. It is %s.", standing(e.seen.Status))
	return nil
}

// stop turns the engine off.
func stop(ctx context.Context, e *actionRun) *problem {
	if e.seen.Status == wawp.StatusStopped {
		e.say("is STOPPED already: nothing was sent.")
		return nil
	}
	wasLinked := e.seen.Status == wawp.StatusWorking
	if left := e.make(ctx, wawp.Stop(e.seen.Status), "become STOPPED"); left != nil {
		return left
	}
	if wasLinked {
		e.say("is STOPPED. Its phone stays linked: the next start needs no scan.")
	} else {
		e.say("is STOPPED.")
	}
	return nil
}

// restart stops and starts the engine.
func restart(ctx context.Context, e *actionRun) *problem {
	before := e.seen.Status
	if before == wawp.StatusStopped {
		e.say("has nothing to stop: a start is enough.")
		return start(ctx, e)
	}
	if left := e.make(ctx, wawp.Restart(before), "leave STARTING"); left != nil {
		return left
	}
	if e.seen.Status == wawp.StatusFailed {
		return failedAgain(e.id, before)
	}
	advice := ""
	if e.seen.Status == wawp.StatusWorking {
		advice = " Wawp advises to wait 30 seconds before sending messages."
	}
	e.say("has restarted. It is %s.%s", standing(e.seen.Status), advice)
	return nil
}

// logOut unlinks the phone.
func logOut(ctx context.Context, e *actionRun) *problem {
	if e.seen.Status == wawp.StatusStarting {
		e.say("is STARTING: whether a phone is linked shows once it has started.")
	}
	u, err := e.client.Unlink(ctx, e.id, e.seen.Status == wawp.StatusWorking, func(s wawp.Session, asking bool) {
		if e.see(wawp.Look{Session: s}); asking {
			e.ask("log it out")
		}
	})
	if u.Status != "" {
		e.seen.Session = u.Session
	}
	switch {
	case err != nil && u.Accepted:
		e.accepted = "logout"
		return e.notSeen(ctx, "leave WORKING", err)
	case err != nil && u.Sent:
		return e.notSent(ctx, "logout", err)
	case err != nil:
		return e.notSeen(ctx, "settle", err)
	case !u.Accepted:
		e.say("is SCAN_QR_CODE: no phone is linked, and nothing was sent.")
	default:
		e.say("was logged out. It is %s.", standing(e.seen.Status))
	}
	return nil
}

// look asks for the status. Without one nothing is done.
func (e *actionRun) look(ctx context.Context, doubted string) *problem {
	seen, err := look(ctx, e.client, e.id, doubted, e.see)
	switch {
	case err != nil:
		return e.notSeen(ctx, "", err)
	case seen.Status == "":
		return noStatus(e.id)
	}
	e.seen = seen
	return nil
}

// make has a change made, and waits until it was seen to have happened: goal is what is left to see, once Wawp has
// accepted it.
func (e *actionRun) make(ctx context.Context, change *wawp.Change, goal string) *problem {
	before := e.seen.Status
	if change.Name != "" {
		e.ask(change.Name + " it")
	}
	last, err := e.client.Make(ctx, change, e.seen, e.see)
	e.seen.Session = last
	switch {
	case err == nil:
		return nil
	case change.Failure != nil:
		return e.notSent(ctx, change.Name, err)
	}
	if e.accepted = change.Name; change.Name == "restart" && !change.Begun {
		return e.notBegun(ctx, before, err)
	}
	return e.notSeen(ctx, goal, err)
}

// ask says what Wawp is asked for.
func (e *actionRun) ask(what string) {
	e.say("is %s. Asking Wawp to %s, and waiting for at most %s.", e.seen.Status, what, e.timeout)
}

// see takes in a look, and reports each change of the status, and each reason why a look has failed. What it means
// that a session is SCAN_QR_CODE or WORKING is said at the end.
func (e *actionRun) see(l wawp.Look) {
	switch {
	case l.Err != nil && e.told.New(l.Err):
		e.say("could not be looked at, which is tried again. %s", explain.Answer(l.Err))
	case l.Status != "" && l.Status != e.seen.Status && l.Status != wawp.StatusScan && l.Status != wawp.StatusWorking:
		e.say("is %s.", l.Status)
	}
	if l.Status != "" {
		e.seen = l
	}
}

// say reports progress.
func (e *actionRun) say(format string, values ...any) {
	e.progress(action.InvokeProgressEvent{Message: fmt.Sprintf("The session %s %s", e.id,
		fmt.Sprintf(format, values...))})
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
