package ticket

import (
	"path/filepath"
	"regexp"
	"strings"
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

// TestNeeds: no pattern matches a line without the characters that it says it needs.
func TestNeeds(t *testing.T) {
	var lines []string
	for _, glob := range []string{"testdata/layouts/*.txt", "testdata/families/*.txt", "testdata/unseen/*/*.txt"} {
		paths, _ := filepath.Glob(glob)
		for _, path := range paths {
			for line := range strings.Lines(string(read(t, path))) {
				lines = append(lines, newPhrase(line).fold)
			}
		}
	}
	lines = append(lines, `x0 #[("'@:am-/号完结束号桌台`, "x #", "am", "号", "12", "a@b.cd")
	if len(lines) < 1500 {
		t.Fatalf("only %d lines", len(lines))
	}
	for _, p := range patterns {
		for _, l := range lines {
			if !p.may(l) && p.compiled().MatchString(l) {
				t.Errorf("%q matches %s, which says it needs one of %q", l, p.text, p.needs)
			}
			for _, w := range strings.Fields(l) {
				if !p.may(w) && p.compiled().MatchString(w) {
					t.Errorf("%q matches %s, which says it needs one of %q", w, p.text, p.needs)
				}
			}
		}
	}
}
