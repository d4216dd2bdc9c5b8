package predict_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"readyshelf/kitchen"
	"readyshelf/predict"
)

// chaos is a kitchen in which everything happens in any order, by clocks that nobody
// minds. Its events are such as a log could hold; what sense they make is another thing.
type chaos struct {
	*testing.T
	rng   *rand.Rand
	state kitchen.State
	model *predict.Model
	now   kitchen.Stamp
	ids   []string
	names []string
	seq   uint64
}

func newChaos(t *testing.T, seed uint64) *chaos {
	c := &chaos{T: t, rng: rand.New(rand.NewPCG(seed, 7)), model: predict.New(), now: kitchen.Stamp{Boot: 1, Up: time.Minute, At: time.Unix(0, 0).UTC(), Clock: kitchen.Unknown}}
	for i := range 150 {
		c.names = append(c.names, fmt.Sprintf("dish %c %d", 'a'+rune(i%26), i))
	}
	c.names = append(c.names, "", " ", "(大份)", "12.50", strings.Repeat("长", 4000), strings.Repeat("ﬃ", 60), "\x00\xff", "<b>&amp;</b>", "e\u0301", "宫保鸡丁饭(大份)", "宫保鸡丁饭")
	return c
}

// pass lets time pass, or jump.
func (c *chaos) pass() {
	r := c.rng
	switch n := r.IntN(400); {
	case n < 200:
	case n < 390:
		c.now = c.now.Add(time.Duration(r.ExpFloat64() * float64(time.Minute)))
	case n < 393: // a stamp from before
		c.now = c.now.Add(-time.Duration(r.ExpFloat64() * float64(10*time.Minute)))
	case n < 395: // a boot, with or without a clock
		c.now.Boot++
		c.now.Up = time.Duration(r.IntN(100)) * time.Second
		c.now.Clock = []kitchen.ClockQuality{kitchen.Synced, kitchen.Estimated, kitchen.Unknown}[r.IntN(3)]
	case n < 397: // the wall clock goes anywhere
		c.now.At = time.Unix(r.Int64N(8e9)-2e9, 0).UTC()
		c.now.Clock = []kitchen.ClockQuality{kitchen.Synced, kitchen.Unknown}[r.IntN(2)]
	case n < 398:
		c.now = c.now.Add(time.Duration(r.IntN(400*24)) * time.Hour)
	case n < 399:
		c.now.Boot = max(c.now.Boot, 2) - 1
	default:
		c.now.At = time.Date([]int{1, 1970, 9000}[r.IntN(3)], 1, 1, 0, 0, 0, 0, time.UTC)
	}
}

func (c *chaos) items() []kitchen.Item {
	n := c.rng.IntN(5)
	if c.rng.IntN(60) == 0 {
		n = 200
	}
	var items []kitchen.Item
	for range n {
		qty := 1 + c.rng.IntN(3)
		switch c.rng.IntN(100) {
		case 0:
			qty = math.MaxInt
		case 1:
			qty = math.MinInt
		case 2:
			qty = 0
		}
		items = append(items, kitchen.Item{Qty: qty, Name: c.names[int(float64(len(c.names))*math.Pow(c.rng.Float64(), 2))]})
	}
	return items
}

// event is the next thing that happens.
func (c *chaos) event() kitchen.Event {
	c.pass()
	r := c.rng
	a := kitchen.Alert{ID: "none"}
	if len(c.ids) > 0 {
		a.ID = c.ids[max(0, len(c.ids)-1-int(r.ExpFloat64()*12))]
	}
	switch n := r.IntN(100); {
	case n < 40:
		a.Type, a.Items, a.Channel = kitchen.OrderAccepted, c.items(), []string{"", "takeout", "meituan"}[r.IntN(3)]
		a.Value = []float64{0, 0, 12.5, 250, 1_850_000, 1e300, -5}[r.IntN(7)]
		if r.IntN(50) > 0 || a.ID == "none" {
			a.ID = fmt.Sprint("2026-11-22/own/", len(c.ids))
			if r.IntN(60) == 0 {
				a.ID += strings.Repeat("x", 100)
			}
			c.ids = append(c.ids, a.ID)
		}
		if r.IntN(20) == 0 {
			at := c.now.At.Add(time.Duration(r.IntN(3000)-300) * time.Minute)
			a.Promised, a.Preorder = &at, r.IntN(2) == 0
		}
	case n < 70:
		a.Type, a.Evidence = kitchen.OrderReady, []string{"button", "scale", "touch", "command", ""}[r.IntN(5)]
	case n < 78:
		a.Type = kitchen.OrderReadyUndone
	case n < 92:
		a.Type = kitchen.OrderPickedUp
	case n < 94:
		a.Type = kitchen.OrderCancelled
	case n < 96:
		a.Type, a.Reason = kitchen.OrderClosed, []string{"expired", "closed", ""}[r.IntN(3)]
	case n < 98:
		items := c.items()
		e := c.now.Fact("rule")
		e.Change = &kitchen.Change{ID: a.ID, Items: &items}
		return e
	case n < 99:
		e := c.now.Fact("clock")
		e.ClockSet = &kitchen.ClockSet{}
		return e
	default:
		a.Type = kitchen.OrderSoon
	}
	e := c.now.Fact("rule")
	e.Alert = &a
	return e
}

// happens is the next event, folded in.
func (c *chaos) happens() {
	e := c.event()
	c.seq++
	e.Seq = c.seq
	c.state.Apply(e)
	c.model.Apply(&c.state, e)
}

// forecasts are what a model says of some orders, as numbers.
func (c *chaos) forecasts(m *predict.Model, items []kitchen.Item) (all []float64) {
	asked := []*kitchen.Order{{ID: "new", Accepted: c.now, Items: items}}
	for _, o := range c.state.OpenOrders() {
		if len(asked) < 6 {
			asked = append(asked, o)
		}
	}
	for _, o := range asked {
		f := m.Forecast(&c.state, o, c.now)
		last := -1.0
		for _, p := range []float64{math.Inf(-1), -1, 0, 1e-12, .01, .05, .15, .5, .85, .95, .99, .9999, 1, 2, math.Inf(1)} {
			q := f.Quantile(p).Seconds()
			if math.IsNaN(q) || q < 0 || q > 40*24*3600 || q < last {
				c.Fatalf("event %d, order %q: quantile %g is %g s, after %g", c.seq, o.ID, p, q, last)
			}
			last = q
			all = append(all, q)
		}
		last = 0
		for _, d := range []time.Duration{math.MinInt64, -time.Hour, 0, 1, time.Second, time.Minute, 10 * time.Minute, time.Hour, 10 * time.Hour, math.MaxInt64} {
			p := f.CDF(d)
			if !(p >= last && p <= 1) {
				c.Fatalf("event %d, order %q: P(%v) is %g, after %g", c.seq, o.ID, d, p, last)
			}
			last = p
			all = append(all, p)
		}
	}
	return all
}

// restarts puts the model aside and takes it up again: the same, bit for bit. It returns
// how large the snapshot is.
func (c *chaos) restarts() (size int) {
	c.Helper()
	b, err := c.model.Snapshot()
	if err != nil {
		c.Fatalf("event %d: %v", c.seq, err)
	}
	if len(b) > 200_000 {
		c.Fatalf("event %d: the snapshot has %d bytes", c.seq, len(b))
	}
	m := predict.New()
	if err := m.Restore(b); err != nil {
		c.Fatalf("event %d: %v", c.seq, err)
	}
	again, err := m.Snapshot()
	if err != nil || string(again) != string(b) {
		c.Fatalf("event %d: another snapshot after a restart, %v", c.seq, err)
	}
	items := c.items()
	was, is := c.forecasts(c.model, items), c.forecasts(m, items)
	for i := range was {
		if was[i] != is[i] {
			c.Fatalf("event %d: a forecast is %v, and after a restart %v", c.seq, was[i], is[i])
		}
	}
	if c.rng.IntN(2) == 0 {
		c.model = m
	}
	return len(b)
}

// Whatever happens in whatever order, forecasts are distributions, and a restart changes
// none of them.
func TestChaos(t *testing.T) {
	predict.Alone(t)
	t.Parallel()
	kitchens, events := 10, 3000
	if testing.Short() {
		kitchens, events = 2, 1500
	}
	largest := 0
	for seed := range uint64(kitchens) {
		c := newChaos(t, seed)
		for i := range events {
			if c.rng.IntN(1500) == 0 {
				c.seeded()
			}
			c.happens()
			if i%40 == 0 {
				c.forecasts(c.model, c.items())
			}
			if i%200 == 0 || c.rng.IntN(150) == 0 {
				largest = max(largest, c.restarts())
			}
		}
	}
	t.Logf("the largest snapshot had %d bytes", largest)
}

// seeded begins anew with what the model itself would give to another store.
func (c *chaos) seeded() {
	seed, err := json.Marshal(c.model.Export())
	if err != nil {
		c.Fatalf("event %d: %v", c.seq, err)
	}
	if _, err := predict.ParseSeed(seed); err != nil {
		c.Fatalf("event %d: %v", c.seq, err)
	}
	for _, e := range []kitchen.Event{
		{Command: &kitchen.Command{Name: kitchen.CommandModel, Model: seed, Replace: true}},
		{Change: &kitchen.Change{Model: true}},
		{Reply: &kitchen.Reply{Name: kitchen.CommandModel}},
	} {
		c.seq++
		e.Stamp, e.Seq = c.now, c.seq
		c.state.Apply(e)
		c.model.Apply(&c.state, e)
	}
}
