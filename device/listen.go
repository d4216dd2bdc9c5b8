package device

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"
)

// keepAlive finds a peer that was switched off within about two minutes. A till
// may say nothing for hours and is still there.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: time.Minute, Interval: 15 * time.Second, Count: 4}

// Listen listens on a TCP address such as ":9100". Its connections have
// keep-alive, so that those of a till that was switched off end.
func Listen(addr string) (net.Listener, error) {
	lc := net.ListenConfig{KeepAliveConfig: keepAlive}
	lc.SetMultipathTCP(false) // no till speaks it, and it does not know TCP_USER_TIMEOUT
	l, err := lc.Listen(context.Background(), "tcp", addr)
	if err == nil {
		return l, nil
	}
	e := &Error{Op: "listen on", Path: addr, Err: err}
	var op *net.OpError
	if errors.As(err, &op) {
		e.Err = op.Err
	}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		e.Err = plain{"another program has this port", syscall.EADDRINUSE}
		e.Hint = "stop it, or set another port in listen"
	case errors.Is(err, syscall.EACCES):
		e.Err = errDenied
		e.Hint = "set a port above 1023 in listen"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		e.Err = plain{"this machine does not have that address", syscall.EADDRNOTAVAIL}
		e.Hint = "leave the address out of listen, as in :9100"
	}
	return nil, e
}

// EndVanished makes the connections that ln accepts end when data stays unacknowledged for
// 8 s, as [Dial] does: a tablet that lost its power would else hold its stream for 15
// minutes. It is not for a till, which may keep its window closed for longer. A listener
// that is no socket is left as it is.
func EndVanished(ln net.Listener) error {
	s, ok := ln.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := s.SyscallConn()
	if err == nil {
		err = setUserTimeout("", "", raw) // what is accepted inherits it
	}
	if err != nil {
		return fmt.Errorf("have vanished peers of %s noticed: %w", ln.Addr(), err)
	}
	return nil
}
