package state

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/quote"
	"github.com/wawp/terraform-provider-wawp/internal/validate"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// Object describes an object in the state, for diagnostics and for the decisions about it.
type Object struct {
	// Type is the type of the resource, such as wawp_session_webhook.
	Type string
	// Noun names the kind of the object in a summary, such as "webhook".
	Noun string
	// InstanceID is the id of the session that the object is, or belongs to.
	InstanceID string
	// Name names the object in a sentence, such as "the session 3EB0BCB2E3D4".
	Name string
	// Paired says that a phone was, or may have been, linked to the session when it was last seen.
	Paired bool
	// Protected says that the object has deletion_protection = true.
	Protected bool
	// Anew says what the next plan does after the object was removed from the state. It follows "so the plan".
	Anew string
}

// removal returns the command that removes an object from the state.
func (o Object) removal() string { return quote.Command("terraform state rm", o.Type+".<name>") }

// ReadSession reads the session that an object is, or belongs to. If a phone was linked to it, and it shows
// SCAN_QR_CODE, ReadSession reads it again after a pause, because a session passes through that status while it
// connects. The result says whether the session was read. If it was not, [Object.ReadAgain] has decided about the
// state.
func (o Object) ReadSession(
	ctx context.Context, client *wawp.Client, req resource.ReadRequest, resp *resource.ReadResponse,
) (wawp.Session, bool) {
	var now wawp.Session
	// read keeps the session that was found, or reads it if none was found yet.
	read := func(found wawp.Session) (err error) {
		now = found
		if now.InstanceID == "" {
			now, err = client.GetSession(ctx, o.InstanceID)
		}
		if err == nil && now.Status == wawp.StatusScan && o.Paired && !JustImported(ctx, req.Private) {
			now, err = client.GetSessionAgain(ctx, o.InstanceID)
		}
		return err
	}
	err := read(wawp.Session{})
	return now, err == nil || o.ReadAgain(ctx, client, req, resp, err, read)
}

// ReadAgain decides what a failed read does to the state. Only a proven absence removes an object; if the object is
// protected, the absence is an error. If the session answers after all, ReadAgain calls read with it, which reads the
// object. The result says whether read succeeded.
func (o Object) ReadAgain(
	ctx context.Context, client *wawp.Client, req resource.ReadRequest, resp *resource.ReadResponse,
	err error, read func(wawp.Session) error,
) bool {
	// An object that was just imported may never have existed. So its failure is reported, and proves nothing.
	found := wawp.Finding{Verdict: wawp.NotJudged}
	if !JustImported(ctx, req.Private) {
		k := o.known(ctx, client, req.Private)
		found = client.Find(ctx, o.InstanceID, k, err)
		if found.Verdict == wawp.Present {
			err = read(found.Session)
			if err == nil {
				return true
			}
			found = client.Find(ctx, o.InstanceID, k, err)
		}
	}
	switch {
	case found.Verdict == wawp.NotJudged:
		resp.Diagnostics.Append(diagnostic.ForError("Wawp "+o.Noun+" could not be read",
			diagnostic.Failure("Reading "+o.Name+" failed", err), err))
	case found.Verdict == wawp.Absent && o.Protected:
		resp.Diagnostics.AddError("Wawp "+o.Noun+" is gone, and protected: "+o.InstanceID, fmt.Sprintf(
			"%s was deleted outside Terraform: %s. It has deletion_protection = true, so it stays in the state. To "+
				"have the "+
				"next plan create a new one, remove it with: %s", capitalized(o.Name), found.Reason, o.removal()))
	case found.Verdict == wawp.Absent:
		o.Gone(ctx, client, req, resp, found.Reason)
	default:
		resp.Diagnostics.Append(o.Kept(found.Reason, diagnostic.Reason(err)))
	}
	return false
}

// Gone removes an object from the state, with a warning. If the account may be another one, the object stays.
func (o Object) Gone(
	ctx context.Context, client *wawp.Client, req resource.ReadRequest, resp *resource.ReadResponse, reason string,
) {
	if doubt := Doubt(ctx, client, req.Private); doubt != "" {
		resp.Diagnostics.Append(o.Kept(doubt, "What Wawp reports of it: "+reason+"."))
		return
	}
	resp.Diagnostics.AddWarning("Wawp "+o.Noun+" is gone: "+o.InstanceID, fmt.Sprintf(
		"%s was deleted outside Terraform: %s. It was removed from the state, so the plan %s. To give it up, remove "+
			"it from "+
			"the configuration.",
		capitalized(o.Name), reason, o.Anew))
	resp.State.RemoveResource(ctx)
}

// Kept returns a warning that an object stays in the state although it could not be read. reason says why, in half a
// sentence. The summary is the same for all objects of a kind, because Terraform groups warnings with one summary.
func (o Object) Kept(reason, answer string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Wawp "+o.Noun+" could not be checked and stays in the state", fmt.Sprintf(
		"The state of %s stays as it was: %s.\n\n%s\n\nThe next plan looks again. If the %s is gone for good, remove "+
			"it "+
			"from the state with: %s", o.Name, reason, answer, o.Noun, o.removal()))
}

// Unlinks returns a warning that a plan destroys the object, and so unlinks a phone. It names the phone as far as it is
// known.
func (o Object) Unlinks(number, pushName types.String) diag.Diagnostic {
	phone := "the phone that is linked to it, whose number is not known"
	if n := number.ValueString(); n != "" {
		phone = "the phone with the number " + n
	}
	if name := pushName.ValueString(); name != "" {
		phone += " (" + quote.String(wawp.Text(name)) + ")"
	}
	return diag.NewWarningDiagnostic("The plan unlinks a phone from the Wawp session "+o.InstanceID, fmt.Sprintf(
		"Destroying %s unlinks %s. To use that phone with Wawp again, a person has to link it again.\n\n"+
			"If the resource was only renamed or moved in the configuration, keep it with a moved block, and plan "+
			"again:\n\n"+
			"    moved {\n      from = %s.<old name>\n      to   = %[3]s.<new name>\n    }", o.Name, phone, o.Type))
}

// known returns what is known of the object before Wawp is asked.
func (o Object) known(ctx context.Context, client *wawp.Client, p Private) wawp.Known {
	k := known(ctx, client, p)
	k.Paired = o.Paired
	return k
}

// RemoveSession deletes a session, and finds out whether it is gone: see [wawp.Client.RemoveSession].
func (o Object) RemoveSession(ctx context.Context, client *wawp.Client, p Private) (wawp.Finding, error) {
	return client.RemoveSession(ctx, o.InstanceID, o.known(ctx, client, p))
}

// WentWithSession says whether an object whose deletion failed is gone all the same, because its session is gone. If it
// is not, the text says why, in half a sentence.
func (o Object) WentWithSession(ctx context.Context, client *wawp.Client, p Private, err error) (bool, string) {
	if k := wawp.KindOf(err); k != wawp.NoSuchInstance && k != wawp.InvalidSession {
		return false, ""
	}
	found := client.Find(ctx, o.InstanceID, o.known(ctx, client, p), err)
	return found.Verdict == wawp.Absent, found.Reason
}

// NotDeleted returns the detail of an error about a failed deletion. attempt is a main clause such as "Deleting the
// session 3EB0BCB2E3D4 failed". reason says why nobody knows whether the object is gone; "" if that is known.
func (o Object) NotDeleted(attempt, reason string, err error) string {
	attempt += "; the " + o.Noun + " stays in the state"
	if reason == "" {
		return diagnostic.Failure(attempt, err)
	}
	return diagnostic.Failure(attempt+": "+reason, err) + "\n\nIf the " + o.Noun +
		" is gone for good, remove it from the state with: " + o.removal()
}

// Import imports an object by the id of its session. The id comes from the command line, or from an import block with
// an id or an identity.
func (o Object) Import(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id := types.StringValue(req.ID)
	if req.ID == "" && req.Identity != nil {
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("instance_id"), &id)...)
	}
	id = types.StringValue(strings.TrimSpace(id.ValueString()))
	if id.ValueString() == "" {
		resp.Diagnostics.AddError("No instance id to import",
			"Give the instance id of "+o.Name+", which "+diagnostic.Dashboard+
				" shows, such as 3EB0BCB2E3D4.")
		return
	}
	resp.Diagnostics.Append(validate.CheckInstanceID(path.Root("instance_id"), id.ValueString())...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("instance_id"), id)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("instance_id"), id)...)
	resp.Diagnostics.Append(Imported(ctx, resp.Private)...)
}

// Imported notes that an object was imported.
func Imported(ctx context.Context, p Private) diag.Diagnostics {
	return note{Imported: true}.save(ctx, p)
}

// capitalized returns a name with its first letter in upper case.
func capitalized(name string) string { return strings.ToUpper(name[:1]) + name[1:] }
