package rig_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"readyshelf/kitchen"
	"readyshelf/test/rig"
)

// What the program may take of a board that has nothing to do, with eight buttons and their
// lights, two scales and a printer.
const (
	idleShare = 0.01     // of the processor
	idleRSS   = 25 << 10 // KiB
)

// The second half of the shelf, and its chip.
var moreShelf = []struct{ slot, button, light string }{
	{"B1", "GPIO12", "GPIO13"}, {"B2", "GPIO16", "GPIO26"}, {"B3", "GPIO19", "GPIO20"}, {"B4", "GPIO8", "GPIO21"},
}

// TestIdle measures what the program takes while nothing happens, and how soon after its
// start it takes a press.
func TestIdle(t *testing.T) {
	t.Parallel()
	m := rig.Restore(t, slowBase(t), rig.Options{Forward: []int{9100}})
	chip := newShelf(m)
	var more strings.Builder
	var lines []string
	for _, s := range moreShelf {
		fmt.Fprintf(&more, "[[button]]\nslot = %q\nline = %q\nlight = %q\n", s.slot, s.button, s.light)
		lines = append(lines, s.button, s.light)
	}
	second := m.Chip("second", lines...)
	for _, s := range moreShelf {
		second.Set(s.button, true)
	}
	for port, protocol := range map[int]string{1: "st-gs", 2: "toledo8217"} {
		sc := newScaleOn(t, m.Plug(port, fmt.Sprint("SCALE", port)), protocol == "toledo8217")
		sc.grams.Store(100)
	}
	m.Sh("until [ -e /dev/ttyUSB0 -a -e /dev/ttyUSB1 ]; do sleep 0.05; done")
	for n := range 2 {
		serial := strings.TrimSpace(m.Sh("cat /sys/class/tty/ttyUSB%d/device/../../serial", n))
		fmt.Fprintf(&more, "[[scale]]\nname = \"s%d\"\nserial = %q\nprotocol = %q\n", n, byID(m, serial, n), map[string]string{"SCALE1": "st-gs", "SCALE2": "toledo8217"}[serial])
	}
	config := strings.Replace(string(shopConfig(more.String())), "[metrics]\nlisten = \"\"", "[metrics]\nlisten = \"127.0.0.1:9464\"", 1)

	began := m.Uptime()
	pressing := make(chan error, 1)
	go func() {
		pressing <- chip.Play("GPIO17", 30, rig.Step{Up: false, For: 100 * time.Millisecond}, rig.Step{Up: true, For: 100 * time.Millisecond})
	}()
	s := openShop(t, m, chip, []byte(config))
	if err := <-pressing; err != nil {
		t.Fatal(err)
	}
	events := s.eventually(1, "press", 0, released)
	for _, e := range events {
		if e.Press != nil && e.Press.Gesture == kitchen.Down {
			t.Logf("from the start of the program to the first press that it takes: %.1f s", (e.Up - began).Seconds())
			break
		}
	}
	for _, e := range events {
		if e.Fault != nil {
			t.Errorf("a device does not work: %s", e.line)
		}
	}
	s.Sh("sleep 10") // it has settled
	spent, up := s.spent(), s.Uptime()
	s.Sh("sleep 40")
	took, over := s.spent()-spent, s.Uptime()-up
	share := float64(took) / float64(over)
	t.Logf("idle, it takes %.0f ms in %.0f s: %.2f %% of the processor", took.Seconds()*1000, over.Seconds(), 100*share)
	if share > idleShare {
		t.Errorf("that is more than %.0f %%", 100*idleShare)
	}
	s.checkMemory(idleRSS)
	s.close()
}

// checkMemory checks what the program has in memory, program text that is mapped included.
func (s *shop) checkMemory(most int) {
	s.t.Helper()
	for line := range strings.Lines(s.Sh("grep -E 'VmRSS|RssAnon|RssFile' /proc/%d/status", s.pid())) {
		var what string
		var kib int
		if _, err := fmt.Sscan(line, &what, &kib); err != nil {
			s.t.Fatal(err)
		}
		s.t.Logf("%s %.1f MiB", what, float64(kib)/1024)
		if what == "VmRSS:" && kib > most {
			s.t.Errorf("that is more than %d MiB", most>>10)
		}
	}
}
