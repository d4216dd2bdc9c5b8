package device

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"syscall"
)

// errItself is a call to a port of ours.
var errItself = errors.New("it is this box itself")

// DialPrinter returns what calls a printer at a TCP address, to hand jobs on to it. It
// does not call this machine, by any of its names and addresses, at the ports that are
// its own: a job that is handed on to who hands it on goes round for ever.
//
// Unlike [Dial] it sets no TCP_USER_TIMEOUT: the kernel counts a window that stays
// closed too, and a printer without paper closes its own until somebody has put a new
// roll in. One that was switched off is found by keep-alive.
func DialPrinter(own ...uint16) func(ctx context.Context, addr string) (net.Conn, error) {
	d := net.Dialer{KeepAliveConfig: keepAlive, Control: func(_, addr string, _ syscall.RawConn) error {
		if a, err := netip.ParseAddrPort(addr); err == nil && slices.Contains(own, a.Port()) && isOwn(a.Addr()) {
			return errItself
		}
		return nil
	}}
	return func(ctx context.Context, addr string) (net.Conn, error) { return callPrinter(ctx, d, addr) }
}

// isOwn says that a is an address of this machine.
func isOwn(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if a.IsLoopback() || a.IsUnspecified() {
		return true
	}
	all, err := net.InterfaceAddrs()
	return err == nil && slices.ContainsFunc(all, func(n net.Addr) bool {
		p, err := netip.ParsePrefix(n.String())
		return err == nil && p.Addr().Unmap() == a
	})
}

func callPrinter(ctx context.Context, d net.Dialer, addr string) (net.Conn, error) {
	c, err := d.DialContext(ctx, "tcp", addr)
	if err == nil {
		return c, nil
	}
	var dns *net.DNSError
	switch {
	case errors.Is(err, errItself):
		return nil, plain{"it is this box itself, and a job would go round for ever", err}
	case errors.As(err, &dns):
		return nil, plain{"its name is unknown", err}
	case errors.Is(err, syscall.ECONNREFUSED):
		return nil, plain{"nothing takes print jobs at this address and port", err}
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return nil, plain{"there is no such machine in the network", err}
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return nil, plain{"it does not answer", err}
	}
	return nil, err
}
