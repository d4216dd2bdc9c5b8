package predict

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"readyshelf/kitchen"
)

// row is one order of a kitchen; times are in seconds.
type row struct {
	id              string
	placed          float64
	items           int
	pressed, picked float64 // after placed
}

// monday is the start of every file's clock.
var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.FixedZone("store", 8*3600))

// rig feeds alerts to a State and then to a model, as the log does.
type rig struct {
	state kitchen.State
	model kitchen.Model
}

func newRig(m kitchen.Model) *rig { return &rig{model: m} }

// at is the stamp of a moment in a file, in the first boot.
func at(sec float64) kitchen.Stamp {
	d := time.Duration(sec * float64(time.Second))
	return kitchen.Stamp{Boot: 1, Up: d, At: monday.Add(d), Clock: kitchen.Synced}
}

// send applies one alert.
func (r *rig) send(st kitchen.Stamp, a kitchen.Alert) {
	e := st.Fact("rule")
	e.Seq, e.Alert = r.state.Seq+1, &a
	a.Day = st.At.Format(time.DateOnly)
	r.state.Apply(e)
	r.model.Apply(&r.state, e)
}

func (r *rig) accept(st kitchen.Stamp, id string, items int) {
	a := kitchen.Alert{Type: kitchen.OrderAccepted, ID: id}
	if items > 0 {
		a.Items = []kitchen.Item{{Qty: items, Name: "dish"}}
	}
	r.send(st, a)
}

func (r *rig) ready(st kitchen.Stamp, id string) {
	r.send(st, kitchen.Alert{Type: kitchen.OrderReady, ID: id, Evidence: "button"})
}

func (r *rig) forecast(st kitchen.Stamp, id string) kitchen.Forecast {
	return r.model.Forecast(&r.state, r.state.Orders[id], st)
}

// deed is one moment of a replay.
type deed struct {
	at   float64
	what kitchen.AlertType
	row  *row
}

// deeds puts the rows' moments in the order in which they happened.
func deeds(rows []row) []deed {
	var out []deed
	for i := range rows {
		r := &rows[i]
		out = append(out, deed{r.placed, kitchen.OrderAccepted, r}, deed{r.placed + r.pressed, kitchen.OrderReady, r},
			deed{r.placed + r.picked, kitchen.OrderPickedUp, r})
	}
	return inTime(out)
}

// inTime sorts d by time.
func inTime(d []deed) []deed {
	slices.SortStableFunc(d, func(a, b deed) int { return cmp.Compare(a.at, b.at) })
	return d
}

// play does all of it.
func play(m kitchen.Model, rows []row) *rig {
	r := newRig(m)
	for _, d := range deeds(rows) {
		r.step(d)
	}
	return r
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
			if r.placed+r.pressed > now {
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
			id: strconv.Itoa(i), placed: now, items: pieces,
			pressed: took, picked: took + 60 + 300*rng.Float64(),
		})
	}
	return rows
}

// step does one deed to a rig.
func (r *rig) step(d deed) {
	switch st := at(d.at); d.what {
	case kitchen.OrderAccepted:
		r.accept(st, d.row.id, d.row.items)
	case kitchen.OrderReady, "wrong":
		r.ready(st, d.row.id)
	default:
		r.send(st, kitchen.Alert{Type: d.what, ID: d.row.id})
	}
}
