package wawptest

import (
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// The statuses of a session.
const (
	statusStopped  = "STOPPED"
	statusStarting = "STARTING"
	statusScan     = "SCAN_QR_CODE"
	statusWorking  = "WORKING"
	statusFailed   = "FAILED"
	statusDeleted  = "DELETED"
)

// Session is an instance as the dashboard shows it: while it flaps, as it is otherwise.
type Session struct {
	InstanceID string // 12 upper-case hexadecimal digits
	Name       string // like "wawp-84729105"
	ServerName string
	Status     string
	Me         *Me // the account of the linked phone, whatever the status; nil if there is none
}

// Me is a WhatsApp account.
type Me struct {
	ID       string // like "201012345678@c.us"
	PushName string
}

// Add makes an instance as the dashboard would, beyond any quota. Empty fields get the values that create gives them.
func (a *API) Add(s Session) Session {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.add(s).view()
}

// Sessions returns the instances, in order of creation.
func (a *API) Sessions() []Session {
	a.mu.Lock()
	defer a.mu.Unlock()
	sessions := make([]Session, len(a.sessions))
	for i, s := range a.sessions {
		a.settle(s)
		sessions[i] = s.view()
	}
	return sessions
}

// Session returns an instance, and whether there is one of that id.
func (a *API) Session(id string) (Session, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.find(id); s != nil {
		return s.view(), true
	}
	return Session{}, false
}

// Pair links a phone, given by the digits of its number, to a session that shows a QR code. It panics if there is none to
// scan: a test that does this is wrong.
func (a *API) Pair(id, phoneDigits, pushName string) {
	a.change(id, func(s *session) {
		if s.Status != statusScan {
			panic(fmt.Sprintf("wawptest: session %s has no QR code to scan: it is %s", id, s.Status))
		}
		a.pair(s, phoneDigits, pushName)
	})
}

// Unpair does what unlinking the device on the phone does: the session fails, and only a new scan mends it.
// It panics if there is no such session.
func (a *API) Unpair(id string) {
	a.change(id, func(s *session) {
		s.Me = nil
		a.enter(s, statusFailed)
	})
}

// SetStatus puts a session into any status. STARTING ends after Config.BootTime, as ever. It panics if there is no such
// session.
func (a *API) SetStatus(id, status string) {
	a.change(id, func(s *session) { a.enter(s, status) })
}

// Hang leaves a session in STARTING for a time, by the clock, unless it is stopped or restarted meanwhile. It panics if
// there is no such session.
func (a *API) Hang(id string, d time.Duration) {
	a.change(id, func(s *session) {
		a.enter(s, statusStarting)
		s.boots = a.config.Now().Add(d)
	})
}

// Remove deletes an instance in the dashboard, if it is there.
func (a *API) Remove(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.remove(id)
}

// Stranded returns the sessions that were deleted while a phone was linked, which goes on listing them, in order of
// deletion.
func (a *API) Stranded() []Session {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.stranded)
}

// session is an instance with what only the server knows of it.
type session struct {
	Session
	boots    time.Time // when STARTING ends
	scans    time.Time // when a phone pairs by itself; the zero value is never
	phone    string    // the number of that phone
	policy   string    // slug of its rate limit policy
	qrSeed   string    // what its QR codes are made of
	link     tempLink  // the newest one
	webhooks []webhook // in order of creation, the system's first; no element is ever changed in place
	flap     []string  // the statuses that it passes through, from that of now on
	rest     string    // its status after that
	past     []version // in order
}

// version is what a session was, and when that ended.
type version struct {
	session
	end time.Time
}

// view returns a copy that shares nothing with the session.
func (s *session) view() Session {
	view := s.Session
	if len(s.flap) > 0 {
		view.Status = s.rest
	}
	if s.Me != nil {
		me := *s.Me
		view.Me = &me
	}
	return view
}

// The methods that follow are called with the API locked.

func (a *API) add(given Session) *session {
	id, name := randomNames()
	s := &session{Session: given, policy: defaultPolicy, webhooks: []webhook{newSystemWebhook()}}
	s.Session = s.view() // The caller keeps its Me.
	s.InstanceID = cmp.Or(given.InstanceID, id)
	s.Name = cmp.Or(given.Name, name)
	s.ServerName = cmp.Or(given.ServerName, "server-1")
	a.enter(s, cmp.Or(given.Status, a.config.Created))
	a.sessions = append(a.sessions, s)
	return s
}

// find returns the session as it is by now, or nil.
func (a *API) find(id string) *session {
	for _, s := range a.sessions {
		if s.InstanceID == id {
			a.settle(s)
			return s
		}
	}
	return nil
}

// settle does what has become due with time: STARTING ends, and a phone comes.
func (a *API) settle(s *session) {
	if len(s.flap) > 0 {
		return
	}
	now := a.config.Now()
	if s.Status == statusStarting && !now.Before(s.boots) {
		if s.Me != nil {
			a.enter(s, statusWorking)
		} else {
			a.enter(s, statusScan)
		}
	}
	if s.Status == statusScan && !s.scans.IsZero() && !now.Before(s.scans) {
		a.pair(s, s.phone, "Support")
	}
}

// enter puts a session into a status. Whenever it begins to wait for a scan, it has another QR code to show, and a phone is
// still to come.
func (a *API) enter(s *session, status string) {
	s.Status, s.boots, s.flap = status, a.config.Now().Add(a.config.BootTime), nil
	s.qrSeed = randomToken()
	s.scans, s.phone = time.Time{}, "201145202826"
}

// handedOut has a phone come, unless it is on its way: there is something to scan or to type in.
func (a *API) handedOut(s *session) {
	if a.config.PairAfter > 0 && s.scans.IsZero() {
		s.scans = a.config.Now().Add(a.config.PairAfter)
	}
}

// pair links a phone.
func (a *API) pair(s *session, phoneDigits, pushName string) {
	s.Me = &Me{ID: phoneDigits + "@c.us", PushName: pushName}
	a.enter(s, statusWorking)
}

func (a *API) remove(id string) {
	if s := a.find(id); s != nil && s.Me != nil {
		a.stranded = append(a.stranded, s.view())
	}
	a.sessions = slices.DeleteFunc(a.sessions, func(s *session) bool { return s.InstanceID == id })
}

// change locks the API for a change to a session that must be there.
func (a *API) change(id string, change func(*session)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.find(id)
	if s == nil {
		panic("wawptest: there is no session " + id)
	}
	s.endFlap()
	s.remember(a.config.Now())
	change(s)
}

// beginFlap has a session pass through statuses.
func (s *session) beginFlap(statuses []string) {
	isSteady := len(s.flap) == 0 && s.Status != statusStopped && s.Status != statusStarting
	if len(statuses) > 0 && isSteady {
		s.rest, s.flap, s.Status = s.Status, statuses, statuses[0]
	}
}

// wasSeen brings a session that flaps into its next status.
func (s *session) wasSeen() {
	if len(s.flap) > 1 {
		s.flap = s.flap[1:]
		s.Status = s.flap[0]
		return
	}
	s.endFlap()
}

func (s *session) endFlap() {
	if len(s.flap) > 0 {
		s.Status, s.flap = s.rest, nil
	}
}

// remember keeps what a session is before a change.
func (s *session) remember(now time.Time) { s.past = append(s.past, version{*s, now}) }

// asOf returns what a session was at a time; at its beginning, if it was made later.
func (s *session) asOf(then time.Time) *session {
	for i := range s.past {
		if s.past[i].end.After(then) {
			return &s.past[i].session
		}
	}
	return s
}

// randomNames returns an instance id and a session name in the form of the API's.
func randomNames() (id, name string) {
	var random [10]byte
	_, _ = rand.Read(random[:]) // Never fails, says its documentation.
	return fmt.Sprintf("%X", random[:6]), fmt.Sprintf("wawp-%08d", binary.BigEndian.Uint32(random[6:])%1e8)
}

// randomToken returns the 64 random characters of a secret address.
func randomToken() string {
	var random [32]byte
	_, _ = rand.Read(random[:])
	return fmt.Sprintf("%x", random)
}

var sessionEndpoints = map[string]endpoint{
	"POST /v2/session/create":   {do: (*API).create, account: true},
	"POST /v2/session/info":     {do: (*API).info},
	"POST /v2/session/start":    {do: (*API).start},
	"POST /v2/session/stop":     {do: (*API).stop},
	"POST /v2/session/restart":  {do: (*API).restart},
	"POST /v2/session/logout":   {do: (*API).logout},
	"DELETE /v2/session/delete": {do: (*API).delete},
}

func (a *API) create(call) answer {
	if a.config.Quota > 0 && len(a.sessions) >= a.config.Quota {
		return refuse(http.StatusForbidden, "quota_reached",
			"You have reached your instance quota. Delete an unused instance or upgrade your plan.")
	}
	s := a.add(Session{})
	return reply(http.StatusCreated, object{
		"instance_id":  s.InstanceID,
		"session_name": s.Name,
		"server_name":  s.ServerName,
		"status":       s.Status,
	})
}

func (a *API) info(c call) answer {
	body := c.session.engine()
	if me := c.session.Me; me != nil && c.session.Status == statusWorking {
		body["me"] = object{"id": me.ID, "pushName": me.PushName}
	}
	c.session.wasSeen()
	return reply(http.StatusOK, body)
}

// start refuses what the API's documentation warns of: to start a session that runs.
func (a *API) start(c call) answer {
	if c.session.Status != statusStopped {
		return refuse(http.StatusConflict, "protocol_conflict", "The session is not stopped: it is "+c.session.Status+".")
	}
	a.enter(c.session, statusStarting)
	return reply(http.StatusOK, c.session.engine())
}

// stop keeps the phone linked.
func (a *API) stop(c call) answer {
	a.enter(c.session, statusStopped)
	return reply(http.StatusOK, c.session.engine())
}

func (a *API) restart(c call) answer {
	a.enter(c.session, statusStarting)
	return reply(http.StatusOK, c.session.engine())
}

// logout unlinks the phone, which takes a session that is connected to it.
func (a *API) logout(c call) answer {
	if c.session.Status != statusWorking {
		return c.session.notConnected()
	}
	c.session.Me = nil
	a.enter(c.session, statusScan)
	return reply(http.StatusOK, c.session.outcome())
}

// notConnected refuses what takes a session that is connected to its phone.
func (s *session) notConnected() answer {
	return refuse(http.StatusBadRequest, "not_connected", "The session is not connected to a phone: it is "+s.Status+".")
}

func (a *API) delete(c call) answer {
	a.remove(c.session.InstanceID)
	a.enter(c.session, statusDeleted)
	return reply(http.StatusOK, c.session.outcome())
}

// engine is a session in the answers about its engine.
func (s *session) engine() object {
	return object{
		"name":   s.Name,
		"status": s.Status,
		"config": object{"webhooks": object{}, "proxy": nil},
	}
}

// outcome is a session in the answers of logout and delete.
func (s *session) outcome() object {
	return object{"name": s.Name, "status": s.Status, "instance_id": s.InstanceID}
}
