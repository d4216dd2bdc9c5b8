package kitchen

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// The limits of what State remembers beside the open orders.
const (
	maxOrphans = 20
	maxPrints  = 8
)

// Apply folds one event into s. It depends on s and e alone, so that a replay
// gives the same state whatever the settings and the clock are.
func (s *State) Apply(e Event) {
	s.Seq = e.Seq
	s.Clocks.Learn(e)
	switch {
	case e.Started != nil:
		s.Away, s.Started = s.Last, e.Stamp
	case e.Ticket != nil:
		s.learnRhythm(e)
	case e.Press != nil:
		s.applyPress(*e.Press)
	case e.Weight != nil:
		if s.Scales == nil {
			s.Scales = map[string]Load{}
		}
		s.Scales[e.Source] = Load{e.Weight.Grams, e.Boot}
	case e.Change != nil:
		s.applyChange(e.Stamp, *e.Change)
	case e.Alert != nil:
		s.applyAlert(e, *e.Alert)
	case e.Command != nil:
		s.applyTemplates(e.Stamp, *e.Command)
	case e.Reply != nil:
		s.applyReply(e.Stamp, *e.Reply)
	case e.Salvaged != nil:
		s.applySalvaged(*e.Salvaged)
		return // it says nothing of now
	}
	s.Last = e.Stamp
}

// applySalvaged folds in an event of an older log, which has neither a seq nor a
// place in the sequence of this one.
func (s *State) applySalvaged(v Salvaged) {
	if v.Known || v.Event == nil || v.Event.Salvaged != nil {
		return
	}
	e, seq, sequence := *v.Event, s.Seq, s.Sequence
	e.Seq = 0
	s.Apply(e)
	s.Seq, s.Sequence = seq, sequence
}

// Renumber makes s the state that a new log begins with: its seqs and its sequence
// start over, and what points at an event of the old one points nowhere.
func (s *State) Renumber() {
	s.Seq, s.Sequence = 0, 0
	for _, o := range s.Orders {
		o.Seq, o.ReadySeq, o.ClosedSeq, o.AlertSeq = 0, 0, 0, 0
	}
}

func (s *State) applyPress(p Press) {
	if p.Gesture == Down {
		delete(s.Buttons, p.Slot)
	}
}

// spend remembers that the press in progress at a button has done its work.
func (s *State) spend(input string) {
	slot, ok := strings.CutPrefix(input, "button/")
	if !ok {
		return
	}
	if s.Buttons == nil {
		s.Buttons = map[string]Button{}
	}
	s.Buttons[slot] = Button{Spent: true}
}

func (s *State) applyChange(at Stamp, c Change) {
	if c.Orphan != nil {
		s.Orphans = append(s.Orphans, OpenOrphan{Orphan: *c.Orphan, At: at})
		if n := len(s.Orphans) - maxOrphans; n > 0 {
			s.Orphans = slices.Clone(s.Orphans[n:])
		}
		return
	}
	if c.Claimed != nil {
		s.claim(*c.Claimed)
	}
	o := s.Orders[c.ID]
	if o == nil {
		return
	}
	if c.Slot != nil {
		o.Slot, o.Placed = *c.Slot, at
	}
	if c.Slip {
		o.Sign = at
	}
	o.Whole = o.Whole || c.Whole
	if c.Items != nil {
		o.Items, o.Confidence = *c.Items, c.Confidence
	}
	if o.Raster && o.Number == "" && len(c.Numbers) > 0 {
		o.Number, c.Numbers = c.Numbers[0], c.Numbers[1:]
	}
	for _, n := range c.Numbers {
		if o.Number == "" { // the platform had only its id
			o.Number = n
		} else if !slices.Contains(o.Numbers, n) {
			o.Numbers = append(o.Numbers, n)
		}
	}
	if c.Part != "" && !slices.Contains(o.Parts, c.Part) {
		o.Parts = append(o.Parts, c.Part)
	}
	o.addPrint(c.Print)
	setIf(&o.Channel, c.Channel)
	setIf(&o.Table, c.Table)
	setIf(&o.OrderKey, c.OrderKey)
	setIf(&o.Notes, c.Notes)
	if c.Promised != nil {
		o.Promised = c.Promised
	}
	if c.Urged {
		o.Urged++
	}
}

// claim forgets an orphan, the newest of its kind.
func (s *State) claim(o Orphan) {
	for i, p := range slices.Backward(s.Orphans) {
		if p.Kind == o.Kind && p.Number == o.Number && p.Channel == o.Channel {
			s.Orphans = slices.Delete(slices.Clone(s.Orphans), i, i+1)
			return
		}
	}
}

func setIf(dst *string, v string) {
	if v != "" {
		*dst = v
	}
}

// addPrint remembers a slip's fingerprint, the newest maxPrints of them.
func (o *Order) addPrint(p uint64) {
	if p == 0 || slices.Contains(o.Prints, p) {
		return
	}
	o.Prints = append(o.Prints, p)
	if n := len(o.Prints) - maxPrints; n > 0 {
		o.Prints = slices.Clone(o.Prints[n:])
	}
}

func (s *State) applyAlert(e Event, a Alert) {
	s.Sequence = a.Sequence
	switch a.Type {
	case OrderAccepted:
		s.open(e, a)
		return
	case DeviceFault:
		if s.Faults == nil {
			s.Faults = map[string]OpenFault{}
		}
		s.Faults[a.Device] = OpenFault{Fault{Device: a.Device, Text: a.Text, Remedy: a.Remedy}, e.Stamp}
		return
	case DeviceRecovered:
		delete(s.Faults, a.Device)
		s.mended(a.Device, e.Stamp)
		return
	}
	o := s.Orders[a.ID]
	if o == nil {
		return
	}
	s.spend(a.Input)
	if a.Type == OrderSoon || a.Type == OrderETA {
		o.Announced = s.announced(o, a.P85)
	}
	o.applyAlert(e, a)
	switch a.Type {
	case OrderReady, OrderReadyUndone, OrderPickedUp, OrderCancelled, OrderClosed:
		s.left(o)
	}
}

// announced is how long after its acceptance o is announced for a wall time.
func (s *State) announced(o *Order, by *time.Time) time.Duration {
	at, known := s.wall(o.Accepted)
	if by == nil || !known {
		return 0
	}
	return by.Sub(at)
}

func (o *Order) applyAlert(e Event, a Alert) {
	o.AlertSeq = e.Seq
	if o.Phase == PickedUp && (a.Type == OrderReady || a.Type == OrderReadyUndone) {
		o.reopen(e, a)
	}
	switch a.Type {
	case OrderSoon:
		o.Soon = true
	case OrderETA:
		o.ETAs++
	case OrderLate:
		o.Late = true
	case OrderWaiting:
		o.Waiting = true
	case OrderReady:
		if a.Reason == ReasonReturned {
			return // it has been all the time
		}
		o.Phase, o.ReadyAt, o.ReadySeq, o.Sign = Ready, e.Stamp, e.Seq, e.Stamp
		o.ReadyBy = a.Evidence
		setIf(&o.Slot, a.Slot)
	case OrderReadyUndone:
		o.Phase, o.ReadyAt, o.ReadySeq, o.Sign = Cooking, Stamp{}, 0, e.Stamp
		o.Waiting = false
	case OrderPickedUp:
		o.close(PickedUp, e)
	case OrderCancelled:
		o.addPrint(a.Print)
		o.close(Cancelled, e)
	case OrderClosed:
		o.close(Expired, e)
	}
}

func (o *Order) close(p Phase, e Event) {
	o.Phase, o.ClosedAt, o.ClosedSeq, o.Sign = p, e.Stamp, e.Seq, e.Stamp
}

// open adds the order that a accepts, and forgets what nobody will ask for again.
func (s *State) open(e Event, a Alert) {
	if s.Orders == nil {
		s.Orders = map[string]*Order{}
	}
	s.forget(e.Stamp)
	o := &Order{
		ID: a.ID, Number: a.Number, Numbers: slices.Clone(a.Numbers), OrderKey: a.OrderKey,
		Channel: a.Channel, Table: a.Table, Items: a.Items, Value: a.Value, Notes: a.Notes,
		Preorder: a.Preorder, Raster: a.Raster, Unread: a.Unread, Promised: a.Promised, Printed: a.Printed,
		Whole: a.Part == "" && len(a.Items) > 0,
		Phase: Cooking, Slot: a.Slot, Accepted: e.Stamp, Seq: e.Seq, AlertSeq: e.Seq, Sign: e.Stamp,
	}
	if a.Part != "" {
		o.Parts = []string{a.Part}
	}
	o.addPrint(a.Print)
	s.Orders[a.ID] = o
}

// Closed orders are kept for as long as a copy or a reprint of them may come, and
// not more than maxClosed of them where nobody knows how long that is ago.
const (
	keepClosed = 36 * time.Hour
	maxClosed  = 2000
)

// forget drops closed orders that are old, or too many.
func (s *State) forget(now Stamp) {
	closed := 0
	for id, o := range s.Orders {
		age, known := s.Since(o.ClosedAt, now)
		switch {
		case o.Phase.Open():
		case known && age > keepClosed:
			delete(s.Orders, id)
		default:
			closed++
		}
	}
	if closed <= maxClosed {
		return
	}
	done := s.inOrder(func(o *Order) bool { return !o.Phase.Open() })
	for _, o := range done[:closed-maxClosed] {
		delete(s.Orders, o.ID)
	}
}

// inOrder returns the orders that keep says yes to, in the order of arrival.
func (s *State) inOrder(keep func(*Order) bool) []*Order {
	var out []*Order
	for _, o := range s.Orders {
		if keep(o) {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b *Order) int { // those of an older log have no Seq
		return cmp.Or(cmp.Compare(a.Seq, b.Seq), a.Accepted.compare(b.Accepted), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// OpenOrders returns the orders that concern the kitchen, in the order of arrival.
func (s *State) OpenOrders() []*Order {
	return s.inOrder(func(o *Order) bool { return o.Phase.Open() })
}
