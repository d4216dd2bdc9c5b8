package ticket

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"readyshelf/kitchen"
)

// An Unread is a slip that nobody understood, as it may be kept to teach it: its text
// with sizes and columns, without what is personal. Nobody looks at it before it is
// kept, and the rules do not know how such a slip names people. So it also lacks every
// line without a number that could name somebody, and the digits of long numbers, which
// are all 0. A name on a line with a number looks like a dish, and stays.
type Unread struct {
	At      time.Time // when it came, as believed then
	Printer string    // the printer's name in the configuration
	Slip    Slip
}

// Teachable says that a slip is to be taught: nobody understood it, or it is an order without
// dishes, or without anything to call it by, and has lines that nobody understood or that were
// left out.
func Teachable(t *kitchen.Ticket, s Slip) bool {
	if t.Unread {
		return true
	}
	missed := t.Unparsed
	for _, l := range s.Lines {
		if l.Hidden {
			missed++
		}
	}
	bare := len(t.Items) == 0 || t.Number == "" && t.Table == "" && len(t.Numbers) == 0 && t.OrderKey == ""
	return t.Kind == kitchen.SlipOrder && bare && missed >= leastUnread && !s.Partial && !s.Garbled && !s.Raster
}

// Anonymous is the slip as it may be kept. It has no codes, and no picture. Of the
// options it needs the layouts.
func (s Slip) Anonymous(o Options) Slip {
	out := Slip{Encoding: s.Encoding, Ending: s.Ending, Garbled: s.Garbled}
	for i, r := range s.redacted(o) {
		l := s.Lines[i]
		l.Text, l.Hidden = r.anonymous()
		out.Lines = append(out.Lines, l)
	}
	return out
}

// longDigitsRE is a number that no kitchen calls: of a member, a till, an order, a town.
var longDigitsRE = lazily(`\d{5,}`)

// listedRE begins a line of a list.
var listedRE = lazily(`^\s*\d{1,2}[.)]\s`)

// anonymous is the text of a line as it may be kept, without what could be a name behind
// a label; hidden says that nothing of it may.
func (r row) anonymous() (text string, hidden bool) {
	p := r.phrase
	if at := strings.LastIndexByte(p.fold, ':'); at >= 0 && couldName(p.slice(at+1, len(p.fold)).trim(""), true) {
		p = p.blanked(at+1, len(p.fold))
	}
	if r.gone || mayName(r) || couldName(p.trim(""), false) {
		return "", true
	}
	if at := nameBehind(p); at > 0 && !listedRE.MatchString(p.fold) {
		p = p.slice(0, at)
	}
	for _, m := range longDigitsRE.FindAllStringIndex(p.fold, -1) {
		zero := strings.Repeat("0", m[1]-m[0])
		p = p.replaced(m[0], m[1], phrase{zero, zero})
	}
	return strings.TrimRight(p.print, " "), false
}

// couldName says that text without a number could name somebody or a place, in words
// that nobody knows: it has a capitalised word, or such letters as know no capitals. The
// first word of a line may have one unless it is a value behind a label, and so may a
// word of a modifier and those of a title of more than two.
func couldName(p phrase, value bool) bool {
	if strings.ContainsFunc(p.fold, unicode.IsDigit) {
		return false
	}
	t, title := p.title()
	if title {
		p = t
	}
	bare := p.trim(marks)
	if strings.ContainsFunc(p.fold, uncased) {
		return !knownWords(p.fold) && !tasteLike(bare)
	}
	if accountRE.MatchString(p.print) {
		return true
	}
	if tasteLike(bare) {
		return false
	}
	capitals, first := 0, false
	words := strings.Fields(bare.print)
	for i, word := range words {
		if r, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(word, unicode.IsPunct)); unicode.IsUpper(r) {
			capitals++
			first = first || i == 0
		}
	}
	switch {
	case title:
		return capitals > 0 && len(words) == 2
	case !value && bare.fold != p.fold && modifierRE.MatchString(p.fold):
		return capitals > 1
	case !value && first:
		return capitals > 1
	}
	return capitals > 0
}

// accountRE, over printed text, is a name that a machine made or a person chose.
var accountRE = lazily(`\p{Ll}\p{Lu}|[\p{L}\d]_|_[\p{L}\d]|@\p{L}`)

// modifierRE begins a line that goes with a dish.
var modifierRE = lazily(`^(?:[-+>·•└ㄴ]|\.{2,})`)

// uncased says that a letter has no capital: then nothing tells a name.
func uncased(r rune) bool {
	return unicode.IsLetter(r) && !unicode.IsUpper(r) && !unicode.IsLower(r) && !unicode.IsTitle(r)
}

// Like says that two slips are of one kind, as far as their looks tell: they share half
// of the shorter one's words that a slip always has, or two such lines, and most of how
// their lines are built.
func (u Unread) Like(v Unread) bool {
	a, b := looksOf(u.Slip), looksOf(v.Slip)
	words, of := common(a.words, b.words)
	shapes, all := common(a.shapes, b.shapes)
	return all > 0 && shapes*5 >= all*3 && (words >= 2 || words*2 >= of)
}

// looks are the lines of a slip: as they are but for their numbers, and what they are
// built of.
type looks struct{ words, shapes map[string]bool }

func looksOf(s Slip) looks {
	l := looks{map[string]bool{}, map[string]bool{}}
	for _, line := range s.Lines {
		p := newPhrase(line.Text)
		if isRule(p.fold) || p.empty() {
			continue
		}
		words, built := runs(p.fold, false), runs(p.fold, true)
		l.shapes[built] = true
		if strings.ContainsFunc(words, unicode.IsLetter) {
			l.words[words] = true
		}
	}
	return l
}

// runs is s with each number as one 0, and with each run of words as one a if words is
// true. Spaces are left out of both.
func runs(s string, words bool) string {
	var b strings.Builder
	last := rune(0)
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			r = '0'
		case unicode.IsLetter(r) && words:
			r = 'a'
		case r == ' ', (last == '0' || last == 'a' && words) && strings.ContainsRune(".,:/-'", r):
			continue
		}
		if r != last || r != '0' && (r != 'a' || !words) {
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// common is how many lines two slips have both, and how many the shorter one has.
func common(a, b map[string]bool) (both, least int) {
	for k := range a {
		if b[k] {
			both++
		}
	}
	return both, min(len(a), len(b))
}
