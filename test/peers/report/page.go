package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

const missing = "not measured"

// page writes it all.
func page(w io.Writer, rs results, env func(string) string) {
	fmt.Fprint(w, "# Benchmarks\n\n"+
		"Written by `make bench`, in one run. Figures of a disk or a loopback socket say more about the\n"+
		"machine than about the program: compare within one run, by the ratios.\n\n| | |\n|---|---|\n")
	for _, of := range [][2]string{{"machine", "MACHINE"}, {"kernel", "KERNEL"}, {"Go", "GOVERSION"}, {"date", "DATE"}, {"commit", "COMMIT"}} {
		fmt.Fprintf(w, "| %s | %s |\n", of[0], env(of[1]))
	}
	fmt.Fprint(w, "\n## Limits\n\n| what | limit | measured | |\n|---|---|---|---|\n")
	for _, c := range claims {
		c.write(w, rs)
	}
	for _, t := range tables {
		t.write(w, rs)
	}
	everything(w, rs)
}

// write judges one claim.
func (c claim) write(w io.Writer, rs results) {
	limit, known := c.limit, true
	if c.of != "" {
		var base float64
		base, known = rs.of(c.bench, c.of)
		limit += base
	}
	sign := "≤"
	if c.least {
		sign = "≥"
	}
	measured, verdict := missing, ""
	if v, ok := rs.of(c.bench, c.unit); ok && known {
		measured, verdict = number(v), "**not kept**"
		if c.whole {
			v = math.Round(v)
		}
		if c.least && v >= limit || !c.least && v <= limit {
			verdict = "kept"
		}
	}
	bound := missing
	if known {
		bound = sign + " " + number(limit)
	}
	fmt.Fprintf(w, "| %s | %s | %s | %s |\n", c.what, bound, measured, verdict)
}

// write lays out one table.
func (t table) write(w io.Writer, rs results) {
	fmt.Fprintf(w, "\n## %s\n\n%s\n\n", t.title, t.text)
	heads := t.heads
	if t.base >= 0 {
		heads = append(heads[:len(heads):len(heads)], "×")
	}
	fmt.Fprintf(w, "| | %s |\n|%s\n", strings.Join(heads, " | "), strings.Repeat("---|", len(heads)+1))
	for _, r := range t.rows {
		fmt.Fprintf(w, "| %s |", r.label)
		for _, c := range r.cells {
			text := missing
			if v, ok := rs.of(c.bench, c.unit); ok {
				text = number(v)
			}
			fmt.Fprintf(w, " %s |", text)
		}
		if t.base >= 0 {
			fmt.Fprintf(w, " %s |", ratio(rs, r.cells[0], t.rows[t.base].cells[0]))
		}
		fmt.Fprintln(w)
	}
}

func ratio(rs results, of, base cell) string {
	v, ok := rs.of(of.bench, of.unit)
	b, based := rs.of(base.bench, base.unit)
	if !ok || !based || b == 0 {
		return ""
	}
	return strconv.FormatFloat(v/b, 'f', 2, 64)
}

// everything lists what was measured, package by package.
func everything(w io.Writer, rs results) {
	fmt.Fprint(w, "\n## Everything that was measured\n")
	pkg := ""
	for _, r := range rs {
		if r.pkg != pkg {
			pkg = r.pkg
			fmt.Fprintf(w, "\n**%s**\n\n| | |\n|---|---|\n", pkg)
		}
		var figures []string
		for _, f := range r.figures {
			if f.unit == "ns/op" && f.value == 0 {
				continue // the benchmark says itself that it means nothing
			}
			figures = append(figures, number(f.value)+" "+f.unit)
		}
		fmt.Fprintf(w, "| %s | %s |\n", r.name, strings.Join(figures, " · "))
	}
}

// number is for people: three digits or all before the point, thousands apart.
func number(v float64) string {
	digits := 0
	if a := math.Abs(v); a < 100 && a != math.Trunc(a) {
		digits = 2
		if a >= 10 {
			digits = 1
		}
	}
	s := strconv.FormatFloat(v, 'f', digits, 64)
	whole, fraction, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0 && whole[i-1] != '-'; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return whole
}
