package buffer

import (
	"errors"
	"os"
	"reflect"
	"testing"
)

// A log at rest folds to the state that its daemon had at the end, also where events follow
// its checkpoint, and stays as it is.
func TestFold(t *testing.T) {
	opts := options(logPath(t))
	h := run(t, opts)
	h.append(t, press("A1"), ticket("12"))
	h.end(t) // writes a checkpoint
	h = run(t, opts)
	h.append(t, press("A2"))
	if err := Fold(opts.Path, &tally{}); !errors.Is(err, ErrHeld) {
		t.Errorf("beside its daemon: got %v, want ErrHeld", err)
	}
	copied := logPath(t)
	f, err := os.Create(copied)
	if err == nil {
		err = errors.Join(h.Snapshot(f), f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	h.end(t)
	if r := sound(t, copied); r.Checkpoint == 0 || r.Checkpoint == r.Head {
		t.Fatalf("the copy has its checkpoint at %d of %d events", r.Checkpoint, r.Head)
	}
	for _, path := range []string{copied, opts.Path} {
		before, got := sound(t, path), &tally{}
		if err := Fold(path, got); err != nil {
			t.Fatal(err)
		}
		if want := h.tally.state(); !reflect.DeepEqual(got.state(), want) {
			t.Errorf("got %+v, want %+v", got.state(), want)
		}
		if after := sound(t, path); !reflect.DeepEqual(after, before) {
			t.Errorf("folding made %+v of %+v", after, before)
		}
	}
}
