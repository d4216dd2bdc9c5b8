package button

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"periph.io/x/conn/v3/gpio"

	"readyshelf/kitchen"
)

// kernel is a pin whose edges carry their time and arrive late.
type kernel struct {
	wire
	edges chan Edge
	err   error
}

func (k *kernel) NextEdge(ctx context.Context) (Edge, error) {
	select {
	case e, ok := <-k.edges:
		if !ok {
			return Edge{}, k.err
		}
		return e, nil
	default:
	}
	select {
	case e, ok := <-k.edges:
		if !ok {
			return Edge{}, k.err
		}
		return e, nil
	case <-ctx.Done():
		return Edge{}, ctx.Err()
	}
}

func newKernel(t *testing.T) (*bench, *kernel) {
	b := newBench(t)
	k := &kernel{wire: wire{b.pin}, edges: make(chan Edge, 1024), err: errors.New("the chip was removed")}
	b.b.Pin = k
	return b, k
}

// What counts is when the kernel saw the edges, not when they reached us.
func TestKernelTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, k := newKernel(t)
		err := b.run(5*time.Second, func() {
			time.Sleep(1200 * ms) // everything 200 ms late and at once, with bounces
			k.edges <- Edge{Level: gpio.Low, Up: 1000 * ms}
			k.edges <- Edge{Level: gpio.High, Up: 1002 * ms}
			k.edges <- Edge{Level: gpio.Low, Up: 1003 * ms}
			k.edges <- Edge{Level: gpio.High, Up: 1103 * ms}
			k.edges <- Edge{Level: gpio.Low, Up: 1190 * ms}
			time.Sleep(1450 * ms) // let go at 2.6 s, heard of at 2.65 s
			k.edges <- Edge{Level: gpio.High, Up: 2600 * ms}
		})
		want := []string{"25ms up", "1s down", "1.103s short", "1.19s down", "2.6s short"}
		if diff := cmp.Diff(want, b.lines); diff != "" || err != nil {
			t.Errorf("error %v, gestures (-want +got):\n%s", err, diff)
		}
	})
}

// settled is a pin whose edges the driver has debounced.
type settled struct{ *kernel }

func (settled) Debounced() time.Duration { return DefaultDebounce }

// What the driver has waited for is not waited for again.
func TestDebouncedByTheDriver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, k := newKernel(t)
		b.b.Pin = settled{k}
		err := b.run(5*time.Second, func() {
			time.Sleep(time.Second)
			k.edges <- Edge{Level: gpio.Low, Up: time.Since(b.start)}
			synctest.Wait()
			b.note("%v now", time.Since(b.start))
			time.Sleep(100 * ms)
			k.edges <- Edge{Level: gpio.High, Up: time.Since(b.start)}
			k.edges <- Edge{Level: gpio.Low, Up: time.Since(b.start)}
			time.Sleep(2 * time.Second)
			k.edges <- Edge{Level: gpio.High, Up: time.Since(b.start)}
		})
		want := []string{"0s up", "1s down", "1s now", "1.1s short", "1.1s down", "2.6s hold"}
		if diff := cmp.Diff(want, b.lines); diff != "" || err != nil {
			t.Errorf("error %v, gestures (-want +got):\n%s", err, diff)
		}
	})
}

// Of edges that were lost, the one that must have been comes back; where contacts
// bounce, that may have been a bounce.
func TestGap(t *testing.T) {
	for name, c := range map[string]struct {
		debounced bool
		levels    []gpio.Level // at whole seconds, all but the first with a gap before
		want      []string
	}{
		"a press after it":         {true, []gpio.Level{gpio.High, gpio.Low, gpio.High}, []string{"2s down", "3s short"}},
		"a lost release":           {true, []gpio.Level{gpio.Low, gpio.Low, gpio.High}, []string{"1s down", "2s short", "2s down", "3s short"}},
		"a lost press":             {true, []gpio.Level{gpio.High, gpio.High}, []string{"2s down", "2s short"}},
		"a lost release or bounce": {false, []gpio.Level{gpio.Low, gpio.Low, gpio.High}, []string{"1s down", "2.5s hold"}},
		"a lost press or bounce":   {false, []gpio.Level{gpio.High, gpio.High}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				b, k := newKernel(t)
				b.b.Log = slog.New(slog.NewTextHandler(&out, nil))
				up := "25ms up"
				if c.debounced {
					b.b.Pin, up = settled{k}, "0s up"
				}
				err := b.run(5*time.Second, func() {
					for i, l := range c.levels {
						time.Sleep(time.Second)
						k.edges <- Edge{Level: l, Up: time.Since(b.start), Gap: i > 0}
					}
				})
				if diff := cmp.Diff(append([]string{up}, c.want...), b.lines); diff != "" || err != nil {
					t.Errorf("error %v, gestures (-want +got):\n%s", err, diff)
				}
				if !strings.Contains(out.String(), "edges of the button were lost") {
					t.Errorf("log output: %q", out.String())
				}
			})
		})
	}
}

// Edges that are lost all the time are told of once.
func TestGapsAreToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		b, k := newKernel(t)
		b.b.Log = slog.New(slog.NewTextHandler(&out, nil))
		lose := func() {
			for i := range 100 {
				time.Sleep(50 * ms)
				k.edges <- Edge{Level: gpio.Level(i%2 == 1), Up: time.Since(b.start), Gap: true}
			}
		}
		for range 2 {
			if err := b.run(time.Minute, lose); err != nil {
				t.Error(err)
			}
		}
		b.run(5*time.Minute, func() { time.Sleep(4 * lossy); lose() })
		if n := strings.Count(out.String(), "edges of the button were lost"); n != 2 {
			t.Errorf("told %d times", n)
		}
	})
}

func TestKernelError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, k := newKernel(t)
		err := b.run(time.Hour, func() { time.Sleep(time.Second); close(k.edges) })
		if !errors.Is(err, k.err) || !strings.Contains(err.Error(), "button A1") {
			t.Errorf("Run returned %v", err)
		}
	})
}

// A release that the driver tells of late is no hold if it came in time.
func TestReleaseThatIsHeardOfAfterTheHoldTime(t *testing.T) {
	for let, want := range map[time.Duration]string{2490 * ms: "2.49s short", 2510 * ms: "2.5s hold"} {
		synctest.Test(t, func(t *testing.T) {
			b, k := newKernel(t)
			b.b.Pin = settled{k}
			err := b.run(5*time.Second, func() {
				time.Sleep(time.Second + DefaultDebounce)
				k.edges <- Edge{Level: gpio.Low, Up: time.Second}
				time.Sleep(let - time.Second)
				k.edges <- Edge{Level: gpio.High, Up: let}
			})
			if diff := cmp.Diff([]string{"0s up", "1s down", want}, b.lines); diff != "" || err != nil {
				t.Errorf("error %v, gestures (-want +got):\n%s", err, diff)
			}
		})
	}
}

// What was done before the end is emitted, though the log was busy all the time.
func TestGesturesThatWaitAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, k := newKernel(t)
		b.b.Pin = settled{k}
		ctx, cancel := context.WithCancel(t.Context())
		busy := func(ctx context.Context, events ...kitchen.Event) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			time.Sleep(500 * ms)
			return b.emit(ctx, events...)
		}
		go func() {
			for range 2 {
				k.edges <- Edge{Level: gpio.Low, Up: time.Since(b.start)}
				time.Sleep(100 * ms)
				k.edges <- Edge{Level: gpio.High, Up: time.Since(b.start)}
				time.Sleep(100 * ms)
			}
			cancel()
		}()
		err := b.b.Run(ctx, func() {}, busy)
		want := []string{"0s down", "100ms short", "200ms down", "300ms short"}
		if diff := cmp.Diff(want, b.lines); diff != "" || err != nil {
			t.Errorf("error %v, gestures (-want +got):\n%s", err, diff)
		}
	})
}
