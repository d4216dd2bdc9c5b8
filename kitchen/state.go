package kitchen

import "time"

// Phase is where an order stands in its life.
type Phase string

// The phases. Cooking and Ready are open, the others are ends.
const (
	Cooking   Phase = "cooking"
	Ready     Phase = "ready"
	PickedUp  Phase = "picked_up"
	Cancelled Phase = "cancelled"
	Expired   Phase = "expired"
)

// Open says whether an order in this phase still concerns the kitchen.
func (p Phase) Open() bool { return p == Cooking || p == Ready }

// Order is one order as the log tells it.
type Order struct {
	ID       string   `json:"id"`
	Number   string   `json:"number,omitempty"`
	Numbers  []string `json:"numbers,omitempty"`
	OrderKey string   `json:"order_key,omitempty"`
	Channel  string   `json:"channel,omitempty"`
	Table    string   `json:"table,omitempty"`
	Items    []Item   `json:"items,omitempty"`
	Value    float64  `json:"value,omitempty"` // what it costs, in the shop's currency; 0: not known
	Notes    string   `json:"notes,omitempty"`
	Preorder bool     `json:"preorder,omitempty"`
	Raster   bool     `json:"raster,omitempty"`
	Unread   bool     `json:"unread,omitempty"` // its slip has text that nobody understands
	// Confidence is how sure its dishes are, where they were read from a picture.
	Confidence float64    `json:"confidence,omitempty"`
	Promised   *time.Time `json:"promised,omitempty"`
	Printed    string     `json:"printed,omitempty"` // the promise, as its slip has it
	Parts      []string   `json:"parts,omitempty"`
	Whole      bool       `json:"whole,omitempty"` // a slip with all of it was seen
	Prints     []uint64   `json:"prints,omitempty"`

	Phase    Phase  `json:"phase"`
	Slot     string `json:"slot,omitempty"`
	Accepted Stamp  `json:"accepted"`
	Seq      uint64 `json:"seq"`                // of the order.accepted: the order of arrival; 0 in an older log
	Sign     Stamp  `json:"sign"`               // when it last gave a sign of life
	ReadyAt  Stamp  `json:"ready_at"`           // valid while Ready or PickedUp
	ReadySeq uint64 `json:"ready_seq"`          // of the order.ready that holds; 0 while cooking, or in an older log
	ReadyBy  string `json:"ready_by,omitempty"` // its evidence
	Placed   Stamp  `json:"placed,omitzero"`    // when it came from the queue into its slot
	ClosedAt Stamp  `json:"closed_at"`          // valid in the last three phases
	// ClosedSeq is that of the alert which closed it, AlertSeq that of the newest about
	// it; 0 in an older log.
	ClosedSeq uint64 `json:"closed_seq,omitempty"`
	AlertSeq  uint64 `json:"alert_seq,omitempty"`
	Urged     int    `json:"urged,omitempty"`

	// Alerts that were raised, so that they are raised once.
	Soon    bool `json:"soon,omitempty"`
	ETAs    int  `json:"etas,omitempty"` // how often what was announced was corrected
	Late    bool `json:"late,omitempty"`
	Waiting bool `json:"waiting,omitempty"`
	// Announced is the time from acceptance by which it would be ready with 85 %, as the
	// last order.soon or order.eta said; 0 where none did, or the time was not known. It is
	// no wall time, so that an order does not slip when the clock is set.
	Announced time.Duration `json:"announced,omitempty"`
}

// State is what the log says about the kitchen right now. The zero State is an
// empty kitchen.
type State struct {
	// Seq is the last event applied, Sequence the last alert's number.
	Seq      uint64 `json:"seq"`
	Sequence uint64 `json:"sequence"`
	// Last is the stamp of the last event. At a start it becomes Away: from Away
	// to Started nobody watched.
	Last    Stamp `json:"last"`
	Away    Stamp `json:"away"`
	Started Stamp `json:"started"`
	// Orders holds the open orders, and those closed not long ago, by ID.
	Orders map[string]*Order `json:"orders,omitempty"`
	// Left are the orders that left the cook's view last, ready or picked up, by ID; the
	// newest last.
	Left []string `json:"left,omitempty"`
	// Buttons holds what a button's next gesture depends on, by slot.
	Buttons map[string]Button `json:"buttons,omitempty"`
	// Scales holds what last lay on each scale, by source.
	Scales map[string]Load `json:"scales,omitempty"`
	// Printers holds when tickets come, by source.
	Printers map[string]*Rhythm `json:"printers,omitempty"`
	// Faults holds the devices that do not work, by device.
	Faults map[string]OpenFault `json:"faults,omitempty"`
	// Clocks says what the wall clock was at the start of a boot, by boot, once known.
	Clocks Clocks `json:"clocks,omitempty"`
	// Answers are what commands of the last day were answered, oldest first.
	Answers []Answer `json:"answers,omitempty"`
	// Templates are the store's own sentences, by language.
	Templates map[string]Templates `json:"templates,omitempty"`
	// Orphans are slips that a person must look at, oldest first.
	Orphans []OpenOrphan `json:"orphans,omitempty"`
}

// Button is the memory of one button.
type Button struct {
	// Spent says that the press in progress has done its work: what follows its
	// Down is nothing more.
	Spent bool `json:"spent,omitempty"`
}

// Load is what lay on a scale when it last said so, and in which boot.
type Load struct {
	Grams Grams  `json:"grams"`
	Boot  uint32 `json:"boot"`
}

// OpenFault is a fault that has not ended.
type OpenFault struct {
	Fault
	Since Stamp `json:"since"`
}

// OpenOrphan is an orphan that nobody has dealt with.
type OpenOrphan struct {
	Orphan
	At Stamp `json:"at"`
}

// Since returns the time from one stamp to a later one, and false where nobody
// can know: across boots while either clock was unknown.
func (s *State) Since(from, to Stamp) (time.Duration, bool) {
	if from.Boot == to.Boot {
		return to.Up - from.Up, true
	}
	a, aok := s.wall(from)
	b, bok := s.wall(to)
	return b.Sub(a), aok && bok && !b.Before(a)
}

// atLeast returns the time from one stamp to a later one; where nobody can know it,
// the time since the boot of the later one, which is not more.
func (s *State) atLeast(from, to Stamp) time.Duration {
	if t, ok := s.Since(from, to); ok {
		return t
	}
	return to.Up
}

// wall returns the best known wall time of st, and whether it can be believed.
func (s *State) wall(st Stamp) (time.Time, bool) { return s.Clocks.wall(st) }
