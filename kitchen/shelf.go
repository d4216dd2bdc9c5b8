package kitchen

import (
	"cmp"
	"slices"
	"time"
)

// press decides what a gesture at a slot's button means.
func (d *step) press(e Event, p Press) {
	if d.s.Buttons[p.Slot].Spent {
		return // the press that made it ready; its release or hold says nothing more
	}
	if !d.r.Assigned {
		d.pressOldest(e, p)
		return
	}
	o := d.s.at(p.Slot)
	switch {
	case o == nil:
	case p.Gesture == Down && o.Phase == Cooking && !d.justPlaced(o, e.Stamp):
		d.ready(e, o, "button", "")
	case d.justTouched(o, e.Stamp): // two said the same at once: one more says nothing else
	case p.Gesture == Short && o.Phase == Ready:
		d.pickedUp(e, o, "button")
	case p.Gesture == Hold && o.Phase == Ready:
		d.undo(e, o, "button")
	}
}

// doubleTap is how soon after an order moved up into a slot a press may still be
// meant for the order before it.
const doubleTap = 2 * time.Second

func (d *step) justPlaced(o *Order, at Stamp) bool {
	if o.Placed == (Stamp{}) {
		return false
	}
	age, known := d.s.Since(o.Placed, at)
	return known && age < doubleTap
}

// justTouched says whether o was made ready at a screen a moment ago: a button that is
// let go now was pressed to say the same.
func (d *step) justTouched(o *Order, at Stamp) bool {
	if o.Phase != Ready || o.ReadyBy != "touch" {
		return false
	}
	age, known := d.s.Since(o.ReadyAt, at)
	return known && age < doubleTap
}

// pressOldest is a press in a shop without slots: it readies the oldest order, a
// hold takes back the last. It waits for the release, since a hold begins like a press.
func (d *step) pressOldest(e Event, p Press) {
	o, last := d.s.oldest(), d.s.lastReady()
	touched := last != nil && d.justTouched(last, e.Stamp)
	switch {
	case p.Gesture == Short && o != nil && !(touched && last.Seq < o.Seq): // which was the oldest then
		d.ready(e, o, "button", p.Slot)
	case p.Gesture == Hold && last != nil && !touched:
		d.undo(e, last, "button")
	}
}

// leftover is the share of a weight that may stay behind when an order was taken
// away: a napkin or a coaster, not one of two bags.
const leftover = 3

// weigh decides what a settled change on a scale means.
func (d *step) weigh(e Event, w Weight) {
	o := d.s.at(w.Slot)
	if o == nil && !d.r.Assigned && w.Delta > 0 && w.Slot != "" {
		o = d.s.oldest()
	}
	before := w.Grams - w.Delta
	switch {
	case o == nil:
	case w.Delta > 0 && o.Phase == Cooking:
		d.ready(e, o, "scale", w.Slot)
	case w.Delta < 0 && o.Phase == Ready && w.Grams <= before/leftover:
		d.pickedUp(e, o, "scale")
	}
}

func (d *step) ready(e Event, o *Order, evidence, slot string) {
	a := about(o, OrderReady)
	a.Evidence, a.Input, a.ReadyAt = evidence, e.Source, d.s.believed(e.Stamp)
	if slot != "" {
		a.Slot = slot
	}
	d.alert(e.Stamp, a)
}

func (d *step) pickedUp(e Event, o *Order, evidence string) {
	a := about(o, OrderPickedUp)
	a.Evidence, a.Input, a.ReadyAt = evidence, e.Source, d.s.believed(o.ReadyAt)
	d.alert(e.Stamp, a)
}

func (d *step) undo(e Event, o *Order, evidence string) {
	a := about(o, OrderReadyUndone)
	a.Evidence, a.Input, a.Undoes = evidence, e.Source, o.ReadySeq
	d.alert(e.Stamp, a)
}

// at returns the open order in a slot, nil if there is none.
func (s *State) at(slot string) *Order {
	if slot == "" {
		return nil
	}
	in := s.inOrder(func(o *Order) bool { return o.Phase.Open() && o.Slot == slot })
	if len(in) == 0 {
		return nil
	}
	return in[0]
}

// oldest returns the order that has been cooking longest.
func (s *State) oldest() *Order {
	if in := s.inOrder(func(o *Order) bool { return o.Phase == Cooking }); len(in) > 0 {
		return in[0]
	}
	return nil
}

// lastReady returns the order that was made ready last.
func (s *State) lastReady() *Order {
	in := s.inOrder(func(o *Order) bool { return o.Phase == Ready })
	if len(in) == 0 {
		return nil
	}
	return slices.MaxFunc(in, func(a, b *Order) int {
		return cmp.Or(cmp.Compare(a.ReadySeq, b.ReadySeq), a.ReadyAt.compare(b.ReadyAt))
	})
}

// free returns the slots that hold no open order, lowest first.
func (d *step) free() []string {
	taken := map[string]bool{}
	for _, o := range d.s.Orders {
		if o.Phase.Open() {
			taken[o.Slot] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(d.r.Slots), func(slot string) bool { return taken[slot] })
}

// place gives the free slots to the orders that wait for one, first come, lowest
// first. At a start the settings may name other slots than before: an order in a
// slot that is gone waits like the others, and without a slot if none is free.
func (d *step) place() {
	if !d.r.Assigned {
		return
	}
	free := d.free()
	for _, o := range d.s.OpenOrders() {
		lost := o.Slot != "" && !slices.Contains(d.r.Slots, o.Slot)
		waits := o.Slot == "" && o.Phase == Cooking
		switch {
		case (lost || waits) && len(free) > 0:
			d.change(d.now, Change{ID: o.ID, Slot: &free[0]})
			free = free[1:]
		case lost:
			d.change(d.now, Change{ID: o.ID, Slot: new(string)})
		}
	}
}
