package buffer

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"readyshelf/kitchen"
)

// benchDir is a directory on a real disk: READYSHELF_BENCH_DIR, or the test's own.
func benchDir(b *testing.B) string {
	b.Helper()
	dir, err := os.MkdirTemp(os.Getenv("READYSHELF_BENCH_DIR"), "readyshelf-bench-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "events.db")
}

func benchOptions(path string) Options {
	opts := options(path)
	opts.MaxSize, opts.Prefill = 0, 0 // as in the shop
	return opts
}

// reportPages says what a fact cost on the medium: pages that bbolt wrote.
func reportPages(b *testing.B, h *house, facts int) {
	b.Helper()
	st, err := h.Stats()
	if err != nil {
		b.Fatal(err)
	}
	tx := h.store.db.Stats().TxStats
	b.ReportMetric(float64(tx.GetPageAlloc()+int64(st.Commits)*pageSize)/float64(facts), "B-written/fact")
	b.ReportMetric(float64(facts)/float64(st.Commits), "facts/commit")
}

// BenchmarkAppend1 is the button: one fact, one commit, nobody else.
func BenchmarkAppend1(b *testing.B) {
	h := run(b, benchOptions(benchDir(b)))
	n := 0
	for b.Loop() {
		h.append(b, press("A1"))
		n++
	}
	reportPages(b, h, n)
}

// BenchmarkAppend16 is a rush: 16 sources at once.
func BenchmarkAppend16(b *testing.B) {
	h := run(b, benchOptions(benchDir(b)))
	b.SetParallelism(max(1, 16/runtime.GOMAXPROCS(0)))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			h.append(b, press("A1"))
		}
	})
	reportPages(b, h, b.N)
}

// fullLog makes a log of about size bytes, with its checkpoint at the end.
func fullLog(b *testing.B, size int64) (string, int) {
	b.Helper()
	opts := benchOptions(benchDir(b))
	h := run(b, opts)
	f := ticket("12")
	f.Ticket.Items = []kitchen.Item{{Qty: 1, Name: strings.Repeat("x", 200)}}
	batch := make([]kitchen.Event, maxBatch)
	n := 0
	for st, err := h.Stats(); st.Bytes < size && err == nil; st, err = h.Stats() {
		for i := range batch {
			batch[i] = f
		}
		h.append(b, batch...)
		n += 2 * maxBatch
	}
	h.end(b)
	return opts.Path, n
}

// BenchmarkOpen64MiB is a start with a log of 64 MiB that is nearly full.
func BenchmarkOpen64MiB(b *testing.B) {
	path, n := fullLog(b, 54<<20) // from 90 % on it drops
	b.ReportMetric(float64(n), "events")
	for b.Loop() {
		if err := openHouse(b, benchOptions(path)).Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFollow reads a backlog, as after a long outage.
func BenchmarkFollow(b *testing.B) {
	path, n := fullLog(b, 8<<20)
	h := run(b, benchOptions(path))
	i := 0
	for b.Loop() {
		i++
		take(b, h.Log, fmt.Sprint("follower ", i), n, func(uint64) uint64 { return 0 })
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
	if st, err := h.Stats(); err != nil || st.Lost > 0 {
		b.Fatal(st, err)
	}
}

// BenchmarkIntake is what the log takes from 256 who all append events of 200 bytes.
func BenchmarkIntake(b *testing.B) {
	h := run(b, benchOptions(benchDir(b)))
	f := sized(200)
	b.SetParallelism(max(1, 256/runtime.GOMAXPROCS(0)))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			h.append(b, f)
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	reportPages(b, h, b.N)
}
