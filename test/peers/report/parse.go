package main

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// figure is one number of one benchmark.
type figure struct {
	value float64
	unit  string
}

// result is one line of output: the benchmark, without its Benchmark and its -CPUs,
// and what it measured, in the order of the output.
type result struct {
	pkg, name string
	figures   []figure
}

// results are in the order of the output. Of what was run twice, the later counts.
type results []result

// of returns a figure, and whether it was measured.
func (rs results) of(bench, unit string) (float64, bool) {
	for _, r := range slices.Backward(rs) {
		if r.pkg+"."+r.name != bench {
			continue
		}
		for _, f := range r.figures {
			if f.unit == unit {
				return f.value, true
			}
		}
	}
	return 0, false
}

// cpus is what go test puts behind a name: GOMAXPROCS.
var cpus = regexp.MustCompile(`-\d+$`)

// parse reads the output of go test -bench, whose lines are described at
// https://go.dev/design/14313-benchmark-format. Other lines pass unread.
func parse(r io.Reader) (results, error) {
	var all results
	pkg := ""
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "pkg: "); ok {
			pkg = strings.TrimPrefix(name, "readyshelf/")
			continue
		}
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		if _, err := strconv.Atoi(fields[1]); err != nil {
			continue
		}
		one := result{pkg: pkg, name: cpus.ReplaceAllString(strings.TrimPrefix(fields[0], "Benchmark"), "")}
		for pair := range slices.Chunk(fields[2:], 2) {
			if v, err := strconv.ParseFloat(pair[0], 64); err == nil && len(pair) == 2 {
				one.figures = append(one.figures, figure{v, pair[1]})
			}
		}
		all = append(all, one)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read benchmarks: %w", err)
	}
	return all, nil
}
