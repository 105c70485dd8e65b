package provider

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// TestCACertFileMustBeRegular: reading a device or a pipe may never end.
func TestCACertFileMustBeRegular(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"/dev/zero", pipe} {
		_, diags := model{CACertFile: types.StringValue(file)}.options(environment(envAccessToken, "t"))
		if len(diags) != 1 || !strings.Contains(diags[0].Detail(), "is no regular file") {
			t.Errorf("%s: %v", file, diags)
		}
	}
}
