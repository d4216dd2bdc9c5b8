package rig_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"readyshelf/kitchen"
	"readyshelf/test/rig"
)

// A press as a worn contact makes it: it chatters when it closes and when it opens, at
// moments of which none is 25 ms from the next.
func bouncing(hold time.Duration) []rig.Step {
	var steps []rig.Step
	for range 4 {
		steps = append(steps, rig.Step{Up: false, For: time.Millisecond}, rig.Step{Up: true, For: 2 * time.Millisecond})
	}
	steps = append(steps, rig.Step{Up: false, For: hold})
	for range 3 {
		steps = append(steps, rig.Step{Up: true, For: time.Millisecond}, rig.Step{Up: false, For: time.Millisecond})
	}
	return append(steps, rig.Step{Up: true, For: hold})
}

// together plays steps on the buttons of the whole shelf at once.
func (s *shop) together(times int, steps ...rig.Step) {
	s.t.Helper()
	var lines []string
	for _, b := range shelf {
		lines = append(lines, b.button)
	}
	s.play(lines, times, steps...)
}

// play plays steps on several lines at once.
func (s *shop) play(lines []string, times int, steps ...rig.Step) {
	s.t.Helper()
	var hands sync.WaitGroup
	for _, line := range lines {
		hands.Go(func() {
			if err := s.shelf.Play(line, times, steps...); err != nil {
				s.t.Error(err)
			}
		})
	}
	hands.Wait()
}

// gestures counts what the log has of each slot's button, down and short; it complains of
// every other gesture.
func gestures(t *testing.T, events []logged) (down, short map[string]int) {
	t.Helper()
	down, short = map[string]int{}, map[string]int{}
	for _, e := range events {
		switch {
		case e.Press == nil:
		case e.Press.Gesture == kitchen.Down:
			down[e.Press.Slot]++
		case e.Press.Gesture == kitchen.Short:
			short[e.Press.Slot]++
		default:
			t.Errorf("a press became %s", e.line)
		}
	}
	return down, short
}

func released(e logged) bool { return e.Press != nil && e.Press.Gesture == kitchen.Short }

// Each press of a contact that bounces is one press, on four buttons at once.
func TestBounce(t *testing.T) {
	t.Parallel()
	const times = 15
	s := slowShop(t)
	s.together(times, bouncing(200*time.Millisecond)...)
	events := s.eventually(times*len(shelf), "button let go", 0, released)
	down, short := gestures(t, events)
	for _, b := range shelf {
		if down[b.slot] != times || short[b.slot] != times {
			t.Errorf("%d presses of %s are %d times down and %d times short", times, b.slot, down[b.slot], short[b.slot])
		}
	}
	t.Logf("%d presses of %d", count(events, released), times*len(shelf))
	s.close()
}

// A thousand edges a second come on two lines at once, ten thousand on each. The driver
// loses none, or says so and knows the last level. The program comes through such a storm on
// all its lines and counts each press after it.
func TestEdges(t *testing.T) {
	t.Parallel()
	const edges = 10_000
	storm := []rig.Step{{Up: false, For: time.Millisecond}, {Up: true, For: time.Millisecond}}
	t.Run("driver", func(t *testing.T) {
		m := rig.Restore(t, slowBase(t), rig.Options{})
		s := &shop{Machine: m, t: t, shelf: newShelf(m)}
		m.Put("/bin/edges", guest(t, "edges"))
		lines := []string{shelf[0].button, shelf[1].button}
		p := m.Start("exec edges 3s %s", strings.Join(lines, " "))
		if err := p.Until("ready", patience); err != nil {
			t.Fatal(err)
		}
		up := s.Uptime()
		s.play(lines, edges/2, storm...)
		t.Logf("the storm took %.1f s of the machine's time", (s.Uptime() - up).Seconds())
		s.play(lines, 1, rig.Step{Up: false})
		if rc, err := p.Wait(patience); rc != 0 || err != nil {
			t.Fatalf("exit code %d, %v: %s", rc, err, p.Output())
		}
		seen := 0
		for line := range strings.Lines(p.Output()) {
			var name, level string
			var n, gaps, same int
			if c, _ := fmt.Sscan(line, &name, &n, &gaps, &same, &level); c != 5 {
				continue
			}
			seen++
			if level != "Low" || n != edges+1 && gaps == 0 || n > edges+1 || same > gaps {
				t.Errorf("%s: %d edges of %d, %d gaps, %d edges to the level that was, at the end %s", name, n, edges+1, gaps, same, level)
			}
			t.Logf("%s: %d edges of %d, %d gaps", name, n, edges+1, gaps)
		}
		if seen != len(lines) {
			t.Errorf("%d lines of %d: %s", seen, len(lines), p.Output())
		}
	})
	t.Run("program", func(t *testing.T) {
		const times = 10
		s := slowShop(t)
		s.together(500, storm...)
		s.Sh("sleep 3")
		before := s.log()
		s.together(times, rig.Step{Up: false, For: 200 * time.Millisecond}, rig.Step{Up: true, For: 300 * time.Millisecond})
		events := s.eventually(times*len(shelf), "button let go", len(before), released)[len(before):]
		down, short := gestures(t, events)
		for _, b := range shelf {
			if down[b.slot] != times || short[b.slot] != times {
				t.Errorf("%d presses of %s are %d times down and %d times short", times, b.slot, down[b.slot], short[b.slot])
			}
		}
		if n := count(before, func(e logged) bool { return e.Fault != nil }); n > 0 {
			t.Errorf("the storm broke something:\n%s", show(before))
		}
		s.close()
	})
}

// guest builds a program of the folder guest for the machine.
func guest(t *testing.T, name string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := rig.GoBuild("arm64", path, "readyshelf/test/rig/guest/"+name); err != nil {
		t.Fatal(err)
	}
	return read(t, path)
}

// The chip of the lines is taken out while the program works, and comes back. The program
// says so, does not spin, and goes on.
func TestChipRemoved(t *testing.T) {
	t.Parallel()
	s := slowShop(t)
	press := []rig.Step{{Up: false, For: 200 * time.Millisecond}, {Up: true, For: 200 * time.Millisecond}}
	s.together(2, press...)
	s.eventually(2*len(shelf), "button let go", 0, released)
	s.shelf.Remove()
	for _, b := range shelf {
		s.eventually(1, "fault of a button", 0, faulty("button/"+b.slot))
	}
	spent, up := s.spent(), s.Uptime()
	s.Sh("sleep 10")
	share := float64(s.spent()-spent) / float64(s.Uptime()-up)
	t.Logf("while the chip is away the program takes %.1f %% of the processor", 100*share)
	if share > 0.2 {
		t.Errorf("it spins: %.0f %% of the processor", 100*share)
	}
	s.shelf.Insert()
	for _, b := range shelf {
		s.shelf.Set(b.button, true)
	}
	for _, b := range shelf {
		s.eventually(1, "recovery of a button", 0, works("button/"+b.slot))
	}
	before := s.log()
	s.together(3, press...)
	events := s.eventually(3*len(shelf), "button let go", len(before), released)[len(before):]
	if n := count(events, released); n != 3*len(shelf) {
		t.Errorf("%d presses of %d", n, 3*len(shelf))
	}
	s.close()
}
