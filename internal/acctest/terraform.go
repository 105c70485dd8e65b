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

// Terraform runs plan, apply, refresh, import, query and destroy by Terraform's own rules. It runs in this process, at
// the provider's protocol, in milliseconds where a CLI takes seconds. Commands and options have the CLI's names. A
// provider that breaks a rule fails the command. A feature that is missing here fails the test, which then needs
// [World.CLI].
type Terraform struct {
	// Token and BaseURL are the defaults of the provider block.
	Token, BaseURL string
	// Shared is a configured provider for all commands. By default each phase of a command starts its own.
	Shared *Protocol
	// Unknown makes the token unknown during plans, as if another resource made it.
	Unknown bool

	t       testing.TB
	adjust  []func(*wawp.Options)
	config  configuration
	objects map[string]*object // the state, by address; a deposed object's address has a suffix
	values  *scope             // the values at the end of the last command
	planned []*tfjson.ResourceChange
}

// object is an object of a resource in the state.
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

// Terraform returns a Terraform with a configuration and an empty state. The provider finds the account's address and
// token.
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

// OK runs a command, which must succeed, and returns its output with lines joined.
func (tf *Terraform) OK(command string, options ...string) string {
	tf.t.Helper()
	output, ok := tf.Run(command, options...)
	if !ok {
		tf.t.Fatalf("%s %s failed:\n%s", command, strings.Join(options, " "), output)
	}
	return Unwrap(output)
}

// Fails runs a command, which must fail, and returns its output with lines joined.
func (tf *Terraform) Fails(command string, options ...string) string {
	tf.t.Helper()
	output, ok := tf.Run(command, options...)
	if ok {
		tf.t.Fatalf("%s %s succeeded:\n%s", command, strings.Join(options, " "), output)
	}
	return Unwrap(output)
}

// Run runs a command: plan, apply, refresh, destroy, import or query. It returns the output, and whether it succeeded.
func (tf *Terraform) Run(command string, options ...string) (string, bool) {
	tf.t.Helper()
	w := &walk{Terraform: tf, t: tf.t, refresh: true, failed: map[string]bool{}, plannedPrivate: map[string][]byte{}}
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
				tf.t.Fatalf("%s needs a real CLI", option)
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
		case !w.plan() || command == "plan": // neither saves the refreshed state
			tf.objects = before
		default:
			w.apply()
		}
	case "import":
		w.importObject(arguments[0], arguments[1])
	case "query":
		w.query()
	default:
		tf.t.Fatalf("%s needs a real CLI", command)
	}
	tf.values, tf.planned = &w.scope, w.planJSON()
	return w.output.String(), !w.hasError
}

// Value returns an attribute of a block without count and for_each, as of the last command. "" is the whole object.
func (tf *Terraform) Value(address, attribute string) cty.Value {
	v := tf.values.get(address)
	if attribute == "" {
		return v
	}
	return v.GetAttr(attribute)
}

// Values returns all values of the last command as text, to search in.
func (tf *Terraform) Values() string { return fmt.Sprintf("%#v", tf.values.values) }

// Clone returns a copy for another test, with the same configuration and state.
func (tf *Terraform) Clone(t testing.TB) *Terraform {
	t.Helper()
	clone := *tf
	clone.t, clone.objects, clone.values = t, maps.Clone(tf.objects), &scope{}
	return &clone
}

// Age makes the objects in the state older, by changing the time of their creation in private state.
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

// Forget removes a resource from the state, as state rm does.
func (tf *Terraform) Forget(address string) { delete(tf.objects, address) }

// State returns the objects in the state.
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

	output   strings.Builder
	lock     sync.Mutex // guards the fields that follow, output, and the state
	hasError bool
	changes  []*change
	failed   map[string]bool // addresses of blocks that could not be applied

	plannedPrivate map[string][]byte // the private state of planned deletions, by address
}

// change is the planned change of an object.
type change struct {
	block            *block
	inst             instance
	address          string
	action           string // no-op, create, update, delete or replace
	prior            *object
	planned          cty.Value
	mustDestroyFirst bool // its object must be destroyed first, and still exists
	applied          bool
}

// startProvider starts and configures a provider for a phase of the command, as Terraform does.
func (w *walk) startProvider() bool {
	w.t.Helper()
	w.scope.values = nil
	w.provider = w.Shared
	if w.provider != nil {
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
	return w.report(append(diags, w.provider.Configure(w.t.Context(), Object(schema, given))...))
}

// report prints diagnostics, and returns whether none is an error. It fails the test if one points at a secret.
func (w *walk) report(diags []*tfprotov6.Diagnostic) bool {
	if shown := w.provider.DiagnosticsAtSecrets(diags); len(shown) > 0 {
		w.t.Errorf("Terraform would quote a secret:\n%s", DiagnosticTexts(shown))
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	w.output.WriteString(DiagnosticTexts(diags))
	w.hasError = w.hasError || containsError(diags)
	return !containsError(diags)
}

func (w *walk) printf(format string, args ...any) { fmt.Fprintf(&w.output, format+"\n", args...) }

// eachBlock calls do for all blocks in parallel. A block begins after the blocks that precede it, and is left out if
// one of them failed.
func (w *walk) eachBlock(blocks []*block, isAfter func(b, other *block) bool, do func(*block) bool) {
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
				if other != b && isAfter(b, other) {
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

// forAll calls do for all instances in parallel, and returns whether all calls returned true.
func forAll[T any](instances []T, do func(T) bool) bool {
	var all sync.WaitGroup
	var anyFailed atomic.Bool
	for _, i := range instances {
		all.Go(func() {
			if !do(i) {
				anyFailed.Store(true)
			}
		})
	}
	all.Wait()
	return !anyFailed.Load()
}

// plan refreshes and plans all blocks, and the objects in the state that are not declared.
func (w *walk) plan() bool {
	if !w.startProvider() {
		return false
	}
	declared := map[string]bool{}
	for _, b := range w.config.blocks {
		declared[b.address] = true
	}
	w.eachBlock(w.config.blocks, (*block).refersTo, w.planBlock)
	for _, address := range slices.Sorted(maps.Keys(w.objects)) {
		if o := w.objects[address]; !declared[o.block.address] || o.deposed {
			w.planInstance(o.block, instance{key: o.key}, address, false)
		}
	}
	count := map[string]int{}
	for _, c := range w.changes {
		count[c.action]++
	}
	if w.hasError {
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

// planBlock plans the instances of a block, and the objects of the block that are not declared any more.
func (w *walk) planBlock(b *block) bool {
	declared, instances := map[string]bool{}, b.instances(w.t, &w.scope)
	for _, i := range instances {
		declared[i.address(b)] = true
	}
	ok := forAll(instances, func(i instance) bool {
		if b.mode != "resource" {
			return w.readBlock(b, i)
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
	return forAll(extra, func(o *object) bool {
		return w.planInstance(b, instance{key: o.key}, o.address(),
			false)
	}) && ok
}

// address returns the address of an object in the state.
func (o *object) address() string {
	i := instance{key: o.key}
	if _, ok := o.block.body.Attributes["count"]; ok {
		i.variables = map[string]cty.Value{"count": cty.NilVal}
	}
	return i.address(o.block)
}

// readBlock reads a data source, or opens an ephemeral resource. If an argument is unknown, so are its computed
// attributes.
func (w *walk) readBlock(b *block, i instance) bool {
	ctx := w.t.Context()
	var schema *tfprotov6.Schema
	switch b.mode {
	case "data":
		schema = w.provider.Schemas.DataSourceSchemas[b.kind]
	case "ephemeral":
		schema = w.provider.Schemas.EphemeralResourceSchemas[b.kind]
	case "action", "list":
		return true // -invoke and query handle these
	}
	config, diags := decode(w.t, b.body, schema, w.context(i))
	if !w.report(diags) {
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
	result, diags := w.readOrOpen(ctx, b, config)
	if !w.report(diags) {
		return false
	}
	v := Decode(schema, result)
	if err := checkState(schema, v); err != nil {
		return w.report(protocolError(err))
	}
	w.set(b.address, i.key, v)
	return true
}

// readOrOpen validates and reads a data source, or validates, opens and closes an ephemeral resource.
func (w *walk) readOrOpen(
	ctx context.Context,
	b *block,
	config cty.Value,
) (*tfprotov6.DynamicValue, []*tfprotov6.Diagnostic) {
	if b.mode == "data" {
		valid, err := w.provider.ValidateDataResourceConfig(ctx,
			&tfprotov6.ValidateDataResourceConfigRequest{TypeName: b.kind, Config: Encode(config)})
		if err != nil || containsError(valid.Diagnostics) {
			return nil, append(valid.Diagnostics, protocolError(err)...)
		}
		resp, err := w.provider.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{
			TypeName: b.kind,
			Config:   Encode(config),
		})
		return resp.State, append(resp.Diagnostics, protocolError(err)...)
	}
	valid, err := w.provider.ValidateEphemeralResourceConfig(ctx,
		&tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: b.kind, Config: Encode(config)})
	if err != nil || containsError(valid.Diagnostics) {
		return nil, append(valid.Diagnostics, protocolError(err)...)
	}
	resp, err := w.provider.OpenEphemeralResource(ctx,
		&tfprotov6.OpenEphemeralResourceRequest{TypeName: b.kind, Config: Encode(config)})
	if err != nil || containsError(resp.Diagnostics) {
		return nil, append(resp.Diagnostics, protocolError(err)...)
	}
	closed, err := w.provider.CloseEphemeralResource(ctx,
		&tfprotov6.CloseEphemeralResourceRequest{TypeName: b.kind, Private: resp.Private})
	return resp.Result, append(append(resp.Diagnostics, closed.Diagnostics...), protocolError(err)...)
}

// invoke plans and invokes an action, and prints its progress.
func (w *walk) invoke(address string) {
	if !w.startProvider() {
		return
	}
	w.eachBlock(w.config.blocks, (*block).refersTo, func(b *block) bool {
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
		if !w.report(append(append(diags, protocolError(err)...), valid.Diagnostics...)) {
			return false
		}
		planned, err := w.provider.PlanAction(w.t.Context(),
			&tfprotov6.PlanActionRequest{ActionType: b.kind, Config: Encode(config)})
		if !w.report(append(planned.Diagnostics, protocolError(err)...)) {
			return false
		}
		resp, err := w.provider.InvokeAction(w.t.Context(),
			&tfprotov6.InvokeActionRequest{ActionType: b.kind, Config: Encode(config)})
		if err != nil {
			return w.report(protocolError(err))
		}
		ok := false
		for event := range resp.Events {
			switch event := event.Type.(type) {
			case tfprotov6.ProgressInvokeActionEventType:
				w.printf("%s", event.Message)
			case tfprotov6.CompletedInvokeActionEventType:
				ok = w.report(event.Diagnostics)
			}
		}
		return ok
	})
}

// query runs the list blocks, and prints the display names of the results.
func (w *walk) query() {
	if !w.startProvider() {
		return
	}
	w.eachBlock(w.config.blocks, (*block).refersTo, func(b *block) bool {
		if b.mode != "list" {
			return w.planBlock(b)
		}
		config, diags := decode(w.t, b.body, w.provider.Schemas.ListResourceSchemas[b.kind], w.context(instance{}))
		valid, err := w.provider.ValidateListResourceConfig(w.t.Context(), &tfprotov6.ValidateListResourceConfigRequest{
			TypeName: b.kind, Config: Encode(config),
		})
		if !w.report(append(diags, protocolError(err)...)) || !w.report(valid.Diagnostics) {
			return false
		}
		resp, err := w.provider.ListResource(w.t.Context(), &tfprotov6.ListResourceRequest{
			TypeName: b.kind, Config: Encode(config), IncludeResource: true, Limit: 100,
		})
		if err != nil {
			return w.report(protocolError(err))
		}
		ok := true
		for item := range resp.Results {
			ok = w.report(item.Diagnostics) && ok
			w.printf("%s", item.DisplayName)
			if item.Resource != nil {
				w.set(b.address, item.DisplayName, Decode(w.schema(b), item.Resource))
			}
		}
		return ok
	})
}
