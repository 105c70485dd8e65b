package pairing

import (
	"context"
	"slices"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// The action shows a code until it expires, and then asks for the next. These bounds hold because the clock of this
// machine may be wrong. A code lives for 20 to 40 seconds (internal/wawp/API.md, section 4).
const (
	minDisplayTime     = 5 * time.Second
	defaultDisplayTime = 20 * time.Second // if Wawp reports no expiry
	maxDisplayTime     = 30 * time.Second
)

// maxRefusals is how many refusals of a pairing code, in a row, end the action. The action asks at each second look, so
// that takes 18 seconds.
const maxRefusals = 4

// pairingRun is one run of the action. It brings a session to SCAN_QR_CODE, and shows codes.
type pairingRun struct {
	client *wawp.Client
	id     string
	number string // digits; "" means that a QR code is shown
	report func(message string)
	now    func() time.Time

	hasStatus      bool   // whether Wawp has reported a status
	reportedStatus string // the last status in a progress message
	started        bool
	restarted      bool
	change         *wawp.Change // a start or restart that is under way

	shownCode   string    // the code on the screen
	nextCodeAt  time.Time // when to ask for the next
	refusals    int       // of a pairing code, in a row
	lastRefusal error     // why Wawp gave no code, since it gave one
	reasons     diagnostic.Reasons
}

// look does what the status of the session requires. It reports whether a phone is linked and its account is known.
func (r *pairingRun) look(ctx context.Context, l wawp.Look) (bool, error) {
	if l.Err != nil {
		r.reportFailure(l.Err, lookFailed)
		return false, nil //nolint:nilerr // a fault that may have passed by the next look
	}
	if l.Status != wawp.StatusScan {
		r.shownCode, r.refusals = "", 0 // the code on the screen is no longer valid
	}
	if r.change != nil {
		if done, err := r.change.See(l); !done || err != nil {
			r.reportStatus(l.Session)
			return false, err
		}
		r.change = nil
	}
	isFirst := !r.hasStatus && l.Status != "" // the first status counts at once
	r.hasStatus = r.hasStatus || isFirst
	switch {
	case l.Status == wawp.StatusWorking && isLinked(l, r.number):
		return true, nil
	case l.Status == wawp.StatusScan:
		return false, r.showCode(ctx, l)
	case l.Status == wawp.StatusStopped && (isFirst || l.Settled()):
		return false, r.start(ctx)
	case l.Status == wawp.StatusFailed && (isFirst || l.Settled()):
		return false, r.restart(ctx)
	}
	r.reportStatus(l.Session)
	return false, nil
}

// reportStatus reports each new status in which the action only waits. In the others, the action reports what it does.
func (r *pairingRun) reportStatus(s wawp.Session) {
	reported := []string{"", r.reportedStatus, wawp.StatusScan, wawp.StatusStopped, wawp.StatusFailed}
	if !slices.Contains(reported, s.Status) {
		r.reportedStatus = s.Status
		r.report(waitingMessage(s))
	}
}

// reportFailure reports a failure after which the action tries again, once for each reason.
func (r *pairingRun) reportFailure(err error, message func(id string, err error) string) {
	if r.reasons.Note(err) {
		r.report(message(r.id, err))
	}
}

// start starts a session that is STOPPED, once.
func (r *pairingRun) start(ctx context.Context) error {
	if r.started {
		return errStoppedAgain
	}
	r.started = true
	r.report("The session " + r.id + " is STOPPED: starting it.")
	return r.runChange(ctx, wawp.Start())
}

// restart restarts a session that is FAILED, once, as Wawp advises (internal/wawp/API.md, section 3).
func (r *pairingRun) restart(ctx context.Context) error {
	if r.restarted {
		return errFailedAgain
	}
	r.restarted = true
	r.report("The session " + r.id + " is FAILED: restarting it, as Wawp advises to do once.")
	return r.runChange(ctx, wawp.Restart(wawp.StatusFailed))
}

// runChange sends the request of a change. Until the change has happened, look ignores the statuses that the session
// passes through.
func (r *pairingRun) runChange(ctx context.Context, change *wawp.Change) error {
	r.change = change
	if err := change.Send(ctx, r.client, r.id); err != nil {
		return err
	}
	if change.Failure != nil {
		r.reportFailure(change.Failure, outcomeNotKnown)
	}
	return nil
}

// showCode shows a code, unless a valid one is on the screen. After a start or restart, and before a pairing code, it
// waits until SCAN_QR_CODE has lasted: the session may only be connecting to its phone, and a new pairing code could
// unlink that phone (internal/wawp/API.md, section 4).
func (r *pairingRun) showCode(ctx context.Context, l wawp.Look) error {
	isTransient := r.started || r.restarted || r.number != ""
	switch {
	case r.shownCode == "" && isTransient && !l.Settled():
		return nil
	case r.number != "":
		return r.showPairingCode(ctx, l)
	case r.shownCode != "" && r.now().Before(r.nextCodeAt):
		return nil
	}
	code, err := r.client.GetQRCode(ctx, r.id)
	if err != nil {
		return r.keepRefusal(ctx, err)
	}
	r.nextCodeAt, r.lastRefusal = r.now().Add(displayTime(code.ExpiresAt, r.now())), nil
	if code.Value == r.shownCode {
		return nil
	}
	drawing, err := draw(code.Value)
	if err != nil {
		return err
	}
	r.report(qrCodeHeader(r.id, r.shownCode == "") + drawing + qrCodeFooter(r.nextCodeAt.Sub(r.now())))
	r.shownCode = code.Value
	return nil
}

// keepRefusal keeps the reason why there is no code, and lets the action try again if the error is transient.
func (r *pairingRun) keepRefusal(ctx context.Context, err error) error {
	if ctx.Err() != nil || !wawp.KindOf(err).IsTransient() {
		return err
	}
	r.lastRefusal = err
	r.reportFailure(err, noCodeYet)
	return nil
}

// cause returns the error that ended the run. If ctx has ended it while Wawp gave no code, cause returns why there was
// none, because that says more.
func (r *pairingRun) cause(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && r.lastRefusal != nil {
		return r.lastRefusal
	}
	return err
}

// displayTime returns how long to show a code.
func displayTime(expiresAt, now time.Time) time.Duration {
	if expiresAt.IsZero() {
		return defaultDisplayTime
	}
	return min(max(expiresAt.Sub(now), minDisplayTime), maxDisplayTime)
}

// showPairingCode shows a code to type. It asks for one code each time that the session becomes SCAN_QR_CODE: a second
// one would replace the code that a person is typing. After a refusal it asks again, a few times.
func (r *pairingRun) showPairingCode(ctx context.Context, l wawp.Look) error {
	if r.shownCode != "" || l.Row%2 == 0 { // it asks at each second look
		return nil
	}
	code, err := r.client.RequestPairingCode(ctx, r.id, r.number)
	if kind := wawp.KindOf(err); kind.Untimely() || kind == wawp.NotFound {
		r.refusals++
		if r.refusals == maxRefusals {
			return err
		}
	}
	if err != nil {
		return r.keepRefusal(ctx, err)
	}
	r.report(pairingCode(code, r.number))
	r.shownCode, r.refusals, r.lastRefusal = code, 0, nil
	return nil
}
