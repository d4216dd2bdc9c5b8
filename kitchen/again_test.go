package kitchen

import (
	"strings"
	"testing"
	"time"
)

// What comes twice: copies, reprints, second rounds, numbers that are used again.

func TestCopiesOfVoidAndCancel(t *testing.T) {
	s := open(t)
	s.want(s.print(Ticket{Number: "12", Channel: "meituan", Print: 1, Items: []Item{dish(2, "beef")}}), "accepted 12")
	void := Ticket{Kind: SlipVoid, Number: "12", Channel: "meituan", Print: 2, Items: []Item{dish(-1, "beef")}}
	s.want(s.print(void), "")
	void.Copy = "kitchen"
	s.want(s.print(void), "") // the same slip at another station
	if o := s.State.OpenOrders(); len(o) != 1 || o[0].Items[0].Qty != 1 {
		t.Fatalf("a void printed twice took %+v", o)
	}
	s.want(s.print(Ticket{Kind: SlipCancel, Number: "12", Channel: "meituan", Print: 3}), "cancelled 12")
	s.want(s.print(Ticket{Kind: SlipCancel, Number: "12", Channel: "meituan", Print: 4}), "")
	if len(s.State.Orphans) > 0 {
		t.Errorf("a second cancel slip is an orphan: %+v", s.State.Orphans)
	}
	s.folded()
}

func TestVoidBetweenDishes(t *testing.T) {
	s := open(t)
	s.print(Ticket{Number: "500", Items: []Item{dish(2, "cola"), dish(1, "fries")}, Print: 1})
	s.print(Ticket{Number: "500", Items: []Item{dish(-1, "cola"), dish(1, "pie")}, Print: 2})
	var got []string
	for _, it := range s.State.OpenOrders()[0].Items {
		got = append(got, string(rune('0'+it.Qty))+" "+it.Name)
	}
	if got := strings.Join(got, ", "); got != "1 cola, 1 fries, 1 pie" {
		t.Errorf("got %s", got)
	}
	s.folded()
}

func TestSecondRound(t *testing.T) {
	s := open(t)
	beer := Ticket{Table: "5", Channel: "dine-in", Print: 7, Items: []Item{dish(2, "beer")}}
	s.want(s.print(beer), "accepted ")
	s.pass(time.Minute)
	s.want(s.print(beer), "") // a second copy
	s.pass(20 * time.Minute)
	s.want(s.print(beer), "accepted , soon ") // a second round, and nobody has looked at the first since
	s.folded()
}

func TestReprintWithATime(t *testing.T) {
	s := open(t, "A1")
	slip := Ticket{Number: "7", Ordered: "11:32", Print: 7, Items: []Item{dish(1, "soup")}}
	s.want(s.print(slip), "accepted 7")
	s.press("A1", Down, Short)
	s.press("A1", Down, Short)
	s.pass(5 * time.Hour)
	s.want(s.print(slip), "")
	s.folded()
}

func TestPagerComesAgain(t *testing.T) {
	s := open(t, "A1")
	s.want(s.print(Ticket{Number: "7", Channel: "own", Print: 7, Items: []Item{dish(1, "latte")}}), "accepted 7")
	s.press("A1", Down, Short)
	s.press("A1", Down, Short)
	s.pass(time.Minute)
	s.want(s.print(Ticket{Number: "7", Channel: "own", Print: 8, Copy: "customer", Items: []Item{dish(1, "latte")}}), "") // a late copy
	s.pass(time.Hour)
	s.want(s.print(Ticket{Number: "7", Channel: "own", Print: 9, Items: []Item{dish(1, "latte"), dish(2, "cake")}}), "accepted 7")
	s.folded()
}

// The platform's ids differ: two orders, whatever else is the same.
func TestOtherKey(t *testing.T) {
	s := open(t)
	slip := Ticket{Number: "9", Channel: "own", OrderKey: "aa", Print: 1, Items: []Item{dish(1, "kebab")}}
	s.want(s.print(slip), "accepted 9")
	slip.OrderKey = "bb"
	s.want(s.print(slip), "accepted 9")
	s.folded()
}

func TestPartsAroundAWholeCopy(t *testing.T) {
	s := open(t)
	s.print(Ticket{Number: "2", Part: "1/2", Print: 6, Items: []Item{dish(1, "rice")}})
	s.print(Ticket{Number: "2", Print: 7, Copy: "customer", Items: []Item{dish(1, "rice"), dish(1, "soup")}})
	s.print(Ticket{Number: "2", Part: "2/2", Print: 8, Items: []Item{dish(1, "soup")}})
	if it := s.State.OpenOrders()[0].Items; len(it) != 2 || it[0].Qty != 1 || it[1].Qty != 1 {
		t.Errorf("got %+v", it)
	}
	s.folded()
}

// An id is given once, though the clock of one boot was a day ahead and that of
// another not known.
func TestIDsAcrossClocks(t *testing.T) {
	s := open(t, "A1")
	at := s.now.At
	done := func(n string) {
		s.want(s.print(Ticket{Number: n, Channel: "own", Print: uint64(len(s.log)), Items: []Item{dish(1, n)}}), "accepted "+n)
		s.press("A1", Down, Short)
		s.press("A1", Down, Short)
		s.pass(20 * time.Minute)
	}
	done("1")
	s.now = Stamp{Boot: 2, Up: time.Minute, At: at.Add(24 * time.Hour), Clock: Estimated}
	done("2")
	s.now = Stamp{Boot: 3, Up: time.Minute, At: time.Unix(60, 0).In(shanghai), Clock: Unknown}
	done("3")
	s.now = Stamp{Boot: 3, Up: time.Hour, At: at.Add(2 * time.Hour), Clock: Synced}
	done("1")
	ids := map[string]bool{}
	for _, e := range s.log {
		if e.Alert == nil || e.Alert.Type != OrderAccepted {
			continue
		}
		if ids[e.Alert.ID] {
			t.Errorf("the id %s was given twice", e.Alert.ID)
		}
		ids[e.Alert.ID] = true
	}
	s.folded()
}

func TestPromiseBeforeTheClock(t *testing.T) {
	s := open(t)
	s.now = Stamp{Boot: 2, Up: 30 * time.Second, At: time.Unix(30, 0).In(shanghai), Clock: Unknown}
	s.want(s.print(Ticket{Number: "2", Promised: "11-22 18:30", Preorder: true, Items: []Item{dish(1, "duck")}}), "accepted 2")
	s.now = Stamp{Boot: 2, Up: 2 * time.Minute, At: time.Date(2026, 11, 22, 11, 0, 0, 0, shanghai), Clock: Synced}
	set := s.now.Fact("clock")
	set.ClockSet = &ClockSet{}
	s.want(s.fact(set), "clock ")
	if p := s.State.OpenOrders()[0].Promised; p == nil || p.Format("02 15:04") != "22 18:30" {
		t.Errorf("got promise %v", p)
	}
	s.pass(40 * time.Minute)
	s.want(s.tick(), "") // its cooking begins at six
	s.folded()
}

func TestDoubleTap(t *testing.T) {
	s := open(t, "A1")
	s.print(Ticket{Number: "1", Items: []Item{dish(1, "soup")}})
	s.print(Ticket{Number: "2", Items: []Item{dish(1, "rice")}})
	s.want(s.press("A1", Down, Short), "ready 1")
	s.want(s.press("A1", Down, Short), "picked_up 1")
	s.pass(300 * time.Millisecond)
	s.want(s.press("A1", Down, Short), "") // meant for 1, and 2 has just moved up
	s.pass(5 * time.Second)
	s.want(s.press("A1", Down, Short), "ready 2")
	s.folded()
}

// In a shop without slots a button says ready and nothing else.
func TestOldestLight(t *testing.T) {
	s := open(t, "bell")
	s.Rules.Assigned = false
	light := func(want Light) {
		t.Helper()
		if got := s.Board(s.now).Slots[0].Light; got != want {
			t.Errorf("got light %s, want %s", got, want)
		}
	}
	light(LightOff)
	s.print(Ticket{Number: "1", Items: []Item{dish(1, "soup")}})
	light(LightAssigned)
	s.want(s.press("bell", Down, Short), "ready 1")
	light(LightReady)
	s.pass(time.Minute)
	light(LightOff)
	s.pass(15 * time.Minute)
	s.want(s.tick(), "") // nobody could say that it was picked up
	s.folded()
}

func TestPromiseOfAnotherAge(t *testing.T) {
	now := time.Date(2026, 11, 22, 18, 2, 0, 0, shanghai)
	for _, printed := range []string{"9999-12-31 24:00", "1999-01-01 10:00"} {
		if at := Promise(printed, now, shanghai); at != nil {
			t.Errorf("%s became %v", printed, at)
		}
	}
	if at := Promise("2026-99-99 19:00", now, shanghai); at == nil || at.Day() != 22 {
		t.Errorf("a date that is none: got %v", at)
	}
}
