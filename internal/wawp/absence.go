package wawp

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

// This file decides whether a session is gone. It takes more than one answer, because a 404 can mean other things too
// (API.md 2), statuses flap (API.md 3), and a session that is given up by mistake cannot be found again.

// Verdict says whether a session exists, after a request about it has failed.
type Verdict int

const (
	// Unclear means that the session may exist or not. Keep it, and warn.
	Unclear Verdict = iota
	// NotJudged means that there was no usable answer. Report the error; it proves nothing.
	NotJudged
	// Present means that the session answers again: the failure has passed.
	Present
	// Absent means that the session is gone, beyond doubt.
	Absent
	// NoEndpoint means that the server offers no endpoint that could show the session. It may exist or not.
	NoEndpoint
)

// Known is what is known of a session before Wawp is asked.
type Known struct {
	// Described says that session/info has described the session, or that an object of the session was made.
	Described bool
	// Made is when the session was created; zero means that this is not known, or long ago.
	Made time.Time
	// Paired says that a phone was linked to the session when it was last seen.
	Paired bool
	// OtherAccount says that the access token, or the address of the API, has changed since the session was made or
	// last described. Another account does not see the sessions of this one.
	OtherAccount bool
}

// knownEverywhere is the age from which a 404 counts for a session that was never described. A younger one may not yet
// be known to all of Wawp's servers.
const knownEverywhere = 2 * time.Minute

// Finding is a verdict with its reason, half a sentence, and with the session if it is Present.
type Finding struct {
	Verdict Verdict
	Reason  string
	Session Session
}

// Find judges an error of session/info, or of an endpoint for an object of a session. A session is Absent only if three
// answers agree that there is no such instance: the error; session/info, after a pause; and the endpoint of the sending
// policy.
func (c *Client) Find(ctx context.Context, id string, known Known, err error) Finding {
	if verdict, reason := known.judge(err); verdict != Absent {
		return Finding{Verdict: verdict, Reason: reason}
	}
	session, err := c.GetSessionAgain(ctx, id)
	return c.confirm(ctx, id, known, session, err, true)
}

// RemoveSession deletes an instance for good. The instance is gone if the finding is Absent.
//
// If Wawp answers that there is no such instance, session/info must confirm it after a pause. If the answer is less
// clear, the rules of [Client.Find] apply. The finding is NoEndpoint if Wawp has never described the session, and every
// endpoint answers that its route is unknown.
func (c *Client) RemoveSession(ctx context.Context, id string, known Known) (Finding, error) {
	err := c.DeleteSession(ctx, id)
	kind := KindOf(err)
	switch {
	case err == nil:
		return Finding{Verdict: Absent}, nil
	case kind != NoSuchInstance && kind != InvalidSession && kind != NotFound && !hasStatus(err, http.StatusGone):
		return Finding{Verdict: NotJudged, Reason: "the request failed"}, err
	}
	session, infoErr := c.GetSessionAgain(ctx, id)
	if infoErr == nil && kind == NoSuchInstance { // the session answers again, so it still has to be deleted
		err = c.DeleteSession(ctx, id)
		if err == nil {
			return Finding{Verdict: Absent}, nil
		}
	}
	isLessClear := kind != NoSuchInstance // then the sending policy must confirm it too
	found := c.confirm(ctx, id, known, session, infoErr, isLessClear)
	if !known.Described && !known.OtherAccount && isUnknownRoute(err) && isUnknownRoute(infoErr) {
		if _, policyErr := c.GetRateLimit(ctx, id); isUnknownRoute(policyErr) {
			found.Verdict = NoEndpoint
		}
	}
	return found, err
}

// isUnknownRoute says whether a server does not offer an endpoint: its answer has no code, or one that says so. Any
// other code is about something else that is missing.
func isUnknownRoute(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == NotFound &&
		slices.Contains([]string{"", "404", "405", "not_found", "rest_no_route"}, strings.ToLower(e.Code))
}

// confirm judges the second look at a session: what session/info answers after the pause. With policy, the sending
// policy must confirm an absence too.
func (c *Client) confirm(ctx context.Context, id string, known Known, session Session, err error, policy bool) Finding {
	const unsure = "Wawp answers that there is no such session, but "
	if err == nil {
		return Finding{Present, unsure + "POST /v2/session/info describes it", session}
	}
	if ctx.Err() != nil {
		return Finding{Verdict: NotJudged, Reason: "the second look was interrupted"}
	}
	if verdict, reason := known.judge(err); verdict != Absent {
		if verdict == NotJudged {
			reason = unsure + "POST /v2/session/info does not confirm it"
		}
		return Finding{Reason: reason}
	}
	if policy {
		_, err = c.GetRateLimit(ctx, id)
		if err == nil {
			return Finding{Reason: unsure + "its sending policy can still be read"}
		}
		if verdict, _ := known.judge(err); verdict != Absent {
			return Finding{Reason: unsure + "its sending policy does not confirm it"}
		}
	}
	return Finding{
		Verdict: Absent,
		Reason:  "POST /v2/session/info and GET /v2/session/rate-limit both answer that there is no such session",
	}
}

// judge says what one error proves. Absent means that the session seems to be gone.
func (k Known) judge(err error) (Verdict, string) {
	switch KindOf(err) {
	case NoSuchInstance:
	case InvalidSession:
		if !hasStatus(err, http.StatusNotFound) {
			return Unclear, "Wawp answered invalid_session with another status than 404, which does not prove that " +
				"the session is gone"
		}
		if k.Paired {
			return Unclear, "invalid_session may only mean that the session lost its phone"
		}
	case NotFound:
		return Unclear, "the 404 or 405 does not name the session, so a proxy or another server may have sent it"
	case Unreadable:
		return Unclear, "the answer could not be understood"
	default:
		return NotJudged, "the request failed"
	}
	switch doubt := k.Doubt(); {
	case doubt != "":
		return Unclear, doubt
	case !k.Described && time.Since(k.Made) < knownEverywhere:
		return Unclear, "the session was created less than 2 minutes ago, and some servers of Wawp may not know it yet"
	}
	return Absent, ""
}

// Doubt says why no answer can prove an absence, in half a sentence. "" means that answers can.
func (k Known) Doubt() string {
	if k.OtherAccount {
		return "the access token, or the address, is another one than before, perhaps that of another account"
	}
	return ""
}

func hasStatus(err error, status int) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == status
}
