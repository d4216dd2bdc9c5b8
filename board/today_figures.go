package board

import (
	"math"
	"slices"
	"time"

	"readyshelf/kitchen"
)

// dayFigures are what a day was like. Times are in seconds, shares in [0, 1].
type dayFigures struct {
	Orders    int `json:"orders"`
	Open      int `json:"open"`
	Cancelled int `json:"cancelled"`
	// Late were told to be late, or ready after they were promised; Waiting stood on the
	// shelf for too long; Forgotten left, and nobody had said that they are ready.
	Late      int `json:"late"`
	Waiting   int `json:"waiting"`
	Forgotten int `json:"forgotten"`
	Undone    int `json:"undone"`
	// Made is from the ticket to ready, of those of which somebody said so when it was;
	// Wait from ready to picked up.
	Made     spread   `json:"made"`
	Wait     spread   `json:"wait"`
	Forecast forecast `json:"forecast"`
	Hours    []hour   `json:"hours"`
}

// hour is one of the day's.
type hour struct {
	Hour   int `json:"hour"` // by the store's clock
	Orders int `json:"orders"`
	Late   int `json:"late"`
	// Error is by how much the median of the forecast was passed: below 0 where an order
	// was ready sooner.
	Made  spread `json:"made"`
	Wait  spread `json:"wait"`
	Error spread `json:"error"`
}

// spread is where the middle of some times lies, and where most of them do.
type spread struct {
	N   int     `json:"n"`
	P15 float64 `json:"p15"`
	P50 float64 `json:"p50"`
	P85 float64 `json:"p85"`
}

// forecast is what the forecasts of the day were worth: those issued with the ticket.
type forecast struct {
	N int `json:"n"`
	// MAE is by how much the median was off on average. Coverage85 is how many were ready
	// by the 85 % quantile, Coverage70 how many between those of 15 and 85 %.
	MAE        float64 `json:"mae"`
	Coverage85 float64 `json:"coverage_85"`
	Coverage70 float64 `json:"coverage_70"`
	// Below is how many were ready by the quantiles of 5, 10 … 95 %.
	Below []float64 `json:"below"`
}

// Places in kitchen.Quantiles.
const (
	at15 = 2
	at50 = 9
	at85 = 16
)

// figures are those of the day.
func (d *Day) figures() dayFigures {
	f := dayFigures{Orders: len(d.Orders)}
	telling := d.telling()
	// Of a day that begins at half past four the first hour is a half.
	begin := d.From.Add(-time.Duration(d.From.Minute())*time.Minute - time.Duration(d.From.Second())*time.Second)
	hours := make([]gathered, int(math.Ceil(d.To.Sub(begin).Hours())))
	var all gathered
	for i := range d.Orders {
		o := &d.Orders[i]
		f.count(o)
		into := []*gathered{&all}
		if h := int(o.Accepted.Sub(begin).Hours()); h >= 0 && h < len(hours) {
			into = append(into, &hours[h])
		}
		for _, g := range into {
			g.add(o, telling[i])
		}
	}
	f.Made, f.Wait, f.Forecast = spreadOf(all.made), spreadOf(all.wait), all.forecast()
	for i := range hours {
		h := &hours[i]
		f.Hours = append(f.Hours, hour{
			begin.Add(time.Duration(i) * time.Hour).Hour(), h.orders, h.late,
			spreadOf(h.made), spreadOf(h.wait), spreadOf(h.off),
		})
	}
	return f
}

// count counts one order.
func (f *dayFigures) count(o *DayOrder) {
	f.Undone += o.Undone
	f.Late += one(o.late())
	f.Waiting += one(o.Waiting)
	switch o.End {
	case "":
		f.Open++
	case kitchen.OrderCancelled:
		f.Cancelled++
	default:
		f.Forgotten += one(!kitchen.Pressed(o.Evidence))
	}
}

// late says whether it was: ready after it was promised, or told so.
func (o *DayOrder) late() bool {
	return o.Late || o.Ready != nil && o.Promised != nil && o.Ready.After(*o.Promised)
}

// ahead says whether it waited for an hour of its own.
func (o *DayOrder) ahead() bool {
	return o.Preorder || o.Promised != nil && kitchen.FarAhead(o.Promised.Sub(o.Accepted))
}

// telling says of each order whether the press that made it ready says how long it was
// cooked: not where it was ordered for later, and not where several were pressed at once,
// to clear the shelf.
func (d *Day) telling() []bool {
	is := make([]bool, len(d.Orders))
	var pressed []int
	for i := range d.Orders {
		if o := &d.Orders[i]; o.Ready != nil {
			is[i] = !o.Recalled && !o.ahead() && kitchen.Telling(o.Evidence, o.Ready.Sub(o.Accepted))
			pressed = append(pressed, i)
		}
	}
	at := func(i int) time.Time { return *d.Orders[pressed[i]].Ready }
	slices.SortFunc(pressed, func(a, b int) int { return d.Orders[a].Ready.Compare(*d.Orders[b].Ready) })
	for i := range pressed {
		if end := i + kitchen.ManyPresses; end <= len(pressed) && at(end-1).Sub(at(i)) <= kitchen.Together {
			for _, j := range pressed[i:end] {
				is[j] = false
			}
		}
	}
	return is
}

// gathered is what there is of some orders, in seconds.
type gathered struct {
	orders, late    int
	made, wait, off []float64
	within          [len(kitchen.Quantiles{})]int
	between         int
}

func (g *gathered) add(o *DayOrder, telling bool) {
	g.orders++
	g.late += one(o.late())
	if o.Ready != nil && o.Left != nil && o.End == kitchen.OrderPickedUp && kitchen.Pressed(o.Evidence) {
		g.wait = append(g.wait, max(0, o.Left.Sub(*o.Ready).Seconds()))
	}
	if !telling {
		return
	}
	y := o.Ready.Sub(o.Accepted).Seconds()
	g.made = append(g.made, y)
	q := o.Issued
	if q == nil {
		return
	}
	g.off = append(g.off, y-float64(q[at50]))
	for i, limit := range q {
		g.within[i] += one(y <= float64(limit))
	}
	g.between += one(y >= float64(q[at15]) && y <= float64(q[at85]))
}

func (g *gathered) forecast() forecast {
	f := forecast{N: len(g.off), Below: []float64{}}
	if f.N == 0 {
		return f
	}
	n := float64(f.N)
	for _, e := range g.off {
		f.MAE += math.Abs(e) / n
	}
	for _, w := range g.within {
		f.Below = append(f.Below, float64(w)/n)
	}
	f.Coverage85, f.Coverage70 = f.Below[at85], float64(g.between)/n
	return f
}

// spreadOf sorts what it is given.
func spreadOf(all []float64) spread {
	if len(all) == 0 {
		return spread{}
	}
	slices.Sort(all)
	at := func(p float64) float64 { return math.Round(all[int(p*float64(len(all)-1)+0.5)]) }
	return spread{len(all), at(0.15), at(0.50), at(0.85)}
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}
