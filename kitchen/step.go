package kitchen

import "time"

// step is one decision: what it may look at, and what it has decided so far.
type step struct {
	s     *State
	m     Model
	r     Rules
	now   Stamp
	after []Event
}

// Step decides what follows from e, which has just been applied, or from the
// mere passing of time where e is nil. It changes nothing: what it returns does,
// when it is applied. Seq and Alert.Sequence are given then.
func (s *State) Step(m Model, r Rules, now Stamp, e *Event) []Event {
	d := step{s: s, m: m, r: r, now: now}
	switch {
	case e == nil:
		d.watch()
	case e.Ticket != nil && e.Ticket.Of != 0:
		d.read(*e, e.Ticket)
		d.heard(*e, e.Ticket)
	case e.Ticket != nil:
		d.slip(*e, e.Ticket)
		d.heard(*e, e.Ticket)
	case e.Press != nil:
		d.press(*e, *e.Press)
	case e.Weight != nil:
		d.weigh(*e, *e.Weight)
	case e.Command != nil:
		d.command(*e, e.Command)
	case e.Alert != nil:
		d.follow(*e.Alert)
	case e.Started != nil:
		d.place()
	default:
		d.report(*e)
	}
	return d.after
}

// alert decides an alert that happened at a moment.
func (d *step) alert(at Stamp, a Alert) {
	d.after = append(d.after, Event{Stamp: at, Source: "rule", Alert: &a})
}

func (d *step) change(at Stamp, c Change) {
	d.after = append(d.after, Event{Stamp: at, Source: "rule", Change: &c})
}

// about begins an alert about o with all that a reader needs to know it by.
func about(o *Order, t AlertType) Alert {
	return Alert{Type: t, ID: o.ID, Number: o.Number, Channel: o.Channel, Table: o.Table, Slot: o.Slot, OrderKey: o.OrderKey}
}

// report passes on what devices, the clock and the log say of themselves.
func (d *step) report(e Event) {
	switch {
	case e.Fault != nil:
		if _, open := d.s.Faults[e.Fault.Device]; !open {
			d.alert(e.Stamp, Alert{Type: DeviceFault, Device: e.Fault.Device, Text: e.Fault.Text, Remedy: e.Fault.Remedy})
		}
	case e.Recovered != nil:
		if _, open := d.s.Faults[e.Recovered.Device]; open {
			d.alert(e.Stamp, Alert{Type: DeviceRecovered, Device: e.Recovered.Device})
		}
	case e.ClockSet != nil:
		d.alert(e.Stamp, Alert{Type: ClockWasSet, Offset: e.ClockSet.Offset})
		for _, o := range d.s.OpenOrders() {
			d.promised(o)
		}
	case e.Gap != nil:
		d.alert(e.Stamp, Alert{Type: RecordsMissing, Gap: e.Gap})
	}
}

// follow looks at what an alert has brought about: a new order may be soon, and so may
// those beside it now that the kitchen has changed; a slot that came free goes to the
// next in the queue, and an order that was ready without a slot waits for one again.
func (d *step) follow(a Alert) {
	switch a.Type {
	case OrderAccepted:
		if o := d.s.Orders[a.ID]; o != nil {
			d.forecast(o)
			d.again(o) // first: what overtook o changes the kitchen too, and is looked at then
			d.overtaken(o, a.Input)
		}
	case OrderReady:
		d.again(d.s.Orders[a.ID])
	case OrderPickedUp, OrderCancelled, OrderReadyUndone:
		d.place()
		d.again(d.s.Orders[a.ID])
	case OrderClosed: // by time alone, which looks at all of them
		d.place()
	}
}

// again looks at what cooks beside o, which has changed the kitchen: a forecast is worth
// telling as soon as it is sure enough, and not only when time is looked at next.
func (d *step) again(o *Order) {
	looked := 0
	for _, other := range d.s.OpenOrders() {
		if other.Phase != Cooking || other == o {
			continue
		}
		if looked++; looked > foretold {
			return
		}
		if elapsed, ok := d.s.cooking(other, d.now, d.r); ok {
			d.announce(other, look(d.m.Forecast(d.s, other, d.now), elapsed))
		}
	}
}

// watch looks at the printers and at every open order as time passes.
func (d *step) watch() {
	d.hush()
	for _, o := range d.s.OpenOrders() {
		switch {
		case d.promised(o): // before anything is said of it
		case d.expired(o):
			a := about(o, OrderClosed)
			a.Reason = "expired"
			d.alert(d.now, a)
		case o.Phase == Cooking:
			d.forecast(o)
		case !o.Waiting && d.collectable(o):
			if t, ok := d.s.Since(o.ReadyAt, d.now); ok && t >= d.r.WaitingAfter {
				a := about(o, OrderWaiting)
				a.ReadyAt = d.s.believed(o.ReadyAt)
				d.alert(d.now, a)
			}
		}
	}
}

// collectable says whether somebody can tell us that o was picked up. A command
// cannot, and without slots a button only says ready: it takes a slot with a button.
func (d *step) collectable(o *Order) bool {
	if o.ReadyBy == "button" || o.ReadyBy == "command" {
		return d.r.Assigned && o.Slot != ""
	}
	return true
}

// silence is how long an order may give no sign before it is taken for
// forgotten, and pastPromise how long after its promise.
const (
	silence     = 3 * time.Hour
	pastPromise = time.Hour
)

// expired says whether nobody will ever touch o again: without a sign for three
// hours and an hour past its promise. Where the time since the sign cannot be
// known it is at least the time since this boot.
func (d *step) expired(o *Order) bool {
	return d.s.atLeast(o.Sign, d.now) >= silence && d.s.atLeast(o.Accepted, d.now) >= d.s.due(o, d.r)+pastPromise
}

// forecast raises what the forecast of an order that is cooking is worth telling.
func (d *step) forecast(o *Order) {
	elapsed, ok := d.s.cooking(o, d.now, d.r)
	if !ok {
		return
	}
	l := look(d.m.Forecast(d.s, o, d.now), elapsed)
	d.announce(o, l)
	if !o.Late {
		d.lateness(o, l)
	}
}

// announce raises order.soon where the forecast is sure enough, and order.eta where the
// order has slipped beyond what was announced.
func (d *step) announce(o *Order, l outlook) {
	p := l.within(d.r.Window)
	switch {
	case !o.Soon && p >= d.r.Threshold:
		a := d.told(about(o, OrderSoon), o, l)
		a.Probability, a.Window = p, d.r.Window.String()
		d.alert(d.now, a)
	case o.Soon && d.slipped(o, l):
		d.alert(d.now, d.told(about(o, OrderETA), o, l))
	}
}

// maxETAs is how often an announced time is corrected. Who is told more often than that
// no longer listens, and order.late has been raised by then.
const maxETAs = 3

// slipped says whether o will rather be ready after the announced range than within it,
// in minutes as people are told them: rounded, and the end of the range rounded up. Being
// ready before it is no slip: nobody comes too early for that.
func (d *step) slipped(o *Order, l outlook) bool {
	if o.Announced == 0 || o.ETAs >= maxETAs || l.outlived() {
		return false
	}
	median := d.s.believed(d.readyAt(o, l, 0.50))
	by := d.s.believed(o.Accepted.Add(o.Announced))
	return median != nil && by != nil && Minute(*median).After(MinuteBy(*by))
}

// Minute is a time as people are told it: to the nearest minute.
func Minute(t time.Time) time.Time { return t.Round(time.Minute) }

// MinuteBy is one by which something is promised: the first minute that is not before t,
// since what is ready by t with 85 % would not be by the minute before.
func MinuteBy(t time.Time) time.Time { return t.Add(time.Minute - 1).Truncate(time.Minute) }

// lateness raises order.late for an order that is late, or will be.
func (d *step) lateness(o *Order, l outlook) {
	wait := d.s.wait(o, d.r)
	due := d.s.due(o, d.r) - wait
	a := about(o, OrderLate)
	switch {
	case l.elapsed >= due:
		a.Reason = "late"
	case l.elapsed >= 0 && l.quantile(0.5) > due:
		a.Reason = "predicted"
	default:
		return
	}
	if a.Promised = o.Promised; a.Promised == nil {
		a.Promised = d.s.believed(o.Accepted.Add(due + wait))
	}
	d.alert(d.now, d.told(a, o, l))
}

// told adds the median and the 85 % quantile of the ready time, where wall time is known
// and the forecast has still something to say.
func (d *step) told(a Alert, o *Order, l outlook) Alert {
	if l.outlived() {
		return a
	}
	a.P50 = d.s.believed(d.readyAt(o, l, 0.50))
	a.P85 = d.s.believed(d.readyAt(o, l, 0.85))
	return a
}

// readyAt is when o is ready with probability p.
func (d *step) readyAt(o *Order, l outlook, p float64) Stamp {
	return o.Accepted.Add(d.s.wait(o, d.r) + l.quantile(p))
}

// believed is the wall time of a moment, nil where it is not known.
func (s *State) believed(at Stamp) *time.Time {
	if t, ok := s.wall(at); ok {
		return &t
	}
	return nil
}
