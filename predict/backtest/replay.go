package backtest

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"readyshelf/kitchen"
)

// Levels are those of the quantiles that are written and scored: 0.05 to 0.95.
var Levels = func() (l [19]float64) {
	for i := range l {
		l[i] = float64(i+1) / 20
	}
	return l
}()

// Said is what the model said of one order.
type Said struct {
	*Order
	Quantiles [19]float64 // seconds, when the ticket came
	Soon      float64     // seconds after the ticket at which order.soon went out; NaN: never
	Open      int         // other orders in the kitchen
}

// monday is the start of every file's clock.
var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.FixedZone("store", 8*3600))

// at is the stamp of a moment in a file, in the first boot.
func at(sec float64) kitchen.Stamp {
	d := time.Duration(sec * float64(time.Second))
	return kitchen.Stamp{Boot: 1, Up: d, At: monday.Add(d), Clock: kitchen.Synced}
}

// deed is one moment of a replay.
type deed struct {
	at    float64
	what  kitchen.AlertType
	order int
}

// deeds puts the moments of a store in the order in which they happened; what leaves the
// kitchen goes before what comes.
func deeds(store []Order) []deed {
	var out []deed
	for i := range store {
		o := &store[i]
		out = append(out, deed{o.Placed, kitchen.OrderAccepted, i})
		switch o.Label {
		case Exact:
			out = append(out, deed{o.Placed + o.Ready, kitchen.OrderReady, i})
			if o.Picked > o.Ready {
				out = append(out, deed{o.Placed + o.Picked, kitchen.OrderPickedUp, i})
			} else {
				out = append(out, deed{o.Placed + o.Ready, kitchen.OrderPickedUp, i})
			}
		case Upper:
			out = append(out, deed{o.Placed + o.Picked, kitchen.OrderPickedUp, i})
		case Load:
			out = append(out, deed{o.Placed + o.Picked, kitchen.OrderClosed, i})
		}
	}
	slices.SortStableFunc(out, func(a, b deed) int {
		comes := func(d deed) int {
			if d.what == kitchen.OrderAccepted {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(comes(a), comes(b)))
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
	said := make([]Said, len(store))
	ids := map[string]int{}
	for i := range store {
		said[i] = Said{Order: &store[i], Soon: nan}
	}
	seq := uint64(1)
	note := func(events []kitchen.Event) {
		for _, e := range events {
			seq = e.Seq + 1
			if e.Alert != nil && e.Alert.Type == kitchen.OrderSoon {
				i := ids[e.Alert.ID]
				said[i].Soon = e.Stamp.Up.Seconds() - at(store[i].Placed).Up.Seconds()
			}
		}
	}
	next, open := 0.0, 0
	for _, d := range deeds(store) {
		for s.Tick > 0 && open > 0 && next < d.at {
			note(s.Decider.Decide(seq, at(next), nil))
			next += s.Tick.Seconds()
		}
		if next < d.at {
			next = d.at + s.Tick.Seconds()
		}
		o := &store[d.order]
		id := strconv.Itoa(d.order)
		ids[id] = d.order
		a := kitchen.Alert{Type: d.what, ID: id}
		switch d.what {
		case kitchen.OrderAccepted:
			a.Items, a.Value, a.Channel = o.Items, o.Value, channel(o.Channel)
		case kitchen.OrderReady:
			a.Evidence = "button"
		}
		e := at(d.at).Fact("rule")
		e.Alert = &a
		note(s.Decider.Decide(seq, e.Stamp, &e))
		switch d.what {
		case kitchen.OrderAccepted:
			open++
			said[d.order].Quantiles = s.quantiles(id, e.Stamp)
		case kitchen.OrderPickedUp, kitchen.OrderClosed:
			open--
		}
	}
	return said
}

// channel is a file's word for it as tickets have it.
func channel(s string) string {
	if s == "takeaway" {
		return "takeout"
	}
	return s
}

// quantiles are what the model says of an order now.
func (s *Shop) quantiles(id string, now kitchen.Stamp) (q [19]float64) {
	st := &s.Decider.State
	f := s.Decider.Model.Forecast(st, st.Orders[id], now)
	for i, p := range Levels {
		q[i] = f.Quantile(p).Seconds()
	}
	return q
}
