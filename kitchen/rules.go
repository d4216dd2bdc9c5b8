package kitchen

import (
	"math"
	"time"
)

// Rules is what a shop has set. [State.Step] reads it; [State.Apply] never does.
type Rules struct {
	// Window and Threshold: order.soon goes out when P(ready within Window) ≥ Threshold.
	Window    time.Duration
	Threshold float64
	// Auto says that Threshold is learned: the one that would have cost least with the
	// last orders, where a second that food waits costs FoodWaitPrice of a second that a
	// courier waits, and couriers travel for CourierTravel. See the comment in threshold.go.
	Auto          bool
	FoodWaitPrice float64
	CourierTravel time.Duration
	// WaitingAfter is how long a ready order may wait before order.waiting.
	WaitingAfter time.Duration
	// DefaultPromise is when an order without a promised time is late.
	DefaultPromise time.Duration
	// Slots are the shelf slots, lowest first. Assigned says that an accepted order
	// takes the lowest free one; otherwise a press readies the oldest order.
	Slots    []string
	Assigned bool
	// Printers are the sources of tickets, as configured: "printer/kitchen". One that
	// falls silent is a fault.
	Printers []string
	// DayStart is when the business day begins, after midnight.
	DayStart time.Duration
	// Location is the store's time zone, for times printed on tickets; nil is UTC.
	Location *time.Location
}

// DefaultRules are the settings of a shop that has set nothing.
func DefaultRules() Rules {
	return Rules{
		Window: 15 * time.Minute, Threshold: 0.85, FoodWaitPrice: 1, CourierTravel: 10 * time.Minute,
		WaitingAfter: 10 * time.Minute, DefaultPromise: 30 * time.Minute,
		Assigned: true, DayStart: 4 * time.Hour, Location: time.Local,
	}
}

// outlook is a forecast seen from an order's present: it is not ready yet.
type outlook struct {
	f       Forecast
	elapsed time.Duration
	past    float64 // F(elapsed)
}

// minTail is the probability below which a distribution has nothing more to say
// about an order that has outlived it.
const minTail = 1e-6

func look(f Forecast, elapsed time.Duration) outlook {
	return outlook{f, elapsed, f.CDF(max(elapsed, 0))}
}

// within is P(ready within d from now | not ready yet).
func (l outlook) within(d time.Duration) float64 {
	if l.outlived() || l.elapsed+d <= 0 {
		return 0
	}
	return math.Min(1, math.Max(0, (l.f.CDF(l.elapsed+d)-l.past)/(1-l.past)))
}

// outlived says that the order has taken longer than the forecast can tell of: nobody
// knows when it will be ready, and the next moment is no better a guess than any other.
func (l outlook) outlived() bool { return 1-l.past < minTail }

// quantile is the time from acceptance by which the order is ready with
// probability p, given that it is not ready yet.
func (l outlook) quantile(p float64) time.Duration {
	q := min(l.past+p*(1-l.past), 1-minTail/1000)
	return max(l.elapsed, l.f.Quantile(q))
}

// cooking returns how long o has been in the kitchen's hands at now. A pre-order
// is not begun before its promise less DefaultPromise, so it may be negative.
func (s *State) cooking(o *Order, now Stamp, r Rules) (time.Duration, bool) {
	d, ok := s.Since(o.Accepted, now)
	if !ok {
		return 0, false
	}
	return d - s.wait(o, r), true
}

// wait is how long after its acceptance a pre-order is begun.
func (s *State) wait(o *Order, r Rules) time.Duration {
	if o.Promised == nil {
		return 0
	}
	at, ok := s.wall(o.Accepted)
	d := o.Promised.Sub(at) - r.DefaultPromise
	if !ok || !o.Preorder && d < preorderAfter {
		return 0
	}
	return max(d, 0)
}

// preorderAfter is the distance beyond DefaultPromise that makes an order a
// pre-order even when its slip does not say so.
const preorderAfter = time.Hour

// due is the time from acceptance at which o is late. It is a duration, so that a
// clock that is set later makes no order late.
func (s *State) due(o *Order, r Rules) time.Duration {
	if o.Promised != nil {
		if at, ok := s.wall(o.Accepted); ok {
			return max(o.Promised.Sub(at), 0)
		}
	}
	return r.DefaultPromise
}
