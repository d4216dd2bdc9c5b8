package test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"readyshelf/device/virtual"
)

// kills is how often the daemon is killed.
const kills = 50

// galley is a daemon with buttons and lamps, tickets that stream in and fingers
// that press, whatever happens to it.
type galley struct {
	t        *testing.T
	conf, db string
	printer  string
	buttons  []*virtual.Button
	lamps    []*virtual.Lamp

	life atomic.Int64 // which daemon it is, from one kill to the next
	mu   sync.Mutex
	lit  map[string]int // by slot: presses that the lamp confirmed
}

func newGalley(t *testing.T, b *broker) *galley {
	t.Helper()
	dir := t.TempDir()
	k := &galley{
		t: t, conf: filepath.Join(dir, "readyshelf.toml"), db: filepath.Join(dir, "data", "readyshelf.db"),
		printer: freePort(t), lit: map[string]int{},
	}
	var conf strings.Builder
	fmt.Fprintf(&conf, "store = \"test\"\ndevice = \"pi\"\nencoding = \"cp437\"\ndata = %q\n[[printer]]\nname = \"kitchen\"\nlisten = %q\n", filepath.Dir(k.db), k.printer)
	for i := range 4 {
		button, err := virtual.NewButton(filepath.Join(dir, fmt.Sprintf("button%d", i)))
		if err != nil {
			t.Fatal(err)
		}
		lamp, err := virtual.NewLamp(filepath.Join(dir, fmt.Sprintf("lamp%d", i)))
		if err != nil {
			t.Fatal(err)
		}
		k.buttons, k.lamps = append(k.buttons, button), append(k.lamps, lamp)
		fmt.Fprintf(&conf, "[[button]]\nslot = %q\nline = \"sim:%s\"\nlight = \"sim:%s\"\n", slotName(i), button.Path, lamp.Path)
	}
	fmt.Fprintf(&conf, "[mqtt]\nbrokers = [\"tcp://%s\"]\n[board]\nlisten = \"\"\n[metrics]\nlisten = \"\"\n", b.Addr)
	if err := os.WriteFile(k.conf, []byte(conf.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return k
}

func slotName(i int) string { return fmt.Sprintf("A%d", i+1) }

// stream prints tickets and presses buttons until ctx ends.
func (k *galley) stream(ctx context.Context, seed uint64) {
	var people sync.WaitGroup
	for _, lamp := range k.lamps {
		people.Go(lamp.Run)
	}
	people.Go(func() {
		for n := 1; ctx.Err() == nil; n++ {
			// A job that the printer did not take whole is printed again, as tills do.
			job := fmt.Appendf(nil, "\x1b@Order #%d\n2x Soup\n1x Bread\n\x1dV\x01", n)
			for ctx.Err() == nil && print(ctx, k.printer, job) != nil {
				nap(ctx, 20*time.Millisecond)
			}
			nap(ctx, 25*time.Millisecond)
		}
	})
	for i := range k.buttons {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		people.Go(func() {
			for ctx.Err() == nil {
				k.press(ctx, i)
				nap(ctx, time.Duration(r.IntN(300))*time.Millisecond)
			}
		})
	}
	<-ctx.Done()
	for i := range k.lamps {
		k.lamps[i].Unplug()
		k.buttons[i].Unplug()
	}
	people.Wait()
}

// Of the lamp's patterns: steady is longer than any but "ready" keeps it lit, a
// flash of "assigned" is shorter, and comes every two seconds.
const (
	steady  = 400 * time.Millisecond
	flash   = 250 * time.Millisecond
	flashes = 2200 * time.Millisecond
)

// press presses a button. It counts the press as confirmed if the same daemon
// whose lamp said "assigned" before it says "ready" after it.
func (k *galley) press(ctx context.Context, i int) {
	life := k.life.Load()
	cooking := k.flashes(ctx, i)
	k.buttons[i].Press(60 * time.Millisecond)
	if cooking && k.lasts(ctx, i, true, steady) == steady && k.life.Load() == life {
		k.mu.Lock()
		k.lit[slotName(i)]++
		k.mu.Unlock()
	}
}

// flashes waits for a flash of a lamp.
func (k *galley) flashes(ctx context.Context, i int) bool {
	if k.lasts(ctx, i, false, flashes) == flashes {
		return false
	}
	return k.lasts(ctx, i, true, flash) < flash
}

// lasts watches a lamp that is lit or dark, for so long at most, and says how long
// it stayed so.
func (k *galley) lasts(ctx context.Context, i int, lit bool, most time.Duration) time.Duration {
	const look = 10 * time.Millisecond
	for d := time.Duration(0); d < most; d += look {
		if k.lamps[i].Lit() != lit || ctx.Err() != nil {
			return d
		}
		nap(ctx, look)
	}
	return most
}

func (k *galley) confirmed() map[string]int {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := map[string]int{}
	for slot, n := range k.lit {
		out[slot] = n
	}
	return out
}

func nap(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// TestKill kills the real program again and again while the kitchen works and the
// broker comes and goes. What was acknowledged is in the log for ever, under the
// same number, and reaches a subscriber.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute and a half")
	}
	b := newBroker(t)
	r := b.subscribe()
	k := newGalley(t, b)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 99))
	ctx, stop := context.WithCancel(t.Context())
	var streaming sync.WaitGroup
	streaming.Go(func() { k.stream(ctx, seed) })
	t.Cleanup(func() { stop(); streaming.Wait() })

	var known []logged
	for i := range kills {
		p := start(t, binary, "run", "--config", k.conf)
		if i%5 == 2 {
			b.restart(time.Duration(rnd.IntN(300)) * time.Millisecond)
		}
		nap(ctx, time.Duration(100+rnd.IntN(3000))*time.Millisecond)
		if i%2 == 0 {
			known = k.compare(known, dump(t, k.db)) // beside the running daemon: acknowledged
		}
		lit := k.confirmed()
		k.life.Add(1)
		p.end(syscall.SIGKILL)
		if strings.Contains(p.said(), "panic") {
			t.Fatalf("the daemon said:\n%s", p.said())
		}
		known = k.compare(known, dump(t, k.db))
		k.compareLamps(lit, known)
	}

	stop()
	streaming.Wait()
	p := start(t, binary, "run", "--config", k.conf)
	arrived := func() bool { return len(missing(k.compare(known, dump(t, k.db)), r.events())) == 0 }
	if !within(60*time.Second, arrived) {
		t.Errorf("alerts that never arrived: %v", missing(dump(t, k.db), r.events()))
	}
	p.end(syscall.SIGTERM)
	oneBody(t, r.events())
	known = k.compare(known, dump(t, k.db))
	t.Logf("%d kills, %d events, %d messages, presses confirmed by lamps: %v", kills, len(known), len(r.events()), k.confirmed())
	if len(known) < 10*kills || len(k.confirmed()) == 0 {
		t.Error("too little happened for this to prove anything")
	}
}

// compare checks that a later dump begins with all of an earlier one, unchanged.
func (k *galley) compare(earlier, later []logged) []logged {
	k.t.Helper()
	if len(later) < len(earlier) {
		k.t.Fatalf("the log had %d events and now has %d", len(earlier), len(later))
	}
	for i, e := range earlier {
		if later[i].line != e.line {
			k.t.Fatalf("event %d changed\nfrom %s\nto   %s", e.Seq, e.line, later[i].line)
		}
	}
	for i, e := range later {
		if e.Seq != uint64(i+1) {
			k.t.Fatalf("event %d stands where %d should", e.Seq, i+1)
		}
	}
	return later
}

// compareLamps checks that every press that a lamp confirmed is in the log.
func (k *galley) compareLamps(lit map[string]int, events []logged) {
	k.t.Helper()
	ready := map[string]int{}
	for _, e := range events {
		if e.Alert != nil && e.Alert.Type == "order.ready" {
			ready[e.Alert.Slot]++
		}
	}
	for slot, n := range lit {
		if ready[slot] < n {
			k.t.Fatalf("the lamp at %s confirmed %d presses, the log has %d", slot, n, ready[slot])
		}
	}
}

// missing returns the alerts of a log that no message brought.
func missing(events []logged, messages []message) []uint64 {
	got := map[string]bool{}
	for _, m := range messages {
		got[m.ID[strings.LastIndex(m.ID, "-")+1:]] = true
	}
	var out []uint64
	for _, e := range events {
		if e.Alert != nil && !got[fmt.Sprint(e.Seq)] {
			out = append(out, e.Seq)
		}
	}
	return out
}

// oneBody checks that an id always says the same.
func oneBody(t *testing.T, messages []message) {
	t.Helper()
	first := map[string]message{}
	for _, m := range messages {
		f, again := first[m.ID]
		if !again {
			first[m.ID] = m
			continue
		}
		var a, b any
		json.Unmarshal(f.Data, &a)
		json.Unmarshal(m.Data, &b)
		if diff := gocmp.Diff(a, b); diff != "" || m.Sequence != f.Sequence || m.Type != f.Type {
			t.Errorf("%s came twice and says different things: %s", m.ID, diff)
		}
	}
}
