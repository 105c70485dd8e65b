package wawp

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Verdict is what the answers about a session amount to, once one of them has failed.
type Verdict int

const (
	// Unclear: the session may be there or not. Keep it, and say so.
	Unclear Verdict = iota
	// Broken: the question was not answered at all. It is an error, and proves nothing.
	Broken
	// Present: it answers again. What was there passed.
	Present
	// Absent: it is gone, beyond doubt.
	Absent
	// Forgotten: a server that offers nothing but to create sessions has it, or not.
	Forgotten
)

// Known is what is known of a session before Wawp is asked.
type Known struct {
	// Described: session/info has described it, or what belongs to it was made.
	Described bool
	// Made is when it was created; zero means that this is not known, or long ago.
	Made time.Time
	// Paired: a phone was linked to it when it was last seen.
	Paired bool
	// OtherAccount: access token or address are others than when it was made or last described. Another account knows
	// none of the sessions of this one.
	OtherAccount bool
}

// knownEverywhere is how old a session is when its 404 counts, although nobody has described it: right after its
// creation it may not be known everywhere.
const knownEverywhere = 2 * time.Minute

// Finding is a verdict, its reason in half a sentence, and the session if it answered.
type Finding struct {
	Verdict Verdict
	Reason  string
	Session Session
}

// Find decides what it means that session/info, or an endpoint of what belongs to a session, failed with an error. A
// session is absent only if after a pause session/info, and then its sending policy, answer, too, that there is no such
// instance: one that is dropped by mistake cannot be found again.
func (c *Client) Find(ctx context.Context, id string, known Known, err error) Finding {
	if verdict, reason := known.judge(err); verdict != Absent {
		return Finding{Verdict: verdict, Reason: reason}
	}
	session, err := c.GetSessionAgain(ctx, id)
	return c.confirm(ctx, id, known, session, err, true)
}

// RemoveSession deletes an instance for good, and finds out what an error means: it is gone if the finding is Absent.
// The answer that there is no such instance is confirmed by session/info, after the pause; one that is less sure, by
// the rules of [Client.Find]. A session that Wawp has never described, and that meets nothing but unknown routes, is
// Forgotten.
func (c *Client) RemoveSession(ctx context.Context, id string, known Known) (Finding, error) {
	err := c.DeleteSession(ctx, id)
	kind := KindOf(err)
	switch {
	case err == nil:
		return Finding{Verdict: Absent}, nil
	case kind != NoSuchInstance && kind != InvalidSession && kind != NotFound && !hasStatus(err, http.StatusGone):
		return Finding{Verdict: Broken, Reason: "the request failed"}, err
	}
	session, infoErr := c.GetSessionAgain(ctx, id)
	if infoErr == nil && kind == NoSuchInstance { // it passed: a session that answers does not vanish by itself
		if err = c.DeleteSession(ctx, id); err == nil {
			return Finding{Verdict: Absent}, nil
		}
	}
	found := c.confirm(ctx, id, known, session, infoErr, kind != NoSuchInstance)
	if !known.Described && !known.OtherAccount && isUnknownRoute(err) && isUnknownRoute(infoErr) {
		if _, policyErr := c.GetRateLimit(ctx, id); isUnknownRoute(policyErr) {
			found.Verdict = Forgotten
		}
	}
	return found, err
}

// isUnknownRoute says whether an answer is that of a server which does not offer an endpoint: it has no code, or one
// that says so. With any other, a server misses something else.
func isUnknownRoute(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == NotFound &&
		slices.Contains([]string{"", "404", "405", "not_found", "rest_no_route"}, strings.ToLower(e.Code))
}

// confirm judges a second look at session/info, and asks for the sending policy, too, if that is wanted.
func (c *Client) confirm(ctx context.Context, id string, known Known, session Session, err error, policy bool) Finding {
	const unsure = "Wawp answers that there is no such session, but "
	if err == nil {
		return Finding{Present, unsure + "session/info describes it", session}
	}
	if ctx.Err() != nil {
		return Finding{Verdict: Broken, Reason: "the second look was interrupted"}
	}
	if verdict, reason := known.judge(err); verdict != Absent {
		if verdict == Broken {
			reason = unsure + "session/info does not confirm it"
		}
		return Finding{Reason: reason}
	}
	if policy {
		if _, err = c.GetRateLimit(ctx, id); err == nil {
			return Finding{Reason: unsure + "its sending policy can still be read"}
		}
		if verdict, _ := known.judge(err); verdict != Absent {
			return Finding{Reason: unsure + "its sending policy does not confirm it"}
		}
	}
	return Finding{
		Verdict: Absent,
		Reason:  "session/info and session/rate-limit both answer that there is no such session",
	}
}

// judge says what one error proves: Absent means that the session seems to be gone.
func (k Known) judge(err error) (Verdict, string) {
	switch KindOf(err) {
	case NoSuchInstance:
	case InvalidSession:
		if !hasStatus(err, http.StatusNotFound) {
			return Unclear, "invalid_session is no 404 here"
		}
		if k.Paired {
			return Unclear, "invalid_session may only mean that the session lost its phone"
		}
	case NotFound:
		return Unclear, "the answer does not come from Wawp's session endpoint but from something that does not know it"
	case Unreadable:
		return Unclear, "the answer could not be understood"
	default:
		return Broken, "the request failed"
	}
	switch doubt := k.Doubt(); {
	case doubt != "":
		return Unclear, doubt
	case !k.Described && time.Since(k.Made) < knownEverywhere:
		return Unclear, "it was created less than 2 minutes ago, and the server may not know it everywhere yet"
	}
	return Absent, ""
}

// Doubt says, in half a sentence, why no answer proves an absence; "" means that one may.
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
