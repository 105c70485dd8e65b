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

// The statuses of a session, see internal/wawp/API.md, section 3.
const (
	statusStopped  = "STOPPED"
	statusStarting = "STARTING"
	statusScan     = "SCAN_QR_CODE"
	statusWorking  = "WORKING"
	statusFailed   = "FAILED"
	statusDeleted  = "DELETED"
)

// Session is an instance as the dashboard shows it. During a flap, Status is the one before and after it.
type Session struct {
	InstanceID string // 12 upper-case hexadecimal digits
	Name       string // like "wawp-84729105"
	ServerName string
	Status     string
	Me         *Me // the account of the linked phone, in any status; nil if no phone is linked
}

// Me is a WhatsApp account.
type Me struct {
	ID       string // like "201012345678@c.us"
	PushName string
}

// Add makes an instance as the dashboard does, even beyond the quota. Empty fields get the values that create gives
// them.
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
		a.advanceTime(s)
		sessions[i] = s.view()
	}
	return sessions
}

// Session returns an instance, and whether it exists.
func (a *API) Session(id string) (Session, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.find(id); s != nil {
		return s.view(), true
	}
	return Session{}, false
}

// Pair links a phone, given by the digits of its number, to a session in SCAN_QR_CODE. It panics in any other status,
// and if there is no such session.
func (a *API) Pair(id, phoneDigits, pushName string) {
	a.change(id, func(s *session) {
		if s.Status != statusScan {
			panic(fmt.Sprintf("wawptest: session %s has no QR code to scan: it is %s", id, s.Status))
		}
		a.pair(s, phoneDigits, pushName)
	})
}

// Unpair unlinks the phone, as its list of linked devices does. The session becomes FAILED until a new scan. It panics
// if there is no such session.
func (a *API) Unpair(id string) {
	a.change(id, func(s *session) {
		s.Me = nil
		a.setStatus(s, statusFailed)
	})
}

// SetStatus sets any status. STARTING ends after Config.BootTime. It panics if there is no such session.
func (a *API) SetStatus(id, status string) {
	a.change(id, func(s *session) { a.setStatus(s, status) })
}

// KeepStarting leaves a session in STARTING for a time, by the clock, unless it is stopped or restarted before. It
// panics if there is no such session.
func (a *API) KeepStarting(id string, d time.Duration) {
	a.change(id, func(s *session) {
		a.setStatus(s, statusStarting)
		s.startingUntil = a.config.Now().Add(d)
	})
}

// Remove deletes an instance, as the dashboard does, if it exists.
func (a *API) Remove(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.remove(id)
}

// DeletedWhileLinked returns the sessions that were deleted while a phone was linked, in order of deletion. Such a
// phone goes on listing them.
func (a *API) DeletedWhileLinked() []Session {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.deletedWhileLinked)
}

// session is an instance with what only the server knows.
type session struct {
	Session
	startingUntil   time.Time // when STARTING ends
	pairsAt         time.Time // when a phone pairs by itself; zero is never
	phone           string    // the number of that phone
	policy          string    // slug of its rate limit policy
	qrSeed          string    // the seed of its QR codes
	link            tempLink  // the newest one
	webhooks        []webhook // in order of creation, the system webhook first; elements are never changed in place
	flap            []string  // the statuses of a flap that are left, beginning with the current one
	statusAfterFlap string    // the status after the flap
	pastVersions    []version // in order
}

// version is a former version of a session.
type version struct {
	session
	validUntil time.Time
}

// view returns a copy that shares nothing with the session.
func (s *session) view() Session {
	view := s.Session
	if len(s.flap) > 0 {
		view.Status = s.statusAfterFlap
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
	a.setStatus(s, cmp.Or(given.Status, a.config.Created))
	a.sessions = append(a.sessions, s)
	return s
}

// find returns the session in its current state, nil if there is none.
func (a *API) find(id string) *session {
	for _, s := range a.sessions {
		if s.InstanceID == id {
			a.advanceTime(s)
			return s
		}
	}
	return nil
}

// advanceTime makes the changes that are due by the clock: STARTING ends, and a phone pairs.
func (a *API) advanceTime(s *session) {
	if len(s.flap) > 0 {
		return
	}
	now := a.config.Now()
	if s.Status == statusStarting && !now.Before(s.startingUntil) {
		if s.Me != nil {
			a.setStatus(s, statusWorking)
		} else {
			a.setStatus(s, statusScan)
		}
	}
	if s.Status == statusScan && !s.pairsAt.IsZero() && !now.Before(s.pairsAt) {
		a.pair(s, s.phone, "Support")
	}
}

// setStatus sets the status. It also ends a flap, changes the seed of the QR codes, and cancels a phone that was to
// pair.
func (a *API) setStatus(s *session, status string) {
	s.Status, s.startingUntil, s.flap = status, a.config.Now().Add(a.config.BootTime), nil
	s.qrSeed = randomToken()
	s.pairsAt, s.phone = time.Time{}, "201145202826"
}

// schedulePairing makes a phone pair after Config.PairAfter, unless one is scheduled. It is called when a code or a
// link was handed out.
func (a *API) schedulePairing(s *session) {
	if a.config.PairAfter > 0 && s.pairsAt.IsZero() {
		s.pairsAt = a.config.Now().Add(a.config.PairAfter)
	}
}

// pair links a phone.
func (a *API) pair(s *session, phoneDigits, pushName string) {
	s.Me = &Me{ID: phoneDigits + "@c.us", PushName: pushName}
	a.setStatus(s, statusWorking)
}

func (a *API) remove(id string) {
	if s := a.find(id); s != nil && s.Me != nil {
		a.deletedWhileLinked = append(a.deletedWhileLinked, s.view())
	}
	a.sessions = slices.DeleteFunc(a.sessions, func(s *session) bool { return s.InstanceID == id })
}

// change changes a session, with the API locked. It panics if there is no such session.
func (a *API) change(id string, change func(*session)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.find(id)
	if s == nil {
		panic("wawptest: there is no session " + id)
	}
	s.endFlap()
	s.saveVersion(a.config.Now())
	change(s)
}

// beginFlap makes a session pass through statuses, if it is steady.
func (s *session) beginFlap(statuses []string) {
	isSteady := len(s.flap) == 0 && s.Status != statusStopped && s.Status != statusStarting
	if len(statuses) > 0 && isSteady {
		s.statusAfterFlap, s.flap, s.Status = s.Status, statuses, statuses[0]
	}
}

// nextFlapStatus puts a session that flaps into the next status.
func (s *session) nextFlapStatus() {
	if len(s.flap) > 1 {
		s.flap = s.flap[1:]
		s.Status = s.flap[0]
		return
	}
	s.endFlap()
}

func (s *session) endFlap() {
	if len(s.flap) > 0 {
		s.Status, s.flap = s.statusAfterFlap, nil
	}
}

// saveVersion saves the session before a change.
func (s *session) saveVersion(now time.Time) {
	s.pastVersions = append(s.pastVersions, version{*s, now})
}

// versionAt returns the session as it was at a time, or its first version.
func (s *session) versionAt(then time.Time) *session {
	for i := range s.pastVersions {
		if s.pastVersions[i].validUntil.After(then) {
			return &s.pastVersions[i].session
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

// randomToken returns 64 random characters, as in Wawp's secret addresses.
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
	body := c.session.engineObject()
	if me := c.session.Me; me != nil && c.session.Status == statusWorking {
		body["me"] = object{"id": me.ID, "pushName": me.PushName}
	}
	c.session.nextFlapStatus()
	return reply(http.StatusOK, body)
}

// start refuses to start a session that is not STOPPED, as the documentation warns: see internal/wawp/API.md, section
// 3.
func (a *API) start(c call) answer {
	if c.session.Status != statusStopped {
		return refuse(http.StatusConflict, "protocol_conflict",
			"The session is not stopped: it is "+c.session.Status+".")
	}
	a.setStatus(c.session, statusStarting)
	return reply(http.StatusOK, c.session.engineObject())
}

// stop leaves the phone linked.
func (a *API) stop(c call) answer {
	a.setStatus(c.session, statusStopped)
	return reply(http.StatusOK, c.session.engineObject())
}

func (a *API) restart(c call) answer {
	a.setStatus(c.session, statusStarting)
	return reply(http.StatusOK, c.session.engineObject())
}

// logout unlinks the phone. It needs a session in WORKING.
func (a *API) logout(c call) answer {
	if c.session.Status != statusWorking {
		return c.session.notConnected()
	}
	c.session.Me = nil
	a.setStatus(c.session, statusScan)
	return reply(http.StatusOK, c.session.summaryObject())
}

// notConnected refuses a request that needs a session in WORKING.
func (s *session) notConnected() answer {
	return refuse(http.StatusBadRequest, "not_connected",
		"The session is not connected to a phone: it is "+s.Status+".")
}

func (a *API) delete(c call) answer {
	a.remove(c.session.InstanceID)
	a.setStatus(c.session, statusDeleted)
	return reply(http.StatusOK, c.session.summaryObject())
}

// engineObject is a session in the answers of info, start, stop and restart.
func (s *session) engineObject() object {
	return object{
		"name":   s.Name,
		"status": s.Status,
		"config": object{"webhooks": object{}, "proxy": nil},
	}
}

// summaryObject is a session in the answers of logout and delete.
func (s *session) summaryObject() object {
	return object{"name": s.Name, "status": s.Status, "instance_id": s.InstanceID}
}
