package devicetest

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

func TestListener(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewListener()
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					if !errors.Is(err, net.ErrClosed) {
						t.Errorf("accept: %v", err)
					}
					return
				}
				io.WriteString(c, c.RemoteAddr().String()+" to "+c.LocalAddr().String())
				c.Close()
			}
		}()
		for from, want := range map[string]string{
			"":             "127.0.0.1:49152 to 127.0.0.1:9100",
			"192.168.1.20": "192.168.1.20:49152 to 127.0.0.1:9100",
		} {
			dial := l.Dial
			if from != "" {
				dial = func() (net.Conn, error) { return l.DialFrom(netip.MustParseAddr(from)) }
			}
			c, err := dial()
			if err != nil {
				t.Fatal(err)
			}
			if c.RemoteAddr().String() != l.Addr().String() {
				t.Errorf("connected to %v", c.RemoteAddr())
			}
			got, err := io.ReadAll(c)
			if string(got) != want || err != nil {
				t.Errorf("read %q, %v, want %q", got, err, want)
			}
			c.Close()
		}

		time.AfterFunc(time.Minute, func() { l.Close() })
		time.Sleep(2 * time.Minute)
		if err := l.Close(); err != nil {
			t.Errorf("close again: %v", err)
		}
		if _, err := l.Dial(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("dial: %v", err)
		}
	})
}

// A Dial that nobody accepts ends with the listener; a deadline passes in the
// bubble's time.
func TestListenerWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewListener()
		time.AfterFunc(time.Hour, func() { l.Close() })
		if _, err := l.Dial(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("dial: %v", err)
		}

		l = NewListener()
		defer l.Close()
		go l.Accept()
		c, err := l.Dial()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetReadDeadline(time.Now().Add(time.Hour))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("read: %v", err)
		}
	})
}
