package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/buffer"
	"readyshelf/kitchen"
	"readyshelf/predict"
)

// storedLog is a log with a lunch in which the clock was set late. It ends with an
// order of a boot that never knew the time.
func storedLog(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), logName)
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	unset := func(boot uint32, up time.Duration) kitchen.Stamp {
		return kitchen.Stamp{Boot: boot, Up: up, At: time.Unix(0, 0).Add(up).UTC(), Clock: kitchen.Unknown}
	}
	slip := func(at kitchen.Stamp, number, dish string) kitchen.Event {
		e := at.Fact("printer/kitchen")
		e.Ticket = &kitchen.Ticket{Kind: kitchen.SlipOrder, Channel: "meituan", Number: number, Text: true, Items: []kitchen.Item{{Qty: 2, Name: dish}}}
		return e
	}
	press := func(at kitchen.Stamp, g kitchen.Gesture) kitchen.Event {
		e := at.Fact("button/A1")
		e.Press = &kitchen.Press{Slot: "A1", Gesture: g}
		return e
	}
	set := kitchen.Stamp{Boot: 1, Up: 10 * time.Minute, At: noon, Clock: kitchen.Synced}
	clock := set.Fact("clock")
	clock.ClockSet = &kitchen.ClockSet{Offset: noon.Sub(time.Unix(600, 0))}
	weight := set.Add(time.Minute).Fact("scale/s1")
	weight.Weight = &kitchen.Weight{Grams: 520, Delta: 500}
	fault := set.Add(2 * time.Minute).Fact("scale/s1")
	fault.Fault = &kitchen.Fault{Device: "scale/s1", Text: "it was unplugged", Remedy: "plug it in again"}
	for boot, facts := range [][]kitchen.Event{
		{slip(unset(1, time.Minute), "21", "宫保鸡丁饭"), clock, press(set.Add(30*time.Second), kitchen.Down), weight, fault},
		{slip(unset(2, time.Minute), "22", "Mapo tofu")},
	} {
		var now atomic.Pointer[kitchen.Stamp]
		now.Store(&facts[0].Stamp)
		rules := kitchen.DefaultRules()
		rules.Slots, rules.Location = []string{"A1", "A2"}, time.UTC
		log, err := buffer.Open(buffer.Options{
			Path: path, BootID: string(rune('a' + boot)), Prefill: 1 << 16,
			Decider: &kitchen.Decider{Model: predict.New(), Rules: rules},
			Now:     func() kitchen.Stamp { return *now.Load() },
		})
		if err != nil {
			t.Fatal(err)
		}
		runLog(t, log, &now, facts)
	}
	return path
}

// said is what a command line prints, and its exit code.
func said(t *testing.T, args ...string) (out, complaint string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	code = command(t.Context(), args, streams{strings.NewReader(""), &o, &e})
	return o.String(), e.String(), code
}

// What people read of a log, with the times that became known after the events.
func TestLogDump(t *testing.T) {
	path := storedLog(t)
	out, complaint, code := said(t, "log", "dump", path)
	golden(t, "log-dump.txt", out)
	if code != 0 {
		t.Errorf("exit code %d: %s", code, complaint)
	}
	all := strings.Count(out, "\n")

	one, _, _ := said(t, "log", "dump", "--order", "21", path)
	for line := range strings.Lines(one) {
		if strings.Contains(line, "/22 ") || strings.Contains(line, "scale") {
			t.Errorf("not about order 21: %s", line)
		}
	}
	if !strings.Contains(one, "order.ready") || !strings.Contains(one, "slip:") {
		t.Errorf("order 21 without its slip or its end:\n%s", one)
	}
	late, _, _ := said(t, "log", "dump", "--since", "2026-11-22T12:01:00Z", path)
	if !strings.HasSuffix(out, late) || strings.Contains(late, "order.ready") || !strings.Contains(late, "520 g") {
		t.Errorf("since 12:01:\n%s", late)
	}
	lines, _, _ := said(t, "log", "dump", "--json", path)
	if n := strings.Count(lines, "\n"); n != all {
		t.Errorf("%d lines of JSON for %d of text", n, all)
	}
	if first, _, _ := strings.Cut(lines, "\n"); !strings.Contains(first, `"at":"2026-11-22T11:51:00Z","clock":"estimated"`) {
		t.Errorf("the time of the first slip is not corrected: %s", first)
	}
	if _, complaint, code := said(t, "log", "dump", "--since", "yesterday", path); code != exitConfig || !strings.Contains(complaint, "2h") {
		t.Errorf("--since yesterday: exit code %d, %s", code, complaint)
	}
}

func TestSince(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.Local)
	for text, want := range map[string]time.Time{
		"2h": now.Add(-2 * time.Hour), "-30m": now.Add(-30 * time.Minute),
		"2026-11-21": time.Date(2026, 11, 21, 0, 0, 0, 0, time.Local), "2026-11-22 11:30": now.Add(-30 * time.Minute),
		"2026-11-22T10:00:00+08:00": time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC),
	} {
		var f sinceFlag
		if err := f.UnmarshalText([]byte(text)); err != nil || !f.at(now).Equal(want) {
			t.Errorf("%q is %v, want %v (%v)", text, f.at(now), want, err)
		}
	}
}

// A log is compacted and checked by hand; a daemon that runs keeps it.
func TestLogCompact(t *testing.T) {
	path := storedLog(t)
	before, _, _ := said(t, "log", "dump", "--json", path)
	out, complaint, code := said(t, "log", "compact", path)
	if code != 0 || !strings.Contains(out, "nothing of it is lost") {
		t.Fatalf("exit code %d: %s%s", code, out, complaint)
	}
	after, _, _ := said(t, "log", "dump", "--json", path)
	if d := cmp.Diff(before, after); d != "" {
		t.Errorf("the log changed (-before +after):\n%s", d)
	}
	if _, complaint, code := said(t, "log", "compact", path+".none"); code != exitFailed || !strings.Contains(complaint, "no such file") {
		t.Errorf("no file: exit code %d, %s", code, complaint)
	}
}

// What is left of a damaged log is printed, or becomes a log.
func TestLogSalvage(t *testing.T) {
	path := storedLog(t)
	before, _, _ := said(t, "log", "dump", "--json", path)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	clear(b[:2*4096]) // both meta pages: no program opens it any more
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, complaint, code := said(t, "log", "dump", path); code == 0 || !strings.Contains(complaint, "damaged") {
		t.Errorf("dump: exit code %d, %s", code, complaint)
	}
	out, complaint, code := said(t, "log", "salvage", path)
	if n := strings.Count(out, "\n"); code != 0 || n != strings.Count(before, "\n") || !strings.Contains(complaint, "events\n") || strings.Contains(complaint, "missing") {
		t.Errorf("exit code %d, %d events: %s", code, n, complaint)
	}
	made := filepath.Join(t.TempDir(), "new.db")
	if _, complaint, code := said(t, "log", "salvage", "--out", made, path); code != 0 {
		t.Fatalf("exit code %d: %s", code, complaint)
	}
	if err := buffer.Probe(made); err != nil {
		t.Error(err)
	}
	text, _, _ := said(t, "log", "dump", made)
	old, _, _ := strings.Cut(strings.TrimPrefix(complaint, "log "), ":")
	golden(t, "log-salvaged.txt", strings.ReplaceAll(text, old, "{old}"))
	if _, complaint, code := said(t, "log", "salvage", "--out", made, path); code != exitFailed || !strings.Contains(complaint, "name a new file") {
		t.Errorf("over a file: exit code %d, %s", code, complaint)
	}
}

// runLog writes facts to a log as they happen, one commit each, and closes it.
func runLog(t *testing.T, log *buffer.Log, now *atomic.Pointer[kitchen.Stamp], facts []kitchen.Event) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- log.Run(ctx) }()
	for _, f := range facts {
		now.Store(&f.Stamp)
		if err := log.Append(ctx, f); err != nil {
			t.Error(err)
		}
	}
	cancel()
	if err := errors.Join(<-ended, log.Close()); err != nil {
		t.Fatal(err)
	}
}

// golden compares what was printed with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", path, d)
	}
}

// TestSayRead: the log in words tells what was read from a picture from what is text.
func TestSayRead(t *testing.T) {
	words := kitchen.Ticket{Kind: kitchen.SlipOrder, Number: "42", Of: 7, Confidence: 0.93}
	if got, want := sayTicket(words), "read from a picture, 93 % sure: order #42"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
