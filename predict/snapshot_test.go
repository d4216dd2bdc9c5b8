package predict

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

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

// A snapshot of the busiest kitchen with the longest menu is small.
func TestSnapshotIsSmall(t *testing.T) {
	alone(t)
	m := New()
	r := newRig(m)
	rng := rand.New(rand.NewPCG(1, 1))
	long := strings.Repeat("x", maxID-8)
	for i := range 3000 {
		id, now := fmt.Sprintf("%s%08d", long, i), 1e7+float64(i)*7.123456789
		a := kitchen.Alert{Type: kitchen.OrderAccepted, ID: id}
		for range 12 {
			a.Items = append(a.Items, kitchen.Item{Qty: 1 + rng.IntN(9), Name: fmt.Sprintf("a dish with a long name, of which there are many: number %d", rng.IntN(80))})
		}
		r.send(at(now), a)
		if back := i - 60; back >= 0 && i < 2900 {
			r.ready(at(now+1+rng.Float64()), fmt.Sprintf("%s%08d", long, back))
		}
	}
	b := snapshotOf(t, m)
	t.Logf("%d bytes", len(b))
	if len(b) > 200_000 || len(m.open) != maxOpen || len(m.names.Name) != maxDishes {
		t.Errorf("snapshot of %d bytes with %d orders and %d dishes, want 200000 or less", len(b), len(m.open), len(m.names.Name))
	}
	if err := New().Restore(b); err != nil {
		t.Error(err)
	}
}

func TestSnapshotOfMonths(t *testing.T) {
	alone(t)
	m := New()
	play(m, synthetic(9, 8000))
	if err := New().Restore(snapshotOf(t, m)); err != nil {
		t.Errorf("after 8,000 orders: %v", err)
	}
}

func TestRestoreNothingIsTheFirstDay(t *testing.T) {
	for _, b := range []string{"", "null"} {
		m := New()
		play(m, synthetic(1, 50))
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
	play(m, synthetic(1, 80))
	good := snapshotOf(t, m)
	text := unpacked(t, good)
	for _, tc := range []struct{ name, from, to string }{
		{"a negative clock", `"clock":`, `"clock":-`},
		{"no noise", `"noise":0`, `"noise":-0`},
		{"a coefficient too few", `"mean":[`, `"mean":[],"was":[`},
		{"no certainty", `"cov":[`, `"cov":[-`},
		{"a label of no length", `"took":`, `"took":-`},
		{"too many residuals", `"residuals":[`, `"residuals":[` + strings.Repeat("[0,1,1],", ringSize)},
		{"an absurd residual", `"residuals":[`, `"residuals":[[99,1,1],`},
		{"a dish off the menu", `"d":[[0,`, `"d":[[64,`},
		{"a number too large", `"noise":0.`, `"noise":1e999`},
		{"an order without a name", `"id":"`, `"id":"","ID2":"`},
		{"an unknown prior", `"prior":"dishes"`, `"prior":"none"`},
		{"a dish without a name", `"name":["dish"]`, `"name":[]`},
		{"cut short", `}`, ``},
	} {
		bad := strings.Replace(text, tc.from, tc.to, 1)
		if bad == text {
			t.Fatalf("%s: %q is not in the snapshot", tc.name, tc.from)
		}
		refuses(t, m, tc.name, packed(t, snapshotVersion, bad))
	}
	refuses(t, m, "another version", packed(t, snapshotVersion-1, text))
	refuses(t, m, "not packed", json.RawMessage(`{"version":2,"packed":"aGVsbG8="}`))
	refuses(t, m, "not JSON", json.RawMessage(`[1,2`))
}

// refuses restores something bad, after which m must be as it was.
func refuses(t *testing.T, m *Model, name string, bad json.RawMessage) {
	t.Helper()
	before := snapshotOf(t, m)
	if err := m.Restore(bad); err == nil {
		t.Errorf("%s: restored, want an error", name)
	}
	if !bytes.Equal(snapshotOf(t, m), before) {
		t.Fatalf("%s: the model changed", name)
	}
}

// unpacked is what a snapshot has in it.
func unpacked(t testing.TB, b json.RawMessage) string {
	t.Helper()
	var e envelope
	if err := json.Unmarshal(b, &e); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(e.Packed)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// packed is the contrary of unpacked.
func packed(t testing.TB, version int, text string) json.RawMessage {
	t.Helper()
	b, err := pack([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	b, err = json.Marshal(envelope{version, b})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func FuzzRestore(f *testing.F) {
	m := New()
	play(m, synthetic(1, 4)) // small, for the fuzzer's sake
	good, err := m.Snapshot()
	if err != nil {
		f.Fatal(err)
	}
	text := unpacked(f, good)
	f.Add(text)
	f.Add(strings.ReplaceAll(text, "0.", "9."))
	f.Add(`[1,2`)
	f.Add(`{}`)
	f.Fuzz(func(t *testing.T, text string) {
		m := New()
		before := snapshotOf(t, m)
		if err := m.Restore(packed(t, snapshotVersion, text)); err != nil && !bytes.Equal(before, snapshotOf(t, m)) {
			t.Fatal("an error changed the model")
		}
		r := newRig(m)
		for i, d := range deeds(synthetic(2, 12)) {
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
