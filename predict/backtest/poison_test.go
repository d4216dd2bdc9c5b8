package backtest_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"readyshelf/kitchen"
	"readyshelf/predict"
	"readyshelf/predict/backtest"
)

// A day on which every press was wrong is made up for a hundred labels later: over the
// next hundred orders the CRPS is within a tenth of what it would have been.
func TestPoison(t *testing.T) {
	backtest.Long(t)
	stores := simulated(t)
	for _, poisoned := range []float64{15, 32} {
		rng := rand.New(rand.NewPCG(1, 1))
		clean := afterwards(stores, poisoned, func(*backtest.Order) {})
		for _, c := range []struct {
			what  string
			press func(*backtest.Order)
		}{
			{"a minute after the slip", func(o *backtest.Order) { o.Ready = 60 }},
			{"at the pick-up", func(o *backtest.Order) { o.Ready = max(o.Picked, o.Ready) }},
			{"at any time", func(o *backtest.Order) { o.Ready = 30 + rng.Float64()*(max(o.Picked, 3600)-30) }},
		} {
			got := afterwards(stores, poisoned, c.press)
			t.Logf("day %.0f, presses %s: CRPS %.1f s, %.1f without them (%.3f)", poisoned, c.what, got, clean, got/clean)
			if !(got <= 1.1*clean) {
				t.Errorf("day %.0f, presses %s: CRPS %.1f s after another hundred labels, want at most a tenth more than %.1f", poisoned, c.what, got, clean)
			}
		}
	}
}

// afterwards is the CRPS of a hundred orders of each store, from a hundred labels after a
// day on which press changed all presses.
func afterwards(stores [][]backtest.Order, poisoned float64, press func(*backtest.Order)) float64 {
	sum := 0.0
	for _, s := range stores {
		s = between(s, 0, poisoned+10)
		for i := range s {
			if o := &s[i]; o.Label == backtest.Exact && math.Floor(o.Placed/day) == poisoned {
				press(o)
				o.Picked = max(o.Picked, o.Ready)
			}
		}
		shop := backtest.Shop{Decider: kitchen.Decider{Model: predict.New(), Rules: kitchen.DefaultRules()}}
		said := slices.DeleteFunc(shop.Play(s), func(s backtest.Said) bool { return s.Label != backtest.Exact || s.Placed < (poisoned+1)*day })
		for _, o := range said[100:200] {
			sum += crps(o)
		}
	}
	return sum / float64(100*len(stores))
}
