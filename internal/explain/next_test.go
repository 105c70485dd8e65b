package explain

import (
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// TestEveryAnswerHasANextStep: whatever the server answers, and if it does not, a person is told what to do.
func TestEveryAnswerHasANextStep(t *testing.T) {
	t.Parallel()
	for status := range 600 {
		if status > 0 && status < 200 {
			continue // not the last answer to anything
		}
		if Next(&wawp.Error{Op: "POST /v2/session/info", Status: status}) == "" {
			t.Errorf("HTTP %d: nothing is said", status)
		}
	}
}
