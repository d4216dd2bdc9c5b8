package backtest

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"readyshelf/kitchen"
	"readyshelf/predict"
)

// What the replay notes at every threshold is what a kitchen with that threshold says.
func TestThresholdsOfOneReplayAreTrue(t *testing.T) {
	stores := fixture(t)
	stores[0] = stores[0][:300]
	c := config()
	first, _ := run(t, stores, c)
	for k, at := range Thresholds {
		if at != 0.6 && at != 0.85 && at != 0.95 {
			continue
		}
		c.Rules.Threshold = at
		said, _ := run(t, stores, c)
		for i := range said[0] {
			o, would := said[0][i], first[0][i].Would[k]
			if soon := o.Soon; !math.IsNaN(o.Truth) && !near(soon, would, 1e-6) {
				t.Fatalf("order %s at %.2f: order.soon after %v s, and the other replay says %v", o.ID, at, soon, would)
			}
		}
	}
}

// No forecast knows what comes later: another future gives the same past.
func TestNoForecastKnowsTheFuture(t *testing.T) {
	store := fixture(t)[0][:400]
	c := config()
	whole, _ := run(t, [][]Order{store}, c)
	const cut = 200
	other := append([]Order(nil), store...)
	for i := range other {
		if o := &other[i]; i >= cut {
			o.Placed, o.Items = o.Placed+50, nil
		} else {
			o.Truth = nan // which no model may read
		}
	}
	changed, _ := run(t, [][]Order{other}, c)
	for i := range cut {
		if whole[0][i].Quantiles != changed[0][i].Quantiles {
			t.Fatalf("order %d was forecast with knowledge of what came after it", i)
		}
	}
}

func TestBaselinesKnowOnlyThePast(t *testing.T) {
	store := fixture(t)[0][:300]
	whole := against(store)
	for _, i := range []int{0, 1, 57, 299} {
		var known []Order // at that moment, in the order of the presses' being known
		for _, o := range store {
			if o.Label == Exact && o.Placed+o.Ready <= store[i].Placed {
				known = append(known, o)
			}
		}
		mean := newRunningMean(populationOf(store))
		for k := range known {
			mean.learn(&known[k])
		}
		want := mean.forecast(&store[i])
		for k := range want {
			if !near(whole[i][0][k], want[k], 1e-6) {
				t.Fatalf("order %d: the running mean of %d labels is %v, got %v", i, len(known), want, whole[i][0])
			}
		}
	}
}

func TestLastLabelsAreQuantiles(t *testing.T) {
	l := lastLabels{start: naming}
	for i := range 1000 {
		l.learn(&Order{Ready: 10_000 + float64(i)}) // the last hundred: 10,900 to 10,999
	}
	c := l.forecast(nil)
	// Five of 105 are the population's, all below: the median is at 52.5.
	if want := 10_900 + 52.5 - 5 - 0.5; !near(c[at50], want, 0.01) {
		t.Errorf("median %v, want %v", c[at50], want)
	}
	for i := range c[1:] {
		if c[i+1] < c[i] {
			t.Errorf("quantiles fall: %v", c)
		}
	}
}

func TestHourBinsAreOfTheirHour(t *testing.T) {
	h := hourBins{start: naming}
	for range 200 {
		h.learn(&Order{Placed: 12.5 * 3600, Ready: 3000})
	}
	noon, one := h.forecast(&Order{Placed: 86400 + 12*3600}), h.forecast(&Order{Placed: 13 * 3600})
	if noon[at50] != 3000 || one[at50] == 3000 {
		t.Errorf("medians %v at 12 and %v at 13 o'clock, want 3000 and the population's", noon[at50], one[at50])
	}
}

func TestChangesReachTheModel(t *testing.T) {
	store := fixture(t)[0][:40]
	before, _ := run(t, [][]Order{store}, config())
	changed := append([]Order(nil), store...)
	changed[20].Changes = []Change{{1, []kitchen.Item{{Qty: 40, Name: "d01"}}}}
	after, _ := run(t, [][]Order{changed}, config())
	if before[0][20].Quantiles != after[0][20].Quantiles {
		t.Error("the ticket's own forecast knew of the second slip")
	}
	if before[0][21].Quantiles == after[0][21].Quantiles {
		t.Error("a second slip with forty more pieces changed nothing for the next order")
	}
}

// BenchmarkReplay is a whole backtest with the live rule, per order.
func BenchmarkReplay(b *testing.B) {
	stores := fixture(b)
	orders := 0
	for b.Loop() {
		shop := Shop{Tick: config().Tick, Decider: kitchen.Decider{Model: predict.New(), Rules: config().Rules}}
		orders += len(shop.Play(stores[0]))
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(orders), "µs/order")
}

// A file's times may lie before its Monday: its orders are looked at as all others are.
func TestTimesBeforeMonday(t *testing.T) {
	store := fixture(t)[0][:60]
	const week = 7 * 86400
	later, _ := run(t, [][]Order{store}, config())
	before := slices.Clone(store)
	for i := range before {
		before[i].Placed -= 10 * week
	}
	sooner, _ := run(t, [][]Order{before}, config())
	for i, o := range sooner[0] {
		if want := later[0][i].Would[5]; !near(o.Would[5], want, 31) {
			t.Errorf("order %s: order.soon after %v s, ten weeks later after %v s", o.ID, o.Would[5], want)
		}
	}
}

// Who presses Ctrl-C waits for no tick of an order that is open for years.
func TestPlayEndsWhenToldTo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	model := &stopper{Model: predict.New(), after: 50, stop: cancel}
	s := Shop{Decider: kitchen.Decider{Model: model, Rules: config().Rules}, Tick: time.Second}
	store := []Order{{ID: "a", Label: Upper, Ready: nan, Picked: 7000, Truth: 6000, Promised: nan}}
	if _, err := s.play(ctx, store); !errors.Is(err, context.Canceled) || model.asked > 60 {
		t.Errorf("%v after %d forecasts, want an end at the 50th", err, model.asked)
	}
}

// stopper stops its replay after so many forecasts.
type stopper struct {
	kitchen.Model
	asked, after int
	stop         func()
}

func (m *stopper) Forecast(s *kitchen.State, o *kitchen.Order, now kitchen.Stamp) kitchen.Forecast {
	if m.asked++; m.asked == m.after {
		m.stop()
	}
	return m.Model.Forecast(s, o, now)
}
