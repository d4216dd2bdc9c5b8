package buffer

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"readyshelf/kitchen"
)

// order appends a slip, and with it the alert that follows.
func (s *shop) order(t *testing.T, number int) {
	t.Helper()
	e := s.opts.Now().Fact("printer/kitchen")
	e.Ticket = &kitchen.Ticket{
		Kind: kitchen.SlipOrder, Number: fmt.Sprint(number), Channel: "own",
		Items: []kitchen.Item{{Qty: 1, Name: "soup"}}, Text: true, Print: uint64(number),
	}
	if err := s.Append(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

// acknowledge lets the cloud have all up to a seq.
func (s *shop) acknowledge(t *testing.T, seq uint64) {
	t.Helper()
	stop := errors.New("enough")
	err := s.Follow(t.Context(), "uplink", func(es []kitchen.Event, ack func(uint64)) error {
		ack(seq)
		return stop
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
}

// numbers are the open orders.
func numbers(d *kitchen.Decider) (all []string) {
	for _, o := range d.State.OpenOrders() {
		all = append(all, o.Number)
	}
	return all
}

// renewal is a log, the copy that was taken of it, and what it has done since.
type renewal struct {
	path, copy   string
	id           string
	acked, taken uint64 // of the copy
	orders       []string
	sent         map[string]string // what the cloud has of the old log by its identity
}

// id names an event for ever.
func idOf(log string, seq uint64) string { return fmt.Sprint(log, "-", seq) }

func makeRenewal(t *testing.T) *renewal {
	t.Helper()
	r := &renewal{path: logPath(t), copy: filepath.Join(t.TempDir(), "copy.db"), sent: map[string]string{}}
	s, err := openShop(r.path, 1)
	if err != nil {
		t.Fatal(err)
	}
	s.Remember("uplink")
	for i := range 50 {
		s.order(t, 100+i)
	}
	r.acked = 60
	s.acknowledge(t, r.acked)
	s.order(t, 150) // saves the cursor
	var b bytes.Buffer
	if err := s.Snapshot(&b); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.copy, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	r.taken, r.id = s.Head(), s.ID()
	for i := range 51 {
		r.orders = append(r.orders, fmt.Sprint(100+i))
	}
	for i := range 100 { // … and all of that goes to the cloud
		s.order(t, 500+i)
	}
	s.acknowledge(t, s.Head())
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	for _, e := range dump(t, r.path) {
		if e.Alert != nil {
			r.sent[idOf(r.id, e.Seq)] = asText(t, e)
		}
	}
	return r
}

func asText(t *testing.T, e kitchen.Event) string {
	t.Helper()
	rec, err := encode(e)
	if err != nil {
		t.Fatal(err)
	}
	return string(rec.value)
}

func renewOptions(path string) Options {
	return Options{Path: path, Decider: &kitchen.Decider{Model: &fixed{}, Rules: kitchen.DefaultRules()}, MaxSize: 4 << 20, Prefill: 256 << 10, Probe: probeChild}
}

// A copy goes on as another log: no identity has two bodies, what the cloud had not got
// is sent, open orders and the model are there, and it is told once.
func TestRenew(t *testing.T) {
	r := makeRenewal(t)
	path := logPath(t)
	made, err := Renew(r.copy, renewOptions(path), "restored from a backup")
	if err != nil {
		t.Fatal(err)
	}
	if made.ID == r.id || made.Log != r.id || made.Salvaged != r.taken || made.Aside != "" || len(made.Gaps) != 1 {
		t.Errorf("made %+v of log %s with %d events", made, r.id, r.taken)
	}
	var seen int
	var before []string
	s, err := lookShop(path, 2, func(d *kitchen.Decider) { seen, before = d.Model.(*fixed).Seen, numbers(d) })
	if err != nil {
		t.Fatal(err)
	}
	if s.ID() != made.ID || s.Boot() != 2 {
		t.Errorf("log %s, boot %d, want %s, 2", s.ID(), s.Boot(), made.ID)
	}
	if !slices.Equal(before, r.orders) || seen < int(r.taken) {
		t.Errorf("open orders %v, want %v; the model saw %d events of %d", before, r.orders, seen, r.taken)
	}
	told := s.Replaced()
	if !told.Renewed || len(told.Gaps) != 1 || told.Gaps[0].Class != "log" || told.Gaps[0].Log != r.id {
		t.Errorf("to be told: %+v", told)
	}
	gap := s.opts.Now().Fact(LogDevice)
	gap.Gap = &told.Gaps[0]
	if err := s.Append(t.Context(), gap); err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		s.order(t, 700+i)
	}
	unsent := r.published(t, s)
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	for seq := uint64(1); seq <= r.taken; seq++ {
		id := idOf(r.id, seq)
		if _, alert := r.sent[id]; alert && unsent[id] != (seq > r.acked) {
			t.Errorf("%s: sent again is %v, acknowledged up to %d", id, unsent[id], r.acked)
		}
	}
	sound(t, path)
	s, err = openShop(path, 2)
	if err != nil {
		t.Fatal(err)
	}
	if again := s.Replaced(); again.Why != "" {
		t.Errorf("it is told twice: %+v", again)
	}
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
}

// published lets the cloud have all of a renewed log, and returns what of the old one
// was among it. An identity that the cloud knows must say the same.
func (r *renewal) published(t *testing.T, s *shop) map[string]bool {
	t.Helper()
	old := map[string]bool{}
	err := s.Read(t.Context(), s.Cursor("uplink")+1, s.Head(), func(events []kitchen.Event) error {
		for _, e := range events {
			id := idOf(s.ID(), e.Seq)
			if v := e.Salvaged; v != nil && !v.Sent {
				e, id = *v.Event, idOf(v.Log, v.Event.Seq)
				old[id] = true
			}
			if e.Alert == nil {
				continue
			}
			body := asText(t, e)
			if first, again := r.sent[id]; again && first != body {
				t.Errorf("%s says two things:\n%s\n%s", id, first, body)
			}
			r.sent[id] = body
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return old
}

// A log that lies where the new one goes is kept, each under a name of its own, and one
// that a daemon has open stays as it is.
func TestRenewKeepsTheOldLog(t *testing.T) {
	r := makeRenewal(t)
	for n := 1; n <= 2; n++ {
		here := sound(t, r.path)
		made, err := Renew(r.copy, renewOptions(r.path), "restored from a backup")
		if want := fmt.Sprintf("%s.old-%d", r.path, n); err != nil || made.Aside != want {
			t.Fatalf("the old log is kept as %q, want %q: %v", made.Aside, want, err)
		}
		if kept := sound(t, made.Aside); kept.ID != here.ID || kept.Head != here.Head {
			t.Errorf("kept %+v, had %+v", kept, here)
		}
	}
	s, err := openShop(r.path, 3)
	if err != nil {
		t.Fatal(err)
	}
	if err := Held(r.path); !errors.Is(err, ErrHeld) {
		t.Errorf("a running log is %v", err)
	}
	if _, err := Renew(r.copy, renewOptions(r.path), "restored from a backup"); !errors.Is(err, ErrHeld) {
		t.Errorf("under a running log it ended with %v", err)
	}
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	if err := Held(r.path); err != nil {
		t.Errorf("a log at rest is %v", err)
	}
	left, err := filepath.Glob(r.path + ".new*")
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// A damaged copy gives what is left of it.
func TestRenewDamaged(t *testing.T) {
	r := makeRenewal(t)
	b, err := os.ReadFile(r.copy)
	if err != nil {
		t.Fatal(err)
	}
	page, _ := livePage(t, r.copy, 20)
	clear(b[page*pageSize:][:pageSize])
	if err := os.WriteFile(r.copy, b, 0o600); err != nil {
		t.Fatal(err)
	}
	path := logPath(t)
	made, err := Renew(r.copy, renewOptions(path), "restored from a backup")
	if err != nil || made.Log != r.id || made.Salvaged == 0 {
		t.Fatalf("made %+v: %v", made, err)
	}
	sound(t, path)
}

// A log says who it is, and how far it is.
func TestIdentify(t *testing.T) {
	r := makeRenewal(t)
	if id, head, err := Identify(r.copy); id != r.id || head != r.taken || err != nil {
		t.Errorf("the copy is %s up to %d (%v), want %s up to %d", id, head, err, r.id, r.taken)
	}
	if _, _, err := Identify(filepath.Join(t.TempDir(), "none.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a log that is not there is %v", err)
	}
}

// Copy gives the bytes of a log at rest.
func TestCopy(t *testing.T) {
	r := makeRenewal(t)
	want, err := os.ReadFile(r.path)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Copy(r.path, &b); err != nil || !bytes.Equal(b.Bytes(), want) {
		t.Errorf("copied %d bytes of %d: %v", b.Len(), len(want), err)
	}
}
