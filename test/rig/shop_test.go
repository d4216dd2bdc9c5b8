package rig_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"readyshelf/test/rig"
)

// shop is the program at work in a machine, which has a shelf of buttons and lights.
type shop struct {
	*rig.Machine
	t      *testing.T
	daemon *rig.Process
	shelf  *rig.Chip
	// began is the machine's uptime when the program was started.
	began time.Duration
}

// patience is how long something may take that takes a second, on a busy host with an
// emulated processor.
const patience = 3 * time.Minute

// shopConfig is that of a shop whose log is in memory and that has no broker. More comes
// at the end.
func shopConfig(more string) []byte {
	text := string(configuration("/run/shop", "", more))
	return []byte(strings.Replace(text, `"tcp://"`, "", 1))
}

// newShelf makes the chip of the shelf, with all buttons released.
func newShelf(m *rig.Machine) *rig.Chip {
	c := m.Chip("shelf", shelfLines()...)
	for _, s := range shelf {
		c.Set(s.button, true)
	}
	return c
}

// openShop starts the program in a machine and waits until it has opened its devices.
func openShop(t *testing.T, m *rig.Machine, chip *rig.Chip, config []byte) *shop {
	t.Helper()
	m.Put("/etc/readyshelf.toml", config)
	s := &shop{Machine: m, t: t, shelf: chip, began: m.Uptime()}
	s.daemon = m.Start("exec readyshelf run --config /etc/readyshelf.toml")
	if err := s.daemon.Until("running", patience); err != nil {
		t.Fatal(err)
	}
	m.Listens(9100)
	return s
}

// slowShop is a shop in a machine of its own whose time is counted in instructions.
func slowShop(t *testing.T) *shop {
	t.Helper()
	m := rig.Restore(t, slowBase(t), rig.Options{Forward: []int{9100}})
	return openShop(t, m, newShelf(m), shopConfig(""))
}

// close ends the program as a service manager does.
func (s *shop) close() {
	s.t.Helper()
	s.daemon.Signal(syscall.SIGTERM)
	if rc, err := s.daemon.Wait(patience); rc != 0 || err != nil {
		s.t.Errorf("the program ends with exit code %d, %v; it said %s", rc, err, s.daemon.Output())
	}
}

// log returns all events.
func (s *shop) log() []logged {
	s.t.Helper()
	events, err := readDump(s.Sh("readyshelf log dump --json /run/shop/readyshelf.db"))
	if err != nil {
		s.t.Fatal(err)
	}
	return events
}

// eventually returns the log as soon as it has n events like this after the first so
// many.
func (s *shop) eventually(n int, what string, after int, ok func(logged) bool) []logged {
	s.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(300 * time.Millisecond) {
		events := s.log()
		got := count(events[after:], ok)
		if got >= n {
			return events
		}
		if time.Now().After(end) {
			s.t.Fatalf("%d × %s and not %d in the log:\n%s\nthe program says\n%s", got, what, n, show(events[after:]), s.daemon.Output())
		}
	}
}

// count is how many events are like this.
func count(events []logged, ok func(logged) bool) (n int) {
	for _, e := range events {
		if ok(e) {
			n++
		}
	}
	return n
}

// find is the last event like this.
func find(t *testing.T, events []logged, what string, ok func(logged) bool) logged {
	t.Helper()
	for _, e := range slices.Backward(events) {
		if ok(e) {
			return e
		}
	}
	t.Fatalf("the log has no %s:\n%s", what, show(events))
	return logged{}
}

// show is the end of a log.
func show(events []logged) string {
	var b strings.Builder
	for _, e := range events[max(0, len(events)-30):] {
		fmt.Fprintln(&b, e.line)
	}
	return b.String()
}

// faulty and works are the beginning and the end of a fault of a device, ticketed is an
// order that was printed.
func faulty(device string) func(logged) bool {
	return func(e logged) bool { return e.Fault != nil && e.Fault.Device == device }
}

func works(device string) func(logged) bool {
	return func(e logged) bool { return e.Recovered != nil && e.Recovered.Device == device }
}

func ticketed(printer, number string) func(logged) bool {
	return func(e logged) bool {
		return e.Ticket != nil && e.Source == "printer/"+printer && e.Ticket.Number == number
	}
}

// spent is the processor time of the program so far.
func (s *shop) spent() time.Duration {
	s.t.Helper()
	var sum time.Duration
	for line := range strings.Lines(s.Sh("cat /proc/%d/task/*/schedstat", s.pid())) {
		var ns int64
		if _, err := fmt.Sscan(line, &ns); err != nil {
			s.t.Fatalf("schedstat says %q: %v", line, err)
		}
		sum += time.Duration(ns)
	}
	return sum
}

// read returns a file of the host.
func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// pid is the program's process id.
func (s *shop) pid() (pid int) {
	s.t.Helper()
	if _, err := fmt.Sscan(s.Sh("pidof readyshelf"), &pid); err != nil {
		s.t.Fatal(err)
	}
	return pid
}
