package buffer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/kitchen"
)

var errEnough = errors.New("enough")

// take follows until n events came, acknowledging up to the seq that acks gives for each batch.
func take(t testing.TB, l *Log, name string, n int, acks func(last uint64) uint64) []kitchen.Event {
	t.Helper()
	var got []kitchen.Event
	err := l.Follow(t.Context(), name, func(batch []kitchen.Event, ack func(uint64)) error {
		if len(batch) > readBatch {
			t.Errorf("got a batch of %d, want at most %d", len(batch), readBatch)
		}
		got = append(got, batch...)
		ack(acks(batch[len(batch)-1].Seq))
		if len(got) >= n {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	return got
}

func whole(last uint64) uint64 { return last }

func TestFollowInOrder(t *testing.T) {
	h := run(t, options(logPath(t)))
	var wg sync.WaitGroup
	wg.Go(func() { // reads while others write
		gapless(t, 1, take(t, h.Log, "late", 900, whole))
	})
	for i := range 4 {
		wg.Go(func() {
			for j := range 75 {
				h.append(t, ticket(fmt.Sprint(i, j)), press("A1"))
			}
		})
	}
	wg.Wait()
	gapless(t, 1, take(t, h.Log, "new", 900, whole))
	if got := h.Cursor("new"); got != 900 {
		t.Errorf("cursor is %d, want 900", got)
	}
	if got := h.Cursor("nobody"); got != 0 {
		t.Errorf("cursor of nobody is %d, want 0", got)
	}
}

func TestFollowResumes(t *testing.T) {
	h := run(t, options(logPath(t)))
	for range 10 {
		h.append(t, press("A1"))
	}
	take(t, h.Log, "uplink", 10, func(uint64) uint64 { return 4 })
	gapless(t, 5, take(t, h.Log, "uplink", 6, func(uint64) uint64 { return 2 })) // never back
	gapless(t, 5, take(t, h.Log, "uplink", 6, func(uint64) uint64 { return 7 }))
	h.end(t)
	h = run(t, options(h.path))
	if got := h.Cursor("uplink"); got != 7 {
		t.Fatalf("cursor after a restart is %d, want 7", got)
	}
	gapless(t, 8, take(t, h.Log, "uplink", 3, whole))
}

func TestRead(t *testing.T) {
	h := run(t, options(logPath(t)))
	for range 700 {
		h.append(t, press("A1"))
	}
	for _, c := range []struct{ from, to, first, last uint64 }{
		{0, 3, 1, 3}, {1, 1, 1, 1}, {5, 600, 5, 600}, {690, 9999, 690, 700}, {9, 8, 0, 0}, {701, 800, 0, 0},
	} {
		var got []kitchen.Event
		err := h.Read(t.Context(), c.from, c.to, func(batch []kitchen.Event) error {
			got = append(got, batch...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if c.last == 0 {
			if len(got) > 0 {
				t.Errorf("from %d to %d: got %d events, want none", c.from, c.to, len(got))
			}
			continue
		}
		gapless(t, c.first, got)
		if want := int(c.last - c.first + 1); len(got) != want {
			t.Errorf("from %d to %d: got %d events, want %d", c.from, c.to, len(got), want)
		}
	}
	if err := h.Read(t.Context(), 1, 9, func([]kitchen.Event) error { return errEnough }); !errors.Is(err, errEnough) {
		t.Errorf("fn's error became %v", err)
	}
}

func TestFollowAcksOnlyWhatWasHandedOut(t *testing.T) {
	h := run(t, options(logPath(t)))
	h.append(t, press("A1"))
	take(t, h.Log, "uplink", 1, func(uint64) uint64 { return 1 << 60 })
	if got := h.Cursor("uplink"); got != 1 {
		t.Errorf("cursor is %d, want 1", got)
	}
}

func TestFollowEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := run(t, options(logPath(t)))
		ctx, cancel := context.WithCancel(t.Context())
		errs := make(chan error, 2)
		ignore := func([]kitchen.Event, func(uint64)) error { return nil }
		go func() { errs <- h.Follow(ctx, "a", ignore) }()
		go func() { errs <- h.Follow(t.Context(), "b", ignore) }()
		synctest.Wait()
		cancel()
		if err := <-errs; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want Canceled", err)
		}
		h.end(t)
		if err := <-errs; !errors.Is(err, ErrClosed) {
			t.Errorf("got %v, want ErrClosed", err)
		}
	})
}

func TestAcksAreSavedLazily(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := run(t, options(logPath(t)))
		var late func(uint64)
		for range 10 {
			h.append(t, press("A1"))
		}
		err := h.Follow(t.Context(), "uplink", func(_ []kitchen.Event, ack func(uint64)) error {
			late = ack
			return errEnough
		})
		if !errors.Is(err, errEnough) {
			t.Fatal(err)
		}
		for _, step := range []struct {
			what string
			do   func()
			want uint64 // in the file
		}{
			{"an ack alone", func() { late(3) }, 0},
			{"half a minute", func() { time.Sleep(30 * time.Second) }, 0},
			{"a second ack does not begin the wait anew", func() { late(4); time.Sleep(31 * time.Second) }, 4},
			{"the next commit takes it along", func() { late(5); h.append(t, press("A2")) }, 5},
			{"shutdown", func() { late(6); h.end(t) }, 6},
		} {
			step.do()
			synctest.Wait()
			again := openHouse(t, options(copyLog(t, h.path)))
			if got := again.Cursor("uplink"); got != step.want {
				t.Errorf("%s: after a crash the cursor is %d, want %d", step.what, got, step.want)
			}
			if err := again.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A crash right after a commit: what was acknowledged since the last one comes
// again, with the same ids.
func TestCrashRedelivers(t *testing.T) {
	var copies []string
	opts := options(logPath(t))
	opts.Committed = func([]kitchen.Event) { copies = append(copies, copyLog(t, opts.Path)) }
	h := run(t, opts)
	for i := range 20 {
		h.append(t, ticket(fmt.Sprint(i)))
		take(t, h.Log, "uplink", 2, whole)
	}
	h.end(t)
	want := h.seen()
	for i, path := range copies {
		after := run(t, options(path))
		if got := after.Head(); got != uint64(2*i+2) {
			t.Fatalf("copy %d has %d events, want %d", i, got, 2*i+2)
		}
		cursor := after.Cursor("uplink")
		if cursor != uint64(2*i) {
			t.Errorf("copy %d has the cursor %d, want that of the commit before, %d", i, cursor, 2*i)
		}
		for _, e := range take(t, after.Log, "uplink", 2, whole) {
			if w := want[e.Seq-1]; e.Seq != w.Seq || (e.Alert == nil) != (w.Alert == nil) {
				t.Errorf("copy %d: event %d came again as something else", i, e.Seq)
			}
		}
		after.append(t, press("A1"))
		if got := after.Head(); got != uint64(2*i+3) {
			t.Errorf("copy %d goes on with %d, want %d", i, got, 2*i+3)
		}
		after.end(t)
	}
}

// A follower that never acknowledged anything is waited for all the same.
func TestNewFollowerIsKnownAfterARestart(t *testing.T) {
	h := run(t, options(logPath(t)))
	h.append(t, press("A1"))
	take(t, h.Log, "uplink", 1, func(uint64) uint64 { return 0 })
	h.end(t)
	again := openHouse(t, options(h.path))
	defer again.Close()
	if got := again.acknowledged(); got != 0 {
		t.Errorf("acknowledged up to %d, want 0", got)
	}
}

func TestForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := run(t, options(logPath(t)))
		h.append(t, press("A1"), press("A2"))
		take(t, h.Log, "old", 2, func(uint64) uint64 { return 1 })
		take(t, h.Log, "new", 2, whole)
		if got := h.acknowledged(); got != 1 {
			t.Errorf("acknowledged up to %d, want 1", got)
		}
		h.append(t, press("A3"))
		h.Forget("old")
		if got := h.acknowledged(); got != 2 {
			t.Errorf("acknowledged up to %d, want 2", got)
		}
		h.end(t)
		if r := sound(t, h.path); len(r.Cursors) != 1 || r.Cursors["new"] != 2 {
			t.Errorf("got cursors %v, want new at 2", r.Cursors)
		}
	})
}

// The far side's watermark never moves back nor past what was acknowledged, and is
// known after a restart.
func TestRelease(t *testing.T) {
	h := run(t, options(logPath(t)))
	for range 10 {
		h.append(t, press("A1"))
	}
	take(t, h.Log, "uplink", 10, func(uint64) uint64 { return 6 })
	for _, step := range []struct{ seq, want uint64 }{{4, 4}, {2, 4}, {9, 6}} {
		h.Release(step.seq)
		if got := h.Released(); got != step.want {
			t.Errorf("released up to %d after %d, want %d", got, step.seq, step.want)
		}
	}
	h.end(t)
	again := openHouse(t, options(h.path))
	defer again.Close()
	if got := again.Released(); got != 6 {
		t.Errorf("released up to %d after a restart, want 6", got)
	}
}
