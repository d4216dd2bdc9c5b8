package predict

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"readyshelf/kitchen"
)

// judge fails the test where the model is not calibrated or no better than the
// quantiles of the last 100 orders.
func judge(t *testing.T, name string, model, base score) {
	t.Helper()
	t.Logf("%-18s %v", name, &model)
	t.Logf("%-18s %v", name+" (last 100)", &base)
	if model.n < 500 {
		t.Fatalf("%s: %d forecasts scored, want 500 or more", name, model.n)
	}
	if c := model.Cov85(); math.Abs(c-85) > 2.5 {
		t.Errorf("%s: the 85 %% quantile covers %.1f %%, want 82.5 to 87.5", name, c)
	}
	if m, b := model.CRPS(), base.CRPS(); m >= b {
		t.Errorf("%s: CRPS %.1f s, want less than the last 100 orders' %.1f s", name, m, b)
	}
}

// synthetic makes n orders of a kitchen in which pieces, load and the day matter,
// with noise that is skewed and has outliers.
func synthetic(seed uint64, n int) []row {
	rng := rand.New(rand.NewPCG(seed, 1))
	var rows []row
	now, day, level := 0.0, -1, 0.0
	for i := range n {
		now += rng.ExpFloat64() * 300
		if h := math.Mod(now, 86400) / 3600; h < 10 {
			now += (10 - h) * 3600
		}
		if d := int(now / 86400); d != day {
			day, level = d, 0.15*rng.NormFloat64()
		}
		load := 0
		for _, r := range rows[max(0, len(rows)-30):] {
			if r.placed+r.truth > now {
				load++
			}
		}
		pieces := 1 + rng.IntN(8)
		noise := 0.35 * (rng.ExpFloat64() - 1)
		if rng.IntN(40) == 0 {
			noise *= 3
		}
		took := min(max(math.Exp(6+level+0.35*math.Log(float64(pieces))+0.2*math.Log1p(float64(load))+noise), 40), 7000)
		rows = append(rows, row{
			id: strconv.Itoa(i), store: "s", placed: now, items: pieces,
			pressed: took, picked: took + 60 + 300*rng.Float64(), truth: took,
		})
	}
	return rows
}

func TestCalibratedOnSynthetic(t *testing.T) {
	alone(t)
	for seed := range uint64(3) {
		model, base := replay(New(), synthetic(seed, 2000), 300, 0)
		judge(t, "synthetic", model, base)
	}
}

func TestCalibratedOnSimulatedKitchen(t *testing.T) {
	alone(t)
	rows := readRows(t, "testdata/simc.csv.gz")
	model, base := replay(New(), rows, 300, 0)
	judge(t, "at acceptance", model, base)
	if m, b := model.CRPS(), base.CRPS(); m > 0.85*b {
		t.Errorf("CRPS %.1f s, want at most 85 %% of the last 100 orders' %.1f s", m, b)
	}
	model, base = replay(New(), rows, 300, 300)
	judge(t, "5 min later", model, base)
}

func TestFirstDay(t *testing.T) {
	r := newRig(New())
	r.accept(at(12*3600), "a", 2)
	r.accept(at(12*3600), "b", 8)
	small, large := r.forecast(at(12*3600), "a"), r.forecast(at(12*3600), "b")
	if q := small.Quantile(0.5); q < 6*time.Minute || q > 15*time.Minute {
		t.Errorf("median of the first order %v, want 6 to 15 min", q)
	}
	if q := small.Quantile(0.85); q < 12*time.Minute || q > 40*time.Minute {
		t.Errorf("85 %% quantile of the first order %v, want 12 to 40 min", q)
	}
	if a, b := small.Quantile(0.5), large.Quantile(0.5); b <= a {
		t.Errorf("median of 8 pieces %v, want more than of 2 pieces, %v", b, a)
	}
	for seed := range uint64(3) {
		model, _ := replay(New(), synthetic(seed, 60), 0, 0)
		if c := model.Cov85(); c < 70 {
			t.Errorf("the 85 %% quantile covers %.1f %% of a first day, want 70 or more", c)
		}
	}
}

// TestCorpus reports the figures of the development split, from each store's first
// order on, and holds the model to them.
func TestCorpus(t *testing.T) {
	alone(t)
	for _, name := range []string{"simC", "realB"} {
		stores, of := byStore(readRows(t, "../../shared/corpus/predict/"+name+"_dev.csv"))
		for _, s := range stores {
			model, base := replay(New(), of[s], 0, 0)
			judge(t, name+" "+s, model, base)
		}
	}
}

// TestCorpusOfBeginners pools a thousand real stores with some twenty orders each:
// what the shipped prior is worth.
func TestCorpusOfBeginners(t *testing.T) {
	alone(t)
	stores, of := byStore(readRows(t, "../../shared/corpus/predict/realA_dev.csv"))
	var model, base score
	for _, s := range stores {
		m, b := replay(New(), of[s], 0, 0)
		model.merge(m)
		base.merge(b)
	}
	t.Logf("realA from the first order: %v", &model)
	if c := model.Cov85(); math.Abs(c-85) > 5 {
		t.Errorf("the 85 %% quantile covers %.1f %%, want 80 to 90", c)
	}
	if m, b := model.CRPS(), base.CRPS(); m >= b {
		t.Errorf("CRPS %.1f s, want less than the last 100 orders' %.1f s", m, b)
	}
}

// BenchmarkForecastAndLearn is one order's life: accepted, forecast, ready, picked up.
func BenchmarkForecastAndLearn(b *testing.B) {
	r := newRig(New())
	now := 0.0
	for i := 0; b.Loop(); i++ {
		id := strconv.Itoa(i)
		r.accept(at(now), id, 1+i%7)
		r.forecast(at(now), id).Quantile(0.85)
		r.ready(at(now+400+float64(i%300)), id)
		r.send(at(now+800), kitchen.Alert{Type: kitchen.OrderPickedUp, ID: id})
		now += 900
	}
}
