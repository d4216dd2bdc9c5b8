package kitchen

import (
	"fmt"
	"math"
	"testing"
	"time"
)

// told has the board at the till: it is ready by touch.
func (s *shop) touched(number string) string {
	s.Helper()
	for _, o := range s.State.OpenOrders() {
		if o.Number == number {
			e := s.now.Fact("rule")
			a := about(o, OrderReady)
			a.Evidence = "touch"
			e.Alert = &a
			return s.fact(e)
		}
	}
	s.Fatalf("there is no order %s", number)
	return ""
}

// cooked lives through an order that is forecast for 20 minutes, give or take five, and
// made ready after took.
func (s *shop) cooked(number string, took time.Duration) {
	s.Helper()
	s.print(Ticket{Number: number, Items: []Item{dish(1, "soup")}})
	for begin := s.now.Up; s.now.Up-begin < took; {
		s.pass(min(30*time.Second, took-(s.now.Up-begin)))
		if s.now.Up-begin < took {
			s.tick()
		}
	}
	s.touched(number)
	s.pass(time.Minute)
}

// TestWorth measures three orders whose forecasts are known.
func TestWorth(t *testing.T) {
	s := open(t)
	if w := s.Worth(); w != nil {
		t.Fatalf("without any order the forecast is worth %+v", w)
	}
	// P(ready within 15 min) is 0.85 after 9 min 30 s: the press at 8 min comes before,
	// the one at 22 min in time, and the one at 30 min too late.
	s.cooked("1", 8*time.Minute)
	s.cooked("2", 22*time.Minute)
	s.cooked("3", 30*time.Minute)
	var soon float64
	for _, e := range s.log {
		if a := e.Alert; a != nil && a.Type == OrderSoon {
			soon = s.State.Orders[a.ID].Accepted.At.Sub(e.At).Abs().Seconds()
		}
	}
	w := s.Worth()
	want := Worth{
		Labels: 3, MAE: (12 + 2 + 10) * 60.0 / 3, Coverage85: 0.667, Coverage70: 0.333, Right: 0.333, Early: 0.333, Missed: 0.333,
		CourierWait: ((22*60 - soon - 600) + (30*60 - soon - 600)) / 3, FoodWait: 600.0 / 3, // the first courier leaves at ready
		Threshold: 0.85,
	}
	want.CRPS = w.CRPS
	if *w != want {
		t.Errorf("the forecast is worth %+v, want %+v, soon after %v s", *w, want, soon)
	}
	crps := 0.0 // by its integral, (F(x) - 1{x ≥ y})² dx
	for _, y := range []float64{8, 22, 30} {
		for x := 0.0; x < 60; x += 0.01 {
			f := fixed{20, 5}.CDF(time.Duration(x * float64(time.Minute)))
			if x >= y {
				f--
			}
			crps += f * f * 0.01 * 60 / 3
		}
	}
	if math.Abs(w.CRPS-crps) > 0.08*crps {
		t.Errorf("CRPS of %v s, want about %.1f", w.CRPS, crps)
	}
	s.folded()
	b, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	again := Decider{Model: s.Model, Rules: s.Rules}
	if err := again.Restore(b); err != nil {
		t.Fatal(err)
	}
	if got := again.Worth(); got == nil || *got != *w {
		t.Errorf("after a restart it is worth %+v, before %+v", got, w)
	}
}

// TestWorthOfTheLast: the window rolls.
func TestWorthOfTheLast(t *testing.T) {
	s := open(t)
	for i := range maxLabels {
		s.cooked(fmt.Sprint(i), time.Hour)
	}
	bad := s.Worth()
	for i := range maxLabels {
		s.cooked(fmt.Sprint("n", i), 20*time.Minute)
	}
	if w := s.Worth(); bad.Labels != maxLabels || w.Labels != maxLabels || bad.MAE != 2400 || w.MAE != 0 || w.Right != 1 {
		t.Errorf("after %d bad ones %+v, after as many good ones %+v", maxLabels, bad, w)
	}
}

// TestUnbelieved: what is no label counts nowhere.
func TestUnbelieved(t *testing.T) {
	labels := func(s *shop) int { return len(s.Record.Labels) }
	s := open(t, "A1")
	s.print(Ticket{Number: "1", Items: []Item{dish(1, "soup")}})
	s.pass(10 * time.Second)
	s.touched("1")
	if labels(s) != 0 {
		t.Error("a press 10 s after the ticket counts")
	}
	s.print(Ticket{Number: "2", Items: []Item{dish(1, "soup")}})
	s.pass(10 * time.Minute)
	s.touched("2")
	if labels(s) != 1 {
		t.Fatalf("a press after 10 min makes %d labels", labels(s))
	}
	e := s.now.Fact("rule")
	undo := about(s.State.Orders[s.last().ID], OrderReadyUndone)
	e.Alert = &undo
	s.fact(e)
	if labels(s) != 0 || len(s.Record.Open) != 1 {
		t.Errorf("taken back it is one of %d labels and %d open", labels(s), len(s.Record.Open))
	}
	s.pass(5 * time.Minute)
	s.touched("2")
	if labels(s) != 1 || s.Record.Labels[0].Ready != 900 {
		t.Errorf("pressed again: %+v, want 15 min", s.Record.Labels)
	}
	s.print(Ticket{Number: "3", Preorder: true, Promised: "23:30", Items: []Item{dish(1, "soup")}})
	s.pass(time.Hour)
	s.touched("3")
	if labels(s) != 1 {
		t.Error("an order for the evening counts")
	}
	s.print(Ticket{Number: "4", Items: []Item{dish(1, "soup")}})
	s.pass(Latest + time.Minute)
	s.touched("4")
	if labels(s) != 1 {
		t.Error("a press that was forgotten counts")
	}
	s.folded()
}

// TestShelfCleared: who presses for all at once says of none when it was ready.
func TestShelfCleared(t *testing.T) {
	s := open(t)
	s.cooked("0", 10*time.Minute)
	for i := range 8 {
		s.print(Ticket{Number: fmt.Sprint("a", i), Items: []Item{dish(1, "soup")}})
	}
	s.pass(10 * time.Minute)
	for i := range 8 {
		s.touched(fmt.Sprint("a", i))
		s.pass(time.Second / 2)
	}
	if n := len(s.Record.Labels); n != 1 {
		t.Errorf("%d labels, want the one before", n)
	}
	s.pass(time.Minute)
	s.cooked("1", 10*time.Minute)
	if n := len(s.Record.Labels); n != 2 {
		t.Errorf("%d labels, want the one before and the one after", n)
	}
	s.folded()
}

// TestRecordIsBounded: orders that nobody ever touches do not pile up.
func TestRecordIsBounded(t *testing.T) {
	s := open(t)
	for i := range maxSaid + 50 {
		s.print(Ticket{Number: fmt.Sprint(i), Items: []Item{dish(1, "soup")}})
	}
	if n := len(s.Record.Open); n != maxSaid || s.Record.Open[n-1].ID != s.State.OpenOrders()[maxSaid+49].ID {
		t.Errorf("%d orders are remembered, want the newest %d", n, maxSaid)
	}
}

// TestIssued: an order.ready has what was forecast when its order came, also the one after
// an undo; that a replay finds it there does not change the record.
func TestIssued(t *testing.T) {
	s := open(t, "A1")
	s.print(Ticket{Number: "1", Items: []Item{dish(1, "soup")}})
	want := s.Record.Open[0].Issued
	for _, end := range []Gesture{Short, Hold, Short} { // ready, undone, ready
		s.pass(10 * time.Minute)
		s.press("A1", Down, end)
	}
	n := 0
	for _, e := range s.log {
		switch {
		case e.Alert == nil:
		case e.Alert.Type == OrderReady:
			n++
			if e.Alert.Issued == nil || *e.Alert.Issued != want {
				t.Errorf("press %d: the alert has %v, want %v", n, e.Alert.Issued, want)
			}
		case e.Alert.Issued != nil:
			t.Errorf("%s has a forecast too", e.Alert.Type)
		}
	}
	if n != 2 {
		t.Errorf("%d presses said ready, want 2", n)
	}
	s.folded()
}

// TestRestoreWithoutTheRecord: what cannot be read is begun anew.
func TestRestoreWithoutTheRecord(t *testing.T) {
	d := Decider{Model: fixed{20, 5}}
	if err := d.Restore([]byte(`{"state":{"seq":7},"record":{"labels":[{"id":"1","q":"AAAA"}]}}`)); err != nil {
		t.Fatal(err)
	}
	if d.State.Seq != 7 || len(d.Record.Labels) != 0 {
		t.Errorf("got seq %d and %d labels", d.State.Seq, len(d.Record.Labels))
	}
}

func TestQuantiles(t *testing.T) {
	f := fixed{20, 5}
	q := issued(f)
	for at := time.Duration(0); at < time.Hour; at += 7 * time.Second {
		if got, want := q.cdf(at.Seconds()), f.CDF(at); math.Abs(got-want) > 0.035 {
			t.Fatalf("P(ready within %v) is %.3f, want %.3f", at, got, want)
		}
	}
	for i := range q {
		if got := q.cdf(float64(q[i])); math.Abs(got-level(i)) > 1e-9 {
			t.Errorf("at quantile %.2f the distribution is %v", level(i), got)
		}
	}
}

func FuzzQuantiles(f *testing.F) {
	text, _ := issued(fixed{20, 5}).MarshalText()
	f.Add(text)
	f.Add([]byte("AAAA"))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, text []byte) {
		var q Quantiles
		if q.UnmarshalText(text) != nil {
			return
		}
		back, err := q.MarshalText()
		var again Quantiles
		if err != nil || again.UnmarshalText(back) != nil || again != q {
			t.Fatalf("%v is written as %s", q, back)
		}
		last := 0.0
		for x := -1.0; x < 70000; x += 97 {
			p := q.cdf(x)
			if !(p >= last && p <= 1) {
				t.Fatalf("P(ready within %v) is %v after %v, of %v", x, p, last, q)
			}
			last = p
			if w := q.within(x, 900); !(w >= 0 && w <= 1) {
				t.Fatalf("P(ready within 900 s from %v on) is %v, of %v", x, w, q)
			}
		}
	})
}
