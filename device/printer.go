package device

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
)

// DialPrinter calls a printer at a TCP address, to hand jobs on to it.
//
// Unlike [Dial] it sets no TCP_USER_TIMEOUT: the kernel counts a window that stays
// closed too, and a printer without paper closes its own until somebody has put a new
// roll in. One that was switched off is found by keep-alive.
func DialPrinter(ctx context.Context, addr string) (net.Conn, error) {
	d := net.Dialer{KeepAliveConfig: keepAlive}
	c, err := d.DialContext(ctx, "tcp", addr)
	if err == nil {
		return c, nil
	}
	var dns *net.DNSError
	switch {
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
