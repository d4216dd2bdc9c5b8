package predict

import (
	"math"
	"time"

	"readyshelf/kitchen"
)

const (
	minMean = 3.0                 // ln seconds: no forecast is centred below 20 s
	maxMean = 9.2                 // nor above 2 h 45 min
	longest = 30 * 24 * time.Hour // that a quantile names
)

// forecast is exp(mean + sd·residual) seconds, begun after shift, given that the
// order was not ready at after. It implements [kitchen.Forecast] and never changes
// once given.
type forecast struct {
	mean, sd float64 // of ln seconds
	shape    *shape
	shift    float64 // seconds that a pre-order waits before it is begun
	after    float64 // seconds since acceptance at which it was not ready yet
	left     float64 // probability of that, seen from acceptance
}

// wait lets a pre-order be begun such that its promise is the median. Without a
// promise nobody knows when it is begun: the doubt is doubled.
func (f *forecast) wait(o *kitchen.Order) {
	if o.Promised == nil || o.Accepted.Clock == kitchen.Unknown {
		f.sd *= 2
		return
	}
	f.shift = max(0, o.Promised.Sub(o.Accepted.At).Seconds()-f.Quantile(0.5).Seconds())
}

// condition takes in that the order is not ready after elapsed.
func (f *forecast) condition(elapsed time.Duration) {
	f.after = elapsed.Seconds()
	f.left = f.survival(f.after)
}

// survival is P(not ready at t seconds), seen from acceptance.
func (f *forecast) survival(t float64) float64 {
	if t -= f.shift; t <= 0 {
		return 1
	}
	return f.shape.survival((math.Log(t) - f.mean) / f.sd)
}

// CDF is P(ready within d of acceptance).
func (f *forecast) CDF(d time.Duration) float64 {
	t := d.Seconds()
	if t <= f.after {
		return 0
	}
	return min(max(1-f.survival(t)/f.left, 0), 1)
}

// Quantile is the time by which the order is ready with probability p. It is at
// least what has passed already, and at most 30 days beyond.
func (f *forecast) Quantile(p float64) time.Duration {
	const edge = 1e-9 // beyond it float64 knows nothing of 1-p
	if !(p > edge) {  // NaN too
		p = edge
	}
	p = min(p, 1-edge)
	t := f.shift + math.Exp(f.mean+f.sd*f.shape.residual((1-p)*f.left))
	t = min(max(t, f.after), f.after+longest.Seconds())
	return time.Duration(t * float64(time.Second))
}
