package kitchen

import (
	"slices"
	"time"
)

// slip decides what a slip of paper means: a new order, more of a known one, or
// something that happens to one.
func (d *step) slip(e Event, t *Ticket) {
	switch t.Kind {
	case SlipUrge, SlipCancel, SlipVoid:
		d.act(e, t)
	case SlipOrder, SlipReprint:
		if d.s.billed(t, e.Stamp) {
			return
		}
		if t.Number != "" || t.Table != "" || len(t.Items) > 0 && !t.Partial {
			d.order(e, t)
		}
	case SlipUnknown:
		if t.Raster && !t.Text || t.Unread {
			d.order(e, t) // that it came is all we know
		}
	}
}

// order accepts an order slip, or folds it into the order that it belongs to. It
// returns the order's id, and whether the order was there already.
func (d *step) order(e Event, t *Ticket) (id string, merged bool) {
	day := d.s.day(e.Stamp, d.r)
	if o := d.s.find(t, e.Stamp); o != nil {
		d.merge(e, o, t)
		return o.ID, true
	}
	a := Alert{
		Type: OrderAccepted, ID: d.s.newID(t, day), Day: day,
		Number: t.Number, Numbers: t.Numbers, OrderKey: t.OrderKey, Channel: t.Channel, Table: t.Table,
		Items: folded(nil, t.Items, false), Value: t.Value, Notes: t.Notes, Part: t.Part, Print: t.Print,
		Preorder: t.Preorder, Raster: t.Raster && !t.Text, Unread: t.Unread,
		Promised: d.promise(e.Stamp, t.Promised), Printed: t.Promised, Evidence: "slip", Input: e.Source,
	}
	if e.Command != nil {
		a.Evidence = "command"
	}
	if d.r.Assigned {
		if free := d.free(); len(free) > 0 {
			a.Slot = free[0]
		}
	}
	d.alert(e.Stamp, a)
	return a.ID, false
}

// stale is how far in the past a promise may lie when its slip comes. One further
// back was made by a clock that is not ours, and would make its order late at once.
const stale = time.Hour

// promise is the wall time that a slip which came at a moment promises, nil where
// it says none that can be believed, or the clock cannot tell which day it is.
func (d *step) promise(came Stamp, printed string) *time.Time {
	now, ok := d.s.wall(came)
	if !ok || printed == "" {
		return nil
	}
	at := Promise(printed, now, d.r.Location)
	if at != nil && now.Sub(*at) > stale {
		return nil
	}
	return at
}

// promised reads the promise of an order again that came while the clock was not
// set, and says whether it is another one now.
func (d *step) promised(o *Order) bool {
	if o.Accepted.Clock == Synced {
		return false
	}
	at := d.promise(o.Accepted, o.Printed)
	if at == nil || o.Promised != nil && at.Equal(*o.Promised) {
		return false
	}
	d.change(d.now, Change{ID: o.ID, Promised: at})
	return true
}

// merge folds a copy, a part or a reprint into its order.
func (d *step) merge(e Event, o *Order, t *Ticket) {
	if !o.Phase.Open() {
		return // a reprint of something done with
	}
	c := Change{ID: o.ID, Slip: true, Confidence: t.Confidence, Part: t.Part, Whole: t.Part == "" && len(t.Items) > 0}
	if !slices.Contains(o.Prints, t.Print) {
		c.Print = t.Print
	}
	for _, n := range append([]string{t.Number}, t.Numbers...) {
		if n != "" && !o.called(n) {
			c.Numbers = append(c.Numbers, n)
		}
	}
	seen := c.Print == 0 || t.Part != "" && slices.Contains(o.Parts, t.Part)
	have := o.Items
	if o.Confidence > 0 && t.Of == 0 && t.Part == "" && len(t.Items) > 0 {
		have = nil // they were read from a picture, and these are text
	}
	if items := folded(have, t.Items, t.Part != "" && !o.Whole); !seen && !sameItems(items, o.Items) {
		c.Items = &items
	}
	if o.Channel == "" {
		c.Channel = t.Channel
	}
	if o.Table == "" {
		c.Table = t.Table
	}
	if o.OrderKey == "" {
		c.OrderKey = t.OrderKey
	}
	if o.Notes == "" {
		c.Notes = t.Notes
	}
	if o.Promised == nil {
		c.Promised = d.promise(e.Stamp, t.Promised)
	}
	d.change(e.Stamp, c)
}

// act does what an urge, cancel or void slip asks of the order it names.
func (d *step) act(e Event, t *Ticket) {
	if d.s.done(t, e.Stamp) != nil {
		return
	}
	o := d.s.target(t)
	if o == nil {
		d.change(e.Stamp, Change{Orphan: &Orphan{Kind: t.Kind, Number: t.Number, Channel: t.Channel, OrderKey: t.OrderKey, Items: t.Items}})
		return
	}
	d.actOn(e, o, t)
}

// actOn does what the slip t asks of o.
func (d *step) actOn(e Event, o *Order, t *Ticket) {
	switch t.Kind {
	case SlipUrge:
		d.change(e.Stamp, Change{ID: o.ID, Slip: true, Urged: true, Print: t.Print})
	case SlipCancel:
		d.cancel(e, o, t, "cancelled")
	case SlipVoid:
		left := voided(o.Items, t.Items)
		if len(t.Items) == 0 || len(left) == 0 {
			d.cancel(e, o, t, "void")
			return
		}
		d.change(e.Stamp, Change{ID: o.ID, Slip: true, Items: &left, Print: t.Print})
	}
}

// overtaken does to an order that has just come what slips asked that were printed a
// little before it: one printer was busy, and another was not.
func (d *step) overtaken(o *Order, input string) {
	e := Event{Stamp: d.now, Source: input}
	for _, p := range d.s.Orphans {
		t := &Ticket{Kind: p.Kind, Number: p.Number, Channel: p.Channel, OrderKey: p.OrderKey, Items: p.Items}
		age, known := d.s.Since(p.At, d.now)
		if !known || age > copies || !t.names(o) || t.otherKey(o) || !t.mayBeOf(o) || !overlap(o.Items, t.Items) {
			continue
		}
		d.change(d.now, Change{ID: o.ID, Claimed: &Orphan{Kind: p.Kind, Number: p.Number, Channel: p.Channel}})
		d.actOn(e, o, t)
		return
	}
}

func (d *step) cancel(e Event, o *Order, t *Ticket, reason string) {
	a := about(o, OrderCancelled)
	a.Print = t.Print
	a.Evidence, a.Input, a.Reason = "slip", e.Source, reason
	d.alert(e.Stamp, a)
}
