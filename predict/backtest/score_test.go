package backtest

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// five are forecasts, what came true and when order.soon went out; what they are worth was
// computed by the scorer of the development data.
var five = []struct {
	ready, soon float64
	said        Curve
}{
	{412, math.NaN(), Curve{200, 220, 249.25, 283.42, 321.26, 362.07, 405.41, 450.99, 498.57, 547.97, 599.05, 651.69, 705.78, 761.25, 818.01, 876, 935.17, 995.45, 1056.81}},
	{1300.5, 120, Curve{500, 545, 610.8, 687.7, 772.83, 864.65, 962.18, 1064.73, 1171.78, 1282.94, 1397.87, 1516.3, 1638.02, 1762.81, 1890.53, 2021.01, 2154.13, 2289.77, 2427.82}},
	{95, 30, Curve{100, 109, 122.16, 137.54, 154.57, 172.93, 192.44, 212.95, 234.36, 256.59, 279.57, 303.26, 327.6, 352.56, 378.11, 404.2, 430.83, 457.95, 485.56}},
	{2800, 600, Curve{600, 640, 698.49, 766.85, 766.85, 766.85, 1010.82, 1101.98, 1197.14, 1295.95, 1398.1, 1503.38, 1611.57, 1722.5, 1836.02, 1952.01, 2070.33, 2190.9, 2313.62}},
	{700, 0, Curve{0, 30, 73.87, 125.14, 181.89, 243.1, 308.12, 376.49, 447.86, 521.96, 598.58, 677.54, 758.68, 841.87, 927.02, 1014, 1102.75, 1193.18, 1285.21}},
}

func TestFiguresAreTheScorers(t *testing.T) {
	r := Rule{Window: 900, Threshold: 0.6, Tick: 30, Travel: 600}
	var sum tally
	for _, o := range five {
		v := judge(&o.said, o.ready, r)
		sum.add(&v)
		sum.live.add(r.outcome(o.soon, o.ready))
	}
	f := sum.figures("")
	for _, c := range []struct {
		what      string
		got, want float64
	}{
		{"orders", float64(f.N), 5},
		{"MAE", f.MAE, 399.442},
		{"CRPS", f.CRPS, 344.7252105263157},
		{"coverage of the 85 % quantile", f.Cov85, 80},
		{"coverage of the median", f.Below[at50], 40},
		{"coverage of the central 70 %", f.Cov70, 60},
		{"width of the central 70 %", f.Width70, 987.728},
		{"PIT distance", f.PITDist, 0.75},
		{"ok by the ticket", f.Ticket.OK, 80},
		{"early by the ticket", f.Ticket.Early, 20},
		{"missed by the ticket", f.Ticket.Missed, 0},
		{"hit by the ticket", f.Ticket.Hit, 80},
		{"courier wait by the ticket", f.Ticket.CourierWait, 280},
		{"food wait by the ticket", f.Ticket.FoodWait, 196.5},
		{"ok live", f.Live.OK, 40},
		{"early live", f.Live.Early, 40},
		{"missed live", f.Live.Missed, 20},
		{"hit live", f.Live.Hit, 50},
		{"courier wait live", f.Live.CourierWait, 456.1},
		{"food wait live", f.Live.FoodWait, 227},
	} {
		if !near(c.got, c.want, 1e-9) {
			t.Errorf("%s: got %v, want %v", c.what, c.got, c.want)
		}
	}
}

func TestNothingScoredIsNothing(t *testing.T) {
	var sum tally
	if f := sum.figures("x"); f != (Figures{Name: "x"}) {
		t.Errorf("got %+v", f)
	}
}

func TestAlertAfterReadyIsMissed(t *testing.T) {
	r := Rule{Window: 900, Threshold: 0.85, Tick: 30, Travel: 600}
	for _, at := range []float64{math.NaN(), 400, 401} {
		if o := r.outcome(at, 400); !o.missed || o.courier != 0 || o.food != 600 {
			t.Errorf("alert at %v of an order ready at 400: %+v", at, o)
		}
	}
}

// The scorer reads the files that are written, and says what the report says.
func TestFilesAreTheScorers(t *testing.T) {
	tool := shared(t, "tools", "score-forecasts")
	if testing.Short() {
		t.Skip("builds the scorer: not in -short")
	}
	stores := fixture(t)
	stores[0] = stores[0][:600]
	said, report := run(t, stores, config())
	dir := t.TempDir()
	file := func(name string, write func(f *os.File) error) string {
		path := filepath.Join(dir, name)
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := write(f); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		return path
	}
	truth := file("truth.csv", func(f *os.File) error { return writeTruth(f, stores) })
	pred := file("pred.csv", func(f *os.File) error { return WriteQuantiles(f, said) })
	alerts := file("alerts.csv", func(f *os.File) error { return WriteAlerts(f, said) })
	cmd := exec.CommandContext(t.Context(), "go", "run", ".", "-truth", truth, "-pred", pred, "-alerts", alerts, "-json")
	cmd.Dir = tool
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the scorer: %v", err)
	}
	var s struct {
		Slices []struct {
			N                                                                                         int
			MAE_s, CRPS_s, Cov85_pct, Cov70_pct, PITdist, W15_ok, W15_early, W15_cwait_s, W15_fwait_s float64
		}
		Alerts       struct{ OK_pct, Early_pct, Missed_pct, Hit_pct, CWait_s, FWait_s float64 }
		Missing, Bad int
	}
	if err := json.Unmarshal(out, &s); err != nil {
		t.Fatal(err)
	}
	want, got := s.Slices[0], report.Methods[0]
	if s.Missing != 0 || s.Bad != 0 || want.N != got.N {
		t.Errorf("the scorer missed %d, found %d bad and scored %d; we scored %d", s.Missing, s.Bad, want.N, got.N)
	}
	for _, c := range []struct {
		what          string
		got, want, by float64
	}{ // the files have two places, the alerts one
		{"MAE", got.MAE, want.MAE_s, 0.01},
		{"CRPS", got.CRPS, want.CRPS_s, 0.01},
		{"85 %", got.Cov85, want.Cov85_pct, 0.1},
		{"70 %", got.Cov70, want.Cov70_pct, 0.1},
		{"PIT", got.PITDist, want.PITdist, 0.002},
		{"ok by the ticket", got.Ticket.OK, want.W15_ok, 0.1},
		{"early by the ticket", got.Ticket.Early, want.W15_early, 0.1},
		{"courier wait by the ticket", got.Ticket.CourierWait, want.W15_cwait_s, 0.5},
		{"food wait by the ticket", got.Ticket.FoodWait, want.W15_fwait_s, 0.5},
		{"ok live", got.Live.OK, s.Alerts.OK_pct, 0.1},
		{"early live", got.Live.Early, s.Alerts.Early_pct, 0.1},
		{"missed live", got.Live.Missed, s.Alerts.Missed_pct, 0.1},
		{"hit live", got.Live.Hit, s.Alerts.Hit_pct, 0.1},
		{"courier wait live", got.Live.CourierWait, s.Alerts.CWait_s, 0.1},
		{"food wait live", got.Live.FoodWait, s.Alerts.FWait_s, 0.1},
	} {
		if !near(c.got, c.want, c.by) {
			t.Errorf("%s: the report has %v, the scorer %v", c.what, c.got, c.want)
		}
	}
}

// writeTruth writes what the scorer reads of orders.
func writeTruth(f *os.File, stores [][]Order) error {
	w := csv.NewWriter(f)
	number := func(v float64) string {
		if math.IsNaN(v) {
			return ""
		}
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	if err := w.Write([]string{"order_id", "store", "placed_s", "true_ready_s"}); err != nil {
		return err
	}
	for _, s := range stores {
		for _, o := range s {
			if err := w.Write([]string{o.ID, o.Store, number(o.Placed), number(o.Truth)}); err != nil {
				return err
			}
		}
	}
	w.Flush()
	return w.Error()
}
