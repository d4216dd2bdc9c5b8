package buffer

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"readyshelf/kitchen"
)

func TestPlan(t *testing.T) {
	const hour, day = time.Hour, 24 * time.Hour
	now := kitchen.Stamp{Boot: 9, Up: 100 * day, At: epoch.Add(100 * day), Clock: kitchen.Synced}
	old := func(d time.Duration) kitchen.Stamp {
		return kitchen.Stamp{Boot: 9, Up: now.Up - d, At: now.At.Add(-d), Clock: kitchen.Synced}
	}
	other := func(s kitchen.Stamp, q kitchen.ClockQuality) kitchen.Stamp { s.Boot, s.Clock = 8, q; return s }
	const size = 100 // at least, of each record
	for _, c := range []struct {
		name   string
		stamps []kitchen.Stamp
		plan   plan
		want   uint64
	}{
		{"nothing", nil, plan{limit: 9}, 0},
		{"old ones go", []kitchen.Stamp{old(40 * day), old(31 * day), old(29 * day), old(0)}, plan{limit: 4}, 2},
		{"not what is not acknowledged", []kitchen.Stamp{old(40 * day), old(31 * day), old(29 * day)}, plan{limit: 1}, 1},
		{"exactly keep stays", []kitchen.Stamp{old(30 * day)}, plan{limit: 1}, 0},
		{"few old bytes are not worth a transaction", []kitchen.Stamp{old(30*day + hour), old(0)}, plan{limit: 2, bulk: 1 << 20}, 0},
		{"but within a day they go", []kitchen.Stamp{old(32 * day), old(0)}, plan{limit: 2, bulk: 1 << 20}, 1},
		{"another boot by the wall clock", []kitchen.Stamp{other(old(31*day), kitchen.Estimated), old(0)}, plan{limit: 2}, 1},
		{"an unknown clock is no age", []kitchen.Stamp{other(old(31*day), kitchen.Unknown), old(0)}, plan{limit: 2}, 0},
		{"but what lies before something old is old", []kitchen.Stamp{other(old(0), kitchen.Unknown), old(31 * day), old(0)}, plan{limit: 3}, 2},
		{"for space, what is older than a day", []kitchen.Stamp{old(3 * day), old(2 * day), old(hour)}, plan{limit: 3, need: 1 << 20}, 2},
		{"for space, no more than needed", []kitchen.Stamp{old(3 * day), old(2 * day), old(2 * day)}, plan{limit: 3, need: size}, 1},
		{"for space in need, anything", []kitchen.Stamp{old(3 * day), old(hour), old(0)}, plan{limit: 3, need: 1 << 20, young: true}, 3},
		{"in need, not what is not acknowledged", []kitchen.Stamp{old(3 * day), old(hour), old(0)}, plan{limit: 2, need: 1 << 20, young: true}, 2},
		{"for space, what is released", []kitchen.Stamp{old(hour), old(0), old(0)}, plan{limit: 3, need: 1 << 20, released: 2}, 2},
		{"released, and not acknowledged", []kitchen.Stamp{old(hour), old(0)}, plan{limit: 1, need: 1 << 20, released: 2}, 1},
		{"what is released stays as history", []kitchen.Stamp{old(2 * day), old(0)}, plan{limit: 2, released: 2}, 0},
		{"a day at least", []kitchen.Stamp{old(25 * hour), old(23 * hour), old(0)}, plan{limit: 3, keep: hour}, 1},
		{"or until it is released", []kitchen.Stamp{old(25 * hour), old(23 * hour), old(0)}, plan{limit: 3, keep: hour, released: 3}, 2},
		{"released without an age", []kitchen.Stamp{other(old(0), kitchen.Unknown), old(0)}, plan{limit: 2, need: 1 << 20, released: 1}, 1},
		{"no history at all", []kitchen.Stamp{other(old(0), kitchen.Unknown), old(0), old(0)}, plan{limit: 2, off: true}, 2},
		{"never more than most", []kitchen.Stamp{old(40 * day), old(40 * day), old(40 * day)}, plan{limit: 3, most: size}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := createStore(logPath(t), 1<<20, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer s.close()
			for i, stamp := range c.stamps {
				e := stamp.Fact("button/A1")
				e.Seq, e.Press = uint64(i+1), &kitchen.Press{Slot: "A1", Gesture: kitchen.Down}
				r, err := encode(e)
				if err != nil {
					t.Fatal(err)
				}
				if err := s.commit(change{records: []record{r}, head: e.Seq}); err != nil {
					t.Fatal(err)
				}
			}
			p := c.plan
			p.now, p.keep = now, cmp.Or(p.keep, 30*day)
			if p.most == 0 {
				p.most = 1 << 20
			}
			if err := s.view(func(tx *bbolt.Tx) error { p.scan(tx); return nil }); err != nil {
				t.Fatal(err)
			}
			if got := p.upto().seq; got != c.want {
				t.Errorf("trims up to %d, want %d", got, c.want)
			}
		})
	}
}

func TestTrimByAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := options(logPath(t))
		opts.Keep = 48 * time.Hour
		h := run(t, opts)
		for range 10 * 24 { // ten days, an order an hour
			h.append(t, ticket("1"))
			take(t, h.Log, "uplink", 2, whole)
			time.Sleep(time.Hour)
		}
		synctest.Wait()
		st, err := h.Stats()
		if err != nil {
			t.Fatal(err)
		}
		if kept := st.Events / 2; kept < 48 || kept > 48+25 {
			t.Errorf("kept %d hours, want 48 and at most a day more", kept)
		}
		gapless(t, st.Oldest, take(t, h.Log, "new", int(st.Events), whole))

		// A follower that stands still stops it all.
		take(t, h.Log, "still", 1, func(uint64) uint64 { return 0 })
		for range 24 {
			time.Sleep(10 * time.Hour)
			h.append(t, press("A1"))
			take(t, h.Log, "uplink", 1, whole)
		}
		if after, _ := h.Stats(); after.Oldest != st.Oldest {
			t.Errorf("oldest went from %d to %d though a follower needs it", st.Oldest, after.Oldest)
		}

		// Let go, everything goes, and ids and state go on.
		h.Forget("still")
		take(t, h.Log, "new", 24, whole)
		time.Sleep(100 * time.Hour)
		synctest.Wait()
		head, state := h.Head(), h.tally.state()
		if st, _ := h.Stats(); st.Events != 0 || st.Oldest != head+1 {
			t.Errorf("got %+v, want an empty log", st)
		}
		h.end(t)
		if r := sound(t, h.path); r.Events != 0 || r.Checkpoint != head {
			t.Errorf("got %+v", r)
		}
		again := run(t, opts)
		if again.Head() != head || again.tally.state().Hash != state.Hash {
			t.Errorf("got head %d and %+v, want %d and %+v", again.Head(), again.tally.state(), head, state)
		}
		again.append(t, press("A1"))
		if again.Head() != head+1 {
			t.Errorf("goes on with %d, want %d", again.Head(), head+1)
		}
	})
}

// fill appends until ErrFull or n times.
func fill(t *testing.T, h *house, n int, each func()) int {
	t.Helper()
	note := strings.Repeat("n", 1400)
	for i := range n {
		f := ticket(fmt.Sprint(i))
		f.Ticket.Notes = note
		err := h.Append(t.Context(), f)
		if errors.Is(err, ErrFull) {
			return i
		}
		if err != nil {
			t.Fatal(err)
		}
		each()
	}
	return n
}

func TestFullLogDropsNothingUnacknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := options(logPath(t))
		opts.MaxSize = 1 << 20
		h := run(t, opts)
		h.append(t, press("A1"))
		take(t, h.Log, "uplink", 1, func(uint64) uint64 { return 0 })
		n := fill(t, h, 10000, func() {})
		if n < 300 {
			t.Errorf("1 MiB held %d tickets of 2 KB, want at least 300", n)
		}
		for range 3 {
			if err := h.Append(t.Context(), press("A1")); err == nil {
				continue // a small one may still fit
			} else if !errors.Is(err, ErrFull) {
				t.Errorf("got %v, want ErrFull", err)
			}
		}
		calls := h.tally.calls.Load()
		if err := h.Append(t.Context(), ticket(strings.Repeat("x", 9000))); !errors.Is(err, ErrFull) {
			t.Errorf("got %v, want ErrFull", err)
		}
		if h.tally.calls.Load() != calls {
			t.Error("the Decider was asked though there was no room")
		}
		if h.lines.count("log takes nothing more") != 1 || h.lines.count("log is nearly full") != 1 {
			t.Errorf("want each change logged once:\n%s", h.lines.b.String())
		}
		st, _ := h.Stats()
		if st.Oldest != 1 || st.Size > opts.MaxSize {
			t.Errorf("got %+v, want all kept within %d bytes", st, opts.MaxSize)
		}

		// The link comes back: it is all there, and there is room again.
		gapless(t, 1, take(t, h.Log, "uplink", int(st.Events), whole))
		if n := fill(t, h, 50, func() {}); n < 50 {
			t.Errorf("took %d tickets, want 50", n)
		}
		if st, _ := h.Stats(); st.Oldest == 1 {
			t.Error("nothing was trimmed")
		}
		h.end(t)
		sound(t, h.path)
	})
}

// With everything acknowledged at once, a log takes any amount for ever.
func TestRetentionBySize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := options(logPath(t))
		opts.MaxSize = 1 << 20
		opts.Decider = &tally{Pad: make([]byte, 40<<10)}
		h := run(t, opts)
		n := fill(t, h, 1000, func() {
			take(t, h.Log, "uplink", 2, whole)
			time.Sleep(time.Minute)
		})
		if n != 1000 {
			t.Fatalf("refused after %d tickets", n)
		}
		st, _ := h.Stats()
		if st.Size > opts.MaxSize || st.Events < 200 {
			t.Errorf("got %+v", st)
		}
		h.end(t)
		sound(t, h.path)
		gapless(t, st.Oldest, dump(t, h.path))
	})
}

// Below 90 % a day's events stay, as the far side may ask for them again.
func TestSpaceKeepsADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := options(logPath(t))
		opts.MaxSize = 1 << 20
		h := run(t, opts)
		fill(t, h, 1200, func() {
			take(t, h.Log, "uplink", 2, whole)
			time.Sleep(6 * time.Minute) // 240 a day: about half of the file
			if st, _ := h.Stats(); st.Events < 2*239 && st.Oldest > 1 {
				t.Fatalf("only %d events of the last day are left", st.Events)
			}
		})
	})
}
