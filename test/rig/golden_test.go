package rig_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what the tools say to testdata instead of comparing it")

// figures are what differs from one run to the next, and what is written for it.
var figures = []struct {
	is *regexp.Regexp
	as string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?`), "TIME"},
	{regexp.MustCompile(`\b\d\d:\d\d:\d\d(\.\d+)?\b`), "TIME"},
	{regexp.MustCompile(`( ok    kernel +)\S+`), "${1}VERSION"},
	{regexp.MustCompile(`version \S+ runs`), "version VERSION runs"},
	{regexp.MustCompile(`readyshelf \S+ \(`), "readyshelf VERSION ("},
	{regexp.MustCompile(`\b\d+(\.\d+)? (ms|s|min|h|days)\b`), "N $2"},
	{regexp.MustCompile(`\b(a moment|N m?s|N min) ago\b`), "N s ago"},
	{regexp.MustCompile(`\b\d+(\.\d+)? [KMG]iB\b`), "N MiB"},
	{regexp.MustCompile(`10\.0\.2\.2([: ])\d{4,5}`), "10.0.2.2${1}PORT"},
	{regexp.MustCompile(`\bpid \d+`), "pid N"},
	{regexp.MustCompile(`\b\d+ events`), "N events"}, // whether a forecast is sure at once is its own affair
	{regexp.MustCompile(`\blog [a-z2-7]{13}\b`), "log ID"},
}

// golden compares what a tool says with testdata/NAME.txt.
func golden(t *testing.T, name, got string) {
	t.Helper()
	for _, f := range figures {
		got = f.is.ReplaceAllString(got, f.as)
	}
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(read(t, path)), got); diff != "" {
		t.Errorf("%s (-want +got; -args -update writes it anew):\n%s", path, diff)
	}
}
