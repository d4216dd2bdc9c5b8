package kitchen

import (
	"maps"
	"slices"
	"time"
)

// Clocks says what the wall clock was at the start of a boot, by boot, once that
// is known. The newest boots are kept.
type Clocks map[uint32]Clock

// Clock ties a boot's uptime to wall time.
type Clock struct {
	// Zero is the wall time at which that boot's Up was 0.
	Zero time.Time `json:"zero"`
}

// maxClocks is how many boots are kept.
const maxClocks = 16

// Learn ties an event's boot to wall time: at the first event with a synced
// clock, and whenever the clock was set or stepped.
func (c *Clocks) Learn(e Event) {
	_, known := (*c)[e.Boot]
	if e.Clock != Synced || known && e.ClockSet == nil {
		return
	}
	if *c == nil {
		*c = Clocks{}
	}
	(*c)[e.Boot] = Clock{Zero: e.At.Add(-e.Up)}
	for len(*c) > maxClocks {
		delete(*c, slices.Min(slices.Collect(maps.Keys(*c))))
	}
}

// Correct returns st with the best wall time that is known of it: a stamp from
// before its boot's clock was set gets the time that it had, and is Estimated.
func (c Clocks) Correct(st Stamp) Stamp {
	if st.Clock == Synced {
		return st
	}
	if at, known := c.wall(st); known {
		st.At, st.Clock = at, Estimated
	}
	return st
}

// wall returns the best known wall time of st, and whether it can be believed.
func (c Clocks) wall(st Stamp) (time.Time, bool) {
	if st.Clock == Synced {
		return st.At, true
	}
	if k, ok := c[st.Boot]; ok {
		return k.Zero.Add(st.Up).In(st.At.Location()), true
	}
	return st.At, st.Clock == Estimated
}
