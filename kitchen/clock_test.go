package kitchen

import (
	"testing"
	"time"
)

// A clock that was wrong until NTP set it: between the first event with the right
// time and the fact that the clock was set, no order is late for it.
func TestWrongClockUntilSet(t *testing.T) {
	for name, wrong := range map[string]time.Duration{"a year on": 365 * 24 * time.Hour, "a year back": -365 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			s := open(t, "A1", "A2")
			right := s.now.At
			s.now.At, s.now.Clock = right.Add(wrong), Estimated
			s.want(s.print(Ticket{Number: "1", Channel: "own", Promised: "12:05", Print: 1, Items: []Item{dish(1, "soup")}}), "accepted 1")
			s.pass(time.Minute)
			s.now.At, s.now.Clock = right.Add(time.Minute), Synced
			s.want(s.print(Ticket{Number: "2", Channel: "own", Promised: "12:05", Print: 2, Items: []Item{dish(1, "rice")}}), "accepted 2")
			s.want(s.tick(), "")
			s.pass(5 * time.Second)
			set := s.now.Fact("clock")
			set.ClockSet = &ClockSet{Offset: -wrong}
			s.want(s.fact(set), "clock ")
			s.want(s.tick(), "")
			for _, o := range s.State.OpenOrders() {
				if o.Promised == nil || !o.Promised.Equal(right.Add(35*time.Minute)) {
					t.Errorf("order %s is promised for %v, want %v", o.Number, o.Promised, right.Add(35*time.Minute))
				}
			}
			s.folded()
		})
	}
}
