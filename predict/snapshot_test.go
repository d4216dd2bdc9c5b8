package predict

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

// step does one deed to a rig.
func (r *rig) step(d deed) {
	switch st := at(d.at); d.what {
	case kitchen.OrderAccepted:
		r.accept(st, d.row.id, d.row.items)
	case kitchen.OrderReady, "wrong":
		r.ready(st, d.row.id)
	default:
		r.send(st, kitchen.Alert{Type: d.what, ID: d.row.id})
	}
}

func snapshotOf(t *testing.T, m kitchen.Model) json.RawMessage {
	t.Helper()
	b, err := m.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestSnapshotAnywhere restarts a kitchen at many moments, also between a wrong
// press and its undo: the restarted model must say the same ever after.
func TestSnapshotAnywhere(t *testing.T) {
	alone(t)
	all := undoDeeds(synthetic(3, 260), "40", 900)
	for start := 0; start < len(all)-100; start += 19 {
		a, b := newRig(New()), newRig(New())
		for _, d := range all[:start] {
			a.step(d)
			b.step(d)
		}
		restored := New()
		if err := restored.Restore(snapshotOf(t, b.model)); err != nil {
			t.Fatalf("after %d events: %v", start, err)
		}
		b.model = restored
		for i, d := range all[start : start+100] {
			a.step(d)
			b.step(d)
			if x, y := told(a, at(d.at)), told(b, at(d.at)); !cmp.Equal(x, y) {
				t.Fatalf("restored after %d events, forecasts differ %d later:\n%s", start, i+1, cmp.Diff(x, y))
			}
		}
		if x, y := snapshotOf(t, a.model), snapshotOf(t, b.model); !bytes.Equal(x, y) {
			t.Fatalf("restored after %d events, snapshots differ 100 later:\n%s", start, cmp.Diff(string(x), string(y)))
		}
	}
}

func TestSnapshotIsSmall(t *testing.T) {
	r := newRig(New())
	long := strings.Repeat("x", maxID-8)
	for i := range 1000 {
		id := fmt.Sprintf("%s%08d", long, i)
		r.accept(at(1e7+float64(i)+0.123456789), id, 50)
		if i%2 == 0 && i < 800 {
			r.ready(at(1e7+float64(i)+99.123456789), id)
		}
	}
	b := snapshotOf(t, r.model)
	t.Logf("%d bytes", len(b))
	if len(b) > 50_000 {
		t.Errorf("snapshot of %d bytes, want 50000 or less", len(b))
	}
	if err := New().Restore(b); err != nil {
		t.Error(err)
	}
}

func TestSnapshotOfMonths(t *testing.T) {
	alone(t)
	m := New()
	replay(m, synthetic(9, 8000), 1<<30, 0)
	if err := New().Restore(snapshotOf(t, m)); err != nil {
		t.Errorf("after 8,000 orders: %v", err)
	}
}

func TestRestoreNothingIsTheFirstDay(t *testing.T) {
	for _, b := range []string{"", "null"} {
		m := New()
		replay(m, synthetic(1, 50), 0, 0)
		if err := m.Restore(json.RawMessage(b)); err != nil {
			t.Fatal(err)
		}
		if got, want := snapshotOf(t, m), snapshotOf(t, New()); !bytes.Equal(got, want) {
			t.Errorf("Restore(%q) gives %s, want a new model", b, got)
		}
	}
}

func TestRestoreRefuses(t *testing.T) {
	m := New()
	replay(m, synthetic(1, 80), 0, 0)
	good := string(snapshotOf(t, m))
	for _, tc := range []struct{ name, from, to string }{
		{"another version", `"version":1`, `"version":2`},
		{"a negative clock", `"clock":`, `"clock":-`},
		{"no noise", `"noise":0`, `"noise":-0`},
		{"a coefficient too few", `"mean":[`, `"mean":[],"was":[`},
		{"no certainty", `"cov":[`, `"cov":[-`},
		{"a label of no length", `"took":`, `"took":-`},
		{"an absurd load", `"l":`, `"l":1000`},
		{"too many residuals", `"residuals":[`, `"residuals":[` + strings.Repeat("0,", ringSize)},
		{"an absurd residual", `"residuals":[`, `"residuals":[99,`},
		{"a number too large", `"noise":0.`, `"noise":1e999`},
		{"an order without a name", `"id":"`, `"id":"","ID2":"`},
		{"cut short", `}`, ``},
	} {
		bad := strings.Replace(good, tc.from, tc.to, 1)
		if bad == good {
			t.Fatalf("%s: %q is not in the snapshot", tc.name, tc.from)
		}
		if err := m.Restore(json.RawMessage(bad)); err == nil {
			t.Errorf("%s: restored, want an error", tc.name)
		}
		if got := string(snapshotOf(t, m)); got != good {
			t.Fatalf("%s: the model changed", tc.name)
		}
	}
}

func FuzzRestore(f *testing.F) {
	m := New()
	replay(m, synthetic(1, 4), 0, 0) // small, for the fuzzer's sake
	good, err := m.Snapshot()
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(good))
	f.Add([]byte(bytes.ReplaceAll(good, []byte("0."), []byte("9."))))
	f.Add([]byte(`{"version":1}`))
	f.Add([]byte(`[1,2`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m := New()
		before := snapshotOf(t, m)
		if err := m.Restore(b); err != nil && !bytes.Equal(before, snapshotOf(t, m)) {
			t.Fatal("an error changed the model")
		}
		r := newRig(m)
		for i, d := range deeds(synthetic(2, 12), -1) {
			r.step(d)
			for id, q := range told(r, at(d.at)) {
				if !(q[0] >= 0 && q[0] <= q[1] && q[1] <= q[2] && q[2] <= longest) {
					t.Fatalf("event %d: order %s has quantiles %v", i, id, q)
				}
			}
		}
		snapshotOf(t, m)
	})
}
