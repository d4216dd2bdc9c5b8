package predict

import (
	"math"
	"time"
)

// The filter's constants. They minimise the continuous ranked probability score
// over four simulated kitchens; halving or doubling any of them costs less than 1 %.
const (
	forgetLabels = 3000.0           // labels after which the past weighs 1/e
	dayHold      = 10 * time.Hour   // correlation time of the day level
	fastHold     = 45 * time.Minute // and of the fast level
	studentNu    = 5.0              // degrees of freedom of the noise, for the weights
	minWeight    = 0.05             // no label weighs less
	noiseMemory  = 300.0            // labels that the noise variance remembers
	minNoise     = 0.005            // variance of ln seconds: 7 %
	maxNoise     = 2.0
)

// filter is a Bayesian linear regression of z = ln(seconds to ready) that
// forgets: mean and covariance of the coefficients, and the noise variance.
type filter struct {
	Mean  vector
	Cov   [dims]vector
	Noise float64
	Seen  int           // labels learned
	Time  time.Duration // to which the day and fast levels were advanced
}

// newFilter is the filter of a store's first day.
func newFilter() filter {
	f := filter{Mean: priorMean, Noise: priorNoise * priorNoise}
	for i, sd := range priorSD {
		f.Cov[i][i] = sd * sd
	}
	return f
}

// advance lets the day and the fast level drift back to zero until t. They are
// AR(1) in real time, so a night forgets a bad evening.
func (f *filter) advance(t time.Duration) {
	dt := t - f.Time
	if dt <= 0 {
		return
	}
	f.Time = t
	f.relax(dimDay, math.Exp(-float64(dt)/float64(dayHold)))
	f.relax(dimFast, math.Exp(-float64(dt)/float64(fastHold)))
}

// relax shrinks level k to keep of what it was, and widens the doubt about it to match.
func (f *filter) relax(k int, keep float64) {
	f.Mean[k] *= keep
	for i := range dims {
		f.Cov[k][i] *= keep
		f.Cov[i][k] *= keep
	}
	f.Cov[k][k] += (1 - keep*keep) * priorSD[k] * priorSD[k]
}

// predict gives mean and variance of z for x, and Cov·x.
func (f *filter) predict(x *vector) (mean, variance float64, gain vector) {
	own := 0.0
	for i := range dims {
		for j := range dims {
			gain[i] += f.Cov[i][j] * x[j]
		}
		mean += f.Mean[i] * x[i]
		own += gain[i] * x[i]
	}
	return mean, max(own, 0) + f.Noise, gain
}

// learn takes in that x turned out as z.
func (f *filter) learn(x *vector, z float64) {
	f.forget()
	mean, variance, gain := f.predict(x)
	err := z - mean
	own := variance - f.Noise
	weight := min(1, max(minWeight, (studentNu+1)/(studentNu+err*err/variance)))
	total := own + f.Noise/weight
	for i := range dims {
		f.Mean[i] += gain[i] * err / total
		for j := range dims {
			f.Cov[i][j] -= gain[i] * gain[j] / total
		}
	}
	f.Seen++
	f.learnNoise(min(err*err, 9*variance), own)
}

// learnNoise moves the noise towards the squared error that the coefficients'
// own doubt does not explain. The prior counts as priorLabels labels.
func (f *filter) learnNoise(square, own float64) {
	rate := max(1/noiseMemory, 1/float64(f.Seen+priorLabels))
	f.Noise += rate * (max(square-own, 0.02*f.Noise) - f.Noise)
	f.Noise = min(max(f.Noise, minNoise), maxNoise)
}

// forget moves the covariance back towards the prior's, so that it never blows
// up where a feature is not seen, and the mean a little towards the prior's.
func (f *filter) forget() {
	a := math.Exp(-1 / forgetLabels)
	for i := range dims {
		for j := range dims {
			f.Cov[i][j] *= a * a
		}
		f.Cov[i][i] += (1 - a*a) * priorSD[i] * priorSD[i]
		f.Mean[i] += 0.25 * (1 - a) * (priorMean[i] - f.Mean[i])
	}
}
