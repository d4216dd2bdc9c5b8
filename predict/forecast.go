package predict

import (
	"math"
	"time"
)

const (
	minMean = 3.0                 // ln seconds: no forecast is centred below 20 s
	maxMean = 9.2                 // nor above 2 h 45 min
	longest = 30 * 24 * time.Hour // that a quantile names
)

// forecast is exp(mean + sd·residual) seconds. It implements [kitchen.Forecast]
// and never changes once given.
type forecast struct {
	mean, sd float64 // of ln seconds
	shape    *shape
}

// CDF is P(ready within d of acceptance).
func (f *forecast) CDF(d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return 1 - f.shape.survival((math.Log(d.Seconds())-f.mean)/f.sd)
}

// Quantile is the time from acceptance by which the order is ready with
// probability p, at most 30 days.
func (f *forecast) Quantile(p float64) time.Duration {
	const edge = 1e-9 // beyond it float64 knows nothing of 1-p
	if !(p > edge) {  // NaN too
		p = edge
	}
	t := math.Exp(f.mean + f.sd*f.shape.residual(1-min(p, 1-edge)))
	return time.Duration(min(t, longest.Seconds()) * float64(time.Second))
}
