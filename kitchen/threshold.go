package kitchen

import (
	"math"
	"time"
)

// A low threshold sends the courier early, who then waits for the food; a high one lets
// the food wait for the courier. [Rules.Auto] takes the threshold at which both together
// would have cost least with the last orders: for each candidate it asks when order.soon
// would have gone out by the forecast that was issued with the ticket. What the forecast
// came to while an order cooked is not in the log, and not needed: on months of real and of
// simulated orders both put the cheapest threshold at the same place, within 0.05. There
// both waits together fell from 241 s an order, at a fixed 0.85, to 232 s in four simulated
// kitchens, and from 463 s to 415 s in 1,026 restaurants with 19 orders each.

// candidates are the thresholds 0.30, 0.35 … 0.95.
const candidates = 14

func candidate(i float64) float64 { return 0.30 + 0.05*i }

const (
	lookEvery = 30 * time.Second // how often the forecast is looked at, as retry_interval has it
	memory    = 0.9967           // of a label's worth, for each later one: after 300 it counts for 1/e
)

// usual is what a store's first day begins with: the forecasts of three ordinary orders,
// and as many outcomes of each as its quantiles say. They count as much as so many labels.
var usual = func() (all []Said) {
	const outcomes = 30
	for _, minutes := range []float64{8, 14, 22} {
		at := func(p float64) float64 { // log-normal, the middle 70 % between 0.70 and 1.44 times the median
			return 60 * minutes * math.Exp(0.35*math.Sqrt2*math.Erfinv(2*p-1))
		}
		var s Said
		for i := range s.Issued {
			s.Issued[i] = uint16(math.Round(at(level(i))))
		}
		for k := range outcomes {
			s.Ready = int(math.Round(at((float64(k) + 0.5) / outcomes)))
			all = append(all, s)
		}
	}
	return all
}()

// terms are what the waiting is measured by.
type terms struct {
	window, travel time.Duration
	price          float64
}

func (r *Rules) terms() terms { return terms{r.Window, r.CourierTravel, r.FoodWaitPrice} }

// costs are what each candidate would have cost with an order, in seconds of a courier.
type costs struct {
	by terms
	of [candidates]float64
}

// costs are those of a label. They are measured once.
func (s *Said) costs(by terms) *[candidates]float64 {
	if s.cost == nil || s.cost.by != by {
		s.cost = &costs{by, s.charged(by)}
	}
	return &s.cost.of
}

// charged lets a courier leave at the first look at which each candidate is reached, or
// at ready.
func (s *Said) charged(by terms) (cost [candidates]float64) {
	c, y, window := 0, float64(s.Ready), by.window.Seconds()
	charge := func(left float64) {
		courier, food := Waits(left, y, by.travel.Seconds())
		cost[c] = courier + by.price*food
		c++
	}
	for t := 0.0; t < y && c < candidates; t += lookEvery.Seconds() {
		for p := s.Issued.within(t, window); c < candidates && p >= candidate(float64(c)); {
			charge(t)
		}
	}
	for c < candidates {
		charge(y)
	}
	return cost
}

// learned is the threshold of a record, kept until that has another label.
type learned struct {
	by      terms
	changes int // of the record, when it was learned
	is      float64
	usual   [candidates]float64 // what the candidates cost with usual
}

// threshold is the probability that order.soon needs, by the labels of rec.
func (l *learned) threshold(rec *Record, by terms) float64 {
	switch {
	case l.is == 0 || l.by != by:
		*l = learned{by: by}
		for _, s := range usual { // copies: they are everybody's
			for c, cost := range s.charged(by) {
				l.usual[c] += cost
			}
		}
	case l.changes == rec.changes:
		return l.is
	}
	var total [candidates]float64
	for i := range rec.Labels {
		for c, cost := range rec.Labels[i].costs(by) {
			total[c] = total[c]*memory + cost
		}
	}
	for c := range total {
		total[c] += l.usual[c]
	}
	l.is, l.changes = candidate(lowest(total[:])), rec.changes
	return l.is
}

// rules are those that hold now: with the threshold that was learned, where it is learned.
func (d *Decider) rules() Rules {
	r := d.Rules
	if r.Auto {
		r.Threshold = d.learned.threshold(&d.Record, r.terms())
	}
	return r
}

// lowest is where v is lowest, between its places where its neighbours say so.
func lowest(v []float64) float64 {
	best := 0
	for i := range v {
		if v[i] < v[best] {
			best = i
		}
	}
	if best == 0 || best == len(v)-1 {
		return float64(best)
	}
	before, after := v[best-1]-v[best], v[best+1]-v[best]
	if before+after <= 0 {
		return float64(best)
	}
	return float64(best) + 0.5*(before-after)/(before+after)
}
