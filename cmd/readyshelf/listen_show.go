package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// display shows what a device says. Moments are in seconds from the start.
type display interface {
	// heard shows what came from the device, or went to it.
	heard(t float64, h heard)
	// means shows what that means, or what to do.
	means(t float64, text string)
	// lost says that pieces are left out here.
	lost(t float64, pieces int)
}

// jsonDisplay is for programs.
type jsonDisplay struct {
	out   *json.Encoder
	tills bool // what comes from the device is a till's: its text is not shown
}

func newJSONDisplay(w io.Writer, tills bool) jsonDisplay {
	s := jsonDisplay{json.NewEncoder(w), tills}
	s.out.SetEscapeHTML(false)
	return s
}

// shownLine is a line for programs.
type shownLine struct {
	T    float64 `json:"t"`             // in seconds from the start
	Dir  string  `json:"dir,omitempty"` // in: from the device; out: to it
	From string  `json:"from,omitempty"`
	Hex  string  `json:"hex,omitempty"`  // with two dots for each byte that is not shown
	Text string  `json:"text,omitempty"` // the same bytes, with a dot for what is no ASCII
	// Level is that of a line after an edge.
	Level   *bool  `json:"level,omitempty"`
	Decoded string `json:"decoded,omitempty"`
	Lost    int    `json:"lost,omitempty"`
}

// print writes a line. Whoever stops reading ends the program by that.
func (s jsonDisplay) print(t float64, line shownLine) {
	line.T = math.Round(t*1000) / 1000
	_ = s.out.Encode(line)
}

func (s jsonDisplay) heard(t float64, h heard) {
	if len(h.Bytes) > 0 || h.Level != nil {
		s.print(t, lineOf(h, s.tills))
	}
}

// lineOf is what came, or went, as a line for programs. Of what a till says it has no text.
func lineOf(h heard, tills bool) shownLine {
	line := shownLine{Dir: "in", From: h.From, Hex: fmt.Sprintf("%X", h.Bytes), Text: printableText(h.Bytes), Level: h.Level}
	switch {
	case h.Sent:
		line.Dir = "out"
	case tills:
		line.Hex, line.Text = strings.Join(commandBytes(h.Bytes), ""), ""
	}
	return line
}

func (s jsonDisplay) means(t float64, text string) { s.print(t, shownLine{Decoded: text}) }

func (s jsonDisplay) lost(t float64, pieces int) { s.print(t, shownLine{Lost: pieces}) }

// textDisplay is for people.
type textDisplay struct {
	out   io.Writer
	tills bool // what comes from the device is a till's: its text is not shown
}

func (s textDisplay) means(t float64, text string) { fmt.Fprintf(s.out, "%9.3f  = %s\n", t, text) }

func (s textDisplay) lost(_ float64, pieces int) {
	fmt.Fprintf(s.out, "(%d pieces are left out here: this screen was too slow)\n", pieces)
}

// hexRow is how many bytes stand in a row: 80 columns take 16.
const hexRow = 16

func (s textDisplay) heard(t float64, h heard) {
	mark := '<'
	if h.Sent {
		mark = '>'
	}
	if s.tills && !h.Sent {
		for row := range slices.Chunk(commandBytes(h.Bytes), hexRow) {
			fmt.Fprintf(s.out, "%9.3f  %c %s\n", t, mark, strings.Join(row, " "))
		}
		return
	}
	for row := h.Bytes; len(row) > 0; {
		n := min(len(row), hexRow)
		fmt.Fprintf(s.out, "%9.3f  %c %-*X  %s\n", t, mark, 3*hexRow-1, spaced(row[:n]), printableText(row[:n]))
		row = row[n:]
	}
}

// commandBytes are the bytes of a print job in hex, with two dots for each that may be
// text. What stays are control characters, and what says which command one begins.
func commandBytes(b []byte) []string {
	out := make([]string, len(b))
	lead := false
	for i, c := range b {
		if out[i] = ".."; lead || c < ' ' || c == 0x7F {
			out[i] = fmt.Sprintf("%02X", c)
		}
		lead = c == 0x10 || c >= 0x1B && c <= 0x1D // DLE, ESC, FS, GS
	}
	return out
}

// spaced prints itself as hex with blanks between.
type spaced []byte

func (s spaced) Format(f fmt.State, verb rune) {
	width, _ := f.Width()
	fmt.Fprintf(f, "%-*s", width, fmt.Sprintf("% X", []byte(s)))
}

// printableText is b with a dot for what is no ASCII character.
func printableText(b []byte) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '.'
		}
		return r
	}, string(latin(b)))
}

// latin makes a rune of each byte.
func latin(b []byte) []rune {
	out := make([]rune, len(b))
	for i, c := range b {
		out[i] = rune(c)
	}
	return out
}
