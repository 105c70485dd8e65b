package promises

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var mutate = flag.Bool("mutate", false, "break each line that keeps a promise, and see its test fail")

// TestMutants breaks each line in turn, in a copy that the compiler sees in the file's place, and requires that its test fails,
// which passes as things are. The working tree stays as it is.
func TestMutants(t *testing.T) { //nolint:paralleltest // each row has the machine for itself
	if !*mutate {
		t.Skip("it takes a while: `make promises` runs it")
	}
	dir, built, passed := t.TempDir(), map[string]bool{}, map[string]bool{}
	each(func(row string, c clause, l line) {
		t.Run(row, func(t *testing.T) {
			pkg, _, _ := c.target()
			whole := filepath.Join(dir, path.Base(pkg))
			if !built[pkg] {
				build(t, pkg, whole, "")
				built[pkg] = true
			}
			if !passed[c.test] {
				c.run(t, whole, "", "PASS")
				passed[c.test] = true
			}
			broken, flags := filepath.Join(t.TempDir(), "broken"), overlay(t, l)
			build(t, pkg, broken, flags)
			c.run(t, broken, flags, "FAIL")
			t.Logf("%s: %s fails without it", c.kept, c.test)
		})
	})
}

// overlay returns the flag of go that puts a broken file in the place of the one in the working tree.
func overlay(t *testing.T, l line) string {
	t.Helper()
	file, err := filepath.Abs(filepath.Join(root, l.file))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	broken, list := filepath.Join(dir, "broken.go"), filepath.Join(dir, "overlay.json")
	replace, _ := json.Marshal(map[string]any{"Replace": map[string]string{file: broken}})
	for name, content := range map[string]string{broken: strings.Replace(read(t, l.file), l.is, l.becomes, 1), list: string(replace)} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return "-overlay=" + list
}

// command prepares a run of a program. Flags of go travel in the environment, so that a test which builds the provider has them,
// too.
func command(t *testing.T, dir, flags, name string, arguments ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, arguments...)
	cmd.Dir = filepath.Join(root, dir)
	cmd.Env = append(os.Environ(), "GOFLAGS="+strings.Join(strings.Fields(os.Getenv("GOFLAGS")+" -ldflags=-w "+flags), " "))
	return cmd
}

// build builds the tests of a package, and with them what is broken: that must compile.
func build(t *testing.T, pkg, binary, flags string) {
	t.Helper()
	if said, err := command(t, ".", flags, "go", "test", "-c", "-o", binary, "./"+pkg).CombinedOutput(); err != nil {
		t.Fatalf("it does not compile: %s\n%s", err, said)
	}
}

// run runs the test of a clause, which must end as is wanted: neither skipped, nor by running out of time.
func (c clause) run(t *testing.T, binary, flags, want string) {
	t.Helper()
	pkg, test, inner := c.target()
	name, pattern := test, "^"+test+"$"
	if inner != "" {
		inner = strings.ReplaceAll(inner, " ", "_")
		name, pattern = name+"/"+inner, pattern+"/^"+regexp.QuoteMeta(inner)+"$"
	}
	said, _ := command(t, pkg, flags, binary, "-test.v", "-test.timeout=5m", "-test.run="+pattern).CombinedOutput()
	ended := strings.Contains(string(said), "--- "+want+": "+name+" (")
	if !ended || strings.Contains(string(said), "panic: test timed out") || strings.Contains(string(said), "building the provider:") {
		t.Fatalf("%s of %s, want --- %s: %s\n%s", name, pkg, want, c.kept, said)
	}
}
