// Package chaos holds the chaos campaign. The campaign is a test that runs a real CLI against the simulated API. It
// draws configurations, steps, faults of the API, and disruptions (signals and kills of the CLI or the provider).
// After each step, the rules in rules_test.go compare the simulated API with the state. A seed makes one run; the same
// seed repeats it: `make chaos SEED=7`.
package chaos
