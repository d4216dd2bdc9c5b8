package backtest

import (
	"fmt"
	"math"
)

// plots are the charts of a page.
func (r *Report) plots() []*chart {
	all := []*chart{r.reliability(), r.pit(), r.versus(), r.byHour(), r.byThreshold()}
	if day := r.exampleDay(); day != nil {
		all = append(all, day)
	}
	return all
}

// against100 is the place of the last 100 orders among the methods.
const against100 = 2

func (r *Report) reliability() *chart {
	c := newChart("reliability", "What it promised, and what came true",
		"Of the times by which orders were to be ready with 5, 10, … 95 %, how many were kept. On the thin diagonal every promise is kept.",
		300, 0, 100, 0, 100)
	percent := ticks(0, 100, "%g %%")
	c.axes(percent, percent, "promised", "came true")
	c.line("ideal", 0, 0, 100, 100)
	var xs []float64
	for _, p := range Levels {
		xs = append(xs, 100*p)
	}
	c.curve("other", xs, r.Methods[against100].Below[:])
	c.curve("model", xs, r.Methods[0].Below[:])
	c.legend("model", "the model")
	c.legend("other", "last 100 orders")
	return c
}

func (r *Report) pit() *chart {
	m := &r.Methods[0]
	high := 10.0
	for _, v := range m.PIT {
		high = max(high, v)
	}
	c := newChart("pit", "Where the truth fell in the forecast",
		"Twenty parts of the forecast that should each have 5 % of the orders: left those that were ready sooner than thought, right those that took longer. High ends mean that it was too sure of itself.",
		220, 0, 100, 0, high)
	c.axes(ticks(0, 100, "%g %%"), ticks(0, high, "%g %%"), "quantile of the forecast", "orders")
	for i, v := range m.PIT {
		c.bar("model", float64(5*i)+0.4, 0, float64(5*i)+4.6, v)
	}
	c.line("ideal", 0, 5, 100, 5)
	c.legend("model", "the model")
	c.words("word", "start", c.label, 12, "thin line: 5 %")
	return c
}

func (r *Report) versus() *chart {
	const line = 36.0
	high := 0.0
	for _, m := range r.Methods {
		high = max(high, m.CRPS)
	}
	c := newChart("baselines", "Error, against what needs no model",
		"CRPS, the error of a whole distribution in seconds: less is better.",
		line*float64(len(r.Methods))+marginFoot, 0, max(high*1.18, 1), 0, 1)
	c.x.from, c.y = 8, scale{c.H - marginFoot, 0, 0, float64(len(r.Methods))}
	for i, m := range r.Methods {
		class := "other"
		if i == 0 {
			class = "model"
		}
		top := float64(len(r.Methods) - i)
		c.bar(class, 0, top-0.5, m.CRPS, top-0.95)
		c.words("word", "start", c.x.from, c.y.at(top-0.42), m.Name)
		c.words("word", "start", c.x.at(m.CRPS)+5, c.y.at(top-0.84), fmt.Sprintf("%.1f s", m.CRPS))
	}
	for _, t := range ticks(0, c.x.high, "%g") {
		c.words("word", "middle", max(c.x.at(t.at), 12), c.y.from+15, t.text)
	}
	c.line("axis", 0, 0, c.x.high, 0)
	c.words("word", "middle", chartWidth/2, c.H-6, "CRPS, s")
	return c
}

func (r *Report) byHour() *chart {
	var hours []Row
	high := 1.0
	for _, g := range r.Groups {
		if g.By != "hour" {
			continue
		}
		for _, row := range g.Rows {
			if row.N*500 < r.Scored { // an hour with next to no order says nothing
				continue
			}
			hours = append(hours, row)
			high = max(high, row.MAE/60, row.OthersMAE[against100-1]/60)
		}
	}
	c := newChart("hours", "Error by hour",
		"How far the median was off when the ticket came, on average. Hours with less than one order in 500 are left out.",
		240, -0.5, float64(max(len(hours), 1))-0.5, 0, high)
	var names []tick
	every := 1 + len(hours)/9
	for i, h := range hours {
		if i%every == 0 {
			names = append(names, tick{float64(i), h.Name[:2]})
		}
	}
	c.axes(names, ticks(0, high, "%g"), "hour of the day", "minutes")
	var xs, ys []float64
	for i, h := range hours {
		c.bar("model", float64(i)-0.35, 0, float64(i)+0.35, h.MAE/60)
		xs, ys = append(xs, float64(i)), append(ys, h.OthersMAE[against100-1]/60)
	}
	c.curve("other", xs, ys)
	c.legend("model", "the model")
	c.legend("other", "last 100 orders")
	return c
}

func (r *Report) byThreshold() *chart {
	var xs, early, missed []float64
	high := 10.0
	for _, t := range r.Thresholds {
		xs, early, missed = append(xs, t.At), append(early, t.Early), append(missed, t.Missed)
		high = max(high, t.Early, t.Missed)
	}
	c := newChart("thresholds", "Alerts, by how sure the kitchen must be",
		fmt.Sprintf("Of 100 orders: early, when the courier was called and the food was not ready within %s; missed, when it was ready before any alert.", minutes(r.Rule.Window)),
		260, 0.48, 0.97, 0, high)
	c.axes(ticks(0.5, 0.95, "%.1f"), ticks(0, high, "%g %%"), "confidence_threshold", "orders")
	t := r.Rule.Threshold
	shown := !r.Rule.Auto && t >= 0.5 && t <= 0.95
	if shown {
		c.line("ideal", t, 0, t, high)
	}
	c.curve("early", xs, early)
	c.curve("missed", xs, missed)
	c.legend("early", "early")
	c.legend("missed", "missed")
	if shown {
		c.words("word", "start", c.label, 12, fmt.Sprintf("thin line: %.2f", t))
	}
	return c
}

const (
	mostLines = 100 // orders of an example day
	lineHigh  = 7.0
)

// exampleDay shows every order of a full day: what was said, and when it was ready.
func (r *Report) exampleDay() *chart {
	day := busiestDay(r.said)
	if len(day) == 0 {
		return nil
	}
	said := fmt.Sprintf("%s, day %d: %d orders", r.title(), int(math.Floor(day[0].Placed/86400))+1, len(day))
	if len(day) > mostLines {
		said += fmt.Sprintf(", the first %d", mostLines)
		day = day[:mostLines]
	}
	high := 0.0
	for _, o := range day {
		high = max(high, min(o.Quantiles[at85], 3*o.Truth), min(o.Truth, 3*o.Quantiles[at85]))
	}
	high = max(high/60, 1)
	c := newChart("day", "An example day",
		"Each line is an order, from its ticket at the left, early ones on top. The band is where the forecast saw it with 70 %, the stroke in it the median, the diamond when it was ready, the small circle when order.soon went out.",
		lineHigh*float64(len(day))+marginTop+marginFoot, 0, high, 0, float64(len(day)))
	var hours []tick
	for i, o := range day {
		if i == 0 || o.hour() != day[i-1].hour() {
			if n := len(hours); n == 0 || float64(len(day)-i) < hours[n-1].at-1.5 {
				hours = append(hours, tick{float64(len(day) - i), fmt.Sprintf("%02d:00", o.hour())})
			}
		}
	}
	c.axes(ticks(0, high, "%g"), hours, "minutes after the ticket", "tickets of the hour")
	for i, o := range day {
		c.order(&o, float64(len(day)-i)-0.5, high)
	}
	c.words("word", "start", marginLeft, 12, said)
	return c
}

// title is a name for the store of the example day.
func (r *Report) title() string {
	if r.Stores == 1 {
		return "this shop"
	}
	return "store " + r.said[0].Store
}

// order draws one order of an example day at a height.
func (c *chart) order(o *Said, y, high float64) {
	at := func(sec float64) float64 { return min(sec/60, high) }
	q := &o.Quantiles
	c.line("grid", 0, y, at(max(o.Truth, q[at85])), y)
	c.bar("band", at(q[at15]), y-0.36, at(q[at85]), y+0.36)
	c.line("median", at(q[at50]), y-0.36, at(q[at50]), y+0.36)
	if o.Soon < o.Truth {
		c.add(shape{Kind: "circle", Class: "soon", X: c.x.at(at(o.Soon)), Y: c.y.at(y), X2: 1.5})
	}
	x, m := c.x.at(at(o.Truth)), c.y.at(y)
	const d = 3.0
	c.add(shape{Kind: "path", Class: "ready", Text: fmt.Sprintf("M%g %gl%g %gl%g %gl%g %gZ", tenth(x), tenth(m-d), d, d, -d, d, -d, -d)})
}
