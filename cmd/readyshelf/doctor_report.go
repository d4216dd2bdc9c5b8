package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"
	"unicode/utf8"

	"readyshelf/sensors"
)

// mark says how something was found to be. It is a word, so that nobody needs colour.
type mark string

const (
	good mark = "ok"
	odd  mark = "warn" // it works, and may not for long
	bad  mark = "FAIL" // it does not work
)

// finding is one line of doctor's report. docs/operations/doctor.md says what each is.
type finding struct {
	Section string `json:"section"`
	What    string `json:"what"` // "scale/a1", "tls://broker:8883 TLS"
	Mark    mark   `json:"mark"`
	Text    string `json:"finding"`
	// Remedy is what to do; empty where nothing need be done.
	Remedy string `json:"remedy,omitempty"`
}

// works, caution and problem are findings by their mark.
func works(what, text string) finding { return finding{What: what, Mark: good, Text: text} }

func caution(what, text, remedy string) finding {
	return finding{What: what, Mark: odd, Text: text, Remedy: remedy}
}

func problem(what, text, remedy string) finding {
	return finding{What: what, Mark: bad, Text: text, Remedy: remedy}
}

// failure is the problem that err is. What only this user may not look at, and nothing
// else is known to do about, is no more than odd.
func failure(what string, err error, remedy string) finding {
	text, remedy := sensors.Explain(err, remedy)
	if remedy == "" && errors.Is(err, fs.ErrPermission) {
		return caution(what, text, asRoot)
	}
	return problem(what, text, remedy)
}

// report is all that doctor found: with --json this, as one line.
type report struct {
	Version string    `json:"version"`
	At      time.Time `json:"at"`
	Store   string    `json:"store"`
	// Result is the worst mark.
	Result   mark      `json:"result"`
	Findings []finding `json:"findings"`
}

// add adds what was found in a section.
func (r *report) add(section string, found []finding) {
	for _, f := range found {
		f.Section = section
		r.Findings = append(r.Findings, f)
		if f.Mark == bad || f.Mark == odd && r.Result == good {
			r.Result = f.Mark
		}
	}
}

// colours of the marks, for terminals (ECMA-48).
var colours = map[mark]string{good: "\x1b[32m", odd: "\x1b[33m", bad: "\x1b[1;31m"}

// print prints a line for each finding, and its remedy on the next.
func (r *report) print(out io.Writer, colour bool) error {
	width := 0
	for _, f := range r.Findings {
		width = max(width, utf8.RuneCountInString(f.What))
	}
	width = min(width, maxWhat)
	var b strings.Builder
	section := ""
	for _, f := range r.Findings {
		if f.Section != section {
			section = f.Section
			fmt.Fprintf(&b, "%s\n", section)
		}
		word := fmt.Sprintf("%-4s", f.Mark)
		if colour {
			word = colours[f.Mark] + word + "\x1b[0m"
		}
		fmt.Fprintf(&b, "  %s  %-*s  %s\n", word, width, f.What, strings.ReplaceAll(f.Text, "\n", "; "))
		if f.Remedy != "" {
			for line := range strings.Lines(f.Remedy) {
				fmt.Fprintf(&b, "        -> %s\n", strings.TrimSuffix(line, "\n"))
			}
		}
	}
	fmt.Fprintln(&b, r.summary())
	_, err := io.WriteString(out, b.String())
	return err
}

// maxWhat keeps one long name from pushing all text to the right.
const maxWhat = 24

// summary counts.
func (r *report) summary() string {
	count := map[mark]int{}
	for _, f := range r.Findings {
		count[f.Mark]++
	}
	switch {
	case count[bad] > 0:
		return fmt.Sprintf("%s not work, %s", plural(count[bad], "thing does", "things do"), plural(count[odd], "warning", "warnings"))
	case count[odd] > 0:
		return fmt.Sprintf("all works, %s", plural(count[odd], "warning", "warnings"))
	}
	return "all is well"
}

func plural(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
