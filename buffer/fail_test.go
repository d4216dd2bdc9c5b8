package buffer

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/kitchen"
)

// breakCommits lets the next n transactions fail with err.
func (h *house) breakCommits(n int, err error) {
	h.store.hook = func() error {
		if n > 0 {
			n--
			return err
		}
		return nil
	}
}

func TestFailedCommitRebuilds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := run(t, options(logPath(t)))
		h.append(t, ticket("1"))
		before, store := h.tally.state(), h.store
		synctest.Wait()
		h.breakCommits(3, syscall.EIO)
		for range 3 {
			if err := h.Append(t.Context(), ticket("2"), press("A1")); !errors.Is(err, syscall.EIO) {
				t.Fatalf("got %v, want EIO", err)
			}
			synctest.Wait()
			if got := h.tally.state(); got.Hash != before.Hash || got.N != 2 {
				t.Errorf("state after a failed commit is %+v, want %+v", got, before)
			}
			if h.store == store {
				t.Error("the file was not opened anew after an I/O error")
			}
		}
		h.append(t, ticket("3"))
		h.append(t, ticket("4"))
		h.end(t)
		got := dump(t, h.path)
		gapless(t, 1, got)
		if len(got) != 6 || got[2].Ticket.Number != "3" || got[5].Alert.Sequence != 3 {
			t.Errorf("got %+v", got)
		}
		if h.lines.count("log does not write") != 1 || h.lines.count("log writes again") != 1 {
			t.Errorf("want each change logged once:\n%s", h.lines.b.String())
		}
	})
}

// An fsync may fail after the medium had it all. Who appended is not told of a
// failure then: trying again would make one press two.
func TestFailedCommitThatWasWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := run(t, options(logPath(t)))
		h.append(t, press("A1"))
		synctest.Wait()
		fail := true
		h.store.hook = func() error { return nil }
		real := h.store
		h.writer.l.store.hook = func() error {
			if fail {
				fail = false
				// Another writer stands in for the medium: same bytes, one commit more.
				return errors.Join(h.commitBehind(real), os.Chtimes(h.path, epoch, epoch))
			}
			return nil
		}
		if err := h.Append(t.Context(), press("A2")); err != nil {
			t.Fatalf("what the medium has was refused: %v", err)
		}
		if info, err := os.Stat(h.path); err != nil || info.ModTime().Equal(epoch) {
			t.Errorf("what a failed flush left was believed, and not written again (%v)", err)
		}
		if fail {
			t.Fatal("the commit did not fail")
		}
		h.append(t, press("A3"))
		h.end(t)
		gapless(t, 1, h.seen())
		if got := h.seen(); len(got) != 3 || got[1].Press.Slot != "A2" {
			t.Errorf("Committed saw %+v", got)
		}
	})
}

// commitBehind replaces the file by one that has the press as well, and fails.
func (h *house) commitBehind(s *store) error {
	b, err := os.ReadFile(h.path)
	if err != nil {
		return err
	}
	if err := os.WriteFile(h.path+".copy", b, 0o600); err != nil {
		return err
	}
	c, err := openStore(h.path+".copy", s.max)
	if err != nil {
		return err
	}
	e := press("A2")
	e.Seq = 2
	r, err := encode(e)
	if err != nil {
		return err
	}
	if err := errors.Join(c.commit(change{records: []record{r}, head: 2}), c.close(), os.Rename(h.path+".copy", h.path)); err != nil {
		return err
	}
	return syscall.EIO
}

func TestLogThatCannotBeReopenedEndsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := options(logPath(t))
		opts.Tick = 10 * time.Second
		h := openHouse(t, opts)
		ended := make(chan error, 1)
		go func() { ended <- h.Run(t.Context()) }()
		h.append(t, press("A1"))
		synctest.Wait()
		h.breakCommits(1, syscall.EIO)
		if err := os.Rename(h.path, h.path+".gone"); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if err := h.Append(t.Context(), press("A2")); err == nil {
			t.Fatal("a write to nowhere succeeded")
		}
		if err := <-ended; !errors.Is(err, os.ErrNotExist) {
			t.Errorf("Run ended with %v, want ErrNotExist", err)
		}
		if took := time.Since(begin); took < patience || took > patience+2*opts.Tick {
			t.Errorf("Run ended after %v, want about %v", took, patience)
		}
		if err := h.Append(t.Context(), press("A3")); !errors.Is(err, ErrClosed) {
			t.Errorf("got %v, want ErrClosed", err)
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A page that bbolt cannot write ends Run, and the next start begins a new log with
// what is in this one, instead of failing for ever.
func TestUnwritableDamageIsMovedAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := options(logPath(t))
		opts.Tick = 10 * time.Second
		h := openHouse(t, opts)
		ended := make(chan error, 1)
		go func() { ended <- h.Run(t.Context()) }()
		h.append(t, press("A1"))
		synctest.Wait()
		h.store.hook = func() error { panic("page 7 already freed") }
		for range 2 {
			if err := h.Append(t.Context(), press("A2")); !errors.Is(err, ErrDamaged) {
				t.Errorf("got %v, want ErrDamaged", err)
			}
		}
		if err := <-ended; !errors.Is(err, ErrDamaged) {
			t.Errorf("Run ended with %v, want ErrDamaged", err)
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		again := run(t, opts)
		if again.Replaced().Why == "" || again.ID() == h.ID() || again.Head() != 1 {
			t.Errorf("got log %s with head %d, want the one event salvaged; replaced: %q", again.ID(), again.Head(), again.Replaced().Why)
		}
		again.append(t, press("A1"))
		again.end(t)
		if got := dump(t, h.path+".bad-1"); len(got) != 1 {
			t.Errorf("got %d events from the file moved aside, want 1", len(got))
		}
	})
}

func TestDeciderThatMiscounts(t *testing.T) {
	h := openHouse(t, options(logPath(t)))
	defer h.Close()
	for name, events := range map[string][]kitchen.Event{
		"nothing for a fact": {},
		"a gap":              {{Seq: 1}, {Seq: 3}},
		"begins late":        {{Seq: 2}},
	} {
		h.opts.Decider = answer{h.tally, events}
		if _, err := h.writer.decide([]kitchen.Event{press("A1")}); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: got %v, want ErrRefused", name, err)
		}
	}
}

// answer is a Decider with one answer.
type answer struct {
	*tally
	events []kitchen.Event
}

func (a answer) Decide(uint64, kitchen.Stamp, *kitchen.Event) []kitchen.Event { return a.events }

// A card without room is a full log, not a broken one.
func TestCardWithoutRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := run(t, options(logPath(t)))
		h.append(t, press("A1"))
		take(t, h.Log, "uplink", 1, func(uint64) uint64 { return 0 })
		synctest.Wait()
		store, file := h.store, h.store.file
		locked, err := os.Open(h.path) // a file that takes no writes stands in for the card
		if err != nil {
			t.Fatal(err)
		}
		defer locked.Close()
		store.file = locked
		n := fill(t, h, 3000, func() {})
		if n == 3000 {
			t.Fatal("the file grew on a card without room")
		}
		if h.store != store || h.lines.count("log takes nothing more") != 1 {
			t.Errorf("want one line and no new store:\n%s", h.lines.b.String())
		}
		store.file = file
		if got := fill(t, h, 100, func() {}); got != 100 {
			t.Errorf("took %d, want 100, after there was room", got)
		}
		h.end(t)
		gapless(t, 1, dump(t, h.path))
	})
}

// A card that takes back what it acknowledged must not make ids be used twice.
func TestLostCommitsEndTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := options(logPath(t))
		h := openHouse(t, opts)
		ended := make(chan error, 1)
		go func() { ended <- h.Run(t.Context()) }()
		h.append(t, press("A1"))
		older := copyLog(t, h.path)
		h.append(t, press("A2"))
		synctest.Wait()
		h.breakCommits(1, syscall.EIO)
		if err := os.Rename(older, h.path); err != nil {
			t.Fatal(err)
		}
		if err := h.Append(t.Context(), press("A3")); err == nil {
			t.Fatal("a failed commit was acknowledged")
		}
		if err := <-ended; !errors.Is(err, ErrDamaged) {
			t.Errorf("Run ended with %v, want ErrDamaged", err)
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		again := openHouse(t, opts)
		defer again.Close()
		if again.ID() == h.ID() {
			t.Errorf("log %s goes on with %d, ids would be used twice", again.ID(), again.Head()+1)
		}
	})
}

// After an I/O error the file is opened again through the probe. What that calls
// damaged ends Run, and the next start salvages it; what it cannot tell is tried again.
func TestReopenAsksTheProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := options(logPath(t))
		opts.Tick = 10 * time.Second
		answer, asked := error(nil), 0
		opts.Probe = func(context.Context, string) error { asked++; return answer }
		h := openHouse(t, opts)
		ended := make(chan error, 1)
		go func() { ended <- h.Run(t.Context()) }()
		h.append(t, press("A1"))
		synctest.Wait()
		before := asked
		h.breakCommits(1, syscall.EIO)
		answer = ErrHeld
		if err := h.Append(t.Context(), press("A2")); !errors.Is(err, syscall.EIO) || asked != before+1 {
			t.Errorf("got %v after %d probes, want EIO after one", err, asked-before)
		}
		answer = nil
		h.append(t, press("A3"))
		synctest.Wait()
		h.breakCommits(1, syscall.EIO)
		answer = ErrDamaged
		if err := h.Append(t.Context(), press("A4")); err == nil {
			t.Error("a log that is damaged took an event")
		}
		if err := <-ended; !errors.Is(err, ErrDamaged) {
			t.Errorf("Run ended with %v, want ErrDamaged", err)
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		answer = nil
		again := run(t, opts)
		if again.ID() == h.ID() || again.Head() != 2 {
			t.Errorf("got log %s with %d events, want a new one with both", again.ID(), again.Head())
		}
	})
}
