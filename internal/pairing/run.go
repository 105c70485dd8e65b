package pairing

import (
	"context"
	"slices"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/explain"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// How long a code is shown before the next is asked for: until it expires, within these bounds, as the clock of this
// machine may be wrong (documentation of auth/qr-image: a code lives for 20 to 40 s, refresh it each 5 to 10 s or each
// 30 s).
const (
	minDisplayTime     = 5 * time.Second
	defaultDisplayTime = 20 * time.Second // where the answer does not tell
	maxDisplayTime     = 30 * time.Second
)

// maxRefusals is how often a pairing code is refused, in a row, until the action gives up: for 18 s, as it is asked for
// at each second look.
const maxRefusals = 4

// pairingRun is one run of the action: it leads a session to the point at which a person can link a phone, and shows
// that person a code.
type pairingRun struct {
	client *wawp.Client
	id     string
	number string // digits; "" means that a QR code is shown
	report func(message string)
	now    func() time.Time

	hasStatus      bool   // a status was told
	reportedStatus string // the status that was spoken of last
	started        bool
	restarted      bool
	change         *wawp.Change // a start or restart that is under way

	shownCode   string    // the code on the screen
	nextCodeAt  time.Time // when to ask for the next
	refusals    int       // of a pairing code, in a row
	lastRefusal error     // why Wawp gave no code, since it gave one
	reasons     explain.Reasons
}

// look does what the status of the session leaves to do, and says whether a phone is linked, and known whose.
func (r *pairingRun) look(ctx context.Context, l wawp.Look) (bool, error) {
	if l.Err != nil {
		r.reportFailure(l.Err, lookFailed)
		return false, nil //nolint:nilerr // a fault that may have passed by the next look
	}
	if l.Status != wawp.StatusScan {
		r.shownCode, r.refusals = "", 0 // what is on the screen has no meaning any more
	}
	if r.change != nil {
		if done, err := r.change.See(l); !done || err != nil {
			r.reportStatus(l.Session)
			return false, err
		}
		r.change = nil
	}
	isFirst := !r.hasStatus && l.Status != ""
	r.hasStatus = r.hasStatus || isFirst
	switch {
	case l.Status == wawp.StatusWorking && isLinked(l, r.number):
		return true, nil
	case l.Status == wawp.StatusScan:
		return false, r.showQRCode(ctx, l)
	case l.Status == wawp.StatusStopped && (isFirst || l.Settled()):
		return false, r.start(ctx)
	case l.Status == wawp.StatusFailed && (isFirst || l.Settled()):
		return false, r.restart(ctx)
	}
	r.reportStatus(l.Session)
	return false, nil
}

// reportStatus speaks of a status in which there is nothing to do but to wait, once. Of those in which something is
// done, that is said.
func (r *pairingRun) reportStatus(s wawp.Session) {
	reported := []string{"", r.reportedStatus, wawp.StatusScan, wawp.StatusStopped, wawp.StatusFailed}
	if !slices.Contains(reported, s.Status) {
		r.reportedStatus = s.Status
		r.report(waitingMessage(s))
	}
}

// reportFailure tells why something failed that is tried again, once for each reason.
func (r *pairingRun) reportFailure(err error, message func(id string, err error) string) {
	if r.reasons.New(err) {
		r.report(message(r.id, err))
	}
}

// start boots a session that is stopped, once.
func (r *pairingRun) start(ctx context.Context) error {
	if r.started {
		return errStoppedAgain
	}
	r.started = true
	r.report("The session " + r.id + " is STOPPED: starting it.")
	return r.runChange(ctx, wawp.Start())
}

// restart does what Wawp advises for a session that failed, once.
func (r *pairingRun) restart(ctx context.Context) error {
	if r.restarted {
		return errFailedAgain
	}
	r.restarted = true
	r.report("The session " + r.id + " is FAILED: restarting it, as Wawp advises to do once.")
	return r.runChange(ctx, wawp.Restart(wawp.StatusFailed))
}

// runChange begins a change. Until it has happened, no status that the session passes through has a meaning.
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

// showQRCode shows a code, if there is none on the screen that is still good. A session that has just booted, or that a
// pairing code is asked for, must have settled first: it may only be connecting to a phone, which would be unlinked.
func (r *pairingRun) showQRCode(ctx context.Context, l wawp.Look) error {
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

// keepRefusal takes in why there is no code: it may have passed by the next look.
func (r *pairingRun) keepRefusal(ctx context.Context, err error) error {
	if ctx.Err() != nil || !wawp.KindOf(err).IsTransient() {
		return err
	}
	r.lastRefusal = err
	r.reportFailure(err, noCodeYet)
	return nil
}

// cause returns what ended the pairingRun: where its time did, that there was no code says more.
func (r *pairingRun) cause(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && r.lastRefusal != nil {
		return r.lastRefusal
	}
	return err
}

// displayTime says how long a code is good for.
func displayTime(expiresAt, now time.Time) time.Duration {
	if expiresAt.IsZero() {
		return defaultDisplayTime
	}
	return min(max(expiresAt.Sub(now), minDisplayTime), maxDisplayTime)
}

// showPairingCode shows a code to type. It is asked for once each time that the session begins to wait: another one
// would take the place of the one that a person is typing. A code that is refused is asked for again, a few times.
func (r *pairingRun) showPairingCode(ctx context.Context, l wawp.Look) error {
	if r.shownCode != "" || l.Row%2 == 0 {
		return nil
	}
	code, err := r.client.RequestPairingCode(ctx, r.id, r.number)
	if kind := wawp.KindOf(err); kind.Untimely() || kind == wawp.NotFound {
		if r.refusals++; r.refusals == maxRefusals {
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
