package kitchen

import (
	"cmp"
	"time"
)

// ClockQuality says how far a wall time can be believed.
type ClockQuality string

// The qualities.
const (
	Synced    ClockQuality = "synced"    // NTP or its like has set the clock
	Estimated ClockQuality = "estimated" // set once, not in touch since
	Unknown   ClockQuality = "unknown"   // nobody ever set it: 1970, or a saved guess
)

// Stamp is a moment, told by two clocks. Boot and Up are true even when the wall
// clock is not; At is what the wall clock showed, in the store's time zone.
type Stamp struct {
	// Boot numbers the boots of this machine, from 1.
	Boot uint32 `json:"boot"`
	// Up is CLOCK_BOOTTIME: the time since that boot, sleep included.
	Up time.Duration `json:"up"`
	// At is the wall time as believed, and Clock how far.
	At    time.Time    `json:"at"`
	Clock ClockQuality `json:"clock"`
}

// Add returns the moment d later on both clocks.
func (s Stamp) Add(d time.Duration) Stamp {
	s.Up += d
	s.At = s.At.Add(d)
	return s
}

// Fact returns an event of source that happened at s; the caller sets what it says.
func (s Stamp) Fact(source string) Event { return Event{Stamp: s, Source: source} }

// compare orders the moments of one machine.
func (s Stamp) compare(t Stamp) int {
	return cmp.Or(cmp.Compare(s.Boot, t.Boot), cmp.Compare(s.Up, t.Up))
}
