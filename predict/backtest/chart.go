package backtest

import (
	"fmt"
	"math"
	"strings"
)

// chart is a plot of a page: shapes in a box of W by H, drawn as SVG.
type chart struct {
	Name   string // a word
	Title  string // what it shows
	Says   string // how to read it
	W, H   float64
	Shapes []shape

	x, y  scale
	label float64 // where the next word of the legend begins
}

// shape is one element of a chart. Class says what it looks like, in both themes.
type shape struct {
	Kind         string // line, rect, circle, text, path
	Class        string
	X, Y, X2, Y2 float64 // of a rect X2 and Y2 are its size, of a circle X2 is the radius
	Text         string  // of a text, and what a path follows
	Anchor       string  // of a text: start, middle, end
	Turn         bool    // a text that runs upwards
}

// scale puts values on a line of the chart.
type scale struct{ from, to, low, high float64 }

func (s scale) at(v float64) float64 {
	if s.high == s.low {
		return s.from
	}
	return s.from + (s.to-s.from)*(v-s.low)/(s.high-s.low)
}

const (
	chartWidth = 360.0 // a phone's
	marginLeft = 56.0
	marginTop  = 30.0 // for the legend
	marginFoot = 38.0
	letter     = 6.4 // wide, at the size of all words
)

// newChart begins a chart whose area shows values from low to high.
func newChart(name, title, says string, height, xlow, xhigh, ylow, yhigh float64) *chart {
	return &chart{
		Name: name, Title: title, Says: says, W: chartWidth, H: height, label: marginLeft,
		x: scale{marginLeft, chartWidth - 22, xlow, xhigh},
		y: scale{height - marginFoot, marginTop, ylow, yhigh},
	}
}

// tenth keeps the page small.
func tenth(v float64) float64 { return math.Round(v*10) / 10 }

func (c *chart) add(s shape) {
	for _, v := range []*float64{&s.X, &s.Y, &s.X2, &s.Y2} {
		*v = tenth(*v)
	}
	c.Shapes = append(c.Shapes, s)
}

// line goes from one point to another, in values.
func (c *chart) line(class string, x, y, x2, y2 float64) {
	c.add(shape{Kind: "line", Class: class, X: c.x.at(x), Y: c.y.at(y), X2: c.x.at(x2), Y2: c.y.at(y2)})
}

// words stand at a place of the box.
func (c *chart) words(class, anchor string, x, y float64, text string) {
	c.add(shape{Kind: "text", Class: class, Anchor: anchor, X: x, Y: y, Text: text})
}

// curve joins points, in values, and marks each of them.
func (c *chart) curve(class string, xs, ys []float64) {
	var path strings.Builder
	for i := range xs {
		op := "L"
		if i == 0 {
			op = "M"
		}
		fmt.Fprintf(&path, "%s%g %g", op, tenth(c.x.at(xs[i])), tenth(c.y.at(ys[i])))
	}
	c.add(shape{Kind: "path", Class: class, Text: path.String()})
	for i := range xs {
		c.mark(class, c.x.at(xs[i]), c.y.at(ys[i]))
	}
}

// mark is a point of the box: round for the model, square for what it is compared with.
func (c *chart) mark(class string, x, y float64) {
	const r = 2.4
	if class == "model" || class == "missed" {
		c.add(shape{Kind: "circle", Class: class, X: x, Y: y, X2: r})
		return
	}
	c.add(shape{Kind: "rect", Class: class, X: x - r, Y: y - r, X2: 2 * r, Y2: 2 * r})
}

// bar is a rect between two corners, in values.
func (c *chart) bar(class string, x, y, x2, y2 float64) {
	l, r := c.x.at(x), c.x.at(x2)
	b, t := c.y.at(y), c.y.at(y2)
	c.add(shape{Kind: "rect", Class: class, X: min(l, r), Y: min(b, t), X2: math.Abs(r - l), Y2: math.Abs(b - t)})
}

// legend adds a mark and what it means.
func (c *chart) legend(class, text string) {
	const y = 12.0
	c.add(shape{Kind: "line", Class: class, X: c.label, Y: y - 4, X2: c.label + 18, Y2: y - 4})
	c.mark(class, c.label+9, y-4)
	c.words("word", "start", c.label+22, y, text)
	c.label += 22 + letter*float64(len(text)) + 16
}

// axes draws the frame: values at the foot and at the left, and what they are of.
func (c *chart) axes(xs, ys []tick, x, y string) {
	for _, t := range ys {
		c.line("grid", c.x.low, t.at, c.x.high, t.at)
		c.words("word", "end", c.x.from-4, c.y.at(t.at)+4, t.text)
	}
	for _, t := range xs {
		c.add(shape{Kind: "line", Class: "axis", X: c.x.at(t.at), Y: c.y.from, X2: c.x.at(t.at), Y2: c.y.from + 3})
		c.words("word", "middle", c.x.at(t.at), c.y.from+16, t.text)
	}
	c.line("axis", c.x.low, c.y.low, c.x.high, c.y.low)
	c.words("word", "middle", (c.x.from+c.x.to)/2, c.H-6, x)
	c.add(shape{Kind: "text", Class: "word", Anchor: "middle", X: 11, Y: (c.y.from + c.y.to) / 2, Text: y, Turn: true})
}

// tick is a value that an axis names.
type tick struct {
	at   float64
	text string
}

// ticks are round values from low to high, a few of them.
func ticks(low, high float64, format string) (all []tick) {
	const few = 5
	step := math.Pow(10, math.Floor(math.Log10(max(high-low, 1e-6)/few)))
	for _, by := range []float64{2, 2.5, 2} { // 1, 2, 5, 10
		if (high-low)/step > few {
			step *= by
		}
	}
	for i := math.Ceil(low / step); i*step <= high+1e-9; i++ {
		all = append(all, tick{i * step, fmt.Sprintf(format, i*step)})
	}
	return all
}
