package buffer

import (
	"context"
	"errors"
	"os"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/kitchen"
)

// pulse asks for one, for d at most, and says how long it took.
func (h *house) pulse(t *testing.T, d time.Duration) (took time.Duration, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	begin := time.Now()
	err = h.Pulse(ctx)
	return time.Since(begin), err
}

// alive asks for a pulse every ten seconds for as long as d, and fails the test where
// one takes longer than most.
func (h *house) alive(t *testing.T, d, most time.Duration) {
	t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(10 * time.Second) {
		if took, err := h.pulse(t, time.Minute); err != nil || took > most {
			t.Errorf("a pulse took %v: %v; want %v at most", took, err, most)
			return
		}
	}
}

// A night without an event is no reason to write, nor to fall silent.
func TestPulseOfAnIdleLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := run(t, options(logPath(t)))
		h.append(t, press("A1"))
		if err := os.Chtimes(h.path, epoch, epoch); err != nil {
			t.Fatal(err)
		}
		h.alive(t, time.Hour-time.Minute, 0)
		if info, err := os.Stat(h.path); err != nil || !info.ModTime().Equal(epoch) {
			t.Errorf("pulses wrote to the card (%v)", err)
		}
		h.end(t)
		if _, err := h.pulse(t, time.Minute); !errors.Is(err, ErrClosed) {
			t.Errorf("after the end a pulse gave %v, want ErrClosed", err)
		}
	})
}

// A writer that hangs does not answer, wherever it hangs.
func TestPulseOfAHungWriter(t *testing.T) {
	hangs := map[string]func(*house, func()){
		"in a commit": func(h *house, hang func()) { h.store.hook = func() error { hang(); return nil } },
		"after a commit": func(h *house, hang func()) {
			h.opts.Timing = func(int, time.Duration) { hang() }
		},
	}
	for name, set := range hangs {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := run(t, options(logPath(t)))
				h.append(t, press("A1"))
				synctest.Wait()
				over := make(chan struct{})
				set(h, func() { <-over })
				var appending sync.WaitGroup
				appending.Go(func() { h.append(t, press("A2")) })
				synctest.Wait()
				if took, err := h.pulse(t, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("a writer that hangs answered after %v: %v", took, err)
				}
				close(over)
				appending.Wait()
				if took, err := h.pulse(t, time.Hour); err != nil || took > 0 {
					t.Errorf("a writer that works again answered after %v: %v", took, err)
				}
			})
		})
	}
}

// A card whose flushes take 8 s, two a commit, is slow and not dead: pulses pass
// between the commits, and appends lose nothing by them.
func TestPulseOfASlowCard(t *testing.T) {
	const commit = 16 * time.Second
	synctest.Test(t, func(t *testing.T) {
		h := run(t, options(logPath(t)))
		h.store.hook = func() error { time.Sleep(commit); return nil }
		var busy sync.WaitGroup
		for range 3 {
			busy.Go(func() {
				for range 20 {
					h.append(t, press("A1"))
				}
			})
		}
		h.alive(t, 5*time.Minute, commit)
		busy.Wait()
		if h.Head() != 60 {
			t.Errorf("%d events were committed, want 60", h.Head())
		}
	})
}

// One Append may have to wait for many transactions that make room for it.
func TestPulseWhileRoomIsMade(t *testing.T) {
	const commit = 16 * time.Second
	synctest.Test(t, func(t *testing.T) {
		opts := options(logPath(t))
		opts.MaxSize = 1 << 20
		h := run(t, opts)
		h.append(t, press("A1"))
		take(t, h.Log, "uplink", 1, func(uint64) uint64 { return 0 })
		fill(t, h, 10000, func() {})
		if took, err := h.pulse(t, time.Minute); err != nil || took > 0 {
			t.Errorf("a full log answered after %v: %v", took, err)
		}
		take(t, h.Log, "uplink", int(h.Head()), whole)
		commits := 0
		h.store.hook = func() error { commits++; time.Sleep(commit); return nil }
		var appending sync.WaitGroup
		appending.Go(func() { h.append(t, sized(30<<10)) })
		h.alive(t, time.Minute, commit)
		appending.Wait()
		if commits < 3 {
			t.Errorf("there were %d commits, too few to prove anything", commits)
		}
	})
}

// While the file is opened anew, its probe may take 20 s and be asked twice. A probe
// that cannot be ended, as a child in the kernel's hands, is no excuse for ever.
func TestPulseWhileTheFileIsOpenedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := options(logPath(t))
		var takes time.Duration
		opts.Probe = func(ctx context.Context, _ string) error {
			time.Sleep(min(takes, probeLimit))
			if takes -= probeLimit; takes > 0 {
				<-ctx.Done()
			}
			return ctx.Err()
		}
		h := run(t, opts)
		h.append(t, press("A1"))
		synctest.Wait()
		var appending sync.WaitGroup
		for _, takes = range []time.Duration{35 * time.Second, 0} {
			h.breakCommits(1, syscall.EIO)
			appending.Go(func() {
				if err := h.Append(t.Context(), press("A2")); !errors.Is(err, syscall.EIO) {
					t.Errorf("got %v, want EIO", err)
				}
			})
			h.alive(t, 40*time.Second, 0)
			appending.Wait()
		}
		h.append(t, press("A3"))

		synctest.Wait()
		over := make(chan struct{})
		h.opts.Probe = func(context.Context, string) error { <-over; return nil }
		h.breakCommits(1, syscall.EIO)
		begin := time.Now()
		appending.Go(func() { _ = h.Append(t.Context(), press("A4")) })
		last := begin
		for ; time.Since(begin) < time.Hour; time.Sleep(time.Second) {
			if _, err := h.pulse(t, time.Minute); err != nil {
				break
			}
			last = time.Now()
		}
		if got := last.Sub(begin); got < reopenLimit-2*time.Second || got > reopenLimit {
			t.Errorf("for a probe that never ends pulses passed for %v, want %v", got, reopenLimit)
		}
		close(over)
		appending.Wait()
	})
}

// A file that is gone is looked for again and again; the writer says so and lives.
func TestPulseOfALogThatRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := run(t, options(logPath(t)))
		h.append(t, press("A1"))
		synctest.Wait()
		h.breakCommits(1, syscall.EIO)
		if err := os.Rename(h.path, h.path+".gone"); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			if err := h.Append(t.Context(), press("A2")); err == nil {
				t.Fatal("a write to nowhere succeeded")
			}
			h.alive(t, 10*time.Second, 0)
		}
	})
}

// What is called between two commits needs no lock: the writer does nothing meanwhile.
func TestBetween(t *testing.T) {
	h := run(t, options(logPath(t)))
	commits, calls := 0, 0 // without a lock: the race detector watches
	h.opts.Committed = func([]kitchen.Event) { commits++ }
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { h.append(t, press("A1")) })
		group.Go(func() {
			if err := h.Between(t.Context(), func() { calls += 1 + min(commits, 0) }); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if calls != 8 {
		t.Errorf("it was called %d times, want 8", calls)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Between(gone, func() {}); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	h.end(t)
	if err := h.Between(t.Context(), func() { t.Error("called after the end") }); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: got %v, want ErrClosed", err)
	}
}
