//go:build linux

package chaos_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
)

// chance is true in percent of 100 cases.
func chance(rng *rand.Rand, percent int) bool { return rng.IntN(100) < percent }

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }

// configuration is what a run declares: sessions by key, such as s07, with their webhooks, links, policies and
// pairings.
type configuration struct {
	forEach             bool // one resource block of each kind; otherwise one for each object
	createBeforeDestroy bool // every resource has create_before_destroy
	sendsMessages       bool // each new pairing triggers the action wawp_send_text
	requestTimeout      int  // request_timeout in seconds
	retries             int  // max_retries
	requestsPerSecond   int  // requests_per_second, 0 is no limit
	sessions            map[string]*session
	keyCount            int // how many keys were given to sessions so far
}

type session struct {
	state           string // desired_state; "" leaves it out
	protected       bool
	policy          string           // "" is none
	link            int              // the trigger of a temporary link; 0 is none
	paired          bool             // has a pairing, if its link lets a phone pair
	addressSuffixes int              // how many underscores follow the keys of what belongs to it
	hooks           map[string]*hook // by key, such as s07_a
}

func (s *session) isPaired() bool { return s.paired && s.link > 0 && s.state == "started" }

// addressKey returns the key that an object of the session has in its address.
func (s *session) addressKey(key string) string { return key + strings.Repeat("_", s.addressSuffixes) }

type hook struct {
	events  []string
	enabled bool
	delay   int    // of retries; 0 leaves them out
	secret  string // "", "stored" or "write-only"
	version int    // of a write-only secret
}

func (h hook) url(key string) string { return "https://hooks.example.com/" + key }

var (
	desiredStates = []string{"", "", "started", "started", "stopped"}
	policies      = []string{"strict", "standard_policy", "high_throughput", "unlimited"}
	events        = []string{"message", "message.ack", "session.status", "call.received"}
)

func newConfiguration(rng *rand.Rand) *configuration {
	c := &configuration{
		forEach: chance(rng, 50), createBeforeDestroy: chance(rng, 20),
		requestTimeout: 2 + rng.IntN(2), retries: rng.IntN(3), requestsPerSecond: pick(rng, []int{0, 0, 0, 100}),
		sendsMessages: chance(rng, 25) && acctest.CLIAtLeast("1.14", ""), sessions: map[string]*session{},
	}
	size := 1 + rng.IntN(6)
	if chance(rng, 30) {
		size = 1 + rng.IntN(40)
	}
	for range size {
		c.add(newSession(rng))
	}
	for _, key := range c.keys() {
		for range rng.IntN(3) {
			c.addHook(rng, key)
		}
	}
	return c
}

func newSession(rng *rand.Rand) *session {
	s := &session{state: pick(rng, desiredStates), protected: chance(rng, 15), hooks: map[string]*hook{}}
	if chance(rng, 40) {
		s.policy = pick(rng, policies)
	}
	if chance(rng, 45) {
		s.link, s.paired = 1, chance(rng, 60)
	}
	if s.paired && chance(rng, 70) {
		s.state = "started"
	}
	return s
}

func newHook(rng *rand.Rand) *hook {
	h := &hook{enabled: chance(rng, 70), secret: pick(rng, []string{"", "", "stored", "write-only"}), version: 1}
	if chance(rng, 40) {
		h.delay = 1 + rng.IntN(9)
	}
	for _, event := range events {
		if chance(rng, 50) {
			h.events = append(h.events, event)
		}
	}
	if h.events == nil {
		h.events = events[:1]
	}
	return h
}

func (c *configuration) keys() []string { return slices.Sorted(maps.Keys(c.sessions)) }

// add adds a session under a new key, and returns the key.
func (c *configuration) add(s *session) string {
	c.keyCount++
	key := fmt.Sprintf("s%02d", c.keyCount)
	c.sessions[key] = s
	return key
}

func (c *configuration) addHook(rng *rand.Rand, key string) {
	s := c.sessions[key]
	s.hooks[fmt.Sprintf("%s_%c", key, 'a'+rng.IntN(3))] = newHook(rng)
}

// change makes one random change, and describes it.
func (c *configuration) change(rng *rand.Rand) string {
	if len(c.sessions) == 0 || chance(rng, 30) {
		return "add " + c.add(newSession(rng))
	}
	key := pick(rng, c.keys())
	s := c.sessions[key]
	switch rng.IntN(10) {
	case 0:
		delete(c.sessions, key)
		return "drop " + key
	case 1:
		s.state = pick(rng, desiredStates)
		return key + " is to be " + s.state
	case 2:
		s.protected = !s.protected
		return fmt.Sprintf("%s protected: %t", key, s.protected)
	case 3:
		s.policy = pick(rng, append(policies, ""))
		return key + " is to have the policy " + s.policy
	case 4:
		s.link = pick(rng, []int{0, s.link + 1})
		return fmt.Sprintf("%s link %d", key, s.link)
	case 5:
		c.addHook(rng, key) // or replaces one
		return key + " hook set"
	case 6:
		clear(s.hooks)
		return key + " without hooks"
	case 7:
		s.addressSuffixes++
		return "another address for what belongs to " + key
	case 8:
		s.paired, s.link, s.state = !s.paired, max(s.link, 1), "started"
		return fmt.Sprintf("%s paired: %t", key, s.paired)
	}
	for _, h := range s.hooks {
		h.version++
	}
	return key + " secrets renewed"
}

// address returns the address of a resource, as the CLI writes it.
func (c *configuration) address(kind, key string) string {
	if c.forEach {
		return fmt.Sprintf("%s.x[%q]", kind, key)
	}
	return kind + "." + key
}

const header = `
variable "stored" {
  type      = string
  sensitive = true
}

variable "nowhere" {
  type      = string
  sensitive = true
  ephemeral = true
}

provider "wawp" {
  request_timeout     = "%ds"
  max_retries         = %d
  requests_per_second = %s
}
`

// String returns the configuration as HCL.
func (c *configuration) String() string {
	requestsPerSecond := "null"
	if c.requestsPerSecond > 0 {
		requestsPerSecond = fmt.Sprint(c.requestsPerSecond)
	}
	b := &strings.Builder{}
	fmt.Fprintf(b, header, c.requestTimeout, c.retries, requestsPerSecond)
	for _, kind := range []string{kindSession, kindPolicy, kindLink, kindMessage, kindPairing, kindHook} {
		if kind == kindMessage && !c.sendsMessages {
			continue // Terraform before 1.14 and OpenTofu know no actions
		}
		all := c.objects(kind)
		if c.forEach {
			c.block(b, kind, "x", all)
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(all)) {
			c.block(b, kind, key, map[string]map[string]any{key: all[key]})
		}
	}
	return b.String()
}

// The types of the resources.
const (
	kindSession = "wawp_session"
	kindPolicy  = "wawp_session_rate_limit"
	kindLink    = "wawp_session_temp_link"
	kindPairing = "wawp_session_pairing"
	kindHook    = "wawp_session_webhook"
	kindMessage = "wawp_send_text" // an action
)

// objects returns the declared objects of a resource type, by key, with the arguments that differ between them.
func (c *configuration) objects(kind string) map[string]map[string]any {
	all := map[string]map[string]any{}
	for key, s := range c.sessions {
		switch {
		case kind == kindSession:
			all[key] = map[string]any{"state": orNull(s.state), "protected": s.protected}
		case kind == kindPolicy && s.policy != "":
			all[s.addressKey(key)] = map[string]any{"session": key, "policy": s.policy}
		case kind == kindLink && s.link > 0:
			all[s.addressKey(key)] = map[string]any{"session": key, "turn": s.link}
		case kind == kindPairing && s.isPaired(), kind == kindMessage && s.isPaired() && c.sendsMessages:
			all[s.addressKey(key)] = map[string]any{"session": key}
		case kind == kindHook:
			for hookKey, h := range s.hooks {
				all[s.addressKey(hookKey)] = map[string]any{
					"session": key, "key": hookKey, "url": h.url(hookKey), "events": h.events, "enabled": h.enabled,
					"delay":   orNull(h.delay),
					"stored":  h.secret == "stored",
					"version": orNull(map[bool]int{true: h.version}[h.secret == "write-only"]),
				}
			}
		}
	}
	return all
}

// The timeouts of the resources, in seconds. The provider needs 15 s until it believes STOPPED, FAILED or a 404.
const (
	startTimeout  = 30 // create and update of a session
	deleteTimeout = 50 // delete of a session; half of that is for its phone
	pairTimeout   = 20 // create of a pairing
	unpairTimeout = 25 // delete of a pairing
	invokeTimeout = 25 // an action
)

// bodies are the arguments of the resource blocks. Arguments that differ between objects come from each.value.
var bodies = map[string]string{
	kindSession: fmt.Sprintf(`
  desired_state       = each.value.state
  deletion_protection = each.value.protected
  timeouts            = { create = "%[1]ds", update = "%[1]ds", delete = "%ds" }`, startTimeout, deleteTimeout),
	kindPolicy: `
  instance_id = SESSION
  policy      = each.value.policy`,
	kindLink: `
  instance_id = SESSION
  triggers    = { turn = each.value.turn }`,
	kindPairing: fmt.Sprintf(`
  instance_id = SESSION
  timeouts    = { create = "%ds", delete = "%ds" }
  depends_on  = [wawp_session_temp_link.x]`, pairTimeout, unpairTimeout),
	kindMessage: fmt.Sprintf(`
  config {
    instance_id  = SESSION
    phone_number = "+20 114 520 2826"
    message      = "This phone is linked now."
    timeouts     = { invoke = "%ds" }
  }`, invokeTimeout),
	kindHook: `
  instance_id            = SESSION
  url                    = each.value.url
  events                 = each.value.events
  enabled                = each.value.enabled
  retries                = each.value.delay == null ? null : { delay_seconds = each.value.delay }
  hmac_secret            = each.value.stored ? join("-", [var.stored, each.value.key]) : null
  hmac_secret_wo         = each.value.version == null ? null : "${var.nowhere}-${each.value.key}-${each.value.version}"
  hmac_secret_wo_version = each.value.version`,
}

// block writes a block with for_each for many objects, or a block for one object.
func (c *configuration) block(b *strings.Builder, kind, name string, all map[string]map[string]any) {
	body, keyword, action := "", "resource", kindMessage+"."+name
	if kind == kindMessage {
		keyword = "action"
	}
	if c.forEach {
		action += "[each.key]"
		values, _ := json.Marshal(all)
		fmt.Fprintf(b, "\n%s %q %q {\n  for_each = jsondecode(%q)", keyword, kind, name, values)
		body = strings.ReplaceAll(bodies[kind], "SESSION", "wawp_session.x[each.value.session].instance_id")
	} else {
		values, _ := json.Marshal(all[name])
		local := kind + "_" + name
		fmt.Fprintf(b, "\nlocals {\n  %s = jsondecode(%q)\n}\n\n%s %q %q {", local, values, keyword, kind, name)
		body = strings.NewReplacer("SESSION", fmt.Sprintf("wawp_session.%v.instance_id", all[name]["session"]),
			"each.value", "local."+local, kindLink+".x", kindLink+"."+name).Replace(bodies[kind])
	}
	fmt.Fprintln(b, body)
	if kind != kindMessage {
		fmt.Fprintf(b, "  lifecycle {\n    create_before_destroy = %t\n", c.createBeforeDestroy)
		if kind == kindPairing && c.sendsMessages {
			fmt.Fprintf(b, "    action_trigger {\n      events  = [after_create]\n      actions = [action.%s]\n    }\n",
				action)
		}
		fmt.Fprintln(b, "  }")
	}
	fmt.Fprintln(b, "}")
}

func orNull[T comparable](value T) any {
	var zero T
	if value == zero {
		return nil
	}
	return value
}
