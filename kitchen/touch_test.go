package kitchen

import (
	"fmt"
	"testing"
	"time"
)

// touch asks for something at a screen, and returns the alerts that followed and the
// code of an error.
func (s *shop) touch(transaction, name, order string) (alerts, code string) {
	s.Helper()
	e := s.now.Fact("board/pass")
	e.Command = &Command{Transaction: transaction, Name: name, Order: order}
	alerts = s.fact(e)
	r := s.log[len(s.log)-1].Reply
	if r == nil || r.Transaction != transaction || !r.Touch {
		s.Fatalf("the last event after %s %s is no reply to a touch: %+v", name, order, r)
	}
	return alerts, r.Error
}

// touches asks in turn, and wants what each brought.
func (s *shop) touches(all ...[4]string) {
	s.Helper()
	for _, c := range all {
		s.pass(time.Second)
		alerts, code := s.touch(fmt.Sprint("t", s.State.Seq), c[0], c[1])
		if alerts != c[2] || code != c[3] {
			s.Errorf("%s %q: got alerts %q and error %q, want %q and %q", c[0], c[1], alerts, code, c[2], c[3])
		}
	}
}

// soup prints a slip of one dish, and returns the order's id.
func (s *shop) soup(number string) string {
	s.Helper()
	s.want(s.print(Ticket{Number: number, Channel: "meituan", Items: []Item{dish(1, "soup "+number)}}), "accepted "+number)
	return "2026-11-22/meituan/" + number
}

// newest is the last alert of a type.
func (s *shop) newest(t AlertType) Alert {
	s.Helper()
	for i := len(s.log) - 1; i >= 0; i-- {
		if a := s.log[i].Alert; a != nil && a.Type == t {
			return *a
		}
	}
	s.Fatalf("no %s in the log", t)
	return Alert{}
}

func TestTouches(t *testing.T) {
	s := open(t, "A1", "A2")
	soup := s.soup("12")
	s.touches(
		[4]string{"handover", soup, "", CodeConflict},
		[4]string{"recall", soup, "", CodeConflict},
		[4]string{"ready", soup, "ready 12", ""},
		[4]string{"ready", soup, "", CodeConflict},
		[4]string{"undo", soup, "ready.undone 12", ""},
		[4]string{"ready", soup, "ready 12", ""},
		[4]string{"recall", soup, "ready.undone 12", ""},
		[4]string{"ready", soup, "ready 12", ""},
		[4]string{"handover", soup, "picked_up 12", ""},
		[4]string{"handover", soup, "", CodeNotFound},
		[4]string{"ready", soup, "", CodeNotFound},
		[4]string{"recall", "12", "", CodeNotFound},
	)
	ready := s.newest(OrderReady)
	if ready.Evidence != "touch" || ready.Input != "board/pass" || s.State.Orders[soup].ReadyBy != "touch" {
		t.Errorf("a touch was told as %q by %q", ready.Evidence, ready.Input)
	}
	if picked := s.newest(OrderPickedUp); picked.Evidence != "touch" || picked.Input != "board/pass" {
		t.Errorf("a hand-over was told as %q by %q", picked.Evidence, picked.Input)
	}
	s.folded()
}

// A hand-over that is taken back leaves the order as ready as it was.
func TestHandOverUndone(t *testing.T) {
	s := open(t, "A1", "A2")
	soup := s.soup("12")
	s.pass(5 * time.Minute)
	s.touches([4]string{"ready", soup, "ready 12", ""})
	was := *s.State.Orders[soup]
	s.pass(time.Minute)
	s.touches([4]string{"handover", soup, "picked_up 12", ""})
	picked := s.State.Orders[soup].ClosedSeq
	if _, r := s.asks("cloud", "undo", soup, ""); r.Error != CodeNotFound {
		t.Errorf("the cloud takes a hand-over back: %+v", r)
	}
	s.touches(
		[4]string{"undo", soup, "", CodeNotFound}, // it is about the order.ready, and comes too late
		[4]string{"return", soup, "ready 12", ""},
		[4]string{"return", soup, "", CodeConflict},
	)
	a := s.newest(OrderReady)
	if a.Undoes != picked || a.Reason != ReasonReturned || a.ReadyAt == nil || !a.ReadyAt.Equal(was.ReadyAt.At) {
		t.Errorf("got %+v, want it to take back %d and be ready since %s", a, picked, was.ReadyAt.At)
	}
	o := s.State.Orders[soup]
	if o.Phase != Ready || o.ReadyAt != was.ReadyAt || o.ReadyBy != was.ReadyBy || o.Slot != "A1" || o.ReadySeq <= was.ReadySeq || o.ClosedAt != (Stamp{}) {
		t.Errorf("got %+v, want it ready as it was in %+v", o, was)
	}
	s.touches([4]string{"undo", soup, "ready.undone 12", ""})
	s.folded()
}

// Two people say at once that an order is ready, one at its button and one at a screen: it
// is ready, whoever was first, and not picked up. Later a press means what it always does.
func TestTouchAndPressAtOnce(t *testing.T) {
	for gesture, later := range map[Gesture]string{Short: "picked_up 12", Hold: "ready.undone 12"} {
		s := open(t, "A1")
		soup := s.soup("12")
		s.touches([4]string{"ready", soup, "ready 12", ""})
		s.pass(100 * time.Millisecond)
		s.want(s.press("A1", Down, gesture), "")
		s.touches([4]string{"undo", soup, "ready.undone 12", ""})
		s.pass(time.Second)
		s.want(s.press("A1", Down), "ready 12")
		s.touches([4]string{"ready", soup, "", CodeConflict})
		s.want(s.press("A1", gesture), "")
		s.touches([4]string{"undo", soup, "ready.undone 12", ""}, [4]string{"ready", soup, "ready 12", ""})
		s.pass(doubleTap)
		s.want(s.press("A1", Down, gesture), later)
		s.folded()
	}
}

// Without slots a press means the oldest order: also where a touch has just said so of it,
// and then it does not mean the next one.
func TestTouchAndPressOfTheOldest(t *testing.T) {
	s := open(t, "A1")
	s.Rules.Assigned = false
	one, two := s.soup("1"), s.soup("2")
	s.soup("3")
	s.touches([4]string{"ready", two, "ready 2", ""})
	s.want(s.press("A1", Down, Short), "ready 1") // another order was touched
	s.touches([4]string{"undo", one, "ready.undone 1", ""}, [4]string{"ready", one, "ready 1", ""})
	s.want(s.press("A1", Down, Short), "")
	s.want(s.press("A1", Down, Hold), "")
	s.pass(doubleTap)
	s.want(s.press("A1", Down, Short), "ready 3")
	s.folded()
}

// An order that comes back finds its slot, if no other has it.
func TestRecallAndTheShelf(t *testing.T) {
	s := open(t, "A1", "A2")
	one, two := s.soup("1"), s.soup("2")
	s.touches(
		[4]string{"ready", one, "ready 1", ""},
		[4]string{"handover", one, "picked_up 1", ""},
		[4]string{"recall", one, "ready.undone 1", ""},
	)
	a := s.newest(OrderReadyUndone)
	if o := s.State.Orders[one]; o.Phase != Cooking || o.Slot != "A1" || a.Slot != "A1" || a.Reason != ReasonRecalled || a.Undoes == 0 {
		t.Errorf("got %+v and the alert %+v, want it cooking in A1", o, a)
	}
	s.touches(
		[4]string{"ready", one, "ready 1", ""},
		[4]string{"handover", one, "picked_up 1", ""},
	)
	three := s.soup("3")
	if o := s.State.Orders[three]; o.Slot != "A1" {
		t.Fatalf("the next order stands in %q, want A1", o.Slot)
	}
	s.touches([4]string{"recall", one, "ready.undone 1", ""})
	if o := s.State.Orders[one]; o.Slot != "" {
		t.Errorf("two orders in %s", o.Slot)
	}
	s.touches(
		[4]string{"ready", two, "ready 2", ""},
		[4]string{"handover", two, "picked_up 2", ""},
	)
	if o := s.State.Orders[one]; o.Slot != "A2" {
		t.Errorf("it stands in %q, want the slot that came free", o.Slot)
	}
	s.pass(3 * time.Second) // past the double tap
	s.want(s.press("A2", Down, Short), "ready 1")
	s.touches(
		[4]string{"handover", one, "picked_up 1", ""},
		[4]string{"return", one, "ready 1", ""}, // and its slot waited for it
	)
	if o := s.State.Orders[one]; o.Slot != "A2" {
		t.Errorf("it came back to %q, want A2", o.Slot)
	}
	s.folded()
}

// The last twenty can be recalled, and what was cancelled cannot.
func TestTheLastTwenty(t *testing.T) {
	s := open(t, "A1")
	var ids []string
	for i := range maxLeft + 2 {
		id := s.soup(fmt.Sprint(100 + i))
		ids = append(ids, id)
		s.touches([4]string{"ready", id, fmt.Sprint("ready ", 100+i), ""})
		if i > 0 {
			s.touches([4]string{"handover", id, fmt.Sprint("picked_up ", 100+i), ""})
		}
	}
	s.touches(
		[4]string{"recall", ids[1], "", CodeNotFound},
		[4]string{"return", ids[1], "", CodeNotFound},
		[4]string{"recall", ids[2], "ready.undone 102", ""},
		[4]string{"recall", ids[0], "ready.undone 100", ""}, // it is open, so it needs no memory
	)
	left := s.Board(s.now).Left
	if len(left) != maxLeft-1 || left[0].ID != ids[maxLeft+1] || left[0].Phase != PickedUp || left[0].Picked == nil {
		t.Errorf("got %d that left, the newest %+v", len(left), left[0])
	}
	gone := ids[maxLeft]
	s.touches([4]string{"return", gone, fmt.Sprint("ready ", 100+maxLeft), ""})
	s.print(Ticket{Kind: SlipCancel, Number: fmt.Sprint(100 + maxLeft), Channel: "meituan"})
	s.touches([4]string{"recall", gone, "", CodeNotFound})
	s.folded()
}

// A touch that is sent again does nothing again, and its answer is forgotten sooner than
// the cloud's.
func TestTouchAgain(t *testing.T) {
	s := open(t, "A1")
	soup := s.soup("12")
	again := func(alerts string) {
		t.Helper()
		got, code := s.touch("a", "ready", soup)
		if got != alerts || code != "" {
			t.Errorf("got %q and error %q, want %q", got, code, alerts)
		}
	}
	again("ready 12")
	again("")
	snapshot, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Restore(snapshot); err != nil {
		t.Fatal(err)
	}
	again("")
	s.touches([4]string{"undo", soup, "ready.undone 12", ""})
	again("")
	s.pass(keepTouches)
	again("ready 12")
	s.folded()
}

// What came back was no label, and what is made a second time is none either.
func TestRecordOfWhatCameBack(t *testing.T) {
	s := open(t, "A1", "A2")
	one, two := s.soup("1"), s.soup("2")
	s.pass(10 * time.Minute)
	s.touches([4]string{"ready", one, "ready 1", ""})
	s.pass(time.Minute)
	s.touches([4]string{"ready", two, "ready 2", ""})
	labels := func() int { return len(s.Record.Labels) }
	if labels() != 2 {
		t.Fatalf("%d labels, want 2", labels())
	}
	s.touches(
		[4]string{"handover", one, "picked_up 1", ""},
		[4]string{"return", one, "ready 1", ""},
	)
	if labels() != 2 {
		t.Errorf("%d labels after a hand-over was taken back, want 2", labels())
	}
	s.touches([4]string{"undo", one, "ready.undone 1", ""})
	if labels() != 1 {
		t.Errorf("%d labels after an undo, want 1", labels())
	}
	s.pass(time.Minute)
	s.touches([4]string{"ready", one, "ready 1", ""})
	if labels() != 2 {
		t.Errorf("%d labels when it is ready again, want 2", labels())
	}
	s.touches(
		[4]string{"handover", two, "picked_up 2", ""},
		[4]string{"recall", two, "ready.undone 2", ""},
	)
	s.pass(time.Minute)
	s.touches([4]string{"ready", two, "ready 2", ""})
	if labels() != 1 {
		t.Errorf("%d labels with one order made twice, want 1", labels())
	}
	s.folded()
}

// Whoever has the newest alert about an order knows all of it.
func TestNewestAlert(t *testing.T) {
	s := open(t, "A1")
	soup := s.soup("12")
	seq := func() uint64 { return s.Board(s.now).Orders[0].Seq }
	if got, want := seq(), s.State.Orders[soup].Seq; got != want || want == 0 {
		t.Errorf("got %d, want that of its order.accepted, %d", got, want)
	}
	s.pass(time.Minute)
	s.touches([4]string{"ready", soup, "ready 12", ""})
	if got, want := seq(), s.State.Orders[soup].ReadySeq; got != want {
		t.Errorf("got %d, want that of its order.ready, %d", got, want)
	}
	s.State.Renumber()
	if got := seq(); got != 0 {
		t.Errorf("got %d in a new log, want 0", got)
	}
}
