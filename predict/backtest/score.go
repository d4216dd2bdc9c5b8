package backtest

import (
	"fmt"
	"math"

	"readyshelf/kitchen"
)

// Rule is when order.soon goes out, and how far away the couriers are.
type Rule struct {
	Window    float64 // seconds: prediction_window
	Threshold float64 // probability: confidence_threshold
	Auto      bool    // the threshold is learned; Threshold is that of the alerts by the ticket
	Tick      float64 // seconds: retry_interval
	Travel    float64 // seconds from an alert to the courier at the shelf
}

// at is the threshold in words.
func (r Rule) at() string {
	if r.Auto {
		return "a learned threshold"
	}
	return fmt.Sprintf("%.2f", r.Threshold)
}

// Figures are what forecasts were worth. Times are in seconds, shares in percent.
//
// CRPS is twice the mean pinball loss over [Levels]. Cov85 is how often the 85 % quantile
// was kept, Cov70 how often the truth lay between those of 15 and 85 %, Width70 how far
// apart they are. PIT are the shares of orders by the forecast's probability of what came
// true, in twenty equal parts; each should be 5. PITDist is their total-variation distance
// from that. Below are the shares that came true within each quantile of Levels.
type Figures struct {
	Name    string               `json:"name"`
	N       int                  `json:"n"`
	MAE     float64              `json:"mae_s"`
	CRPS    float64              `json:"crps_s"`
	Cov85   float64              `json:"cov85_pct"`
	Cov70   float64              `json:"cov70_pct"`
	Width70 float64              `json:"width70_s"`
	PITDist float64              `json:"pit_distance"`
	PIT     [20]float64          `json:"pit_pct"`
	Below   [len(Levels)]float64 `json:"below_pct"`
	Ticket  Alerts               `json:"alerts_at_ticket"`      // by the forecast of when the ticket came
	Live    *Alerts              `json:"alerts_live,omitempty"` // as they went out
}

// Alerts are what order.soon was worth. Of all orders: OK were ready within the window
// after it, Early later than that, Missed before any. Hit is the share of OK in those that
// went out. A courier leaves at the alert, or when the order is ready if there was none,
// and waits for the food, or the food waits for the courier: seconds an order.
type Alerts struct {
	OK          float64 `json:"ok_pct"`
	Early       float64 `json:"early_pct"`
	Missed      float64 `json:"missed_pct"`
	Hit         float64 `json:"hit_pct"`
	CourierWait float64 `json:"courier_wait_s"`
	FoodWait    float64 `json:"food_wait_s"`
}

// verdict is what one forecast was worth.
type verdict struct {
	err, crps, width float64
	below            [len(Levels)]bool
	between          bool // the quantiles of 15 and 85 %
	bin              int  // of PIT
	alert            outcome
}

// judge compares what was said of an order with y, when it was ready.
func judge(c *Curve, y float64, r Rule) verdict {
	v := verdict{
		err: math.Abs(y - c[at50]), crps: c.crps(y), width: c[at85] - c[at15],
		between: y >= c[at15] && y <= c[at85], bin: min(int(c.cdf(y)*20), 19),
		alert: r.outcome(r.first(c, y), y),
	}
	for i, q := range c {
		v.below[i] = y <= q
	}
	return v
}

// first is when order.soon goes out if only the forecast c of the ticket's time is asked, at
// each tick: seconds after the ticket. NaN: not before y, when the order is ready.
func (r Rule) first(c *Curve, y float64) float64 {
	for e := 0.0; e < y; e += r.Tick {
		if c.within(e, r.Window) >= r.Threshold {
			return e
		}
	}
	return nan
}

// outcome is what became of one alert.
type outcome struct {
	ok, early, missed bool
	courier, food     float64 // seconds waited
}

// outcome judges an alert that went out at seconds after the ticket, NaN: never, of an order
// that was ready at y.
func (r Rule) outcome(at, y float64) outcome {
	var o outcome
	switch {
	case !(at < y):
		o.missed, at = true, y
	case y-at > r.Window:
		o.early = true
	default:
		o.ok = true
	}
	o.courier, o.food = kitchen.Waits(at, y, r.Travel)
	return o
}

// tally adds verdicts up.
type tally struct {
	n                int
	err, crps, width float64
	below            [len(Levels)]int
	between          int
	bins             [20]int
	ticket, live     counts
}

// counts adds outcomes up.
type counts struct {
	n, ok, early, missed int
	courier, food        float64
}

func (t *tally) add(v *verdict) {
	t.n++
	t.err, t.crps, t.width = t.err+v.err, t.crps+v.crps, t.width+v.width
	for i, b := range v.below {
		t.below[i] += one(b)
	}
	t.between += one(v.between)
	t.bins[v.bin]++
	t.ticket.add(v.alert)
}

func (c *counts) add(o outcome) {
	c.n++
	c.ok, c.early, c.missed = c.ok+one(o.ok), c.early+one(o.early), c.missed+one(o.missed)
	c.courier, c.food = c.courier+o.courier, c.food+o.food
}

// figures are the means; with nothing added they are 0.
func (t *tally) figures(name string) Figures {
	f := Figures{Name: name, N: t.n}
	if t.n == 0 {
		return f
	}
	n := float64(t.n)
	f.MAE, f.CRPS, f.Width70 = t.err/n, t.crps/n, t.width/n
	for i, b := range t.below {
		f.Below[i] = 100 * float64(b) / n
	}
	f.Cov85, f.Cov70 = f.Below[at85], 100*float64(t.between)/n
	for i, b := range t.bins {
		f.PIT[i] = 100 * float64(b) / n
		f.PITDist += math.Abs(float64(b)/n-0.05) / 2
	}
	f.Ticket = t.ticket.alerts()
	if t.live.n > 0 {
		a := t.live.alerts()
		f.Live = &a
	}
	return f
}

func (c *counts) alerts() Alerts {
	if c.n == 0 {
		return Alerts{}
	}
	n := float64(c.n)
	a := Alerts{
		OK: 100 * float64(c.ok) / n, Early: 100 * float64(c.early) / n, Missed: 100 * float64(c.missed) / n,
		CourierWait: c.courier / n, FoodWait: c.food / n,
	}
	if sent := c.ok + c.early; sent > 0 {
		a.Hit = 100 * float64(c.ok) / float64(sent)
	}
	return a
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

var nan = math.NaN()
