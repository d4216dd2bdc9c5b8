package main

import (
	"strings"
	"time"

	"readyshelf/board"
	"readyshelf/kitchen"
)

// diary is a business day, as far as the log was read.
type diary struct {
	date      string
	from, to  time.Time
	next      uint64 // event to read
	events    int    // that were read
	done, cut bool   // there is nothing more to read, or there would be
	open      int    // orders that have not left
	orders    map[string]*entry
	order     []*entry // as they came
}

// entry is an order in a diary.
type entry struct {
	board.DayOrder
	accepted kitchen.Stamp
}

// take takes in an event, if it is about an order of the day.
func (b *diary) take(e kitchen.Event, c *clocks) {
	if ch := e.Change; ch != nil && b.orders[ch.ID] != nil {
		o := b.orders[ch.ID]
		if ch.Channel != "" {
			o.Channel = ch.Channel
		}
		if ch.Promised != nil {
			o.Promised = ch.Promised
		}
	}
	a := e.Alert
	if a == nil {
		return
	}
	if a.Type == kitchen.OrderAccepted {
		b.accept(a, c.correct(e.Stamp), e.Stamp)
	} else if o := b.orders[a.ID]; o != nil {
		b.open -= o.here()
		o.take(a, o.when(e.Stamp, c))
		b.open += o.here()
	}
}

// over says whether nothing that happened at a moment can be of the day any more.
func (b *diary) over(at time.Time) bool {
	after := at.Sub(b.to)
	return after > afterHours && (b.open == 0 || after > closedFor)
}

// here is 1 while the order has not left, else 0.
func (o *entry) here() int {
	if o.End == "" {
		return 1
	}
	return 0
}

// accept begins an order, unless it is of another day or there already: an older log that
// was saved may have it too.
func (b *diary) accept(a *kitchen.Alert, at, stamp kitchen.Stamp) {
	if !b.has(a.Day, at) || b.orders[a.ID] != nil {
		return
	}
	o := &entry{accepted: stamp, DayOrder: board.DayOrder{
		Number: a.Number, Channel: a.Channel, Accepted: at.At.In(b.from.Location()), Promised: a.Promised,
		Preorder: a.Preorder,
	}}
	b.orders[a.ID] = o
	b.open++
	b.order = append(b.order, o)
}

// has says whether an order is of the day. One that came before the clock was set after a
// start has no day: it counts to that in which it came, as is known by now.
func (b *diary) has(day string, at kitchen.Stamp) bool {
	if !strings.HasPrefix(day, "boot-") {
		return day == b.date
	}
	return at.Clock != kitchen.Unknown && !at.At.Before(b.from) && at.At.Before(b.to)
}

// when is the time of a stamp after the order came, nil where nobody knows it.
func (o *entry) when(st kitchen.Stamp, c *clocks) *time.Time {
	d, known := c.since(o.accepted, st)
	if !known {
		return nil
	}
	t := o.Accepted.Add(d)
	return &t
}

// take notes what became of the order.
func (o *entry) take(a *kitchen.Alert, at *time.Time) {
	switch a.Type {
	case kitchen.OrderSoon:
		o.Soon = at
	case kitchen.OrderReady:
		o.Left, o.End = nil, ""
		if a.Reason != kitchen.ReasonReturned { // it was ready all the time
			o.Ready, o.Evidence, o.Issued = at, a.Evidence, a.Issued
		}
	case kitchen.OrderReadyUndone:
		o.Ready, o.Evidence, o.Left, o.End = nil, "", nil, ""
		o.Recalled = o.Recalled || a.Reason == kitchen.ReasonRecalled
		o.Undone++
	case kitchen.OrderLate:
		o.Late = true
	case kitchen.OrderWaiting:
		o.Waiting = true
	case kitchen.OrderPickedUp, kitchen.OrderCancelled, kitchen.OrderClosed:
		o.Left, o.End = at, a.Type
	}
}

// tell is the day as it is known by now; the diary may go on without changing it.
func (b *diary) tell() board.Day {
	d := board.Day{Date: b.date, From: b.from, To: b.to, Cut: b.cut, Orders: make([]board.DayOrder, 0, len(b.order))}
	for _, o := range b.order {
		d.Orders = append(d.Orders, o.DayOrder)
	}
	return d
}
