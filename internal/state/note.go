// Package state decides what Terraform keeps of an object that belongs to a Wawp session, or is one, and when it is let
// go: imports, failed reads and deletions are the same for all of them.
package state

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// Private is the private state of a request or a response, whichever it is.
type Private interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// key is where the private state keeps the note.
const key = "wawp"

// note is what is noted of an object beside its state.
type note struct {
	// Account is that of the access token with which Wawp last told of it: see [wawp.Client.Account].
	Account string `json:"account,omitempty"`
	// Made is when it was created, in Unix seconds; 0 where that is not known.
	Made int64 `json:"made,omitempty"`
	// Described says that Wawp has described it since it was created or imported.
	Described bool `json:"described,omitempty"`
	// Imported says that it was imported, and not read since: it may not exist at all.
	Imported bool `json:"imported,omitempty"`
	// Linked says that a phone was linked to it already when it was created: it may be another one's session.
	Linked bool `json:"linked,omitempty"`
}

func load(ctx context.Context, p Private) note {
	var n note
	if encoded, _ := p.GetKey(ctx, key); encoded != nil {
		_ = json.Unmarshal(encoded, &n) // of what is not ours nothing is known
	}
	return n
}

func (n note) save(ctx context.Context, p Private) diag.Diagnostics {
	encoded, _ := json.Marshal(n) // cannot fail
	return p.SetKey(ctx, key, encoded)
}

// Created notes that an object was made just now. described says that Wawp has described it since.
func Created(ctx context.Context, client *wawp.Client, p Private, described bool) diag.Diagnostics {
	return note{
		Account: client.Account(), Made: time.Now().Unix(), Described: described,
		Linked: WasLinked(ctx, p),
	}.save(ctx, p)
}

// Described notes that Wawp has described an object.
func Described(ctx context.Context, client *wawp.Client, p Private) diag.Diagnostics {
	return note{Account: client.Account(), Described: true, Linked: WasLinked(ctx, p)}.save(ctx, p)
}

// CreatedLinked notes that a phone was linked to a session already when it was created.
func CreatedLinked(ctx context.Context, p Private) diag.Diagnostics {
	n := load(ctx, p)
	n.Linked = true
	return n.save(ctx, p)
}

// WasLinked says whether a phone was linked to a session already when it was created.
func WasLinked(ctx context.Context, p Private) bool { return load(ctx, p).Linked }

// JustImported says whether an object was imported and not read since: it may not exist at all.
func JustImported(ctx context.Context, p Private) bool { return load(ctx, p).Imported }

// Doubt says, in half a sentence, why no answer proves an absence: it may be that of another account. "" means that
// one may.
func Doubt(ctx context.Context, client *wawp.Client, p Private) string {
	return known(ctx, client, p).Doubt()
}

// known is what the note says of an object.
func known(ctx context.Context, client *wawp.Client, p Private) wawp.Known {
	n := load(ctx, p)
	return wawp.Known{
		Described: n.Described, Made: time.Unix(n.Made, 0), OtherAccount: n.Account != "" &&
			n.Account != client.Account(),
	}
}
