package predict

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Summary is what a model has learned, for people.
type Summary struct {
	Labels int     // presses that it learned from
	Prior  string  // the shipped prior that it began with
	From   *Origin // the store whose model it began with, if any
	// An order of two of a usual dish at half past six, alone in the kitchen and with ten
	// others.
	Quiet, Busy Span
	// What its orders take at the worst hour of the day, as a factor of the ordinary.
	WorstHour   time.Duration // since midnight
	WorstFactor float64
	Dishes      []DishSummary // slowest first
}

// Span is a forecast: the median, and what seven of ten orders lie between.
type Span struct{ Low, Median, High time.Duration }

// DishSummary is what is known of a dish.
type DishSummary struct {
	Name   string
	Factor float64 // what its orders take, by what those with a usual dish do
	Orders int     // of late
}

// enough is from how many orders a dish is spoken of.
const enough = 5

// Summary says what m has learned.
func (m *Model) Summary() Summary {
	c := m.live
	usual, dish := c.menu.usual(len(m.names.Name))
	s := Summary{Labels: c.main.Seen, Prior: c.prior.name, Quiet: m.ordinary(dish, queue{})}
	if c.prior.seeded() {
		s.From = &c.prior.seed.From
	}
	s.Busy = m.ordinary(dish, queue{Open: 10, Pieces: 25, Young: 3, Old: 4, Came: 8, Done: 6, First: 10, Left: 60, Late: 1})
	s.WorstHour, s.WorstFactor = c.worstHour()
	for i, name := range m.names.Name {
		if d := &c.menu.Dishes[i]; d.Seen >= enough {
			s.Dishes = append(s.Dishes, DishSummary{name, math.Exp(c.main.Mean[dimMost] * (d.effect() - usual)), int(math.Round(d.Seen))})
		}
	}
	slices.SortStableFunc(s.Dishes, func(a, b DishSummary) int { return cmp.Compare(b.Factor, a.Factor) })
	return s
}

// usual is the median of the first n dishes' effects, and a dish that has it; 0 and none
// where no dish is known well enough.
func (m *menu) usual(n int) (effect float64, dish []helping) {
	var known []int
	for i := range n {
		if m.Dishes[i].Seen >= enough {
			known = append(known, i)
		}
	}
	if len(known) == 0 {
		return 0, nil
	}
	slices.SortFunc(known, func(a, b int) int { return cmp.Compare(m.Dishes[a].effect(), m.Dishes[b].effect()) })
	i := known[len(known)/2]
	return m.Dishes[i].effect(), []helping{{i, 2}}
}

// ordinary is the forecast of an order of two of a dish, in a kitchen like q.
func (m *Model) ordinary(dish []helping, q queue) Span {
	f := facts{Pieces: 2, Kinds: 1, Minute: 18*60 + 30, Weekday: int(time.Wednesday), Dishes: dish, Queue: q}
	p := m.live.look(&f, m.clock, new(vectors))
	d := m.live.forecast(&f, p.Mean, p.SD)
	return Span{d.Quantile(0.15), d.Quantile(0.5), d.Quantile(0.85)}
}

// worstHour is when orders take longest, all else being equal.
func (c *core) worstHour() (at time.Duration, factor float64) {
	most, sum, n := math.Inf(-1), 0.0, 0
	for minute := 10 * 60; minute <= 23*60; minute += 30 {
		var x [9]float64
		f := facts{Minute: minute}
		f.hours(x[:])
		v := dot(c.main.Mean[dimHour:dimHour+9], x[:])
		sum, n = sum+v, n+1
		if v > most {
			most, at = v, time.Duration(minute)*time.Minute
		}
	}
	return at, math.Exp(most - sum/float64(n))
}
