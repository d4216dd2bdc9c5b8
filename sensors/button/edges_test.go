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

func TestGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		b, k := newKernel(t)
		b.b.Log = slog.New(slog.NewTextHandler(&out, nil))
		err := b.run(5*time.Second, func() {
			time.Sleep(time.Second)
			b.pin.Out(gpio.Low) // what the line is now; the edge before the gap said otherwise
			k.edges <- Edge{Level: gpio.High, Up: time.Second, Gap: true}
			time.Sleep(time.Second)
			k.edges <- Edge{Level: gpio.High, Up: 2 * time.Second}
		})
		if diff := cmp.Diff([]string{"25ms up", "1s down", "2s short"}, b.lines); diff != "" || err != nil {
			t.Errorf("error %v, gestures (-want +got):\n%s", err, diff)
		}
		if !strings.Contains(out.String(), "edges were lost") {
			t.Errorf("log output: %q", out.String())
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
