package button

import (
	"time"

	"readyshelf/kitchen"
)

// StuckTime is how long a contact is closed before that is a fault, and how long
// it may chatter without coming to rest.
const StuckTime = 10 * time.Second

// mark is a moment: at for measuring here, stamp for the log.
type mark struct {
	at    time.Time
	stamp kitchen.Stamp
}

// add returns the moment d later.
func (m mark) add(d time.Duration) mark { return mark{m.at.Add(d), m.stamp.Add(d)} }

// gesture is a gesture and when it was made.
type gesture struct {
	kind kitchen.Gesture
	at   kitchen.Stamp
}

// machine turns levels into gestures. It is told of each edge, and of time that
// passes without one, in order of time.
type machine struct {
	debounce time.Duration
	late     time.Duration // how long after it happened an edge may come
	patient  bool          // a contact that stays closed from the start is known already

	level   bool // closed, as last seen
	closed  bool // closed, once settled
	armed   bool // has been open since the start
	unquiet bool // an edge not longer ago than debounce
	first   mark // the first edge of the unrest
	last    time.Time
	down    mark // since when it is closed
	told    bool // this press has had its Hold

	out []gesture
}

// newMachine returns the machine of a contact that is closed or not at m. Until it
// settled open, it is taken for one that was held before we came.
func newMachine(debounce time.Duration, patient, closed bool, m mark) *machine {
	return &machine{
		debounce: debounce, patient: patient,
		level: closed, closed: true, told: true, down: m,
		unquiet: true, first: m, last: m.at,
	}
}

// edge notes an edge at m, after which the contact is closed or not.
func (c *machine) edge(closed bool, m mark) error {
	err := c.advance(m.at, m.at)
	if closed == c.level && !c.unquiet {
		return err // there and back again before anybody looked
	}
	if !c.unquiet {
		c.unquiet, c.first = true, m
	}
	c.level, c.last = closed, m.at
	return err
}

// advance notes that nothing was heard of up to t, and that nothing happened up to sure.
func (c *machine) advance(t, sure time.Time) error {
	if c.unquiet && !t.Before(c.last.Add(c.debounce)) {
		c.settle()
	}
	switch {
	case c.unquiet && !t.Before(c.first.at.Add(StuckTime)):
		return errNoisy
	case c.unquiet || !c.closed:
		return nil // a release may be under way: only its end says whether it was a hold
	}
	if hold := c.down.add(kitchen.HoldTime); !c.told && !sure.Before(hold.at) {
		c.told = true
		c.out = append(c.out, gesture{kitchen.Hold, hold.stamp})
	}
	if !c.resigned() && !t.Before(c.down.at.Add(StuckTime)) {
		return errStuck
	}
	return nil
}

// settle ends the unrest: the level it ended with is true since its first edge.
func (c *machine) settle() {
	c.unquiet = false
	if c.level == c.closed {
		return
	}
	c.closed = c.level
	switch {
	case c.closed:
		c.down, c.told = c.first, false
		c.out = append(c.out, gesture{kitchen.Down, c.first.stamp})
	case !c.told:
		c.out = append(c.out, gesture{kitchen.Short, c.first.stamp})
	}
	c.armed = c.armed || !c.closed
}

// resigned says that a contact is still closed from an earlier Run, which has
// told so.
func (c *machine) resigned() bool { return c.patient && !c.armed }

// next returns when advance has something to do, if no edge comes before.
func (c *machine) next() (t time.Time, ok bool) {
	switch {
	case c.unquiet:
		return c.last.Add(c.debounce), true
	case !c.closed || c.resigned():
		return time.Time{}, false
	case !c.told:
		return c.down.at.Add(kitchen.HoldTime + c.late), true
	}
	return c.down.at.Add(StuckTime), true
}

// take returns the gestures since the last take.
func (c *machine) take() []gesture {
	out := c.out
	c.out = nil
	return out
}
