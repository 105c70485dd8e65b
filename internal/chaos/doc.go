// Package chaos holds the chaos campaign, a test: random configurations, random steps, random faults of the API and
// random ends of the CLI and of the provider. After each step, rules compare the simulated API with the state. One seed
// is one run, and repeats it: `make chaos SEED=7`.
package chaos
