package device

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// bench is a /dev and a /sys that a test plugs devices into, in the shape that
// Linux 6.1 gives them.
type bench struct {
	t    *testing.T
	root root
}

func newBench(t *testing.T) *bench {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t, root(dir)}
	for _, d := range []string{b.root.sys("class/tty"), b.root.sys("bus"), b.root.dev("")} {
		b.must(os.MkdirAll(d, 0o755))
	}
	return b
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) file(name, content string) {
	b.t.Helper()
	b.must(os.MkdirAll(filepath.Dir(name), 0o755))
	b.must(os.WriteFile(name, []byte(content), 0o644))
}

// link makes a link, relative as the kernel and udev make them.
func (b *bench) link(name, target string) {
	b.t.Helper()
	b.must(os.MkdirAll(filepath.Dir(name), 0o755))
	rel, err := filepath.Rel(filepath.Dir(name), target)
	b.must(err)
	b.must(os.Symlink(rel, name))
}

// adapter is a USB device with a serial port.
type adapter struct {
	socket, iface  string // "1-1.2", "1.0"
	driver         string
	vendor, device string
	attributes     map[string]string // manufacturer, product, serial
	number         string            // of the port, where usbserial gives it one
}

// ch340 is the adapter that comes with cheap scales: it has no serial number.
func ch340(socket string) adapter {
	return adapter{
		socket: socket, iface: "1.0", driver: "ch341-uart", vendor: "1a86", device: "7523", number: "0",
		attributes: map[string]string{"product": "USB Serial"},
	}
}

func ftdi(socket, serial string) adapter {
	return adapter{
		socket: socket, iface: "1.0", driver: "ftdi_sio", vendor: "0403", device: "6001", number: "0",
		attributes: map[string]string{"manufacturer": "FTDI", "product": "FT232R USB UART", "serial": serial},
	}
}

// plug plugs a in, and returns how to unplug it. Links are made for ids and places.
func (b *bench) plug(name string, a adapter, id, place string) (unplug func()) {
	b.t.Helper()
	usb := b.root.sys("devices/platform/scb/fd500000.pcie/usb1/" + a.socket)
	iface := filepath.Join(usb, a.socket+":"+a.iface)
	b.file(filepath.Join(usb, "idVendor"), a.vendor+"\n")
	b.file(filepath.Join(usb, "idProduct"), a.device+"\n")
	for k, v := range a.attributes {
		b.file(filepath.Join(usb, k), v+"\n")
	}
	_, number, _ := strings.Cut(a.iface, ".")
	b.file(filepath.Join(iface, "bInterfaceNumber"), "0"+number+"\n")
	port := iface
	if a.number != "" { // usbserial makes a device of its own below the interface
		port = filepath.Join(iface, name)
		b.file(filepath.Join(port, "port_number"), a.number+"\n")
	}
	drivers := b.root.sys("bus/usb/drivers/" + a.driver)
	b.must(os.MkdirAll(drivers, 0o755))
	b.link(filepath.Join(port, "driver"), drivers)
	tty := filepath.Join(port, "tty", name)
	b.link(filepath.Join(tty, "device"), port)
	b.link(b.root.sys("class/tty/"+name), tty)
	b.file(b.root.dev(name), "")
	made := []string{b.root.sys("class/tty/" + name), b.root.dev(name), usb}
	for dir, link := range map[string]string{"serial/by-id/": id, "serial/by-path/": place} {
		if link == "" {
			continue
		}
		os.Remove(b.root.dev(dir + link)) // of twins, the newest has the link
		b.link(b.root.dev(dir+link), b.root.dev(name))
		made = append(made, b.root.dev(dir+link))
	}
	return func() {
		for _, m := range made {
			b.must(os.RemoveAll(m))
		}
	}
}

// uart is a port of the board itself.
func (b *bench) uart(name, dir, driver, kind string) {
	b.t.Helper()
	device := b.root.sys("devices/" + dir)
	drivers := b.root.sys("bus/" + driver)
	b.must(os.MkdirAll(drivers, 0o755))
	b.must(os.MkdirAll(device, 0o755))
	b.link(filepath.Join(device, "driver"), drivers)
	tty := filepath.Join(device, "tty", name)
	b.file(filepath.Join(tty, "type"), kind+"\n")
	b.link(filepath.Join(tty, "device"), device)
	b.link(b.root.sys("class/tty/"+name), tty)
	b.file(b.root.dev(name), "")
}

const (
	byID   = "usb-1a86_USB_Serial-if00-port0"
	byPath = "platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.%:1.0-port0"
)

func placeOf(socket string) string { return strings.Replace(byPath, "%", socket, 1) }

func TestSerialPorts(t *testing.T) {
	b := newBench(t)
	b.must(os.MkdirAll(b.root.sys("devices/virtual/tty/tty0"), 0o755))
	b.link(b.root.sys("class/tty/tty0"), b.root.sys("devices/virtual/tty/tty0"))
	b.uart("ttyAMA0", "platform/soc/fe201000.serial", "amba/drivers/uart-pl011", "32")
	b.link(b.root.dev("serial0"), b.root.dev("ttyAMA0"))
	b.uart("ttyS0", "platform/serial8250/serial8250:0/serial8250:0.0", "serial-base/drivers/port", "4")
	b.link(b.root.sys("devices/platform/serial8250/driver"), b.root.sys("bus/platform/drivers/serial8250"))
	b.uart("ttyS1", "platform/serial8250/serial8250:0/serial8250:0.1", "serial-base/drivers/port", "0")
	b.uart("rfcomm0", "virtual/bluetooth", "bluetooth/drivers/rfcomm", "1")
	b.plug("ttyUSB0", ch340("1-1.1"), byID, placeOf("1"))
	b.plug("ttyUSB1", ftdi("1-1.2", "A50285BI"), "usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0", placeOf("2"))
	b.plug("ttyUSB2", ch340("1-1.3"), byID, placeOf("3"))
	b.link(b.root.dev("serial/by-path/"+strings.Replace(placeOf("3"), "usb-", "usbv2-", 1)), b.root.dev("ttyUSB2"))
	pico := adapter{
		socket: "1-1.4", iface: "1.0", driver: "cdc_acm", vendor: "2e8a", device: "000a",
		attributes: map[string]string{"manufacturer": "Raspberry Pi", "product": "Pico", "serial": "E6616407E3"},
	}
	b.plug("ttyACM0", pico, "", "") // before udev has made its links

	got, err := b.root.serialPorts()
	if err != nil {
		t.Fatal(err)
	}
	for i := range got { // as if it were the machine's
		for _, s := range []*string{&got[i].Path, &got[i].Node} {
			*s = strings.TrimPrefix(*s, string(b.root))
		}
	}
	want := []Port{
		{Path: "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0", Node: "/dev/ttyUSB1", Driver: "ftdi_sio",
			Maker: "FTDI", Product: "FT232R USB UART", Serial: "A50285BI", Vendor: 0x0403, Device: 0x6001},
		{Path: "/dev/serial/by-path/" + placeOf("1"), Node: "/dev/ttyUSB0", Driver: "ch341-uart", Product: "USB Serial", Vendor: 0x1a86, Device: 0x7523},
		{Path: "/dev/serial/by-path/" + placeOf("3"), Node: "/dev/ttyUSB2", Driver: "ch341-uart", Product: "USB Serial", Vendor: 0x1a86, Device: 0x7523},
		{Path: "/dev/serial0", Node: "/dev/ttyAMA0", Driver: "uart-pl011"},
		{Path: "/dev/ttyACM0", Node: "/dev/ttyACM0", Driver: "cdc_acm", Maker: "Raspberry Pi", Product: "Pico", Serial: "E6616407E3", Vendor: 0x2e8a, Device: 0x000a},
		{Path: "/dev/ttyS0", Node: "/dev/ttyS0", Driver: "serial8250"},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Port{})); diff != "" {
		t.Errorf("ports (-want +got):\n%s", diff)
	}
}

// An adapter with two ports is no pair of twins: each port has its own name by id.
func TestSerialPortsOfOneAdapter(t *testing.T) {
	b := newBench(t)
	two := ftdi("1-1.2", "")
	b.plug("ttyUSB0", two, "usb-FTDI_Dual-if00-port0", placeOf("2"))
	two.iface = "1.1"
	b.plug("ttyUSB1", two, "usb-FTDI_Dual-if01-port0", "")
	two.iface, two.number = "1.2", "1"
	b.plug("ttyUSB2", two, "usb-FTDI_Dual-if02-port1", "")
	two.number = "0"
	b.plug("ttyUSB3", two, "usb-FTDI_Dual-if02-port0", "")
	ports, err := b.root.serialPorts()
	if err != nil || len(ports) != 4 {
		t.Fatalf("got %d ports, error %v", len(ports), err)
	}
	for _, p := range ports {
		if !strings.Contains(p.Path, "/by-id/") {
			t.Errorf("%s is called %s", p.Node, p.Path)
		}
	}
}

func TestSerialPortsWithoutSys(t *testing.T) {
	if _, err := root(t.TempDir()).serialPorts(); err == nil || !strings.Contains(err.Error(), "list serial ports") {
		t.Errorf("got %v", err)
	}
}

// TestSerialPortsHere reads the real thing, whatever there is.
func TestSerialPortsHere(t *testing.T) {
	ports, err := SerialPorts()
	if err != nil {
		t.Skipf("no /sys here: %v", err)
	}
	for _, p := range ports {
		if p.Node == "" || p.Path == "" || p.Driver == "" {
			t.Errorf("half a port: %+v", p)
		}
	}
}

func TestStableName(t *testing.T) {
	b := newBench(t)
	b.plug("ttyUSB0", ch340("1-1.1"), byID, placeOf("1"))
	b.plug("ttyUSB1", ftdi("1-1.2", "A5"), "usb-FTDI_A5", placeOf("2"))
	b.uart("ttyAMA0", "platform/soc/fe201000.serial", "amba/drivers/uart-pl011", "32")
	check := func(path, want string, better bool) {
		t.Helper()
		got, ok := b.root.stableName(b.root.dev(path))
		if got != b.root.dev(want) || ok != better {
			t.Errorf("%s: got %s, %v, want %s, %v", path, got, ok, want, better)
		}
	}
	check("ttyUSB0", "serial/by-id/"+byID, true)
	check("ttyUSB1", "serial/by-id/usb-FTDI_A5", true)
	check("serial/by-id/usb-FTDI_A5", "serial/by-id/usb-FTDI_A5", false)
	check("serial/by-path/"+placeOf("2"), "serial/by-path/"+placeOf("2"), false)
	check("ttyAMA0", "ttyAMA0", false)
	check("ttyUSB9", "ttyUSB9", false)
	b.plug("ttyUSB2", ch340("1-1.3"), byID, placeOf("3")) // a twin: the link goes to it
	check("ttyUSB0", "serial/by-path/"+placeOf("1"), true)
	check("serial/by-id/"+byID, "serial/by-path/"+placeOf("3"), true)
}
