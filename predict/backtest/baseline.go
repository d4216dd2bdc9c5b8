package backtest

import (
	"cmp"
	"math"
	"slices"

	"readyshelf/kitchen"
)

// A baseline is a way to forecast that needs no model. It learns presses only, each when it
// is known: a forgotten one never.
type baseline interface {
	forecast(o *Order) Curve
	learn(o *Order)
}

// baselines are those that a model is compared with, by the names that reports have.
var baselines = []struct {
	name  string
	begin func(p population) baseline
}{
	{"running mean", func(p population) baseline { return newRunningMean(p) }},
	{"last 100", func(p population) baseline { return &lastLabels{start: p} }},
	{"hour bins", func(p population) baseline { return &hourBins{start: p} }},
}

// population is how long orders take in shops of a kind, before anything is known of this
// one: ln seconds are normal. It counts like startWeight labels.
type population struct{ mean, sd float64 }

// Measured over the shops that the shipped priors come from: those that name dishes are
// simulated, those that count pieces are real.
var (
	naming   = population{6.3861, 0.5932}
	counting = population{6.6333, 0.8147}
)

const (
	startWeight = 5   // labels that the population counts for, always
	startPoints = 40  // by which it is represented
	keepLabels  = 100 // that a baseline remembers
)

// populationOf is the one that fits a store: by its first order, as the model chooses.
func populationOf(store []Order) population {
	if len(store) > 0 {
		for _, it := range store[0].Items {
			if it.Name != "" {
				return naming
			}
		}
	}
	return counting
}

// probit is the inverse of the standard normal distribution.
func probit(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }

// runningMean forecasts the mean of all labels so far, and a normal distribution around it
// with their standard deviation.
type runningMean struct{ n, mean, squares float64 }

func newRunningMean(p population) *runningMean {
	v := p.sd * p.sd
	mean := math.Exp(p.mean + v/2)
	return &runningMean{startWeight, mean, startWeight * mean * mean * (math.Exp(v) - 1)}
}

func (m *runningMean) learn(o *Order) {
	m.n++
	d := o.Ready - m.mean
	m.mean += d / m.n
	m.squares += d * (o.Ready - m.mean)
}

func (m *runningMean) forecast(*Order) (c Curve) {
	sd := math.Sqrt(m.squares / m.n)
	for i, p := range Levels {
		c[i] = m.mean + sd*probit(p)
	}
	return c.rising()
}

// lastLabels forecasts the quantiles of the last labels and of the population.
type lastLabels struct {
	start population
	last  []float64
}

func (l *lastLabels) learn(o *Order) {
	if l.last = append(l.last, o.Ready); len(l.last) > keepLabels {
		l.last = l.last[1:]
	}
}

func (l *lastLabels) forecast(*Order) Curve {
	all := make([]weighted, 0, len(l.last)+startPoints)
	for _, v := range l.last {
		all = append(all, weighted{v, 1})
	}
	for k := range startPoints {
		v := math.Exp(l.start.mean + l.start.sd*probit((float64(k)+0.5)/startPoints))
		all = append(all, weighted{v, startWeight / float64(startPoints)})
	}
	return quantiles(all)
}

// hourBins is one lastLabels for each hour of the day.
type hourBins struct {
	start population
	hours [24]*lastLabels
}

func (h *hourBins) learn(o *Order) { h.of(o).learn(o) }

func (h *hourBins) forecast(o *Order) Curve { return h.of(o).forecast(o) }

func (h *hourBins) of(o *Order) *lastLabels {
	i := o.hour()
	if h.hours[i] == nil {
		h.hours[i] = &lastLabels{start: h.start}
	}
	return h.hours[i]
}

// weighted is a value that counts for so many.
type weighted struct{ value, weight float64 }

// quantiles are those of values, each standing in the middle of its weight; linear between.
func quantiles(all []weighted) (c Curve) {
	slices.SortFunc(all, func(a, b weighted) int { return cmp.Compare(a.value, b.value) })
	total := 0.0
	for _, w := range all {
		total += w.weight
	}
	i, past := 0, 0.0 // weight before all[i]
	share := func() float64 { return (past + all[i].weight/2) / total }
	for k, p := range Levels {
		for i < len(all)-1 && share() < p {
			past += all[i].weight
			i++
		}
		c[k] = all[i].value
		if i > 0 && share() > p {
			hi, lo := share(), (past-all[i-1].weight/2)/total
			c[k] = all[i-1].value + (all[i].value-all[i-1].value)*(p-lo)/(hi-lo)
		}
	}
	return c
}

// against are the forecasts of every baseline for each order of a store, made when its
// ticket came.
func against(store []Order) [][]Curve {
	p := populationOf(store)
	all := make([]baseline, len(baselines))
	for i, b := range baselines {
		all[i] = b.begin(p)
	}
	out := make([][]Curve, len(store))
	for _, d := range deeds(store) {
		o := &store[d.order]
		switch d.what {
		case kitchen.OrderAccepted:
			for _, b := range all {
				out[d.order] = append(out[d.order], b.forecast(o))
			}
		case kitchen.OrderReady:
			for _, b := range all {
				b.learn(o)
			}
		}
	}
	return out
}
