package wawp

import "errors"

// Verdict is what the answers about a session amount to, once reading it has failed.
type Verdict int

const (
	// Unclear: the session may be there or not. Keep it, and say so.
	Unclear Verdict = iota
	// Broken: the question was not answered at all. It is an error, and proves nothing.
	Broken
	// LookAgain: it seems gone. Ask for its sending policy, and judge again.
	LookAgain
	// Absent: it is gone, beyond doubt.
	Absent
)

// Evidence is what is known of a session when reading it has failed.
type Evidence struct {
	// Seen: session/info has described this session before.
	Seen bool
	// Paired: a phone was linked to it when it was last seen.
	Paired bool
	// OtherToken: the access token is another one than when the session was made or last described. It may be that of another
	// account, which knows none of the sessions of this one.
	OtherToken bool
	// Info is the error of session/info now.
	Info error
	// Looked: the second look was taken. SecondLook is its error, nil if the session answered.
	Looked     bool
	SecondLook error
}

const otherToken = "the access token is another one than before, perhaps that of another account"

// Judge decides whether a session is absent, and gives the reason in half a sentence. Only an absence that is proved on
// every count is one: a session dropped from the state by mistake cannot be found again.
func Judge(e Evidence) (Verdict, string) {
	switch {
	case IsNotOffered(e.Info):
		return Unclear, "the answer does not come from Wawp's session endpoint but from something that does not know it"
	case IsUnreadable(e.Info):
		return Unclear, "the answer could not be understood"
	case !IsNotFound(e.Info):
		return Broken, "the request failed"
	case IsInvalidSession(e.Info) && e.Paired:
		return Unclear, "invalid_session may only mean that the session lost its phone"
	case e.OtherToken:
		return Unclear, otherToken
	case !e.Seen:
		return Unclear, "the server has never described this session, so its 404 proves nothing"
	case !e.Looked:
		return LookAgain, "session/info answers that there is no such session"
	case e.SecondLook == nil:
		return Unclear, "session/info answers that there is no such session, but its sending policy can still be read"
	case !isStatus404(e.SecondLook):
		return Unclear, "session/info answers that there is no such session, but a second look at its sending policy failed"
	}
	return Absent, "session/info and session/rate-limit both answer that there is no such session"
}

// ChildEvidence is what is known of something that belongs to a session, when reading it has failed.
type ChildEvidence struct {
	// OtherToken: as in [Evidence], since what it is about was made or last read.
	OtherToken bool
	// Child is the error of the endpoint that reads it.
	Child error
	// Looked: session/info was asked, too. Info is its error, nil if it described the session.
	Looked bool
	Info   error
}

// JudgeChild decides whether what belongs to a session is absent because the session is, and gives the reason in half a
// sentence.
func JudgeChild(e ChildEvidence) (Verdict, string) {
	switch {
	case IsSubscriptionRequired(e.Child):
		return Unclear, "the account has no paid plan"
	case IsNotOffered(e.Child):
		return Unclear, "the answer does not come from Wawp's endpoint but from something that does not know it"
	case IsUnreadable(e.Child):
		return Unclear, "the answer could not be understood"
	case !IsNotFound(e.Child):
		return Broken, "the request failed"
	case IsInvalidSession(e.Child), IsInvalidSession(e.Info):
		return Unclear, "invalid_session may only mean that the session lost its phone"
	case e.OtherToken:
		return Unclear, otherToken
	case !e.Looked:
		return LookAgain, "Wawp answers that there is no such session"
	case e.Info == nil:
		return Unclear, "Wawp answers that there is no such session, but session/info describes it"
	case !IsNotFound(e.Info):
		return Unclear, "Wawp answers that there is no such session, but session/info does not confirm it"
	}
	return Absent, "Wawp answers, and session/info confirms, that there is no such session"
}

func isStatus404(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == 404
}
