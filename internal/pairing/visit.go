package pairing

import (
	"cmp"
	"context"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// How long a code is shown before the next is asked for: until it expires, within these bounds, as the clock of this machine
// may be wrong (documentation of auth/qr-image: a code lives for 20 to 40 s, refresh it each 5 to 10 s or each 30 s).
const (
	shortestShow = 5 * time.Second
	usualShow    = 20 * time.Second // where the answer does not tell
	longestShow  = 30 * time.Second
)

// visit is one run of the action: it leads a session to the point at which a person can link a phone, and shows that person
// a code.
type visit struct {
	client *wawp.Client
	id     string
	number string // digits; "" means that a QR code is shown
	say    func(message string)
	now    func() time.Time

	isLinked func(wawp.Session) bool

	said      string // the status that was spoken of last
	started   bool
	restarted bool
	awaited   string // a status that was acted upon, and that may be seen for a while; "" is none
	looks     int    // for how many more looks; negative: until another is seen
	refusal   error  // of the start or restart

	shown   string    // the code on the screen
	until   time.Time // when to ask for the next
	refused bool      // a pairing code was, at the last look
}

// look does what the status of the session leaves to do, and says whether a phone is linked, and known whose.
func (v *visit) look(ctx context.Context, s wawp.Session) (bool, error) {
	switch {
	case s.Status == "":
		return false, nil
	case s.Status == v.awaited && v.looks != 0:
		v.looks--
		return false, nil
	}
	v.awaited = ""
	if s.Status != wawp.StatusScan {
		v.shown = "" // what is on the screen has no meaning any more
	}
	switch s.Status {
	case wawp.StatusWorking:
		return v.isLinked(s), nil
	case wawp.StatusScan:
		return false, v.show(ctx)
	case wawp.StatusStopped:
		return false, v.start(ctx)
	case wawp.StatusFailed:
		return false, v.restart(ctx)
	}
	v.mention(s)
	return false, nil
}

// mention speaks of a status in which there is nothing to do but to wait, once.
func (v *visit) mention(s wawp.Session) {
	if s.Status != v.said {
		v.said = s.Status
		v.say(waiting(s))
	}
}

// start boots a session that is stopped, once.
func (v *visit) start(ctx context.Context) error {
	if v.started {
		return cmp.Or(v.refusal, errStoppedAgain)
	}
	v.started = true
	v.say("The session " + v.id + " is STOPPED: starting it.")
	after, err := v.client.StartSession(ctx, v.id)
	return v.await(wawp.StatusStopped, after, err)
}

// restart does what Wawp advises for a session that failed, once.
func (v *visit) restart(ctx context.Context) error {
	if v.restarted {
		return cmp.Or(v.refusal, errFailedAgain)
	}
	v.restarted = true
	v.say("The session " + v.id + " is FAILED: restarting it, as Wawp advises to do once.")
	after, err := v.client.RestartSession(ctx, v.id)
	return v.await(wawp.StatusFailed, after, err)
}

// await lets a status that was acted upon be seen for a while: two more looks if the answer shows that it is left already, else
// until another one is seen. A refusal may only mean that it is another one by now, and an answer that was lost tells nothing: the next two
// looks do.
func (v *visit) await(status string, after wawp.Session, err error) error {
	if v.refusal = nil; wawp.KindOf(err).Untimely() || wawp.MayHaveActed(err) {
		v.refusal, v.awaited, v.looks = err, status, 1
		return nil
	}
	v.awaited, v.looks = status, 2
	if after.Status == "" || after.Status == status {
		v.looks = -1
	}
	return err
}

// show shows a code, if there is none on the screen that is still good.
func (v *visit) show(ctx context.Context) error {
	if v.number != "" {
		return v.showPairingCode(ctx)
	}
	if v.shown != "" && v.now().Before(v.until) {
		return nil
	}
	code, err := v.client.GetQRCode(ctx, v.id)
	switch {
	case err == nil:
	case wawp.KindOf(err).Untimely():
		return nil // not there yet, or scanned at this moment: the next look tells
	case v.shown != "" && wawp.KindOf(err).MayPass() && wawp.KindOf(err) != wawp.Unreadable:
		return nil //nolint:nilerr // a fault that may have passed by the next look
	default:
		return err
	}
	v.until = v.now().Add(showFor(code.ExpiresAt, v.now()))
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

// showFor says how long a code is good for.
func showFor(expires, now time.Time) time.Duration {
	if expires.IsZero() {
		return usualShow
	}
	return min(max(expires.Sub(now), shortestShow), longestShow)
}

// showPairingCode shows a code to type. It is asked for once each time that the session begins to wait: another one would
// take the place of the one that a person is typing.
func (v *visit) showPairingCode(ctx context.Context) error {
	if v.shown != "" {
		return nil
	}
	code, err := v.client.RequestPairingCode(ctx, v.id, v.number)
	if !v.refused && wawp.KindOf(err).Untimely() {
		v.refused = true // perhaps the session has just stopped to wait: the next look tells
		return nil
	}
	if v.refused = false; err != nil {
		return err
	}
	v.say(pairingCode(code, v.number))
	v.shown = code
	return nil
}
