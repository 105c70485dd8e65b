package promises

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var mutate = flag.Bool("mutate", false, "break each line that keeps a promise, and see its test fail")

// TestMutants breaks each line in turn, in a copy that `go` is made to see in the file's place, and requires that its test fails.
// The working tree stays as it is.
func TestMutants(t *testing.T) { //nolint:paralleltest // each row has the machine for itself
	if !*mutate {
		t.Skip("it takes a while: `make promises` runs it")
	}
	passed := map[string]bool{}
	for _, p := range promises {
		for i, c := range p.clauses {
			for j, l := range c.lines {
				name := fmt.Sprintf("%s.%d", p.name, i+1)
				if len(c.lines) > 1 {
					name += string(rune('a' + j))
				}
				t.Run(name, func(t *testing.T) { //nolint:paralleltest // as above
					if !passed[c.test] {
						c.run(t, "", "PASS")
						passed[c.test] = true
					}
					c.run(t, overlay(t, l), "FAIL")
					t.Logf("%s: %s fails without it", c.kept, c.test)
				})
			}
		}
	}
}

// overlay writes a file in which a line is broken, checks that it compiles, and returns the flag that puts it into the place of
// the one in the working tree. The flag goes through the environment, so that tests which build the provider see it, too.
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
	flags := "-overlay=" + list
	if said, err := command(t, flags, "build", "-o", os.DevNull, "./"+path.Dir(l.file)).CombinedOutput(); err != nil {
		t.Fatalf("it does not compile with this in place of the line: %s\n%s", l.becomes, said)
	}
	return flags
}

// command prepares a run of go in the repository.
func command(t *testing.T, flags string, arguments ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", arguments...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" "+flags))
	return cmd
}

// run runs the test of a clause, which must end as expected: neither skipped, nor by running out of time.
func (c clause) run(t *testing.T, flags, want string) {
	t.Helper()
	pkg, test, inner := c.target()
	name, pattern := test, "^"+test+"$"
	if inner != "" {
		inner = strings.ReplaceAll(inner, " ", "_")
		name, pattern = name+"/"+inner, pattern+"/^"+regexp.QuoteMeta(inner)+"$"
	}
	said, _ := command(t, flags, "test", "-count=1", "-v", "-timeout=5m", "-run", pattern, "./"+pkg).CombinedOutput()
	ended := strings.Contains(string(said), "--- "+want+": "+name+" (")
	if !ended || strings.Contains(string(said), "panic: test timed out") || strings.Contains(string(said), "building the provider:") {
		t.Fatalf("%s of %s, want --- %s: %s\n%s", name, pkg, want, c.kept, said)
	}
}
