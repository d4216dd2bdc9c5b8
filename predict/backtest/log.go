package backtest

import (
	"cmp"
	"math"
	"slices"
	"time"

	"readyshelf/kitchen"
)

// Past makes orders of a daemon's log. It wants the events twice: all of them to Learn,
// since what a clock was set to is known after the events that need it, and then to Add.
type Past struct {
	clocks  kitchen.Clocks
	monday  time.Time // of the first order's week, by the store's clock
	orders  []*logged
	index   map[string]*logged
	Undated int // orders of a time that no clock knows: they are left out
}

// logged is an order as the log tells of it.
type logged struct {
	Order
	accepted kitchen.Stamp
	evidence bool // the kitchen itself pressed
	recalled bool // handed over, and then made again: work, of which nothing else is known
}

// A press that a daemon doubts teaches nothing, and is nobody's truth: one that comes sooner
// than soonest after the ticket or later than latest, and one of [kitchen.ManyPresses]
// within a moment, which clear a shelf. All in seconds.
const (
	soonest = float64(kitchen.Soonest / time.Second)
	latest  = float64(kitchen.Latest / time.Second)
	moment  = float64(kitchen.Together / time.Second)
)

// Learn takes in what an event says of the clocks.
func (p *Past) Learn(e kitchen.Event) { p.clocks.Learn(of(e)) }

// of is the event that a salvaged one carries, or e.
func of(e kitchen.Event) kitchen.Event {
	if e.Salvaged != nil && e.Salvaged.Event != nil {
		return *e.Salvaged.Event
	}
	return e
}

// Add takes in what an event says of an order.
func (p *Past) Add(e kitchen.Event) {
	e = of(e)
	if c := e.Change; c != nil && c.Items != nil {
		if o := p.index[c.ID]; o != nil {
			if after := p.since(o, e.Stamp); !math.IsNaN(after) {
				o.Changes = append(o.Changes, Change{after, *c.Items})
			}
		}
	}
	if e.Alert == nil {
		return
	}
	if e.Alert.Type == kitchen.OrderAccepted {
		p.accept(e)
	} else if o := p.index[e.Alert.ID]; o != nil {
		o.take(e.Alert, p.since(o, e.Stamp))
	}
}

// accept begins an order.
func (p *Past) accept(e kitchen.Event) {
	a := e.Alert
	st := p.clocks.Correct(e.Stamp)
	if st.Clock == kitchen.Unknown {
		p.Undated++
		return
	}
	if p.monday.IsZero() {
		p.monday = mondayOf(st.At)
	}
	o := &logged{accepted: e.Stamp, Order: Order{
		ID: a.ID, Store: "log", Placed: wall(st.At).Sub(p.monday).Seconds(), Channel: a.Channel, Items: a.Items, Value: a.Value,
		Label: Load, Ready: nan, Picked: nan, Truth: nan, Promised: nan, Preorder: a.Preorder,
	}}
	if a.Promised != nil {
		o.Promised = a.Promised.Sub(st.At).Seconds()
	}
	if p.index == nil {
		p.index = map[string]*logged{}
	}
	p.index[a.ID] = o
	p.orders = append(p.orders, o)
}

// wall is what the store's clock shows at t, as if it stood at UTC: days have 24 hours then.
func wall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// mondayOf is the start of t's week.
func mondayOf(t time.Time) time.Time {
	t = wall(t)
	return t.Truncate(24*time.Hour).AddDate(0, 0, -(int(t.Weekday())+6)%7)
}

// since is how long after its ticket a moment of an order is, in seconds; NaN where nobody
// can know.
func (p *Past) since(o *logged, at kitchen.Stamp) float64 {
	s := kitchen.State{Clocks: p.clocks}
	d, ok := s.Since(o.accepted, at)
	if !ok || d < 0 {
		return nan
	}
	return d.Seconds()
}

// take notes what became of o at seconds after its ticket.
func (o *logged) take(a *kitchen.Alert, after float64) {
	switch a.Type {
	case kitchen.OrderReady:
		if a.Reason == kitchen.ReasonReturned {
			o.Picked = nan
			return
		}
		if o.recalled {
			return
		}
		o.Ready = after
		o.evidence = kitchen.Pressed(a.Evidence)
	case kitchen.OrderReadyUndone:
		o.Ready, o.evidence = nan, false
		if a.Reason == kitchen.ReasonRecalled {
			o.recalled, o.Picked, o.Label = true, nan, Load
		}
	case kitchen.OrderPickedUp:
		if o.Picked = after; !o.recalled {
			o.Label = Upper
		}
	case kitchen.OrderCancelled:
		o.Picked, o.Label = after, Cancelled
	case kitchen.OrderClosed:
		if a.Reason != "expired" { // a replay sees by itself that nobody comes
			o.Picked = after
		}
	}
}

// Orders are those of the log, by time.
func (p *Past) Orders() []Order {
	var all []Order
	for _, o := range p.orders {
		switch {
		case math.IsNaN(o.Ready):
		case o.evidence:
			o.Label = Exact
			if o.Ready >= soonest && o.Ready <= latest && !o.scheduled() {
				o.Truth = o.Ready
			}
		default: // it left the kitchen then, and nobody knows when it was ready
			o.Label, o.Picked = Load, o.Ready
		}
		all = append(all, o.Order)
	}
	slices.SortStableFunc(all, func(a, b Order) int { return cmp.Compare(a.Placed, b.Placed) })
	doubtBursts(all)
	return all
}

// scheduled says whether o was for a later hour.
func (o *Order) scheduled() bool { return o.Preorder || o.Promised >= 5400 }

// doubtBursts takes the truth from presses of which there were many in a moment.
func doubtBursts(all []Order) {
	pressed := func(o *Order) float64 { return o.Placed + o.Ready }
	var last []*Order
	for i := range all {
		if all[i].Label == Exact {
			last = append(last, &all[i])
		}
	}
	slices.SortStableFunc(last, func(a, b *Order) int { return cmp.Compare(pressed(a), pressed(b)) })
	for i := range last {
		if i+kitchen.ManyPresses <= len(last) && pressed(last[i+kitchen.ManyPresses-1])-pressed(last[i]) <= moment {
			for _, o := range last[i : i+kitchen.ManyPresses] {
				o.Truth = nan
			}
		}
	}
}
