package predict

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"readyshelf/kitchen"
)

// row is one order of a file in the layout of testdata/README.md.
type row struct {
	id, store       string
	placed          float64
	items           int
	pressed, picked float64 // seconds after placed; 0: never
	truth           float64 // 0: not scored
}

// readRows reads a file, gzipped or not; a missing one skips the test.
func readRows(tb testing.TB, path string) []row {
	tb.Helper()
	f, err := os.Open(path)
	if err != nil {
		tb.Skipf("the corpus is not here: %v", err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			tb.Fatal(err)
		}
	}
	lines, err := csv.NewReader(r).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	col := map[string]int{}
	for i, name := range lines[0] {
		col[name] = i
	}
	var rows []row
	for _, l := range lines[1:] {
		num := func(name string) float64 {
			v, err := strconv.ParseFloat(cmp.Or(l[col[name]], "0"), 64)
			if err != nil {
				tb.Fatal(err)
			}
			return v
		}
		rows = append(rows, row{
			id: l[col["order_id"]], store: l[col["store"]],
			placed: num("placed_s"), items: int(num("n_items")),
			pressed: num("ready_s"), picked: num("upper_s"), truth: num("true_ready_s"),
		})
	}
	return rows
}

// monday is the start of every file's clock.
var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.FixedZone("store", 8*3600))

// rig is a kitchen just large enough to feed a model: it applies alerts to a
// State as the kitchen would, and tells the model.
type rig struct {
	state kitchen.State
	model kitchen.Model
}

func newRig(m kitchen.Model) *rig {
	return &rig{state: kitchen.State{Orders: map[string]*kitchen.Order{}}, model: m}
}

// at is the stamp of a moment in a file, in the first boot.
func at(sec float64) kitchen.Stamp {
	d := time.Duration(sec * float64(time.Second))
	return kitchen.Stamp{Boot: 1, Up: d, At: monday.Add(d), Clock: kitchen.Synced}
}

// send applies one alert.
func (r *rig) send(st kitchen.Stamp, a kitchen.Alert) {
	e := st.Fact("rule")
	e.Alert = &a
	r.state.Seq++
	e.Seq = r.state.Seq
	switch o := r.state.Orders[a.ID]; a.Type {
	case kitchen.OrderAccepted:
		r.state.Orders[a.ID] = &kitchen.Order{
			ID: a.ID, Items: a.Items, Preorder: a.Preorder, Raster: a.Raster, Promised: a.Promised,
			Phase: kitchen.Cooking, Accepted: st, Seq: e.Seq,
		}
	case kitchen.OrderReady:
		o.Phase, o.ReadyAt, o.ReadySeq = kitchen.Ready, st, e.Seq
	case kitchen.OrderReadyUndone:
		o.Phase, o.ReadySeq = kitchen.Cooking, 0
	case kitchen.OrderPickedUp:
		o.Phase = kitchen.PickedUp
	case kitchen.OrderCancelled:
		o.Phase = kitchen.Cancelled
	case kitchen.OrderClosed:
		o.Phase = kitchen.Expired
	}
	r.model.Apply(&r.state, e)
	if o := r.state.Orders[a.ID]; o != nil && !o.Phase.Open() {
		delete(r.state.Orders, a.ID)
	}
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

// lookAt is the moment at which an order is forecast.
const lookAt kitchen.AlertType = "look"

// deeds puts the rows' moments in the order in which they happened, with a look
// at each order age seconds after its acceptance.
func deeds(rows []row, age float64) []deed {
	var out []deed
	for i := range rows {
		r := &rows[i]
		out = append(out, deed{r.placed, kitchen.OrderAccepted, r})
		if r.truth > age {
			out = append(out, deed{r.placed + age, lookAt, r})
		}
		if r.pressed > 0 && (r.picked == 0 || r.pressed <= r.picked) {
			out = append(out, deed{r.placed + r.pressed, kitchen.OrderReady, r})
		}
		out = append(out, deed{r.placed + max(r.picked, r.pressed), kitchen.OrderPickedUp, r})
	}
	slices.SortStableFunc(out, func(a, b deed) int { return cmp.Compare(a.at, b.at) })
	return out
}

// levels are the quantiles that the pinball loss is taken at.
var levels = func() (l [19]float64) {
	for i := range l {
		l[i] = float64(i+1) / 20
	}
	return l
}()

// score adds up what forecasts were worth.
type score struct {
	n                     int
	crps, mae, in85, in70 float64
	pit                   [20]float64
}

// add scores quantiles at levels and the 85 % one against the truth.
func (s *score) add(q [19]float64, truth float64) {
	s.n++
	for i, p := range levels {
		s.crps += 2 * max(p*(truth-q[i]), (p-1)*(truth-q[i])) / float64(len(levels))
	}
	s.mae += math.Abs(truth - q[9])
	if truth <= q[16] {
		s.in85++
	}
	if truth > q[2] && truth <= q[16] {
		s.in70++
	}
	b := 0
	for b < 19 && truth > q[b] {
		b++
	}
	s.pit[b]++
}

func (s *score) CRPS() float64  { return s.crps / float64(s.n) }
func (s *score) Cov85() float64 { return 100 * s.in85 / float64(s.n) }

func (s *score) String() string {
	n, pitd := float64(s.n), 0.0
	for _, v := range s.pit {
		pitd += math.Abs(v/n-1.0/20) / 2
	}
	return fmt.Sprintf("n %5d  CRPS %5.1f  MAE %5.1f  cov85 %4.1f  cov70 %4.1f  PITd %.3f",
		s.n, s.CRPS(), s.mae/n, s.Cov85(), 100*s.in70/n, pitd)
}

// last100 is the baseline: the quantiles of the last 100 labels.
type last100 []float64

func (l *last100) learn(v float64) {
	if *l = append(*l, v); len(*l) > 100 {
		*l = (*l)[1:]
	}
}

func (l last100) quantile(p float64) float64 {
	if len(l) < 2 {
		return 0
	}
	s := slices.Sorted(slices.Values(l))
	x := p*float64(len(s)) - 0.5
	i := min(max(int(math.Floor(x)), 0), len(s)-2)
	return s[i] + min(max(x-float64(i), 0), 1)*(s[i+1]-s[i])
}

// replay feeds one store's rows to m, forecasting each order that still cooks age
// seconds after its acceptance, and scores what comes after the first skip labels.
func replay(m kitchen.Model, rows []row, skip int, age float64) (model, baseline score) {
	r, base, labels := newRig(m), last100{}, 0
	for _, d := range deeds(rows, age) {
		st := at(d.at)
		switch d.what {
		case kitchen.OrderAccepted:
			r.accept(st, d.row.id, d.row.items)
		case lookAt:
			if o := r.state.Orders[d.row.id]; labels < skip || o == nil || o.Phase != kitchen.Cooking {
				break
			}
			f, q, b := r.forecast(st, d.row.id), [19]float64{}, [19]float64{}
			for i, p := range levels {
				q[i], b[i] = f.Quantile(p).Seconds(), base.quantile(p)
			}
			model.add(q, d.row.truth)
			baseline.add(b, d.row.truth)
		case kitchen.OrderReady:
			r.ready(st, d.row.id)
			base.learn(d.row.pressed)
			labels++
		default:
			r.send(st, kitchen.Alert{Type: d.what, ID: d.row.id})
		}
	}
	return model, baseline
}

// byStore splits rows, in order of each store's first.
func byStore(rows []row) (stores []string, of map[string][]row) {
	of = map[string][]row{}
	for _, r := range rows {
		if of[r.store] == nil {
			stores = append(stores, r.store)
		}
		of[r.store] = append(of[r.store], r)
	}
	return stores, of
}
