package predict

import (
	"cmp"
	"math"
	"slices"
	"time"

	"readyshelf/kitchen"
)

// undoable are the last lessons, which can be taken back exactly.
const undoable = 40

// A lesson is what became of an order, as far as it teaches something.
type lesson struct {
	opened `json:"order"`
	What   outcome       `json:"what"`
	Took   time.Duration `json:"took"`            // from its beginning to the press, or to the pick-up
	Ready  time.Duration `json:"ready,omitempty"` // to the press, where Took is to the pick-up
	When   time.Duration `json:"when"`            // model time
}

// outcome is what became of an order.
type outcome string

const (
	pressed outcome = "pressed" // ready, and Took is when
	doubted outcome = "doubted" // ready, and nobody believes when
	bounded outcome = "bounded" // picked up, and nobody had pressed
	cleared outcome = "cleared" // the same, of many at once: when says nothing
	fetched outcome = "fetched" // picked up after the press: when couriers come
)

// teach takes in one lesson.
func (c *core) teach(l *lesson) {
	switch l.What {
	case pressed:
		c.ready(&l.facts, &l.sight, l.Took, l.When)
	case bounded:
		c.bound(&l.facts, &l.sight, l.Took, l.When)
	case fetched:
		c.comes.learn(l.Ready, l.Took)
	}
}

// learn takes in one lesson, which can be taken back while it is among the last.
func (m *Model) learn(l lesson) {
	if len(m.lessons) == undoable {
		m.firm.teach(&m.lessons[0])
		m.lessons = slices.Delete(m.lessons, 0, 1)
	}
	m.lessons = append(m.lessons, l)
	m.live.teach(&l)
}

// ready takes a label, if the order's time is known and believable.
func (m *Model) ready(s *kitchen.State, o *kitchen.Order, e kitchen.Event) {
	p, ok := m.take(e.Alert.ID)
	if !ok || o == nil {
		return
	}
	m.done.add(m.clock)
	if p.Later {
		return
	}
	took, known := s.Since(o.Accepted, e.Stamp)
	l := lesson{opened: p, What: pressed, Took: took, When: m.clock}
	if !known || !kitchen.Telling(e.Alert.Evidence, took) {
		l.What, l.Took = doubted, 0
	}
	m.learn(l)
	m.doubtBurst()
}

// doubtBurst takes the last presses and pick-ups back where there were too many at once:
// pick-ups that nobody pressed clear a shelf as presses do.
func (m *Model) doubtBurst() {
	last := m.lessons
	for i, l := range slices.Backward(m.lessons) {
		if m.clock-l.When > kitchen.Together {
			break
		}
		last = m.lessons[i:]
	}
	n, believed := 0, false
	for _, l := range last {
		n += int(is(l.What != fetched))
		believed = believed || l.What == pressed || l.What == bounded
	}
	if n < kitchen.ManyPresses || !believed || m.clock-last[0].When > kitchen.Together {
		return
	}
	for i := range last {
		switch last[i].What {
		case pressed:
			last[i].What, last[i].Took = doubted, 0
		case bounded:
			last[i].What, last[i].Took = cleared, 0
		}
	}
	m.relearn(last[0].When)
}

// picked takes in a pick-up: of an order that nobody had pressed it bounds when that was
// ready, of another it says when couriers come.
func (m *Model) picked(s *kitchen.State, o *kitchen.Order, e kitchen.Event) {
	if o == nil {
		return
	}
	took, known := s.Since(o.Accepted, e.Stamp)
	known = known && took >= kitchen.Soonest && took <= kitchen.Latest
	if p, ok := m.take(o.ID); ok {
		m.done.add(m.clock)
		if known && !p.Later {
			m.learn(lesson{opened: p, What: bounded, Took: took, When: m.clock})
			m.doubtBurst()
		}
		return
	}
	i := slices.IndexFunc(m.lessons, func(l lesson) bool { return l.ID == o.ID && l.What == pressed })
	if i >= 0 && known && took > m.lessons[i].Took {
		m.learn(lesson{opened: opened{ID: o.ID}, What: fetched, Ready: m.lessons[i].Took, Took: took, When: m.clock})
	}
}

// returned takes back that a courier came: the order was not handed over.
func (m *Model) returned(id string) {
	i := slices.IndexFunc(m.lessons, func(l lesson) bool { return l.ID == id && l.What == fetched })
	if i < 0 {
		return
	}
	l := m.lessons[i]
	m.lessons = slices.Delete(m.lessons, i, i+1)
	m.relearn(l.When)
}

// undo takes what an order taught back, as if it had never been: the order is open again.
// One that is recalled is made a second time, which is work and never a lesson.
func (m *Model) undo(id string, recalled bool) {
	i := slices.IndexFunc(m.lessons, func(l lesson) bool { return l.ID == id })
	if i < 0 {
		return
	}
	l := m.lessons[i]
	m.lessons = slices.DeleteFunc(m.lessons, func(l lesson) bool { return l.ID == id })
	m.relearn(l.When)
	if (l.What == pressed || l.What == doubted) && m.find(id) < 0 {
		k, _ := slices.BinarySearchFunc(m.open, l.At, func(o opened, at time.Duration) int { return cmp.Compare(o.At, at) })
		l.Later = l.Later || recalled
		m.open = slices.Insert(m.open, k, l.opened)
		m.open = slices.Delete(m.open, 0, max(len(m.open)-maxOpen, 0))
		m.done.drop(l.When)
	}
}

// refold derives live.
func (m *Model) refold() { m.relearn(math.MaxInt64) }

// relearn derives live, after lessons from a moment on were taken back or doubted. What
// was said since then of other orders is said again, as it would have been.
func (m *Model) relearn(from time.Duration) {
	m.live.set(m.firm)
	for i := range m.lessons {
		l := &m.lessons[i]
		m.resay(from, l.When, i)
		from = max(from, l.When)
		m.live.teach(l)
	}
	m.resay(from, m.clock, len(m.lessons))
}

// resay looks again at the orders that came after from and until to, of which lesson i and
// the later ones, and the open ones, remember what was said.
func (m *Model) resay(from, to time.Duration, i int) {
	again := func(o *opened) {
		if o.At > from && o.At <= to && !o.Later {
			o.sight = m.live.look(&o.facts, o.At, new(vectors))
		}
	}
	for k := range m.lessons[i:] {
		if l := &m.lessons[i+k]; l.What != fetched {
			again(&l.opened)
		}
	}
	for k := range m.open {
		again(&m.open[k])
	}
}
