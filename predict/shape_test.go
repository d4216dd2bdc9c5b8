package predict

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// shapes are residuals of all sorts: none, few, many, equal, wild.
func shapes() map[string]*shape {
	rng := rand.New(rand.NewPCG(1, 2))
	out := map[string]*shape{"shipped": newShape(&ring{})}
	var normal, equal, wild, one ring
	for range 500 {
		normal.add(rng.NormFloat64())
		equal.add(0.5)
		wild.add(3 * rng.NormFloat64())
	}
	one.add(3)
	out["normal"], out["equal"], out["wild"], out["one"] = newShape(&normal), newShape(&equal), newShape(&wild), newShape(&one)
	return out
}

func TestCDFAndQuantileAreInverse(t *testing.T) {
	for name, sh := range shapes() {
		for _, sd := range []float64{0.07, 0.5, 1.4} {
			f := &forecast{mean: 6.4, sd: sd, shape: sh}
			last := time.Duration(0)
			for _, p := range []float64{1e-6, 0.001, 0.01, 0.02, 0.15, 0.3, 0.5, 0.7, 0.85, 0.98, 0.99, 0.999, 0.9999} {
				q := f.Quantile(p)
				if q >= longest {
					break
				}
				if q <= last {
					t.Errorf("%s sd %.2f: quantile %.4f is %v, want more than %v", name, sd, p, q, last)
				}
				last = q
				if c := f.CDF(q); math.Abs(c-p) > 1e-5 {
					t.Errorf("%s sd %.2f: CDF(%v) = %.6f, want %.6f", name, sd, q, c, p)
				}
			}
		}
	}
}

func TestCDFIsADistribution(t *testing.T) {
	for name, sh := range shapes() {
		f := &forecast{mean: 6.4, sd: 0.5, shape: sh}
		last := 0.0
		for s := -10; s < 20000; s += 7 {
			p := f.CDF(time.Duration(s) * time.Second)
			if !(p >= last && p <= 1) {
				t.Fatalf("%s: CDF(%d s) = %v after %v", name, s, p, last)
			}
			last = p
		}
		if last < 0.95 {
			t.Errorf("%s: CDF(5.5 h) = %.3f, want 0.95 or more", name, last)
		}
	}
}

func TestQuantileOfNonsense(t *testing.T) {
	f := &forecast{mean: maxMean, sd: 1.4, shape: newShape(&ring{})}
	for _, p := range []float64{math.NaN(), -1, 0, 1, 2, math.Inf(1), math.Inf(-1)} {
		if q := f.Quantile(p); q <= 0 || q > longest {
			t.Errorf("quantile %v is %v, want a time up to %v", p, q, longest)
		}
	}
	for _, d := range []time.Duration{math.MinInt64, -1, 0} {
		if p := f.CDF(d); p != 0 {
			t.Errorf("CDF(%v) = %v, want 0", d, p)
		}
	}
	if p := f.CDF(math.MaxInt64); !(p > 0.9 && p <= 1) {
		t.Errorf("CDF of 292 years is %v, want about 1", p)
	}
}

func TestShapeFollowsTheResiduals(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var r ring
	var kept []float64
	for range 1000 {
		u := 2 + rng.ExpFloat64()
		r.add(u)
		kept = append(kept, u)
	}
	kept = kept[len(kept)-ringSize:]
	slices.Sort(kept)
	// 40 of 340 are shipped, and nearly all of those lie below.
	want := kept[int((0.85*340-40)/300*ringSize)]
	if got := newShape(&r).residual(0.15); math.Abs(got-want) > 0.1 {
		t.Errorf("85 %% quantile %.2f, want %.2f", got, want)
	}
}
