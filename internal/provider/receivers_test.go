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

// TestWebhookReceiverExamples runs each receiver of the guide whose language is installed.
func TestWebhookReceiverExamples(t *testing.T) {
	t.Parallel()
	built := filepath.Join(t.TempDir(), "receiver")
	for file, command := range map[string][]string{
		"receiver.py":  {"python3", receivers + "/receiver.py"},
		"receiver.mjs": {"node", receivers + "/receiver.mjs"},
		"receiver.go":  {"go", "build", "-o", built, receivers + "/receiver.go"},
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			if lines := regexp.MustCompile(`(?m)^.+$`).FindAll(readFile(t, receivers+"/"+file), -1); len(lines) > 25 {
				t.Errorf("it has %d lines", len(lines))
			}
			if _, err := exec.LookPath(command[0]); err != nil {
				t.Skip("NOT TESTED: " + file + ", because " + command[0] + " is not at hand")
			}
			if command[0] == "go" {
				if output, err := exec.CommandContext(t.Context(), command[0],
					command[1:]...).CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, output)
				}
				command = []string{built}
			}
			checkReceiver(t, startReceiver(t, command, "s3cret"))
			unset := startReceiver(t, command, "")
			if status := unset.post(t, `{"id":"evt_0"}`, signature("",
				`{"id":"evt_0"}`)); status != http.StatusUnauthorized {
				t.Errorf("without a secret it answers %d", status)
			}
		})
	}
}

// checkReceiver sends a receiver deliveries that it must accept, and others that it must refuse.
func checkReceiver(t *testing.T, r *receiver) {
	t.Helper()
	first, second := `{"id":"evt_1","event":"message"}`, `{"id":"evt_2","event":"session.status"}`
	for _, delivery := range []struct {
		what, body, signature string
		status                int
	}{
		{"right", first, signature("s3cret", first), 2},
		{"wrong", second, signature("another", second), 4},
		{"of another body", second, signature("s3cret", first), 4},
		{"missing", second, "", 4},
		{"short", second, signature("s3cret", second)[:63], 4},
		{"no digest", second, "s3cret", 4},
		{"not ASCII", second, "\u00e9", 4},
		{"of nothing", "", "", 4},
		{"repeated", first, signature("s3cret", first), 2},
	} {
		if status := r.post(t, delivery.body, delivery.signature); status/100 != delivery.status {
			t.Errorf("a signature that is %s: it answers %d", delivery.what, status)
		}
	}
	r.abortDelivery(t)
	r.post(t, second, signature("s3cret", second))
	printed := []string{r.nextLine(t), r.nextLine(t)}
	slices.Sort(printed)
	rest := r.kill()
	if want := []string{"message evt_1", "session.status evt_2"}; !slices.Equal(printed, want) || rest != "" {
		t.Errorf("it handles %q, and then %q", printed, rest)
	}
}

// signature returns the signature of a body: HMAC-SHA256 in hexadecimal, as Wawp's own SDK expects it. See
// internal/wawp/API.md, section 5.
func signature(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte(body)) // Never fails, says its documentation.
	return fmt.Sprintf("%x", mac.Sum(nil))
}

// receiver is a running program that receives webhooks.
type receiver struct {
	address string
	printed *bufio.Reader
	kill    func() string // ends it, and returns the rest of its output
}

// startReceiver starts a receiver, and returns when it takes connections.
func startReceiver(t *testing.T, command []string, secret string, environment ...string) *receiver {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close() // frees the port for the receiver
	_, port, _ := net.SplitHostPort(address)
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Env = append(os.Environ(), append(environment, "WEBHOOK_SECRET="+secret, "PORT="+port,
		"PYTHONDONTWRITEBYTECODE=1")...)
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := &receiver{address: address, printed: bufio.NewReader(output)}
	r.kill = func() string {
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
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+r.address+"/",
		strings.NewReader(body))
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
	_ = response.Body.Close() // the body is empty
	return response.StatusCode
}

// abortDelivery ends a delivery in the middle of its body.
func (r *receiver) abortDelivery(t *testing.T) {
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

// nextLine returns the next line of the output.
func (r *receiver) nextLine(t *testing.T) string {
	t.Helper()
	line, err := r.printed.ReadString('\n')
	if err != nil {
		t.Error(err)
	}
	return strings.TrimSpace(line)
}

// TestWebhookSignatureCommand: the command on the page prints the signature, and nothing else.
func TestWebhookSignatureCommand(t *testing.T) {
	t.Parallel()
	command := regexp.MustCompile(`(?m)^openssl .*$`).Find(readFile(t, root+"/templates/guides/webhooks.md.tmpl"))
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
		writeFile(t, filepath.Join(cmd.Dir, "body.json"), `{"id":"evt_1"}`)
		output, err := cmd.CombinedOutput()
		if want := signature("s3cret", `{"id":"evt_1"}`) + "\n"; err != nil || string(output) != want {
			t.Errorf("%v: it prints %q, want %q", err, output, want)
		}
	})
}
