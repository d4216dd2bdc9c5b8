package kitchen

import (
	"math"
	"time"
)

// Worth is what the forecasts of the last orders were worth: each the one that was issued
// when its order came, against when somebody said that it is ready. Times are in seconds,
// shares in [0, 1], with as many decimals as 200 orders bear.
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

// Worth measures the record; nil as long as there are no labels. What it returns never
// changes.
func (d *Decider) Worth() *Worth {
	if d.worth.of == nil || d.worth.changes != d.Record.changes {
		d.worth = measured{d.measure(), d.Record.changes}
	}
	return d.worth.of
}

// measured keeps what a record is worth until that has another label.
type measured struct {
	of      *Worth
	changes int // of the record, when it was measured
}

func (d *Decider) measure() *Worth {
	n := float64(len(d.Record.Labels))
	if n == 0 {
		return nil
	}
	w := &Worth{Labels: len(d.Record.Labels), Threshold: d.rules().Threshold}
	for i := range d.Record.Labels {
		w.add(&d.Record.Labels[i], d.Rules.CourierTravel)
	}
	for _, sum := range []*float64{&w.Coverage85, &w.Coverage70, &w.Right, &w.Early, &w.Missed} {
		*sum = math.Round(1000**sum/n) / 1000
	}
	for _, sum := range []*float64{&w.MAE, &w.CRPS, &w.CourierWait, &w.FoodWait} {
		*sum = math.Round(10**sum/n) / 10
	}
	w.Threshold = math.Round(1000*w.Threshold) / 1000
	return w
}

// add adds one label.
func (w *Worth) add(s *Said, travel time.Duration) {
	const (
		p15 = 2 // in Quantiles
		p50 = 9
		p85 = 16
	)
	y := float64(s.Ready)
	for i, q := range s.Issued {
		e := y - float64(q)
		w.CRPS += 2 * max(level(i)*e, (level(i)-1)*e) / float64(len(s.Issued))
	}
	w.MAE += math.Abs(y - float64(s.Issued[p50]))
	if y <= float64(s.Issued[p85]) {
		w.Coverage85++
		if y >= float64(s.Issued[p15]) {
			w.Coverage70++
		}
	}
	left := y // when the courier did
	switch {
	case s.Soon == nil:
		w.Missed++
	case s.Ready-*s.Soon > s.Window:
		left = float64(*s.Soon)
		w.Early++
	default:
		left = float64(*s.Soon)
		w.Right++
	}
	courier, food := Waits(left, y, travel.Seconds())
	w.CourierWait += courier
	w.FoodWait += food
}

// Waits are how long a courier waits who leaves at left for an order that is ready at y,
// and how long the food waits for the courier, who travels so long: all of it in seconds.
func Waits(left, y, travel float64) (courier, food float64) {
	return max(0, y-left-travel), max(0, left+travel-y)
}
