package kitchen

import "slices"

// A slip that is a picture is an order that came, at once: nobody knows yet what it
// says. Where pictures are read its words follow seconds later, as a ticket that names
// the picture. They are more of the same order, or show that it was none.

// picture says that t is a picture and nothing else.
func (t *Ticket) picture() bool { return t.Raster && !t.Text && t.Of == 0 }

// certain is how sure a reading must be to act upon another order than that of its
// picture: a misread number would take that one away.
const certain = 0.80

// read decides what the words of a picture mean. Where the order is not known that the
// picture was, they are a slip like any other.
func (d *step) read(e Event, t *Ticket) {
	o := d.s.pictured(t.Of)
	if o == nil {
		d.slip(e, t)
		return
	}
	switch t.Kind {
	case SlipUnknown: // it stays an order that came
	case SlipOrder, SlipReprint:
		if t.Number == "" && t.Table == "" && len(t.Items) == 0 {
			return
		}
		first := d.s.find(t, e.Stamp)
		switch {
		case t.Confidence >= certain && o.unproved() && d.s.billed(t, e.Stamp):
			d.retract(e, o)
		case first != nil && first != o && o.unproved() && t.repeats(first):
			d.merge(e, first, t.beside(first))
			d.retract(e, o)
		default:
			d.merge(e, o, t.beside(o))
		}
	default:
		if t.Confidence < certain || !o.unproved() {
			return
		}
		d.retract(e, o)
		d.slip(e, t)
	}
}

// beside is what a reading adds to o: no dishes where those are known, as a misread name
// would be one more.
func (t *Ticket) beside(o *Order) *Ticket {
	if len(o.Items) == 0 {
		return t
	}
	out := *t
	out.Items = nil
	return &out
}

// repeats says that what was read is surely a slip of an order that is known: they have
// a dish in common.
func (t *Ticket) repeats(o *Order) bool {
	return t.Confidence >= certain && len(t.Items) > 0 && len(o.Items) > 0 && overlap(o.Items, t.Items)
}

// pictured returns the newest order with a slip of that fingerprint.
func (s *State) pictured(print uint64) *Order {
	all := s.inOrder(func(o *Order) bool { return slices.Contains(o.Prints, print) })
	if len(all) == 0 {
		return nil
	}
	return all[len(all)-1]
}

// unproved says that nothing but its picture says that o is an order.
func (o *Order) unproved() bool {
	return o.Phase == Cooking && o.Raster && o.Number == "" && len(o.Items) == 0
}

// retract takes back an order whose picture was another slip of an order that is known,
// or none of an order.
func (d *step) retract(e Event, o *Order) {
	a := about(o, OrderCancelled)
	a.Evidence, a.Input, a.Reason = "slip", e.Source, "read"
	d.alert(e.Stamp, a)
}
