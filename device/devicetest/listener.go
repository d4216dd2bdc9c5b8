package devicetest

import (
	"net"
	"net/netip"
	"sync"
)

// Listener is a server's end of a network in memory. Its connections are those of
// [net.Pipe]: a Write waits until the other side has read it all, and deadlines
// work.
type Listener struct {
	calls  chan net.Conn
	closed chan struct{}
	close  func()
}

var _ net.Listener = (*Listener)(nil)

var (
	serverAddr = netip.MustParseAddrPort("127.0.0.1:9100")
	clientAddr = netip.MustParseAddr("127.0.0.1")
)

// clientPort is the port that every client calls from.
const clientPort = 49152

// NewListener returns a Listener that can be dialled.
func NewListener() *Listener {
	l := &Listener{calls: make(chan net.Conn), closed: make(chan struct{})}
	l.close = sync.OnceFunc(func() { close(l.closed) })
	return l
}

// Dial connects to the listener, from 127.0.0.1. It waits until the connection is
// accepted; if the listener is closed, it returns an error that is [net.ErrClosed].
func (l *Listener) Dial() (net.Conn, error) { return l.DialFrom(clientAddr) }

// DialFrom is Dial from another machine, as the accepted connection's RemoteAddr
// says.
func (l *Listener) DialFrom(from netip.Addr) (net.Conn, error) {
	near, far := net.Pipe()
	client := net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, clientPort))
	server := net.TCPAddrFromAddrPort(serverAddr)
	select {
	case <-l.closed:
	default:
		select {
		case l.calls <- &conn{far, server, client}:
			return &conn{near, client, server}, nil
		case <-l.closed:
		}
	}
	near.Close()
	far.Close()
	return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: server, Err: net.ErrClosed}
}

// Accept waits for the next call, or until the listener is closed.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.calls:
		return c, nil
	case <-l.closed:
		return nil, &net.OpError{Op: "accept", Net: "tcp", Addr: l.Addr(), Err: net.ErrClosed}
	}
}

// Close ends Accept and Dial. Connections stay.
func (l *Listener) Close() error {
	l.close()
	return nil
}

// Addr returns 127.0.0.1:9100.
func (l *Listener) Addr() net.Addr { return net.TCPAddrFromAddrPort(serverAddr) }

// conn is a pipe with the addresses of a TCP connection.
type conn struct {
	net.Conn
	local, remote net.Addr
}

func (c *conn) LocalAddr() net.Addr  { return c.local }
func (c *conn) RemoteAddr() net.Addr { return c.remote }
