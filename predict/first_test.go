package predict

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"readyshelf/kitchen"
)

func TestFirstDay(t *testing.T) {
	r := newRig(New())
	r.accept(at(12*3600), "a", 2)
	r.accept(at(12*3600), "b", 8)
	small, large := r.forecast(at(12*3600), "a"), r.forecast(at(12*3600), "b")
	if q := small.Quantile(0.5); q < 4*time.Minute || q > 15*time.Minute {
		t.Errorf("median of the first order %v, want 4 to 15 min", q)
	}
	if q := small.Quantile(0.85); q < 8*time.Minute || q > 40*time.Minute {
		t.Errorf("85 %% quantile of the first order %v, want 8 to 40 min", q)
	}
	if a, b := small.Quantile(0.5), large.Quantile(0.5); b <= a {
		t.Errorf("median of 8 pieces %v, want more than of 2 pieces, %v", b, a)
	}
}

// A shop whose slips come as pictures opens when it likes: noon is no hour before its time.
func TestFirstDayOfPictures(t *testing.T) {
	r := newRig(New())
	for _, h := range []float64{10.5, 12, 19} {
		id := fmt.Sprint(h)
		r.send(at(h*3600), kitchen.Alert{Type: kitchen.OrderAccepted, ID: id, Raster: true})
		if q := r.forecast(at(h*3600), id).Quantile(0.5); q < 6*time.Minute || q > 25*time.Minute {
			t.Errorf("median of a first order at %g h: %v, want 6 to 25 min", h, q)
		}
	}
	m := New()
	if err := m.Restore(snapshotOf(t, r.model)); err != nil || m.firm.prior != &barePrior {
		t.Errorf("after a restart the store begins with %q, %v", m.firm.prior.name, err)
	}
}

// TestFirstDayMixed: before anything is learned, an order whose slip names no dish does
// not make the others another shop's.
func TestFirstDayMixed(t *testing.T) {
	r := newRig(New())
	r.accept(at(12*3600), "a", 2)
	r.accept(at(12*3600+1), "b", 2)
	before := r.forecast(at(12*3600+1), "a").Quantile(0.5)
	r.accept(at(12*3600+2), "c", 0)
	if after := r.forecast(at(12*3600+2), "a").Quantile(0.5); after > before*5/4 {
		t.Errorf("median %v, and %v after an order without dishes", before, after)
	}
}

// TestFirstDish: the first slip that names a dish makes a shop one of those, also in what
// it says of the orders before.
func TestFirstDish(t *testing.T) {
	forecast := func(first int) time.Duration {
		r := newRig(New())
		r.accept(at(12*3600), "a", first)
		for i := range 5 {
			r.accept(at(12*3600+float64(i)), strconv.Itoa(i), 0)
		}
		r.accept(at(12*3600+10), "b", 2)
		return r.forecast(at(12*3600+10), "b").Quantile(0.5)
	}
	if late, early := forecast(0), forecast(1); late > early*5/4 || early > late*5/4 {
		t.Errorf("median %v where the first dish comes late, and %v where it came before", late, early)
	}
}

// TestUnknownDishes: an order of which nothing is known, as it is printed as a picture,
// takes as long as others do, and not no time at all.
func TestUnknownDishes(t *testing.T) {
	r := newRig(New())
	r.accept(at(12*3600), "a", 3)
	r.accept(at(12*3600), "b", 0)
	known, unknown := r.forecast(at(12*3600), "a").Quantile(0.5), r.forecast(at(12*3600), "b").Quantile(0.5)
	if unknown < known/2 || unknown > 2*known {
		t.Errorf("median %v of an order of three dishes, and %v of one that says nothing", known, unknown)
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
