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
	shortestShow = 5 * time.Second
	usualShow    = 20 * time.Second // where the answer does not tell
	longestShow  = 30 * time.Second
)

// mostRefusals is how often a pairing code is refused, in a row, until the action gives up: for 18 s, as it is asked
// for at each second look.
const mostRefusals = 4

// pairingRun is one run of the action: it leads a session to the point at which a person can link a phone, and shows
// that person a code.
type pairingRun struct {
	client *wawp.Client
	id     string
	number string // digits; "" means that a QR code is shown
	say    func(message string)
	now    func() time.Time

	seen      bool   // a status was told
	said      string // the status that was spoken of last
	started   bool
	restarted bool
	change    *wawp.Change // a start or restart that is under way

	shown    string    // the code on the screen
	until    time.Time // when to ask for the next
	refusals int       // of a pairing code, in a row
	refusal  error     // why Wawp gave no code, since it gave one
	told     explain.Reasons
}

// look does what the status of the session leaves to do, and says whether a phone is linked, and known whose.
func (v *pairingRun) look(ctx context.Context, l wawp.Look) (bool, error) {
	if l.Err != nil {
		v.complain(l.Err, lookedInVain)
		return false, nil //nolint:nilerr // a fault that may have passed by the next look
	}
	if l.Status != wawp.StatusScan {
		v.shown, v.refusals = "", 0 // what is on the screen has no meaning any more
	}
	if v.change != nil {
		if over, err := v.change.See(l); !over || err != nil {
			v.mention(l.Session)
			return false, err
		}
		v.change = nil
	}
	isFirst := !v.seen && l.Status != ""
	v.seen = v.seen || isFirst
	switch {
	case l.Status == wawp.StatusWorking && isLinked(l, v.number):
		return true, nil
	case l.Status == wawp.StatusScan:
		return false, v.show(ctx, l)
	case l.Status == wawp.StatusStopped && (isFirst || l.Settled()):
		return false, v.start(ctx)
	case l.Status == wawp.StatusFailed && (isFirst || l.Settled()):
		return false, v.restart(ctx)
	}
	v.mention(l.Session)
	return false, nil
}

// mention speaks of a status in which there is nothing to do but to wait, once. Of those in which something is done,
// that is said.
func (v *pairingRun) mention(s wawp.Session) {
	spokenOf := []string{"", v.said, wawp.StatusScan, wawp.StatusStopped, wawp.StatusFailed}
	if !slices.Contains(spokenOf, s.Status) {
		v.said = s.Status
		v.say(waiting(s))
	}
}

// complain tells why something failed that is tried again, once for each reason.
func (v *pairingRun) complain(err error, words func(id string, err error) string) {
	if v.told.New(err) {
		v.say(words(v.id, err))
	}
}

// start boots a session that is stopped, once.
func (v *pairingRun) start(ctx context.Context) error {
	if v.started {
		return errStoppedAgain
	}
	v.started = true
	v.say("The session " + v.id + " is STOPPED: starting it.")
	return v.make(ctx, wawp.Start())
}

// restart does what Wawp advises for a session that failed, once.
func (v *pairingRun) restart(ctx context.Context) error {
	if v.restarted {
		return errFailedAgain
	}
	v.restarted = true
	v.say("The session " + v.id + " is FAILED: restarting it, as Wawp advises to do once.")
	return v.make(ctx, wawp.Restart(wawp.StatusFailed))
}

// make begins a change. Until it has happened, no status that the session passes through has a meaning.
func (v *pairingRun) make(ctx context.Context, change *wawp.Change) error {
	v.change = change
	if err := change.Send(ctx, v.client, v.id); err != nil {
		return err
	}
	if change.Failure != nil {
		v.complain(change.Failure, askedInVain)
	}
	return nil
}

// show shows a code, if there is none on the screen that is still good. A session that has just booted, or that a
// pairing code is asked for, must have settled first: it may only be connecting to a phone, which would be unlinked.
func (v *pairingRun) show(ctx context.Context, l wawp.Look) error {
	mayPass := v.started || v.restarted || v.number != ""
	switch {
	case v.shown == "" && mayPass && !l.Settled():
		return nil
	case v.number != "":
		return v.showPairingCode(ctx, l)
	case v.shown != "" && v.now().Before(v.until):
		return nil
	}
	code, err := v.client.GetQRCode(ctx, v.id)
	if err != nil {
		return v.refuse(ctx, err)
	}
	v.until, v.refusal = v.now().Add(showFor(code.ExpiresAt, v.now())), nil
	if code.Value == v.shown {
		return nil
	}
	drawing, err := draw(code.Value)
	if err != nil {
		return err
	}
	v.say(invitation(v.id, v.shown == "") + drawing + below(v.until.Sub(v.now())))
	v.shown = code.Value
	return nil
}

// refuse takes in why there is no code: it may have passed by the next look.
func (v *pairingRun) refuse(ctx context.Context, err error) error {
	if ctx.Err() != nil || !wawp.KindOf(err).IsTransient() {
		return err
	}
	v.refusal = err
	v.complain(err, noCodeYet)
	return nil
}

// why returns what ended the pairingRun: where its time did, that there was no code says more.
func (v *pairingRun) why(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && v.refusal != nil {
		return v.refusal
	}
	return err
}

// showFor says how long a code is good for.
func showFor(expires, now time.Time) time.Duration {
	if expires.IsZero() {
		return usualShow
	}
	return min(max(expires.Sub(now), shortestShow), longestShow)
}

// showPairingCode shows a code to type. It is asked for once each time that the session begins to wait: another one
// would take the place of the one that a person is typing. A code that is refused is asked for again, a few times.
func (v *pairingRun) showPairingCode(ctx context.Context, l wawp.Look) error {
	if v.shown != "" || l.Row%2 == 0 {
		return nil
	}
	code, err := v.client.RequestPairingCode(ctx, v.id, v.number)
	if kind := wawp.KindOf(err); kind.Untimely() || kind == wawp.NotFound {
		if v.refusals++; v.refusals == mostRefusals {
			return err
		}
	}
	if err != nil {
		return v.refuse(ctx, err)
	}
	v.say(pairingCode(code, v.number))
	v.shown, v.refusals, v.refusal = code, 0, nil
	return nil
}
