package scale

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

// bench is a Scale at one end of a wire. The test is the scale at the other.
type bench struct {
	*Scale
	wire   net.Conn
	cancel context.CancelFunc
	ended  chan error

	mu     sync.Mutex
	ups    int
	events []kitchen.Event
	refuse error // what emit answers
}

// connect runs s in the bubble that the test is in.
func connect(t *testing.T, s *Scale) *bench {
	t.Helper()
	port, wire := net.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	b := &bench{Scale: s, wire: wire, cancel: cancel, ended: make(chan error, 1)}
	if s.Now == nil {
		s.Now = func() kitchen.Stamp { return kitchen.Stamp{Boot: 7, At: time.Now()} }
	}
	up := func() { b.mu.Lock(); b.ups++; b.mu.Unlock() }
	go func() { b.ended <- s.Run(ctx, port, up, b.emit) }()
	return b
}

func (b *bench) emit(_ context.Context, events ...kitchen.Event) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refuse != nil {
		return b.refuse
	}
	b.events = append(b.events, events...)
	return nil
}

// stop ends the Run, and returns what it said.
func (b *bench) stop() error {
	b.cancel()
	err := <-b.ended
	b.wire.Close()
	return err
}

// weights returns the changes so far as "grams delta".
func (b *bench) weights() (got []string) {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		got = append(got, fmt.Sprintf("%d %+d", e.Weight.Grams, e.Weight.Delta))
	}
	return got
}

// stream sends n frames, one each every.
func (b *bench) stream(n int, every time.Duration, frame string) {
	for range n {
		io.WriteString(b.wire, frame)
		time.Sleep(every)
	}
}

const tenHz = 100 * time.Millisecond

func st(grams int) string { return fmt.Sprintf("ST,GS,+%8.3fkg\r\n", float64(grams)/1000) }
func us(grams int) string { return "US" + st(grams)[2:] }

func TestPlacedAndRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := connect(t, &Scale{Name: "shelf-a1", Slot: "A1", Dialect: stGs})
		b.stream(10, tenHz, st(0))
		b.stream(3, tenHz, us(250))
		b.stream(10, tenHz, st(450))
		b.stream(10, tenHz, st(455))
		b.stream(2, tenHz, us(200))
		b.stream(10, tenHz, st(1))
		if diff := cmp.Diff([]string{"450 +450", "1 -449"}, b.weights()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if err := b.stop(); err != nil {
			t.Errorf("the end of ctx gave %v", err)
		}
		e := b.events[0]
		if e.Source != "scale/shelf-a1" || e.Weight.Slot != "A1" || e.Boot != 7 || e.At.IsZero() {
			t.Errorf("event %+v %+v: want source, slot and stamp", e, e.Weight)
		}
		if b.ups != 1 {
			t.Errorf("up was called %d times, want once", b.ups)
		}
	})
}

func TestNothingThatDidNotSettle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := connect(t, &Scale{Name: "a", Dialect: xk3190TF0})
		b.stream(10, tenHz, tf0(0))
		for _, g := range []int{700, 2500, 2600, 1400, 300} { // a hand
			b.stream(1, tenHz, tf0(g))
		}
		b.stream(10, tenHz, tf0(0))
		b.stream(10, tenHz, tf0(12)) // less than the step
		b.stream(10, tenHz, tf0(-400))
		b.stream(10, tenHz, tf0(0))
		if got := b.weights(); got != nil {
			t.Errorf("got %v, want nothing", got)
		}
		b.stop()
	})
}

// tf0 is a frame of [xk3190TF0] with three digits after the point.
func tf0(grams int) string {
	sign := '+'
	if grams < 0 {
		sign, grams = '-', -grams
	}
	body := fmt.Sprintf("%c%06d3", sign, grams)
	return fmt.Sprintf("\x02%s%02X\x03", body, xor([]byte(body)))
}

func TestStepIsTheScales(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := connect(t, &Scale{Name: "a", Dialect: stGs, Step: 100})
		b.stream(10, tenHz, st(0))
		b.stream(10, tenHz, st(99))
		b.stream(10, tenHz, st(100))
		if diff := cmp.Diff([]string{"100 +100"}, b.weights()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		b.stop()
	})
}

// TestSendsOnlyWhenStable has a scale that says each weight once, and then nothing
// for hours.
func TestSendsOnlyWhenStable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := connect(t, &Scale{Name: "a", Dialect: dahuaACS})
		b.stream(1, 3*time.Hour, "\r    0\n")
		b.stream(1, 3*time.Hour, "\r  830\n")
		b.stream(1, 3*time.Hour, "\r    0\n")
		if diff := cmp.Diff([]string{"830 +830", "0 -830"}, b.weights()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if err := b.stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestReopenReportsWhatWasPlacedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Scale{Name: "a", Dialect: stGs}
		b := connect(t, s)
		b.stream(10, tenHz, st(0))
		b.wire.Close()
		if err := <-b.ended; err == nil || !strings.Contains(err.Error(), "check cable") {
			t.Errorf("a broken port gave %v", err)
		}
		b = connect(t, s)
		b.stream(10, tenHz, st(620))
		if diff := cmp.Diff([]string{"620 +620"}, b.weights()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		b.stop()
	})
}

func TestRefusedChangeIsReportedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Scale{Name: "a", Dialect: stGs}
		b := connect(t, s)
		full := errors.New("the card is full")
		b.stream(10, tenHz, st(0))
		b.mu.Lock()
		b.refuse = full
		b.mu.Unlock()
		go b.stream(10, tenHz, st(300))
		if err := <-b.ended; !errors.Is(err, full) {
			t.Errorf("got %v, want %v", err, full)
		}
		time.Sleep(2 * time.Second)
		b = connect(t, s)
		b.stream(10, tenHz, st(300))
		if diff := cmp.Diff([]string{"300 +300"}, b.weights()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		b.stop()
	})
}

// answer plays a scale that is asked: reply gives what it says to each byte.
func (b *bench) answer(reply func(asked byte) string) {
	go func() {
		buf := make([]byte, 1)
		for {
			if _, err := io.ReadFull(b.wire, buf); err != nil {
				return
			}
			if _, err := io.WriteString(b.wire, reply(buf[0])); err != nil {
				return
			}
		}
	}()
}

func TestAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := connect(t, &Scale{Name: "a", Dialect: toledo8217})
		now := "\x0200.000\r"
		var mu sync.Mutex
		asked := 0
		b.answer(func(c byte) string {
			mu.Lock()
			defer mu.Unlock()
			if c != 'W' {
				t.Errorf("asked with %q, want W", c)
			}
			asked++
			return now
		})
		show := func(frame string) {
			mu.Lock()
			now = frame
			mu.Unlock()
			time.Sleep(2 * time.Second)
		}
		show("\x0200.000\r")
		show("\x02?A\r")
		show("\x0201.234\r")
		if diff := cmp.Diff([]string{"1234 +1234"}, b.weights()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if asked < 23 || asked > 25 { // six seconds at 4 Hz, and once at the start
			t.Errorf("asked %d times in 6 s, want 24 or so", asked)
		}
		b.stop()
	})
}

// TestHandshake has a scale that gives its weight only upon ENQ, ACK, DC1, and one
// that also wants a CR for it.
func TestHandshake(t *testing.T) {
	for _, test := range []struct {
		dialect     Dialect
		frame       string
		script      string // what the host sends, over and over
		nothing     string
		want, delta kitchen.Grams
	}{
		{casAP, "\x01\x02S 01.235kgd\x03\x04", "\x05\x11", "\x15", 1235, 1235},
		{berkel, "\x02i01235\x03\\", "\x05\x11\r", "\x00", 1235, 1235},
	} {
		t.Run(test.dialect.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &Scale{Name: "a", Dialect: test.dialect}
				s.base = baseline{known: true}
				b := connect(t, s)
				var mu sync.Mutex
				var asked []byte
				start := time.Now()
				b.answer(func(c byte) string {
					mu.Lock()
					defer mu.Unlock()
					moving := time.Since(start) < 20*time.Second
					if !moving {
						asked = append(asked, c)
					}
					switch {
					case c == enq && moving:
						return test.nothing
					case c == enq:
						return "\x06"
					case c == dc1:
						return test.frame
					}
					return ""
				})
				time.Sleep(22 * time.Second)
				if diff := cmp.Diff([]string{fmt.Sprintf("%d %+d", test.want, test.delta)}, b.weights()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				mu.Lock()
				script := strings.Repeat(test.script, 3)
				if !bytes.HasPrefix(asked, []byte(script)) {
					t.Errorf("the host sent % X, want % X", asked, script)
				}
				mu.Unlock()
				if err := b.stop(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestReadsThatTimeOut has a port whose reads return 0, nil, as serial ports do.
func TestReadsThatTimeOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		port := &timingOut{frames: make(chan string, 100)}
		for range 10 {
			port.frames <- st(0)
		}
		s := &Scale{Name: "a", Dialect: stGs, Now: func() kitchen.Stamp { return kitchen.Stamp{} }}
		ctx, cancel := context.WithCancel(t.Context())
		up := make(chan bool, 1)
		ended := make(chan error)
		go func() { ended <- s.Run(ctx, port, func() { up <- true }, nil) }()
		<-up
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// timingOut is no io.Closer: its reads end by themselves.
type timingOut struct{ frames chan string }

func (p *timingOut) Read(b []byte) (int, error) {
	select {
	case f := <-p.frames:
		return copy(b, f), nil
	case <-time.After(time.Second):
		return 0, nil
	}
}

func (p *timingOut) Write(b []byte) (int, error) { return len(b), nil }
