package ticket

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A usb is a cable whose far end is a pipe.
type usb struct {
	net.Conn
	offline atomic.Bool
}

func (u *usb) SetOffline(offline bool) { u.offline.Store(offline) }

// plugged starts a printer on a cable in the bubble, and returns the till's end.
func plugged(t *testing.T) (g *rig, u *usb, till net.Conn) {
	g = &rig{}
	p := &Printer{
		Name: "usb", Options: Options{Encoding: "cp437"}, Now: clock(time.Now()),
		Log:       slog.New(slog.NewTextHandler(&g.log, nil)),
		Accepting: func() bool { return !g.shut.Load() },
	}
	till, here := net.Pipe()
	u = &usb{Conn: here}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.ServeCable(ctx, u, g.emit) }()
	g.end = func() error {
		cancel()
		till.Close()
		return <-done
	}
	return g, u, till
}

func TestCable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _, till := plugged(t)
		send(t, till, orderNo("41")+"\x1DV0")
		time.Sleep(6 * time.Hour) // no till hangs up, and none is hung up on
		if a := ask(t, till, "\x10\x04\x01\x1DI\x42", 8); a != "\x12_EPSON\x00" {
			t.Errorf("got % X", a)
		}
		send(t, till, orderNo("42"))
		time.Sleep(1600 * time.Millisecond)
		send(t, till, "@PJL INFO STATUS\r\n"+orderNo("43")+"\x1DV0")
		if diff := cmp.Diff([]string{"printer/usb 41", "printer/usb 42", "printer/usb 43"}, names(g.got())); diff != "" {
			t.Errorf("want -, got +\n%s", diff)
		}
		if err := g.end(); err != nil || g.log.Len() > 0 {
			t.Errorf("got %v and log %q, want neither", err, &g.log)
		}
	})
}

// TestCableOffline: the till is told within a second, and its job waits.
func TestCableOffline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, u, till := plugged(t)
		g.shut.Store(true)
		time.Sleep(statusAgain + time.Millisecond)
		if !u.offline.Load() {
			t.Error("the till was not told that no job is taken")
		}
		job := orderNo("7") + "\x1DV0"
		till.SetWriteDeadline(time.Now().Add(time.Minute))
		n, err := io.WriteString(till, job)
		if n > 1 || err == nil {
			t.Errorf("an offline printer read %d bytes of a job", n)
		}
		g.shut.Store(false)
		time.Sleep(statusAgain)
		if u.offline.Load() {
			t.Error("the till was not told that jobs are taken again")
		}
		send(t, till, job[n:])
		if diff := cmp.Diff([]string{"printer/usb 7"}, names(g.got())); diff != "" {
			t.Errorf("want -, got +\n%s", diff)
		}
		g.end()
	})
}

// TestCableDeaf: a till that never listens loses no job, and the one that is there
// after it is answered.
func TestCableDeaf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _, till := plugged(t)
		send(t, till, "\x10\x04\x01")
		time.Sleep(2 * time.Second)
		send(t, till, orderNo("8")+"\x1DV0")
		time.Sleep(2 * time.Second)
		if diff := cmp.Diff([]string{"printer/usb 8"}, names(g.got())); diff != "" {
			t.Errorf("want -, got +\n%s", diff)
		}
		if a := ask(t, till, "\x10\x04\x01", 1); a != "\x12" {
			t.Errorf("got % X, want 12", a)
		}
		g.end()
	})
}

// TestCableEnds: the error says why, and what was printed by then counts.
func TestCableEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		g := &rig{}
		till, here := net.Pipe()
		p := &Printer{Name: "usb", Options: Options{Encoding: "cp437"}, Now: clock(time.Now()), Log: slog.New(slog.NewTextHandler(&log, nil))}
		done := make(chan error, 1)
		go func() {
			done <- p.ServeCable(t.Context(), &usb{Conn: here}, g.emit)
		}()
		send(t, till, orderNo("9"))
		till.Close()
		if err := <-done; err == nil || !strings.Contains(err.Error(), "be a USB printer: EOF") {
			t.Errorf("got %v", err)
		}
		if diff := cmp.Diff([]string{"printer/usb 9"}, names(g.got())); diff != "" {
			t.Errorf("want -, got +\n%s", diff)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		g, _, till := plugged(t)
		g.bang.Store(true)
		send(t, till, orderNo("10")+"\x1DV0")
		synctest.Wait()
		if _, err := io.WriteString(till, "x"); err == nil {
			t.Error("the cable is still held")
		}
		if err := g.end(); err != nil && !strings.Contains(err.Error(), "could not be read") {
			t.Errorf("got %v", err)
		}
		if !strings.Contains(g.log.String(), "could not be read") {
			t.Errorf("log %q", &g.log)
		}
	})
}

var _ Cable = (*usb)(nil)
