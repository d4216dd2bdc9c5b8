package backtest

import (
	"math"
	"slices"
)

// Levels are those of the quantiles that are written and scored: 0.05 to 0.95.
var Levels = func() (l [19]float64) {
	for i := range l {
		l[i] = float64(i+1) / 20
	}
	return l
}()

// The places in a [Curve] of the quantiles that have names.
const (
	at15  = 2
	at50  = 9
	at85  = 16
	final = len(Levels) - 1
)

// Curve is a distribution by its quantiles at [Levels], in seconds after the ticket:
// linear between them and from 0 to the first, exponential beyond the last.
type Curve [len(Levels)]float64

// rising is c without negative times and without a quantile below the one before it.
func (c Curve) rising() Curve {
	low := 0.0
	for i, q := range c {
		low = max(low, q)
		c[i] = low
	}
	return c
}

// tail is the mean time by which what lies beyond the last quantile exceeds it, in seconds.
func (c *Curve) tail() float64 {
	return max((c[final]-c[final-1])/math.Log((1-Levels[final-1])/(1-Levels[final])), 1)
}

// cdf is P(ready within t seconds).
func (c *Curve) cdf(t float64) float64 {
	switch {
	case t <= 0:
		return 0
	case t >= c[final]:
		return 1 - (1-Levels[final])*math.Exp(-(t-c[final])/c.tail())
	}
	i, _ := slices.BinarySearch(c[:], t)
	x, p := 0.0, 0.0
	if i > 0 {
		x, p = c[i-1], Levels[i-1]
	}
	if c[i] <= x {
		return Levels[i]
	}
	return p + (Levels[i]-p)*(t-x)/(c[i]-x)
}

// within is P(ready within d seconds | not ready at t).
func (c *Curve) within(t, d float64) float64 {
	past := c.cdf(t)
	if past >= 1 {
		return 1
	}
	return (c.cdf(t+d) - past) / (1 - past)
}

// crps is the continuous ranked probability score of c where y came true, in seconds:
// twice the mean pinball loss over [Levels].
func (c *Curve) crps(y float64) float64 {
	sum := 0.0
	for i, q := range c {
		if y >= q {
			sum += Levels[i] * (y - q)
		} else {
			sum += (1 - Levels[i]) * (q - y)
		}
	}
	return 2 * sum / float64(len(c))
}
