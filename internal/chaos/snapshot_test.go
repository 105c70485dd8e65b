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

// snapshot is the account at Wawp and Terraform's state at one time.
type snapshot struct {
	sessions           map[string]wawptest.Session // by instance id, as the next five
	policies           map[string]string
	hooks              map[string][]wawptest.Webhook
	allLinks           map[string][]string // including those that were revoked
	validLink          map[string]string   // "" if none is valid
	deletedWhileLinked map[string]bool     // deleted while a phone was linked; the phone goes on listing it
	state              []acctest.Instance
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
		s.sessions[id], s.policies[id] = session, r.world.Policy(id)
		s.hooks[id], s.validLink[id] = r.world.Webhooks(id), r.world.Link(id)
		r.seen[id] = true
	}
	for _, session := range r.world.DeletedWhileLinked() {
		s.deletedWhileLinked[session.InstanceID] = true
	}
	for id := range r.seen {
		s.allLinks[id] = r.world.Links(id)
	}
	return s
}

// sessionsInState returns the sessions in the state, by instance id.
func (s snapshot) sessionsInState() map[string]acctest.Instance {
	all := map[string]acctest.Instance{}
	for _, i := range s.state {
		if i.Type == kindSession {
			all[text(i, "instance_id")] = i
		}
	}
	return all
}

// objectsInState returns the current objects in the state, by address. Deposed objects are left out.
func (s snapshot) objectsInState() map[string]acctest.Instance {
	all := map[string]acctest.Instance{}
	for _, i := range s.state {
		if i.Deposed == "" {
			all[address(i)] = i
		}
	}
	return all
}

// address returns the address of an object in the state, as the CLI writes it.
func address(i acctest.Instance) string {
	if i.Key == nil {
		return i.Type + "." + i.Name
	}
	return fmt.Sprintf("%s.%s[%q]", i.Type, i.Name, i.Key)
}

// key returns the key of an object in the state within the configuration.
func key(i acctest.Instance) string {
	if key, ok := i.Key.(string); ok {
		return key
	}
	return i.Name
}

// text returns an attribute that is a string, "" if it is null.
func text(i acctest.Instance, attribute string) string {
	value, _ := i.Attributes[attribute].(string)
	return value
}

// isReplaced reports whether the session of an instance is at one of the addresses, or not in the state: what belongs
// to it is then made anew for another instance, also where deletion_protection keeps the session itself.
func (s snapshot) isReplaced(id string, addresses []string) bool {
	return !slices.ContainsFunc(s.state, func(i acctest.Instance) bool {
		return i.Type == kindSession && text(i, "instance_id") == id && !slices.Contains(addresses, address(i))
	})
}

// isProtected reports whether a session in the state is protected from deletion.
func isProtected(i acctest.Instance) bool { return i.Attributes["deletion_protection"] == true }

// hasSecret reports whether a webhook in the state has a secret.
func hasSecret(i acctest.Instance) bool {
	return i.Attributes["hmac_secret"] != nil || i.Attributes["hmac_secret_wo_version"] != nil
}

// isMarkedDescribed reports whether the private state says that session/info has described the session. Without that
// mark, the provider cannot prove for some minutes that the session is gone.
func isMarkedDescribed(i acctest.Instance) bool { return hasMark(i, "described") }

// isMarkedLinked reports whether the private state says that a phone was linked to the session when it was created. The
// provider destroys such a session only where the environment allows it.
func isMarkedLinked(i acctest.Instance) bool { return hasMark(i, "linked") }

func hasMark(i acctest.Instance, mark string) bool {
	var private struct{ Wawp []byte }
	return json.Unmarshal(i.Private, &private) == nil && strings.Contains(string(private.Wawp), `"`+mark+`":true`)
}

// realObject returns the name of the object at Wawp that an object in the state stands for: an instance id, or the name
// of a webhook or of a phone.
func realObject(i acctest.Instance) string {
	switch id := text(i, "instance_id"); i.Type {
	case kindHook:
		return webhookName(id, text(i, "url"))
	case kindPairing:
		return phoneName(id)
	default:
		return id
	}
}

func webhookName(id, url string) string { return id + "," + url }
func phoneName(id string) string        { return "the phone of " + id }
func linkName(url string) string        { return "the link " + url }

// hasInState reports whether the state has an object of a type that belongs to an instance.
func (s snapshot) hasInState(kind, id string) bool {
	return slices.ContainsFunc(s.state, func(i acctest.Instance) bool {
		return i.Type == kind &&
			text(i, "instance_id") == id
	})
}

// isPairedInState reports whether the state says that a phone is linked to a session.
func (s snapshot) isPairedInState(id string) bool {
	return slices.ContainsFunc(s.state, func(i acctest.Instance) bool {
		return i.Type == kindSession && text(i, "instance_id") == id &&
			(i.Attributes["account"] != nil || text(i, "status") == "WORKING")
	})
}

// existsAtWawp reports whether the object that an object in the state stands for exists at Wawp.
func (s snapshot) existsAtWawp(i acctest.Instance) bool {
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

// redactedState returns a state file without the attributes that may hold a secret. Private state is decoded, so that a
// search sees it.
func redactedState(content []byte) []byte {
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
