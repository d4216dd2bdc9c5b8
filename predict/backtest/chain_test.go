package backtest_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"readyshelf/kitchen"
	"readyshelf/predict"
	"readyshelf/predict/backtest"
)

// What the simulated kitchens do, from the notes beside their file: the day on which each
// gets a new, slower cook, and the one on which it gets a new menu.
var (
	newCook = [4]float64{27, 25, 28, 25}
	newMenu = [4]float64{43, 44, 38, 40}
)

const day = 86400.0

// A kitchen that begins with the model of one with the same dishes is better from its
// first order; one that begins with that of a quite other one is hardly worse. The first
// is the same kitchen with a new cook, and with a new menu besides; the second another
// kitchen whose dishes have other names, so that nothing is known of them.
func TestChain(t *testing.T) {
	backtest.Long(t)
	stores := simulated(t)
	var cook, menu, other [2]worth
	for i, s := range stores {
		before := exported(t, between(s, 0, newCook[i]))
		for k, m := range [2]*predict.Model{predict.New(), begun(t, before)} {
			cook[k].play(m, between(s, newCook[i], newMenu[i]))
		}
		for k, m := range [2]*predict.Model{predict.New(), begun(t, before)} {
			menu[k].play(m, between(s, newMenu[i], math.Inf(1)))
		}
		whole := exported(t, s)
		for j, o := range stores {
			if i != j {
				foreign := renamed(o)
				other[0].play(predict.New(), foreign)
				other[1].play(begun(t, whole), foreign)
			}
		}
	}
	for _, c := range []struct {
		what string
		by   [2]worth
		most [2]float64 // of the CRPS without a seed, over the first 50 and the first 200
	}{
		{"the same kitchen, a new cook", cook, [2]float64{0.80, 0.93}},
		{"the same kitchen, a new menu", menu, [2]float64{0.90, 0.94}},
		{"another kitchen, other dishes", other, [2]float64{1.02, 1.03}},
	} {
		for k, n := range [2]int{50, 200} {
			alone, seeded := c.by[0].mean(k), c.by[1].mean(k)
			t.Logf("%s: CRPS of the first %d orders %.1f s, with a seed %.1f (%.3f)", c.what, n, alone, seeded, seeded/alone)
			if r := seeded / alone; !(r <= c.most[k]) {
				t.Errorf("%s: of the CRPS of the first %d orders %.3f is left, want at most %.2f", c.what, n, r, c.most[k])
			}
		}
	}
}

// worth is what forecasts were worth: the CRPS of the first 50 and 200 orders of each
// replay, in seconds.
type worth struct {
	sum [2]float64
	n   int
}

func (w *worth) mean(k int) float64 { return w.sum[k] / float64(w.n) }

// play replays the first orders of a store.
func (w *worth) play(m *predict.Model, store []backtest.Order) {
	shop := backtest.Shop{Decider: kitchen.Decider{Model: m, Rules: kitchen.DefaultRules()}}
	said := shop.Play(store[:min(len(store), 400)])
	said = slices.DeleteFunc(said, func(s backtest.Said) bool { return s.Label == backtest.Load || math.IsNaN(s.Truth) })
	for k, n := range [2]int{50, 200} {
		sum := 0.0
		for _, s := range said[:n] {
			sum += crps(s)
		}
		w.sum[k] += sum / float64(n)
	}
	w.n++
}

// crps is twice the mean pinball loss of the quantiles.
func crps(s backtest.Said) float64 {
	sum := 0.0
	for i, p := range backtest.Levels {
		d := s.Truth - s.Quantiles[i]
		sum += max(p*d, (p-1)*d)
	}
	return 2 * sum / float64(len(backtest.Levels))
}

// simulated are the orders of the simulated kitchens.
func simulated(t *testing.T) [][]backtest.Order {
	t.Helper()
	f, err := os.Open(filepath.Join("../../../shared/corpus/predict/simC_dev.csv"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("needs the orders in ../shared beside the checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	stores, err := backtest.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return stores
}

// between are the orders of some days.
func between(store []backtest.Order, from, to float64) (some []backtest.Order) {
	for _, o := range store {
		if o.Placed >= from*day && o.Placed < to*day {
			some = append(some, o)
		}
	}
	return some
}

// renamed is a store whose dishes are called otherwise.
func renamed(store []backtest.Order) []backtest.Order {
	out := slices.Clone(store)
	for i := range out {
		out[i].Items = slices.Clone(out[i].Items)
		for k := range out[i].Items {
			out[i].Items[k].Name = "other " + out[i].Items[k].Name
		}
	}
	return out
}

// exported is what a store's model gives to others after these orders.
func exported(t *testing.T, store []backtest.Order) []byte {
	t.Helper()
	m := predict.New()
	shop := backtest.Shop{Decider: kitchen.Decider{Model: m, Rules: kitchen.DefaultRules()}}
	shop.Play(store)
	b, err := json.Marshal(m.Export())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// begun is the model of a store that begins with a seed.
func begun(t *testing.T, seed []byte) *predict.Model {
	t.Helper()
	m := predict.New()
	d := kitchen.Decider{Model: m, Rules: kitchen.DefaultRules()}
	e := kitchen.Event{Source: "operator", Command: &kitchen.Command{Transaction: "1", Name: kitchen.CommandModel, Model: seed}}
	for _, e := range d.Decide(1, e.Stamp, &e) {
		if e.Reply != nil && e.Reply.Error != "" {
			t.Fatal(e.Reply.Text)
		}
	}
	return m
}
