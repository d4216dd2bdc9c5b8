package buffer

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"readyshelf/kitchen"
)

// largeLog is a log at rest with some 50 MB of events, most of them acknowledged by
// nobody.
func largeLog(b *testing.B) string {
	b.Helper()
	opts := options(logPath(b))
	opts.MaxSize = 64 << 20
	h := run(b, opts)
	h.Remember("uplink")
	batch := make([]kitchen.Event, 250)
	for n := 0; ; n++ {
		for i := range batch {
			batch[i] = press(fmt.Sprint(n, "-", i, strings.Repeat("x", 110)))
			batch[i].Stamp = h.opts.Now()
		}
		if err := h.Append(context.Background(), batch...); err != nil {
			b.Fatal(err)
		}
		if st, err := h.Stats(); err != nil || st.Bytes > 48<<20 {
			b.ReportMetric(float64(st.Events), "events")
			break
		}
	}
	h.end(b)
	return h.path
}

// BenchmarkProbe is what a start waits for: a child that reads a log of 48 MiB.
func BenchmarkProbe(b *testing.B) {
	path := largeLog(b)
	for b.Loop() {
		if err := probeChild(b.Context(), path); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSalvage makes a new log of a damaged one of 48 MiB.
func BenchmarkSalvage(b *testing.B) {
	path := largeLog(b)
	for b.Loop() {
		out := path + ".out"
		r, err := Salvage(path, out, &tally{watched: &watched{}})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(r.Salvaged), "salvaged")
		if err := os.Remove(out); err != nil {
			b.Fatal(err)
		}
	}
}
