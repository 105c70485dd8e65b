package webhook

import (
	"cmp"
	"context"
	"errors"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// This file writes to the webhooks of a session. Wawp keeps them in one list, so a lock admits one writer at a time. A
// writer that must read the list first reads it with the lock held.

// errDeclaredTwice says that another resource of the same run has created or adopted the webhook.
var errDeclaredTwice = errors.New("declared twice")

// create creates the webhook, or returns the existing one with the same URL. If that has the wanted settings, create
// only sends the secret. It holds the lock from the list to the write, so that no other resource of this process
// changes the list in between. If it fails, it returns the operation that failed.
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
	var existing wawp.Webhook
	var found bool
	// A list that shows a webhook which this run has deleted may be some seconds old (internal/wawp/API.md, section 1).
	err = lookTwice(ctx, r.client, func() (isCurrent bool, err error) {
		hooks, err := r.client.ListWebhooksAlone(ctx, id, wanted.URL)
		existing, found = wawp.FindWebhook(hooks, wanted.URL)
		return !found || !r.client.HasDeletedWebhook(id, wanted), err
	})
	if err != nil {
		return nil, lookingFor, err
	}
	switch {
	case found && !existing.Matches(wanted):
		return &existing, making, nil
	case !found:
		err = r.client.SetWebhook(ctx, id, wanted, secret)
		if err == nil {
			r.client.Claim(wanted.Key(id))
		}
		return nil, making, err
	case secret != "":
		err = r.client.UpdateWebhook(ctx, id, existing.URL, wawp.WebhookChange{Secret: &secret})
		if err == nil {
			r.client.Claim(wanted.Key(id))
		}
		return &existing, changing, err
	}
	wanted.Retries = cmp.Or(wanted.Retries, existing.Retries)
	r.client.Adopt(id, wanted)
	return &existing, changing, nil
}

// remove deletes the webhook of an object in the state, but not one that this run has created or adopted. If it was
// adopted without a secret, it may still have the secret of the object. Then remove deletes it and creates it again.
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

// recreate creates a deleted webhook again, without a secret. No other request removes a secret: a change keeps it.
func (r *Resource) recreate(ctx context.Context, id string, wanted wawp.Webhook) error {
	err := r.withLock(ctx, id, func() error { return r.client.SetWebhook(ctx, id, wanted, "") })
	if err != nil {
		return &recreateError{err}
	}
	return nil
}

// recreateError says that a webhook was deleted, but could not be created again.
type recreateError struct{ cause error }

func (e *recreateError) Error() string {
	return "it was deleted, and could not be made again: " + e.cause.Error()
}

// notListedError is an error of a request about a webhook that two lists lack, some seconds apart.
type notListedError struct {
	error
	listed []wawp.Webhook // the webhooks that are listed instead
}

func (e *notListedError) Unwrap() error { return e.error }

// write sends a request about the webhook with an address. If Wawp does not know the webhook, write looks for it in the
// list, twice, and sends the request for the listed address. The engine may have been restarting, or Wawp spells the
// address differently.
func (r *Resource) write(ctx context.Context, id, address string, request func(address string) error) error {
	requestErr := r.withLock(ctx, id, func() error { return request(address) })
	if !mayBeUnknown(requestErr) {
		return requestErr
	}
	var listed []wawp.Webhook
	var isListed bool
	look := func() error {
		var existing wawp.Webhook
		var err error
		listed, err = r.client.ListWebhooksAlone(ctx, id, address)
		if err != nil {
			return err
		}
		existing, isListed = wawp.FindWebhook(listed, address)
		if isListed {
			requestErr = request(existing.URL)
		}
		return nil
	}
	err := lookTwice(ctx, r.client, func() (bool, error) {
		err := r.withLock(ctx, id, look)
		return !mayBeUnknown(requestErr), err
	})
	switch {
	case err != nil:
		return err
	case mayBeUnknown(requestErr) && !isListed:
		return &notListedError{requestErr, listed}
	}
	return requestErr
}

// withLock runs request while no other resource of this process writes to the webhooks of the session.
func (r *Resource) withLock(ctx context.Context, id string, request func() error) error {
	unlock, err := r.client.LockWebhooks(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	return request()
}

// lookTwice calls look, and once more after a pause if look does not believe what it sees: a list may be some seconds
// old, and an engine that restarts lists no webhook for some seconds.
func lookTwice(ctx context.Context, client *wawp.Client, look func() (isBelieved bool, err error)) error {
	if isBelieved, err := look(); isBelieved || err != nil {
		return err
	}
	if err := client.Pause(ctx); err != nil {
		return err
	}
	_, err := look()
	return err
}

// isNotListed reports whether the webhook was looked for, but is not listed.
func isNotListed(err error) bool { return errors.As(err, new(*notListedError)) }

// mayBeUnknown reports whether Wawp may not know the webhook or its session.
func mayBeUnknown(err error) bool {
	return wawp.KindOf(err).Missing() || wawp.KindOf(err) == wawp.NotFound
}
