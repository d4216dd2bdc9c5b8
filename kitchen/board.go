package kitchen

import (
	"cmp"
	"slices"
	"time"
)

// Board is what the kitchen looks like after a commit: a copy for everybody who
// shows it, from the light at a slot to the cloud.
type Board struct {
	// Seq is the last event it holds, At the moment it was made.
	Seq uint64    `json:"seq"`
	At  time.Time `json:"at"`
	// Since is when the daemon started; Away when it was last heard of before.
	Since  time.Time     `json:"since"`
	Away   *time.Time    `json:"away,omitempty"`
	Orders []BoardOrder  `json:"orders"`
	Slots  []BoardSlot   `json:"slots,omitempty"`
	Faults []BoardFault  `json:"faults,omitempty"`
	Unsure []BoardOrphan `json:"unknown_slips,omitempty"`
	// Left are the orders that left the cook's view last and can be recalled, the newest
	// first. Screens need them, the cloud does not.
	Left []BoardLeft `json:"-"`
}

// BoardLeft is an order that is ready, or was picked up.
type BoardLeft struct {
	ID      string     `json:"order_id"`
	Number  string     `json:"order,omitempty"`
	Channel string     `json:"channel,omitempty"`
	Table   string     `json:"table,omitempty"`
	Slot    string     `json:"slot,omitempty"`
	Phase   Phase      `json:"phase"`
	ReadyAt time.Time  `json:"ready_at"`
	Picked  *time.Time `json:"picked_up_at,omitempty"`
	Seq     uint64     `json:"seq,omitempty"` // as of [BoardOrder]
}

// BoardOrder is an open order, oldest first.
type BoardOrder struct {
	ID       string     `json:"order_id"`
	Number   string     `json:"order,omitempty"`
	Channel  string     `json:"channel,omitempty"`
	Table    string     `json:"table,omitempty"`
	Slot     string     `json:"slot,omitempty"`
	Phase    Phase      `json:"phase"`
	Items    []Item     `json:"items,omitempty"`
	Notes    string     `json:"notes,omitempty"`
	Accepted time.Time  `json:"accepted"`
	Promised *time.Time `json:"promised,omitempty"`
	ReadyAt  *time.Time `json:"ready_at,omitempty"`
	P50      *time.Time `json:"p50,omitempty"`
	P85      *time.Time `json:"p85,omitempty"`
	// Announced is the P85 that a courier was told last.
	Announced *time.Time `json:"announced,omitempty"`
	// Unread says that its slip told nothing: a picture, or text that nobody
	// understands. Who cooks it must look at the paper.
	Unread bool `json:"unread,omitempty"`
	// Confidence is set where the dishes were read from a picture: how sure they are,
	// above 0 to 1.
	Confidence float64 `json:"confidence,omitempty"`
	Late       bool    `json:"late,omitempty"`
	Waiting    bool    `json:"waiting,omitempty"`
	Urged      int     `json:"urged,omitempty"`
	// Seq is the event of the newest alert about it: whoever has that one knows all of
	// it. 0 where an older log has it.
	Seq uint64 `json:"seq,omitempty"`
}

// Light is what the lamp at a slot says. Each has its own pattern, so that
// nobody needs to tell colours.
type Light string

// The lights.
const (
	LightOff      Light = "off"      // the slot is empty
	LightAssigned Light = "assigned" // its order is being cooked
	LightReady    Light = "ready"    // its order is ready, and that is safe on disk
	LightLate     Light = "late"     // its order is or will be late
	LightFault    Light = "fault"    // the button is broken, or nothing can be stored
)

// BoardSlot is one slot of the shelf.
type BoardSlot struct {
	Slot  string `json:"slot"`
	Order string `json:"order_id,omitempty"`
	Light Light  `json:"light"`
	// ReadySeq is the event that made its order ready, 0 if it is not or if an older
	// log has it: when the broker has that one, the light says so.
	ReadySeq uint64 `json:"ready_seq,omitempty"`
}

// BoardFault is a device that does not work.
type BoardFault struct {
	Device string    `json:"device"`
	Text   string    `json:"text"`
	Remedy string    `json:"remedy,omitempty"`
	Since  time.Time `json:"since"`
}

// BoardOrphan is a slip that a person must look at.
type BoardOrphan struct {
	Orphan
	At time.Time `json:"at"`
}

// orphanShown is how long an unknown slip stands on the board.
const orphanShown = time.Hour

// Board draws the kitchen at now.
func (d *Decider) Board(now Stamp) *Board {
	s := &d.State
	b := &Board{Seq: s.Seq, At: s.show(now), Since: s.show(s.Started), Orders: []BoardOrder{}}
	if s.Away != (Stamp{}) {
		t := s.show(s.Away)
		b.Away = &t
	}
	for _, o := range s.OpenOrders() {
		b.Orders = append(b.Orders, d.boardOrder(o, now, len(b.Orders) < foretold))
	}
	for _, slot := range d.Rules.Slots {
		b.Slots = append(b.Slots, d.boardSlot(slot, now))
	}
	for device, f := range s.Faults {
		b.Faults = append(b.Faults, BoardFault{device, f.Text, f.Remedy, s.show(f.Since)})
	}
	slices.SortFunc(b.Faults, func(x, y BoardFault) int {
		return cmp.Or(x.Since.Compare(y.Since), cmp.Compare(x.Device, y.Device))
	})
	for _, o := range s.Orphans {
		if age, ok := s.Since(o.At, now); ok && age < orphanShown {
			b.Unsure = append(b.Unsure, BoardOrphan{Orphan{Kind: o.Kind, Number: o.Number, Channel: o.Channel}, s.show(o.At)})
		}
	}
	for _, id := range slices.Backward(s.Left) {
		if o := s.Orders[id]; o != nil {
			b.Left = append(b.Left, s.boardLeft(o))
		}
	}
	return b
}

func (s *State) boardLeft(o *Order) BoardLeft {
	b := BoardLeft{
		ID: o.ID, Number: o.Number, Channel: o.Channel, Table: o.Table, Slot: o.Slot, Phase: o.Phase,
		ReadyAt: s.show(o.ReadyAt), Seq: o.AlertSeq,
	}
	if o.Phase == PickedUp {
		t := s.show(o.ClosedAt)
		b.Picked = &t
	}
	return b
}

// foretold is how many orders are forecast at once, for the board or because the kitchen
// changed. No kitchen cooks more at once,
// and each forecast looks at all the others.
const foretold = 100

// show is the best wall time there is, believed or not.
func (s *State) show(at Stamp) time.Time { t, _ := s.wall(at); return t }

func (d *Decider) boardOrder(o *Order, now Stamp, forecast bool) BoardOrder {
	s := &d.State
	b := BoardOrder{
		ID: o.ID, Number: o.Number, Channel: o.Channel, Table: o.Table, Slot: o.Slot, Phase: o.Phase,
		Items: o.Items, Notes: o.Notes, Accepted: s.show(o.Accepted), Promised: o.Promised,
		Unread: (o.Raster || o.Unread) && len(o.Items) == 0, Confidence: o.Confidence, Late: o.Late, Waiting: o.Waiting, Urged: o.Urged,
		Seq: o.AlertSeq,
	}
	if o.Phase == Ready {
		t := s.show(o.ReadyAt)
		b.ReadyAt = &t
		return b
	}
	if o.Announced > 0 {
		b.Announced = s.believed(o.Accepted.Add(o.Announced))
	}
	if elapsed, ok := s.cooking(o, now, d.Rules); ok && forecast {
		l := look(d.Model.Forecast(s, o, now), elapsed)
		if l.outlived() {
			return b
		}
		begin := o.Accepted.Add(s.wait(o, d.Rules))
		b.P50 = s.believed(begin.Add(l.quantile(0.50)))
		b.P85 = s.believed(begin.Add(l.quantile(0.85)))
	}
	return b
}

// justNow is how long a button's light says that its press was heard in a shop
// without slots, where it stands for no order.
const justNow = 30 * time.Second

// shown is the order that the light at a slot speaks of, nil if none.
func (d *Decider) shown(slot string, now Stamp) *Order {
	s := &d.State
	if d.Rules.Assigned {
		return s.at(slot)
	}
	if o := s.lastReady(); o != nil && o.Slot == slot {
		if age, known := s.Since(o.ReadyAt, now); known && age < justNow {
			return o
		}
	}
	return s.oldest()
}

func (d *Decider) boardSlot(slot string, now Stamp) BoardSlot {
	s := &d.State
	b := BoardSlot{Slot: slot, Light: LightOff}
	o := d.shown(slot, now)
	if o != nil {
		b.Order, b.ReadySeq = o.ID, o.ReadySeq
	}
	switch _, broken := s.Faults["button/"+slot]; {
	case broken:
		b.Light = LightFault
	case o == nil:
	case o.Phase == Ready:
		b.Light = LightReady
	case o.Late:
		b.Light = LightLate
	default:
		b.Light = LightAssigned
	}
	return b
}
