package predict

import (
	"math"
	"slices"
	"time"
)

const (
	minMean = 3.0                 // ln seconds: no forecast is centred below 20 s
	maxMean = 9.2                 // nor above 2 h 45 min
	longest = 30 * 24 * time.Hour // that a quantile names
)

// grid are the levels of a forecast's quantiles.
var grid = [...]float64{
	.01, .025, .05, .1, .15, .2, .25, .3, .35, .4, .45, .5,
	.55, .6, .65, .7, .75, .8, .85, .9, .95, .975, .99,
}

const last = len(grid) - 1

// forecast is a distribution by its quantiles, in seconds: linear between them and from
// 0 to the first, exponential beyond the last. It implements [kitchen.Forecast] and never
// changes once given.
type forecast [len(grid)]float64

// forecast is what c says of an order whose ln seconds have a mean and a deviation.
func (c *core) forecast(f *facts, mean, sd float64) *forecast {
	var q forecast
	c.rest.quantiles(f, grid[:], q[:])
	for i, u := range q {
		q[i] = math.Exp(mean + sd*u)
	}
	return &q
}

// tail is the mean time that what lies beyond the last quantile takes longer.
func (f *forecast) tail() float64 {
	return max((f[last]-f[last-1])/math.Log((1-grid[last-1])/(1-grid[last])), 1)
}

// cdf is P(ready within t seconds).
func (f *forecast) cdf(t float64) float64 {
	switch {
	case t <= 0:
		return 0
	case t >= f[last]:
		return 1 - (1-grid[last])*math.Exp(-(t-f[last])/f.tail())
	}
	i, _ := slices.BinarySearch(f[:], t)
	x, p := 0.0, 0.0
	if i > 0 {
		x, p = f[i-1], grid[i-1]
	}
	if f[i] <= x {
		return grid[i]
	}
	return p + (grid[i]-p)*(t-x)/(f[i]-x)
}

// quantile is the inverse of cdf.
func (f *forecast) quantile(p float64) float64 {
	if p >= grid[last] {
		return f[last] + f.tail()*math.Log((1-grid[last])/(1-p))
	}
	i, _ := slices.BinarySearch(grid[:], p)
	x, q := 0.0, 0.0
	if i > 0 {
		x, q = f[i-1], grid[i-1]
	}
	return x + (f[i]-x)*(p-q)/(grid[i]-q)
}

// within is P(ready within d seconds | not ready at t).
func (f *forecast) within(t, d float64) float64 {
	past := f.cdf(t)
	if past >= 1 {
		return 1
	}
	return (f.cdf(t+d) - past) / (1 - past)
}

// later is f with all times multiplied.
func (f forecast) later(by float64) *forecast {
	for i := range f {
		f[i] *= by
	}
	return &f
}

// agree is f moved in time so that it says p of an order that is not ready at t: that it
// will be within d.
func (f *forecast) agree(t, d, p float64) *forecast {
	lo, hi := -2.0, 2.0 // ln of the factor
	for range 40 {
		mid := (lo + hi) / 2
		by := math.Exp(-mid)
		if f.within(t*by, d*by) > p {
			lo = mid
		} else {
			hi = mid
		}
	}
	return f.later(math.Exp((lo + hi) / 2))
}

// CDF is P(ready within d of acceptance).
func (f *forecast) CDF(d time.Duration) float64 { return f.cdf(d.Seconds()) }

// Quantile is the time from acceptance by which the order is ready with probability p,
// at most 30 days.
func (f *forecast) Quantile(p float64) time.Duration {
	const edge = 1e-9 // beyond it float64 knows nothing of 1-p
	if !(p > edge) {  // NaN too
		p = edge
	}
	t := f.quantile(min(p, 1-edge))
	return time.Duration(min(t, longest.Seconds()) * float64(time.Second))
}
