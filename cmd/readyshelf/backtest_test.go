package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"readyshelf/predict/backtest"
)

const pastOrders = `order_id,store,placed_s,channel,items,label,ready_s,upper_s,true_ready_s
a,north,39600,delivery,soup:1,exact,700,900,690
b,north,39700,dinein,rice:2;soup:1,load,,2000,
c,north,39900,delivery,rice:1,upper,,1500,800
d,south,40000,takeaway,rice:1,exact,400,500,400
`

// fileOf is a file with a text.
func fileOf(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBacktestWritesWhatWasSaid(t *testing.T) {
	dir := t.TempDir()
	quantiles, alerts, page := filepath.Join(dir, "q.csv"), filepath.Join(dir, "a.csv"), filepath.Join(dir, "r.html")
	out, complaint, code := said(t, "backtest", "--data", fileOf(t, "past.csv", pastOrders), "--out", quantiles, "--alerts", alerts, "--html", page)
	if code != 0 || !strings.Contains(out, "4 orders of 2 stores, 2 with a press, 3 scored") || !strings.Contains(out, "last 100") {
		t.Fatalf("code %d, said:\n%s%s", code, out, complaint)
	}
	lines := linesOf(t, quantiles)
	if got := strings.Join(lines[0], ","); got != "order_id,q0.05,q0.10,q0.15,q0.20,q0.25,q0.30,q0.35,q0.40,q0.45,q0.50,q0.55,q0.60,q0.65,q0.70,q0.75,q0.80,q0.85,q0.90,q0.95" {
		t.Errorf("the quantiles' first line is %s", got)
	}
	if len(lines) != 5 || lines[1][0] != "a" || lines[4][0] != "d" {
		t.Errorf("quantiles of %d orders: %v", len(lines)-1, lines)
	}
	for _, l := range lines[1:] {
		before := 0.0
		for _, q := range l[1:] {
			v, err := strconv.ParseFloat(q, 64)
			if err != nil || v < before {
				t.Errorf("order %s: quantile %q after %v", l[0], q, before)
			}
			before = v
		}
	}
	lines = linesOf(t, alerts)
	if len(lines) != 5 || strings.Join(lines[0], ",") != "order_id,alert_s" {
		t.Errorf("alerts: %v", lines)
	}
	if b, err := os.ReadFile(page); err != nil || !strings.Contains(string(b), "<svg") {
		t.Errorf("the page: %v, %.100s", err, b)
	}
}

func linesOf(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestBacktestAsJSON(t *testing.T) {
	out, complaint, code := said(t, "backtest", "--data", fileOf(t, "past.csv", pastOrders), "--store", "south", "--json", "--window", "10m", "--threshold", "0.7")
	var r backtest.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != 0 {
		t.Fatalf("code %d, %v: %s%s", code, err, out, complaint)
	}
	if r.Scored != 1 || r.Stores != 1 || r.Rule.Window != 600 || r.Rule.Threshold != 0.7 || len(r.Methods) != 4 || r.Methods[0].Live == nil {
		t.Errorf("got %+v", r)
	}
}

// A lunch's log has one order with a press, thirty seconds after the clock was set.
func TestBacktestFromLog(t *testing.T) {
	out, complaint, code := said(t, "backtest", "--from-log", storedLog(t))
	if code != 0 || !strings.Contains(out, "1 order of 1 store, 1 with a press, 1 scored") {
		t.Errorf("code %d, said:\n%s%s", code, out, complaint)
	}
	if !strings.Contains(complaint, "left out: 1 of the orders") {
		t.Errorf("nothing is said of the order of a boot without a clock: %s", complaint)
	}
}

func TestBacktestRefuses(t *testing.T) {
	file := fileOf(t, "past.csv", pastOrders)
	for _, c := range []struct {
		args string
		want string
	}{
		{"", "--from-log=LOG-FILE or --data=FILE"},
		{"--data " + file + " --from-log x.db", "can't be used together"},
		{"--data " + file + " --threshold 1.5", "between 0 and 1"},
		{"--data " + file + " --window 0s", "--window"},
		{"--data " + file + " --store west", `no store "west"; it has north, south`},
		{"--from-log x.db --store west", "a log is of one"},
		{"--data " + fileOf(t, "broken.csv", "order_id\n"), "broken.csv: the first line"},
		{"--data " + fileOf(t, "packed.csv", "\x1f\x8bno gzip"), "packed.csv: "},
		{"--data /nowhere.csv", "no such file"},
	} {
		_, complaint, code := said(t, append([]string{"backtest"}, strings.Fields(c.args)...)...)
		if code == 0 || !strings.Contains(complaint, c.want) {
			t.Errorf("%s: code %d, %q; want %q", c.args, code, complaint, c.want)
		}
	}
}
