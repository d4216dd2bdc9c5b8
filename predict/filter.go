package predict

import (
	"math"
	"time"
)

// The filters' constants.
const (
	studentNu   = 5.0   // degrees of freedom of the noise, for the weights
	minWeight   = 0.05  // no label weighs less
	noiseMemory = 300.0 // labels that the noise variance remembers
	minNoise    = 0.005 // variance of ln seconds: 7 %
	maxNoise    = 2.0
	priorLabels = 15 // labels that the prior's noise is worth

	// A run of errors of one sign. A day of wrong presses is forgotten in half the time
	// with it, for 0.7 % of the CRPS of other days in the simulated kitchens.
	biasRate  = 0.1  // of each label
	biasUsual = 0.1  // of the variance: chance alone
	biasDoubt = 0.05 // of what is beyond it, that each level's variance gets for a label
	biasMost  = 1.0  // which it never exceeds
)

// A belief is what a filter starts from, and returns to where nothing is seen: mean and
// standard deviation of each coefficient, and the noise's. It is never changed.
type belief struct {
	mean, sd []float64
	noise    float64 // standard deviation
	memory   float64 // labels after which the past weighs 1/e; 0: for ever
	levels   []level
}

// A level is a coefficient that drifts back to zero in real time, an AR(1).
type level struct {
	dim  int
	hold time.Duration // its correlation time
}

// filter is a Bayesian linear regression that forgets: mean and covariance of the
// coefficients, and the noise variance.
type filter struct {
	prior *belief
	Mean  []float64
	Cov   []float64 // row by row, symmetric
	Noise float64
	Bias  float64       // of the last labels' errors: a run of them is no noise
	Seen  int           // labels learned
	Time  time.Duration // to which the levels were advanced
}

func newFilter(b *belief) filter {
	d := len(b.mean)
	f := filter{prior: b, Mean: make([]float64, d), Cov: make([]float64, d*d), Noise: b.noise * b.noise}
	copy(f.Mean, b.mean)
	for i, sd := range b.sd {
		f.Cov[i*d+i] = sd * sd
	}
	return f
}

// set makes f a copy of g, which has the same prior, without allocating.
func (f *filter) set(g *filter) {
	mean, cov := f.Mean, f.Cov
	*f = *g
	f.Mean, f.Cov = append(mean[:0], g.Mean...), append(cov[:0], g.Cov...)
}

// row is row i of the covariance.
func (f *filter) row(i int) []float64 {
	d := len(f.Mean)
	return f.Cov[i*d : (i+1)*d]
}

// advance lets the levels drift until t, so that a night forgets a bad evening.
func (f *filter) advance(t time.Duration) {
	dt := t - f.Time
	if dt <= 0 {
		return
	}
	f.Time = t
	for _, l := range f.prior.levels {
		f.relax(l.dim, math.Exp(-float64(dt)/float64(l.hold)))
	}
}

// relax shrinks level k to keep of what it was, and widens the doubt about it to match.
func (f *filter) relax(k int, keep float64) {
	f.Mean[k] *= keep
	for i := range f.Mean {
		f.row(k)[i] *= keep
		f.row(i)[k] *= keep
	}
	f.row(k)[k] += (1 - keep*keep) * f.prior.sd[k] * f.prior.sd[k]
}

// at is the vector x with its levels as they will have drifted by t, in buf, and the
// variance that the drift adds.
func (f *filter) at(x []float64, t time.Duration, buf *[mainDims]float64) (y []float64, more float64) {
	y = buf[:copy(buf[:], x)]
	dt := t - f.Time
	if dt <= 0 {
		return y, 0
	}
	for _, l := range f.prior.levels {
		keep := math.Exp(-float64(dt) / float64(l.hold))
		sd := f.prior.sd[l.dim] * x[l.dim]
		y[l.dim] *= keep
		more += (1 - keep*keep) * sd * sd
	}
	return y, more
}

// meanAt is what f expects of x at a later time.
func (f *filter) meanAt(x []float64, t time.Duration) float64 {
	var buf [mainDims]float64
	y, _ := f.at(x, t, &buf)
	return f.mean(y)
}

// predictAt is predict at a later time.
func (f *filter) predictAt(x []float64, t time.Duration, gain []float64) (mean, doubt float64) {
	var buf [mainDims]float64
	y, more := f.at(x, t, &buf)
	mean, doubt = f.predict(y, gain)
	return mean, doubt + more
}

// mean is what f expects of x.
func (f *filter) mean(x []float64) float64 { return dot(f.Mean, x) }

func dot(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += v * b[i]
	}
	return s
}

// predict gives the mean for x and the variance that the coefficients' doubt adds to
// the noise. It leaves Cov·x in gain.
func (f *filter) predict(x, gain []float64) (mean, doubt float64) {
	for i := range x {
		gain[i] = dot(f.row(i), x)
		doubt += gain[i] * x[i]
	}
	return f.mean(x), max(doubt, 0)
}

// learn takes in that x turned out as z.
func (f *filter) learn(x []float64, z float64, gain []float64) {
	f.forget()
	mean, doubt := f.predict(x, gain)
	if f.loosen(doubt + f.Noise) {
		_, doubt = f.predict(x, gain)
	}
	err, variance := z-mean, doubt+f.Noise
	weight := min(1, max(minWeight, (studentNu+1)/(studentNu+err*err/variance)))
	total := doubt + f.Noise/weight
	f.move(gain, err/total, 1/total)
	f.Seen++
	off := err - f.Bias
	f.learnNoise(min(off*off, 9*variance), doubt)
	most := 3 * math.Sqrt(variance)
	f.Bias += biasRate * (min(max(err, -most), most) - f.Bias)
}

// loosen widens the doubt about the levels where the last errors had one sign: what makes
// all orders longer at once is the hour, and no dish. It says whether it did.
func (f *filter) loosen(variance float64) bool {
	more := f.Bias*f.Bias - biasUsual*variance
	if more <= 0 {
		return false
	}
	for _, l := range f.prior.levels {
		v := &f.row(l.dim)[l.dim]
		*v = max(*v, min(*v+biasDoubt*more, biasMost))
	}
	return true
}

// assume takes in that x has mean and variance after all that is known: what a bound
// says, rather than a label.
func (f *filter) assume(x []float64, mean, variance float64, gain []float64) {
	f.forget()
	was, doubt := f.predict(x, gain)
	total := doubt + f.Noise
	f.move(gain, (mean-was)/total, (total-min(variance, total))/(total*total))
}

// move shifts the mean by by·gain and takes less·gain·gainᵀ from the covariance, which stays
// symmetric to the last bit: a snapshot has half of it.
func (f *filter) move(gain []float64, by, less float64) {
	for i, g := range gain[:len(f.Mean)] {
		f.Mean[i] += g * by
		r := f.row(i)
		for j := range r {
			r[j] -= less * (g * gain[j])
		}
	}
}

// learnNoise moves the noise towards the squared error that the coefficients' own doubt
// does not explain. The prior counts as priorLabels labels.
func (f *filter) learnNoise(square, doubt float64) {
	rate := max(1/noiseMemory, 1/float64(f.Seen+priorLabels))
	f.Noise += rate * (max(square-doubt, 0.02*f.Noise) - f.Noise)
	f.Noise = min(max(f.Noise, minNoise), maxNoise)
}

// forget moves the covariance back towards the prior's, so that it never blows up where
// a feature is not seen, and the mean a little towards the prior's.
func (f *filter) forget() {
	if f.prior.memory == 0 {
		return
	}
	a := math.Exp(-1 / f.prior.memory)
	for i := range f.Cov {
		f.Cov[i] *= a * a
	}
	for i, sd := range f.prior.sd {
		f.row(i)[i] += (1 - a*a) * sd * sd
		f.Mean[i] += 0.25 * (1 - a) * (f.prior.mean[i] - f.Mean[i])
	}
}
