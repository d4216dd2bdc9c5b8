package predict

import (
	"cmp"
	"math"
	"slices"
)

const (
	ringSize  = 300  // residuals kept
	ringBound = 8.0  // and no larger than this
	tailMass  = 0.01 // probability beyond each end of the table
	minDecay  = 0.8  // bounds of the tails' decay, per standard deviation
	maxDecay  = 4.0
)

// ring is the last residuals, oldest first.
type ring struct {
	U   [ringSize]float64
	Len int
}

// add keeps u, and forgets the oldest residual of a full ring.
func (r *ring) add(u float64) {
	if r.Len == ringSize {
		copy(r.U[:], r.U[1:])
		r.Len--
	}
	r.U[r.Len] = short(min(max(u, -ringBound), ringBound))
	r.Len++
}

// short rounds to 1e-4: nothing for a forecast, and few bytes in a snapshot.
func short(v float64) float64 { return math.Round(v*1e4) / 1e4 }

// shape is the distribution of the residuals: a table of the survival function
// between its outer percentiles, linear in between, exponential beyond.
// A shape is never changed once made.
type shape struct {
	u     []float64 // strictly increasing
	above []float64 // P(residual > u), strictly decreasing
	lo    float64   // decay of the lower tail, per standard deviation
	hi    float64   // and of the upper
}

// point is a residual and what it weighs.
type point struct{ u, w float64 }

// newShape blends the residuals seen with the shipped ones.
func newShape(r *ring) *shape {
	pts := make([]point, 0, r.Len+len(priorShape))
	for _, u := range r.U[:r.Len] {
		pts = append(pts, point{u, 1})
	}
	for _, u := range priorShape {
		pts = append(pts, point{u, priorWeight / float64(len(priorShape))})
	}
	slices.SortFunc(pts, func(a, b point) int { return cmp.Compare(a.u, b.u) })
	return tabulate(merge(pts))
}

// merge joins equal residuals into one point.
func merge(pts []point) []point {
	out := pts[:1]
	for _, p := range pts[1:] {
		if last := &out[len(out)-1]; p.u-last.u < 1e-6 {
			last.w += p.w
		} else {
			out = append(out, p)
		}
	}
	return out
}

// tabulate gives each point the middle of its weight, cuts the table at the
// outer percentiles and fits the tails to the mean excess of what lies beyond.
func tabulate(pts []point) *shape {
	total := 0.0
	for _, p := range pts {
		total += p.w
	}
	all := &shape{}
	below := 0.0
	for _, p := range pts {
		all.u = append(all.u, p.u)
		all.above = append(all.above, 1-(below+p.w/2)/total)
		below += p.w
	}
	first, last := all.inner(1-tailMass), all.inner(tailMass)
	s := &shape{u: []float64{first}, above: []float64{1 - tailMass}}
	for i, u := range all.u {
		if u > first && u < last {
			s.u, s.above = append(s.u, u), append(s.above, all.above[i])
		}
	}
	s.u, s.above = append(s.u, last), append(s.above, tailMass)
	s.lo, s.hi = tails(pts, first, last)
	return s
}

// tails returns the decay beyond each end: one over the mean excess.
func tails(pts []point, first, last float64) (lo, hi float64) {
	var excess, weight [2]float64
	for _, p := range pts {
		if p.u < first {
			excess[0] += p.w * (first - p.u)
			weight[0] += p.w
		}
		if p.u > last {
			excess[1] += p.w * (p.u - last)
			weight[1] += p.w
		}
	}
	decay := func(k int) float64 {
		if excess[k] <= 0 {
			return maxDecay
		}
		return min(max(weight[k]/excess[k], minDecay), maxDecay)
	}
	return decay(0), decay(1)
}

// survival is P(residual > u).
func (s *shape) survival(u float64) float64 {
	n := len(s.u) - 1
	switch {
	case u <= s.u[0]:
		return 1 - (1-s.above[0])*math.Exp(-(s.u[0]-u)*s.lo)
	case u >= s.u[n]:
		return s.above[n] * math.Exp(-(u-s.u[n])*s.hi)
	}
	i, _ := slices.BinarySearch(s.u, u) // s.u[i-1] < u <= s.u[i]
	part := (u - s.u[i-1]) / (s.u[i] - s.u[i-1])
	return s.above[i-1] + part*(s.above[i]-s.above[i-1])
}

// residual is the inverse of survival, for p in (0, 1).
func (s *shape) residual(p float64) float64 {
	n := len(s.u) - 1
	switch {
	case p >= s.above[0]:
		return s.u[0] + math.Log((1-p)/(1-s.above[0]))/s.lo
	case p <= s.above[n]:
		return s.u[n] - math.Log(p/s.above[n])/s.hi
	}
	return s.inner(p)
}

// inner is residual between the ends of the table.
func (s *shape) inner(p float64) float64 {
	i, _ := slices.BinarySearchFunc(s.above, p, func(a, p float64) int { return cmp.Compare(p, a) })
	i = min(max(i, 1), len(s.u)-1)
	part := (p - s.above[i-1]) / (s.above[i] - s.above[i-1])
	return s.u[i-1] + min(max(part, 0), 1)*(s.u[i]-s.u[i-1])
}
