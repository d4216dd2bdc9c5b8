package ticket

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A line is a serial port: what is written into it is read, or after a while
// nothing is, as go.bug.st/serial does with a read timeout.
type line struct {
	bytes chan string
	ends  chan error
	pause time.Duration // 0: a read waits for ever
}

func newLine(pause time.Duration) *line {
	return &line{bytes: make(chan string), ends: make(chan error, 1), pause: pause}
}

func (l *line) Read(p []byte) (int, error) {
	var pause <-chan time.Time
	if l.pause > 0 {
		pause = time.After(l.pause)
	}
	select {
	case s := <-l.bytes:
		return copy(p, s), nil
	case err := <-l.ends:
		return 0, err
	case <-pause:
		return 0, nil
	}
}

// tapped starts a tap in the bubble; end makes the line fail and returns what Run
// did, and how often it called up.
func tapped(t *testing.T, l *line) (g *rig, end func(cancelled bool) (int, error)) {
	g = &rig{}
	tap := &Tap{
		Name: "line", Options: Options{Encoding: "cp437"}, Now: clock(time.Now()),
		Log: slog.New(slog.NewTextHandler(&g.log, nil)),
	}
	ctx, cancel := context.WithCancel(t.Context())
	ups, done := 0, make(chan error)
	go func() { done <- tap.Run(ctx, l, func() { ups++ }, g.emit) }()
	return g, func(cancelled bool) (int, error) {
		if cancelled {
			cancel()
		}
		l.ends <- errors.New("unplugged")
		err := <-done
		cancel()
		return ups, err
	}
}

func TestTap(t *testing.T) {
	for _, pause := range []time.Duration{0, 100 * time.Millisecond, 10 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			l := newLine(pause)
			g, end := tapped(t, l)
			l.bytes <- "s x2\n 1x Tea\n\x1Dv0\x00" // entered in the middle
			l.bytes <- orderNo("41")
			time.Sleep(2400 * time.Millisecond)
			if e := g.got(); len(e) != 1 || !e[0].Ticket.Partial {
				t.Errorf("pause %v: got %+v, want the partial slip that ESC @ ended", pause, e)
			}
			time.Sleep(200 * time.Millisecond)
			e := g.got()
			if diff := cmp.Diff([]string{"printer/line 41"}, names(e)); diff != "" {
				t.Errorf("pause %v: silence: want -, got +\n%s", pause, diff)
			}
			if len(e) == 1 && e[0].Up != 0 {
				t.Errorf("pause %v: stamped %v, want 0", pause, e[0].Up)
			}
			l.bytes <- orderNo("42") + "\x1DV0"
			l.bytes <- orderNo("43")
			ups, err := end(false)
			if err == nil || ups != 1 {
				t.Errorf("pause %v: got %v and %d calls of up, want an error and one", pause, err, ups)
			}
			if diff := cmp.Diff([]string{"printer/line 42", "printer/line 43"}, names(g.got())); diff != "" {
				t.Errorf("pause %v: want -, got +\n%s", pause, diff)
			}
		})
	}
}

// TestTapSilent: a line without a word works, and one that never opened does not.
func TestTapSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, end := tapped(t, newLine(0))
		time.Sleep(time.Minute)
		if ups, err := end(true); err != nil || ups != 1 {
			t.Errorf("got %v and %d calls of up, want nil and one", err, ups)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		_, end := tapped(t, newLine(0))
		if ups, err := end(false); err == nil || ups != 0 {
			t.Errorf("got %v and %d calls of up, want an error and none", err, ups)
		}
	})
}

// TestTapBusyPrinter: a host that waits for paper in the middle of a picture does
// not lose its slip.
func TestTapBusyPrinter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(0)
		g, end := tapped(t, l)
		l.bytes <- orderNo("41") + "\x1Dv0\x00\x08\x00\x01\x00ab"
		time.Sleep(4 * time.Second)
		l.bytes <- "cdefgh\x1DV0"
		if diff := cmp.Diff([]string{"printer/line 41"}, names(g.got())); diff != "" {
			t.Errorf("want -, got +\n%s", diff)
		}
		end(true)
	})
}

func TestTapPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(0)
		g, end := tapped(t, l)
		g.bang.Store(true)
		l.bytes <- orderNo("41") + "\x1DV0"
		l.bytes <- orderNo("42") + "\x1DV0"
		if diff := cmp.Diff([]string{"printer/line 42"}, names(g.got())); diff != "" {
			t.Errorf("want -, got +\n%s", diff)
		}
		end(true)
		if n := strings.Count(g.log.String(), "could not be read"); n != 1 {
			t.Errorf("logged %d times, want once", n)
		}
	})
}

// TestTapLast: bytes that come with an error count.
func TestTapLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &rig{}
		tap := &Tap{Name: "line", Options: Options{Encoding: "cp437"}, Now: clock(time.Now()), Log: slog.New(slog.DiscardHandler)}
		err := tap.Run(t.Context(), io.MultiReader(strings.NewReader(orderNo("41"))), func() {}, g.emit)
		if !errors.Is(err, io.EOF) {
			t.Errorf("got %v, want EOF", err)
		}
		if diff := cmp.Diff([]string{"printer/line 41"}, names(g.got())); diff != "" {
			t.Errorf("want -, got +\n%s", diff)
		}
	})
}
