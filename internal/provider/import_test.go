package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
)

// importCase is an import of an object that exists.
type importCase struct {
	id       string // "" imports by identity
	identity map[string]string
	want     map[string]string // in the state and in the identity
}

// TestImportIDsAreTrimmed: white space around a pasted id or identity is no part of it.
func TestImportIDsAreTrimmed(t *testing.T) {
	t.Parallel()
	const paired, waits, hook = "3EB0PAIRED", "3EB0WAITS", "https://crm.example.com/hooks/wawp"
	session := func(id, given string) []importCase {
		want := map[string]string{"instance_id": id}
		return []importCase{{given, nil, want}, {"", map[string]string{"instance_id": given}, want}}
	}
	webhook := func(id, url string) []importCase {
		want := map[string]string{"instance_id": paired, "url": hook}
		return []importCase{{id + "," + url, nil, want}, {"", map[string]string{"instance_id": id, "url": url}, want}}
	}
	for kind, ways := range map[string][]importCase{
		"wawp_session":            append(session(paired, " "+paired), session(paired, "\t"+paired+" \n")...),
		"wawp_session_pairing":    append(session(paired, paired+" "), session(paired, "\n"+paired)...),
		"wawp_session_rate_limit": append(session(paired, " "+paired+" "), session(paired, paired+"\r\n")...),
		"wawp_session_temp_link":  append(session(waits, " "+waits+" "), session(waits, "\u00a0"+waits)...),
		"wawp_session_webhook": append(append(webhook(" "+paired+" ", " "+hook+" "), webhook(paired, " "+hook)...),
			append(webhook("\t"+paired, hook+"\n"), webhook(paired, hook)...)...),
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w, tf := newAccount(t)
			tf.OK("apply")
			for _, way := range ways {
				way.check(t, w.Provider(t), kind)
			}
		})
	}
}

// check imports the object and reads it, as Terraform does.
func (i importCase) check(t *testing.T, p *acctest.Protocol, kind string) {
	t.Helper()
	req := &tfprotov6.ImportResourceStateRequest{TypeName: kind, ID: i.id}
	if i.id == "" {
		req.Identity = encodeIdentity(t, i.identity)
	}
	resp, err := p.ImportResourceState(t.Context(), req)
	if err != nil || len(resp.Diagnostics) > 0 {
		t.Fatalf("%q %q: %v, %s", i.id, i.identity, err, acctest.DiagnosticTexts(resp.Diagnostics))
	}
	imported := resp.ImportedResources[0]
	read, err := p.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: kind, CurrentState: imported.State, Private: imported.Private, CurrentIdentity: imported.Identity,
	})
	if err != nil || len(read.Diagnostics) > 0 {
		t.Fatalf("%q %q: %v, %s", i.id, i.identity, err, acctest.DiagnosticTexts(read.Diagnostics))
	}
	state := acctest.Decode(p.Schemas.ResourceSchemas[kind], read.NewState)
	if state.IsNull() {
		t.Fatalf("%q %q: nothing was found", i.id, i.identity)
	}
	before, after := decodeIdentity(t, imported.Identity, i.want), decodeIdentity(t, read.NewIdentity, i.want)
	for name, want := range i.want {
		if got := state.GetAttr(name).AsString(); got != want || before[name] != want || after[name] != want {
			t.Errorf("%q %q: %s is %q in the state, %q and then %q in the identity",
				i.id, i.identity, name, got, before[name], after[name])
		}
	}
}

// identityType is the type of an identity whose attributes are all strings.
func identityType(attributes map[string]string) tftypes.Object {
	all := map[string]tftypes.Type{}
	for name := range attributes {
		all[name] = tftypes.String
	}
	return tftypes.Object{AttributeTypes: all}
}

func encodeIdentity(t *testing.T, attributes map[string]string) *tfprotov6.ResourceIdentityData {
	t.Helper()
	all := map[string]tftypes.Value{}
	for name, value := range attributes {
		all[name] = tftypes.NewValue(tftypes.String, value)
	}
	kind := identityType(attributes)
	encoded, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, all))
	if err != nil {
		t.Fatal(err)
	}
	return &tfprotov6.ResourceIdentityData{IdentityData: &encoded}
}

func decodeIdentity(t *testing.T, identity *tfprotov6.ResourceIdentityData, like map[string]string) map[string]string {
	t.Helper()
	v, err := identity.IdentityData.Unmarshal(identityType(like))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]tftypes.Value
	if err := v.As(&all); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for name, value := range all {
		var text string
		if err := value.As(&text); err != nil {
			t.Fatal(err)
		}
		got[name] = text
	}
	return got
}
