package backtest

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"time"

	"readyshelf/kitchen"
)

// Said is what the model said of one order.
type Said struct {
	*Order
	Quantiles Curve   // when the ticket came
	Soon      float64 // seconds after the ticket at which order.soon went out; NaN: never
	Open      int     // other orders in the kitchen when the ticket came
	// Would is when order.soon would have gone out at each of [Thresholds], as Soon.
	Would [len(Thresholds)]float64
}

// Thresholds are those that a replay tries out beside the one that is set.
var Thresholds = [...]float64{0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95}

// monday is the start of every file's clock.
var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.FixedZone("store", 8*3600))

// at is the stamp of a moment in a file, in the first boot.
func at(sec float64) kitchen.Stamp {
	d := time.Duration(sec * float64(time.Second))
	return kitchen.Stamp{Boot: 1, Up: d, At: monday.Add(d), Clock: kitchen.Synced}
}

// deed is one moment of a replay: an alert of an order, or where what is "" its change.
type deed struct {
	at     float64
	what   kitchen.AlertType
	order  int
	change int
}

// deeds puts the moments of a store in the order in which they happened; what leaves the
// kitchen goes before what comes.
func deeds(store []Order) []deed {
	var out []deed
	for i := range store {
		o := &store[i]
		add := func(after float64, what kitchen.AlertType) {
			out = append(out, deed{at: o.Placed + after, what: what, order: i})
		}
		add(0, kitchen.OrderAccepted)
		for k, c := range o.Changes {
			out = append(out, deed{at: o.Placed + c.After, order: i, change: k})
		}
		switch {
		case o.Label == Exact:
			add(o.Ready, kitchen.OrderReady)
			if o.Picked > o.Ready {
				add(o.Picked, kitchen.OrderPickedUp)
			} else {
				add(o.Ready, kitchen.OrderPickedUp)
			}
		case math.IsNaN(o.Picked): // nobody ever said more of it
		case o.Label == Upper:
			add(o.Picked, kitchen.OrderPickedUp)
		case o.Label == Load:
			add(o.Picked, kitchen.OrderClosed)
		case o.Label == Cancelled:
			add(o.Picked, kitchen.OrderCancelled)
		}
	}
	slices.SortStableFunc(out, func(a, b deed) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(one(a.what == kitchen.OrderAccepted), one(b.what == kitchen.OrderAccepted)))
	})
	return out
}

// Shop is one store in which the past happens again.
type Shop struct {
	Decider kitchen.Decider
	Tick    time.Duration // retry_interval; 0: nobody looks between the events
}

// Play replays one store's orders, and returns what was said of each, in the same order.
func (s *Shop) Play(store []Order) []Said {
	said, _ := s.play(context.Background(), store)
	return said
}

// replay is a Play under way.
type replay struct {
	*Shop
	store []Order
	said  []Said
	seq   uint64       // of the next event
	open  map[int]bool // orders that nobody has taken away
	cooks []int        // those that are not ready, and no threshold has been reached yet
}

func (s *Shop) play(ctx context.Context, store []Order) ([]Said, error) {
	r := replay{Shop: s, store: store, said: make([]Said, len(store)), seq: 1, open: map[int]bool{}}
	for i := range store {
		r.said[i] = Said{Order: &store[i], Soon: nan}
		for k := range r.said[i].Would {
			r.said[i].Would[k] = nan
		}
	}
	next := math.Inf(-1)
	for _, d := range deeds(store) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for s.Tick > 0 && len(r.open) > 0 && next < d.at {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			r.look(at(next))
			r.decide(at(next), nil)
			next += s.Tick.Seconds()
		}
		if next < d.at {
			next = d.at + s.Tick.Seconds()
		}
		r.happen(d)
	}
	return r.said, nil
}

// decide lets the kitchen think of a fact, or of the time, and hears what it says.
func (r *replay) decide(now kitchen.Stamp, fact *kitchen.Event) {
	for _, e := range r.Decider.Decide(r.seq, now, fact) {
		r.seq = e.Seq + 1
		if e.Alert == nil {
			continue
		}
		i, err := strconv.Atoi(e.Alert.ID)
		if err != nil {
			continue // of no order
		}
		switch e.Alert.Type {
		case kitchen.OrderSoon:
			r.said[i].Soon = r.store[i].age(e.Stamp)
		case kitchen.OrderAccepted:
			r.open[i] = true
			r.cooks = append(r.cooks, i)
		case kitchen.OrderReady:
			r.done(i)
		case kitchen.OrderPickedUp, kitchen.OrderClosed, kitchen.OrderCancelled:
			delete(r.open, i)
			r.done(i)
		}
	}
}

func (r *replay) done(order int) {
	r.cooks = slices.DeleteFunc(r.cooks, func(i int) bool { return i == order })
}

// age is how long after its ticket a moment is, in seconds.
func (o *Order) age(st kitchen.Stamp) float64 { return (st.Up - at(o.Placed).Up).Seconds() }

// happen lets one deed happen.
func (r *replay) happen(d deed) {
	o := &r.store[d.order]
	id := strconv.Itoa(d.order)
	e := at(d.at).Fact("rule")
	if d.what == "" {
		e.Change = &kitchen.Change{ID: id, Items: &o.Changes[d.change].Items}
	} else {
		e.Alert = o.alert(d.what, id)
	}
	if d.what == kitchen.OrderAccepted {
		r.said[d.order].Open = r.cooking()
	}
	r.decide(e.Stamp, &e)
	if d.what == kitchen.OrderAccepted {
		r.said[d.order].Quantiles = r.quantiles(id, e.Stamp)
	}
	if d.what != "" && d.what != kitchen.OrderClosed {
		r.look(e.Stamp) // as the kitchen does when somebody changed it
	}
}

// cooking is how many orders the kitchen works at.
func (r *replay) cooking() (n int) {
	for _, o := range r.Decider.State.Orders {
		n += one(o.Phase == kitchen.Cooking)
	}
	return n
}

// alert is what a daemon logged of o.
func (o *Order) alert(what kitchen.AlertType, id string) *kitchen.Alert {
	a := &kitchen.Alert{Type: what, ID: id}
	switch what {
	case kitchen.OrderAccepted:
		a.Items, a.Value, a.Channel, a.Preorder = o.Items, o.Value, channel(o.Channel), o.Preorder
		if !math.IsNaN(o.Promised) {
			t := at(o.Placed + o.Promised).At
			a.Promised = &t
		}
	case kitchen.OrderReady:
		a.Evidence = "button"
	}
	return a
}

// channel is a file's word for it as tickets have it.
func channel(s string) string {
	if s == "takeaway" {
		return "takeout"
	}
	return s
}

// quantiles are what the model says of an order now.
func (r *replay) quantiles(id string, now kitchen.Stamp) (c Curve) {
	st := &r.Decider.State
	f := r.Decider.Model.Forecast(st, st.Orders[id], now)
	for i, p := range Levels {
		c[i] = f.Quantile(p).Seconds()
	}
	return c
}

// look sees what would be said now of the orders that cook, at every threshold. The kitchen
// looks at the same moments, and an alert changes no forecast: so one replay tells of all.
func (r *replay) look(now kitchen.Stamp) {
	for _, i := range slices.Clone(r.cooks) {
		r.see(i, now)
	}
}

// see is look for one order.
func (r *replay) see(order int, now kitchen.Stamp) {
	s := &r.said[order]
	st := &r.Decider.State
	if math.IsNaN(s.Truth) {
		r.done(order) // nobody asks
		return
	}
	f := r.Decider.Model.Forecast(st, st.Orders[strconv.Itoa(order)], now)
	age := now.Up - at(s.Placed).Up
	p, past := 0.0, f.CDF(age)
	if past < 1 {
		p = (f.CDF(age+r.Decider.Rules.Window) - past) / (1 - past)
	}
	for i, t := range Thresholds {
		if p >= t && math.IsNaN(s.Would[i]) {
			s.Would[i] = age.Seconds()
		}
	}
	if last := s.Would[len(Thresholds)-1]; !math.IsNaN(last) {
		r.done(order)
	}
}
