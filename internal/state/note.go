// Package state decides what stays in Terraform's state, and when an object leaves it. It has what all resources share
// that are a Wawp session or belong to one: imports, failed reads and deletions.
package state

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// Private is the private state in a request or a response of the framework.
type Private interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// key is the key of the note in the private state.
const key = "wawp"

// note is what the provider remembers of an object in Terraform's private state.
type note struct {
	// Account is the account that Wawp last described the object to: see [wawp.Client.AccountMark].
	Account string `json:"account,omitempty"`
	// Made is when the object was created, in Unix seconds; 0 if that is not known.
	Made int64 `json:"made,omitempty"`
	// Described says that Wawp has described the object since it was created or imported.
	Described bool `json:"described,omitempty"`
	// Imported says that the object was imported and not read since. It may not exist.
	Imported bool `json:"imported,omitempty"`
	// Linked says that a phone was linked to the session already when it was created. The session may be somebody
	// else's.
	Linked bool `json:"linked,omitempty"`
	// Planned is when the destroy of the session was planned, in Unix seconds; 0 if it was not.
	Planned int64 `json:"planned,omitempty"`
}

// load reads the note. A note that cannot be read counts as empty.
func load(ctx context.Context, p Private) note {
	var n note
	if encoded, _ := p.GetKey(ctx, key); encoded != nil {
		_ = json.Unmarshal(encoded, &n)
	}
	return n
}

func (n note) save(ctx context.Context, p Private) diag.Diagnostics {
	encoded, _ := json.Marshal(n) // cannot fail
	return p.SetKey(ctx, key, encoded)
}

// Created notes that an object was created just now. described says whether Wawp has described it since.
func Created(ctx context.Context, client *wawp.Client, p Private, described bool) diag.Diagnostics {
	return note{
		Account: client.AccountMark(), Made: time.Now().Unix(), Described: described,
		Linked: WasLinked(ctx, p),
	}.save(ctx, p)
}

// Described notes that Wawp has described an object.
func Described(ctx context.Context, client *wawp.Client, p Private) diag.Diagnostics {
	return note{Account: client.AccountMark(), Described: true, Linked: WasLinked(ctx, p)}.save(ctx, p)
}

// CreatedLinked notes that a phone was linked to a session already when it was created.
func CreatedLinked(ctx context.Context, p Private) diag.Diagnostics {
	n := load(ctx, p)
	n.Linked = true
	return n.save(ctx, p)
}

// WasLinked says whether a phone was linked to a session already when it was created.
func WasLinked(ctx context.Context, p Private) bool { return load(ctx, p).Linked }

// PlannedDestroy notes that the destroy of a session was planned just now.
func PlannedDestroy(ctx context.Context, p Private) diag.Diagnostics {
	n := load(ctx, p)
	n.Planned = time.Now().Unix()
	return n.save(ctx, p)
}

// TakeDestroyPlan says whether the destroy of a session was planned within the last 2 minutes, and removes that from
// the note: the next destroy has a plan of its own.
func TakeDestroyPlan(ctx context.Context, p Private) (isRecent bool) {
	n := load(ctx, p)
	age := time.Since(time.Unix(n.Planned, 0))
	n.Planned = 0
	_ = n.save(ctx, p)                               // cannot fail
	return age > -time.Minute && age < 2*time.Minute // clocks differ a little
}

// JustImported says whether an object was imported and not read since. Such an object may not exist.
func JustImported(ctx context.Context, p Private) bool { return load(ctx, p).Imported }

// Doubt says why no answer can prove that an object is gone, in half a sentence. "" means that answers can.
func Doubt(ctx context.Context, client *wawp.Client, p Private) string {
	return known(ctx, client, p).Doubt()
}

// known returns what the note says of an object.
func known(ctx context.Context, client *wawp.Client, p Private) wawp.Known {
	n := load(ctx, p)
	isOther := n.Account != "" && n.Account != client.AccountMark()
	return wawp.Known{Described: n.Described, Made: time.Unix(n.Made, 0), OtherAccount: isOther}
}
