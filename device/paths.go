package device

import (
	"errors"
	"strings"
)

// CheckSerialPath says why path can be no serial port, by its name alone. It knows
// the devices that people take for one:
//
//   - /dev/hidraw0 is a USB device that speaks in reports, as postal scales do. The
//     name is reserved for them.
//   - /dev/usb/lp0 is a printer that is plugged in here. What others print to it
//     cannot be read there.
//   - /dev/g_printer0 is the other end of that: this machine is the printer.
func CheckSerialPath(path string) error {
	for _, other := range []struct{ prefix, what, use string }{
		{"/dev/hidraw", "this is a USB scale or another HID device, which is not read yet", "use a scale with a serial port, or its serial cable"},
		{"/dev/usb/lp", "this is a printer that is plugged in here, and what is printed cannot be read from it", "be a printer with listen, or be a USB printer with gadget"},
		{"/dev/usblp", "this is a printer that is plugged in here, and what is printed cannot be read from it", "be a printer with listen, or be a USB printer with gadget"},
		{"/dev/g_printer", "this is a USB printer that this machine is", "write it as gadget of a [[printer]]"},
		{"/dev/bus/usb", "this is a USB device as such, not its port", "write its name in /dev/serial/by-id"},
	} {
		if strings.HasPrefix(path, other.prefix) {
			return &Error{Op: "open", Path: path, Err: errors.New(other.what), Hint: other.use}
		}
	}
	return nil
}
