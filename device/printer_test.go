package device

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
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
	near, err := DialPrinter()(t.Context(), l.Addr().String())
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
	if _, err := DialPrinter()(t.Context(), addr); !errors.Is(err, syscall.ECONNREFUSED) || err.Error() != "nothing takes print jobs at this address and port" {
		t.Errorf("called nobody: %v", err)
	}
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	if _, err := DialPrinter()(ctx, addr); err == nil || err.Error() != "it does not answer" {
		t.Errorf("called too late: %v", err)
	}
}

// A port of this machine's own is not called, whatever name or address leads to it.
func TestDialPrinterItself(t *testing.T) {
	l, err := Listen(":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	called := make(chan struct{}, 100)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				close(called)
				return
			}
			c.Close()
			called <- struct{}{}
		}
	}()
	port := l.Addr().(*net.TCPAddr).Port
	hosts := []string{"127.0.0.1", "127.1.2.3", "localhost", "LOCALHOST", "0.0.0.0", "::ffff:127.0.0.1"}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		if ip := a.(*net.IPNet).IP; !ip.IsLinkLocalUnicast() {
			hosts = append(hosts, ip.String())
		}
	}
	for _, host := range hosts {
		addr := net.JoinHostPort(host, strconv.Itoa(port))
		if c, err := DialPrinter(uint16(port))(t.Context(), addr); err == nil || err.Error() != "it is this box itself, and a job would go round for ever" {
			t.Errorf("%s: got %v, %v", addr, c, err)
		}
		c, err := DialPrinter(uint16(port+1))(t.Context(), addr)
		if err != nil {
			t.Errorf("%s is another port: %v", addr, err)
			continue
		}
		<-called
		c.Close()
	}
	l.Close()
	if n := len(called); n > 0 {
		t.Errorf("called %d times more", n)
	}
}
