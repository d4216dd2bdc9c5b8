package predict

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

// told is what a model says of every open order: a few quantiles each.
func told(r *rig, st kitchen.Stamp) map[string][3]time.Duration {
	out := map[string][3]time.Duration{}
	for _, o := range r.state.OpenOrders() {
		f := r.model.Forecast(&r.state, o, st)
		out[o.ID] = [3]time.Duration{f.Quantile(0.1), f.Quantile(0.5), f.Quantile(0.85)}
	}
	return out
}

func TestWhatIsALabel(t *testing.T) {
	noon := at(12 * 3600)
	two, far := noon.At.Add(2*time.Hour), noon.At.Add(20*time.Minute)
	rebooted := kitchen.Stamp{Boot: 2, Up: time.Minute, Clock: kitchen.Unknown}
	ready := kitchen.Alert{Type: kitchen.OrderReady, ID: "a", Evidence: "button"}
	by := func(evidence string) kitchen.Alert { a := ready; a.Evidence = evidence; return a }
	for _, tc := range []struct {
		name   string
		order  kitchen.Alert
		end    kitchen.Alert
		at     kitchen.Stamp
		learns bool
	}{
		{"a button", kitchen.Alert{}, ready, noon.Add(9 * time.Minute), true},
		{"a scale", kitchen.Alert{}, by("scale"), noon.Add(9 * time.Minute), true},
		{"a touch", kitchen.Alert{}, by("touch"), noon.Add(9 * time.Minute), true},
		{"a command", kitchen.Alert{}, by("command"), noon.Add(9 * time.Minute), true},
		{"a rule's word", kitchen.Alert{}, by("rule"), noon.Add(9 * time.Minute), false},
		{"no evidence", kitchen.Alert{}, by(""), noon.Add(9 * time.Minute), false},
		{"just long enough", kitchen.Alert{}, ready, noon.Add(30 * time.Second), true},
		{"pressed by mistake", kitchen.Alert{}, ready, noon.Add(29 * time.Second), false},
		{"just short enough", kitchen.Alert{}, ready, noon.Add(2 * time.Hour), true},
		{"press forgotten", kitchen.Alert{}, ready, noon.Add(2*time.Hour + time.Second), false},
		{"a picture", kitchen.Alert{Raster: true}, ready, noon.Add(9 * time.Minute), true},
		{"a pre-order", kitchen.Alert{Preorder: true}, ready, noon.Add(9 * time.Minute), false},
		{"promised for later", kitchen.Alert{Promised: &two}, ready, noon.Add(9 * time.Minute), false},
		{"promised as always", kitchen.Alert{Promised: &far}, ready, noon.Add(9 * time.Minute), true},
		{"after a power cut, clock lost", kitchen.Alert{}, ready, rebooted, false},
		{"picked up unpressed", kitchen.Alert{}, kitchen.Alert{Type: kitchen.OrderPickedUp, ID: "a", Evidence: "button"}, noon.Add(9 * time.Minute), false},
		{"cancelled", kitchen.Alert{}, kitchen.Alert{Type: kitchen.OrderCancelled, ID: "a"}, noon.Add(9 * time.Minute), false},
		{"expired", kitchen.Alert{}, kitchen.Alert{Type: kitchen.OrderClosed, ID: "a"}, noon.Add(9 * time.Minute), false},
		{"an order unheard of", kitchen.Alert{}, kitchen.Alert{Type: kitchen.OrderReady, ID: "z", Evidence: "button"}, noon.Add(9 * time.Minute), false},
	} {
		m := New()
		r := newRig(m)
		tc.order.Type, tc.order.ID = kitchen.OrderAccepted, "a"
		r.send(noon, tc.order)
		before := m.live
		r.send(tc.at, tc.end)
		if got := m.live != before; got != tc.learns {
			t.Errorf("%s: learned %v, want %v", tc.name, got, tc.learns)
		}
	}
}

func TestSecondReadyTeachesNothing(t *testing.T) {
	m := New()
	r := newRig(m)
	r.accept(at(0), "a", 2)
	r.ready(at(500), "a")
	once := m.live
	r.ready(at(900), "a")
	if m.live != once {
		t.Error("a second order.ready was learned, want the first only")
	}
}

func TestLearnsTheStore(t *testing.T) {
	r := newRig(New())
	for i := range 150 {
		id, start := strconv.Itoa(i), 36000+float64(i)*200
		r.accept(at(start), id, 2)
		r.ready(at(start+190), id)
		r.send(at(start+195), kitchen.Alert{Type: kitchen.OrderPickedUp, ID: id})
	}
	r.accept(at(36000+150*200), "last", 2)
	if q := r.forecast(at(36000+150*200), "last").Quantile(0.5); q < 160*time.Second || q > 220*time.Second {
		t.Errorf("median after 150 orders of 190 s: %v, want about 3 min 10 s", q)
	}
}

func TestLoad(t *testing.T) {
	soon, later := at(0).At.Add(25*time.Minute), at(0).At.Add(5*time.Hour)
	for _, tc := range []struct {
		name string
		do   func(r *rig)
		want int
	}{
		{"alone", func(r *rig) {}, 0},
		{"one cooking", func(r *rig) { r.accept(at(0), "b", 1) }, 1},
		{"one ready", func(r *rig) { r.accept(at(0), "b", 1); r.ready(at(400), "b") }, 0},
		{"one forgotten", func(r *rig) { r.accept(at(-7000), "b", 1) }, 0},
		{"a pre-order for tonight", func(r *rig) {
			r.send(at(0), kitchen.Alert{Type: kitchen.OrderAccepted, ID: "b", Preorder: true, Promised: &later})
		}, 0},
		{"a pre-order for now", func(r *rig) {
			r.send(at(0), kitchen.Alert{Type: kitchen.OrderAccepted, ID: "b", Preorder: true, Promised: &soon})
		}, 1},
		{"a pre-order for some day", func(r *rig) {
			r.send(at(0), kitchen.Alert{Type: kitchen.OrderAccepted, ID: "b", Preorder: true})
		}, 0},
	} {
		r := newRig(New())
		tc.do(r)
		r.accept(at(500), "a", 1)
		if got := look(&r.state, r.state.Orders["a"], at(500)).Load; got != tc.want {
			t.Errorf("%s: load %d, want %d", tc.name, got, tc.want)
		}
	}
}

func TestFeatures(t *testing.T) {
	o := &kitchen.Order{
		Items:    []kitchen.Item{{Qty: 2}, {Qty: -1}, {Qty: 1}},
		Accepted: kitchen.Stamp{At: time.Date(2026, 1, 1, 18, 0, 0, 0, time.FixedZone("", 8*3600)), Clock: kitchen.Synced},
	}
	got := look(&kitchen.State{}, o, o.Accepted)
	if want := (features{Items: 3, Load: 0, Minute: 18 * 60}); got != want {
		t.Errorf("features %+v, want %+v", got, want)
	}
	x := got.vector()
	if math.Abs(x[dimHour]+1) > 1e-12 || math.Abs(x[dimHour+1]) > 1e-12 {
		t.Errorf("first harmonic at 18:00 is %.3f, %.3f, want -1, 0", x[dimHour], x[dimHour+1])
	}
	o.Items, o.Accepted.Clock = []kitchen.Item{{Qty: 9999}}, kitchen.Unknown
	if got, want := look(&kitchen.State{}, o, o.Accepted), (features{Items: maxItems, Minute: -1}); got != want {
		t.Errorf("features %+v, want %+v", got, want)
	}
	if x := (features{Minute: -1}).vector(); x[dimUnknown] != 1 || x[dimItems] != 0 || x[dimHour+1] != 0 {
		t.Errorf("vector of an order that nothing is known of: %v", x)
	}
}

// TestUndoIsExact runs two kitchens. In the first a wrong press is a label until
// it is undone; in the second the same press carries no evidence. After the undo
// both must say the same for ever.
func TestUndoIsExact(t *testing.T) {
	alone(t)
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 7))
		rows := synthetic(seed, 150)
		wrong := rows[30+rng.IntN(50)].id
		wait := 10 + rng.Float64()*4000 // seconds until somebody notices
		pressed, never := newRig(New()), newRig(New())
		undone := false
		for _, d := range undoDeeds(rows, wrong, wait) {
			for i, r := range []*rig{pressed, never} {
				switch st := at(d.at); {
				case d.what == kitchen.OrderAccepted:
					r.accept(st, d.row.id, d.row.items)
				case d.what == "wrong" && i == 0:
					r.ready(st, d.row.id)
				case d.what == "wrong":
					r.send(st, kitchen.Alert{Type: kitchen.OrderReady, ID: d.row.id, Evidence: "rule"})
				case d.what == kitchen.OrderReady:
					r.ready(st, d.row.id)
				default:
					r.send(st, kitchen.Alert{Type: d.what, ID: d.row.id})
				}
			}
			undone = undone || d.what == kitchen.OrderReadyUndone
			a, b := told(pressed, at(d.at)), told(never, at(d.at))
			if undone && !cmp.Equal(a, b) {
				t.Fatalf("seed %d: forecasts differ after the undo, at %.0f s:\n%s", seed, d.at, cmp.Diff(a, b))
			}
			if d.what == "wrong" && len(a) > 0 && cmp.Equal(a, b) {
				t.Fatalf("seed %d: the wrong press was not learned, so the test says nothing", seed)
			}
		}
	}
}

// undoDeeds is a replay of rows in which the order named wrong is pressed at 60 s,
// undone wait later, and never heard of again.
func undoDeeds(rows []row, wrong string, wait float64) []deed {
	var out []deed
	for i := range rows {
		r := &rows[i]
		out = append(out, deed{r.placed, kitchen.OrderAccepted, r})
		if r.id == wrong {
			out = append(out, deed{r.placed + 60, "wrong", r}, deed{r.placed + 60 + wait, kitchen.OrderReadyUndone, r})
			continue
		}
		out = append(out, deed{r.placed + r.pressed, kitchen.OrderReady, r}, deed{r.placed + r.picked, kitchen.OrderPickedUp, r})
	}
	return inTime(out)
}

func TestUndoneTooLateStays(t *testing.T) {
	m := New()
	r := newRig(m)
	r.accept(at(0), "a", 1)
	r.ready(at(60), "a")
	for i := range undoable {
		id := strconv.Itoa(i)
		r.accept(at(100+float64(i)), id, 1)
		r.ready(at(600+float64(i)), id)
	}
	learned := m.live
	r.send(at(700), kitchen.Alert{Type: kitchen.OrderReadyUndone, ID: "a"})
	if m.live != learned {
		t.Errorf("a label that %d later ones followed was taken back, want it to stay", undoable)
	}
}

func TestStampsOutOfOrderAndPowerCuts(t *testing.T) {
	m := New()
	r := newRig(m)
	r.accept(at(1000), "a", 1)
	r.accept(at(900), "b", 1) // seen late, as from a slow scale
	if m.clock != 0 {
		t.Errorf("clock %v after a stamp of the past, want 0", m.clock)
	}
	r.accept(at(1060), "c", 1)
	if m.clock != time.Minute {
		t.Errorf("clock %v, want 1m", m.clock)
	}
	r.accept(kitchen.Stamp{Boot: 2, Up: time.Second, Clock: kitchen.Unknown}, "d", 1)
	if m.clock != time.Minute+blindGap {
		t.Errorf("clock %v after a power cut of unknown length, want %v", m.clock, time.Minute+blindGap)
	}
	if q := r.forecast(at(0), "a").Quantile(0.5); q <= 0 {
		t.Errorf("median %v, want more than 0", q)
	}
}
