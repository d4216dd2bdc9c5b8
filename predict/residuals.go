package predict

import (
	"cmp"
	"math"
	"slices"
)

const (
	ringSize    = 400    // residuals kept
	ringBound   = 8.0    // and no larger than this
	ringMemory  = 1000.0 // labels after which a residual weighs 1/e
	ringFar     = 0.15   // what one from an unlike order weighs
	likePieces  = 0.6    // ln pieces that make an order unlike another
	likeOpen    = 0.7    // and ln open orders
	shapeWeight = 60.0   // residuals that the shipped shape is worth
)

// residual is what a forecast was worth, and of what kind the order was.
type residual struct {
	U      float64 // (ln seconds - mean) / sd
	Pieces float64 // the centred logarithms
	Open   float64
}

// residuals are the last ones, oldest first, and how far the quantiles were off.
type residuals struct {
	prior *[shapeSize]float64
	Ring  [ringSize]residual
	Len   int
	Off   [3]float64                  // probits to add at the knots, for all orders
	Group [groups][3]float64          // and for those of one load
	order [ringSize + shapeSize]int16 // of the ring and the shipped shape, by U
}

// knots are where the quantiles are held to what they promise.
var knots = [3]float64{0.15, 0.5, 0.85}

const (
	groups     = 3     // of load: quiet, busy, rush
	trackAll   = 0.005 // how fast the knots follow
	trackGroup = 0.003
	trackKeep  = 0.9995
)

// group is the load's.
func group(open int) int {
	switch {
	case open < 3:
		return 0
	case open < 9:
		return 1
	}
	return 2
}

// at is residual i, and those of the shipped shape after the ring.
func (r *residuals) at(i int16) float64 {
	if int(i) < ringSize {
		return r.Ring[i].U
	}
	return r.prior[int(i)-ringSize]
}

// sort orders the residuals.
func (r *residuals) sort() []int16 {
	n := 0
	for i := range r.Len {
		r.order[n], n = int16(i), n+1
	}
	for i := range shapeSize {
		r.order[n], n = int16(ringSize+i), n+1
	}
	slices.SortFunc(r.order[:n], func(a, b int16) int { return cmp.Compare(r.at(a), r.at(b)) })
	return r.order[:n]
}

// learn takes in what the forecast v of an order was worth.
func (r *residuals) learn(f *facts, v *view, z float64) {
	u := (z - v.Mean) / v.SD
	g := group(f.Queue.Open)
	q := r.quantiles(f, v, knots[:])
	for k, p := range knots {
		e := p - is(u <= q[k])
		r.Group[g][k] += trackGroup * e
		r.Off[k] = trackKeep * (r.Off[k] + trackAll*e)
		for i := range r.Group {
			r.Group[i][k] *= trackKeep
		}
	}
	if r.Len == ringSize {
		copy(r.Ring[:], r.Ring[1:])
		r.Len--
	}
	r.Ring[r.Len] = residual{min(max(u, -ringBound), ringBound), v.x[dimPieces], v.x[dimOpen]}
	r.Len++
	r.sort()
}

// quantiles are the residuals at levels, for an order like this one.
func (r *residuals) quantiles(f *facts, v *view, levels []float64) []float64 {
	n := r.Len + shapeSize
	weight := func(i int16) float64 {
		if int(i) >= ringSize {
			return shapeWeight / shapeSize
		}
		e := &r.Ring[i]
		a, b := (e.Pieces-v.x[dimPieces])/likePieces, (e.Open-v.x[dimOpen])/likeOpen
		return math.Exp(-float64(r.Len-1-int(i))/ringMemory) * (math.Exp(-(a*a+b*b)/2) + ringFar)
	}
	var sums [ringSize + shapeSize]float64
	total := 0.0
	for k, i := range r.order[:n] {
		w := weight(i)
		sums[k], total = total+w/2, total+w
	}
	g := group(f.Queue.Open)
	out := make([]float64, len(levels))
	for k, p := range levels {
		c := total * normal(probit(p)+r.off(g, probit(p)))
		j, _ := slices.BinarySearch(sums[:n], c)
		switch {
		case j == 0:
			out[k] = r.at(r.order[0])
		case j == n:
			out[k] = r.at(r.order[n-1])
		default:
			lo, hi := r.at(r.order[j-1]), r.at(r.order[j])
			out[k] = lo + (hi-lo)*(c-sums[j-1])/(sums[j]-sums[j-1])
		}
		if k > 0 {
			out[k] = max(out[k], out[k-1])
		}
	}
	return out
}

// off is how many probits the quantile at a probit is shifted, linear between the knots.
func (r *residuals) off(g int, z float64) float64 {
	at := func(k int) float64 { return r.Off[k] + r.Group[g][k] }
	const edge = 1.0364333894937898 // probit of 0.85
	switch {
	case z <= -edge:
		return at(0)
	case z >= edge:
		return at(2)
	case z <= 0:
		return at(0) + (at(1)-at(0))*(z+edge)/edge
	}
	return at(1) + (at(2)-at(1))*z/edge
}

// probit is the inverse of the standard normal distribution.
func probit(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }
