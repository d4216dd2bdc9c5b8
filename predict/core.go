package predict

import (
	"math"
	"time"
)

// The columns of the main filter's features beyond the plain ones.
const (
	dimMost      = plainDims + iota // the slowest dish's effect
	dimMean                         // the average dish's
	dimWait                         // ln of what the sum of waiting and cooking gives
	dimJamPieces                    // load by pieces
	dimJamMost                      // load by the slowest dish
	dimJamOpen                      // load squared, halved
	dimDay                          // a level of ten hours
	dimFast                         // and one of 45 minutes
	mainDims
)

// The columns of the filter that adds up times, in units of 10 min.
const (
	sumLevel = iota // 1
	sumMost         // the slowest dish
	sumAll          // all dishes
	sumOpen         // open orders, in threes
	sumWork         // open dishes, in sixes
	sumLeft         // what the open ones still want, in half hours
	sumLate         // open orders behind their forecast
	sumFast         // a level of an hour
	sumDims
)

const unit = 600.0 // seconds of the filter that adds up times

// core is what labels teach.
type core struct {
	prior *prior
	main  filter // of ln seconds, by all features
	plain filter // the same, by the plain features alone, that forgets nothing
	sum   filter // of the time itself: waiting and cooking add up
	menu  menu
	votes votes
	rest  residuals
	comes arrivals
}

// newCore is the core of a store's first day.
func newCore(p *prior) *core {
	c := &core{
		prior: p, main: newFilter(&p.main), plain: newFilter(&p.plain), sum: newFilter(&p.sum),
		votes: votes{Loss: [2]float64{0, plainHandicap}, Scale: 0.3}, comes: p.comes,
	}
	c.rest.prior = &p.shape
	c.rest.sort()
	return c
}

// set makes c a copy of d, which has the same prior.
func (c *core) set(d *core) {
	c.main.set(&d.main)
	c.plain.set(&d.plain)
	c.sum.set(&d.sum)
	c.menu, c.votes, c.rest, c.comes = d.menu, d.votes, d.rest, d.comes
}

// votes weigh the two filters of ln seconds by what their forecasts were worth.
type votes struct {
	Loss  [2]float64 // decayed sum of the ranked probability scores
	Scale float64    // what is usual
}

const (
	plainHandicap = 7.0   // what the plain filter must be better by, to count for half
	voteMemory    = 400.0 // labels
	voteMost      = 6.0   // of what is usual, that one label counts
)

// sight is what a core says of an order: of its dishes and its wait, and the forecast.
// It is noted when the order is accepted, so that the label is learned against what was
// promised.
type sight struct {
	Most  float64    `json:"most"`  // what the slowest dish adds to ln seconds
	Each  float64    `json:"each"`  // what the average dish adds
	Wait  float64    `json:"wait"`  // ln of the filter that adds up times, in units of 10 min
	Times [2]float64 `json:"times"` // the slowest dish and all of them, in units of 10 min
	Work  float64    `json:"work"`  // what is open, in ordinary dishes
	Means [2]float64 `json:"means"` // of ln seconds, by the main and the plain filter
	SDs   [2]float64 `json:"sds"`
	Mean  float64    `json:"mean"` // both filters' together
	SD    float64    `json:"sd"`
}

// vectors are an order's features as the three filters take them.
type vectors struct {
	main  [mainDims]float64
	plain [plainDims + 2]float64
	sum   [sumDims]float64
}

// look says what c has to say of an order that is accepted at a model time, and leaves
// its features in v.
func (c *core) look(f *facts, at time.Duration, v *vectors) sight {
	var s sight
	s.Most, s.Each, _ = c.menu.effects(f)
	s.Times[0], s.Times[1] = c.menu.times(f)
	s.Work = c.menu.work(&f.Queue)
	f.sum(&s, &v.sum)
	s.Wait = math.Log(max(c.sum.meanAt(v.sum[:], at), 0.15))
	f.vectors(&s, v)
	var gain [mainDims]float64
	for k, p := range v.both(c) {
		mean, doubt := p.f.predictAt(p.x, at, gain[:])
		s.Means[k], s.SDs[k] = mean, math.Sqrt(doubt+p.f.Noise)
	}
	w := c.votes.plain()
	s.Mean = s.mean(w)
	s.SD = s.SDs[0] + w*(s.SDs[1]-s.SDs[0])
	return s
}

// mean mixes the filters' means, the plain one with weight w.
func (s *sight) mean(w float64) float64 {
	return min(max(s.Means[0]+w*(s.Means[1]-s.Means[0]), minMean), maxMean)
}

// now is the mean of ln seconds that c gives an order it has seen before.
func (c *core) now(s *sight, v *vectors, at time.Duration) float64 {
	t := *s
	for k, p := range v.both(c) {
		t.Means[k] = p.f.meanAt(p.x, at)
	}
	return t.mean(c.votes.plain())
}

// seer is a filter and the features it takes.
type seer struct {
	f *filter
	x []float64
}

// both are the two filters of ln seconds.
func (v *vectors) both(c *core) [2]seer {
	return [2]seer{{&c.main, v.main[:]}, {&c.plain, v.plain[:]}}
}

// plain is the plain filter's share.
func (v *votes) plain() float64 { return 1 / (1 + math.Exp((v.Loss[1]-v.Loss[0])/2)) }

// learn takes in what both filters' forecasts of z were worth.
func (v *votes) learn(s *sight, z float64) {
	for k := range v.Loss {
		loss := normalCRPS((z-s.Means[k])/s.SDs[k]) * s.SDs[k]
		v.Loss[k] = (1-1/voteMemory)*v.Loss[k] + min(loss/v.Scale, voteMost)
		if k == 0 {
			v.Scale += 0.01 * (min(loss, 2*v.Scale+0.2) - v.Scale)
		}
	}
}

// normalCRPS is the continuous ranked probability score of a standard normal forecast.
func normalCRPS(u float64) float64 {
	return u*(2*normal(u)-1) + 2*density(u) - 1/math.Sqrt(math.Pi)
}

// normal is the standard normal distribution, density its derivative.
func normal(u float64) float64 { return 0.5 * math.Erfc(-u/math.Sqrt2) }

func density(u float64) float64 { return math.Exp(-u*u/2) / math.Sqrt(2*math.Pi) }
