package buffer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"readyshelf/kitchen"
)

// tally is a Decider that counts, answers each ticket with an alert, and folds the
// bytes of every event into a hash, so that two tallies are equal only where they
// saw the same.
type tally struct {
	N, Alerts, Hash uint64
	Pad             []byte // makes the checkpoint large

	decide func(fact *kitchen.Event)
	*watched
}

// watched is what a test may touch while the log runs.
type watched struct {
	due   atomic.Int32 // alerts to give at the next tick
	calls atomic.Int32 // of Decide
}

func (c *tally) Decide(first uint64, now kitchen.Stamp, fact *kitchen.Event) []kitchen.Event {
	c.calls.Add(1)
	if fact == nil {
		var out []kitchen.Event
		for c.due.Load() > 0 {
			c.due.Add(-1)
			out = append(out, c.alert(first+uint64(len(out)), now))
		}
		return out
	}
	fact.Seq = first
	c.Apply(*fact)
	out := []kitchen.Event{*fact}
	if fact.Ticket != nil {
		out = append(out, c.alert(first+1, now))
	}
	if c.decide != nil {
		c.decide(fact)
	}
	return out
}

func (c *tally) alert(seq uint64, now kitchen.Stamp) kitchen.Event {
	e := now.Fact("rule")
	e.Seq, e.Alert = seq, &kitchen.Alert{Type: kitchen.OrderAccepted, Sequence: c.Alerts + 1}
	c.Apply(e)
	return e
}

func (c *tally) Apply(e kitchen.Event) {
	r, err := encode(e)
	if err != nil {
		panic(err)
	}
	h := fnv.New64a()
	fmt.Fprint(h, c.Hash)
	h.Write(r.key)
	h.Write(r.value)
	c.N, c.Hash = c.N+1, h.Sum64()
	if e.Alert != nil {
		c.Alerts = e.Alert.Sequence
	}
}

func (c *tally) Snapshot() ([]byte, error) { return json.Marshal(c) }

func (c *tally) Restore(b []byte) error {
	*c = tally{decide: c.decide, watched: c.watched}
	if b == nil {
		return nil
	}
	return json.Unmarshal(b, c)
}

func (c *tally) Renumber() { c.Alerts = 0 }

// state is what of c a checkpoint carries.
func (c *tally) state() tally { return tally{N: c.N, Alerts: c.Alerts, Hash: c.Hash} }

// house is a log that runs, with what it told.
type house struct {
	*Log
	tally *tally
	path  string
	stop  func() error
	lines *lines

	mu        sync.Mutex
	committed []kitchen.Event
	idle      int // calls of Committed with nothing
	commits   int
	boot      uint32
	up        time.Duration // added to the clock
}

// lines keeps what was logged.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lines) count(s string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Count(l.b.Bytes(), []byte(s))
}

func (h *house) seen() []kitchen.Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.committed)
}

// epoch is where the tests' wall clock begins; Up begins with the house.
var epoch = time.Date(2026, 11, 22, 12, 0, 0, 0, time.FixedZone("", 8*3600))

func options(path string) Options {
	return Options{Path: path, BootID: "boot-a", MaxSize: 4 << 20, Prefill: 64 << 10}
}

// probeHere does the part of Probe that cannot end the process, without a child.
func probeHere(_ context.Context, path string) error { return probeRaw(path) }

// open opens a log and does not run it.
func openHouse(t testing.TB, opts Options) *house {
	t.Helper()
	h := &house{tally: &tally{}, path: opts.Path, lines: &lines{}, boot: 1}
	if opts.Decider != nil {
		h.tally = opts.Decider.(*tally)
	}
	h.tally.watched = &watched{}
	opts.Decider = h.tally
	begin := time.Now()
	if opts.Now == nil {
		opts.Now = func() kitchen.Stamp {
			up := time.Since(begin) + h.up
			return kitchen.Stamp{Boot: h.boot, Up: up, At: epoch.Add(up), Clock: kitchen.Synced}
		}
	}
	committed := opts.Committed
	opts.Committed = func(es []kitchen.Event) {
		h.mu.Lock()
		h.committed = append(h.committed, es...)
		if len(es) > 0 {
			h.commits++
		} else {
			h.idle++
		}
		h.mu.Unlock()
		if committed != nil {
			committed(es)
		}
	}
	opts.Log = slog.New(slog.NewTextHandler(h.lines, nil))
	l, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	h.Log = l
	return h
}

// run opens a log and runs it until h.stop or the end of the test.
func run(t testing.TB, opts Options) *house {
	t.Helper()
	h := openHouse(t, opts)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	h.stop = sync.OnceValue(func() error {
		cancel()
		return errors.Join(<-ended, h.Close())
	})
	t.Cleanup(func() { _ = h.stop() })
	return h
}

func (h *house) append(t testing.TB, facts ...kitchen.Event) {
	t.Helper()
	for i := range facts {
		if facts[i].Stamp == (kitchen.Stamp{}) {
			facts[i].Stamp = h.opts.Now()
		}
	}
	if err := h.Append(t.Context(), facts...); err != nil {
		t.Error(err)
	}
}

func (h *house) end(t testing.TB) {
	t.Helper()
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
}

// logPath returns a place for a log in memory, where there is such a file system:
// the tests are about what is written, not about how long the disk takes.
func logPath(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "readyshelf-")
	if err != nil {
		dir = t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "events.db")
}

func press(slot string) kitchen.Event {
	return kitchen.Event{Source: "button/" + slot, Press: &kitchen.Press{Slot: slot, Gesture: kitchen.Down}}
}

func ticket(number string) kitchen.Event {
	return kitchen.Event{Source: "printer/kitchen", Ticket: &kitchen.Ticket{Kind: kitchen.SlipOrder, Number: number}}
}

// dump returns all events of a log at rest.
func dump(t testing.TB, path string) []kitchen.Event {
	t.Helper()
	var out []kitchen.Event
	if err := Dump(path, func(e kitchen.Event) error { out = append(out, e); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

// gapless checks that events are numbered from first on.
func gapless(t testing.TB, first uint64, events []kitchen.Event) {
	t.Helper()
	for i, e := range events {
		if want := first + uint64(i); e.Seq != want {
			t.Fatalf("event %d has seq %d, want %d", i, e.Seq, want)
		}
	}
}

// sound checks a log at rest.
func sound(t testing.TB, path string) Report {
	t.Helper()
	r, err := Check(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Problems) > 0 {
		t.Fatalf("problems: %q", r.Problems)
	}
	return r
}
