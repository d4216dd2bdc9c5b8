package device

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"

	"github.com/coreos/go-systemd/v22/activation"
)

// Sockets are where the daemon listens: on ports that systemd opened for it
// (readyshelf.socket), and on those that it opens itself.
//
// An inherited socket is systemd's. It is open before the daemon runs, while it is
// restarted and after it was killed: who connects meanwhile waits in its backlog, and
// is served by the next daemon. So a listener on it is a duplicate, and to close that
// closes no port.
type Sockets struct {
	mu        sync.Mutex
	inherited []*inherited
}

// inherited is a socket that was open when the program began.
type inherited struct {
	file *os.File     // closing it, or losing it, would close our end
	addr *net.TCPAddr // nil where it is no TCP port that is listened on
	used bool
}

// Inherit takes over what systemd handed to this program, once: it takes LISTEN_PID,
// LISTEN_FDS and LISTEN_FDNAMES out of the environment, and no child gets the sockets.
// It costs nothing where there are none.
func Inherit() *Sockets { return adopt(activation.Files(true)) }

func adopt(files []*os.File) *Sockets {
	s := &Sockets{}
	for _, f := range files {
		in := &inherited{file: f}
		if ln, err := net.FileListener(f); err == nil {
			in.addr, _ = ln.Addr().(*net.TCPAddr)
			ln.Close() // a duplicate
		}
		s.inherited = append(s.inherited, in)
	}
	return s
}

// Listen listens on a TCP address such as ":9100": on the inherited socket with that
// port, and that address if one is named; else it opens the port. Connections have
// keep-alive, so that those of a till that was switched off end. It can be called
// again once the listener is closed.
func (s *Sockets) Listen(addr string) (net.Listener, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, elsewhere := s.find(addr)
	if in == nil {
		ln, err := Listen(addr)
		var e *Error
		if elsewhere != nil && errors.Is(err, syscall.EADDRINUSE) && errors.As(err, &e) {
			e.Err = plain{fmt.Sprintf("systemd has this port open at %s", elsewhere.addr), syscall.EADDRINUSE}
			e.Hint = fmt.Sprintf("set listen = %q, or the address in readyshelf.socket (sudo systemctl edit readyshelf.socket)",
				fmt.Sprint(":", elsewhere.addr.Port))
		}
		return ln, err
	}
	ln, err := net.FileListener(in.file)
	if err != nil {
		return nil, &Error{Op: "listen on", Path: addr, Err: fmt.Errorf("systemd's socket: %w", err)}
	}
	in.used = true
	return lasting{ln.(*net.TCPListener)}, nil // adopt saw that it is one
}

// find returns the inherited socket for addr, and else one that has only the port of it.
func (s *Sockets) find(addr string) (match, elsewhere *inherited) {
	if len(s.inherited) == 0 {
		return nil, nil
	}
	want, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return nil, nil // Listen says why
	}
	for _, in := range s.inherited {
		switch {
		case in.addr == nil || in.addr.Port != want.Port:
		case len(want.IP) == 0, in.addr.IP.Equal(want.IP), in.addr.IP.IsUnspecified() && want.IP.IsUnspecified():
			return in, nil
		default:
			elsewhere = in
		}
	}
	return nil, elsewhere
}

// Unused names the inherited sockets that nobody listened on. Whoever connects to one
// is let in by the kernel, and waits for ever.
func (s *Sockets) Unused() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, in := range s.inherited {
		switch {
		case in.used:
		case in.addr == nil:
			names = append(names, in.file.Name()+", which is no TCP port")
		default:
			names = append(names, in.addr.String())
		}
	}
	return names
}

// lasting is a listener that was inherited, whose connections have our keep-alive.
type lasting struct{ *net.TCPListener }

func (l lasting) Accept() (net.Conn, error) {
	c, err := l.AcceptTCP()
	if err != nil {
		return nil, err
	}
	// One that cannot be set is of a peer that has gone already: its reader finds out.
	_ = c.SetKeepAliveConfig(keepAlive)
	return c, nil
}
