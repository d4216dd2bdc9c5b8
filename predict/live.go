package predict

import (
	"math"
	"time"
)

// Order by order a forecast is made when a ticket comes. While its order cooks, what is
// seen of the kitchen corrects it: whether the orders before it get ready, whether later
// ones overtake it. That is learned as the odds of being ready within the window.

// The columns of what corrects a forecast while its order cooks.
const (
	liveLevel       = iota // 1
	liveOdds               // ln odds of ready within the window, by the forecast
	liveAge                // ln(age + 30 s) - 5.5
	livePast               // ln(age + 30 s) less the forecast's mean
	livePassed             // P(ready by now), by the forecast
	liveLeft               // ln of the median time left, less 6
	livePieces             // of the order
	liveOpen               // orders open when it came
	liveFirst              // and those of them that were so young that they count
	liveAhead              // of the orders before it, those still open
	liveGone               // and those done since
	liveAheadPieces        // pieces in those still open
	liveAheadOld           // those of them that are older than half as long again, and 10 min
	liveBehind             // orders after it
	liveDone               // made ready in the last 15 min
	liveDims
)

// stage is what is seen of the kitchen around an order that cooks.
type stage struct {
	First, Ahead, Pieces, Old, Behind, Done int
}

// odds is a Bayesian logistic regression: ln odds of being ready within the window.
type odds struct {
	Mean [liveDims]float64
	Cov  [liveDims][liveDims]float64
}

// The prior of the odds: the forecast's own.
const (
	oddsLevelSD = 0.15
	oddsSlopeSD = 0.1
	oddsSD      = 0.05
	oddsKeep    = 0.9999 // of the covariance, each look
	oddsWeight  = 0.3    // of a look: the looks at one order are much alike
	oddsEdge    = 0.002  // no forecast is surer
)

func oddsSDs() (sd [liveDims]float64) {
	for i := range sd {
		sd[i] = oddsSD
	}
	sd[liveLevel], sd[liveOdds] = oddsLevelSD, oddsSlopeSD
	return sd
}

func newOdds() odds {
	var o odds
	o.Mean[liveOdds] = 1
	for i, sd := range oddsSDs() {
		o.Cov[i][i] = sd * sd
	}
	return o
}

// p is the probability for x.
func (o *odds) p(x *[liveDims]float64) float64 {
	return 1 / (1 + math.Exp(-dot(o.Mean[:], x[:])))
}

// learn takes in that what was seen as x was ready within the window, or not.
func (o *odds) learn(x *[liveDims]float64, ready bool) {
	for i, sd := range oddsSDs() {
		for j := range o.Cov[i] {
			o.Cov[i][j] *= oddsKeep
		}
		o.Cov[i][i] += (1 - oddsKeep) * sd * sd
	}
	p := o.p(x)
	h := oddsWeight * max(p*(1-p), 0.02)
	var gain [liveDims]float64
	own := 0.0
	for i := range gain {
		gain[i] = dot(o.Cov[i][:], x[:])
		own += gain[i] * x[i]
	}
	k := 1 / (1 + h*own)
	by := oddsWeight * (is(ready) - p) * k
	for i, g := range gain {
		o.Mean[i] += g * by
		for j := range gain {
			o.Cov[i][j] -= g * gain[j] * h * k
		}
	}
}

// logit is ln(p / (1 - p)), within reason.
func logit(p float64) float64 {
	p = min(max(p, oddsEdge), 1-oddsEdge)
	return math.Log(p / (1 - p))
}

// seen are the features of an order of age whose forecast is f, in ln seconds at mean.
func (s *stage) seen(f *facts, mean, passed, within float64, left, age time.Duration) (x [liveDims]float64) {
	ln := func(n int) float64 { return math.Log1p(float64(n)) }
	old := math.Log(age.Seconds() + 30)
	x[liveLevel], x[liveOdds] = 1, logit(within)
	x[liveAge], x[livePast], x[livePassed] = old-5.5, old-mean+0.5, passed-0.3
	x[liveLeft] = math.Log(max(left.Seconds(), 20)) - 6
	if f.Pieces > 0 {
		x[livePieces] = math.Log(float64(f.Pieces)) - 1
	}
	x[liveOpen], x[liveFirst] = ln(f.Queue.Open)-1, ln(s.First)-1
	x[liveAhead], x[liveGone] = ln(s.Ahead)-1, ln(max(s.First-s.Ahead, 0))-0.7
	x[liveAheadPieces], x[liveAheadOld] = ln(s.Pieces)-1.2, ln(s.Old)-0.3
	x[liveBehind], x[liveDone] = ln(s.Behind)-0.7, ln(s.Done)-1
	return x
}
