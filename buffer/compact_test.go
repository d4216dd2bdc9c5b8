package buffer

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A compacted log is the same log in less space, and is written on.
func TestCompact(t *testing.T) {
	path := logPath(t)
	h := run(t, options(path))
	for range 40 {
		h.append(t, ticket(strings.Repeat("7", 900)))
	}
	if _, _, err := Compact(path); !errors.Is(err, ErrHeld) {
		t.Errorf("a log that is written to was compacted: %v", err)
	}
	h.end(t)
	events, report := dump(t, path), sound(t, path)
	before, after, err := Compact(path)
	if err != nil {
		t.Fatal(err)
	}
	if after >= before || after < 20_000 {
		t.Errorf("%d bytes became %d", before, after)
	}
	if d := cmp.Diff(events, dump(t, path)); d != "" {
		t.Errorf("the events changed (-before +after):\n%s", d)
	}
	got := sound(t, path)
	report.Bytes, got.Bytes = 0, 0
	if d := cmp.Diff(report, got); d != "" {
		t.Errorf("the log changed (-before +after):\n%s", d)
	}
	h = run(t, options(path))
	h.append(t, press("A1"))
	h.end(t)
	if replaced := h.Replaced().Why; replaced != "" {
		t.Error(replaced)
	}
	gapless(t, 1, dump(t, path))
}
