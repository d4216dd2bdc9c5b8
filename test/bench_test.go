package test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"readyshelf/buffer"
	"readyshelf/kitchen"
	"readyshelf/predict"
)

// fullLog writes a log of 64 MiB that takes no more: all of it is still to be sent.
func fullLog(b *testing.B, path string) {
	b.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	now := func() kitchen.Stamp {
		return kitchen.Stamp{Boot: 1, Up: time.Since(began), At: time.Now(), Clock: kitchen.Synced}
	}
	opts := buffer.Options{
		Path: path, BootID: "bench", Now: now, Decider: &kitchen.Decider{Model: predict.New(), Rules: kitchen.DefaultRules()},
	}
	unsent(b, opts, func(ctx context.Context, l *buffer.Log) error {
		batch := make([]kitchen.Event, 500)
		for n := 0; ; n++ {
			for i := range batch {
				batch[i] = now().Fact("printer/kitchen")
				batch[i].Ticket = &kitchen.Ticket{Kind: kitchen.SlipReport, Number: strconv.Itoa(n*len(batch) + i), Text: true}
			}
			err := l.Append(ctx, batch...)
			if errors.Is(err, buffer.ErrFull) {
				return nil
			}
			if err != nil {
				return err
			}
		}
	})
}

// BenchmarkDaemon is the real program on a full log: how long from its start to a
// printer that answers, and what it needs when it has nothing to do.
func BenchmarkDaemon(b *testing.B) {
	dir := b.TempDir()
	db := filepath.Join(dir, "data", "readyshelf.db")
	fullLog(b, db)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	printer := ln.Addr().String()
	ln.Close()
	conf := filepath.Join(dir, "readyshelf.toml")
	text := fmt.Sprintf("store = \"bench\"\ndata = %q\n[[printer]]\nname = \"kitchen\"\nlisten = %q\n[mqtt]\nbrokers = [\"tcp://127.0.0.1:1\"]\n[board]\nlisten = \"\"\n[metrics]\nlisten = \"\"\n", filepath.Dir(db), printer)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	var starts []time.Duration
	var anon float64
	for b.Loop() {
		for range 5 {
			began := time.Now()
			p := start(b, binary, "run", "--config", conf)
			if !within(20*time.Second, func() bool { return answers(printer) }) {
				b.Fatalf("the printer does not answer; the daemon said\n%s", p.out.String())
			}
			starts = append(starts, time.Since(began))
			<-time.After(3 * time.Second) // it idles
			anon = max(anon, rssAnon(b, p.cmd.Process.Pid))
			p.end(syscall.SIGTERM)
		}
	}
	slices.Sort(starts)
	info, err := os.Stat(binary)
	if err != nil {
		b.Fatal(err)
	}
	log, err := os.Stat(db)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(starts[len(starts)/2].Microseconds())/1000, "cold-start-p50-ms")
	b.ReportMetric(anon, "idle-RssAnon-MB")
	b.ReportMetric(float64(info.Size())/1e6, "binary-MB")
	b.ReportMetric(float64(log.Size())/1e6, "log-MB")
	b.ReportMetric(0, "ns/op") // says nothing: idling is in it
}

// answers says whether a printer answers as tills want it.
func answers(addr string) bool {
	_, err := askPrinter(context.Background(), addr)
	return err == nil
}

// rssAnon is the memory in MB that is the process' own and no file's.
func rssAnon(b *testing.B, pid int) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if kb, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			n, err := strconv.ParseFloat(strings.Fields(kb)[0], 64)
			if err != nil {
				b.Fatal(err)
			}
			return n * 1024 / 1e6
		}
	}
	b.Fatal("no RssAnon in the process status")
	return 0
}
