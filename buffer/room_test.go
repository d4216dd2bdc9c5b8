package buffer

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/kitchen"
)

// soon is a forecast, broken a device that fails: what a full log lets go.
func soon(n int) kitchen.Event {
	note := strings.Repeat("s", 300)
	return kitchen.Event{Source: "rule", Alert: &kitchen.Alert{Type: kitchen.OrderSoon, ID: fmt.Sprint("s", n), Table: note}}
}

func broken(n int) kitchen.Event {
	return kitchen.Event{Source: "scale/a1", Fault: &kitchen.Fault{Device: "scale/a1", Text: fmt.Sprint(n, strings.Repeat("b", 300))}}
}

func noted(n int) kitchen.Event {
	f := ticket(fmt.Sprint(n))
	f.Ticket.Notes = strings.Repeat("n", 500)
	return f
}

// cram appends facts until the log takes no more, and returns how many it took.
func cram(t *testing.T, h *house, most int, fact func(i int) kitchen.Event) int {
	t.Helper()
	for i := range most {
		f := fact(i)
		f.Stamp = h.opts.Now()
		err := h.Append(t.Context(), f)
		if errors.Is(err, ErrFull) {
			return i
		}
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
	}
	return most
}

// byClass counts events.
func byClass(events []kitchen.Event) map[kitchen.Class]int {
	n := map[kitchen.Class]int{}
	for _, e := range events {
		n[e.Class()]++
	}
	return n
}

// gapsOf sums what the gaps among events tell.
func gapsOf(events []kitchen.Event) (events_, alerts map[string]uint64) {
	events_, alerts = map[string]uint64{}, map[string]uint64{}
	for _, e := range events {
		if e.Gap != nil {
			events_[e.Gap.Class] += e.Gap.Events
			alerts[e.Gap.Class] += e.Gap.Alerts
		}
	}
	return events_, alerts
}

func smallRun(t *testing.T, decider *tally) *house {
	t.Helper()
	opts := options(logPath(t))
	opts.MaxSize, opts.Decider = 1<<20, decider
	h := run(t, opts)
	h.Remember("uplink")
	return h
}

// Without a link, forecasts go first, then telemetry; tickets and presses never.
// What went is told, readers pass over it, and a start knows of it.
func TestFullLogDropsByClass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := smallRun(t, &tally{Pad: make([]byte, 8<<10)})
		written := map[kitchen.Class]int{}
		order := map[kitchen.Class]uint64{}
		n := cram(t, h, 5000, func(i int) kitchen.Event {
			f := []func(int) kitchen.Event{noted, soon, broken}[i%3](i)
			return f
		})
		if n == 5000 {
			t.Fatal("it never was full")
		}
		for _, e := range h.seen() {
			written[e.Class()]++
			if e.Gap != nil && order[kitchen.Class(e.Gap.Class)] == 0 {
				order[kitchen.Class(e.Gap.Class)] = e.Seq
			}
		}
		if f, tm := order[kitchen.ClassForecast], order[kitchen.ClassTelemetry]; f == 0 || tm <= f+1 {
			t.Errorf("first forecast went at %d, first telemetry at %d, want both, one after the other", f, tm)
		}
		st, err := h.Stats()
		if err != nil || !st.Full || !st.NearFull || st.Lost > 0 || st.Size > 1<<20 {
			t.Errorf("got %+v, %v", st, err)
		}
		events := take(t, h.Log, "uplink", int(st.Events), func(uint64) uint64 { return 0 })
		if uint64(len(events)) != st.Events {
			t.Errorf("read %d events, stats say %d", len(events), st.Events)
		}
		checkDropped(t, h.seen(), events, st)
		if h.lines.count("damaged") > 0 {
			t.Error("what was dropped was called damage")
		}
		state := h.tally.state()
		h.end(t)
		sound(t, h.path)
		if got := dump(t, h.path); len(got) != len(events) {
			t.Errorf("the file has %d events, want %d", len(got), len(events))
		}

		again := run(t, h.opts)
		if got := again.tally.state(); got.Hash != state.Hash {
			t.Errorf("state after a start is %+v, want %+v", got, state)
		}
		if now, err := again.Stats(); err != nil || now.Events != st.Events {
			t.Errorf("%d events after a start (%v), want %d", now.Events, err, st.Events)
		}
		// The link comes back: all goes out, and the log takes facts again.
		take(t, again.Log, "uplink", int(st.Events), whole)
		if n := cram(t, again, 600, noted); n < 600 {
			t.Errorf("took %d more, want 600", n)
		}
	})
}

// checkDropped compares what was written with what is left and what was told.
func checkDropped(t *testing.T, written, left []kitchen.Event, st Stats) {
	t.Helper()
	was, is := byClass(written), byClass(left)
	told, alerts := gapsOf(left)
	for class, n := range was {
		went := uint64(n - is[class])
		if !class.Spare() && went > 0 {
			t.Errorf("%d unsent events of class %s went", went, class)
		}
		if told[string(class)] != went || st.Dropped[class] != went {
			t.Errorf("of %s went %d, gaps tell of %d, stats of %d", class, went, told[string(class)], st.Dropped[class])
		}
		if want := went; class == kitchen.ClassForecast && alerts[string(class)] != want {
			t.Errorf("gaps tell of %d unsent alerts, want %d", alerts[string(class)], want)
		}
	}
}

// Telemetry goes too where there are no forecasts, and where these went before.
func TestFullLogDropsTelemetryAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := smallRun(t, &tally{})
		cram(t, h, 2500, broken)
		st, _ := h.Stats()
		if st.Full || st.Dropped[kitchen.ClassTelemetry] == 0 {
			t.Errorf("got %+v, want that faults made room for faults", st)
		}
		h.end(t)
		sound(t, h.path)
		left := dump(t, h.path)
		checkDropped(t, h.seen(), left, st)
		if last := left[len(left)-1]; last.Seq != st.Head {
			t.Errorf("the newest is %d, want %d", last.Seq, st.Head)
		}
	})
}

// History that was acknowledged today goes last, and is told.
func TestFullLogDropsYoungHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := smallRun(t, &tally{})
		n := cram(t, h, 3000, func(i int) kitchen.Event {
			if i > 0 {
				take(t, h.Log, "uplink", 2, whole)
			}
			return noted(i)
		})
		st, _ := h.Stats()
		if n < 3000 || st.Dropped["history"] == 0 {
			t.Fatalf("took %d, got %+v", n, st)
		}
		told, _ := gapsOf(h.seen())
		if told["history"] != st.Dropped["history"] || st.Dropped["history"] != st.Oldest-1 {
			t.Errorf("gaps tell of %d, stats of %d, want %d", told["history"], st.Dropped["history"], st.Oldest-1)
		}
	})
}

// What the far side has for good goes without a word.
func TestReleasedHistoryIsNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := smallRun(t, &tally{})
		cram(t, h, 3000, func(i int) kitchen.Event {
			if i > 0 {
				take(t, h.Log, "uplink", 2, whole)
				h.Release(h.Head())
			}
			return noted(i)
		})
		if st, _ := h.Stats(); st.Oldest == 1 || len(st.Dropped) > 0 || st.Full {
			t.Errorf("got %+v, want a trimmed log and nothing dropped", st)
		}
	})
}

// Without history the file stays small, and state is kept all the same.
func TestNoHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := options(logPath(t))
		opts.Keep = -1
		h := run(t, opts)
		for range 330 {
			h.append(t, ticket("1"))
			take(t, h.Log, "uplink", 2, whole)
			time.Sleep(time.Minute)
		}
		synctest.Wait()
		if st, _ := h.Stats(); st.Events > 2*61 {
			t.Errorf("%d events are kept, want those of an hour", st.Events)
		}
		state := h.tally.state()
		older := copyLog(t, h.path)
		h.end(t)
		if r := sound(t, h.path); r.Events > 0 {
			t.Errorf("%d events are left after a stop", r.Events)
		}
		for _, path := range []string{older, h.path} {
			opts.Path = path
			again := openHouse(t, opts)
			if got := again.tally.state(); got.Hash != state.Hash || again.Head() != 660 {
				t.Errorf("state is %+v at %d, want %+v at 660", got, again.Head(), state)
			}
			if err := again.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A damaged record among swept ones is damage, and what was dropped is not.
func TestDamageAmongSweptEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := smallRun(t, &tally{})
		var seq uint64
		cram(t, h, 3000, func(i int) kitchen.Event {
			if i == 20 {
				seq = h.Head() + 1
				return press(fmt.Sprint("n", seq))
			}
			return soon(i)
		})
		st, _ := h.Stats()
		h.end(t)
		spoil(t, h.path, seq)
		var damage *Damage
		err := Dump(h.path, func(kitchen.Event) error { return nil })
		if !errors.As(err, &damage) || damage.From != seq || damage.To != seq {
			t.Errorf("got %v, want damage at %d alone; dropped were %v", err, seq, st.Dropped)
		}
	})
}

// What others put on the card costs no history before its day; what had its day goes.
func TestFullCardCostsNoHistory(t *testing.T) {
	dir := smallCard(t)
	synctest.Test(t, func(t *testing.T) {
		opts := options(filepath.Join(dir, "events.db"))
		opts.MaxSize = 32 << 20
		h := run(t, opts)
		n := fill(t, h, 500, func() {})
		take(t, h.Log, "uplink", 2*n, whole)
		fillCard(t, dir)
		if took := fill(t, h, 5000, func() {}); took == 5000 {
			t.Fatal("the card has room")
		}
		st, err := h.Stats()
		if err != nil || st.Oldest != 1 {
			t.Errorf("the oldest event is %d (%v), want 1", st.Oldest, err)
		}
		time.Sleep(25 * time.Hour)
		if took := fill(t, h, 50, func() {}); took < 50 {
			t.Errorf("took %d tickets in place of a day-old history, want 50", took)
		}
		h.end(t)
	})
}

// Orders of very many dishes want many pages in a row, which a full log may not have. It
// sweeps smaller parts then, and says once, not each time, that it cannot.
func TestFullLogOfLargeRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := smallRun(t, &tally{Pad: make([]byte, 8<<10)})
		feast := strings.Repeat("a dish with much on the side; ", 400)
		n := cram(t, h, 5000, func(i int) kitchen.Event {
			if i%2 == 0 {
				return soon(i)
			}
			f := ticket(fmt.Sprint(i))
			f.Ticket.Notes = feast
			return f
		})
		if n == 5000 {
			t.Fatal("it never was full")
		}
		refused := 0
		for range 100 {
			f := ticket("late")
			f.Ticket.Notes = feast
			f.Stamp = h.opts.Now()
			err := h.Append(t.Context(), f)
			if err != nil && !errors.Is(err, ErrFull) {
				t.Fatalf("a full log says %v", err)
			}
			if err != nil { // what a commit frees may, now and then, be just enough for one more
				refused++
			}
			time.Sleep(10 * time.Second)
		}
		if refused < 50 {
			t.Errorf("a full log refuses %d of 100", refused)
		}
		if not := h.lines.count("log not swept"); not > 2 {
			t.Errorf("it says %d times that it has not swept", not)
		}
	})
}
