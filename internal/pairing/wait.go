package pairing

import (
	"context"
	"errors"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// wait watches a session until look says that all is done, or returns an error. As a person takes minutes, it outlasts faults
// that may pass, once it has seen the session. It returns the session as last seen, and what ended the wait.
func wait(ctx context.Context, client *wawp.Client, id string, look func(wawp.Session) (bool, error)) (wawp.Session, error) {
	seen := false
	var fault error // that may have passed by the next look
	last, err := client.WatchSession(ctx, id, func(s wawp.Session, err error) (bool, error) {
		switch {
		case err == nil:
			seen, fault = true, nil
			return look(s)
		case seen && wawp.KindOf(err).MayPass() && ctx.Err() == nil:
			fault = err
			return false, nil
		}
		return false, err
	})
	switch late := errors.Is(ctx.Err(), context.DeadlineExceeded); {
	case err != nil && late && last.Status == wawp.StatusWorking:
		return last, nil // a phone is linked; Wawp did not tell in time whose
	case err != nil && ctx.Err() != nil && fault != nil:
		return last, fault // says more than that the time was over
	}
	return last, err
}

// linkedAndTold returns a test of whether a phone is linked. Whose it is Wawp may tell a moment later, or never: the test
// lets a few looks pass.
func linkedAndTold() func(wawp.Session) bool {
	looks := 3
	return func(s wawp.Session) bool {
		if s.Status != wawp.StatusWorking {
			return false
		}
		looks--
		return s.Account != nil || looks < 0
	}
}
