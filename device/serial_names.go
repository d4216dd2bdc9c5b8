package device

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// lookForTwins is how often a port that is read looks for twins of its device.
const lookForTwins = 10 * time.Second

// SerialNames opens serial ports, and remembers which device each name stood for.
//
// The kernel's own names go to whatever is plugged in first: after a hub lost its
// power, ttyUSB0 may be the other scale. A name whose device has changed is refused
// with an error that is [fs.ErrNotExist], as its device is not there, until that
// comes back or the program starts anew. Two devices on USB are the same if they
// have the same ids and serial number. They must be in the same socket too if they have
// no serial number, unless the name is one by id, and always if twins were ever seen:
// two with one name by id. Twins are looked for at every Open, while a port is read,
// and when it fails. A name by path stays with the socket that it names.
//
// It is safe for concurrent use.
type SerialNames struct {
	root root
	open func(path, node string, m SerialMode) (io.ReadWriteCloser, error)

	mu    sync.Mutex
	known map[string]*knownPort // by the name that was opened
}

// NewSerialNames returns one that has seen no device yet.
func NewSerialNames() *SerialNames {
	return &SerialNames{root: machine, open: openSerial, known: map[string]*knownPort{}}
}

type knownPort struct {
	Port
	twins bool // another like it was there, at any time
}

// Open is [OpenSerial] for the device that path has always named.
func (n *SerialNames) Open(path string, m SerialMode) (io.ReadWriteCloser, error) {
	node := n.root.node(path)
	n.notice("")
	if _, err := n.look(path, node); err != nil {
		return nil, err
	}
	port, err := n.open(path, node, m)
	if err != nil {
		return nil, err
	}
	// Once more: another device may have come after the first look. From now on none
	// can, as a name whose port is open is given to no other.
	found, err := n.look(path, node)
	if err != nil {
		return nil, errors.Join(err, port.Close())
	}
	if found == nil {
		return port, nil
	}
	n.remember(path, found)
	return &watchedPort{port, n, path, time.Now()}, nil
}

// notice looks for twins of the devices that are known. Whoever looked only when a name
// is opened again could find a twin alone there, and take it for the one that has left.
// Left is the name whose device has just left, and so is not in another socket yet.
func (n *SerialNames) notice(left string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.known) == 0 {
		return
	}
	ports, _ := n.root.serialPorts() // without /sys there is nothing to go by
	for path, k := range n.known {
		for _, p := range ports {
			k.twins = k.twins || k.alike(p) && (p.hasTwin(ports) || path == left && p.place != k.place)
		}
	}
}

// look returns the device that path, which leads to node, names now; nil where it
// does not matter which. It refuses one that is not that of before.
func (n *SerialNames) look(path, node string) (*knownPort, error) {
	now := n.root.fickle(path, node)
	n.mu.Lock()
	defer n.mu.Unlock()
	before := n.known[path]
	if now == nil || before == nil || before.same(now, path) {
		return now, nil
	}
	stays := fmt.Sprintf("write serial = %q, a name that it keeps", before.Path)
	if before.Path == path {
		stays = "give each socket its own name, from /dev/serial/by-path"
	}
	return nil, &Error{
		Op: "open", Path: path,
		Err: plain{fmt.Sprintf("another device has this name now: %s instead of %s", now.about(), before.about()), fs.ErrNotExist},
		Hint: "plug in the one that was there, and " + stays +
			"; to go on with the new one, restart readyshelf",
	}
}

// remember notes which device path names.
func (n *SerialNames) remember(path string, found *knownPort) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if before := n.known[path]; before != nil && before.twins {
		found.twins = true
	}
	n.known[path] = found
}

// fickle returns the USB device at node, if path could come to name another.
func (r root) fickle(path, node string) *knownPort {
	byID := strings.HasPrefix(path, r.dev("serial/by-id/"))
	if path != node && !byID || filepath.Dir(node)+"/" != r.dev("") {
		return nil
	}
	ports, _ := r.serialPorts() // without /sys there is nothing to go by
	for _, p := range ports {
		if p.Node == node && p.Vendor != 0 {
			return &knownPort{p, p.hasTwin(ports)}
		}
	}
	return nil
}

// same says whether now is the device that path named before.
func (before *knownPort) same(now *knownPort, path string) bool {
	switch {
	case !before.alike(now.Port):
		return false
	case now.place == before.place:
		return true
	case before.twins || now.twins:
		return false
	}
	return now.Serial != "" || path != now.Node // by id, and no other has that
}

// watchedPort looks for twins of its device.
type watchedPort struct {
	io.ReadWriteCloser
	names  *SerialNames
	path   string
	looked time.Time
}

func (p *watchedPort) Read(b []byte) (int, error) {
	n, err := p.ReadWriteCloser.Read(b)
	switch now := time.Now(); {
	case err != nil:
		p.names.notice(p.path)
	case now.Sub(p.looked) >= lookForTwins:
		p.names.notice("")
		p.looked = now
	}
	return n, err
}

// about is p in a few words: "FTDI FT232R USB UART A50285BI (0403:6001)".
func (p Port) about() string {
	name := strings.Join(strings.Fields(p.Maker+" "+p.Product+" "+p.Serial), " ")
	return fmt.Sprintf("%s (%04x:%04x) in socket %s", cmp.Or(name, "a device without a name"), p.Vendor, p.Device, p.socket())
}

// socket is where the device is plugged in, as the kernel counts: "1-1.3".
func (p Port) socket() string {
	socket, _, _ := strings.Cut(filepath.Base(p.place), ":")
	return socket
}
