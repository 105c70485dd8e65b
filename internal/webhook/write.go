package webhook

import (
	"cmp"
	"context"
	"errors"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// This file has what the resource does to the webhooks of a session. Wawp keeps them in one list, so each write waits
// for its turn, and who must look before a write looks in the same turn.

// errDeclaredTwice is what comes of a webhook that another resource of the same run has made or adopted.
var errDeclaredTwice = errors.New("declared twice")

// create makes the webhook, or returns the one that is on its URL already: one that is as wanted only gets the secret.
// It looks while it is its turn, so that nobody else in this process makes or deletes one in between. It says what it
// was at when it failed.
func (r *Resource) create(
	ctx context.Context, id string, wanted wawp.Webhook, secret string,
) (*wawp.Webhook, operation, error) {
	unlock, err := r.client.LockWebhooks(ctx, id)
	if err != nil {
		return nil, lookingFor, err
	}
	defer unlock()
	if r.client.IsClaimed(wanted.Key(id)) {
		return nil, making, errDeclaredTwice
	}
	hooks, err := r.client.ListWebhooksAlone(ctx, id, wanted.URL)
	if err != nil {
		return nil, lookingFor, err
	}
	existing, found := wawp.FindWebhook(hooks, wanted.URL)
	switch {
	case found && !existing.Matches(wanted):
		return &existing, making, nil
	case !found:
		if err = r.client.SetWebhook(ctx, id, wanted, secret); err == nil {
			r.client.Claim(wanted.Key(id))
		}
		return nil, making, err
	case secret != "":
		if err = r.client.UpdateWebhook(ctx, id, existing.URL, wawp.WebhookChange{Secret: &secret}); err == nil {
			r.client.Claim(wanted.Key(id))
		}
		return &existing, changing, err
	}
	wanted.Retries = cmp.Or(wanted.Retries, existing.Retries)
	r.client.Adopt(id, wanted)
	return &existing, changing, nil
}

// remove deletes the webhook of an object in the state, but not one that this run has made or adopted. One that was
// adopted without a secret may have that of the object: then it is made again.
func (r *Resource) remove(ctx context.Context, id string, m model) error {
	hook := m.webhook()
	var again *wawp.Webhook
	err := r.write(ctx, id, hook.URL, func(address string) error {
		adopted, isAdopted := r.client.Adopted(id, hook)
		switch {
		case isAdopted && m.hasSecret():
			again = &adopted
		case r.client.IsClaimed(hook.Key(id)):
			return errDeclaredTwice
		}
		return r.client.DeleteWebhook(ctx, id, address)
	})
	if again != nil && (err == nil || isNotListed(err)) {
		return r.recreate(ctx, id, *again)
	}
	return err
}

// recreate makes a webhook without a secret that was deleted for that: a change keeps the secret, and so may whatever
// else writes a webhook that is there.
func (r *Resource) recreate(ctx context.Context, id string, wanted wawp.Webhook) error {
	err := r.withLock(ctx, id, func() error { return r.client.SetWebhook(ctx, id, wanted, "") })
	if err != nil {
		return &recreateError{err}
	}
	return nil
}

// recreateError is why a webhook that was deleted could not be made again.
type recreateError struct{ cause error }

func (e *recreateError) Error() string {
	return "it was deleted, and could not be made again: " + e.cause.Error()
}

// notListedError is the answer of who does not know a webhook that is not listed either, nor was some seconds later.
type notListedError struct {
	error
	listed []wawp.Webhook // in its place
}

func (e *notListedError) Unwrap() error { return e.error }

// write does something to the webhook on an address. Where Wawp does not know it there, write looks for it, twice, and
// does it to what is listed: the engine was restarting, or Wawp writes the address in its own way.
func (r *Resource) write(ctx context.Context, id, address string, do func(address string) error) error {
	answer := r.withLock(ctx, id, func() error { return do(address) })
	if !mayBeUnknown(answer) {
		return answer
	}
	var listed []wawp.Webhook
	var isListed bool
	look := func() error {
		var existing wawp.Webhook
		var err error
		if listed, err = r.client.ListWebhooksAlone(ctx, id, address); err != nil {
			return err
		}
		if existing, isListed = wawp.FindWebhook(listed, address); isListed {
			answer = do(existing.URL)
		}
		return nil
	}
	err := lookTwice(ctx, r.client, func() (bool, error) {
		err := r.withLock(ctx, id, look)
		return !mayBeUnknown(answer), err
	})
	switch {
	case err != nil:
		return err
	case mayBeUnknown(answer) && !isListed:
		return &notListedError{answer, listed}
	}
	return answer
}

// withLock does something while nobody else in this process writes to the webhooks of a session.
func (r *Resource) withLock(ctx context.Context, id string, do func() error) error {
	unlock, err := r.client.LockWebhooks(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	return do()
}

// lookTwice looks for a webhook, and once more after a pause if it is not found: an engine that restarts lists none for
// some seconds.
func lookTwice(ctx context.Context, client *wawp.Client, look func() (found bool, err error)) error {
	if found, err := look(); found || err != nil {
		return err
	}
	if err := client.Pause(ctx); err != nil {
		return err
	}
	_, err := look()
	return err
}

// isNotListed says whether a webhook was looked for, and is not there.
func isNotListed(err error) bool { return errors.As(err, new(*notListedError)) }

// mayBeUnknown says whether Wawp may not know the webhook, or its session.
func mayBeUnknown(err error) bool {
	return wawp.KindOf(err).Missing() || wawp.KindOf(err) == wawp.NotFound
}
