package ticket

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tesseract writes what it sees as a table, a word a line, with tabs between:
//
//	level page block par line word left top width height conf text
//
// Level 5 is a word; left to height are its place in dots, conf is 0 to 100 (tesseract(1),
// "tsv"; https://github.com/tesseract-ocr/tesseract/blob/main/src/api/renderer.cpp).
// Level 4 is the line of the words that follow. Columns may be lines of their own, so
// lines side by side are put together.

// Bounds of a table: more is no slip.
const (
	mostWords   = 4000
	tableFields = 12
)

// sureSign is the confidence below which a single character is none, but a speck or a
// piece of a line. Longer words are kept: what looks like one mostly is.
const sureSign = 0.10

// sureSlip is the mean confidence below which a slip is not read.
const sureSlip = 0.65

// A seen slip is one that was read from a picture.
type seen struct {
	slip       Slip
	confidence float64 // 0 to 1, the mean over characters
}

// A box is a place on the picture, in dots.
type box struct{ left, top, wide, high int }

// A spot is a word, or a line of them, at its place.
type spot struct {
	box
	text  string
	sure  float64
	words []spot
}

var errTable = errors.New("the table of words is none")

// parseTSV makes a slip of tesseract's table of a picture that was so much enlarged.
func parseTSV(table []byte, scale int) (seen, error) {
	if !bytes.HasPrefix(table, []byte("level\t")) {
		return seen{}, errTable
	}
	const aLine, aWord = "4", "5"
	var lines []spot
	words := 0
	for row := range bytes.Lines(table) {
		f := strings.SplitN(strings.TrimRight(string(row), "\r\n"), "\t", tableFields)
		if len(f) < tableFields || f[0] != aLine && f[0] != aWord {
			continue
		}
		s, err := parseSpot(f, scale)
		switch {
		case err != nil:
			return seen{}, err
		case f[0] == aLine:
			lines = append(lines, s)
		case len(lines) == 0:
			return seen{}, fmt.Errorf("%w: a word is in no line", errTable)
		case s.text != "" && (s.sure >= sureSign || utf8.RuneCountInString(s.text) > 1):
			words++
			last := &lines[len(lines)-1]
			last.words = append(last.words, s)
		}
		if words > mostWords || len(lines) > mostWords {
			return seen{}, fmt.Errorf("%w: more than %d words", errTable, mostWords)
		}
	}
	lines = slices.DeleteFunc(lines, func(l spot) bool { return len(l.words) == 0 })
	return setLines(lines), nil
}

// parseSpot reads a row of the table.
func parseSpot(f []string, scale int) (s spot, err error) {
	for i, to := range []*int{&s.left, &s.top, &s.wide, &s.high} {
		if *to, err = strconv.Atoi(f[6+i]); err != nil || *to < 0 || *to > scale*(maxHigh+2*border) {
			return s, fmt.Errorf("%w: %q is no place", errTable, f[6+i])
		}
		*to /= scale
	}
	conf, err := strconv.ParseFloat(f[10], 64)
	if err != nil || math.IsNaN(conf) {
		return s, fmt.Errorf("%w: %q is no confidence", errTable, f[10])
	}
	s.sure = min(max(conf/100, 0), 1)
	s.text = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.TrimSpace(f[11]))
	return s, nil
}

// setLines sets lines into a slip.
func setLines(lines []spot) seen {
	out := seen{slip: Slip{Raster: true, Encoding: utf8Name, Ending: EndCut}}
	slices.SortStableFunc(lines, func(a, b spot) int { return cmp.Compare(2*a.top+a.high, 2*b.top+b.high) })
	usual := usualHigh(lines)
	chars, sum := 0, 0.0
	for i, l := range lines {
		for _, w := range l.words {
			n := utf8.RuneCountInString(w.text)
			chars, sum = chars+n, sum+float64(n)*w.sure
		}
		if i+1 < len(lines) && l.besides(lines[i+1].box) {
			lines[i+1].words = append(l.words, lines[i+1].words...)
			continue
		}
		out.slip.Lines = append(out.slip.Lines, setLine(l, usual))
	}
	if chars > 0 {
		out.confidence = math.Round(100*sum/float64(chars)) / 100
	}
	return out
}

// besides says that two lines are one, left and right of a gap.
func (b box) besides(c box) bool {
	over := min(b.top+b.high, c.top+c.high) - max(b.top, c.top)
	apart := b.left+b.wide <= c.left || c.left+c.wide <= b.left
	return apart && 2*over > min(b.high, c.high)
}

// usualHigh is the height that most lines have, in dots.
func usualHigh(lines []spot) int {
	if len(lines) == 0 {
		return dotsWide
	}
	var high []int
	for _, l := range lines {
		high = append(high, l.high)
	}
	slices.Sort(high)
	return max(high[len(high)/2], 1)
}

// setLine sets the words of a line at their columns.
func setLine(line spot, usual int) Line {
	l := Line{Width: 1, Height: 1}
	if 3*line.high >= 5*usual {
		l.Width, l.Height = 2, 2
	}
	slices.SortStableFunc(line.words, func(a, b spot) int { return cmp.Compare(a.left, b.left) })
	var text strings.Builder
	end := border
	for i, w := range line.words {
		gap := min(max(w.left-end, 0), maxWide) / dotsA
		if i > 0 && gap < 2 {
			gap = 1
			if glued(line.words[i-1].text, w.text) {
				gap = 0
			}
		}
		text.WriteString(strings.Repeat(" ", gap))
		text.WriteString(mended(w.text))
		end = w.left + w.wide
	}
	l.Text = text.String()
	return l
}

// glued says that no space stands between two words that are close: Chinese and
// Japanese characters are words of their own to tesseract, and so are the parts of
// a time or a price.
func glued(before, after string) bool {
	a, _ := utf8.DecodeLastRuneInString(before)
	b, _ := utf8.DecodeRuneInString(after)
	joint := func(r rune) bool { return unicode.IsDigit(r) || strings.ContainsRune(".:-/", r) }
	return isWide(a) && isWide(b) || joint(a) && joint(b) && !(unicode.IsDigit(a) && unicode.IsDigit(b))
}

// alike are letters that are taken for digits, and the digits.
var alike = strings.NewReplacer("O", "0", "o", "0", "l", "1", "I", "1", "|", "1", "S", "5", "B", "8", "Z", "2")

// mended is a number in which letters were seen: all of it may be digits, or most of it
// are. Numbers that are personal would not be known as such. After an x a one is the
// usual mistake.
func mended(word string) string {
	if r := []rune(word); len(r) == 2 && strings.ContainsRune("xX×", r[0]) && strings.ContainsRune("IlL|", r[1]) {
		return "x1"
	}
	fixed := alike.Replace(word)
	if n := countDigits(word); n < 4 || countDigits(fixed) < utf8.RuneCountInString(fixed) && countDigits(fixed)-n > n/3 {
		return word
	}
	return fixed
}
