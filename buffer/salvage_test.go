package buffer

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"readyshelf/kitchen"
)

// raced says that the race detector is on, which makes reading a log many times slower.
var raced bool

var damagedFiles = flag.Int("damaged", 100, "how many damaged files TestSalvage makes, and TestAnyDamage a fifth of that")

// fixed is a model that counts what it saw and expects everything after 20 minutes.
type fixed struct{ Seen int }

func (m *fixed) Apply(*kitchen.State, kitchen.Event) { m.Seen++ }
func (m *fixed) Forecast(*kitchen.State, *kitchen.Order, kitchen.Stamp) kitchen.Forecast {
	return sure{}
}
func (m *fixed) Snapshot() (json.RawMessage, error) { return json.Marshal(m) }
func (m *fixed) Restore(b json.RawMessage) error {
	*m = fixed{}
	if b == nil {
		return nil
	}
	return json.Unmarshal(b, m)
}

type sure struct{}

func (sure) CDF(d time.Duration) float64 {
	if d < 20*time.Minute {
		return 0
	}
	return 1
}
func (sure) Quantile(float64) time.Duration { return 20 * time.Minute }

// shop is a real kitchen on a log.
type shop struct {
	*Log
	decider *kitchen.Decider
	end     func() error
}

// openShop opens the log at path on a boot and runs it.
func openShop(path string, boot int) (*shop, error) {
	return lookShop(path, boot, func(*kitchen.Decider) {})
}

// lookShop is openShop with a look at the kitchen before the log's writer owns it.
func lookShop(path string, boot int, look func(*kitchen.Decider)) (*shop, error) {
	s := &shop{decider: &kitchen.Decider{Model: &fixed{}, Rules: kitchen.DefaultRules()}}
	s.decider.Rules.Slots, s.decider.Rules.Location = []string{"A1", "A2", "A3"}, time.UTC
	var n atomic.Int64
	opts := Options{
		Path: path, Decider: s.decider, BootID: fmt.Sprint("boot-", boot), MaxSize: 4 << 20, Prefill: 256 << 10, Probe: probeChild,
		Now: func() kitchen.Stamp {
			up := time.Duration(n.Add(1)) * time.Second
			return kitchen.Stamp{Boot: s.Boot(), Up: up, At: epoch.UTC().Add(time.Duration(boot)*time.Hour + up), Clock: kitchen.Synced}
		},
	}
	l, err := Open(opts)
	if err != nil {
		return nil, err
	}
	s.Log = l
	look(s.decider)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	s.end = func() error {
		cancel()
		return errors.Join(<-ended, l.Close())
	}
	return s, nil
}

// lunch is a sound log at rest, and what is known of it.
type lunch struct {
	bytes   []byte
	sidecar []byte
	id      string
	events  map[uint64]kitchen.Event
	acked   uint64
	pages   map[uint64]int // of each record
	states  map[uint64][]int
	orders  map[uint64]string // accepted by which event
}

// makeLunch lets a kitchen work for three boots.
func makeLunch(t *testing.T) *lunch {
	t.Helper()
	path := logPath(t)
	for boot := 1; boot <= 3; boot++ {
		s, err := openShop(path, boot)
		if err != nil {
			t.Fatal(err)
		}
		s.Remember("uplink")
		for i := range 120 {
			e := s.opts.Now().Fact("printer/kitchen")
			e.Ticket = &kitchen.Ticket{
				Kind: kitchen.SlipOrder, Number: fmt.Sprint(1000*boot + i), Channel: "own",
				Items: []kitchen.Item{{Qty: 1, Name: fmt.Sprint("dish ", i)}}, Text: true, Print: uint64(1000*boot + i),
			}
			if i%3 == 2 {
				e = s.opts.Now().Fact("button/A1")
				e.Press = &kitchen.Press{Slot: "A1", Gesture: kitchen.Down}
			}
			if err := s.Append(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		stop := errors.New("enough")
		err = s.Follow(t.Context(), "uplink", func(es []kitchen.Event, ack func(uint64)) error {
			ack(es[0].Seq + 99)
			return stop
		})
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
		if err := s.end(); err != nil {
			t.Fatal(err)
		}
	}
	return newLunch(t, path)
}

func newLunch(t *testing.T, path string) *lunch {
	t.Helper()
	m := &lunch{events: map[uint64]kitchen.Event{}, pages: map[uint64]int{}, states: map[uint64][]int{}, orders: map[uint64]string{}}
	for _, e := range dump(t, path) {
		m.events[e.Seq] = e
		if e.Alert != nil && e.Alert.Type == kitchen.OrderAccepted {
			m.orders[e.Seq] = e.Alert.ID
		}
	}
	r := sound(t, path)
	m.id, m.acked = r.ID, r.Cursors["uplink"]
	st, _, err := openAtRest(path)
	if err != nil {
		t.Fatal(err)
	}
	m.bytes, err = os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := func(v []byte) int {
		at := uintptr(unsafe.Pointer(&v[0])) - st.db.Info().Data
		if at >= uintptr(len(m.bytes)) { // bbolt copies what lies askew: of the small buckets on the root's page
			return newestMeta(m.bytes, 16)
		}
		return int(at) / pageSize
	}
	err = st.view(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			return b.ForEach(func(k, v []byte) error {
				if _, err := decodeStamp(k, v); err == nil {
					m.pages[seqOf(k)] = page(v)
				}
				if c, err := decodeChunk(k, v); err == nil {
					m.states[c.seq] = append(m.states[c.seq], page(v))
				}
				return nil
			})
		})
	})
	if err = errors.Join(err, st.close()); err != nil {
		t.Fatal(err)
	}
	m.sidecar, err = os.ReadFile(sidecarPath(path))
	if err != nil || len(m.pages) != len(m.events) || len(m.states) != 2 || m.acked == 0 {
		t.Fatalf("%d events, %d on pages, %d checkpoints, %d acknowledged: %v", len(m.events), len(m.pages), len(m.states), m.acked, err)
	}
	return m
}

// harm returns a damaged copy of the log and the pages that are no longer what
// they were.
func (m *lunch) harm(r *rand.Rand, kind int) (b []byte, hurt map[int]bool, what string) {
	b, hurt = slices.Clone(m.bytes), map[int]bool{}
	used := int(newestMetaHigh(b))
	page := r.IntN(used)
	at := b[page*pageSize:][:pageSize]
	hit := func(from, to int) {
		for p := from; p < to; p++ {
			hurt[p] = true
		}
	}
	switch kind % 7 {
	case 0:
		what = "zeroed page"
		clear(at)
		hurt[page] = true
	case 1:
		what = "garbage page"
		for i := range at {
			at[i] = byte(r.Uint32())
		}
		hurt[page] = true
	case 2:
		what = "flipped bits"
		for range 8 {
			i := r.IntN(used * pageSize)
			b[i] ^= 1 << r.IntN(8)
			hurt[i/pageSize] = true
		}
	case 3:
		what = "truncated"
		n := r.IntN(used * pageSize)
		b = b[:n]
		hit(n/pageSize, len(m.bytes)/pageSize+1)
	case 4:
		what = "torn meta"
		page = r.IntN(2)
		clear(b[page*pageSize+8*r.IntN(10):][:8+r.IntN(pageSize-100)])
		hurt[page] = true
	case 5:
		what = "zeroed tail"
		n := r.IntN(used * pageSize)
		clear(b[n:])
		hit(n/pageSize, len(m.bytes)/pageSize+1)
	case 6:
		what = "emptied"
		b = nil
		hit(0, len(m.bytes)/pageSize+1)
	}
	return b, hurt, what
}

func newestMetaHigh(b []byte) uint64 {
	var newest, high uint64
	for i := range 2 {
		m := b[i*pageSize+16:]
		if tx := binary.LittleEndian.Uint64(m[48:]); tx >= newest {
			newest, high = tx, binary.LittleEndian.Uint64(m[40:])
		}
	}
	return high
}

// TestSalvage damages a log in many ways. Every start works, every record whose page
// is intact is there afterwards under its identity, what is not is told, and the
// second start finds nothing more to do.
func TestSalvage(t *testing.T) {
	m := makeLunch(t)
	n := *damagedFiles
	if testing.Short() || raced {
		n = min(n, 28)
	}
	for i := range n {
		b, hurt, what := m.harm(rand.New(rand.NewPCG(7, uint64(i))), i)
		t.Run(fmt.Sprint(i, " ", what), func(t *testing.T) {
			t.Parallel()
			m.survive(t, b, hurt)
		})
	}
}

func (m *lunch) survive(t *testing.T, b []byte, hurt map[int]bool) {
	path := logPath(t)
	if err := errors.Join(os.WriteFile(path, b, 0o600), os.WriteFile(sidecarPath(path), m.sidecar, 0o600)); err != nil {
		t.Fatal(err)
	}
	s, err := lookShop(path, 4, func(d *kitchen.Decider) { m.checkState(t, d, hurt) })
	if err != nil {
		t.Fatal(err)
	}
	id, old := s.ID(), s.Replaced()
	if s.Boot() != 4 {
		t.Errorf("boot is %d, want 4", s.Boot())
	}
	if old.Why != "" { // as the daemon does
		for _, g := range old.Gaps {
			gap := s.opts.Now().Fact(LogDevice)
			gap.Gap = &g
			if err := s.Append(t.Context(), gap); err != nil {
				t.Fatal(err)
			}
		}
		fault := s.opts.Now().Fact(LogDevice)
		fault.Fault = &kitchen.Fault{Device: LogDevice, Text: old.Why}
		if err := s.Append(t.Context(), fault); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	m.checkEvents(t, path, hurt)

	again, err := openShop(path, 5)
	if err != nil {
		t.Fatal(err)
	}
	if again.ID() != id || again.Replaced().Why != "" {
		t.Errorf("the second start has log %s, want %s; replaced: %q", again.ID(), id, again.Replaced().Why)
	}
	if err := again.end(); err != nil {
		t.Error(err)
	}
	if (id != m.id) != (old.Why != "") {
		t.Errorf("log %s became %s; replaced: %q", m.id, id, old.Why)
	}
	if kept, err := filepath.Glob(path + ".bad-*"); err != nil || id != m.id && !slices.Contains(kept, path+".bad-1") {
		t.Errorf("kept are %q (%v)", kept, err)
	}
}

// checkState checks that what a checkpoint knew is known, if its pages are intact.
func (m *lunch) checkState(t *testing.T, d *kitchen.Decider, hurt map[int]bool) {
	t.Helper()
	for seq, pages := range m.states {
		if slices.ContainsFunc(pages, func(p int) bool { return hurt[p] }) {
			continue
		}
		for at, order := range m.orders {
			if at <= seq && d.State.Orders[order] == nil {
				t.Errorf("the checkpoint at %d is intact and order %s of event %d is not known", seq, order, at)
			}
		}
		if got := d.Model.(*fixed).Seen; got < int(seq) {
			t.Errorf("the model saw %d events, the checkpoint's saw %d", got, seq)
		}
	}
}

// checkEvents checks that what is intact is there, and that what is not is told.
func (m *lunch) checkEvents(t *testing.T, path string, hurt map[int]bool) {
	t.Helper()
	var told spans
	got := map[uint64]kitchen.Event{}
	err := Dump(path, func(e kitchen.Event) error {
		sent := false
		if v := e.Salvaged; v != nil {
			if v.Log != m.id && v.Event.Boot < 4 || !v.Known {
				t.Errorf("event %d is salvaged from %s, known %v", e.Seq, v.Log, v.Known)
			}
			e, sent = *v.Event, v.Sent
		} else if e.Gap != nil && e.Gap.Log == m.id && e.Gap.To > 0 {
			told = told.add(span{e.Gap.From, e.Gap.To})
		}
		if want, ok := m.events[e.Seq]; ok && e.Boot < 4 {
			if diff := cmp.Diff(want, e); diff != "" {
				t.Errorf("event %d (-was +is):\n%s", e.Seq, diff)
			}
			if sent && e.Seq > m.acked {
				t.Errorf("event %d is marked as sent, and %d were", e.Seq, m.acked)
			}
			if _, twice := got[e.Seq]; twice {
				t.Errorf("event %d is there twice", e.Seq)
			}
			got[e.Seq] = e
		}
		return nil
	})
	var d *Damage // in a log that goes on, the next reader tells of it
	for _, err := range unjoin(err) {
		if !errors.As(err, &d) {
			t.Fatal(err)
		}
		told = told.add(span{d.From, d.To})
	}
	for seq := range m.events {
		if _, ok := got[seq]; ok {
			continue
		}
		if !hurt[m.pages[seq]] {
			t.Errorf("event %d lay on page %d, which is intact, and is gone", seq, m.pages[seq])
		}
		if len(told.without(span{seq, seq})) > 0 && len(got) > 0 {
			t.Errorf("event %d is gone and nobody was told: %v", seq, told)
		}
	}
}

// unjoin returns the errors that err joins.
func unjoin(err error) (out []error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			out = append(out, unjoin(e)...)
		}
		return out
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// A power cut at any point of a replacement loses nothing: the next start does the
// rest.
func TestCutWhileSalvaging(t *testing.T) {
	m := makeLunch(t)
	b, hurt := slices.Clone(m.bytes), map[int]bool{0: true, 1: true}
	clear(b[:2*pageSize])
	for name, cut := range map[string]func(t *testing.T, path string, opts Options) error{
		"in the new file": func(t *testing.T, path string, _ Options) error {
			return os.WriteFile(path+".new", m.bytes[:5*pageSize], 0o600)
		},
		"before it gets its name": func(t *testing.T, path string, opts Options) error {
			was, err := readSidecar(path)
			err = errors.Join(err, salvageInto(opts, path+".new", "aaaaaaaaaaaaa", was, func(r *Replacement) { r.Why = "cut" }))
			return errors.Join(err, keep(path, path+".bad-1"), was.write(path+".bad-1"))
		},
		"before its sidecar": func(t *testing.T, path string, opts Options) error {
			was, err := readSidecar(path)
			err = errors.Join(err, replace(opts, was, ErrDamaged))
			was.damaged = true
			return errors.Join(err, was.write(path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := logPath(t)
			if err := errors.Join(os.WriteFile(path, b, 0o600), os.WriteFile(sidecarPath(path), m.sidecar, 0o600)); err != nil {
				t.Fatal(err)
			}
			d := &kitchen.Decider{Model: &fixed{}, Rules: kitchen.DefaultRules()}
			opts, err := Options{Path: path, Decider: d, Now: func() kitchen.Stamp { return kitchen.Stamp{} }, MaxSize: 4 << 20}.check()
			if err = errors.Join(err, cut(t, path, opts)); err != nil {
				t.Fatal(err)
			}
			s, err := openShop(path, 4)
			if err != nil {
				t.Fatal(err)
			}
			if s.Replaced().Why == "" {
				t.Error("nobody is told")
			}
			m.checkState(t, s.decider, hurt)
			if err := s.end(); err != nil {
				t.Fatal(err)
			}
			m.checkEvents(t, path, hurt)
			if kept, _ := filepath.Glob(path + ".bad-?"); len(kept) != 1 {
				t.Errorf("kept are %q, want the one bad file", kept)
			}
		})
	}
}

// What was salvaged once is carried over under its first identity when its new log is
// damaged too.
func TestSalvagedTwice(t *testing.T) {
	m := makeLunch(t)
	path := logPath(t)
	b := slices.Clone(m.bytes)
	if err := os.WriteFile(sidecarPath(path), m.sidecar, 0o600); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for boot := 4; boot < 6; boot++ {
		clear(b[:2*pageSize])
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := openShop(path, boot)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, s.ID())
		m.checkState(t, s.decider, map[int]bool{0: true, 1: true})
		e := s.opts.Now().Fact("button/A1")
		e.Press = &kitchen.Press{Slot: "A1", Gesture: kitchen.Down}
		if err := errors.Join(s.Append(t.Context(), e), s.end()); err != nil {
			t.Fatal(err)
		}
		m.checkEvents(t, path, nil)
		if b, err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	own := 0
	for _, e := range dump(t, path) {
		if e.Salvaged != nil && e.Salvaged.Log == ids[0] {
			own++
		}
	}
	if own == 0 {
		t.Error("the events of the first new log are not in the second")
	}
}

// Where the events do not fit, what was acknowledged goes first and forecasts next, and
// each is told; what nobody has stays, however much it is.
func TestSalvageChooses(t *testing.T) {
	s := &salvage{finds: &finds{}, log: "old", sent: 4}
	classes := []kitchen.Class{kitchen.ClassTicket, kitchen.ClassForecast, kitchen.ClassTicket, kitchen.ClassStaff, kitchen.ClassForecast, kitchen.ClassTicket, kitchen.ClassTelemetry, kitchen.ClassStaff}
	for i, c := range classes {
		s.records, s.class = append(s.records, place{seq: uint64(i + 1), size: 100}), append(s.class, c)
	}
	one := salvagedSize(s.records[0])
	for room, want := range map[int64]string{
		8: "12345678 ", 6: "345678 history 1-2 2;", 4: "5678 history 1-4 4;",
		3: "678 history 1-4 4;forecast 5-5 1;", 0: "68 history 1-4 4;forecast 5-5 1;telemetry 7-7 1;",
	} {
		got := ""
		for _, p := range s.choose(room * one) {
			got += fmt.Sprint(p.seq)
		}
		got += " "
		for _, g := range s.r.Gaps {
			got += fmt.Sprintf("%s %d-%d %d;", g.Class, g.From, g.To, g.Events)
		}
		if got != want {
			t.Errorf("room for %d: got %q, want %q", room, got, want)
		}
	}
}

// One damaged page cannot push a cursor ahead, and a sidecar that is not whole is
// believed only its id.
func TestWitnesses(t *testing.T) {
	var w witnesses
	for _, n := range []uint64{5, 1 << 40, 7} {
		w.add(n)
	}
	if got := w.atLeast(0); got != 7 {
		t.Errorf("two say at least %d, want 7", got)
	}
	if got := w.atLeast(20); got != 20 {
		t.Errorf("with a bound of 20 it is %d", got)
	}
	c := sidecar{id: "aaaaaaaaaaaaa", boot: 3, bootID: "b", head: 9, cursors: map[string]uint64{"uplink": 7}}
	text := c.text()
	c.whole = true
	if diff := cmp.Diff(c, parseSidecar([]byte(text)), cmp.AllowUnexported(sidecar{})); diff != "" {
		t.Error(diff)
	}
	for i := range len(text) - 1 { // of the newline at the end nothing depends
		b := []byte(text)
		b[i] ^= 1
		if got := parseSidecar(b); got.whole && i > 14 {
			t.Errorf("byte %d was flipped and it is believed: %+v", i, got)
		}
	}
}

func FuzzSalvage(f *testing.F) {
	path := logPath(f)
	s, err := openShop(path, 1)
	if err != nil {
		f.Fatal(err)
	}
	e := s.opts.Now().Fact("printer/kitchen")
	e.Ticket = &kitchen.Ticket{Kind: kitchen.SlipOrder, Number: "7", Text: true, Print: 7}
	if err := errors.Join(s.Append(f.Context(), e), s.end()); err != nil {
		f.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	b = b[:newestMetaHigh(b)*pageSize]
	f.Add(b, uint32(16), byte(1))
	f.Add(b[2*pageSize:], uint32(10), byte(255))
	f.Fuzz(func(t *testing.T, b []byte, at uint32, mask byte) {
		if len(b) > 0 {
			b[int(at)%len(b)] ^= mask
		}
		found, err := scan(rawFile{bytes.NewReader(b), uint64(len(b) / pageSize)})
		if err != nil {
			return // the medium ends before the first pages
		}
		var last uint64
		for _, p := range found.records {
			if p.seq <= last {
				t.Errorf("event %d follows %d", p.seq, last)
			}
			last = p.seq
			if _, err := found.read(p); errors.Is(err, errCRC) {
				t.Errorf("a record was found that does not match its checksum: %v", err)
			}
		}
		found.checkpoint()
	})
}
