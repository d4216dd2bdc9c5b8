package button

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"readyshelf/kitchen"
)

const ms = time.Millisecond

// wire is a pin whose level stays what the finger makes it: gpiotest's In pulls it
// back to rest.
type wire struct {
	*gpiotest.Pin
}

func (w wire) In(gpio.Pull, gpio.Edge) error { return nil }

// bench is a button under test in a bubble: active low, 25 ms, at slot A1.
type bench struct {
	t     *testing.T
	start time.Time
	pin   *gpiotest.Pin
	b     *Button

	mu    sync.Mutex
	lines []string // "1.5s hold": facts, ups and errors, and when they were told
	slow  time.Duration
	fail  error
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, start: time.Now()}
	b.pin = &gpiotest.Pin{N: "GPIO17", L: gpio.High, EdgesChan: make(chan gpio.Level, 64)}
	b.b = &Button{Slot: "A1", Pin: wire{b.pin}, Active: gpio.Low, Now: b.now}
	return b
}

func (b *bench) now() kitchen.Stamp {
	return kitchen.Stamp{Boot: 1, Up: time.Since(b.start), At: time.Now(), Clock: kitchen.Synced}
}

func (b *bench) note(format string, a ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, fmt.Sprintf(format, a...))
}

func (b *bench) emit(_ context.Context, events ...kitchen.Event) error {
	time.Sleep(b.slow)
	if b.fail != nil {
		return b.fail
	}
	for _, e := range events {
		if e.Source != "button/A1" || e.Press.Slot != "A1" {
			b.t.Errorf("fact of %s about %s", e.Source, e.Press.Slot)
		}
		if d := e.At.Sub(b.start); d != e.Up {
			b.t.Errorf("clocks of a stamp differ: At %v, Up %v", d, e.Up)
		}
		b.note("%v %s", e.Up, e.Press.Gesture)
	}
	return nil
}

// run runs the button for d while finger moves, and returns Run's error.
func (b *bench) run(d time.Duration, finger func()) error {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), d)
	defer cancel()
	done := make(chan struct{})
	go func() { defer close(done); finger() }()
	err := b.b.Run(ctx, func() { b.note("%v up", time.Since(b.start)) }, b.emit)
	<-done
	synctest.Wait()
	return err
}

// to closes (true) and opens the contact, with pauses between: to(true, 2*ms, 3*ms)
// closes, opens 2 ms later, and closes 3 ms later.
func (b *bench) to(closed bool, bounces ...time.Duration) {
	b.pin.EdgesChan <- gpio.Level(!closed)
	for _, d := range bounces {
		time.Sleep(d)
		closed = !closed
		b.pin.EdgesChan <- gpio.Level(!closed)
	}
}

func TestGestures(t *testing.T) {
	at := func(b *bench, d time.Duration) { time.Sleep(d - time.Since(b.start)) }
	for name, c := range map[string]struct {
		closed bool // at the start
		finger func(b *bench)
		want   []string
	}{
		"nothing": {
			finger: func(*bench) {},
			want:   []string{"25ms up"},
		},
		"short": {
			finger: func(b *bench) { at(b, time.Second); b.to(true); at(b, 1200*ms); b.to(false) },
			want:   []string{"25ms up", "1s down", "1.2s short"},
		},
		"just short": {
			finger: func(b *bench) { at(b, time.Second); b.to(true); at(b, 2499*ms); b.to(false) },
			want:   []string{"25ms up", "1s down", "2.499s short"},
		},
		"hold": {
			finger: func(b *bench) { at(b, time.Second); b.to(true); at(b, 5*time.Second); b.to(false) },
			want:   []string{"25ms up", "1s down", "2.5s hold"},
		},
		"hold while it bounces": {
			finger: func(b *bench) { at(b, time.Second); b.to(true); at(b, 2490*ms); b.to(false, 5*ms, 9*ms, 4*ms) },
			want:   []string{"25ms up", "1s down", "2.5s hold"},
		},
		"bounces": {
			finger: func(b *bench) {
				at(b, time.Second)
				b.to(true, ms, 2*ms, 3*ms, 20*ms)
				at(b, 2*time.Second)
				b.to(false, ms, 2*ms, 3*ms, 20*ms)
			},
			want: []string{"25ms up", "1s down", "2s short"},
		},
		"glitch": {
			finger: func(b *bench) { at(b, time.Second); b.to(true, 24*ms); at(b, 2*time.Second); b.to(true, 10*ms) },
			want:   []string{"25ms up"},
		},
		"glitch, then a press": {
			finger: func(b *bench) {
				at(b, time.Second)
				b.to(true, 10*ms)
				at(b, 1100*ms)
				b.to(true)
				at(b, 1200*ms)
				b.to(false)
			},
			want: []string{"25ms up", "1.1s down", "1.2s short"},
		},
		"glitch open while held": {
			finger: func(b *bench) {
				at(b, time.Second)
				b.to(true)
				at(b, 1500*ms)
				b.to(false, 15*ms)
				at(b, 2*time.Second)
				b.to(false)
			},
			want: []string{"25ms up", "1s down", "2s short"},
		},
		"twice": {
			finger: func(b *bench) {
				for range 2 {
					time.Sleep(time.Second)
					b.to(true)
					time.Sleep(100 * ms)
					b.to(false)
				}
			},
			want: []string{"25ms up", "1s down", "1.1s short", "2.1s down", "2.2s short"},
		},
		"closed at the start": {
			closed: true,
			finger: func(b *bench) {
				at(b, 3*time.Second)
				b.to(false)
				at(b, 4*time.Second)
				b.to(true)
				at(b, 4100*ms)
				b.to(false)
			},
			want: []string{"3.025s up", "4s down", "4.1s short"},
		},
		"a level that changed without an edge": {
			finger: func(b *bench) {
				at(b, 1100*ms)
				b.pin.Out(gpio.Low)
				at(b, 2*time.Second)
				b.pin.Out(gpio.High)
			},
			want: []string{"25ms up", "1.275s down", "2.05s short"}, // when somebody looked
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				b.pin.L = gpio.Level(!c.closed)
				if err := b.run(9*time.Second, func() { c.finger(b) }); err != nil {
					t.Errorf("Run: %v", err)
				}
				if diff := cmp.Diff(c.want, b.lines); diff != "" {
					t.Errorf("gestures (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestActiveHigh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.b.Active, b.b.Pin = gpio.High, b.pin // gpiotest's own In: it pulls
		b.b.Debounce = 5 * ms
		err := b.run(2*time.Second, func() {
			time.Sleep(time.Second)
			b.to(false) // high
			time.Sleep(6 * ms)
			b.to(true) // low
		})
		if diff := cmp.Diff([]string{"5ms up", "1s down", "1.006s short"}, b.lines); diff != "" || err != nil {
			t.Errorf("error %v, gestures (-want +got):\n%s", err, diff)
		}
		if b.pin.Pull() != gpio.PullDown {
			t.Errorf("the pin's pull is %v", b.pin.Pull())
		}
	})
}

// Stuck is an error after 10 s; the Run after it waits, however long, and counts
// from the release on.
func TestStuck(t *testing.T) {
	for name, closed := range map[string]bool{"pressed": false, "closed at the start": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				b.pin.L = gpio.Level(!closed)
				err := b.run(time.Hour, func() {
					if !closed {
						time.Sleep(time.Second)
						b.to(true)
					}
				})
				want := []string{"25ms up", "1s down", "2.5s hold"}
				stuck := 11 * time.Second
				if closed {
					want, stuck = nil, 10*time.Second
				}
				if !errors.Is(err, errStuck) {
					t.Errorf("Run returned %v", err)
				}
				if got := time.Since(b.start); got != stuck {
					t.Errorf("stuck after %v, want %v", got, stuck)
				}
				var r interface{ Remedy() string }
				if !errors.As(err, &r) || r.Remedy() == "" {
					t.Errorf("no remedy for %v", err)
				}

				b.start = time.Now()
				err = b.run(2*time.Minute, func() {
					time.Sleep(time.Minute)
					b.to(false, 5*ms, 5*ms)
					time.Sleep(time.Second)
					b.to(true)
					time.Sleep(time.Second)
					b.to(false)
				})
				if err != nil {
					t.Errorf("the Run after: %v", err)
				}
				want = append(want, "1m0.035s up", "1m1.01s down", "1m2.01s short")
				if diff := cmp.Diff(want, b.lines); diff != "" {
					t.Errorf("gestures (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestNoise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.pin.EdgesChan = make(chan gpio.Level) // noise that nobody hears is gone
		err := b.run(time.Minute, func() {
			time.Sleep(time.Second)
			for closed := true; time.Since(b.start) < 12*time.Second; closed = !closed {
				select {
				case b.pin.EdgesChan <- gpio.Level(!closed):
				default:
				}
				time.Sleep(10 * ms) // 50 Hz
			}
		})
		if !errors.Is(err, errNoisy) {
			t.Errorf("Run returned %v", err)
		}
		if diff := cmp.Diff([]string{"25ms up"}, b.lines); diff != "" {
			t.Errorf("gestures (-want +got):\n%s", diff)
		}
	})
}

// gone is a line whose chip was removed: no edge, at once, and a level of low.
type gone struct{ gpiotest.Pin }

func (*gone) In(gpio.Pull, gpio.Edge) error  { return nil }
func (*gone) WaitForEdge(time.Duration) bool { return false }
func (*gone) Read() gpio.Level               { return gpio.Low }

func TestLineThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.b.Pin = &gone{}
		if err := b.run(time.Hour, func() {}); !errors.Is(err, errGone) {
			t.Errorf("Run returned %v", err)
		}
		if got := time.Since(b.start); got > time.Second {
			t.Errorf("noticed after %v", got)
		}
		if b.lines != nil {
			t.Errorf("gestures of a line that is gone: %q", b.lines)
		}
	})
}

func TestLineThatCannotBeHad(t *testing.T) {
	b := newBench(t)
	b.b.Pin = &gpiotest.Pin{N: "GPIO17"} // without EdgesChan its In fails
	if err := b.b.Run(t.Context(), func() { t.Error("up") }, b.emit); err == nil {
		t.Error("Run returned nil")
	}
}

// While the log is busy the line is read on: nothing is lost, nothing is late.
func TestSlowLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.slow = time.Second
		err := b.run(20*time.Second, func() {
			for range 5 {
				time.Sleep(100 * ms)
				b.to(true)
				time.Sleep(100 * ms)
				b.to(false)
			}
		})
		want := []string{"25ms up"}
		for i := range 5 {
			d := time.Duration(i) * 200 * ms
			want = append(want, fmt.Sprintf("%v down", d+100*ms), fmt.Sprintf("%v short", d+200*ms))
		}
		if diff := cmp.Diff(want, b.lines); diff != "" || err != nil {
			t.Errorf("error %v, gestures (-want +got):\n%s", err, diff)
		}
	})
}

func TestLogThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.fail = errors.New("full")
		err := b.run(time.Hour, func() { time.Sleep(time.Second); b.to(true) })
		if !errors.Is(err, b.fail) {
			t.Errorf("Run returned %v", err)
		}
		if got := time.Since(b.start); got > 2*time.Second {
			t.Errorf("ended after %v", got)
		}
	})
}
