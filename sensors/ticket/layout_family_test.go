package ticket

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

var update = flag.Bool("update", false, "write the golden files of testdata/families")

// TestFamilies reads further slips of the same families as the layouts; each has
// a golden answer beside it.
func TestFamilies(t *testing.T) {
	paths, err := filepath.Glob("testdata/families/*.txt")
	if err != nil || len(paths) < 12 {
		t.Fatalf("%d fixtures: %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s := slipOf(string(text))
			if strings.Contains(path, "label") {
				s.Ending = EndLabel
			}
			got, err := MarshalTicket(Parse(s, Options{Key: []byte("key")}))
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			golden := strings.TrimSuffix(path, ".txt") + ".golden"
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), string(got)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// TestFingerprint: copies of one slip that differ in what a reprint changes have
// one fingerprint, another order has another.
func TestFingerprint(t *testing.T) {
	print := func(s string) uint64 { return Parse(slipOf(s), Options{}).Print }
	slip := "美团外卖 #12\n商家联\n下单时间:11-22 11:32\n----------------\n宫保鸡丁饭  x1  26.00\n打印时间:11-22 11:33\n"
	if print(slip) == 0 {
		t.Fatal("no fingerprint")
	}
	for _, same := range []string{
		strings.Replace(slip, "打印时间:11-22 11:33", "打印时间:11-22 11:40", 1),
		"**补打** 第2次\n" + slip,
		strings.Replace(slip, "商家联", "后厨联", 1),
		strings.Replace(slip, "  x1  ", "   x1   ", 1),
	} {
		if print(same) != print(slip) {
			t.Errorf("not a reprint:\n%s", same)
		}
	}
	for _, other := range []string{
		strings.Replace(slip, "#12", "#13", 1),
		strings.Replace(slip, "x1", "x2", 1),
		strings.Replace(slip, "11:32", "11:31", 1),
	} {
		if print(other) == print(slip) {
			t.Errorf("taken for a reprint:\n%s", other)
		}
	}
}

// TestNumberByFont: of several numbers the biggest print is what staff call.
func TestNumberByFont(t *testing.T) {
	s := slipOf("Order 4471\nTicket 12\n1x Soup\n")
	if got := Parse(s, Options{}); got.Number != "4471" {
		t.Errorf("one size: got %q", got.Number)
	}
	s.Lines[1].Width, s.Lines[1].Height = 2, 2
	got := Parse(s, Options{})
	if d := cmp.Diff([]string{"4471"}, got.Numbers); got.Number != "12" || d != "" {
		t.Errorf("big ticket number: got %q and %v", got.Number, got.Numbers)
	}
}

func TestMarshalTicket(t *testing.T) {
	got, err := MarshalTicket(kitchen.Ticket{Kind: kitchen.SlipOrder, Number: "12", Items: []kitchen.Item{{Qty: 1, Name: "A & B"}}})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"kind":"order","copy":null,"channel":null,"seq":"12","table":null,"ordered":null,"promised":null,"notes":null,` +
		`"items":[{"qty":1,"name":"A & B","mods":[]}],"part":null,"raster":false,"encoding":null,"unparsed":0}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	empty, err := MarshalTicket(kitchen.Ticket{})
	if err != nil || !bytes.Contains(empty, []byte(`"items":[]`)) {
		t.Errorf("an empty ticket: %s, %v", empty, err)
	}
}
