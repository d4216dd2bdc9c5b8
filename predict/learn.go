package predict

import (
	"math"
	"time"
)

// pressLag is what a press comes after its dish: the cook puts that down first. It was
// 8 s at the median in the simulated kitchens.
const pressLag = 8 * time.Second

// ready takes in that an order, of which s was said, was ready after took; at is the
// model time of the press.
func (c *core) ready(f *facts, s *sight, took, at time.Duration) {
	seconds := max((took - pressLag).Seconds(), 5)
	z := math.Log(seconds)
	var v vectors
	f.vectors(s, &v)
	var gain [mainDims]float64
	c.votes.learn(s, z)
	for _, p := range v.both(c) {
		p.f.advance(at)
		p.f.learn(p.x, z, gain[:])
	}
	time := c.readySum(v.sum, seconds/unit, at, gain[:])
	c.menu.learn(f, c.effect(&v, z), z-s.Mean, time)
	c.rest.learn(f, s, z)
}

// readySum takes in the time itself, and returns what one dish of it took.
func (c *core) readySum(x [sumDims]float64, units float64, at time.Duration, gain []float64) float64 {
	c.sum.advance(at)
	y := x
	scale := 1 / max(c.sum.mean(x[:]), 0.3) // long times are less exact
	for i := range y {
		y[i] *= scale
	}
	c.sum.learn(y[:], min(units, 6)*scale, gain)
	return plainDish + min(max(units-c.sum.mean(x[:]), -plainDish), plainDish)
}

// effect is what an order took longer than all but its dishes say.
func (c *core) effect(v *vectors, z float64) float64 {
	for i, x := range v.main {
		if i != dimMost && i != dimMean {
			z -= x * c.main.Mean[i]
		}
	}
	return z
}

// bound takes in that an order was picked up after took and nobody had pressed. The
// pick-up is the later of ready and the courier's arrival: which of both it was is not
// known, but how likely each is.
func (c *core) bound(f *facts, s *sight, took, at time.Duration) {
	b := math.Log(max(took.Seconds(), 5))
	var v vectors
	f.vectors(s, &v)
	var gain [mainDims]float64
	for _, p := range v.both(c) {
		p.f.advance(at)
		mean, doubt := p.f.predict(p.x, gain[:])
		m, s := c.comes.split(b, mean, doubt+p.f.Noise)
		p.f.assume(p.x, m, s, gain[:])
	}
}

// arrivals are when couriers come: mean and variance of ln seconds after the ticket.
type arrivals struct {
	Mean, Variance float64
}

const (
	arrivalRate = 0.02             // of each pick-up
	atOnce      = 75 * time.Second // a courier who leaves within it had been waiting
	leastSpread = 0.03             // variance
)

// learn takes in that an order that was pressed at ready was picked up.
func (a *arrivals) learn(ready, picked time.Duration) {
	d := math.Log(max(picked.Seconds(), 5)) - a.Mean
	if picked-ready >= atOnce {
		a.Mean += arrivalRate * d
		a.Variance += arrivalRate * (d*d - a.Variance)
		return
	}
	sd := math.Sqrt(a.Variance) // the courier had come before
	g := d / sd
	l := density(g) / max(normal(g), 1e-6)
	a.Mean -= arrivalRate * sd * l
	a.Variance += arrivalRate * (a.Variance*(1-g*l-l*l) + sd*sd*l*l - a.Variance)
	a.Variance = max(a.Variance, leastSpread)
}

// split is the mean and the variance of ln seconds to ready, for an order of which mean
// and variance were forecast, that was picked up at b.
func (a *arrivals) split(b, mean, variance float64) (m, v float64) {
	sd, spread := math.Sqrt(variance), math.Sqrt(a.Variance)
	u := max((b-mean)/sd, -5)
	l := density(u) / max(normal(u), 1e-9)
	cut, left := mean-sd*l, variance*max(1-u*l-l*l, 0.02) // if it was ready before
	g := (b - a.Mean) / spread
	exact := density(u) / sd * max(normal(g), 1e-3)
	before := max(normal(u), 1e-9) * density(g) / spread
	w := exact / (exact + before + 1e-12)
	m = w*b + (1-w)*cut
	v = w*0.01 + (1-w)*left + w*(1-w)*(b-cut)*(b-cut)
	return mean + sd*min(max((m-mean)/sd, -2), 2), v
}
