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
		if first := d.s.find(t, e.Stamp); first != nil && first != o && o.unproved() && t.repeats(first) {
			d.merge(e, first, t)
			d.retract(e, o)
			return
		}
		d.merge(e, o, t)
	default:
		if t.Confidence < certain || !o.unproved() {
			return
		}
		d.retract(e, o)
		d.slip(e, t)
	}
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
