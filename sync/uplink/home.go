package uplink

import (
	"context"
	"errors"
	"time"
)

// The first broker is where we belong. A later one is left for it when that costs
// nothing: after homeAfter, with nothing under way, and when the first answers.
const (
	homeAfter = 10 * time.Minute
	homeLook  = time.Minute
	// homeLife is the least that a session at the first must live, or the next return
	// waits twice as long, up to homeAtMost.
	homeLife   = time.Minute
	homeAtMost = 24 * time.Hour
)

// errReturn ends a session at a later broker when the first one answers again.
var errReturn = errors.New("the first broker answers again")

// home is the way back to the first broker. It belongs to the goroutine of run.
type home struct {
	wait time.Duration
	came bool // back, just now
}

// lived takes how long a session at the first broker lived, 0 if there was none.
func (h *home) lived(life time.Duration) {
	switch {
	case life >= homeLife:
		h.wait = homeAfter
	case h.came:
		h.wait = min(2*h.wait, homeAtMost)
	}
	h.came = false
}

// lookHome calls leave when it is time to go back, unless ctx ends before.
func (s *session) lookHome(ctx context.Context, wait time.Duration, leave context.CancelCauseFunc) {
	for sleep(ctx, wait); ctx.Err() == nil; sleep(ctx, homeLook) {
		if s.idle() && s.answers(ctx) {
			leave(errReturn)
			return
		}
	}
}

// idle says whether nothing is under way.
func (s *session) idle() bool { return len(s.slots) == int(s.kept.Load()) }

// answers says whether the first broker does, up to TLS.
func (r *runner) answers(ctx context.Context) bool {
	c, err := r.open(ctx, r.brokers[0])
	if err != nil {
		return false
	}
	c.Close()
	return true
}
