package rig_test

import (
	"fmt"
	"testing"

	"readyshelf/test/rig"
)

// gadgetScript is what makes the machine a USB printer, as it is shipped.
const gadgetScript = "../../systemd/gadget.sh"

// A till prints over USB, asks, is unplugged and comes back: the machine is the printer,
// and the till too, for its kernel has a cable from itself to itself (dummy_hcd).
func TestUSBPrinter(t *testing.T) {
	t.Parallel()
	m := rig.Restore(t, rig.Base(t), rig.Options{Forward: []int{9100}})
	m.Put("/bin/readyshelf-gadget", read(t, gadgetScript))
	m.Sh("readyshelf-gadget make")
	s := openShop(t, m, newShelf(m), shopConfig("[[printer]]\nname = \"usb\"\ngadget = \"/dev/g_printer0\"\n"))
	const times = 5
	for n := range times {
		m.Sh("until [ -e /dev/usb/lp0 ]; do sleep 0.05; done")
		if got := printUSB(s, n); got != online+arrived {
			t.Errorf("the printer answers %q", got)
		}
		s.eventually(1, "ticket", 0, ticketed("usb", fmt.Sprint(n)))
		m.Sh("port=$(find /sys/devices/platform/dummy_hcd.0 -name disable); echo 1 >$port; until [ ! -e /dev/usb/lp0 ]; do sleep 0.05; done; echo 0 >$port")
	}
	events := s.log()
	if n := count(events, func(e logged) bool { return e.Ticket != nil }); n != times {
		t.Errorf("%d tickets of %d", n, times)
	}
	if n := count(events, func(e logged) bool { return e.Fault != nil }); n != 0 {
		t.Errorf("a till that is unplugged is no fault:\n%s", show(events))
	}

	m.Sh("readyshelf-gadget remove")
	s.eventually(1, "fault of the printer", 0, faulty("printer/usb"))
	m.Sh("readyshelf-gadget make; until [ -e /dev/usb/lp0 ]; do sleep 0.05; done")
	printUSB(s, times)
	s.eventually(1, "ticket", 0, ticketed("usb", fmt.Sprint(times)))
	s.eventually(1, "recovery of the printer", 0, works("printer/usb"))
	s.close()
}

// printUSB prints order n and returns what the printer answers: first to what it is asked
// about itself, whatever is still to be printed.
func printUSB(s *shop, n int) string {
	s.t.Helper()
	s.Put("/tmp/job", fmt.Appendf(nil, "\x1b@Order #%d\n2x Soup\n1x Bread\n\x1dV\x01%s%s", n, askArrived, askOnline))
	return s.Sh("exec 3<>/dev/usb/lp0; cat /tmp/job >&3; timeout 20 head -c %d <&3", len(arrived+online))
}
