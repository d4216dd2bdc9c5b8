package buffer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

func TestAppendIsDurableAndAnswered(t *testing.T) {
	h := run(t, options(logPath(t)))
	h.append(t, ticket("1"), press("A1"))
	h.append(t, press("A2"))
	h.end(t)

	got := dump(t, h.path)
	gapless(t, 1, got)
	if len(got) != 4 || got[0].Ticket == nil || got[1].Alert == nil || got[2].Press == nil || got[3].Press.Slot != "A2" {
		t.Fatalf("got %+v, want ticket, alert, press A1, press A2", got)
	}
	if diff := cmp.Diff(got, h.seen()); diff != "" {
		t.Fatalf("Committed saw something else than the file has (-file +seen):\n%s", diff)
	}
	sound(t, h.path)
}

func TestGroupCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := options(logPath(t))
		opts.Committed = func([]kitchen.Event) { time.Sleep(time.Second) } // a slow card
		h := run(t, opts)
		begin := time.Now()
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() { h.append(t, press(fmt.Sprint(i)), press(fmt.Sprint(i, "b"))) })
			if i == 0 {
				synctest.Wait() // it is being written
			}
		}
		wg.Wait()
		if h.commits != 2 {
			t.Errorf("got %d commits for 100 waiting appends, want 2: the first alone, then all that wait", h.commits)
		}
		if took := time.Since(begin); took != 2*time.Second {
			t.Errorf("took %v, want two commits' time", took)
		}
		st, err := h.Stats()
		if err != nil || st.Commits != 2 || st.Head != 200 || st.Events != 200 || st.Oldest != 1 {
			t.Errorf("got stats %+v, %v", st, err)
		}
		events := h.seen()
		gapless(t, 1, events)
		for i := 0; i < len(events); i += 2 {
			if events[i+1].Press.Slot != events[i].Press.Slot+"b" {
				t.Fatalf("facts of one append were torn apart: %s, %s", events[i].Press.Slot, events[i+1].Press.Slot)
			}
		}
	})
}

func TestLoneAppendWaitsForNoTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := run(t, options(logPath(t)))
		begin := time.Now()
		h.append(t, press("A1"))
		if took := time.Since(begin); took != 0 {
			t.Errorf("took %v of the bubble's clock, want 0", took)
		}
	})
}

func TestIDsAreGaplessOverRestarts(t *testing.T) {
	opts := options(logPath(t))
	var id string
	var before tally
	for i := range 5 {
		h := run(t, opts)
		if i > 0 && h.ID() != id {
			t.Fatalf("log id changed from %s to %s", id, h.ID())
		}
		if i > 0 && h.tally.state().Hash != before.Hash {
			t.Fatalf("restored %+v, want %+v", h.tally.state(), before)
		}
		id = h.ID()
		if want := uint64(i * 60); h.Head() != want {
			t.Fatalf("head is %d, want %d", h.Head(), want)
		}
		for j := range 20 {
			h.append(t, ticket(fmt.Sprint(i, j)), press("A1"))
		}
		before = h.tally.state()
		h.end(t)
	}
	got := dump(t, opts.Path)
	gapless(t, 1, got)
	if len(got) != 300 {
		t.Fatalf("got %d events, want 300", len(got))
	}
	if len(id) != 13 || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		t.Errorf("id is %q, want 13 characters of base32 in lower case", id)
	}
}

func TestBootNumber(t *testing.T) {
	opts := options(logPath(t))
	for _, step := range []struct {
		id   string
		want uint32
	}{{"a", 1}, {"a", 1}, {"b", 2}, {"a", 3}, {"a", 3}} {
		opts.BootID = step.id
		h := openHouse(t, opts)
		if got := h.Boot(); got != step.want {
			t.Errorf("boot %s has number %d, want %d", step.id, got, step.want)
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestStateSurvivesWithoutShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := run(t, options(logPath(t)))
		for i := range 50 {
			h.append(t, ticket(fmt.Sprint(i)))
			time.Sleep(time.Hour) // passes checkpoints
		}
		for _, last := range []bool{false, true} {
			if last {
				h.end(t)
			}
			c := copyLog(t, h.path)
			got := openHouse(t, options(c))
			if got.tally.state().Hash != h.tally.state().Hash {
				t.Errorf("after a crash: %+v, live: %+v", got.tally.state(), h.tally.state())
			}
			if last != (got.writer.checkpointSeq == got.Head()) {
				t.Errorf("checkpoint at %d of %d, after shutdown: %v", got.writer.checkpointSeq, got.Head(), last)
			}
			if got.writer.checkpointSeq < got.Head()-14 {
				t.Errorf("checkpoint at %d of %d: more than 6 h back", got.writer.checkpointSeq, got.Head())
			}
			if err := got.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestTicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := options(logPath(t))
		opts.Tick = 30 * time.Second
		h := run(t, opts)
		time.Sleep(10*time.Minute + time.Second)
		synctest.Wait()
		if h.tally.calls.Load() != 20 || h.commits != 0 || h.idle != 20 {
			t.Fatalf("got %d ticks, %d commits and %d calls with nothing, want 20, 0 and 20", h.tally.calls.Load(), h.commits, h.idle)
		}
		h.tally.due.Store(2)
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if got := h.seen(); len(got) != 2 || got[1].Alert == nil || got[1].Seq != 2 {
			t.Fatalf("got %+v, want two alerts", got)
		}
	})
}

func TestAppendErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := openHouse(t, options(logPath(t)))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := h.Append(ctx, press("A1")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("nobody runs: got %v, want the deadline", err)
		}
		if err := h.Append(t.Context()); err != nil {
			t.Errorf("nothing to append: got %v", err)
		}
		long := press(strings.Repeat("x", maxRecord))
		if err := h.Append(t.Context(), long); !errors.Is(err, ErrTooLarge) {
			t.Errorf("got %v, want ErrTooLarge", err)
		}
		odd := press("A1")
		odd.Clock = "sundial"
		if err := h.Append(t.Context(), odd); err == nil {
			t.Error("an unknown clock quality was accepted")
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		if err := h.Append(t.Context(), press("A1")); !errors.Is(err, ErrClosed) {
			t.Errorf("got %v, want ErrClosed", err)
		}
		if err := h.Snapshot(io.Discard); !errors.Is(err, ErrClosed) {
			t.Errorf("snapshot: got %v, want ErrClosed", err)
		}
		if err := h.Close(); err != nil {
			t.Errorf("second close: %v", err)
		}
	})
}

func TestOneBadFactHurtsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := options(logPath(t))
		c := &tally{decide: func(f *kitchen.Event) {
			if f.Press != nil && f.Press.Slot == "bad" {
				panic("no such slot")
			}
		}}
		opts.Decider = c
		opts.Committed = func([]kitchen.Event) { time.Sleep(time.Second) }
		h := run(t, opts)
		go h.append(t, press("first"))
		time.Sleep(time.Millisecond)
		var wg sync.WaitGroup
		var bad error
		wg.Go(func() { h.append(t, press("good")) })
		wg.Go(func() { bad = h.Append(t.Context(), press("bad")) })
		wg.Go(func() { h.append(t, ticket("good too")) })
		wg.Wait()
		if !errors.Is(bad, ErrRefused) {
			t.Errorf("got %v, want ErrRefused", bad)
		}
		h.end(t)
		got := dump(t, h.path)
		gapless(t, 1, got)
		if len(got) != 4 {
			t.Errorf("got %d events, want 4", len(got))
		}
		want := c.state()
		again := openHouse(t, options(h.path))
		defer again.Close()
		if again.tally.state().Hash != want.Hash || want.N != 4 {
			t.Errorf("live state %+v, replayed %+v", want, again.tally.state())
		}
	})
}

func TestSnapshotWhileRunning(t *testing.T) {
	h := run(t, options(logPath(t)))
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			_ = h.Append(ctx, ticket("1"))
		}
	})
	for i := range 5 {
		path := fmt.Sprintf("%s.%d", h.path, i)
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(h.Snapshot(f), f.Close()); err != nil {
			t.Fatal(err)
		}
		r := sound(t, path)
		gapless(t, 1, dump(t, path))
		if r.ID != h.ID() || r.Events != r.Head {
			t.Errorf("got %+v", r)
		}
	}
	cancel()
	wg.Wait()
}

func TestRunEndsOnce(t *testing.T) {
	h := run(t, options(logPath(t)))
	h.append(t, press("A1"))
	h.end(t)
	if err := h.Run(t.Context()); err == nil {
		t.Error("a log ran twice")
	}
}

func TestEventsKeepTheirStamps(t *testing.T) {
	h := run(t, options(logPath(t)))
	at := []time.Time{
		{}, time.Unix(0, 1).UTC(), epoch, time.Date(2026, 1, 1, 0, 0, 0, 999999999, time.FixedZone("", -(3*3600+1800))),
	}
	var facts []kitchen.Event
	for i, at := range at {
		f := press("A1")
		f.Stamp = kitchen.Stamp{Boot: uint32(i), Up: time.Duration(i) - 1, At: at, Clock: qualities[i%len(qualities)]}
		facts = append(facts, f)
	}
	h.append(t, slices.Clone(facts)...)
	h.end(t)
	for i := range facts {
		facts[i].Seq = uint64(i + 1)
	}
	got := dump(t, h.path)
	if diff := cmp.Diff(facts, got); diff != "" {
		t.Errorf("(-appended +read):\n%s", diff)
	}
	for i := range got {
		if g, w := got[i].At.Format(time.RFC3339Nano), at[i].Format(time.RFC3339Nano); g != w {
			t.Errorf("got time %s, want %s", g, w)
		}
	}
}

// copyLog copies a log's bytes, as a crash would leave them.
func copyLog(t testing.TB, path string) string {
	t.Helper()
	to := logPath(t)
	for _, suffix := range []string{"", ".id"} {
		b, err := os.ReadFile(path + suffix)
		if err == nil {
			err = os.WriteFile(to+suffix, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return to
}

func TestTiming(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var facts []int
		opts := options(logPath(t))
		opts.Timing = func(n int, took time.Duration) {
			facts = append(facts, n)
			if took != time.Second {
				t.Errorf("a commit took %v, want 1s", took)
			}
		}
		h := run(t, opts)
		h.store.hook = func() error { time.Sleep(time.Second); return nil } // a slow card
		h.append(t, ticket("1"), press("A1"))                               // three events
		h.append(t, press("A1"))
		h.end(t)
		if want := []int{2, 1, 0}; !slices.Equal(facts, want) {
			t.Errorf("commits were for %v facts, want %v", facts, want)
		}
	})
}
