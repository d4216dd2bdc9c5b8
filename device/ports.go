package device

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Port is a serial port of this machine that has a device to it.
type Port struct {
	// Path is what to write in the configuration. It is the name that stays: from
	// /dev/serial/by-id, or from by-path where twins would share that, or Node where
	// there is no better one.
	Path string
	Node string // of the kernel, which gives it anew at every plugging in: /dev/ttyUSB0

	Driver         string // of the kernel: ftdi_sio, ch341, cdc_acm, pl011
	Maker, Product string // as a USB device says; empty where it does not, or is none
	Serial         string // the USB device's serial number; cheap adapters have none
	Vendor, Device uint16 // USB ids, 0 where it is not on USB

	place string // where on USB it is plugged in, down to the port of an adapter with several
}

// SerialPorts returns the serial ports of this machine, sorted by Path. It opens
// none of them. Ports that have no hardware behind them, and those over Bluetooth,
// are left out.
func SerialPorts() ([]Port, error) { return machine.serialPorts() }

// StableName returns a name of the serial port at path that it keeps, and whether
// that is another one than path. The name of the kernel goes to whatever is plugged
// in next; a name by id is the same for twins.
func StableName(path string) (string, bool) { return machine.stableName(path) }

// root is the folder that /dev and /sys are in: machine, or a test's.
type root string

// machine is where the kernel shows this machine's devices.
const machine root = ""

func (r root) dev(name string) string { return string(r) + "/dev/" + name }
func (r root) sys(name string) string { return string(r) + "/sys/" + name }

func (r root) serialPorts() ([]Port, error) {
	entries, err := os.ReadDir(r.sys("class/tty"))
	if err != nil {
		return nil, &Error{Op: "list", Path: "serial ports", Err: inWords(err)}
	}
	var ports []Port
	for _, e := range entries {
		if p, ok := r.port(e.Name()); ok {
			ports = append(ports, p)
		}
	}
	ids, places := r.links("serial/by-id/*"), r.links("serial/by-path/*")
	aliases := r.links("serial[0-9]") // of a Raspberry Pi, for the port on its header
	for i := range ports {
		p := &ports[i]
		id := ids[p.Node]
		if p.hasTwin(ports) {
			id = ""
		}
		p.Path = cmp.Or(id, places[p.Node], aliases[p.Node], p.Node)
	}
	slices.SortFunc(ports, func(a, b Port) int { return cmp.Compare(a.Path, b.Path) })
	return ports, nil
}

func (r root) stableName(path string) (string, bool) {
	node := r.node(path)
	ports, _ := r.serialPorts()
	for _, p := range ports {
		if p.Node == node && p.Path != path && !r.byPath(path) {
			return p.Path, true
		}
	}
	return path, false
}

// byPath says whether path names a socket, whatever is plugged in there.
func (r root) byPath(path string) bool {
	return strings.HasPrefix(path, r.dev("serial/by-path/"))
}

// node is the kernel's name of what path leads to; path itself if it leads nowhere.
func (r root) node(path string) string {
	if node, err := filepath.EvalSymlinks(path); err == nil {
		return node
	}
	return path
}

// links maps the node that each link of the pattern leads to, to that link. Of
// several to one node it takes the first by name, which leaves out the "usbv2"
// forms that newer versions of udev add by path.
func (r root) links(pattern string) map[string]string {
	names, _ := filepath.Glob(r.dev(pattern)) // sorted
	to := map[string]string{}
	for _, name := range names {
		if node := r.node(name); node != name && to[node] == "" {
			to[node] = name
		}
	}
	return to
}

// port reads what the kernel says about the terminal of that name; false if it is
// no serial port, or one with nothing behind it.
func (r root) port(name string) (Port, bool) {
	class := r.sys("class/tty/" + name)
	hardware := filepath.Join(class, "device")
	if _, err := os.Stat(hardware); err != nil || strings.HasPrefix(name, "rfcomm") {
		return Port{}, false // a console, Bluetooth
	}
	dir, err := filepath.EvalSymlinks(hardware)
	if err != nil {
		return Port{}, false // it has just gone
	}
	// The kernel makes ttyS0 to ttyS3 whether they are there or not. Type 0 is
	// PORT_UNKNOWN (include/uapi/linux/serial_core.h).
	if attribute(class, "type") == "0" {
		return Port{}, false
	}
	p := Port{Node: r.dev(name), Driver: r.driver(dir)}
	r.describe(&p, dir)
	return p, true
}

// driver is the name of the driver at dir or the first above it that has one. The
// serial core puts devices of its own between a port and its hardware.
func (r root) driver(dir string) string {
	for ; r.within(dir); dir = filepath.Dir(dir) {
		if link, err := os.Readlink(filepath.Join(dir, "driver")); err == nil && !strings.Contains(link, "serial-base") {
			return filepath.Base(link)
		}
	}
	return ""
}

// describe adds what the USB device says that dir belongs to, if it is on USB. A
// device is a folder with idVendor; the one below it is the interface, "1-1.2:1.0".
func (r root) describe(p *Port, dir string) {
	place := ""
	if n := attribute(dir, "port_number"); n != "" {
		place = "-port" + n
	}
	for ; r.within(dir); dir = filepath.Dir(dir) {
		if attribute(dir, "bInterfaceNumber") != "" {
			p.place = strings.TrimPrefix(dir, string(r)) + place
		}
		if vendor := attribute(dir, "idVendor"); vendor != "" {
			p.Vendor, p.Device = hex16(vendor), hex16(attribute(dir, "idProduct"))
			p.Maker, p.Product, p.Serial = attribute(dir, "manufacturer"), attribute(dir, "product"), attribute(dir, "serial")
			return
		}
	}
}

func (r root) within(dir string) bool { return strings.HasPrefix(dir, r.sys("devices/")) }

// outlet is which port of its device p is: the end of its place, after the device.
func (p Port) outlet() string {
	_, outlet, _ := strings.Cut(filepath.Base(p.place), ":")
	return outlet
}

// alike says whether p and q answer to one name by id.
func (p Port) alike(q Port) bool {
	return p.Vendor == q.Vendor && p.Device == q.Device && p.Serial == q.Serial &&
		p.Maker == q.Maker && p.Product == q.Product && p.outlet() == q.outlet()
}

// hasTwin says whether another of the ports is alike.
func (p Port) hasTwin(ports []Port) bool {
	return p.Vendor != 0 && slices.ContainsFunc(ports, func(q Port) bool { return q.Node != p.Node && p.alike(q) })
}

// attribute is the text of a file in /sys, and "" where there is none.
func attribute(dir, name string) string {
	return firstLine(filepath.Join(dir, name))
}

func hex16(s string) uint16 {
	n, _ := strconv.ParseUint(s, 16, 16)
	return uint16(n)
}
