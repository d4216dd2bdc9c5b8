package predict

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"slices"
)

const (
	ringSize    = 400    // residuals kept
	ringBound   = 8.0    // and no larger than this
	ringMemory  = 1000.0 // labels after which a residual weighs 1/e
	ringFar     = 0.05   // what one from an unlike order weighs
	likePieces  = 0.6    // ln pieces that make an order unlike another
	likeOpen    = 0.7    // and ln open orders
	shapeWeight = 60.0   // residuals that the shipped shape is worth on the first day
)

// residual is what a forecast was worth, and of what kind the order was.
type residual struct {
	U      float64 // (ln seconds - mean) / sd, to 1e-4
	Pieces int
	Open   int
}

// MarshalJSON writes [u, pieces, open]: there are hundreds.
func (r residual) MarshalJSON() ([]byte, error) {
	return json.Marshal([3]float64{r.U, float64(r.Pieces), float64(r.Open)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *residual) UnmarshalJSON(b []byte) error {
	var v [3]float64
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	if math.Abs(v[0]) > ringBound || v[1] < 0 || v[1] > maxPieces || v[2] < 0 || v[2] > maxOpen {
		return errors.New("a residual out of range")
	}
	*r = residual{v[0], int(v[1]), int(v[2])}
	return nil
}

// residuals are the last ones, and how far the quantiles were off.
type residuals struct {
	prior *[shapeSize]float64
	Ring  [ringSize]residual
	Count int                         // residuals ever; the next goes to Count mod ringSize
	Off   [3]float64                  // probits to add at the knots, for all orders
	Group [groups][3]float64          // and for those of one load
	order [ringSize + shapeSize]int16 // of the ring and the shipped shape, by U; derived
}

// knots are where the quantiles are held to what they promise.
var knots = [3]float64{0.15, 0.5, 0.85}

const (
	groups     = 3     // of load: quiet, busy, rush
	trackAll   = 0.005 // how fast the knots follow
	trackGroup = 0.006
	trackKeep  = 0.9995
	groupKeep  = 0.9999
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

// len is how many residuals the ring holds.
func (r *residuals) len() int { return min(r.Count, ringSize) }

// at is residual i, and those of the shipped shape after the ring.
func (r *residuals) at(i int16) float64 {
	if int(i) < ringSize {
		return r.Ring[i].U
	}
	return r.prior[int(i)-ringSize]
}

// sorted are the residuals by size.
func (r *residuals) sorted() []int16 { return r.order[:r.len()+shapeSize] }

// sort derives the order.
func (r *residuals) sort() {
	for i := range r.len() {
		r.order[i] = int16(i)
	}
	for i := range shapeSize {
		r.order[r.len()+i] = int16(ringSize + i)
	}
	slices.SortFunc(r.sorted(), r.compare)
}

// compare orders two residuals, equal ones by their place.
func (r *residuals) compare(a, b int16) int {
	return cmp.Or(cmp.Compare(r.at(a), r.at(b)), cmp.Compare(a, b))
}

// add puts a residual in the place of the oldest.
func (r *residuals) add(e residual) {
	i := int16(r.Count % ringSize)
	order := r.sorted()
	if r.Count >= ringSize {
		k, _ := slices.BinarySearchFunc(order, i, r.compare)
		order = slices.Delete(order, k, k+1)
	}
	r.Ring[i] = e
	r.Count++
	k, _ := slices.BinarySearchFunc(order, i, r.compare)
	_ = slices.Insert(order, k, i) // in r.order, where there is room
}

// learn takes in what a forecast was worth.
func (r *residuals) learn(f *facts, s *sight, z float64) {
	u := (z - s.Mean) / s.SD
	g := group(f.Queue.Open)
	var q [len(knots)]float64
	r.quantiles(f, knots[:], q[:])
	for k, p := range knots {
		e := p - is(u <= q[k])
		r.Group[g][k] += trackGroup * e
		r.Off[k] = trackKeep * (r.Off[k] + trackAll*e)
		for i := range r.Group {
			r.Group[i][k] *= groupKeep
		}
	}
	u = math.Round(min(max(u, -ringBound), ringBound)*1e4) / 1e4
	r.add(residual{u, f.Pieces, f.Queue.Open})
}

// quantiles puts into out the residuals at levels, for an order like this one.
func (r *residuals) quantiles(f *facts, levels, out []float64) {
	var sums [ringSize + shapeSize]float64
	var like likeness
	total := 0.0
	order := r.sorted()
	for k, i := range order {
		w := r.weight(i, f, &like)
		sums[k], total = total+w/2, total+w
	}
	g := group(f.Queue.Open)
	for k, p := range levels {
		z := probit(p)
		out[k] = r.where(sums[:len(order)], total*normal(z+r.off(g, z)))
		if k > 0 {
			out[k] = max(out[k], out[k-1])
		}
	}
}

// where is the residual at which the weights of the sorted ones add up to c; sums are
// those up to the middle of each.
func (r *residuals) where(sums []float64, c float64) float64 {
	order := r.sorted()
	switch j, _ := slices.BinarySearch(sums, c); j {
	case 0:
		return r.at(order[0])
	case len(order):
		return r.at(order[j-1])
	default:
		lo, hi := r.at(order[j-1]), r.at(order[j])
		return lo + (hi-lo)*(c-sums[j-1])/(sums[j]-sums[j-1])
	}
}

// weight is what residual i counts for an order: more if it is late and of its kind.
func (r *residuals) weight(i int16, f *facts, like *likeness) float64 {
	if int(i) >= ringSize {
		return r.shipped()
	}
	e := &r.Ring[i]
	return r.fresh(i) * (like.ofPieces(e.Pieces, f)*like.ofOpen(e.Open, f) + ringFar)
}

// likeness remembers how alike one order is to those of so many pieces, and to those
// that found so many open: four hundred residuals have but a few of each.
type likeness struct{ pieces, open [maxPieces + 1]float64 }

// ofPieces is 1 for orders of as many pieces.
func (l *likeness) ofPieces(n int, f *facts) float64 {
	if l.pieces[n] == 0 {
		l.pieces[n] = bell((pieceLog(n) - pieceLog(f.Pieces)) / likePieces)
	}
	return l.pieces[n]
}

// ofOpen is 1 for orders that found as many open.
func (l *likeness) ofOpen(n int, f *facts) float64 {
	if l.open[n] == 0 {
		l.open[n] = bell((openLog(n) - openLog(f.Queue.Open)) / likeOpen)
	}
	return l.open[n]
}

// bell is 1 at 0 and falls to both sides, but never to 0.
func bell(a float64) float64 { return math.Exp(-a * a / 2) }

// shipped is what one of the shipped residuals still counts.
func (r *residuals) shipped() float64 {
	return shapeWeight / shapeSize * ringSize / (ringSize + float64(r.Count))
}

// fresh is what residual i of the ring still counts.
func (r *residuals) fresh(i int16) float64 { return freshness[(r.Count-1-int(i))%ringSize] }

// freshness is what a residual counts after so many others.
var freshness = func() (w [ringSize]float64) {
	for age := range w {
		w[age] = math.Exp(-float64(age) / ringMemory)
	}
	return w
}()

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
