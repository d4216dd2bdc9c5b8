package predict

import (
	"math"
	"slices"
	"time"

	"readyshelf/kitchen"
)

const (
	shortest = 30 * time.Second // a label below it is a press by mistake
	slowest  = 2 * time.Hour    // a label above it is a press forgotten
	undoable = 32               // the last labels, which can be taken back exactly
	maxOpen  = 160              // orders that are remembered; the oldest go first
	maxID    = 64               // bytes; an order with a longer name is not remembered
	blindGap = 8 * time.Hour    // assumed where no clock tells how long the power was off
)

// Model implements [kitchen.Model]. Make one with [New]. It is not safe for
// concurrent use; a Forecast once given may be read by anybody, at any time.
type Model struct {
	clock time.Duration // the model's own time: grows by what [kitchen.State.Since] says
	last  kitchen.Stamp // the latest stamp seen, where clock stands
	open  []opened      // orders that can still become a label, oldest first

	firm   core    // what can no longer be taken back
	labels []label // the last labels, oldest first
	live   core    // firm and then labels; derived
	shape  *shape  // of live's residuals; derived
}

var _ kitchen.Model = (*Model)(nil)

// core is what labels teach.
type core struct {
	filter filter
	ring   ring
}

// opened is an order that was accepted, what was known of it then, and what was
// forecast.
type opened struct {
	ID string `json:"id"`
	features
	At   time.Duration `json:"at"`   // model time
	Seen int           `json:"seen"` // labels that the forecast knew
	Mean float64       `json:"mean"` // of ln seconds
	SD   float64       `json:"sd"`
}

// label is how long an order took in truth.
type label struct {
	opened
	Took   time.Duration `json:"took"`   // from acceptance to ready
	Ready  time.Duration `json:"ready"`  // model time
	Pieces int           `json:"pieces"` // as Items; a second slip may have come since
}

// New returns the model of a store's first day.
func New() *Model {
	m := &Model{firm: core{filter: newFilter()}}
	m.refold()
	return m
}

// Apply learns from e; s is the state after e was applied to it.
func (m *Model) Apply(s *kitchen.State, e kitchen.Event) {
	m.clock, m.last = m.timeAt(s, e.Stamp)
	if e.Alert == nil {
		return
	}
	switch e.Alert.Type {
	case kitchen.OrderAccepted:
		m.accept(s, e)
	case kitchen.OrderReady:
		m.ready(s, e)
	case kitchen.OrderReadyUndone:
		m.undo(e.Alert.ID)
	case kitchen.OrderPickedUp, kitchen.OrderCancelled, kitchen.OrderClosed:
		m.open = slices.DeleteFunc(m.open, func(o opened) bool { return o.ID == e.Alert.ID })
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
		return m.clock + d, st
	case !ok && st.Boot > m.last.Boot:
		return m.clock + blindGap, st
	}
	return m.clock, m.last
}

// accept remembers what is known of an order now, and what is forecast.
func (m *Model) accept(s *kitchen.State, e kitchen.Event) {
	o := s.Orders[e.Alert.ID]
	if o == nil || scheduled(o) || len(o.ID) > maxID || m.find(o.ID) >= 0 {
		return
	}
	if len(m.open) == maxOpen {
		m.open = slices.Delete(m.open, 0, 1)
	}
	m.open = append(m.open, opened{ID: o.ID, features: look(s, o, e.Stamp), At: m.clock, Seen: m.live.filter.Seen})
	m.open[len(m.open)-1].issue(&m.live)
}

// issue notes what c forecasts for o.
func (o *opened) issue(c *core) {
	mean, variance := c.forecast(o.features, o.At)
	o.Mean, o.SD = short(mean), short(math.Sqrt(variance))
}

// ready takes a label, if the order's time is known and believable.
func (m *Model) ready(s *kitchen.State, e kitchen.Event) {
	o, i := s.Orders[e.Alert.ID], m.find(e.Alert.ID)
	if o == nil || i < 0 || scheduled(o) || !evidence(e.Alert.Evidence) || m.labelled(o.ID) >= 0 {
		return
	}
	took, ok := s.Since(o.Accepted, e.Stamp)
	if !ok || took < shortest || took > slowest {
		return
	}
	l := label{opened: m.open[i], Took: took, Ready: m.clock, Pieces: count(o.Items)}
	if len(m.labels) == undoable {
		m.firm.learn(&m.labels[0])
		m.labels = slices.Delete(m.labels, 0, 1)
	}
	m.labels = append(m.labels, l)
	m.live.learn(&l)
	m.shape = newShape(&m.live.ring)
}

// evidence says whether the kitchen itself said ready.
func evidence(by string) bool {
	return by == "button" || by == "scale" || by == "touch" || by == "command"
}

// undo takes a label back, as if it had never been.
func (m *Model) undo(id string) {
	i := m.labelled(id)
	if i < 0 {
		return
	}
	m.labels = slices.Delete(m.labels, i, i+1)
	learned := m.firm.filter.Seen + i // labels before the one taken back
	for _, o := range m.issued() {
		if o.Seen > learned {
			o.Seen--
		}
	}
	m.refold()
}

// refold derives live, shape and the forecasts issued since firm.
func (m *Model) refold() {
	m.live = m.firm
	m.reissue()
	for i := range m.labels {
		m.live.learn(&m.labels[i])
		m.reissue()
	}
	m.shape = newShape(&m.live.ring)
}

// reissue repeats the forecasts that knew as many labels as live does.
func (m *Model) reissue() {
	for _, o := range m.issued() {
		if o.Seen == m.live.filter.Seen {
			o.issue(&m.live)
		}
	}
}

// issued lists the forecasts issued to orders that still matter.
func (m *Model) issued() []*opened {
	var all []*opened
	for i := range m.open {
		all = append(all, &m.open[i])
	}
	for i := range m.labels {
		all = append(all, &m.labels[i].opened)
	}
	return all
}

// learn takes in one label.
func (c *core) learn(l *label) {
	f := l.features
	f.Items = l.Pieces
	x, z := f.vector(), math.Log(l.Took.Seconds())
	c.filter.advance(l.Ready)
	c.filter.learn(&x, z)
	c.ring.add((z - l.Mean) / l.SD)
}

// forecast gives mean and variance of ln seconds at a model time.
func (c *core) forecast(f features, at time.Duration) (mean, variance float64) {
	now, x := c.filter, f.vector()
	now.advance(at)
	mean, variance, _ = now.predict(&x)
	return min(max(mean, minMean), maxMean), variance
}

func (m *Model) find(id string) int {
	return slices.IndexFunc(m.open, func(o opened) bool { return o.ID == id })
}

func (m *Model) labelled(id string) int {
	return slices.IndexFunc(m.labels, func(l label) bool { return l.ID == id })
}

// Forecast gives the distribution of the time from acceptance to ready of o, given
// the load at now. That o is not ready yet is left to the caller to take in, who
// knows when a pre-order was begun: for one, the time counts from there.
func (m *Model) Forecast(s *kitchen.State, o *kitchen.Order, now kitchen.Stamp) kitchen.Forecast {
	at, _ := m.timeAt(s, now)
	mean, variance := m.live.forecast(look(s, o, now), at)
	return &forecast{mean: mean, sd: math.Sqrt(variance), shape: m.shape}
}
