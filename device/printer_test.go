package device

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A printer's connection has keep-alive, may wait for paper as long as it takes, and
// says that one side has ended while the other goes on.
func TestDialPrinter(t *testing.T) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	near, err := DialPrinter(t.Context(), l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	far, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	if got := option(t, near, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT); got != 0 {
		t.Errorf("TCP_USER_TIMEOUT is %d ms, want none", got)
	}
	if option(t, near, unix.SOL_SOCKET, unix.SO_KEEPALIVE) == 0 || option(t, near, unix.IPPROTO_TCP, unix.TCP_NODELAY) == 0 {
		t.Error("keep-alive or TCP_NODELAY is off")
	}
	if err := near.(*net.TCPConn).CloseWrite(); err != nil {
		t.Error(err)
	}
	if _, err := io.ReadAll(far); err != nil {
		t.Error(err)
	}
	if _, err := far.Write([]byte("x")); err != nil {
		t.Error(err)
	}
}

func TestDialPrinterFails(t *testing.T) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	if _, err := DialPrinter(t.Context(), addr); !errors.Is(err, syscall.ECONNREFUSED) || err.Error() != "nothing takes print jobs at this address and port" {
		t.Errorf("called nobody: %v", err)
	}
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	if _, err := DialPrinter(ctx, addr); err == nil || err.Error() != "it does not answer" {
		t.Errorf("called too late: %v", err)
	}
}
