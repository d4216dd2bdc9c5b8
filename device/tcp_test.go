package device

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// pair returns both ends of a connection made with Dial to a Listen.
func pair(t *testing.T) (near, far net.Conn) {
	t.Helper()
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	near, err = Dial(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close() })
	far, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { far.Close() })
	return near, far
}

func option(t *testing.T, c net.Conn, level, opt int) (n int) {
	t.Helper()
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(fd uintptr) { n, err = unix.GetsockoptInt(int(fd), level, opt) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestDialSetsOptions(t *testing.T) {
	near, far := pair(t)
	tcp := near.(*prompt).Conn
	if got := option(t, tcp, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT); got != 8000 {
		t.Errorf("TCP_USER_TIMEOUT is %d ms", got)
	}
	if option(t, tcp, unix.IPPROTO_TCP, unix.TCP_NODELAY) == 0 {
		t.Error("TCP_NODELAY is off")
	}
	for end, c := range map[string]net.Conn{"near": tcp, "far": far} {
		if option(t, c, unix.SOL_SOCKET, unix.SO_KEEPALIVE) == 0 {
			t.Errorf("keep-alive is off at the %s end", end)
		}
	}
}

// A connection that was accepted has what its listener was given.
func TestEndVanished(t *testing.T) {
	ln, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	for _, want := range []int{0, 8000} {
		far, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer far.Close()
		c, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if got := option(t, c, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT); got != want {
			t.Errorf("TCP_USER_TIMEOUT is %d ms, want %d", got, want)
		}
		if err := EndVanished(ln); err != nil {
			t.Fatal(err)
		}
	}
}

// The bytes arrive, whatever the reader's steps, and after a deadline too.
func TestDialReads(t *testing.T) {
	near, far := pair(t)
	near.SetReadDeadline(time.Now().Add(time.Millisecond))
	if _, err := near.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("read past the deadline: %v", err)
	}
	near.SetReadDeadline(time.Time{})

	want := bytes.Repeat([]byte("ready "), 10_000)
	go func() { far.Write(want); far.Close() }()
	var head [7]byte
	if _, err := io.ReadFull(near, head[:]); err != nil {
		t.Fatal(err)
	}
	var rest bytes.Buffer
	if _, err := io.Copy(&rest, near); err != nil {
		t.Fatal(err)
	}
	if got := append(head[:], rest.Bytes()...); !bytes.Equal(got, want) {
		t.Errorf("%d bytes arrived of %d, or they differ", len(got), len(want))
	}
}

func TestDialFails(t *testing.T) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	if c, err := Dial(t.Context(), "tcp", addr); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("connected to nobody: %v, %v", c, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Dial(ctx, "tcp", addr); !errors.Is(err, context.Canceled) && !strings.Contains(err.Error(), "canceled") {
		t.Errorf("Dial with an ended context: %v", err)
	}
}

func TestListenErrors(t *testing.T) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for addr, want := range map[string]error{
		l.Addr().String(): syscall.EADDRINUSE,
		"192.0.2.1:0":     syscall.EADDRNOTAVAIL, // TEST-NET-1: nobody has it
		"nonsense":        nil,
	} {
		l, err := Listen(addr)
		if err == nil {
			l.Close()
			t.Errorf("could listen on %s", addr)
			continue
		}
		var e *Error
		if !errors.As(err, &e) || want != nil && (!errors.Is(err, want) || e.Remedy() == "") {
			t.Errorf("listen on %s: %v", addr, err)
		}
	}
}
