package provider

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// Environment variables that stand in for an argument that is not set.
const (
	envAccessToken = "WAWP_ACCESS_TOKEN" //nolint:gosec // a name, not a token
	envBaseURL     = "WAWP_BASE_URL"
)

// known says whether Terraform knows all arguments. One that is not set is known.
func (m model) known() bool {
	for _, argument := range []attr.Value{
		m.AccessToken, m.BaseURL, m.RequestTimeout, m.MaxRetries, m.RequestsPerSecond,
		m.CACertFile,
	} {
		if argument.IsUnknown() {
			return false
		}
	}
	return true
}

// options resolves each argument: from the configuration, else from the environment, else the default. It reports all
// problems at once.
func (m model) options(getenv func(string) string) (wawp.Options, diag.Diagnostics) {
	var diags diag.Diagnostics
	o := wawp.Options{
		AccessToken:       m.accessToken(getenv, &diags),
		BaseURL:           m.baseURL(getenv, &diags),
		RequestTimeout:    wawp.DefaultRequestTimeout,
		MaxRetries:        wawp.DefaultMaxRetries,
		RequestsPerSecond: m.RequestsPerSecond.ValueFloat64(),
		RootCAs:           m.rootCAs(&diags),
	}
	if text := m.RequestTimeout.ValueString(); text != "" {
		o.RequestTimeout, _ = time.ParseDuration(text) // the validator has parsed it before
	}
	if !m.MaxRetries.IsNull() {
		o.MaxRetries = int(m.MaxRetries.ValueInt64())
	}
	return o, diags
}

func (m model) accessToken(getenv func(string) string, diags *diag.Diagnostics) string {
	token := m.AccessToken.ValueString()
	if m.AccessToken.IsNull() {
		token = getenv(envAccessToken)
	}
	token = strings.TrimSpace(token)
	if token == "" {
		// The diagnostic does not point at access_token, because Terraform would quote its line.
		diags.AddError("No Wawp access token",
			"The provider needs the access token of the Wawp account. access_token is not set. Give it in one of "+
				"three ways:\n"+
				"  1. the environment variable "+envAccessToken+", best for CI;\n"+
				"  2. access_token = var.wawp_access_token, with the variable declared ephemeral and sensitive and "+
				"its value in "+
				"TF_VAR_wawp_access_token;\n"+
				"  3. access_token from an ephemeral resource of your secret store.\n"+
				"Do not write the token into a file that is committed.")
	}
	return token
}

func (m model) baseURL(getenv func(string) string, diags *diag.Diagnostics) *url.URL {
	text, origin := m.BaseURL.ValueString(), "base_url"
	if m.BaseURL.IsNull() {
		text, origin = cmp.Or(strings.TrimSpace(getenv(envBaseURL)), wawp.DefaultBaseURL), envBaseURL
	}
	u, err := wawp.ParseBaseURL(text)
	if err != nil {
		// The diagnostic does not point at base_url, because Terraform would quote its line: a password may be in it.
		diags.AddError("Invalid API address",
			fmt.Sprintf("%s is not the address of an API: %s.", origin, err))
		return nil
	}
	if u.Scheme == "http" && !isLoopback(u.Hostname()) {
		diags.AddAttributeWarning(path.Root("base_url"), "The access token travels unencrypted",
			fmt.Sprintf("%s is a plain http:// address of another machine (%s), so everyone on the way can read the "+
				"access "+
				"token. Use https://.", origin, u.Hostname()))
	}
	return u
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

func (m model) rootCAs(diags *diag.Diagnostics) *x509.CertPool {
	file := m.CACertFile.ValueString()
	if file == "" {
		return nil
	}
	pem, err := readCertificates(file)
	if err != nil {
		diags.AddAttributeError(path.Root("ca_cert_file"), "CA certificates cannot be read",
			fmt.Sprintf("Reading ca_cert_file failed: %s. Give the path of a file with PEM certificates, or leave "+
				"the argument "+
				"out.", err))
		return nil
	}
	// PowerShell writes files in UTF-16: each letter of the PEM then has a NUL beside it, and the byte order mark may
	// read as U+FFFD.
	pem = bytes.TrimLeft(bytes.ReplaceAll(pem, []byte{0}, nil), "\ufeff\ufffd")
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		diags.AddAttributeError(path.Root("ca_cert_file"), "No CA certificate found",
			fmt.Sprintf("%s holds no PEM certificate, which would begin with -----BEGIN CERTIFICATE-----. Give a "+
				"file that has "+
				"one, or leave the argument out.", file))
	}
	return pool
}

// maxCertificates is how many bytes a file of certificates may have. All certificates that a system trusts take less.
const maxCertificates = 1 << 20

// readCertificates reads a regular file. It refuses a device or a pipe, which may never end.
func readCertificates(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no regular file", name)
	}
	file, err := os.Open(name) //nolint:gosec // the file that the user named
	if err != nil {
		return nil, err
	}
	defer file.Close()
	pem, err := io.ReadAll(io.LimitReader(file, maxCertificates+1))
	if err == nil && len(pem) > maxCertificates {
		err = fmt.Errorf("%s is longer than 1 MiB", name)
	}
	return pem, err
}

// userAgent names the provider and Terraform, and appends what TF_APPEND_USER_AGENT holds. It replaces control
// characters, because a header with them cannot be sent.
func userAgent(version, terraform, appended string) string {
	agent := fmt.Sprintf("terraform-provider-wawp/%s Terraform/%s %s", version, terraform, appended)
	return strings.Join(strings.FieldsFunc(agent, func(c rune) bool {
		return unicode.IsSpace(c) || unicode.IsControl(c)
	}), " ")
}

// logAttempt returns the log of the client. It writes one line for each attempt, in the subsystem wawp at level DEBUG.
// The lines have the fields by which terraform-plugin-go tells the operations of Terraform apart. No field is secret;
// the access token is masked all the same.
func logAttempt(token string) func(context.Context, wawp.Attempt) {
	const subsystem = "wawp"
	return func(ctx context.Context, a wawp.Attempt) {
		ctx = tflog.NewSubsystem(ctx, subsystem, tflog.WithRootFields())
		ctx = tflog.SubsystemMaskLogStrings(ctx, subsystem, token)
		fields := map[string]any{
			"method":       a.Method,
			"path":         a.Path,
			"status":       a.Status,
			"attempt":      a.Number,
			"milliseconds": a.Duration.Milliseconds(),
		}
		for name, value := range map[string]string{
			"instance_id": a.InstanceID, "kind": string(a.Kind), "code": a.Code, "message": a.Message, "error": a.Err,
		} {
			if value != "" {
				fields[name] = value
			}
		}
		if a.Pause > 0 {
			fields["again_in_milliseconds"] = a.Pause.Milliseconds()
		}
		tflog.SubsystemDebug(ctx, subsystem, "request", fields)
	}
}
