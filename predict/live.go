package predict

import (
	"math"
	"time"

	"readyshelf/kitchen"
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
type stage struct{ Ahead, Pieces, Old, Behind, Done int }

// window is the time of which the odds speak.
const window = 15 * time.Minute

const oddsEdge = 0.002 // no forecast is surer

// Forecast gives the distribution of the time from acceptance to ready of o, with the
// kitchen as it is now. That o is not ready yet is left to the caller to take in, who
// knows when a pre-order was begun: for one, the time counts from there.
func (m *Model) Forecast(s *kitchen.State, o *kitchen.Order, now kitchen.Stamp) kitchen.Forecast {
	at, _ := m.timeAt(s, now)
	var v vectors
	i := m.find(o.ID)
	if i < 0 || m.open[i].Later {
		f := m.facts(o, m.known(o.Items), at)
		p := m.live.look(&f, at, &v)
		return m.live.forecast(&f, p.Mean, p.SD)
	}
	p := &m.open[i]
	p.vectors(&p.sight, &v)
	mean := m.live.now(&p.sight, &v, at)
	f := m.live.forecast(&p.facts, mean, p.SD)
	age := at - p.At
	odds := m.live.prior.live
	if age <= 0 || odds == nil {
		return f
	}
	t, d := age.Seconds(), window.Seconds()
	x := m.around(p, at).seen(&p.facts, mean, f, age, m.live.prior.crowd)
	return f.agree(t, d, 1/(1+math.Exp(-dot(odds[:], x[:]))))
}

// around is the kitchen around an order that cooks.
func (m *Model) around(p *opened, at time.Duration) *stage {
	s := &stage{Done: m.done.at(at)}
	own := at - p.At
	for i := range m.open {
		o := &m.open[i]
		age := at - o.At
		if o.ID == p.ID || age < 0 || age > aged {
			continue
		}
		if o.At > p.At {
			s.Behind++
			continue
		}
		s.Ahead++
		s.Pieces += o.Pieces
		s.Old += int(is(age > own+own/2+10*time.Minute))
	}
	return s
}

// logit is ln(p / (1 - p)), within reason.
func logit(p float64) float64 {
	p = min(max(p, oddsEdge), 1-oddsEdge)
	return math.Log(p / (1 - p))
}

// seen are the features of an order of age whose forecast is f, in ln seconds at mean. More
// orders than crowd, or pieces in them, are taken for as many.
func (s *stage) seen(o *facts, mean float64, f *forecast, age time.Duration, crowd int) (x [liveDims]float64) {
	ln := func(n int) float64 { return math.Log1p(float64(min(n, crowd))) }
	t := age.Seconds()
	old, passed := math.Log(t+30), f.cdf(t)
	left := f.quantile(min(passed+(1-passed)/2, 1-1e-9)) - t
	x[liveLevel], x[liveOdds] = 1, logit(f.within(t, window.Seconds()))
	x[liveAge], x[livePast], x[livePassed] = old-5.5, old-mean+0.5, passed-0.3
	x[liveLeft] = math.Log(max(left, 20)) - 6
	x[livePieces] = pieceLog(o.Pieces)
	x[liveOpen], x[liveFirst] = openLog(min(o.Queue.Open, crowd)), openLog(min(o.Queue.First, crowd))
	x[liveAhead], x[liveGone] = ln(s.Ahead)-1, ln(max(o.Queue.First-s.Ahead, 0))-0.7
	x[liveAheadPieces], x[liveAheadOld] = ln(s.Pieces)-1.2, ln(s.Old)-0.3
	x[liveBehind], x[liveDone] = ln(s.Behind)-0.7, ln(s.Done)-1
	return x
}
