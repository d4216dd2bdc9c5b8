package kitchen

import (
	"math"
	"time"
)

// Worth is what the forecasts of the last orders were worth: each the one that was issued
// when its order came, against when somebody said that it is ready. Times are in seconds,
// shares in [0, 1].
type Worth struct {
	// Labels is how many orders it is of, at most 200.
	Labels int `json:"labels"`
	// MAE is by how much the median was off, on average; CRPS the continuous ranked
	// probability score, as twice the mean pinball loss at the levels 0.05 … 0.95.
	MAE  float64 `json:"mae_s"`
	CRPS float64 `json:"crps_s"`
	// Coverage85 is how many were ready by the 85 % quantile, Coverage70 how many
	// between the 15 % and the 85 % one.
	Coverage85 float64 `json:"coverage_85"`
	Coverage70 float64 `json:"coverage_70"`
	// Of all: order.soon went out and the order was ready within the window (Right),
	// or only later (Early); or it was ready before any order.soon (Missed).
	Right  float64 `json:"soon_right"`
	Early  float64 `json:"soon_early"`
	Missed float64 `json:"soon_missed"`
	// CourierWait and FoodWait are the means if a courier leaves at order.soon, or at
	// ready where that came first, and travels for Rules.CourierTravel.
	CourierWait float64 `json:"courier_wait_s"`
	FoodWait    float64 `json:"food_wait_s"`
	// Threshold is the probability that order.soon needs now.
	Threshold float64 `json:"threshold"`
}

// Worth measures the record; nil as long as there are no labels.
func (d *Decider) Worth() *Worth {
	n := float64(len(d.Record.Labels))
	if n == 0 {
		return nil
	}
	w := &Worth{Labels: len(d.Record.Labels), Threshold: d.rules().Threshold}
	for i := range d.Record.Labels {
		w.add(&d.Record.Labels[i], 1/n, d.Rules.CourierTravel)
	}
	return w
}

// add adds one label, which counts for share.
func (w *Worth) add(s *Said, share float64, travel time.Duration) {
	const (
		p15 = 2 // in Quantiles
		p50 = 9
		p85 = 16
	)
	y := float64(s.Ready)
	for i, q := range s.Issued {
		e := y - float64(q)
		w.CRPS += share * 2 * max(level(i)*e, (level(i)-1)*e) / float64(len(s.Issued))
	}
	w.MAE += share * math.Abs(y-float64(s.Issued[p50]))
	if y <= float64(s.Issued[p85]) {
		w.Coverage85 += share
		if y >= float64(s.Issued[p15]) {
			w.Coverage70 += share
		}
	}
	left := y // when the courier did
	switch {
	case s.Soon == nil:
		w.Missed += share
	case s.Ready-*s.Soon > s.Window:
		left = float64(*s.Soon)
		w.Early += share
	default:
		left = float64(*s.Soon)
		w.Right += share
	}
	courier, food := waits(left, y, travel.Seconds())
	w.CourierWait += share * courier
	w.FoodWait += share * food
}

// waits are how long a courier waits who leaves at left for an order that is ready at y,
// and how long the food waits for the courier.
func waits(left, y, travel float64) (courier, food float64) {
	return max(0, y-left-travel), max(0, left+travel-y)
}
