package kitchen

import (
	"fmt"
	"testing"
	"time"
)

// swaying is a model whose mind can be changed.
type swaying struct{ *fixed }

// announced begins an order whose order.soon goes out at once: ready after 10 min, give
// or take two.
func announced(t *testing.T, slots ...string) (*shop, *fixed) {
	s := open(t, slots...)
	f := &fixed{10, 2}
	s.Model = swaying{f}
	s.want(s.print(Ticket{Number: "1", Items: []Item{dish(1, "soup")}}), "accepted 1, soon 1")
	return s, f
}

// last is the alert that was decided last.
func (s *shop) last() *Alert { return s.log[len(s.log)-1].Alert }

// order is the only one.
func (s *shop) order() *Order { return s.State.OpenOrders()[0] }

// TestSlip: what slips beyond the announced range is told again, with a range that the
// next slip is measured by.
func TestSlip(t *testing.T) {
	s, f := announced(t)
	told := *s.last().P85
	f.mean = 11.9 // the 85 % quantile was 12.07
	s.want(s.tick(), "")
	f.mean = 4
	s.want(s.tick(), "") // sooner is no slip
	f.mean = 13.4
	s.want(s.tick(), "") // "most likely by 11:43" was said, and that is about 11:43
	f.mean = 13.6
	s.want(s.tick(), "eta 1")
	a := s.last()
	if !a.P50.After(told) || !a.P85.After(*a.P50) || a.Probability != 0 {
		t.Errorf("after %v it is announced for %v to %v", told, a.P50, a.P85)
	}
	if b := s.Board(s.now); b.Orders[0].Announced == nil || !b.Orders[0].Announced.Equal(*a.P85) {
		t.Errorf("the board has %v announced, want %v", b.Orders[0].Announced, a.P85)
	}
	s.want(s.tick(), "") // within the new range
	f.mean = 17
	s.want(s.tick(), "eta 1")
	f.mean = 10 // as when it came, or a replay would issue another forecast
	s.folded()
}

// TestSlipAfterTheEnd: what is ready, or gone, slips no more; what was taken back does.
func TestSlipAfterTheEnd(t *testing.T) {
	s, f := announced(t, "A1")
	s.pass(5 * time.Minute)
	s.want(s.press("A1", Down), "ready 1")
	f.mean = 30
	s.want(s.tick(), "")
	s.pass(20 * time.Second)
	s.want(s.press("A1", Down, Hold), "ready.undone 1")
	s.want(s.tick(), "eta 1")
	f.mean = 10
	s.folded()
}

// TestSlipsEnd: who slips for ever is told three times, and by then it is late.
func TestSlipsEnd(t *testing.T) {
	s, f := announced(t)
	told := map[AlertType]int{}
	for range 60 {
		s.pass(time.Minute)
		f.mean += 2
		s.tick()
	}
	for _, e := range s.log {
		if e.Alert != nil {
			told[e.Alert.Type]++
		}
	}
	if told[OrderSoon] != 1 || told[OrderETA] != maxETAs || told[OrderLate] != 1 {
		t.Errorf("told %v, want one soon, %d corrections and one late", told, maxETAs)
	}
	if o := s.order(); o.ETAs != maxETAs {
		t.Errorf("the state counts %d corrections", o.ETAs)
	}
}

// TestOutlived: of an order that has taken longer than the forecast knows any to take
// nobody is told that it will be ready this minute.
func TestOutlived(t *testing.T) {
	s := open(t)
	s.Rules.DefaultPromise = 90 * time.Minute
	s.want(s.print(Ticket{Number: "1", Items: []Item{dish(1, "soup")}}), "accepted 1")
	s.pass(11 * time.Minute)
	s.want(s.tick(), "soon 1")
	s.pass(79 * time.Minute) // 20 min, give or take five, were forecast
	s.want(s.tick(), "late 1")
	if a := s.last(); a.P50 != nil || a.P85 != nil || a.Reason != "late" {
		t.Errorf("%s at %v: it is told for %v to %v", a.Reason, s.now.At, a.P50, a.P85)
	}
	if o := s.Board(s.now).Orders[0]; o.P50 != nil || o.P85 != nil {
		t.Errorf("the board has it for %v to %v", o.P50, o.P85)
	}
}

// TestSlipWithoutClock: where the wall time was not known nothing was announced, and
// nothing is corrected, not even when the clock is set.
func TestSlipWithoutClock(t *testing.T) {
	s := open(t)
	f := &fixed{10, 2}
	s.Model = swaying{f}
	s.now.Clock = Unknown
	s.want(s.print(Ticket{Number: "1", Items: []Item{dish(1, "soup")}}), "accepted 1, soon 1")
	if a := s.last(); a.P85 != nil {
		t.Fatalf("announced for %v by a clock that nobody set", a.P85)
	}
	f.mean = 25
	s.want(s.tick(), "")
	e := s.now.Fact("clock")
	e.Clock, e.ClockSet = Synced, &ClockSet{Offset: time.Hour}
	s.now.Clock = Synced
	s.want(s.fact(e), "clock ")
	s.want(s.tick(), "")
}

// TestSlipAfterTheClock: a clock that is set makes no order slip, and hides no slip.
func TestSlipAfterTheClock(t *testing.T) {
	for _, step := range []time.Duration{time.Hour, -time.Hour} {
		s := open(t)
		f := &fixed{10, 2}
		s.Model = swaying{f}
		s.now.Clock = Estimated
		s.want(s.print(Ticket{Number: "1", Items: []Item{dish(1, "soup")}}), "accepted 1, soon 1")
		s.now.At, s.now.Clock = s.now.At.Add(step), Synced
		e := s.now.Fact("clock")
		e.ClockSet = &ClockSet{Offset: step}
		s.want(s.fact(e), "clock ")
		s.want(s.tick(), "")
		if b := s.Board(s.now).Orders[0]; b.Announced == nil || b.Announced.Sub(s.now.At) > 13*time.Minute || b.Announced.Before(s.now.At) {
			t.Errorf("set by %v, the board has it announced for %v, and it is %v", step, b.Announced, s.now.At)
		}
		f.mean = 17
		s.want(s.tick(), "eta 1")
		f.mean = 10
		s.folded()
	}
}

// crowded is a model that gives every order ten minutes more for each other one that cooks.
type crowded struct{ fixed }

func (m crowded) Forecast(s *State, o *Order, now Stamp) Forecast {
	for _, other := range s.OpenOrders() {
		if other.Phase == Cooking && other != o {
			m.mean += 10
		}
	}
	return m.fixed
}

// TestKitchenChanges: what a ticket or a press does to the other orders is told with it,
// and not only when time is looked at next.
func TestKitchenChanges(t *testing.T) {
	s := open(t, "A1", "A2")
	s.Model = crowded{fixed{10, 2}}
	one := func(number string) Ticket { return Ticket{Number: number, Items: []Item{dish(1, "soup")}} }
	s.want(s.print(one("1")), "accepted 1, soon 1")
	s.want(s.print(one("2")), "accepted 2, eta 1") // in 20 min, and 12 were announced
	s.pass(time.Minute)
	s.want(s.press("A1", Down), "ready 1, soon 2")
	s.pass(20 * time.Second)
	s.want(s.press("A1", Down, Hold), "ready.undone 1, eta 2")
	s.folded()
	for _, e := range s.log {
		if a := e.Alert; a != nil && a.Type == OrderSoon && a.Number == "2" && a.P50.After(e.At.Add(10*time.Minute)) {
			t.Errorf("with the first one ready the second is announced for %v, at %v", a.P50, e.At)
		}
	}
}

// TestKitchenChangesBesideReadyOnes: what stands ready and was not fetched is nobody's
// work, and keeps none of the others from being looked at.
func TestKitchenChangesBesideReadyOnes(t *testing.T) {
	s := open(t)
	s.Model = crowded{fixed{10, 2}}
	for i := range foretold {
		number := fmt.Sprint(100 + i)
		s.print(Ticket{Number: number, Items: []Item{dish(1, "soup")}})
		s.touched(number)
	}
	s.pass(time.Minute)
	s.want(s.print(Ticket{Number: "1", Items: []Item{dish(1, "soup")}}), "accepted 1, soon 1")
	s.want(s.print(Ticket{Number: "2", Items: []Item{dish(1, "soup")}}), "accepted 2, eta 1")
}

// TestToldOnce: what a look at the time brings about is told once, although an order that
// is closed by the same look changes the kitchen.
func TestToldOnce(t *testing.T) {
	s := open(t)
	s.print(Ticket{Number: "1", Items: []Item{dish(1, "soup")}})
	s.pass(4 * time.Hour)
	s.print(Ticket{Number: "2", Items: []Item{dish(1, "tea")}})
	s.pass(11 * time.Minute)
	s.want(s.tick(), "closed 1, soon 2")
}

// TestToldOnceWhenCancelled: nor is it told twice where an order is cancelled as it comes.
func TestToldOnceWhenCancelled(t *testing.T) {
	s := open(t)
	s.print(Ticket{Number: "1", Items: []Item{dish(1, "soup")}})
	s.pass(11 * time.Minute)
	s.print(Ticket{Kind: SlipCancel, Number: "2"})
	s.want(s.print(Ticket{Number: "2", Items: []Item{dish(1, "tea")}}), "accepted 2, soon 1, cancelled 2")
}
