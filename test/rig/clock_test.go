package rig_test

import (
	"testing"
	"time"

	"readyshelf/kitchen"
	"readyshelf/test/rig"
)

// The board wakes up in 1970, works, and hears the time from the network later. What
// happened before gets the time that it had, and says that this is an estimate; no order is
// late for it.
func TestClock(t *testing.T) {
	t.Parallel()
	m := rig.Restore(t, rig.Base(t), rig.Options{Forward: []int{9100}})
	m.SetClock(time.Unix(60, 0))
	s := openShop(t, m, newShelf(m), shopConfig("[alert]\nretry_interval = \"1s\"\n"))
	print := func(n int) {
		t.Helper()
		if err := printOrder(m.Addr(9100), n); err != nil {
			t.Fatal(err)
		}
	}
	print(1)
	print(2)
	s.shelf.Press("GPIO17", 300*time.Millisecond)
	before := s.eventually(1, "order that is ready", 0, alerted(kitchen.OrderReady))
	for _, e := range before {
		if e.Clock != kitchen.Unknown || e.At.Year() != 1970 {
			t.Errorf("before the clock is set, it is known: %s", e.line)
		}
	}
	now := time.Now()
	m.SyncClock(now)
	zero := now.Add(-m.Uptime())
	s.eventually(1, "clock that is set", 0, func(e logged) bool { return e.ClockSet != nil })
	print(3)
	s.Sh("sleep 3") // orders are looked at each second
	after := s.log()
	for i, e := range after {
		quality := kitchen.Synced
		if i < len(before) {
			quality = kitchen.Estimated
		}
		if e.Clock == quality && e.At.Sub(zero.Add(e.Up)).Abs() < 5*time.Second {
			continue
		}
		if i >= len(before) && e.ClockSet == nil && e.Ticket == nil {
			continue // between the network's word and the program's look at it
		}
		t.Errorf("the time should be %s, %s: %s", zero.Add(e.Up).Format(time.RFC3339), quality, e.line)
	}
	if n := count(after, alerted(kitchen.OrderLate)); n > 0 {
		t.Errorf("%d orders are late because the clock was set:\n%s", n, show(after))
	}
	set := find(t, after, "clock that is set", func(e logged) bool { return e.ClockSet != nil })
	if years := set.ClockSet.Offset.Hours() / 24 / 365; years < 50 {
		t.Errorf("the clock was set by %s", set.ClockSet.Offset)
	}
	s.close()
}

func alerted(a kitchen.AlertType) func(logged) bool {
	return func(e logged) bool { return e.Alert != nil && e.Alert.Type == a }
}
