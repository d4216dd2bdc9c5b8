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

// advance lets the levels drift until t.
func (c *core) advance(t time.Duration) {
	c.main.advance(t)
	c.plain.advance(t)
	c.sum.advance(t)
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

// view is an order as a core sees it: its features, and what is forecast.
type view struct {
	x    [mainDims]float64
	y    [plainDims + 2]float64
	z    [sumDims]float64
	mean [2]float64 // of ln seconds, by the main and the plain filter
	sd   [2]float64
	Mean float64
	SD   float64
}

// look fills v for an order that is accepted now.
func (c *core) look(f *facts, v *view) {
	f.plain(v.x[:plainDims])
	copy(v.y[:], v.x[:plainDims])
	v.y[plainDims], v.y[plainDims+1] = 1, 1
	x, q := &v.x, &f.Queue
	x[dimMost], x[dimMean], _ = c.menu.effects(f)
	most, all := c.menu.times(f)
	v.z = [sumDims]float64{1, most, all, float64(q.Open) / 3, c.menu.work(q) / 6, q.Left / 30, float64(q.Late), 1}
	x[dimWait] = math.Log(max(c.sum.mean(v.z[:]), 0.15))
	load := x[dimOpen]
	x[dimJamPieces], x[dimJamMost], x[dimJamOpen] = load*x[dimPieces], load*x[dimMost], load*load/2
	x[dimDay], x[dimFast] = 1, 1
	var gain [mainDims]float64
	for k, p := range [2]struct {
		f *filter
		x []float64
	}{{&c.main, v.x[:]}, {&c.plain, v.y[:]}} {
		mean, doubt := p.f.predict(p.x, gain[:])
		v.mean[k], v.sd[k] = mean, math.Sqrt(doubt+p.f.Noise)
	}
	w := c.votes.plain()
	v.Mean = min(max(v.mean[0]+w*(v.mean[1]-v.mean[0]), minMean), maxMean)
	v.SD = v.sd[0] + w*(v.sd[1]-v.sd[0])
}

// plain is the plain filter's share.
func (v *votes) plain() float64 { return 1 / (1 + math.Exp((v.Loss[1]-v.Loss[0])/2)) }

// learn takes in what both filters' forecasts of z were worth.
func (v *votes) learn(w *view, z float64) {
	for k := range v.Loss {
		loss := normalCRPS((z-w.mean[k])/w.sd[k]) * w.sd[k]
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
