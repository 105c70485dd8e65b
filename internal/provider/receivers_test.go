package provider_test

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

const receivers = root + "/examples/guides/webhooks/receivers"

// TestReceiversOfWebhooks starts each receiver of the guide, where its language is installed.
func TestReceiversOfWebhooks(t *testing.T) {
	t.Parallel()
	built := filepath.Join(t.TempDir(), "receiver")
	for file, command := range map[string][]string{
		"receiver.py":  {"python3", receivers + "/receiver.py"},
		"receiver.mjs": {"node", receivers + "/receiver.mjs"},
		"receiver.go":  {"go", "build", "-o", built, receivers + "/receiver.go"},
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			if lines := regexp.MustCompile(`(?m)^.+$`).FindAll(read(t, receivers+"/"+file), -1); len(lines) > 25 {
				t.Errorf("it has %d lines", len(lines))
			}
			if _, err := exec.LookPath(command[0]); err != nil {
				t.Skip("NOT TESTED: " + file + ", because " + command[0] + " is not at hand")
			}
			if command[0] == "go" {
				build := exec.CommandContext(t.Context(), command[0], command[1:]...)
				if said, err := build.CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, said)
				}
				command = []string{built}
			}
			receive(t, startReceiver(t, command, "s3cret"))
			const event = `{"id":"evt_0"}`
			if status := startReceiver(t, command, "").post(t, event, sign("", event)); status != http.StatusUnauthorized {
				t.Errorf("without a secret it answers %d", status)
			}
		})
	}
}

// receive sends a receiver what it has to take, and what it has to refuse.
func receive(t *testing.T, r *receiver) {
	t.Helper()
	first, second := `{"id":"evt_1","event":"message"}`, `{"id":"evt_2","event":"session.status"}`
	for _, delivery := range []struct {
		what, body, signature string
		status                int
	}{
		{"right", first, sign("s3cret", first), 2},
		{"wrong", second, sign("another", second), 4},
		{"of another body", second, sign("s3cret", first), 4},
		{"missing", second, "", 4},
		{"short", second, sign("s3cret", second)[:63], 4},
		{"no digest", second, "s3cret", 4},
		{"not ASCII", second, "\u00e9", 4},
		{"of nothing", "", "", 4},
		{"repeated", first, sign("s3cret", first), 2},
	} {
		if status := r.post(t, delivery.body, delivery.signature); status/100 != delivery.status {
			t.Errorf("a signature that is %s: it answers %d", delivery.what, status)
		}
	}
	r.breakOff(t)
	r.post(t, second, sign("s3cret", second))
	printed := []string{r.line(t), r.line(t)}
	slices.Sort(printed)
	rest := r.end()
	if want := []string{"message evt_1", "session.status evt_2"}; !slices.Equal(printed, want) || rest != "" {
		t.Errorf("it handles %q, and then %q", printed, rest)
	}
}

// sign is the signature of a body, as Wawp's own SDK expects it.
func sign(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte(body)) // Never fails, says its documentation.
	return fmt.Sprintf("%x", mac.Sum(nil))
}

// receiver is a program that receives webhooks.
type receiver struct {
	address string
	printed *bufio.Reader
	end     func() string // kills it, and returns what else it has printed
}

// startReceiver returns when a receiver takes connections.
func startReceiver(t *testing.T, command []string, secret string, environment ...string) *receiver {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close() // It takes no connection.
	_, port, _ := net.SplitHostPort(address)
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Env = append(append(os.Environ(), environment...),
		"WEBHOOK_SECRET="+secret, "PORT="+port, "PYTHONDONTWRITEBYTECODE=1")
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := &receiver{address: address, printed: bufio.NewReader(output)}
	r.end = func() string {
		_ = cmd.Process.Kill()
		rest, _ := io.ReadAll(r.printed)
		_ = cmd.Wait()
		return string(rest)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	for {
		if connection, err := net.Dial("tcp", address); err == nil {
			_ = connection.Close()
			return r
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-t.Context().Done():
			t.Fatal("it takes no connections")
		}
	}
}

// post delivers a body, and returns the status of the answer.
func (r *receiver) post(t *testing.T, body, signature string) int {
	t.Helper()
	to := "http://" + r.address + "/"
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if signature != "" {
		request.Header.Set("X-Wawp-Signature", signature)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close() // There is nothing in it.
	return response.StatusCode
}

// breakOff ends a delivery in the middle.
func (r *receiver) breakOff(t *testing.T) {
	t.Helper()
	connection, err := net.Dial("tcp", r.address)
	if err == nil {
		_, err = fmt.Fprint(connection, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = connection.Close()
}

// line returns the next line that is printed.
func (r *receiver) line(t *testing.T) string {
	t.Helper()
	line, err := r.printed.ReadString('\n')
	if err != nil {
		t.Error(err)
	}
	return strings.TrimSpace(line)
}

// TestSignatureOfTheGuide: the command that the page shows prints the signature, and nothing else.
func TestSignatureOfTheGuide(t *testing.T) {
	t.Parallel()
	command := regexp.MustCompile(`(?m)^openssl .*$`).Find(read(t, root+"/templates/guides/webhooks.md.tmpl"))
	if command == nil {
		t.Fatal("the page shows no command")
	}
	t.Run("openssl", func(t *testing.T) {
		t.Parallel()
		if _, err := exec.LookPath("openssl"); err != nil {
			t.Skip("NOT TESTED: the command for signatures, because openssl is not at hand")
		}
		cmd := exec.CommandContext(t.Context(), "sh", "-c", string(command))
		cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), "TF_VAR_webhook_secret=s3cret")
		write(t, filepath.Join(cmd.Dir, "body.json"), `{"id":"evt_1"}`)
		said, err := cmd.CombinedOutput()
		if want := sign("s3cret", `{"id":"evt_1"}`) + "\n"; err != nil || string(said) != want {
			t.Errorf("%v: it prints %q, want %q", err, said, want)
		}
	})
}
