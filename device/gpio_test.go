package device

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
)

const ms = time.Millisecond

// piBus is a machine with one chip, as a Pi 4: lines GPIO0 to GPIO27.
func piBus(t *testing.T) (*fakeBus, *fakeChip) {
	c := chip("gpiochip0", "pinctrl-bcm2711")
	for i := range 28 {
		c.lines = append(c.lines, fakeLine{name: fmt.Sprintf("GPIO%d", i), level: true})
	}
	return newBus(t, c), c
}

// on returns inputs of a bus, active low and without debounce.
func on(b *fakeBus, lines ...string) *Inputs {
	in := &Inputs{bus: b}
	for _, l := range lines {
		in.inputs = append(in.inputs, Input{Line: l, ActiveLow: true})
	}
	return in
}

// mustOpen opens a line, to be let go of at the end.
func mustOpen(t *testing.T, in *Inputs, line string) *view {
	t.Helper()
	p, err := in.Open(line)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.(*view).Halt(); err != nil {
			t.Error(err)
		}
	})
	return p.(*view)
}

// edges returns the edges of v until d has passed without one: "1.5s Low", with
// "gap" where there is one.
func edges(t *testing.T, v *view, d time.Duration) []string {
	t.Helper()
	var all []string
	for {
		ctx, cancel := context.WithTimeout(t.Context(), d)
		e, err := v.NextEdge(ctx)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprint(e.Up, " ", e.Level)
		if e.Gap {
			text += " gap"
		}
		all = append(all, text)
	}
}

func wantEdges(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("edges (-want +got):\n%s", diff)
	}
}

// What the buttons of one chip ask of the kernel is one request.
func TestInputsOfAChipAreOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, c := piBus(t)
		other := chip("gpiochip1", "expander", "", "LEFT")
		b.add(other)
		in := &Inputs{bus: b, inputs: []Input{
			{Line: "GPIO17", ActiveLow: true, Debounce: 25 * ms},
			{Line: "P1_13", ActiveLow: false, Debounce: 25 * ms},
			{Line: "LEFT", ActiveLow: true},
			{Line: "GPIO5", ActiveLow: true, Debounce: 5 * ms},
			{Line: "GPIO6", ActiveLow: false},
		}}
		for _, x := range in.inputs {
			v := mustOpen(t, in, x.Line)
			if want, _ := x.rest(); v.Pull() != want || v.Debounced() != x.Debounce || v.Name() != x.Line {
				t.Errorf("%v: pull %v, debounced %v", v, v.Pull(), v.Debounced())
			}
		}
		if len(c.requests) != 1 || len(other.requests) != 1 {
			t.Fatalf("%d requests of one chip, %d of the other", len(c.requests), len(other.requests))
		}
		r := c.requests[0].asked
		if got := fmt.Sprint(r.Offsets[:r.Lines]); got != "[17 27 5 6]" {
			t.Errorf("lines %s", got)
		}
		if r.EventBufferSize != 1024 || text(r.Consumer[:]) != "readyshelf" {
			t.Errorf("buffer %d, consumer %s", r.EventBufferSize, r.Consumer)
		}
		up := uapi.LineFlagV2Input | uapi.LineFlagV2EdgeBoth | uapi.LineFlagV2BiasPullUp
		down := uapi.LineFlagV2Input | uapi.LineFlagV2EdgeBoth | uapi.LineFlagV2BiasPullDown
		if r.Config.Flags != up {
			t.Errorf("flags %b, want %b", r.Config.Flags, up)
		}
		want := []uapi.LineConfigAttribute{
			{Attr: uapi.DebouncePeriod(25 * ms).Encode(), Mask: 0b0011},
			{Attr: down.Encode(), Mask: 0b1010},
			{Attr: uapi.DebouncePeriod(5 * ms).Encode(), Mask: 0b0100},
		}
		if diff := cmp.Diff(want, r.Config.Attrs[:r.Config.NumAttrs]); diff != "" {
			t.Errorf("attributes (-want +got):\n%s", diff)
		}
	})
}

// A request has room for ten attributes: with more debounces there are two.
func TestManyDebounces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, c := piBus(t)
		in := &Inputs{bus: b}
		for i := range 13 {
			in.inputs = append(in.inputs, Input{Line: fmt.Sprintf("GPIO%d", i), ActiveLow: true, Debounce: time.Duration(min(i, 10)+10) * ms})
		}
		for _, x := range in.inputs {
			mustOpen(t, in, x.Line)
		}
		var lines []uint32
		for _, r := range c.requests {
			lines = append(lines, r.asked.Lines)
		}
		if diff := cmp.Diff([]uint32{10, 3}, lines); diff != "" {
			t.Errorf("lines of the requests (-want +got):\n%s", diff)
		}
	})
}

// Edges come in order, to whom they belong, with the time since boot at which the
// contact came to rest.
func TestEdges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, c := piBus(t)
		b.suspended = time.Hour
		in := on(b, "GPIO17", "GPIO27")
		in.inputs[1].Debounce = 25 * ms
		one, two := mustOpen(t, in, "GPIO17"), mustOpen(t, in, "GPIO27")
		time.Sleep(time.Second)
		c.to(17, false, false)
		time.Sleep(time.Second)
		c.to(27, false, false)
		c.to(17, true, false)
		wantEdges(t, edges(t, one, time.Minute), "1h0m1s Low", "1h0m2s High")
		wantEdges(t, edges(t, two, time.Minute), "1h0m1.975s Low")
		if one.Read() != gpio.High || two.Read() != gpio.Low {
			t.Errorf("levels %v and %v", one.Read(), two.Read())
		}
	})
}

func TestWaitForEdge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, c := piBus(t)
		v := mustOpen(t, on(b, "GPIO17"), "GPIO17")
		if v.WaitForEdge(time.Second) || time.Since(b.start) != time.Second {
			t.Errorf("an edge from nowhere after %v", time.Since(b.start))
		}
		c.to(17, false, false)
		c.to(17, true, false)
		synctest.Wait()
		if !v.WaitForEdge(0) || !v.WaitForEdge(-1) || v.WaitForEdge(0) {
			t.Error("two edges are not two")
		}
		time.AfterFunc(time.Hour, func() { c.to(17, false, false) })
		if !v.WaitForEdge(-1) || v.Read() != gpio.Low {
			t.Error("no edge though it waits for ever")
		}
		c.to(17, true, false)
		synctest.Wait()
		if err := v.In(gpio.PullUp, gpio.BothEdges); err != nil || v.WaitForEdge(0) {
			t.Errorf("In keeps old edges; error %v", err)
		}
		if v.In(gpio.PullDown, gpio.BothEdges) == nil || v.In(gpio.PullUp, gpio.RisingEdge) == nil {
			t.Error("In promises what it does not do")
		}
	})
}

// Letting go of one line keeps the others; with the last, the request ends. A wait
// ends at once.
func TestHalt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, c := piBus(t)
		in := on(b, "GPIO17", "GPIO27")
		one, two := mustOpen(t, in, "GPIO17"), mustOpen(t, in, "GPIO27")
		waited := make(chan error)
		go func() {
			_, err := one.NextEdge(context.Background())
			waited <- err
		}()
		synctest.Wait()
		for range 2 {
			if err := one.Halt(); err != nil {
				t.Error(err)
			}
		}
		if err := <-waited; !errors.Is(err, os.ErrClosed) {
			t.Errorf("the wait ended with %v", err)
		}
		if err := one.In(gpio.PullUp, gpio.BothEdges); !errors.Is(err, os.ErrClosed) {
			t.Errorf("In of a closed line: %v", err)
		}
		c.to(17, false, false) // to nobody
		c.to(27, false, false)
		wantEdges(t, edges(t, two, time.Second), "0s Low")

		again := mustOpen(t, in, "GPIO17")
		if again.Read() != gpio.Low || len(c.requests) != 1 {
			t.Errorf("opened again: %v, %d requests", again.Read(), len(c.requests))
		}
		wantEdges(t, edges(t, again, time.Minute))
		again.Halt()
		if c.alive() != 1 {
			t.Error("the request ended before its last line")
		}
		two.Halt()
		if c.alive() != 0 {
			t.Error("the request outlives its last line")
		}
		mustOpen(t, in, "GPIO17")
		if len(c.requests) != 2 {
			t.Errorf("%d requests", len(c.requests))
		}
	})
}

func TestOutput(t *testing.T) {
	b, c := piBus(t)
	o, err := openOutput(b, "P1_12")
	if err != nil {
		t.Fatal(err)
	}
	if r := c.requests[0].asked; r.Config.Flags != uapi.LineFlagV2Output || r.Offsets[0] != 18 || r.Lines != 1 || text(r.Consumer[:]) != consumer {
		t.Errorf("the request is %+v", r)
	}
	for _, l := range []gpio.Level{gpio.High, gpio.Low, gpio.High} {
		if err := o.Out(l); err != nil || c.lines[18].level != bool(l) {
			t.Errorf("Out(%v): %v, the line is %v", l, err, c.lines[18].level)
		}
	}
	if err := o.PWM(gpio.DutyHalf, 0); err == nil {
		t.Error("a line claims to have PWM")
	}
	if _, err := openOutput(b, "GPIO18"); !errors.Is(err, unix.EBUSY) || !strings.Contains(err.Error(), "taken by readyshelf") {
		t.Errorf("a second light on the line: %v", err)
	}
	b.remove(c)
	if err := o.Out(gpio.Low); !errors.Is(err, errGone) {
		t.Errorf("the light of a chip that is gone: %v", err)
	}
	for range 2 {
		if err := o.Halt(); err != nil {
			t.Error(err)
		}
	}
	if err := o.Out(gpio.Low); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Out of a closed line: %v", err)
	}
	if _, err := openOutput(b, "GPIO18"); !errors.Is(err, errNoChip) {
		t.Errorf("a light without a chip: %v", err)
	}
}
