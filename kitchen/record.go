package kitchen

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"time"
)

// Record is what was forecast of orders when they came, and what became of them. It is
// state like [State]: only Apply changes it, and replaying the log gives the same record.
// It holds facts alone; what they are worth is measured when somebody asks, by the rules
// of then. See [Worth] and [Record.threshold].
type Record struct {
	// Open are the orders of which nobody has said ready, oldest first.
	Open []Said `json:"open,omitempty"`
	// Labels are the last ones that somebody has, oldest first.
	Labels []Said `json:"labels,omitempty"`
	// Presses is how many came together last, the last one at Pressed.
	Presses int   `json:"presses,omitempty"`
	Pressed Stamp `json:"pressed,omitzero"`

	changes int // of the labels
}

const (
	maxLabels = 200 // that count
	maxSaid   = 200 // open orders that are remembered; the oldest go first
)

// A press outside these times after the ticket is a slip of the finger, or was forgotten
// until somebody cleared the shelf.
const (
	Soonest = 20 * time.Second
	Latest  = 2 * time.Hour
)

// ManyPresses within Together clear the shelf: they say of no order when it was ready.
const (
	ManyPresses = 5
	Together    = 3 * time.Second
)

// Telling says whether an order.ready of that evidence, so long after the ticket, says
// when the order was ready.
func Telling(evidence string, after time.Duration) bool {
	return after >= Soonest && after <= Latest && Pressed(evidence)
}

// Said is what was said of one order. Times are in whole seconds after its ticket.
type Said struct {
	ID string `json:"id"`
	// Issued are the quantiles that were forecast when it came.
	Issued Quantiles `json:"q"`
	// Soon is when order.soon went out, nil if it did not, and Window what that promised.
	Soon   *int `json:"soon,omitempty"`
	Window int  `json:"window,omitempty"`
	// Ready is when it was ready, of a label.
	Ready int `json:"ready,omitempty"`

	cost *costs // of a label, where they were asked for
}

// Quantiles are those of the levels 0.05, 0.10 … 0.95, in whole seconds: a distribution
// that is linear between them and from 0 to the first, and exponential beyond the last.
type Quantiles [19]uint16

// MarshalText writes the quantiles as base64 of 16 bits each, low byte first: a record
// has hundreds.
func (q Quantiles) MarshalText() ([]byte, error) {
	var b []byte
	for _, v := range q {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	return base64.StdEncoding.AppendEncode(nil, b), nil
}

// UnmarshalText reads what MarshalText wrote.
func (q *Quantiles) UnmarshalText(text []byte) error {
	b, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil || len(b) != 2*len(q) {
		return errors.New("no 19 quantiles")
	}
	for i := range q {
		q[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	if !slices.IsSorted(q[:]) {
		return errors.New("quantiles that are not in order")
	}
	return nil
}

// issued are the quantiles of f.
func issued(f Forecast) (q Quantiles) {
	for i := range q {
		s := math.Round(f.Quantile(level(i)).Seconds())
		q[i] = uint16(min(max(s, 0), math.MaxUint16))
		if i > 0 {
			q[i] = max(q[i], q[i-1])
		}
	}
	return q
}

// level is that of quantile i.
func level(i int) float64 { return float64(i+1) / float64(len(Quantiles{})+1) }

// cdf is P(ready within t seconds).
func (q *Quantiles) cdf(t float64) float64 {
	const last = len(q) - 1
	switch {
	case t <= 0:
		return 0
	case t >= float64(q[last]):
		tail := max(float64(q[last])-float64(q[last-1]), 1) / math.Ln2 // from 0.10 left to 0.05
		return 1 - (1-level(last))*math.Exp(-(t-float64(q[last]))/tail)
	}
	i := 0
	for float64(q[i]) <= t {
		i++
	}
	from, p := 0.0, 0.0
	if i > 0 {
		from, p = float64(q[i-1]), level(i-1)
	}
	return p + (level(i)-p)*(t-from)/(float64(q[i])-from)
}

// within is P(ready within d seconds from t on | not ready at t).
func (q *Quantiles) within(t, d float64) float64 {
	past := q.cdf(t)
	if past >= 1-minTail {
		return 0
	}
	return (q.cdf(t+d) - past) / (1 - past)
}

// Apply takes e in; s and m are as e left them.
func (r *Record) Apply(s *State, m Model, e Event) {
	if e.Alert == nil {
		return
	}
	o := s.Orders[e.Alert.ID]
	if o == nil {
		return
	}
	switch after, known := s.Since(o.Accepted, e.Stamp); e.Alert.Type {
	case OrderAccepted:
		if !aheadOrdered(s, o) {
			r.open(Said{ID: o.ID, Issued: issued(m.Forecast(s, o, e.Stamp))})
		}
	case OrderSoon:
		if i := find(r.Open, o.ID); i >= 0 && known {
			window, _ := time.ParseDuration(e.Alert.Window)
			soon := int(after / time.Second)
			r.Open[i].Soon, r.Open[i].Window = &soon, int(window/time.Second)
		}
	case OrderReady:
		if said, ok := drop(&r.Open, o.ID); ok && known && Telling(e.Alert.Evidence, after) {
			said.Ready = int(after / time.Second)
			r.label(s, said, e.Stamp)
		}
	case OrderReadyUndone:
		if said, ok := drop(&r.Labels, o.ID); ok {
			said.Ready, said.cost = 0, nil
			r.changes++
			if e.Alert.Reason != ReasonRecalled {
				r.open(said)
			}
		}
	case OrderPickedUp, OrderCancelled, OrderClosed:
		drop(&r.Open, o.ID)
	}
}

// Pressed says whether evidence is that of somebody in the kitchen.
func Pressed(evidence string) bool { return evidence != "" && evidence != "slip" && evidence != "rule" }

// aheadOrdered says whether o waits for an hour of its own: the settings say when it is
// begun, and this does not know them.
func aheadOrdered(s *State, o *Order) bool {
	at, ok := s.wall(o.Accepted)
	return o.Preorder || ok && o.Promised != nil && FarAhead(o.Promised.Sub(at))
}

// FarAhead says whether a promise, so long after its ticket, makes an order a pre-order by
// the default rules, even when its slip does not say so. The time from its ticket to ready
// says nothing of the kitchen.
func FarAhead(promise time.Duration) bool {
	return promise >= DefaultRules().DefaultPromise+preorderAfter
}

func (r *Record) open(said Said) {
	if len(r.Open) == maxSaid {
		r.Open = slices.Delete(r.Open, 0, 1)
	}
	r.Open = append(r.Open, said)
}

// label takes in that an order of which something was said is ready, unless the shelf is
// being cleared: then this press and those with it say of no order when it was ready.
func (r *Record) label(s *State, said Said, at Stamp) {
	if d, known := s.Since(r.Pressed, at); !known || d > Together {
		r.Presses = 0
	}
	r.Presses, r.Pressed = r.Presses+1, at
	r.changes++
	switch {
	case r.Presses == ManyPresses:
		r.Labels = r.Labels[:max(len(r.Labels)-ManyPresses+1, 0)]
		return
	case r.Presses > ManyPresses:
		return
	}
	if len(r.Labels) == maxLabels {
		r.Labels = slices.Delete(r.Labels, 0, 1)
	}
	r.Labels = append(r.Labels, said)
}

// said is what was forecast of an open order, nil if nothing was.
func (r *Record) said(id string) *Quantiles {
	if i := find(r.Open, id); i >= 0 {
		q := r.Open[i].Issued
		return &q
	}
	return nil
}

func find(all []Said, id string) int {
	return slices.IndexFunc(all, func(s Said) bool { return s.ID == id })
}

// drop removes what was said of an order, and says whether it was there.
func drop(all *[]Said, id string) (Said, bool) {
	i := find(*all, id)
	if i < 0 {
		return Said{}, false
	}
	said := (*all)[i]
	*all = slices.Delete(*all, i, i+1)
	return said, true
}
