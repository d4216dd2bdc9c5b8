package backtest

import (
	"compress/gzip"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"readyshelf/kitchen"
	"readyshelf/predict"
)

// fixture are the orders of one simulated kitchen.
func fixture(t testing.TB) [][]Order {
	t.Helper()
	f, err := os.Open("../testdata/simc.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	stores, err := Read(z)
	if err != nil {
		t.Fatal(err)
	}
	return stores
}

// shared is the folder beside the checkout with data that are not ours to ship.
func shared(t testing.TB, path ...string) string {
	t.Helper()
	dir, err := filepath.Abs("../../../shared")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(append([]string{dir}, path...)...)
	if _, err := os.Stat(name); err != nil {
		t.Skipf("%s is not here: the development data lie beside the checkout", filepath.Join(append([]string{"../shared"}, path...)...))
	}
	return name
}

// development are the orders of a development file.
func development(t testing.TB, name string) [][]Order {
	t.Helper()
	f, err := os.Open(shared(t, "corpus", "predict", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	stores, err := Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return stores
}

// config is a shop's that has set nothing.
func config() Config {
	return Config{
		Rules: kitchen.DefaultRules(), Tick: 30 * time.Second, Travel: 10 * time.Minute,
		Model: func() kitchen.Model { return predict.New() },
	}
}

func run(t testing.TB, stores [][]Order, c Config) ([][]Said, *Report) {
	t.Helper()
	said, r, err := Run(t.Context(), stores, c)
	if err != nil {
		t.Fatal(err)
	}
	return said, r
}

func near(a, b, by float64) bool { return math.Abs(a-b) <= by || math.IsNaN(a) && math.IsNaN(b) }
