package ticket

import (
	"bytes"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

type host string

func (h host) Network() string { return "tcp" }
func (h host) String() string  { return string(h) }

func TestPrinterAllow(t *testing.T) {
	networks := func(all ...string) (out []netip.Prefix) {
		for _, s := range all {
			out = append(out, netip.MustParsePrefix(s))
		}
		return out
	}
	for _, c := range []struct {
		from, network string
		want          bool
	}{
		{"192.168.1.7:40000", "192.168.1.0/24", true},
		{"[::ffff:192.168.1.7]:40000", "192.168.1.0/24", true},
		{"192.168.2.7:40000", "192.168.1.0/24", false},
		{"[fe80::1%eth0]:1", "192.168.1.0/24", false},
		{"[fe80::1%eth0]:1", "fe80::/10", true},
		{"192.168.1.7:40000", "::ffff:192.168.1.0/120", true},
		{"192.168.2.7:40000", "::ffff:192.168.1.0/120", false},
		{"192.168.1.7:40000", "::/0", false},
		{"pipe", "0.0.0.0/0", false},
	} {
		g := newGuests(networks("10.9.8.7/32", c.network), slog.New(slog.DiscardHandler))
		if got := g.admit(host(c.from)); got != c.want {
			t.Errorf("%s among %s: got %v, want %v", c.from, c.network, got, c.want)
		}
		if !newGuests(nil, nil).admit(host(c.from)) {
			t.Errorf("%s is refused where all are allowed", c.from)
		}
	}
}

// A scarceListener is one of a machine that has no more file descriptors for a while.
type scarceListener struct {
	*pipes
	scarce atomic.Bool
}

func (l *scarceListener) Accept() (net.Conn, error) {
	c, err := l.pipes.Accept()
	if l.scarce.Load() && err == nil {
		go func() { l.conns <- c }() // it stays in the backlog
		return nil, &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
	}
	return c, err
}

// A machine that can take no more connections serves those that it has, and takes more
// when it can.
func TestGuestsScarce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ln := &scarceListener{pipes: newPipes()}
		g := &rig{ln: ln.pipes}
		p := &Printer{Name: "kitchen", Options: Options{Encoding: "cp437"}, Now: clock(time.Now()), Log: slog.New(slog.NewTextHandler(&g.log, nil))}
		done := make(chan error, 1)
		go func() { done <- p.Serve(t.Context(), ln, g.emit) }()
		first := ln.dial(t)
		ask := func(c net.Conn, patience time.Duration) bool {
			t.Helper()
			c.SetDeadline(time.Now().Add(patience))
			if _, err := c.Write([]byte("\x10\x04\x01")); err != nil {
				return false
			}
			_, err := c.Read(make([]byte, 1))
			return err == nil
		}
		if !ask(first, time.Second) {
			t.Fatal("the first is not served")
		}
		ln.scarce.Store(true)
		second := ln.dial(t)
		if ask(second, time.Minute) {
			t.Error("the second is served without a descriptor")
		}
		if !ask(first, time.Second) {
			t.Error("the first is served no more")
		}
		ln.scarce.Store(false)
		if !ask(second, time.Second) {
			t.Error("the second is not served once there is room")
		}
		synctest.Wait()
		if n := strings.Count(g.log.String(), "\n"); n != 2 || !bytes.Contains(g.log.Bytes(), []byte("no more connections")) {
			t.Errorf("logged %d lines, want that it began and ended:\n%s", n, &g.log)
		}
		first.Close()
		second.Close()
		ln.Close()
		if err := <-done; err == nil || !strings.Contains(err.Error(), "accept print jobs") {
			t.Errorf("got %v of a listener that was closed", err)
		}
	})
}

// A hosted connection comes from some host.
type hosted struct {
	net.Conn
	from host
}

func (h hosted) RemoteAddr() net.Addr { return h.from }

// A host that takes all places and never rests, as who sends a byte a second does, gives
// one to another host after a while, and none to itself.
func TestGuestsShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := serve(t, nil)
		dial := func(from host) net.Conn {
			here, there := net.Pipe()
			go func() { g.ln.conns <- hosted{there, from} }()
			return here
		}
		var ended atomic.Int64
		trickle := func() {
			c := dial("192.168.1.66:1")
			go func() {
				defer c.Close()
				for {
					c.SetWriteDeadline(time.Now().Add(time.Minute))
					if _, err := c.Write([]byte("a")); err != nil {
						ended.Add(1)
						return
					}
					time.Sleep(time.Second)
				}
			}()
		}
		for range maxSessions {
			trickle()
		}
		time.Sleep(time.Minute)
		if n := ended.Load(); n > 0 {
			t.Errorf("%d sessions ended for nobody", n)
		}
		till := dial("192.168.1.7:1")
		go till.Write([]byte("\x10\x04\x01"))
		answer := make([]byte, 1)
		till.SetReadDeadline(time.Now().Add(givesWay + 2*slotAgain))
		if _, err := till.Read(answer); err != nil || answer[0] != 0x12 {
			t.Errorf("the other host hears % X (%v), want 12", answer, err)
		}
		time.Sleep(2 * time.Second) // it finds out when it says the next byte
		if n := ended.Load(); n != 1 {
			t.Errorf("%d sessions ended for one", n)
		}
		till.Close()
		g.end()
		time.Sleep(time.Minute) // who trickles finds out
	})
}
