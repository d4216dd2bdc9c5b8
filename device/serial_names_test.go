package device

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// names remembers what it opened on b, and opens nothing.
func names(b *bench) (n *SerialNames, open func(path string) error) {
	n = NewSerialNames()
	n.root = b.root
	n.open = func(path, node string, _ SerialMode) (io.ReadWriteCloser, error) {
		if firstLine(node) != "" || node == path && !strings.Contains(path, "tty") {
			return nil, errors.New("opened what is no port")
		}
		return closer{new(int)}, nil
	}
	return n, func(path string) error {
		_, err := n.Open(b.root.dev(path), SerialMode{})
		return err
	}
}

// refused checks that err says that another device is there, and what to do.
func refused(t *testing.T, err error, says ...string) {
	t.Helper()
	if !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("got %v, want that it is not there", err)
	}
	for _, s := range append(says, "another device has this name now", "restart readyshelf") {
		if !strings.Contains(err.Error(), s) {
			t.Errorf("%v\ndoes not say %q", err, s)
		}
	}
}

func accepted(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("got %v", err)
	}
}

// The hub loses its power, and the scales come back in another order.
func TestSerialNamesSwapped(t *testing.T) {
	b := newBench(t)
	_, open := names(b)
	first := b.plug("ttyUSB0", ch340("1-1.1"), byID, placeOf("1"))
	accepted(t, open("ttyUSB0"))
	accepted(t, open("ttyUSB0"))
	first()
	second := b.plug("ttyUSB0", ch340("1-1.3"), byID, placeOf("3"))
	refused(t, open("ttyUSB0"), "socket 1-1.3 instead of", "socket 1-1.1", byID)
	second()
	b.plug("ttyUSB0", ch340("1-1.1"), byID, placeOf("1"))
	accepted(t, open("ttyUSB0"))
}

func TestSerialNamesOfTheKernel(t *testing.T) {
	for name, c := range map[string]struct {
		first, then adapter
		same        bool
	}{
		"another kind":                      {ch340("1-1.1"), ftdi("1-1.1", ""), false},
		"the same socket":                   {ch340("1-1.1"), ch340("1-1.1"), true},
		"another socket":                    {ch340("1-1.1"), ch340("1-1.2"), false},
		"another socket, the same number":   {ftdi("1-1.1", "A1"), ftdi("1-1.2", "A1"), true},
		"the same socket, another number":   {ftdi("1-1.1", "A1"), ftdi("1-1.1", "B2"), false},
		"a number where there had been one": {ftdi("1-1.1", "A1"), ftdi("1-1.1", ""), false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			_, open := names(b)
			unplug := b.plug("ttyUSB0", c.first, "", "")
			accepted(t, open("ttyUSB0"))
			unplug()
			b.plug("ttyUSB0", c.then, "", "")
			if err := open("ttyUSB0"); c.same {
				accepted(t, err)
			} else {
				refused(t, err)
			}
		})
	}
}

// A name by id goes where its device goes, unless there were two with that name.
func TestSerialNamesByID(t *testing.T) {
	b := newBench(t)
	_, open := names(b)
	first := b.plug("ttyUSB0", ch340("1-1.1"), byID, placeOf("1"))
	accepted(t, open("serial/by-id/"+byID))
	first()
	moved := b.plug("ttyUSB0", ch340("1-1.2"), byID, placeOf("2"))
	accepted(t, open("serial/by-id/"+byID))

	twin := b.plug("ttyUSB1", ch340("1-1.3"), byID, placeOf("3"))
	refused(t, open("serial/by-id/"+byID), "by-path")
	twin()
	b.link(b.root.dev("serial/by-id/"+byID), b.root.dev("ttyUSB0"))
	b.plug("ttyUSB1", ch340("1-1.3"), "", placeOf("3"))
	accepted(t, open("serial/by-id/"+byID)) // the old one, but there are two now
	moved()
	b.link(b.root.dev("serial/by-id/"+byID), b.root.dev("ttyUSB1"))
	refused(t, open("serial/by-id/"+byID), "by-path") // the twin alone
	accepted(t, open("serial/by-path/"+placeOf("3")))
}

// A twin that comes once a port is open is remembered, however it was seen: it never
// stands in for the one that leaves.
func TestSerialNamesTwinComesLater(t *testing.T) {
	path := "serial/by-id/" + byID
	for name, c := range map[string]struct {
		serial string
		saw    func(n *SerialNames, port io.Reader, unplug func())
	}{
		"its own name is opened": {"", func(n *SerialNames, _ io.Reader, unplug func()) {
			n.Open(n.root.dev("serial/by-path/"+placeOf("3")), SerialMode{})
			unplug()
		}},
		"the port is read": {"", func(_ *SerialNames, port io.Reader, unplug func()) {
			time.Sleep(lookForTwins)
			port.Read(nil)
			unplug()
		}},
		"the port fails": {"", func(_ *SerialNames, port io.Reader, unplug func()) {
			unplug()
			port.(*watchedPort).ReadWriteCloser = broken{}
			port.Read(nil)
		}},
		"both have one serial number": {"0001", func(_ *SerialNames, port io.Reader, unplug func()) {
			time.Sleep(lookForTwins)
			port.Read(nil)
			unplug()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			synctest.Test(t, func(t *testing.T) {
				n, open := names(b)
				kind := func(socket string) adapter { return ftdi(socket, c.serial) }
				unplug := b.plug("ttyUSB0", kind("1-1.1"), byID, placeOf("1"))
				port, err := n.Open(b.root.dev(path), SerialMode{})
				accepted(t, err)
				b.plug("ttyUSB1", kind("1-1.3"), "", placeOf("3"))
				c.saw(n, port, unplug)
				b.link(b.root.dev(path), b.root.dev("ttyUSB1"))
				refused(t, open(path), "socket 1-1.3 instead of", "by-path")
				b.must(os.Remove(b.root.dev(path)))
				b.plug("ttyUSB2", kind("1-1.1"), byID, placeOf("1"))
				accepted(t, open(path))
			})
		})
	}
}

// broken is a port that was unplugged.
type broken struct{ closer }

func (broken) Read([]byte) (int, error) { return 0, errGone }

// A socket's name means whatever is plugged in there, and a link that somebody made
// is believed.
func TestSerialNamesThatAreTrusted(t *testing.T) {
	b := newBench(t)
	_, open := names(b)
	first := b.plug("ttyUSB0", ch340("1-1.1"), "", placeOf("1"))
	b.link(b.root.dev("scale"), b.root.dev("ttyUSB0"))
	accepted(t, open("serial/by-path/"+placeOf("1")))
	accepted(t, open("scale"))
	first()
	b.plug("ttyUSB0", ftdi("1-1.1", "A1"), "", placeOf("1"))
	accepted(t, open("serial/by-path/"+placeOf("1")))
	accepted(t, open("scale"))
}

// It comes and goes at the worst moment: between looking and opening.
func TestSerialNamesRace(t *testing.T) {
	b := newBench(t)
	n, open := names(b)
	unplug := b.plug("ttyUSB0", ftdi("1-1.1", "A1"), "", "")
	accepted(t, open("ttyUSB0"))
	unplug()
	closed := 0
	n.open = func(path, node string, _ SerialMode) (io.ReadWriteCloser, error) {
		b.plug("ttyUSB0", ftdi("1-1.2", "B2"), "", "")
		return closer{&closed}, nil
	}
	refused(t, open("ttyUSB0"), "B2 (0403:6001) in socket 1-1.2 instead of", "A1")
	if closed != 1 {
		t.Errorf("the other device was closed %d times", closed)
	}
}

// closer counts how often it was closed.
type closer struct{ n *int }

func (closer) Read([]byte) (int, error)  { return 0, nil }
func (closer) Write([]byte) (int, error) { return 0, nil }
func (c closer) Close() error            { *c.n++; return nil }

func TestSerialNamesOnThisMachine(t *testing.T) {
	far, path := cable(t)
	n := NewSerialNames()
	for range 2 {
		p, err := n.Open(path, modes["9600 8N1"])
		if err != nil {
			t.Fatal(err)
		}
		far.WriteString("W")
		if b := make([]byte, 4); func() int { k, _ := p.Read(b); return k }() != 1 {
			t.Errorf("read %q", b)
		}
		p.Close()
	}
	if _, err := n.Open("/dev/ttyUSB99", modes["9600 8N1"]); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestCheckSerialPath(t *testing.T) {
	for path, says := range map[string]string{
		"/dev/hidraw0":         "a USB scale or another HID device",
		"/dev/usb/lp0":         "a printer that is plugged in here",
		"/dev/usblp0":          "a printer that is plugged in here",
		"/dev/g_printer0":      "as gadget of a [[printer]]",
		"/dev/bus/usb/001/004": "not its port; write its name in /dev/serial/by-id",
	} {
		_, err := OpenSerial(path, modes["9600 8N1"])
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v", path, err)
		}
	}
	for _, path := range []string{"/dev/ttyUSB0", "/dev/serial/by-id/x", "/dev/pts/3", "", "hidraw"} {
		if err := CheckSerialPath(path); err != nil {
			t.Errorf("%q: got %v", path, err)
		}
	}
}
