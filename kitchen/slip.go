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
		if t.Number != "" || t.Table != "" || len(t.Items) > 0 && !t.Partial {
			d.order(e, t)
		}
	case SlipUnknown:
		if t.Raster && !t.Text {
			d.order(e, t) // a picture of an order: that it came is all we know
		}
	}
}

// order accepts an order slip, or folds it into the order that it belongs to.
func (d *step) order(e Event, t *Ticket) {
	day := d.s.day(e.Stamp, d.r)
	if o := d.s.find(t, day, e.Stamp); o != nil {
		d.merge(e, o, t)
		return
	}
	a := Alert{
		Type: OrderAccepted, ID: d.s.newID(t, day), Day: day,
		Number: t.Number, Numbers: t.Numbers, OrderKey: t.OrderKey, Channel: t.Channel, Table: t.Table,
		Items: merged(nil, t.Items, false), Notes: t.Notes, Part: t.Part, Print: t.Print,
		Preorder: t.Preorder, Raster: t.Raster && !t.Text,
		Promised: d.promise(e, t), Evidence: "slip", Input: e.Source,
	}
	if d.r.Assigned {
		if free := d.free(); len(free) > 0 {
			a.Slot = free[0]
		}
	}
	d.alert(e.Stamp, a)
}

// stale is how far in the past a promise may lie when its slip comes. One further
// back was made by a clock that is not ours, and would make its order late at once.
const stale = time.Hour

// promise is the wall time that a slip promises, nil where it says none that can
// be believed, or the clock cannot tell which day it is.
func (d *step) promise(e Event, t *Ticket) *time.Time {
	now, ok := d.s.wall(e.Stamp)
	if !ok || t.Promised == "" {
		return nil
	}
	at := Promise(t.Promised, now, d.r.Location)
	if at != nil && now.Sub(*at) > stale {
		return nil
	}
	return at
}

// merge folds a copy, a part or a reprint into its order.
func (d *step) merge(e Event, o *Order, t *Ticket) {
	if !o.Phase.Open() {
		return // a reprint of something done with
	}
	c := Change{ID: o.ID, Slip: true, Part: t.Part}
	if !slices.Contains(o.Prints, t.Print) {
		c.Print = t.Print
	}
	for _, n := range append([]string{t.Number}, t.Numbers...) {
		if n != "" && !o.called(n) {
			c.Numbers = append(c.Numbers, n)
		}
	}
	seen := c.Print == 0 || t.Part != "" && slices.Contains(o.Parts, t.Part)
	if items := merged(o.Items, t.Items, t.Part != ""); !seen && !sameItems(items, o.Items) {
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
		c.Promised = d.promise(e, t)
	}
	d.change(e.Stamp, c)
}

// act does what an urge, cancel or void slip asks of the order it names.
func (d *step) act(e Event, t *Ticket) {
	o := d.s.target(t)
	if o == nil {
		d.change(e.Stamp, Change{Orphan: &Orphan{Kind: t.Kind, Number: t.Number, Channel: t.Channel}})
		return
	}
	switch t.Kind {
	case SlipUrge:
		d.change(e.Stamp, Change{ID: o.ID, Slip: true, Urged: true})
	case SlipCancel:
		d.cancel(e, o, "cancelled")
	case SlipVoid:
		left := voided(o.Items, t.Items)
		if len(t.Items) == 0 || len(left) == 0 {
			d.cancel(e, o, "void")
			return
		}
		d.change(e.Stamp, Change{ID: o.ID, Slip: true, Items: &left})
	}
}

func (d *step) cancel(e Event, o *Order, reason string) {
	a := about(o, OrderCancelled)
	a.Evidence, a.Input, a.Reason = "slip", e.Source, reason
	d.alert(e.Stamp, a)
}
