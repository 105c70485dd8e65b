package acctest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// Terraform takes a configuration through plan, apply, refresh, import and destroy by Terraform's own rules, in this
// process and at the provider's protocol: in milliseconds, where a CLI takes seconds. A provider that breaks a rule
// fails the command. It has the names of the CLI's commands and options. What it cannot do fails the test, and takes
// [World.CLI].
type Terraform struct {
	// Token and BaseURL are those of a provider block that names none.
	Token, BaseURL string
	// Shared is a provider that is configured already, for all commands. By default each phase of a command starts its
	// own.
	Shared *Protocol
	// Unknown has the token be known only after an apply, as if another resource made it.
	Unknown bool

	t       testing.TB
	adjust  []func(*wawp.Options)
	config  configuration
	objects map[string]*object // the state, by address; a deposed object has a suffix
	values  *scope             // what the last command knew
	planned []*tfjson.ResourceChange
}

// object is a resource in the state.
type object struct {
	block    *block
	key      string
	version  int64
	json     []byte // of its attributes
	private  []byte
	identity *tfprotov6.ResourceIdentityData
	tainted  bool
	deposed  bool // replaced, and still to be destroyed
}

// Terraform prepares a configuration. The provider finds the account's address and token.
func (w *World) Terraform(t testing.TB, configuration string, adjust ...func(*wawp.Options)) *Terraform {
	t.Helper()
	return &Terraform{
		Token: w.Token, BaseURL: w.Server.URL, t: t, adjust: adjust,
		config: parse(t, configuration), objects: map[string]*object{}, values: &scope{},
	}
}

// Configure replaces the configuration.
func (tf *Terraform) Configure(configuration string) {
	tf.t.Helper()
	tf.config = parse(tf.t, configuration)
}

// OK runs a command, which must succeed, and returns what it said with lines joined.
func (tf *Terraform) OK(command string, options ...string) string {
	tf.t.Helper()
	said, ok := tf.Run(command, options...)
	if !ok {
		tf.t.Fatalf("%s %s failed:\n%s", command, strings.Join(options, " "), said)
	}
	return Unwrap(said)
}

// Fails runs a command, which must fail, and returns what it said with lines joined.
func (tf *Terraform) Fails(command string, options ...string) string {
	tf.t.Helper()
	said, ok := tf.Run(command, options...)
	if ok {
		tf.t.Fatalf("%s %s succeeded:\n%s", command, strings.Join(options, " "), said)
	}
	return Unwrap(said)
}

// Run runs plan, apply, refresh, destroy, import or query, and returns what it said and whether it succeeded.
func (tf *Terraform) Run(command string, options ...string) (string, bool) {
	tf.t.Helper()
	w := &walk{Terraform: tf, t: tf.t, refresh: true, failed: map[string]bool{}}
	var invoke string
	var arguments []string
	for _, option := range options {
		name, value, _ := strings.Cut(option, "=")
		switch name {
		case "-refresh":
			w.refresh = value == "true"
		case "-refresh-only":
			w.refreshOnly = true
		case "-destroy":
			w.destroy = true
		case "-replace":
			w.replace = append(w.replace, value)
		case "-invoke":
			invoke = value
		default:
			if strings.HasPrefix(option, "-") {
				tf.t.Fatalf("%s takes a real CLI", option)
			}
			arguments = append(arguments, option)
		}
	}
	w.refreshOnly = w.refreshOnly || command == "refresh"
	w.destroy = w.destroy || command == "destroy"
	switch command {
	case "plan", "apply", "refresh", "destroy":
		before := maps.Clone(tf.objects)
		switch {
		case invoke != "":
			w.invoke(invoke)
		case !w.plan() || command == "plan": // which saves nothing
			tf.objects = before
		default:
			w.apply()
		}
	case "import":
		w.importAs(arguments[0], arguments[1])
	case "query":
		w.query()
	default:
		tf.t.Fatalf("%s takes a real CLI", command)
	}
	tf.values, tf.planned = &w.scope, w.planJSON()
	return w.said.String(), !w.broke
}

// Value returns an attribute of a block without count and for_each, as the last command knew it: "" is the whole
// object.
func (tf *Terraform) Value(address, attribute string) cty.Value {
	v := tf.values.get(address)
	if attribute == "" {
		return v
	}
	return v.GetAttr(attribute)
}

// Known returns all that the last command knew, as text, to search.
func (tf *Terraform) Known() string { return fmt.Sprintf("%#v", tf.values.values) }

// Clone returns the same configuration and state for another test.
func (tf *Terraform) Clone(t testing.TB) *Terraform {
	t.Helper()
	clone := *tf
	clone.t, clone.objects, clone.values = t, maps.Clone(tf.objects), &scope{}
	return &clone
}

// Age makes the objects in the state older: it moves the time at which each was made, where the provider has noted
// that.
func (tf *Terraform) Age(by time.Duration) {
	tf.t.Helper()
	for _, o := range tf.objects {
		var private map[string][]byte
		var note map[string]any
		err := errors.Join(json.Unmarshal(o.private, &private), json.Unmarshal(private["wawp"], &note))
		if made, ok := note["made"].(float64); err == nil && ok {
			note["made"] = int64(made - by.Seconds())
			private["wawp"], _ = json.Marshal(note)
			o.private, err = json.Marshal(private)
		}
		if err != nil {
			tf.t.Fatal(err)
		}
	}
}

// Forget takes a resource out of the state, as state rm does.
func (tf *Terraform) Forget(address string) { delete(tf.objects, address) }

// State returns the resources in the state.
func (tf *Terraform) State() []Instance {
	tf.t.Helper()
	var all []Instance
	for _, address := range slices.Sorted(maps.Keys(tf.objects)) {
		o := tf.objects[address]
		i := Instance{Type: o.block.kind, Name: o.block.name, Private: o.private, Attributes: attributes(tf.t, o.json)}
		if o.key != "" {
			i.Key = o.key
		}
		if o.tainted {
			i.Status = "tainted"
		}
		if o.deposed {
			i.Deposed = "deposed"
		}
		all = append(all, i)
	}
	return all
}

// walk is one run of a command.
type walk struct {
	*Terraform
	scope

	t                             testing.TB
	provider                      *Protocol
	refresh, refreshOnly, destroy bool
	replace                       []string

	said    strings.Builder
	lock    sync.Mutex // guards what follows, said, and the state
	broke   bool
	changes []*change
	failed  map[string]bool // addresses of blocks that could not be applied
}

// change is what a plan does to a resource.
type change struct {
	block   *block
	inst    instance
	address string
	action  string // no-op, create, update, delete or replace
	prior   *object
	planned cty.Value
	stuck   bool // what is to be destroyed first is still there
	done    bool
}

// start begins a phase with a provider of its own, as Terraform does.
func (w *walk) start() bool {
	w.t.Helper()
	w.scope.values = nil
	if w.provider = w.Shared; w.provider != nil {
		return true
	}
	w.provider = Serve(w.t, w.adjust...)
	schema := w.provider.Schemas.Provider
	config, diags := Object(schema, nil), []*tfprotov6.Diagnostic(nil)
	if w.config.provider != nil {
		config, diags = decode(w.t, w.config.provider, schema, w.context(instance{}))
	}
	given := config.AsValueMap()
	for name, value := range map[string]string{"access_token": w.Token, "base_url": w.BaseURL} {
		if given[name].IsNull() {
			given[name] = cty.StringVal(value)
		}
	}
	if w.Unknown {
		given["access_token"] = cty.UnknownVal(cty.String)
	}
	return w.tell(append(diags, w.provider.Configure(w.t.Context(), Object(schema, given))...))
}

// tell notes diagnostics, and returns whether none is an error. None may point at a secret.
func (w *walk) tell(diags []*tfprotov6.Diagnostic) bool {
	if shown := w.provider.PointsAtSecret(diags); len(shown) > 0 {
		w.t.Errorf("Terraform would quote a secret:\n%s", Words(shown))
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	w.said.WriteString(Words(diags))
	w.broke = w.broke || failed(diags)
	return !failed(diags)
}

func (w *walk) printf(format string, args ...any) { fmt.Fprintf(&w.said, format+"\n", args...) }

// each calls do for all blocks at the same time, but for those that wait for others. Who waits for a block that failed
// is left out.
func (w *walk) each(blocks []*block, waits func(b, other *block) bool, do func(*block) bool) {
	done := map[*block]chan struct{}{}
	for _, b := range blocks {
		done[b] = make(chan struct{})
	}
	var all sync.WaitGroup
	for _, b := range blocks {
		all.Go(func() {
			defer close(done[b])
			ok := true
			for _, other := range blocks {
				if other != b && waits(b, other) {
					<-done[other]
					w.lock.Lock()
					ok = ok && !w.failed[other.address]
					w.lock.Unlock()
				}
			}
			if !ok || !do(b) {
				w.lock.Lock()
				w.failed[b.address] = true
				w.lock.Unlock()
			}
		})
	}
	all.Wait()
}

// together calls do for instances at the same time, and returns whether all went well.
func together[T any](instances []T, do func(T) bool) bool {
	var all sync.WaitGroup
	var failed atomic.Bool
	for _, i := range instances {
		all.Go(func() {
			if !do(i) {
				failed.Store(true)
			}
		})
	}
	all.Wait()
	return !failed.Load()
}

// plan refreshes, and plans what is declared and what is not any more.
func (w *walk) plan() bool {
	if !w.start() {
		return false
	}
	declared := map[string]bool{}
	for _, b := range w.config.blocks {
		declared[b.address] = true
	}
	w.each(w.config.blocks, (*block).refersTo, w.planBlock)
	for _, address := range slices.Sorted(maps.Keys(w.objects)) {
		if o := w.objects[address]; !declared[o.block.address] || o.deposed {
			w.planInstance(o.block, instance{key: o.key}, address, false)
		}
	}
	count := map[string]int{}
	for _, c := range w.changes {
		count[c.action]++
		count["replace, too"] = count["replace"]
	}
	if w.broke {
		return false
	}
	if count["no-op"] == len(w.changes) {
		w.printf("No changes.")
		return true
	}
	w.printf("Plan: %d to add, %d to change, %d to destroy.", count["create"]+count["replace"], count["update"],
		count["delete"]+count["replace"])
	return true
}

// planBlock plans all instances of a block, those included that are declared no more.
func (w *walk) planBlock(b *block) bool {
	declared, instances := map[string]bool{}, b.instances(w.t, &w.scope)
	for _, i := range instances {
		declared[i.address(b)] = true
	}
	ok := together(instances, func(i instance) bool {
		if b.mode != "resource" {
			return w.read(b, i)
		}
		return w.planInstance(b, i, i.address(b), !w.destroy)
	})
	w.lock.Lock()
	var extra []*object
	for address, o := range w.objects {
		if o.block.address == b.address && !declared[address] && !o.deposed {
			extra = append(extra, o)
		}
	}
	w.lock.Unlock()
	return together(extra, func(o *object) bool {
		return w.planInstance(b, instance{key: o.key}, o.address(),
			false)
	}) && ok
}

// address is that of an object in the state.
func (o *object) address() string {
	i := instance{key: o.key}
	if _, ok := o.block.body.Attributes["count"]; ok {
		i.variables = map[string]cty.Value{"count": cty.NilVal}
	}
	return i.address(o.block)
}

// read reads a data source, or opens an ephemeral resource, whose arguments are known.
func (w *walk) read(b *block, i instance) bool {
	ctx := w.t.Context()
	var schema *tfprotov6.Schema
	switch b.mode {
	case "data":
		schema = w.provider.Schemas.DataSourceSchemas[b.kind]
	case "ephemeral":
		schema = w.provider.Schemas.EphemeralResourceSchemas[b.kind]
	case "action", "list":
		return true // an action is invoked or not at all, a list queried
	}
	config, diags := decode(w.t, b.body, schema, w.context(i))
	if !w.tell(diags) {
		return false
	}
	if !config.IsWhollyKnown() {
		all := config.AsValueMap()
		for _, a := range schema.Block.Attributes {
			if a.Computed && all[a.Name].IsNull() {
				all[a.Name] = cty.UnknownVal(all[a.Name].Type())
			}
		}
		w.set(b.address, i.key, cty.ObjectVal(all))
		return true
	}
	result, diags := w.ask(ctx, b, config)
	if !w.tell(diags) {
		return false
	}
	v := Decode(schema, result)
	if err := checkState(schema, v); err != nil {
		return w.tell(broken(err))
	}
	w.set(b.address, i.key, v)
	return true
}

func (w *walk) ask(ctx context.Context, b *block, config cty.Value) (*tfprotov6.DynamicValue, []*tfprotov6.Diagnostic) {
	if b.mode == "data" {
		valid, err := w.provider.ValidateDataResourceConfig(ctx,
			&tfprotov6.ValidateDataResourceConfigRequest{TypeName: b.kind, Config: Encode(config)})
		if err != nil || failed(valid.Diagnostics) {
			return nil, append(valid.Diagnostics, broken(err)...)
		}
		resp, err := w.provider.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{
			TypeName: b.kind,
			Config:   Encode(config),
		})
		return resp.State, append(resp.Diagnostics, broken(err)...)
	}
	valid, err := w.provider.ValidateEphemeralResourceConfig(ctx,
		&tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: b.kind, Config: Encode(config)})
	if err != nil || failed(valid.Diagnostics) {
		return nil, append(valid.Diagnostics, broken(err)...)
	}
	resp, err := w.provider.OpenEphemeralResource(ctx,
		&tfprotov6.OpenEphemeralResourceRequest{TypeName: b.kind, Config: Encode(config)})
	if err != nil || failed(resp.Diagnostics) {
		return nil, append(resp.Diagnostics, broken(err)...)
	}
	closed, err := w.provider.CloseEphemeralResource(ctx,
		&tfprotov6.CloseEphemeralResourceRequest{TypeName: b.kind, Private: resp.Private})
	return resp.Result, append(append(resp.Diagnostics, closed.Diagnostics...), broken(err)...)
}

// invoke plans and invokes an action, and tells its progress.
func (w *walk) invoke(address string) {
	if !w.start() {
		return
	}
	w.each(w.config.blocks, (*block).refersTo, func(b *block) bool {
		if b.mode != "action" {
			return w.planBlock(b)
		}
		if b.address != address {
			return true
		}
		schema := w.provider.Schemas.ActionSchemas[b.kind].Schema
		config, diags := decode(w.t, b.body, schema, w.context(instance{}))
		valid, err := w.provider.ValidateActionConfig(w.t.Context(),
			&tfprotov6.ValidateActionConfigRequest{ActionType: b.kind, Config: Encode(config)})
		if !w.tell(append(append(diags, broken(err)...), valid.Diagnostics...)) {
			return false
		}
		planned, err := w.provider.PlanAction(w.t.Context(),
			&tfprotov6.PlanActionRequest{ActionType: b.kind, Config: Encode(config)})
		if !w.tell(append(planned.Diagnostics, broken(err)...)) {
			return false
		}
		resp, err := w.provider.InvokeAction(w.t.Context(),
			&tfprotov6.InvokeActionRequest{ActionType: b.kind, Config: Encode(config)})
		if err != nil {
			return w.tell(broken(err))
		}
		ok := false
		for event := range resp.Events {
			switch event := event.Type.(type) {
			case tfprotov6.ProgressInvokeActionEventType:
				w.printf("%s", event.Message)
			case tfprotov6.CompletedInvokeActionEventType:
				ok = w.tell(event.Diagnostics)
			}
		}
		return ok
	})
}

// query lists what the list blocks ask for, and says its names.
func (w *walk) query() {
	if !w.start() {
		return
	}
	w.each(w.config.blocks, (*block).refersTo, func(b *block) bool {
		if b.mode != "list" {
			return w.planBlock(b)
		}
		config, diags := decode(w.t, b.body, w.provider.Schemas.ListResourceSchemas[b.kind], w.context(instance{}))
		valid, err := w.provider.ValidateListResourceConfig(w.t.Context(), &tfprotov6.ValidateListResourceConfigRequest{
			TypeName: b.kind, Config: Encode(config),
		})
		if !w.tell(append(diags, broken(err)...)) || !w.tell(valid.Diagnostics) {
			return false
		}
		resp, err := w.provider.ListResource(w.t.Context(), &tfprotov6.ListResourceRequest{
			TypeName: b.kind, Config: Encode(config), IncludeResource: true, Limit: 100,
		})
		if err != nil {
			return w.tell(broken(err))
		}
		ok := true
		for item := range resp.Results {
			ok = w.tell(item.Diagnostics) && ok
			w.printf("%s", item.DisplayName)
			if item.Resource != nil {
				w.set(b.address, item.DisplayName, Decode(w.schema(b), item.Resource))
			}
		}
		return ok
	})
}
