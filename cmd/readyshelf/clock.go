package main

import (
	"context"
	"log/slog"
	"maps"
	"sync/atomic"
	"time"

	"readyshelf/kitchen"
	"readyshelf/sensors"
)

const (
	// clockLook is how often the clocks are compared.
	clockLook = 10 * time.Second
	// clockStep is how far they may drift apart between two looks: NTP slews by at
	// most 0.5 ms a second, so more than this is a step.
	clockStep = time.Second
)

// watchClock appends a ClockSet fact when the wall clock is set for the first
// time or steps, so that the times of earlier events can be corrected.
func watchClock(ctx context.Context, now func() kitchen.Stamp, emit sensors.Emit, log *slog.Logger) error {
	last := now()
	t := time.NewTicker(clockLook)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		cur := now()
		moved := cur.At.Sub(last.At) - (cur.Up - last.Up)
		if moved.Abs() > clockStep || cur.Clock == kitchen.Synced && last.Clock != kitchen.Synced {
			e := cur.Fact("clock")
			e.ClockSet = &kitchen.ClockSet{Offset: moved}
			if err := emit(ctx, e); err != nil {
				log.Error("a step of the clock was not logged; trying again", "error", err)
				continue // from where it was
			}
		}
		last = cur
	}
}

// clocks is what the log knows of each boot's clock, for those who read beside its
// writer. The zero clocks correct nothing.
type clocks struct {
	known atomic.Pointer[kitchen.Clocks]
}

// show makes c known. The log's writer goes on changing its own.
func (s *clocks) show(c kitchen.Clocks) {
	if old := s.known.Load(); old == nil || !maps.Equal(*old, c) {
		c = maps.Clone(c)
		s.known.Store(&c)
	}
}

// correct returns st with the best wall time that is known of it.
func (s *clocks) correct(st kitchen.Stamp) kitchen.Stamp {
	if c := s.known.Load(); c != nil {
		return c.Correct(st)
	}
	return st
}

// since returns the time from one stamp to a later one, and false where nobody can
// know.
func (s *clocks) since(from, to kitchen.Stamp) (time.Duration, bool) {
	var st kitchen.State
	if c := s.known.Load(); c != nil {
		st.Clocks = *c
	}
	return st.Since(from, to)
}
