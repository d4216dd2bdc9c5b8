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

// lookAt is the moment at which an order is forecast.
const lookAt kitchen.AlertType = "look"

// deeds puts the rows' moments in the order in which they happened, with a look
// at each order age seconds after its acceptance; none if age is negative.
func deeds(rows []row, age float64) []deed {
	var out []deed
	for i := range rows {
		r := &rows[i]
		out = append(out, deed{r.placed, kitchen.OrderAccepted, r})
		if age >= 0 && r.truth > age {
			out = append(out, deed{r.placed + age, lookAt, r})
		}
		if r.pressed > 0 && (r.picked == 0 || r.pressed <= r.picked) {
			out = append(out, deed{r.placed + r.pressed, kitchen.OrderReady, r})
		}
		out = append(out, deed{r.placed + max(r.picked, r.pressed), kitchen.OrderPickedUp, r})
	}
	return inTime(out)
}

// inTime sorts d by time.
func inTime(d []deed) []deed {
	slices.SortStableFunc(d, func(a, b deed) int { return cmp.Compare(a.at, b.at) })
	return d
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

// merge adds o's forecasts to s.
func (s *score) merge(o score) {
	s.n, s.crps, s.mae, s.in85, s.in70 = s.n+o.n, s.crps+o.crps, s.mae+o.mae, s.in85+o.in85, s.in70+o.in70
	for i := range s.pit {
		s.pit[i] += o.pit[i]
	}
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

// quantiles are at levels; all 0 before the second label.
func (l last100) quantiles() (q [19]float64) {
	if len(l) < 2 {
		return q
	}
	s := slices.Sorted(slices.Values(l))
	for k, p := range levels {
		x := p*float64(len(s)) - 0.5
		i := min(max(int(math.Floor(x)), 0), len(s)-2)
		q[k] = s[i] + min(max(x-float64(i), 0), 1)*(s[i+1]-s[i])
	}
	return q
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
			f, q := r.forecast(st, d.row.id), [19]float64{}
			past := f.CDF(st.Up - r.state.Orders[d.row.id].Accepted.Up)
			for i, p := range levels {
				q[i] = f.Quantile(past + p*(1-past)).Seconds()
			}
			model.add(q, d.row.truth)
			baseline.add(base.quantiles(), d.row.truth)
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
