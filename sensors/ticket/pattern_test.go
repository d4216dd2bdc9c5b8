package ticket

import (
	"regexp"
	"testing"
)

// A slip in a pattern would only be found when a ticket needs it.
func TestPatternsCompile(t *testing.T) {
	if len(patterns) < 90 {
		t.Errorf("there are %d patterns", len(patterns))
	}
	for _, p := range patterns {
		if _, err := regexp.Compile(p.text); err != nil {
			t.Error(err)
		}
	}
}
