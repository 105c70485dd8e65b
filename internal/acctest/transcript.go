package acctest

import (
	"bytes"
	"context"
	"io"
	"regexp"
	"sync"
)

// Transcript is the output of a running CLI. It can be read while it is written.
type Transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // closed by the next write; nil if nobody waits
}

var _ io.Writer = (*Transcript)(nil)

func (t *Transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.more != nil {
		close(t.more)
		t.more = nil
	}
	return t.text.Write(p)
}

func (t *Transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// WaitFor returns nil once the output matches a regular expression, or the error of ctx.
func (t *Transcript) WaitFor(ctx context.Context, pattern string) error {
	wanted := regexp.MustCompile(pattern)
	for {
		t.mu.Lock()
		if wanted.Match(t.text.Bytes()) {
			t.mu.Unlock()
			return nil
		}
		if t.more == nil {
			t.more = make(chan struct{})
		}
		more := t.more
		t.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
