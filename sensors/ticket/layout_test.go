package ticket

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"readyshelf/kitchen"
)

// wanted is the expected reading of one slip in testdata/layouts.
type wanted struct {
	Kind     string         `json:"kind"`
	Channel  *string        `json:"channel"`
	Seq      *string        `json:"seq"`
	OrderNo  *string        `json:"order_no"`
	Table    *string        `json:"table"`
	Ordered  *string        `json:"ordered"`
	Promised *string        `json:"promised"`
	PickupAt *string        `json:"pickup_at"`
	Preorder *bool          `json:"preorder"`
	Notes    *string        `json:"notes"`
	Part     *string        `json:"part"`
	Items    []kitchen.Item `json:"items"`
	PII      []string       `json:"pii"`
}

// copies are the kinds of the fixtures that are an order and who it is for.
var copies = map[string]bool{"merchant": true, "kitchen": true, "expo": true, "customer": true, "rider": true, "receipt": true, "label": true}

// slipOf is a slip of plain text, as a printer with one font would print it.
func slipOf(text string) Slip {
	s := Slip{Encoding: "utf8", Ending: EndCut}
	for _, l := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		s.Lines = append(s.Lines, Line{Text: l, Width: 1, Height: 1})
	}
	return s
}

// readLayout returns the slips of one fixture and what they should say.
func readLayout(t *testing.T, path string) ([]Slip, []wanted) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Tickets []wanted }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	text, err := os.ReadFile(strings.TrimSuffix(path, ".json") + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	var slips []Slip
	for _, part := range strings.FieldsFunc(strings.ReplaceAll(string(text), "--label--", "\f"), func(r rune) bool { return r == '\f' }) {
		if strings.TrimSpace(part) == "" {
			continue
		}
		s := slipOf(strings.TrimLeft(part, "\n"))
		if strings.Contains(string(text), "--label--") {
			s.Ending = EndLabel
		}
		slips = append(slips, s)
	}
	if len(slips) != len(file.Tickets) {
		t.Fatalf("%s: %d slips, %d expected", path, len(slips), len(file.Tickets))
	}
	return slips, file.Tickets
}

func TestParseLayouts(t *testing.T) {
	paths, err := filepath.Glob("testdata/layouts/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".json"), func(t *testing.T) {
			slips, want := readLayout(t, path)
			for i, s := range slips {
				score(t, Parse(s, Options{Key: []byte("key")}), want[i])
			}
		})
	}
}

// score compares field by field; what a fixture does not name is not compared.
func score(t *testing.T, got kitchen.Ticket, want wanted) {
	t.Helper()
	kind, paper := want.Kind, ""
	if copies[kind] {
		kind, paper = "order", kind
	}
	seq := want.Seq
	if seq == nil {
		seq = want.OrderNo
	}
	promised := want.Promised
	if promised == nil {
		promised = want.PickupAt
	}
	for _, f := range []struct {
		name, got string
		want      *string
	}{
		{"kind", string(got.Kind), &kind},
		{"copy", got.Copy, &paper},
		{"channel", got.Channel, want.Channel},
		{"seq", got.Number, seq},
		{"table", got.Table, want.Table},
		{"ordered", got.Ordered, want.Ordered},
		{"promised", got.Promised, promised},
		{"notes", got.Notes, want.Notes},
		{"part", got.Part, want.Part},
	} {
		if f.want != nil && f.got != *f.want {
			t.Errorf("%s: got %q, want %q", f.name, f.got, *f.want)
		}
	}
	if want.Preorder != nil && got.Preorder != *want.Preorder {
		t.Errorf("preorder: got %v, want %v", got.Preorder, *want.Preorder)
	}
	if d := cmp.Diff(want.Items, got.Items, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("items (-want +got):\n%s", d)
	}
	noPII(t, got, want.PII)
}

// noPII fails if any of the personal strings stands in the ticket.
func noPII(t *testing.T, got kitchen.Ticket, pii []string) {
	t.Helper()
	whole, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	line, err := MarshalTicket(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pii {
		for _, out := range []string{string(whole), string(line)} {
			if strings.Contains(out, p) {
				t.Errorf("%q surfaces in %s", p, out)
			}
		}
	}
}

// TestParseStreams reads the layouts from the bytes that a printer got: the same
// answers, with the fonts that plain text does not have.
func TestParseStreams(t *testing.T) {
	paths, err := filepath.Glob("testdata/layouts/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".json"), func(t *testing.T) {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var file struct {
				Encoding string `json:"store_encoding"`
				Tickets  []wanted
			}
			if err := json.Unmarshal(raw, &file); err != nil {
				t.Fatal(err)
			}
			stream, err := os.Open(strings.TrimSuffix(path, ".json") + ".bin")
			if err != nil {
				t.Fatal(err)
			}
			defer stream.Close()
			o := Options{Encoding: file.Encoding, Key: []byte("key")}
			slips, err := Decode(stream, o)
			if err != nil || len(slips) != len(file.Tickets) {
				t.Fatalf("%d slips, want %d: %v", len(slips), len(file.Tickets), err)
			}
			for i, s := range slips {
				score(t, Parse(s, o), file.Tickets[i])
			}
		})
	}
}
