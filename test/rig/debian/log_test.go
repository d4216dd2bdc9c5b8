package debian_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"readyshelf/kitchen"
	"readyshelf/test/rig"
)

// readLog returns all events of the running program's log.
func readLog(t *testing.T, m *rig.Machine) (events []kitchen.Event) {
	t.Helper()
	for d := json.NewDecoder(strings.NewReader(m.Sh("readyshelf log dump --json"))); d.More(); {
		var e kitchen.Event
		if err := d.Decode(&e); err != nil {
			t.Fatal(err)
		}
		if want := uint64(len(events) + 1); e.Seq != want {
			t.Fatalf("after event %d comes %d", want-1, e.Seq)
		}
		events = append(events, e)
	}
	return events
}

// orders counts the slips of each order.
func orders(events []kitchen.Event) map[string]int {
	n := map[string]int{}
	for _, e := range events {
		if e.Ticket != nil {
			n[e.Ticket.Number]++
		}
	}
	return n
}

// presses returns when the button was pressed.
func presses(events []kitchen.Event) (up []time.Duration) {
	for _, e := range events {
		if e.Press != nil && e.Press.Gesture == kitchen.Down {
			up = append(up, e.Up)
		}
	}
	return up
}
