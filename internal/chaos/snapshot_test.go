//go:build linux

package chaos_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// snapshot is the account at Wawp, and the state of Terraform.
type snapshot struct {
	sessions map[string]wawptest.Session // by instance id, as all that follows
	policies map[string]string
	hooks    map[string][]wawptest.Webhook
	links    map[string][]string // all that there ever were
	link     map[string]string   // the one that is valid
	stranded map[string]bool     // deleted while a phone was linked, which goes on listing it
	state    []acctest.Instance
}

func (r *run) snapshot() snapshot {
	s := snapshot{
		map[string]wawptest.Session{},
		map[string]string{},
		map[string][]wawptest.Webhook{},
		map[string][]string{},
		map[string]string{},
		map[string]bool{},
		r.cli.State(),
	}
	for _, session := range r.world.Sessions() {
		id := session.InstanceID
		s.sessions[id], s.policies[id], s.hooks[id], s.link[id] = session, r.world.Policy(id), r.world.Webhooks(id),
			r.world.Link(id)
		r.seen[id] = true
	}
	for _, session := range r.world.Stranded() {
		s.stranded[session.InstanceID] = true
	}
	for id := range r.seen {
		s.links[id] = r.world.Links(id)
	}
	return s
}

// recorded are the sessions in the state, by instance id.
func (s snapshot) recorded() map[string]acctest.Instance {
	all := map[string]acctest.Instance{}
	for _, i := range s.state {
		if i.Type == kindSession {
			all[text(i, "instance_id")] = i
		}
	}
	return all
}

// addresses are those of the current objects in the state, with their objects.
func (s snapshot) addresses() map[string]acctest.Instance {
	all := map[string]acctest.Instance{}
	for _, i := range s.state {
		if i.Deposed == "" {
			all[address(i)] = i
		}
	}
	return all
}

// address is that of an object in the state, as the CLI writes it.
func address(i acctest.Instance) string {
	if i.Key == nil {
		return i.Type + "." + i.Name
	}
	return fmt.Sprintf("%s.%s[%q]", i.Type, i.Name, i.Key)
}

// key is that of an object in the state within the configuration.
func key(i acctest.Instance) string {
	if key, ok := i.Key.(string); ok {
		return key
	}
	return i.Name
}

func text(i acctest.Instance, attribute string) string {
	value, _ := i.Attributes[attribute].(string)
	return value
}

// isProtected says whether a session in the state must not be destroyed.
func isProtected(i acctest.Instance) bool { return i.Attributes["deletion_protection"] == true }

// hasSecret says whether a webhook in the state has a secret.
func hasSecret(i acctest.Instance) bool {
	return i.Attributes["hmac_secret"] != nil || i.Attributes["hmac_secret_wo_version"] != nil
}

// wasDescribed says whether the provider has seen session/info describe a session: only then, or minutes later, it can
// tell that it is gone.
func wasDescribed(i acctest.Instance) bool {
	var private struct{ Wawp []byte }
	return json.Unmarshal(i.Private, &private) == nil && strings.Contains(string(private.Wawp), `"described":true`)
}

// thing names what an object in the state stands for: a session by its instance id, a webhook, the phone of a session.
func thing(i acctest.Instance) string {
	switch id := text(i, "instance_id"); i.Type {
	case kindHook:
		return hookOf(id, text(i, "url"))
	case kindPairing:
		return phoneOf(id)
	default:
		return id
	}
}

func hookOf(id, url string) string { return id + "," + url }
func phoneOf(id string) string     { return "the phone of " + id }
func linkOf(url string) string     { return "the link " + url }

// holds says whether there is an object of a type in the state that belongs to an instance, or is it.
func (s snapshot) holds(kind, id string) bool {
	return slices.ContainsFunc(s.state, func(i acctest.Instance) bool {
		return i.Type == kind &&
			text(i, "instance_id") == id
	})
}

// isPaired says whether what the state holds of a session tells of a phone.
func (s snapshot) isPaired(id string) bool {
	return slices.ContainsFunc(s.state, func(i acctest.Instance) bool {
		return i.Type == kindSession && text(i, "instance_id") == id &&
			(i.Attributes["account"] != nil || text(i, "status") == "WORKING")
	})
}

// has says whether there is, at Wawp, what an object in the state stands for.
func (s snapshot) has(i acctest.Instance) bool {
	id := text(i, "instance_id")
	session, ok := s.sessions[id]
	switch i.Type {
	case kindHook:
		return slices.ContainsFunc(s.hooks[id], func(h wawptest.Webhook) bool { return h.URL == text(i, "url") })
	case kindPairing:
		return session.Me != nil
	}
	return ok
}

// withoutItsSecrets is a state file without the secrets that are allowed in it, and where they are.
func withoutItsSecrets(content []byte) []byte {
	var state struct {
		Resources []struct {
			Type      string
			Instances []struct {
				Attributes map[string]any
				Sensitive  any `json:"sensitive_attributes"`
				Private    []byte
			}
		}
		Rest map[string]any
	}
	if json.Unmarshal(content, &state) != nil {
		return content
	}
	_ = json.Unmarshal(content, &state.Rest)
	delete(state.Rest, "resources")
	var private []string
	for _, resource := range state.Resources {
		for _, i := range resource.Instances {
			delete(i.Attributes, map[string]string{kindHook: "hmac_secret", kindLink: "link"}[resource.Type])
			private = append(private, string(i.Private))
		}
	}
	rest, _ := json.Marshal(state)
	return append(rest, strings.Join(private, "\n")...)
}
