module github.com/wawp/terraform-provider-wawp

go 1.26.0

toolchain go1.26.8

require (
	github.com/hashicorp/go-hclog v1.6.3 // tests: serve the provider to a CLI from the process of a test
	github.com/hashicorp/go-plugin v1.8.0 // tests: the same
	github.com/hashicorp/go-version v1.9.0 // tests: compare the versions of CLIs
	github.com/hashicorp/hcl/v2 v2.25.0 // tests: read the configurations that Terraform's rules are played with
	github.com/hashicorp/terraform-json v0.29.0 // tests: read what the CLI prints as JSON
	github.com/hashicorp/terraform-plugin-framework v1.19.0 // what a provider is written with
	github.com/hashicorp/terraform-plugin-framework-timeouts v0.7.0 // the usual `timeouts` attribute
	github.com/hashicorp/terraform-plugin-framework-validators v0.19.0 // the usual validators
	github.com/hashicorp/terraform-plugin-go v0.31.0 // what a provider is written with: the protocol
	github.com/hashicorp/terraform-plugin-log v0.11.0 // what a provider is written with: logs
	github.com/hashicorp/terraform-plugin-testing v1.16.0 // tests: steps and checks
	github.com/mdp/qrterminal/v3 v3.2.1 // draws a QR code in half blocks for a terminal
	github.com/zclconf/go-cty v1.20.0 // tests: values, as Terraform's rules have them
	golang.org/x/net v0.62.0 // idna: shows a host that only looks like another one as what it is (xn--…)
	golang.org/x/sync v0.25.0 // singleflight: concurrent reads of a session's webhooks share a request
	golang.org/x/time v0.16.0 // the rate limiter behind requests_per_second
	rsc.io/qr v0.2.0 // draws a QR code as a picture, and tells whether a text fits into one
)

require (
	github.com/ProtonMail/go-crypto v1.5.2 // indirect
	github.com/agext/levenshtein v1.2.3 // indirect
	github.com/apparentlymart/go-textseg/v15 v15.0.0 // indirect
	github.com/apparentlymart/go-textseg/v17 v17.0.1 // indirect
	github.com/cloudflare/circl v1.6.5 // indirect
	github.com/fatih/color v1.18.0 // indirect
	github.com/golang/protobuf v1.5.4 // indirect
	github.com/google/go-cmp v0.7.0 // indirect
	github.com/hashicorp/errwrap v1.1.0 // indirect
	github.com/hashicorp/go-checkpoint v0.5.0 // indirect
	github.com/hashicorp/go-cleanhttp v0.5.2 // indirect
	github.com/hashicorp/go-cty v1.5.0 // indirect
	github.com/hashicorp/go-multierror v1.1.1 // indirect
	github.com/hashicorp/go-retryablehttp v0.7.8 // indirect
	github.com/hashicorp/go-uuid v1.0.3 // indirect
	github.com/hashicorp/hc-install v0.9.4 // indirect
	github.com/hashicorp/logutils v1.0.0 // indirect
	github.com/hashicorp/terraform-exec v0.25.1 // indirect
	github.com/hashicorp/terraform-plugin-sdk/v2 v2.40.0 // indirect
	github.com/hashicorp/terraform-registry-address v0.4.0 // indirect
	github.com/hashicorp/terraform-svchost v0.2.1 // indirect
	github.com/hashicorp/yamux v0.1.2 // indirect
	github.com/mattn/go-colorable v0.1.16 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/mitchellh/copystructure v1.2.0 // indirect
	github.com/mitchellh/go-testing-interface v1.14.1 // indirect
	github.com/mitchellh/go-wordwrap v1.0.1 // indirect
	github.com/mitchellh/mapstructure v1.5.0 // indirect
	github.com/mitchellh/reflectwalk v1.0.2 // indirect
	github.com/oklog/run v1.2.0 // indirect
	github.com/vmihailenco/msgpack v4.0.4+incompatible // indirect
	github.com/vmihailenco/msgpack/v5 v5.4.1 // indirect
	github.com/vmihailenco/tagparser/v2 v2.0.0 // indirect
	golang.org/x/crypto v0.59.0 // indirect
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/sys v0.50.0 // indirect
	golang.org/x/term v0.48.0 // indirect
	golang.org/x/text v0.44.0 // indirect
	golang.org/x/tools v0.52.0 // indirect
	google.golang.org/appengine v1.6.8 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260817212433-ac3dfec99bb1 // indirect
	google.golang.org/grpc v1.85.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)
