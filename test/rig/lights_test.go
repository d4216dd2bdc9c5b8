package rig_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"readyshelf/kitchen"
	"readyshelf/test/rig"
)

// The rhythms of the lights, as docs/wiring.md has them: how long they are on, off, on, off.
var lightRhythms = map[string][]time.Duration{
	"assigned": {100 * time.Millisecond, 1900 * time.Millisecond},
	"sent":     {1900 * time.Millisecond, 100 * time.Millisecond},
	"late":     {250 * time.Millisecond, 250 * time.Millisecond},
	"fault": {
		100 * time.Millisecond, 100 * time.Millisecond, 100 * time.Millisecond, 100 * time.Millisecond,
		100 * time.Millisecond, 700 * time.Millisecond,
	},
}

// The lights are seen on the lines themselves: an order that waits for its button, one that
// is late, one that is ready, one that the cloud has, and a button that is stuck.
func TestLights(t *testing.T) {
	t.Parallel()
	_, port := newBroker(t)
	m := rig.Restore(t, slowBase(t), rig.Options{Forward: []int{9100}})
	shelf := newShelf(m)
	config := func(promise string) []byte {
		c := shopConfig(fmt.Sprintf("[alert]\nretry_interval = \"1s\"\ndefault_promise = %q\n", promise))
		return []byte(strings.Replace(string(c), `brokers = []`, fmt.Sprintf(`brokers = ["tcp://%s:%d"]`, rig.Host, port), 1))
	}
	a1, a2, a3 := shelf.Watch("GPIO27"), shelf.Watch("GPIO23"), shelf.Watch("GPIO25")
	print := func(n int) {
		t.Helper()
		if err := printOrder(m.Addr(9100), n); err != nil {
			t.Fatal(err)
		}
	}
	s := openShop(t, m, shelf, config("2h"))
	print(1)
	s.sees(a1, "assigned")
	s.close()
	s = openShop(t, m, shelf, config("1m"))
	print(2)
	s.sees(a2, "late")

	m.SetLink(false)
	shelf.Press("GPIO17", 300*time.Millisecond)
	s.eventually(1, "order that is ready", 0, alerted(kitchen.OrderReady))
	s.steady(a1)
	m.SetLink(true)
	s.sees(a1, "sent")

	shelf.Set("GPIO24", false) // and nobody lets go of it
	s.sees(a3, "fault")
	s.close()
}

// sees waits until a light has shown a rhythm three times in a row.
func (s *shop) sees(w *rig.Watch, name string) {
	s.t.Helper()
	rhythm := lightRhythms[name]
	began := max(1, len(w.Changes()))
	for end := time.Now().Add(2 * patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if all := w.Changes(); len(all) > began && rounds(all[began-1:], rhythm) >= 3 {
			return
		}
	}
	s.t.Fatalf("the light does not show %q but %v; the program says\n%s", name, w.Changes(), s.daemon.Output())
}

// rounds is how often in a row a rhythm was seen at most. An emulated board is not on time:
// half as long and twice as long are near enough.
func rounds(changes []rig.Change, rhythm []time.Duration) (most int) {
	for first := range changes {
		n := 0
		for i := first; changes[first].Level && i+len(rhythm) < len(changes) && shows(changes[i:], rhythm); i += len(rhythm) {
			n++
		}
		most = max(most, n)
	}
	return most
}

func shows(changes []rig.Change, rhythm []time.Duration) bool {
	for i, want := range rhythm {
		if !near(changes[i+1].Up-changes[i].Up, want) {
			return false
		}
	}
	return true
}

func near(got, want time.Duration) bool { return got > want/2 && got < 2*want+50*time.Millisecond }

// steady waits until a light has been on for four seconds.
func (s *shop) steady(w *rig.Watch) {
	s.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		all := w.Changes()
		if last := all[len(all)-1]; last.Level && s.Uptime()-last.Up > 4*time.Second {
			return
		}
	}
	s.t.Fatalf("the light is not steady: %v", w.Changes())
}
