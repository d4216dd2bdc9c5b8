package ticket

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Text is the slip as paper shows it, without alignment. It may hold personal
// data: it is for the eyes of people in the shop, never for the log or the wire.
func (s Slip) Text() string {
	var b strings.Builder
	for _, l := range s.Lines {
		b.WriteString(l.Text)
		b.WriteByte('\n')
	}
	return b.String()
}

// compose decodes the paper into the lines of s. Fallback reads what no command
// chose a charset for.
func (p *paper) compose(s *Slip, fallback *charset) {
	swap := p.rereading(fallback)
	c := composer{slip: s, cr: p.crEnds(), seen: map[*charset]int{}}
	for i, o := range p.ops {
		if o.kind != opText {
			c.move(o, p.tabs)
			continue
		}
		end := len(p.text)
		if i+1 < len(p.ops) {
			end = p.ops[i+1].at
		}
		if to, ok := swap[readAs{o.style.set, o.style.told}]; ok {
			o.style.set = to
		}
		c.text(p.text[o.at:end], o.style)
	}
	c.flush()
	for n := len(s.Lines); n > 0 && s.Lines[n-1].Text == ""; n-- {
		s.Lines = s.Lines[:n-1]
	}
	s.Encoding = c.encoding(fallback)
	s.Garbled = c.garbled(p.unknown + p.stray)
	if s.Garbled && len(s.Lines) > garbledLines {
		s.Missed += len(s.Lines) - garbledLines
		s.Lines = s.Lines[:garbledLines]
	}
}

// garbledLines is how many lines of noise are kept: enough to see what it is.
const garbledLines = 20

// garbled says that one character in five is none; or one in twenty, and most others
// are such as no shop prints; or that strange commands and control bytes are one in a
// hundred, and a sixth of the characters above ASCII are signs. The first two count
// what is strange too.
func (c *composer) garbled(strange int) bool {
	bad := strange + c.bad
	all := strange + c.chars
	return bad*5 > all || bad*20 > all && c.rare*2 > c.pairs || strange*100 > all && c.odd*6 > c.high
}

// readAs is a charset and whether a command chose it.
type readAs struct {
	set  *charset
	told bool
}

// rereading says which charsets of the slip are read as another: UTF-8 where
// nobody said so and the bytes do, and the fallback where somebody said UTF-8 and
// the bytes are not.
func (p *paper) rereading(fallback *charset) map[readAs]*charset {
	u := charsets[utf8Name]
	byUse := map[readAs][]byte{}
	for i, o := range p.ops {
		if o.kind != opText || o.style.told && o.style.set != u {
			continue
		}
		end := len(p.text)
		if i+1 < len(p.ops) {
			end = p.ops[i+1].at
		}
		use := readAs{o.style.set, o.style.told}
		byUse[use] = append(byUse[use], p.text[o.at:end]...)
		byUse[use] = append(byUse[use], ' ')
	}
	swap := map[readAs]*charset{}
	for use, b := range byUse {
		switch {
		case use.set == u && fallback != u:
			if survey(b, fallback).bad < survey(b, u).bad {
				swap[use] = fallback
			}
		case use.set != u && looksUTF8(b, use.set):
			swap[use] = u
		}
	}
	return swap
}

// A count of what a charset makes of bytes.
type counts struct {
	chars  int // of 80 and above, decoded
	common int // of them, such as a shop would print
	long   int // of them, of three bytes or more
	bad    int
}

func survey(b []byte, set *charset) (n counts) {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		_, size, ok := set.decode(b[i:])
		switch {
		case !ok:
			n.bad++
		default:
			n.chars++
			if set.common == nil || set.common(b[i:i+size]) {
				n.common++
			}
			if size > 2 {
				n.long++
			}
		}
		i += size
	}
	return n
}

// looksUTF8 says that b is UTF-8 though the slip should be in set: all of it is
// well-formed, and in set it would be rubbish. A single accented letter is enough
// for that where set has one byte a character: its two bytes would be a letter of
// the box-drawing kind and a sign.
func looksUTF8(b []byte, set *charset) bool {
	u := survey(b, charsets[utf8Name])
	if u.chars == 0 || u.bad > 0 {
		return false
	}
	if !set.wide {
		return true
	}
	const strong = 8 // characters of three bytes: chance does not make so many
	here := survey(b, set)
	switch {
	case u.long == 0 && u.chars < 2:
		return false
	case here.bad > 0:
		return true
	case u.long == 0:
		return false
	}
	return u.long >= strong || here.common*5 < here.chars*3
}

// Dots of a character (Epson, 203 dpi): font A, font B, a double-byte one.
const (
	dotsA    = 12
	dotsB    = 9
	dotsWide = 24
)

// A composer sets decoded text into lines.
type composer struct {
	slip *Slip
	cr   bool
	seen map[*charset]int

	line  []byte
	dots  int // where the line has come to
	w, h  uint8
	bold  bool
	align Align
	begun bool // something is on the line, be it spaces
	after bool // a CR has just ended a line

	// What was set, for [composer.garbled].
	chars, bad  int // characters, and what is none
	pairs, rare int // characters of several bytes, and those that no shop prints
	high, odd   int // those of one byte above ASCII, and which of them are signs
}

func (c *composer) text(b []byte, s style) {
	c.after = false
	if !c.begun {
		c.begun, c.align = true, s.align
	}
	unit := dotsA
	if s.small {
		unit = dotsB
	}
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf && s.set != jis {
			r := rune(b[i])
			if s.set != charsets[utf8Name] { // where ESC R means nothing
				r = inCountry(s.country, b[i])
			}
			c.put(r, unit*int(s.w), s.w, s.h, s.bold)
			i++
			continue
		}
		r, size, ok := s.set.decode(b[i:])
		i += size
		if !ok {
			c.slip.Undecoded++
		}
		c.seen[s.set]++
		if size == 1 && ok {
			c.high++
			if !unicode.IsLetter(r) && (r < 0x2500 || r > 0x259F) {
				c.odd++
			}
		}
		if size > 1 && ok {
			c.pairs++
			if s.set.common != nil && !s.set.common(b[i-size:i]) {
				c.rare++
			}
		}
		w, h, dots := s.w, s.h, unit
		if s.set.wide && size > 1 || s.set == charsets[utf8Name] && isWide(r) {
			w, h, dots = max(w, s.kw), max(h, s.kh), dotsWide
		}
		c.put(r, dots*int(w), w, h, s.bold)
	}
}

func isWide(r rune) bool {
	k := width.LookupRune(r).Kind()
	return k == width.EastAsianWide || k == width.EastAsianFullwidth
}

// put sets one character that is dots wide.
func (c *composer) put(r rune, dots int, w, h uint8, bold bool) {
	if r == '\u00A0' {
		r = ' '
	}
	c.chars++
	if r == utf8.RuneError || !unicode.IsPrint(r) && !unicode.IsSpace(r) {
		c.bad++
	}
	c.line = utf8.AppendRune(c.line, r)
	c.dots += dots
	if r != ' ' {
		c.w, c.h, c.bold = max(c.w, w), max(c.h, h), c.bold || bold
	}
}

// move does what is not text.
func (c *composer) move(o op, tabs [][]byte) {
	unit := dotsA
	if o.style.small {
		unit = dotsB
	}
	unit *= int(o.style.w)
	switch o.kind {
	case opLF:
		if c.after {
			c.after = false
			return
		}
		c.end()
	case opCR:
		if (c.cr || o.arg > 0) && (c.begun || c.after) {
			c.end()
			c.after = true
		}
	case opFlush:
		c.flush()
	case opFeed:
		n := o.arg
		if c.begun && n == 0 {
			n = 1
		}
		for range n {
			c.end()
		}
	case opTab:
		c.gap(nextTab(c.dots/unit, o.arg, tabs)*unit, unit, o.style)
	case opTo:
		c.gap(o.arg, unit, o.style)
	case opMove:
		c.gap(c.dots+o.arg, unit, o.style)
	}
}

// nextTab is the column of the next tab stop after col.
func nextTab(col, set int, tabs [][]byte) int {
	if set < 0 {
		return (col/8 + 1) * 8
	}
	for _, stop := range tabs[set] {
		if int(stop) > col {
			return int(stop)
		}
	}
	return col
}

// gap fills with spaces up to a place, in dots. A column apart is at least one
// space apart, but for the first.
func (c *composer) gap(to, unit int, s style) {
	n := (to - c.dots + unit/2) / unit
	if len(c.line) > 0 && c.line[len(c.line)-1] != ' ' {
		n = max(n, 1)
	}
	const widest = 128 // columns: no paper has more
	for range min(n, widest) {
		c.text([]byte{' '}, s)
	}
	if to > c.dots-unit {
		c.dots = to
	}
}

func (c *composer) flush() {
	if c.begun {
		c.end()
	}
}

func (c *composer) end() {
	if len(c.slip.Lines) < maxLines {
		c.keep()
	} else if len(bytes.TrimLeft(c.line, " ")) > 0 {
		c.slip.Missed++
	}
	c.line, c.dots, c.w, c.h = c.line[:0], 0, 0, 0
	c.bold, c.align, c.begun, c.after = false, Left, false, false
}

// keep adds the line to the slip.
func (c *composer) keep() {
	c.slip.Lines = append(c.slip.Lines, Line{
		Text:  strings.TrimRight(string(c.line), " "),
		Width: int(max(c.w, 1)), Height: int(max(c.h, 1)),
		Bold: c.bold, Align: c.align,
	})
}

// encoding names the charset that most characters above ASCII came in.
func (c *composer) encoding(fallback *charset) string {
	best, most := fallback, 0
	for set, n := range c.seen {
		if n > most || n == most && set.name < best.name {
			best, most = set, n
		}
	}
	return best.name
}
