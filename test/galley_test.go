package test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"readyshelf/device/virtual"
)

// galley is a daemon with buttons and lamps, tickets that stream in and fingers
// that press, whatever happens to it. It notes what the daemon accepted: a press
// whose lamp was lit, a print job that was answered.
type galley struct {
	t        *testing.T
	conf, db string
	printer  string
	slip     string // what is printed below an order's number
	buttons  []*virtual.Button
	lamps    []*virtual.Lamp

	life atomic.Int64 // which daemon it is, from one kill to the next
	mu   sync.Mutex
	ok   accepted
}

// accepted is what a daemon must never forget.
type accepted struct {
	lit     map[string]int // by slot: presses that the lamp confirmed
	printed []int          // numbers of orders whose job was answered
}

// slots is how many buttons with a lamp a galley has.
const slots = 4

// newGalley builds a galley with its data in the folder data and with more lines
// of configuration; b may be nil, for a broker that never answers.
func newGalley(t *testing.T, b *broker, data, more string) *galley {
	t.Helper()
	dir := t.TempDir()
	k := &galley{
		t: t, conf: filepath.Join(dir, "readyshelf.toml"), db: filepath.Join(data, "readyshelf.db"),
		printer: freePort(t), slip: "2x Soup\n1x Bread\n", ok: accepted{lit: map[string]int{}},
	}
	if err := os.MkdirAll(data, 0o750); err != nil {
		t.Fatal(err)
	}
	addr := "127.0.0.1:1"
	if b != nil {
		addr = b.Addr
	}
	var conf strings.Builder
	fmt.Fprintf(&conf, "store = \"test\"\ndevice = \"pi\"\nencoding = \"cp437\"\ndata = %q\n[[printer]]\nname = \"kitchen\"\nlisten = %q\n", data, k.printer)
	for i := range slots {
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
	fmt.Fprintf(&conf, "[mqtt]\nbrokers = [\"tcp://%s\"]\n[board]\nlisten = \"\"\n[metrics]\nlisten = \"\"\n%s", addr, more)
	if err := os.WriteFile(k.conf, []byte(conf.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return k
}

func slotName(i int) string { return fmt.Sprintf("A%d", i+1) }

// work lets people print and press until the returned function is called, at the
// end of the test at the latest.
func (k *galley) work(seed uint64) (stop func()) {
	ctx, cancel := context.WithCancel(k.t.Context())
	var people sync.WaitGroup
	people.Go(func() { k.stream(ctx, seed) })
	stop = func() { cancel(); people.Wait() }
	k.t.Cleanup(stop)
	return stop
}

// stream prints tickets and presses buttons until ctx ends.
func (k *galley) stream(ctx context.Context, seed uint64) {
	var people sync.WaitGroup
	for _, lamp := range k.lamps {
		people.Go(lamp.Run)
	}
	people.Go(func() {
		for n := 1; ctx.Err() == nil; n++ {
			// A job that the printer did not answer is printed again, as tills do.
			for ctx.Err() == nil && k.print(ctx, n) != nil {
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

// What a till asks behind its job, and what the printer answers once it has dealt
// with all before it: GS ( H, "I have come to here", and DLE EOT 1, "are you
// online?" (Epson, "ESC/POS Application Programming Guide").
const (
	askArrived = "\x1d(H\x06\x0000till"
	arrived    = "\x37\x22till\x00"
	askOnline  = "\x10\x04\x01"
	online     = 0x12
)

// print prints order n, and notes it as accepted if the printer says that it has
// come to the end of the job, and then that it is online: it stored all of it.
func (k *galley) print(ctx context.Context, n int) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", k.printer)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(3 * time.Second))
	answer := make([]byte, len(arrived))
	if _, err := fmt.Fprintf(conn, "\x1b@Order #%d\n%s\x1dV\x01%s", n, k.slip, askArrived); err != nil {
		return err
	}
	if _, err := io.ReadFull(conn, answer); err != nil {
		return err
	}
	if !bytes.Equal(answer, []byte(arrived)) {
		return fmt.Errorf("the printer answered %q", answer)
	}
	if _, err := io.WriteString(conn, askOnline); err != nil {
		return err
	}
	if _, err := io.ReadFull(conn, answer[:1]); err != nil {
		return err
	}
	if answer[0] != online {
		return fmt.Errorf("the printer is offline (%#02x)", answer[0])
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ok.printed = append(k.ok.printed, n)
	return nil
}

// askPrinter asks a printer for its status as tills do: DLE EOT 1.
func askPrinter(ctx context.Context, addr string) (status byte, err error) {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := io.WriteString(conn, askOnline); err != nil {
		return 0, err
	}
	var b [1]byte
	_, err = io.ReadFull(conn, b[:])
	return b[0], err
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
	if cooking && k.lasts(ctx, i, true, steady) == steady {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.life.Load() == life {
			k.ok.lit[slotName(i)]++
		}
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

// died ends a life of the daemon: what a lamp shows from here on proves nothing.
// It returns what was accepted until now.
func (k *galley) died() accepted {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.life.Add(1)
	return k.ok.clone()
}

// sofar returns what was accepted until now.
func (k *galley) sofar() accepted {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.ok.clone()
}

func (a accepted) clone() accepted {
	return accepted{maps.Clone(a.lit), slices.Clone(a.printed)}
}

// presses is how many presses lamps have confirmed.
func (a accepted) presses() int {
	n := 0
	for _, lit := range a.lit {
		n += lit
	}
	return n
}

// lost says what of a is not among the events.
func (a accepted) lost(events []logged) []string {
	ready, slips := map[string]int{}, map[string]bool{}
	for _, e := range events {
		if e.Alert != nil && e.Alert.Type == "order.ready" {
			ready[e.Alert.Slot]++
		}
		if e.Ticket != nil {
			slips[e.Ticket.Number] = true
		}
	}
	var lost []string
	for slot, n := range a.lit {
		if ready[slot] < n {
			lost = append(lost, fmt.Sprintf("the lamp at %s confirmed %d presses, the log has %d", slot, n, ready[slot]))
		}
	}
	for _, n := range a.printed {
		if !slips[fmt.Sprint(n)] {
			lost = append(lost, fmt.Sprintf("the printer answered the job of order %d, the log does not have it", n))
		}
	}
	return lost
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

func nap(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
