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
