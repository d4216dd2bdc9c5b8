package device

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// userTimeout is how long sent data may stay unacknowledged before the kernel ends
// the connection. Without it a peer that vanished is noticed after 15 minutes.
const userTimeout = 8 * time.Second

// Dial connects to addr for a conversation of small messages over a bad network.
// Of a TCP connection:
//
//   - TCP_USER_TIMEOUT is 8 s: data that nobody acknowledges ends it;
//   - TCP_NODELAY is on: nothing waits for more to send;
//   - TCP_QUICKACK is armed again before each read from the kernel, since the
//     kernel disarms it: a broker that runs Nagle's algorithm (mosquitto's default)
//     would else hold back its next message for our delayed ACK, 41 ms each;
//   - reads are buffered, 4 KiB.
func Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	tcp := strings.HasPrefix(network, "tcp")
	d := net.Dialer{KeepAliveConfig: keepAlive}
	if tcp {
		d.Control = setUserTimeout
	}
	c, err := d.DialContext(ctx, network, addr)
	if err != nil || !tcp {
		return c, err
	}
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("prepare the connection to %s: %w", addr, err)
	}
	return &prompt{Conn: c, in: bufio.NewReader(&acking{c, raw})}, nil
}

func setUserTimeout(_, _ string, c syscall.RawConn) (err error) {
	cerr := c.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(userTimeout.Milliseconds()))
	})
	if cerr != nil {
		return cerr
	}
	return err
}

// prompt is a TCP connection whose reads acknowledge at once. Like any net.Conn it
// has one reader at a time. It embeds the interface, so that no method of the TCP
// connection, such as WriteTo, goes around the buffer.
type prompt struct {
	net.Conn
	in *bufio.Reader
}

func (p *prompt) Read(b []byte) (int, error) { return p.in.Read(b) }

// acking arms TCP_QUICKACK before each read. That it cannot be armed costs time
// and nothing else, so it is not an error.
type acking struct {
	c   net.Conn
	raw syscall.RawConn
}

func (a *acking) Read(b []byte) (int, error) {
	_ = a.raw.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1)
	})
	return a.c.Read(b)
}
