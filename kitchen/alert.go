package kitchen

import "time"

// AlertType names an alert, as the cloud sees it.
type AlertType string

// The alerts.
const (
	OrderAccepted    AlertType = "order.accepted"
	OrderSoon        AlertType = "order.soon"         // P(ready within the window) passed the threshold
	OrderETA         AlertType = "order.eta"          // later than an order.soon or an order.eta said
	OrderReady       AlertType = "order.ready"        // on evidence only; see also ReasonReturned
	OrderReadyUndone AlertType = "order.ready.undone" // names the alert it takes back; see also ReasonRecalled
	OrderLate        AlertType = "order.late"         // will be, or is, later than promised
	OrderWaiting     AlertType = "order.waiting"      // ready and not picked up for a while
	OrderPickedUp    AlertType = "order.picked_up"
	OrderCancelled   AlertType = "order.cancelled"
	OrderClosed      AlertType = "order.closed" // expired without a sign
	DeviceFault      AlertType = "device.fault"
	DeviceRecovered  AlertType = "device.recovered"
	ClockWasSet      AlertType = "clock"
	RecordsMissing   AlertType = "gap"
)

// Alert is what the cloud is told, and at once the change it makes to the
// kitchen: applying an order.ready makes the order ready. It stands alone, so
// that a reader needs no other message to understand it.
type Alert struct {
	Type AlertType `json:"type"`
	// Sequence counts alerts: gapless, from 1. A hole tells the reader of a loss.
	Sequence uint64 `json:"sequence"`

	// Of an order. ID is unique for ever in this store, Number is what staff call.
	ID       string     `json:"order_id,omitempty"`
	Number   string     `json:"order,omitempty"`
	Channel  string     `json:"channel,omitempty"`
	Table    string     `json:"table,omitempty"`
	Slot     string     `json:"slot,omitempty"`
	Numbers  []string   `json:"numbers,omitempty"`
	OrderKey string     `json:"order_key,omitempty"`
	Day      string     `json:"day,omitempty"`
	Items    []Item     `json:"items,omitempty"`
	Value    float64    `json:"value,omitempty"` // what it costs, in the shop's currency
	Notes    string     `json:"notes,omitempty"`
	Preorder bool       `json:"preorder,omitempty"`
	Raster   bool       `json:"raster,omitempty"`
	Unread   bool       `json:"unread,omitempty"` // its slip has text that nobody understands
	Part     string     `json:"part,omitempty"`
	Print    uint64     `json:"print,omitempty,string"`
	Promised *time.Time `json:"promised,omitempty"`
	// Printed is the promise as its slip has it, to be read again when the clock is set.
	Printed string     `json:"promised_as_printed,omitempty"`
	ReadyAt *time.Time `json:"ready_at,omitempty"`

	// Evidence is what said so: button, scale, touch, command, slip or rule;
	// Input names it: "button/A1", "cloud".
	Evidence string `json:"source,omitempty"`
	Input    string `json:"input,omitempty"`
	// Reason says why, for people and for counting: "expired", "late", [ReasonReturned].
	Reason string `json:"reason,omitempty"`
	// Undoes is the Seq of the alert that this one takes back.
	Undoes uint64 `json:"undoes,omitempty"`

	// Of a forecast: the median and the 85 % quantile of the ready time, and the
	// probability of being ready within the window.
	P50         *time.Time `json:"p50,omitempty"`
	P85         *time.Time `json:"p85,omitempty"`
	Probability float64    `json:"probability,omitempty"`
	Window      string     `json:"window,omitempty"`
	// Issued is what was forecast when the order came, of an order.ready: the log tells
	// by it what forecasts were worth. It stays in the house.
	Issued *Quantiles `json:"issued,omitempty"`

	// Of a device, the clock, the log.
	Device string        `json:"device,omitempty"`
	Text   string        `json:"text,omitempty"`
	Remedy string        `json:"remedy,omitempty"`
	Offset time.Duration `json:"offset,omitempty"`
	Gap    *Gap          `json:"gap,omitempty"`
}

// Change is what was decided about one order and is nobody's alert: a merged
// copy, a slot, an urge, items taken away. What is nil stays as it is.
type Change struct {
	ID   string  `json:"order_id,omitempty"`
	Slot *string `json:"slot,omitempty"`
	// Slip says that a slip of the order was seen: a sign of life. Whole says that it
	// had all of the order, and not a part.
	Slip     bool       `json:"slip,omitempty"`
	Whole    bool       `json:"whole,omitempty"`
	Items    *[]Item    `json:"items,omitempty"`
	Numbers  []string   `json:"numbers,omitempty"`      // added
	Part     string     `json:"part,omitempty"`         // added
	Print    uint64     `json:"print,omitempty,string"` // added
	Channel  string     `json:"channel,omitempty"`
	Table    string     `json:"table,omitempty"`
	OrderKey string     `json:"order_key,omitempty"`
	Promised *time.Time `json:"promised,omitempty"`
	Notes    string     `json:"notes,omitempty"`
	Urged    bool       `json:"urged,omitempty"`
	// Confidence is that of [Ticket.Confidence], where this was read from a picture.
	Confidence float64 `json:"confidence,omitempty"`
	// Orphan is a slip that names no order we know: urgent, a person must look.
	Orphan *Orphan `json:"orphan,omitempty"`
	// Claimed is the orphan that meant this order, which came a little later.
	Claimed *Orphan `json:"claimed,omitempty"`
	// Model says that the forecast begins anew with the model of the command before.
	Model bool `json:"model,omitempty"`
}

// Orphan is an urge, cancel or void slip whose order is not known.
type Orphan struct {
	Kind    SlipKind `json:"kind"`
	Number  string   `json:"number,omitempty"`
	Channel string   `json:"channel,omitempty"`
	// OrderKey and Items are what else the slip says of its order.
	OrderKey string `json:"order_key,omitempty"`
	Items    []Item `json:"items,omitempty"`
}
