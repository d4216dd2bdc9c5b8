package predict

import (
	"encoding/json"
	"slices"
	"time"

	"readyshelf/kitchen"
)

const (
	maxOpen  = 120           // orders that are remembered; the oldest go first
	maxID    = 64            // bytes; an order with a longer name is not remembered
	blindGap = 8 * time.Hour // assumed where no clock tells how long the power was off

	longestGap = 60 * 24 * time.Hour // after which nothing more is forgotten; a longer one is a clock that is wrong
)

// Model implements [kitchen.Model]. Make one with [New]. It is not safe for
// concurrent use; a Forecast once given may be read by anybody, at any time.
type Model struct {
	clock time.Duration // the model's own time: grows by what [kitchen.State.Since] says
	last  kitchen.Stamp // the latest stamp seen, where clock stands
	open  []opened      // orders that the kitchen works at, oldest first
	came  recent        // when orders came
	done  recent        // and when they left the kitchen
	names names         // of the dishes

	firm    *core    // what can no longer be taken back
	lessons []lesson // the last ones, oldest first
	live    *core    // firm and then lessons; derived

	offered json.RawMessage // a seed, until the kitchen has said what becomes of it: in the same commit
}

var _ kitchen.Model = (*Model)(nil)

// opened is an order that was accepted, what was known of it then, and what was said.
type opened struct {
	ID    string `json:"id"`
	facts `json:"facts"`
	sight `json:"sight"`
	At    time.Duration `json:"at"`              // model time at which its cooking began, or will
	Later bool          `json:"later,omitempty"` // for an hour of its own: work, and never a lesson
}

// New returns the model of a store's first day.
func New() *Model { return from(&dishesPrior) }

// from is a model that knows nothing but p.
func from(p *prior) *Model { return &Model{firm: newCore(p), live: newCore(p)} }

// Apply learns from e; s is the state after e was applied to it.
func (m *Model) Apply(s *kitchen.State, e kitchen.Event) {
	m.clock, m.last = m.timeAt(s, e.Stamp)
	m.seed(s, e)
	if e.Change != nil && e.Change.Items != nil {
		m.changed(s.Orders[e.Change.ID])
	}
	if e.Alert == nil {
		return
	}
	switch id := e.Alert.ID; e.Alert.Type {
	case kitchen.OrderAccepted:
		m.accept(s.Orders[id])
	case kitchen.OrderReady:
		if e.Alert.Reason == kitchen.ReasonReturned {
			m.returned(id)
			return
		}
		m.ready(s, s.Orders[id], e)
	case kitchen.OrderReadyUndone:
		m.undo(id, e.Alert.Reason == kitchen.ReasonRecalled)
	case kitchen.OrderPickedUp:
		m.picked(s, s.Orders[id], e)
	case kitchen.OrderCancelled:
		m.take(id)
	case kitchen.OrderClosed:
		if _, ok := m.take(id); ok && e.Alert.Reason != "expired" {
			m.done.add(m.clock)
		}
	}
}

// timeAt is the model's time at st, and the later of st and the last stamp.
// Stamps out of order do not move it back.
func (m *Model) timeAt(s *kitchen.State, st kitchen.Stamp) (time.Duration, kitchen.Stamp) {
	if m.last.Boot == 0 && m.last.Up == 0 {
		return m.clock, st // nothing seen yet
	}
	switch d, ok := s.Since(m.last, st); {
	case ok && d > 0:
		return min(m.clock+min(d, longestGap), horizon), st
	case !ok && st.Boot > m.last.Boot:
		return min(m.clock+blindGap, horizon), st
	}
	return m.clock, m.last
}

// accept remembers what is known of an order now, and what is forecast.
func (m *Model) accept(o *kitchen.Order) {
	if o == nil || len(o.ID) > maxID || m.find(o.ID) >= 0 {
		return
	}
	wait, known := begins(o)
	if !known {
		return
	}
	m.choose(o)
	p := opened{ID: o.ID, At: m.clock + wait, Later: wait > 0}
	p.facts = m.facts(o, m.helpings(o.Items), m.clock)
	p.sight = m.live.look(&p.facts, m.clock, new(vectors))
	m.came.add(m.clock)
	if len(m.open) == maxOpen {
		m.open = slices.Delete(m.open, 0, 1)
	}
	m.open = append(m.open, p)
}

// choose takes the prior for shops of this one's kind, as long as nothing was learned. A
// shop that has named a dish stays one that names them: an order without any, of a picture
// or of a platform, moves no forecast of the others.
func (m *Model) choose(o *kitchen.Order) {
	p := &barePrior
	switch {
	case len(m.names.Name) > 0, slices.ContainsFunc(o.Items, func(it kitchen.Item) bool { return dishName(it.Name) != "" }):
		p = &dishesPrior
	case o.Value > 0, m.firm.prior == &countPrior:
		p = &countPrior
	}
	if m.firm.prior != p && !m.firm.prior.seeded() && len(m.lessons) == 0 && m.firm.main.Seen == 0 {
		m.firm, m.live = newCore(p), newCore(p)
		for i := range m.open { // what was said of them is another shop's
			m.open[i].sight = m.live.look(&m.open[i].facts, m.open[i].At, new(vectors))
		}
	}
}

// changed takes in that a second slip added to an order, or took away.
func (m *Model) changed(o *kitchen.Order) {
	if o == nil || m.find(o.ID) < 0 {
		return
	}
	p := &m.open[m.find(o.ID)]
	p.order(o, m.helpings(o.Items))
	p.sight = m.live.look(&p.facts, p.At, new(vectors))
}

func (m *Model) find(id string) int {
	return slices.IndexFunc(m.open, func(o opened) bool { return o.ID == id })
}

// take removes an order from the open ones, and says whether it was there.
func (m *Model) take(id string) (opened, bool) {
	i := m.find(id)
	if i < 0 {
		return opened{}, false
	}
	o := m.open[i]
	m.open = slices.Delete(m.open, i, i+1)
	return o, true
}
