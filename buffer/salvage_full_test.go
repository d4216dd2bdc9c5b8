package buffer

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/synctest"

	"readyshelf/kitchen"
)

// tearMetas makes a file that bbolt does not open, of which every record is left.
func tearMetas(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	clear(b[:2*pageSize])
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// What a full log dropped is no damage: it was told of when it went.
func TestSalvageOfALogThatDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := smallRun(t, &tally{})
		cram(t, h, 3000, func(i int) kitchen.Event {
			return []func(int) kitchen.Event{noted, soon, broken}[i%3](i)
		})
		st, err := h.Stats()
		h.end(t)
		if err != nil || st.Dropped[kitchen.ClassForecast] == 0 || st.Dropped[kitchen.ClassTelemetry] == 0 {
			t.Fatalf("got %+v (%v), want that it dropped both classes", st, err)
		}
		tearMetas(t, h.path)
		found := 0
		scanned, err := Scan(h.path, func(kitchen.Event) error { found++; return nil })
		if err != nil || uint64(found) < st.Events || len(scanned.Gaps) > 0 {
			t.Errorf("a scan finds %d of %d events and misses %+v (%v)", found, st.Events, scanned.Gaps, err)
		}
		again := openHouse(t, h.opts)
		for _, g := range again.Replaced().Gaps {
			if g.Class == "damaged" {
				t.Errorf("nothing was damaged: %+v", g)
			}
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	})
}

// Where more is missing than a gap tells of, the rest is damage.
func TestSalvageExplains(t *testing.T) {
	for events, want := range map[uint64]string{3: "[]", 2: "[{3 3} {5 6}]"} {
		s := &salvage{finds: &finds{}, missing: spans{{3, 3}, {5, 6}}}
		s.hear(kitchen.Event{Gap: &kitchen.Gap{From: 2, To: 9, Class: "forecast", Events: events}})
		s.hear(kitchen.Event{Gap: &kitchen.Gap{From: 2, To: 9, Class: "forecast", Events: 9, Log: "another"}})
		s.hear(kitchen.Event{Gap: &kitchen.Gap{From: 2, To: 9, Class: "refused", Events: 9}})
		s.explain()
		if got := fmt.Sprint(s.missing); got != want {
			t.Errorf("of %d that went: missing are %s, want %s", events, got, want)
		}
	}
}

// A log that is full of what nobody has needs more than its limit when it is salvaged.
// It takes nothing then until that was acknowledged, and works as ever after.
func TestSalvageOfAFullLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := smallRun(t, &tally{Pad: make([]byte, 8<<10)})
		n := cram(t, h, 20000, func(i int) kitchen.Event { return press(fmt.Sprint(i)) })
		h.end(t)
		tearMetas(t, h.path)
		again := run(t, h.opts)
		st, err := again.Stats()
		if err != nil || st.Events < uint64(n) || st.Bytes <= st.MaxSize {
			t.Fatalf("got %+v (%v), want %d events in more than it may have", st, err, n)
		}
		take(t, again.Log, "uplink", n, whole)
		if n := cram(t, again, 2000, noted); n < 2000 {
			t.Errorf("took %d facts after all was acknowledged, want 2000", n)
		}
		cursor := again.Cursor("uplink")
		again.end(t)
		sound(t, again.path)
		last := run(t, h.opts)
		if got := last.Cursor("uplink"); got != cursor {
			t.Errorf("the cursor is %d after a start, want %d", got, cursor)
		}
		if now, err := last.Stats(); err != nil || now.Size > st.Size+st.MaxSize/4 {
			t.Errorf("%d bytes became %d (%v)", st.Size, now.Size, err)
		}
	})
}

// What was trimmed may lie on in free pages. It is neither salvaged nor missed, unless a
// follower may need it yet.
func TestSalvageLeavesWhatWasTrimmed(t *testing.T) {
	for sent, want := range map[uint64]string{100: "90 [{89 89} {91 92} {96 97}]", 60: "70 [{71 89} {91 92} {96 97}]", 0: "5 [{6 69} {71 89} {91 92} {96 97}]"} {
		s := &salvage{finds: &finds{trimmed: witnesses{88, 88}, head: witnesses{97, 97}}, sent: sent}
		for _, seq := range []uint64{5, 70, 90, 93, 94, 95} {
			s.records = append(s.records, place{seq: seq})
		}
		s.head(sidecar{})
		if got := fmt.Sprint(s.records[0].seq, s.missing); got != want {
			t.Errorf("sent up to %d: it begins at, and misses %s, want %s", sent, got, want)
		}
	}
}

// A damaged log is known as one by what it holds, where its sidecar is gone.
func TestSalvageWithoutASidecar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := run(t, options(logPath(t)))
		h.append(t, ticket("1"), press("A1"))
		h.end(t)
		tearMetas(t, h.path)
		if err := os.Remove(sidecarPath(h.path)); err != nil {
			t.Fatal(err)
		}
		again := run(t, h.opts)
		if got := again.Replaced(); got.Log != h.ID() || got.Salvaged != 3 {
			t.Errorf("got %+v, want 3 events of %s", got, h.ID())
		}
		again.end(t)
	})
}

// An older copy of a log does not go on under its id: the cloud would take the new
// events for the old ones that it has. What the copy lacks is told.
func TestOlderCopyOfALog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := run(t, options(logPath(t)))
		h.append(t, press("A1"))
		h.end(t)
		old, err := os.ReadFile(h.path)
		if err != nil {
			t.Fatal(err)
		}
		h = run(t, h.opts)
		h.append(t, press("A2"), press("A3"))
		h.end(t)
		if err := os.WriteFile(h.path, old, 0o600); err != nil {
			t.Fatal(err)
		}
		again := run(t, h.opts)
		again.append(t, press("A4"))
		got := again.Replaced()
		if again.ID() == h.ID() || got.Salvaged != 1 || len(got.Gaps) != 1 || got.Gaps[0].From != 2 || got.Gaps[0].To != 3 {
			t.Errorf("log %s went on as %s: %+v", h.ID(), again.ID(), got)
		}
		again.end(t)
	})
}

// A card with less room than a new log would like to have at once is enough, and one
// with none keeps nothing of the attempt.
func TestSalvageOnAFullCard(t *testing.T) {
	dir := smallCard(t)
	opts := options(filepath.Join(dir, "events.db"))
	opts.MaxSize = 32 << 20
	h := run(t, opts)
	h.append(t, ticket("1"), press("A1"))
	h.end(t)
	tearMetas(t, h.path)
	opts.Prefill = 8 << 20
	filler := fillCard(t, dir)
	opts.Decider, opts.Now = h.tally, h.opts.Now
	if _, err := Open(opts); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v, want that the card is full", err)
	}
	if _, err := os.Stat(h.path + ".new"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not whole fills the card (%v)", err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	again := run(t, opts)
	if got := again.Replaced(); got.Salvaged != 3 {
		t.Errorf("got %+v, want 3 events", got)
	}
	again.append(t, press("A2"))
	again.end(t)
	fillCard(t, dir)
	again = run(t, opts) // the file has room; its sidecar stays as it is
	again.append(t, press("A3"))
	again.end(t)
}

// What one damage cost is told although the next comes before anybody could.
func TestSalvageTellsOfTheDamageBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := run(t, options(logPath(t)))
		for i := range 300 {
			h.append(t, ticket(fmt.Sprint(i)))
		}
		h.end(t)
		spoil400(t, h.path)
		for n, want := range []int{1, 1, 0} {
			tearMetas(t, h.path)
			again := run(t, h.opts)
			got := again.Replaced().Gaps
			if len(got) != want || want > 0 && (got[0].Log != h.ID() || got[0].From != 401) {
				t.Errorf("start %d: got %+v, want %d, of event 401 of %s", n, got, want, h.ID())
			}
			if n == 1 {
				again.append(t, kitchen.Event{Source: "log", Fault: &kitchen.Fault{Device: LogDevice}})
			}
			again.end(t)
		}
	})
}
