package kitchen

import (
	"slices"
	"strings"
)

// What a person at a screen asks for, beside ready and undo, as [Command.Name]. Which
// screen it is stands in the source of the event: "board/" and its name.
const (
	CommandHandOver = "handover" // an order was handed over
	CommandReturn   = "return"   // … and it was not after all
	CommandRecall   = "recall"   // an order that left the cook's view is to be cooked again
)

// screens begins the sources of what people ask for at screens.
const screens = "board/"

// evidence is what a command's source is, as [Alert.Evidence].
func evidence(source string) string {
	if strings.HasPrefix(source, screens) {
		return "touch"
	}
	return "command"
}

// Why an order comes back that was picked up, as [Alert.Reason].
const (
	// ReasonReturned is that of an order.ready which takes an order.picked_up back: the
	// order was not handed over after all, and has been ready all the time.
	ReasonReturned = "returned"
	// ReasonRecalled is that of an order.ready.undone of what had been handed over: it is
	// cooked again, and how long that takes says nothing of how long the dishes take.
	ReasonRecalled = "recalled"
)

// maxLeft is how many orders can be recalled.
const maxLeft = 20

// left keeps State.Left, after an alert about o.
func (s *State) left(o *Order) {
	s.Left = slices.DeleteFunc(s.Left, func(id string) bool { return id == o.ID })
	if o.Phase == Ready || o.Phase == PickedUp {
		s.Left = append(s.Left, o.ID)
	}
	s.Left = slices.Delete(s.Left, 0, max(len(s.Left)-maxLeft, 0))
}

// back returns an order that was picked up and can come back, nil if it cannot.
func (s *State) back(id string) *Order {
	o := s.Orders[id]
	if o == nil || o.Phase != PickedUp || !slices.Contains(s.Left, id) {
		return nil
	}
	return o
}

// handOver says that o was picked up.
func (d *step) handOver(e Event, o *Order, r *Reply) {
	if o.Phase != Ready {
		r.Error, r.Text = CodeConflict, "the order is not ready, so it cannot be handed over"
		return
	}
	d.pickedUp(e, o, evidence(e.Source))
}

// giveBack takes back that an order was handed over. It is no undo, which a screen that
// heard nothing for a while may still send about the order.ready before: an order that
// left meanwhile has left.
func (d *step) giveBack(e Event, c *Command, r *Reply) {
	if o := d.s.back(c.Order); o != nil {
		r.Order = o.ID
		d.comeBack(e, o, OrderReady, o.ClosedSeq, ReasonReturned)
		return
	}
	if o := d.meant(c, r); o != nil {
		r.Order, r.Error, r.Text = o.ID, CodeConflict, "the order was not handed over, so there is nothing to take back"
	}
}

// comeBack reopens o, which was picked up: to be handed over still, or to be cooked again.
func (d *step) comeBack(e Event, o *Order, t AlertType, undoes uint64, reason string) {
	a := about(o, t)
	a.Evidence, a.Input, a.Undoes, a.Reason = evidence(e.Source), e.Source, undoes, reason
	if t == OrderReady {
		a.ReadyAt = d.s.believed(o.ReadyAt)
	}
	if d.r.Assigned && !slices.Contains(d.free(), o.Slot) {
		a.Slot = "" // another order has it, or the shelf has it no more
	}
	d.alert(e.Stamp, a)
}

// recall brings an order back to the cook that has left the cook's view.
func (d *step) recall(e Event, c *Command, r *Reply) {
	if o := d.s.back(c.Order); o != nil {
		r.Order = o.ID
		d.comeBack(e, o, OrderReadyUndone, o.ReadySeq, ReasonRecalled)
		return
	}
	o := d.meant(c, r)
	if o == nil {
		return
	}
	r.Order = o.ID
	if o.Phase == Cooking {
		r.Error, r.Text = CodeConflict, "the order is being cooked"
		return
	}
	d.undo(e, o, evidence(e.Source))
}

// reopen takes in that o, which was picked up, is not.
func (o *Order) reopen(e Event, a Alert) {
	o.Slot, o.ClosedAt, o.ClosedSeq, o.Sign = a.Slot, Stamp{}, 0, e.Stamp
	if a.Type == OrderReady {
		o.Phase, o.ReadySeq = Ready, e.Seq
	}
}
