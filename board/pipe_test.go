package board

import (
	"net"
	"net/netip"
	"sync"
)

// oneConn is a listener that has one connection to give.
type oneConn struct {
	conn   net.Conn
	given  bool
	once   sync.Once
	closed chan struct{}
}

func (l *oneConn) Accept() (net.Conn, error) {
	if !l.given {
		l.given = true
		return nearConn{l.conn}, nil
	}
	<-l.closed
	return nil, net.ErrClosed
}

// nearConn is a connection whose other end is on this machine.
type nearConn struct{ net.Conn }

func (nearConn) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:40000"))
}

func (l *oneConn) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *oneConn) Addr() net.Addr { return l.conn.LocalAddr() }
