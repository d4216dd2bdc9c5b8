package kitchen

import (
	"encoding/json"
	"strings"
	"time"
)

// Event is one fact, as the log keeps it. Exactly one of the pointers is set;
// a new kind of fact is one field here and one case in [State.Apply].
type Event struct {
	// Seq is given by the log inside the commit: gapless, from 1.
	Seq uint64 `json:"seq"`
	// Stamp is when it happened, as the source saw it. Order is Seq, never time.
	Stamp
	// Source says who saw it: "button/A1", "scale/shelf-a1", "printer/kitchen",
	// "rule" for what the kitchen itself concluded.
	Source string `json:"source"`

	Ticket    *Ticket    `json:"ticket,omitempty"`
	Press     *Press     `json:"press,omitempty"`
	Weight    *Weight    `json:"weight,omitempty"`
	Fault     *Fault     `json:"fault,omitempty"`
	Recovered *Recovered `json:"recovered,omitempty"`
	ClockSet  *ClockSet  `json:"clock_set,omitempty"`
	Started   *Started   `json:"started,omitempty"`
	Change    *Change    `json:"change,omitempty"`
	Alert     *Alert     `json:"alert,omitempty"`
	Gap       *Gap       `json:"gap,omitempty"`
	Command   *Command   `json:"command,omitempty"`
	Reply     *Reply     `json:"reply,omitempty"`
	Salvaged  *Salvaged  `json:"salvaged,omitempty"`
}

// SlipKind is what a slip of paper asks for.
type SlipKind string

// The kinds of slips. Copy and reprint are not kinds of order: a reprint is told
// from its words, a copy from [Ticket.Copy].
const (
	SlipOrder   SlipKind = "order"
	SlipUrge    SlipKind = "urge"    // the guest asks where it is
	SlipCancel  SlipKind = "cancel"  // the whole order is off
	SlipVoid    SlipKind = "void"    // the items on it are taken back
	SlipReprint SlipKind = "reprint" // says of itself that it was printed before
	SlipReport  SlipKind = "report"  // bills, shift totals: no order
	SlipUnknown SlipKind = "unknown" // text that is none of these
)

// Ticket is one slip as a printer received it, without any personal data.
// An empty string means that the slip does not say.
type Ticket struct {
	Kind SlipKind `json:"kind"`
	// Copy is merchant, kitchen, customer, rider, expo, label or receipt.
	Copy string `json:"copy,omitempty"`
	// Channel is meituan, eleme, jd, douyin, ubereats, doordash, grubhub,
	// deliveroo, own, dine-in, takeout, …
	Channel string `json:"channel,omitempty"`
	// Number is what staff call, as printed, without '#'; the order number where
	// the slip has no other.
	Number string `json:"number,omitempty"`
	// Numbers are further short numbers of the same order (check, account, pick-up code).
	Numbers []string `json:"numbers,omitempty"`
	// OrderKey is a keyed hash of the platform's long order id, hex.
	OrderKey string `json:"order_key,omitempty"`
	Table    string `json:"table,omitempty"`
	// Ordered is the time of ordering as printed.
	Ordered string `json:"ordered,omitempty"`
	// Promised is the delivery or pick-up time as printed, or "asap".
	Promised string `json:"promised,omitempty"`
	// Preorder says that the slip calls itself one (预订单, scheduled).
	Preorder bool   `json:"preorder,omitempty"`
	Notes    string `json:"notes,omitempty"`
	Items    []Item `json:"items,omitempty"`
	// Value is what the order costs, in the shop's currency; 0: not known.
	Value float64 `json:"value,omitempty"`
	// Part is "1/3" where an order is spread over several slips.
	Part string `json:"part,omitempty"`
	// Raster says that the slip had a picture; Text that it had printable text.
	Raster bool `json:"raster,omitempty"`
	Text   bool `json:"text,omitempty"`
	// Partial says that its beginning was missed.
	Partial  bool   `json:"partial,omitempty"`
	Encoding string `json:"encoding,omitempty"`
	// Unparsed counts the lines that were not understood.
	Unparsed int `json:"unparsed,omitempty"`
	// Unread says that it is no kind of slip that anybody knows and has text of which
	// hardly anything was understood: that it came is all we know.
	Unread bool `json:"unread,omitempty"`
	// Print is a fingerprint of what the slip says: equal for a reprint.
	Print uint64 `json:"print,omitempty,string"`
	// Of is set on what was read from a picture, after the picture itself was a ticket:
	// that one's Print. Confidence is how sure the reading is, above 0 to 1.
	Of         uint64  `json:"of,omitempty,string"`
	Confidence float64 `json:"confidence,omitempty"`
}

// Item is one line of an order.
type Item struct {
	Qty  int      `json:"qty"` // negative on a void slip
	Name string   `json:"name"`
	Mods []string `json:"mods,omitempty"`
}

// Gesture is what a finger did to a button.
type Gesture string

// The gestures. Every Down is followed by exactly one Short or Hold, unless the
// daemon ends or the button sticks.
const (
	Down  Gesture = "down"  // the contact closed and stayed closed for the debounce time
	Short Gesture = "short" // let go before [HoldTime]
	Hold  Gesture = "hold"  // held for HoldTime; the release says nothing more
)

// HoldTime tells a hold from a short press.
const HoldTime = 1500 * time.Millisecond

// Press is a gesture at the button of a shelf slot.
type Press struct {
	Slot    string  `json:"slot"`
	Gesture Gesture `json:"gesture"`
}

// Grams is a weight.
type Grams int32

// Weight is a settled change on a scale.
type Weight struct {
	// Slot is the shelf slot the scale stands under; empty if it stands under none.
	Slot string `json:"slot,omitempty"`
	// Grams is what lies on the scale now, Delta the change that settled into it:
	// positive placed, negative removed.
	Grams Grams `json:"grams"`
	Delta Grams `json:"delta"`
}

// Fault is a device that stopped working. One fault, not one for each try.
type Fault struct {
	// Device is the source that is faulty: "scale/shelf-a1". Where a device has several
	// troubles at once, those that begin and end by themselves have names of their own
	// below it: "printer/kitchen/paper"; see [SplitFault].
	Device string `json:"device"`
	// Text says what is wrong, Remedy what to do, for people.
	Text   string `json:"text"`
	Remedy string `json:"remedy,omitempty"`
}

// SplitFault returns the device that a fault is about, and which of its faults it is:
// "printer/kitchen/paper" is "paper" of "printer/kitchen". A device that does not work
// at all has a fault of its own name, which is "" of it.
func SplitFault(name string) (device, which string) {
	if parts := strings.SplitN(name, "/", 3); len(parts) == 3 {
		return parts[0] + "/" + parts[1], parts[2]
	}
	return name, ""
}

// Recovered ends the fault of a device.
type Recovered struct {
	Device string `json:"device"`
}

// ClockSet says that the wall clock was set or stepped: at its Stamp's Up the
// wall clock reads its Stamp's At, with its quality. Offset is how far it moved.
type ClockSet struct {
	Offset time.Duration `json:"offset"`
}

// Started says that the daemon started.
type Started struct {
	Version string `json:"version"`
}

// Gap says that the log no longer has events between From and To, or that the
// cloud does not get them: all of them, or those of one Class.
type Gap struct {
	From uint64 `json:"from"`
	To   uint64 `json:"to"`
	// Class is what went: a [Class], "damaged", "refused" for what no broker took,
	// "log" for a whole log; empty in older logs.
	Class  string `json:"class,omitempty"`
	Reason string `json:"reason"`
	// Log is the id of the log that From and To count in, where it is not this one.
	Log string `json:"log,omitempty"`
	// Events is how many went, Alerts how many numbers that leaves out of the sequence;
	// 0 where nobody can know.
	Events uint64 `json:"events,omitempty"`
	Alerts uint64 `json:"alerts,omitempty"`
}

// Command is what somebody asked for and what changes the kitchen: the cloud, or a
// person at a screen. What only asks is no fact.
type Command struct {
	// Transaction names the request, as a hash. For a day the same one is answered
	// and not done again.
	Transaction string `json:"transaction"`
	// Name is "ready", "undo", "handover", "return", "recall", "order", "model.import"
	// or "templates.set".
	Name string `json:"name"`
	// Order is the order meant by the first five: its id, or what staff call, which
	// Channel may narrow down. One that was picked up has its id alone.
	Order   string `json:"order,omitempty"`
	Channel string `json:"channel,omitempty"`
	// Ticket is the order that a platform sends, of an "order".
	Ticket *Ticket `json:"ticket,omitempty"`
	// Model is what another store's model gives to this one's, of a "model.import";
	// Replace says that what was learned here may go.
	Model   json.RawMessage `json:"model,omitempty"`
	Replace bool            `json:"replace,omitempty"`
	// Of "templates.set": the templates of a language, none for those that are shipped,
	// and the version that they make.
	Language  string    `json:"language,omitempty"`
	Templates Templates `json:"templates,omitempty"`
	Version   string    `json:"version,omitempty"`
}

// Reply is what became of a Command: the one before it with its Transaction.
type Reply struct {
	Transaction string `json:"transaction"`
	Name        string `json:"name"`
	// Order is the id of the order that it was about; Merged says, of an "order",
	// that the kitchen had it already.
	Order  string `json:"order_id,omitempty"`
	Merged bool   `json:"merged,omitempty"`
	// Version is that of the templates, of a "templates.set".
	Version string `json:"version,omitempty"`
	// Touch says that it was asked at a screen.
	Touch bool `json:"touch,omitempty"`
	// Error is empty where it was done: else a code, and Text says it to people.
	Error string `json:"error,omitempty"`
	Text  string `json:"text,omitempty"`
}

// Salvaged is an event of an older log whose file was damaged. The cloud gets it
// under its old identity: Log and Event.Seq.
type Salvaged struct {
	Log   string `json:"log"`
	Event *Event `json:"event"`
	// Known says that the state which this log began with has it already, Sent that
	// the broker had acknowledged it.
	Known bool `json:"known,omitempty"`
	Sent  bool `json:"sent,omitempty"`
}
