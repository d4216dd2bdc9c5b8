package device

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
)

// Edges that the kernel lost are noticed at the next one, and a level that changed
// unseen soon after.
func TestLostEdges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, c := piBus(t)
		in := on(b, "GPIO17", "GPIO27")
		one, two := mustOpen(t, in, "GPIO17"), mustOpen(t, in, "GPIO27")
		time.Sleep(time.Second)
		c.to(17, false, true) // lost, and nothing follows on this line
		c.to(27, false, false)
		c.to(27, true, true)
		c.to(27, false, false)
		wantEdges(t, edges(t, one, time.Minute), "1.04s Low gap")
		wantEdges(t, edges(t, two, time.Minute), "1s Low", "1s Low gap")
	})
}

// The kernel may be too late to see an edge, and then does not count it: the next one leads
// to the level that was.
func TestUnseenEdge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, c := piBus(t)
		v := mustOpen(t, on(b, "GPIO17"), "GPIO17")
		time.Sleep(time.Second)
		c.to(17, false, false)
		c.early(17, true)
		c.to(17, false, false)
		c.to(17, true, false)
		wantEdges(t, edges(t, v, time.Minute), "1s Low", "1s Low gap", "1s High")
	})
}

// Where nothing says that an edge was lost, its level is found at leisure.
func TestLostEdgeBeforeSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, c := piBus(t)
		v := mustOpen(t, on(b, "GPIO17"), "GPIO17")
		time.Sleep(time.Second)
		c.to(17, false, true)
		wantEdges(t, edges(t, v, time.Minute), "5.02s Low gap")
	})
}

// An edge that is on its way when somebody looks is not told twice.
func TestLateEdge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, c := piBus(t)
		v := mustOpen(t, on(b, "GPIO17"), "GPIO17")
		time.Sleep(leisure - ms)
		c.early(17, false) // the kernel takes 11 ms to tell
		time.Sleep(11 * ms)
		c.to(17, false, false)
		wantEdges(t, edges(t, v, time.Minute), "5.01s Low")
	})
}

// Whoever does not read loses edges and is told so; the last level is right.
func TestOverflow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, c := piBus(t)
		in := on(b, "GPIO17", "GPIO27")
		slow, quick := mustOpen(t, in, "GPIO17"), mustOpen(t, in, "GPIO27")
		for i := range 2*viewBuffer + 1 {
			c.to(17, i%2 == 1, false)
			synctest.Wait()
		}
		c.to(27, false, false)
		if got := edges(t, quick, ms); len(got) != 1 {
			t.Errorf("the other line: %q", got)
		}
		got := edges(t, slow, time.Minute)
		if len(got) != viewBuffer+1 {
			t.Fatalf("%d edges, want %d", len(got), viewBuffer+1)
		}
		for i, e := range got[:viewBuffer] {
			if strings.Contains(e, "gap") {
				t.Fatalf("edge %d: %s", i, e)
			}
		}
		if last := got[viewBuffer]; last != "40ms Low gap" {
			t.Errorf("the last edge is %s", last)
		}
	})
}

// The kernel's buffer drops the oldest.
func TestKernelOverflow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, c := piBus(t)
		v := mustOpen(t, on(b, "GPIO17"), "GPIO17")
		c.burst(17, eventBuffer+100)
		got := edges(t, v, time.Minute)
		if len(got) != eventBuffer || !strings.HasSuffix(got[0], "gap") || strings.Contains(strings.Join(got[1:], ""), "gap") {
			t.Errorf("%d edges, the first is %s", len(got), got[0])
		}
	})
}

// A line whose edges the kernel loses without end is an error, again and again until it
// is quiet; the others are read on.
func TestStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, c := piBus(t)
		in := on(c.bus, "GPIO17", "GPIO27")
		noisy, good := mustOpen(t, in, "GPIO17"), mustOpen(t, in, "GPIO27")
		start := time.Now()
		storm := func(d time.Duration) {
			for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(100 * ms) {
				c.burst(17, eventBuffer+100)
			}
		}
		go storm(20 * time.Second)
		fails := func() (err error) {
			for err == nil {
				_, err = noisy.NextEdge(t.Context())
			}
			return err
		}
		err := fails()
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, errStorm) || e.Path != "GPIO17" || e.Hint != "check its wiring and pull-up" {
			t.Errorf("got %v", err)
		}
		if d := time.Since(start); d != stormy {
			t.Errorf("noticed after %v", d)
		}
		if noisy.WaitForEdge(-1) || !errors.Is(noisy.In(gpio.PullUp, gpio.BothEdges), errStorm) {
			t.Error("the line does not look as if it failed")
		}
		for range 3 {
			noisy.Halt()
			time.Sleep(5 * time.Second)
			noisy = mustOpen(t, in, "GPIO17")
			again := time.Now()
			if err := fails(); !errors.Is(err, errStorm) || time.Since(again) > 100*ms {
				t.Errorf("opened again: %v after %v", err, time.Since(again))
			}
		}
		now := time.Since(start)
		c.to(27, false, false)
		wantEdges(t, edges(t, good, ms), fmt.Sprint(now, " Low"))
		noisy.Halt()
		time.Sleep(time.Minute)
		noisy = mustOpen(t, in, "GPIO17")
		c.to(17, false, false)
		if got := edges(t, noisy, time.Minute); len(got) != 1 {
			t.Errorf("after the storm: %d edges, the last %s", len(got), got[len(got)-1])
		}
		storm(stormy - calm) // a plug is put in
		if got := edges(t, noisy, time.Minute); len(got) == 0 {
			t.Error("no edges of a short storm")
		}
	})
}

// A line that cannot be had is no reason not to read the others. Once it is free it
// is read too, and the others notice nothing.
func TestTakenLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, c := piBus(t)
		c.lines[8].user = "spi0 CS0"
		c.lines[9].edgeless = true
		in := on(b, "GPIO8", "GPIO9", "GPIO17")
		_, err := in.Open("GPIO8")
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, unix.EBUSY) || e.Err.Error() != "it is taken by spi0 CS0" || !strings.Contains(e.Hint, "dtparam=spi=off") {
			t.Errorf("a taken line: %v", err)
		}
		v := mustOpen(t, in, "GPIO17")
		if _, err := in.Open("GPIO9"); err == nil || !strings.Contains(err.Error(), "reports no edges") {
			t.Errorf("a line without edges: %v", err)
		}
		if _, err := in.Open("GPIO17"); !errors.Is(err, unix.EBUSY) {
			t.Errorf("a line that is open already: %v", err)
		}
		before := c.alive()
		c.lines[8].user = ""
		late := mustOpen(t, in, "GPIO8")
		c.to(8, false, false)
		c.to(17, false, false)
		wantEdges(t, edges(t, late, time.Second), "0s Low")
		wantEdges(t, edges(t, v, time.Second), "0s Low")
		if before != 1 || c.alive() != 2 {
			t.Errorf("%d requests, then %d", before, c.alive())
		}
	})
}

// A chip that is removed is an error, on an old kernel too, and nobody spins. When
// it is back under another number, its lines are found by their names.
func TestRemovedChip(t *testing.T) {
	for name, silent := range map[string]bool{"told": false, "not told": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, _ := piBus(t)
				hot := chip("gpiochip1", "expander", "LEFT", "RIGHT")
				hot.silent = silent
				b.add(hot)
				in := on(b, "LEFT", "RIGHT")
				left, right := mustOpen(t, in, "LEFT"), mustOpen(t, in, "RIGHT")
				time.Sleep(time.Second)
				hot.to(0, false, false)
				synctest.Wait()
				b.remove(hot)
				wantEdges(t, func() []string {
					e, err := left.NextEdge(t.Context())
					return []string{fmt.Sprint(e.Up, " ", e.Level, " ", err)}
				}(), "1s Low <nil>")
				for _, v := range []*view{left, right, left} {
					_, err := v.NextEdge(t.Context())
					if !errors.Is(err, errGone) || !strings.Contains(err.Error(), v.Name()) {
						t.Errorf("%v: %v", v, err)
					}
				}
				if d := time.Since(b.start); d > time.Second+leisure {
					t.Errorf("noticed after %v", d)
				}
				reads := hot.requests[0].reads
				time.Sleep(time.Hour)
				if n := hot.requests[0].reads; n != reads || hot.alive() != 0 {
					t.Errorf("%d reads of a chip that is gone", n-reads)
				}
				if left.WaitForEdge(-1) || left.Read() != gpio.Low || left.In(gpio.PullUp, gpio.BothEdges) == nil {
					t.Error("a line that is gone does not look so")
				}
				if _, err := in.Open("LEFT"); !errors.Is(err, errMissing) {
					t.Errorf("opened while it is gone: %v", err)
				}
				back := chip("gpiochip7", "expander", "LEFT", "RIGHT")
				b.add(back)
				again := mustOpen(t, in, "LEFT")
				mustOpen(t, in, "RIGHT")
				back.to(0, false, false)
				if got := edges(t, again, time.Second); len(got) != 1 || len(back.requests) != 1 {
					t.Errorf("edges %q, %d requests", got, len(back.requests))
				}
			})
		})
	}
}

// Who is held up between the readings of the two clocks puts no edge before an earlier one.
func TestEdgeAfterABusyMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, c := piBus(t)
		v := mustOpen(t, on(b, "GPIO17"), "GPIO17")
		time.Sleep(time.Second)
		c.to(17, false, false)
		synctest.Wait()
		b.held = 100 * ms
		time.Sleep(50 * ms)
		c.to(17, true, false)
		wantEdges(t, edges(t, v, time.Minute), "1s Low", "1.05s High")
	})
}

// An edge that was lost while nobody wanted it does not come to who opens the line then:
// he has read the level, and would take it for a press.
func TestEdgeLostBeforeItWasWanted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, c := piBus(t)
		in := on(b, "GPIO17", "GPIO27")
		mustOpen(t, in, "GPIO27")
		c.to(17, false, true)
		v := mustOpen(t, in, "GPIO17")
		if v.Read() != gpio.Low {
			t.Errorf("the level is %v", v.Read())
		}
		wantEdges(t, edges(t, v, time.Minute))
	})
}

// A chip that is away is looked for as one that is unplugged, even if it was the only one.
func TestTheOnlyChipIsAway(t *testing.T) {
	if _, err := on(newBus(t), "GPIO17").Open("GPIO17"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, which is not fs.ErrNotExist", err)
	}
}
