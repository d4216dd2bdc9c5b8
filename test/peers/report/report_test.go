package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

func TestPage(t *testing.T) {
	in, err := os.Open(filepath.Join("testdata", "bench.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var got bytes.Buffer
	if err := run(in, &got, strings.ToLower); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "bench.md")
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("the page is\n%s\nwant\n%s\nif that is right: go test -update", got.Bytes(), want)
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 2.05: "2.05", 14.131: "14.1", 1000: "1,000", 12499.6: "12,500", 1234567: "1,234,567",
		0.4: "0.40", -1234: "-1,234", -123: "-123", 100.4: "100",
	} {
		if got := number(v); got != want {
			t.Errorf("number(%v) = %q, want %q", v, got, want)
		}
	}
}

// Each row has a figure for each column.
func TestTablesAreEven(t *testing.T) {
	for _, table := range tables {
		for _, r := range table.rows {
			if len(r.cells) != len(table.heads) {
				t.Errorf("%s, %s: %d cells under %d heads", table.title, r.label, len(r.cells), len(table.heads))
			}
		}
		if table.base >= len(table.rows) {
			t.Errorf("%s is compared with row %d of %d", table.title, table.base, len(table.rows))
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("pkg: readyshelf/buffer\nBenchmarkAppend1-2 \t 2329\t 495895 ns/op\t 13436 B-written/fact\n")
	f.Add("BenchmarkX 1 2")
	f.Add("BenchmarkX-4 1 2 ns/op 3")
	f.Fuzz(func(t *testing.T, in string) {
		var out bytes.Buffer
		if err := run(strings.NewReader(in), &out, func(string) string { return "" }); err == nil && out.Len() == 0 {
			t.Error("an empty page")
		}
	})
}
