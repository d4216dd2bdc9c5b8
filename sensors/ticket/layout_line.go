package ticket

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// phrase is printed text beside its folded twin, rune for rune: rules match the
// fold, names are cut from the print.
type phrase struct{ print, fold string }

func newPhrase(s string) phrase {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\u3000', r == '\u00a0':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	return phrase{s, strings.Map(foldRune, s)}
}

// foldRune folds one rune to one rune: half width, no accent, simplified, lower
// case, with × as x, and digits of all scripts as ours.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		return unicode.ToLower(r)
	}
	switch r {
	case '×', '✕', '✖', '╳':
		return 'x'
	case '–', '—', '‐', '‑', '−':
		return '-'
	case '№':
		return '#'
	case '’', '‘':
		return '\''
	case '【', '〔', '［', '「', '『':
		return '['
	case '】', '〕', '］', '」', '』':
		return ']'
	case '。':
		return ';'
	case '、':
		return ','
	case '•', '●', '▪', '★', '☆':
		return '*'
	case '・', '･': // between words and before them, and no mask of a name
		return '·'
	case 'ł', 'Ł':
		return 'l'
	case 'đ', 'Đ':
		return 'd'
	case 'ø', 'Ø':
		return 'o'
	case 'ı':
		return 'i'
	}
	if k := []rune(norm.NFKC.String(string(r))); len(k) == 1 {
		r = k[0]
	}
	if unicode.IsDigit(r) {
		return digitOf(r)
	}
	if d := []rune(norm.NFD.String(string(r))); len(d) > 1 && onlyMarks(d[1:]) {
		r = d[0]
	}
	if s, ok := simplified[r]; ok {
		r = s
	}
	return unicode.ToLower(r)
}

// digitOf is a decimal digit as ASCII has it: in each script the ten stand in a row
// (Unicode Standard, 4.6), so that its value is how many of them stand before it.
func digitOf(r rune) rune {
	n := rune(0)
	for n < 9 && unicode.IsDigit(r-n-1) {
		n++
	}
	return '0' + n
}

func onlyMarks(rs []rune) bool {
	for _, r := range rs {
		if !unicode.Is(unicode.Mn, r) {
			return false
		}
	}
	return true
}

// slice cuts by byte offsets of the fold.
func (p phrase) slice(i, j int) phrase {
	from := utf8.RuneCountInString(p.fold[:i])
	to := from + utf8.RuneCountInString(p.fold[i:j])
	rs := []rune(p.print)
	return phrase{string(rs[from:to]), p.fold[i:j]}
}

// trim cuts the runes of cutset, and spaces, from both ends of the fold.
func (p phrase) trim(cutset string) phrase {
	left := len(p.fold) - len(strings.TrimLeft(p.fold, cutset+" "))
	right := len(strings.TrimRight(p.fold, cutset+" "))
	if right <= left {
		return phrase{}
	}
	return p.slice(left, right)
}

// blanked is the phrase with the bytes i to j of its fold overwritten by spaces,
// so that the columns stay.
func (p phrase) blanked(i, j int) phrase {
	a, b := p.slice(0, i), p.slice(j, len(p.fold))
	gap := strings.Repeat(" ", utf8.RuneCountInString(p.fold[i:j]))
	return phrase{a.print + gap + b.print, a.fold + gap + b.fold}
}

// words is the printed text with runs of spaces made one.
func (p phrase) words() string { return strings.Join(strings.Fields(p.print), " ") }

func (p phrase) empty() bool { return strings.TrimSpace(p.fold) == "" }

// row is one line on its way through the rules.
type row struct {
	phrase
	size   int  // width times height of its largest character
	width  int  // of that
	indent int  // columns of space before the text
	gone   bool // held personal data only; understood and empty
	tail   bool // stands after the total
}

// longestLine is more than any paper holds: 80 mm take 64 characters. What
// stands behind it is noise, and rules cost time by the length of a line.
const longestLine = 256

func newRow(l Line) row {
	text := strings.TrimRight(l.Text, " ")
	if rs := []rune(text); len(rs) > longestLine {
		text = string(rs[:longestLine])
	}
	p := newPhrase(text).unstarred()
	return row{phrase: p, size: max(l.Width, 1) * max(l.Height, 1), width: max(l.Width, 1), indent: leading(p.fold)}
}

// leaderRE are dots that lead from a name to its quantity or price.
var leaderRE = lazily(`[\p{L})]( ?[.·…_]{3,} ?)[x¥$€£]?\d`)

// unled is p with such dots as spaces.
func (p phrase) unled() phrase {
	m := leaderRE.FindStringSubmatchIndex(p.fold)
	if m == nil {
		return p
	}
	return p.blanked(m[2], m[3])
}

// tickRE is a box for a cook's tick before a dish.
var tickRE = lazily(`^\s*(\[ {0,2}\]\s*|[□☐]\s*|_{1,3} +)[\p{L}\d]`)

// unticked is p without such a box.
func (p phrase) unticked() phrase {
	m := tickRE.FindStringSubmatchIndex(p.fold)
	if m == nil {
		return p
	}
	return p.slice(0, m[2]).plus(p.slice(m[3], len(p.fold)))
}

// starredRE is a word between stars with more text beside it.
var starredRE = lazily(`^\s*(\*+) ?([^*\d]+?) ?(\*+)\s*[^*\s]`)

// unstarred is p without the stars around a word of slips that begins a line, as
// in **预订单** 18:30: a name is masked with stars too, and this is none.
func (p phrase) unstarred() phrase {
	m := starredRE.FindStringSubmatchIndex(p.fold)
	if m == nil || !slices.Contains(preorderWords, p.fold[m[4]:m[5]]) && !titleWords(p.fold[m[4]:m[5]]) {
		return p
	}
	return p.blanked(m[2], m[3]).blanked(m[6], m[7])
}

func leading(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

// columns is the width of s in printer columns: two for a Han character.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x1100 {
			n++
		}
	}
	return n
}

// find returns where the first of words stands in s: Han words anywhere, Latin
// ones between non-letters.
func find(s string, words []string) (start, end int, ok bool) {
	for _, w := range words {
		for from := 0; ; {
			i := strings.Index(s[from:], w)
			if i < 0 {
				break
			}
			i += from
			if wholeWord(s, i, i+len(w)) {
				return i, i + len(w), true
			}
			from = i + 1
		}
	}
	return 0, 0, false
}

func has(s string, words []string) bool {
	_, _, ok := find(s, words)
	return ok
}

// wholeWord says that s[i:j] is no part of a longer Latin word.
func wholeWord(s string, i, j int) bool {
	if latin(s[i]) && i > 0 && latin(s[i-1]) {
		return false
	}
	return !latin(s[j-1]) || j >= len(s) || !latin(s[j])
}

func latin(b byte) bool { return b >= 'a' && b <= 'z' }

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// marks surround titles and are no text.
const marks = "-=*_~#+<>|.:!·─━═—[](){}"

var (
	ruleLine  = lazily(`^[\s\-=*_~#+.·─━═|]{3,}$`)
	titleLine = lazily(`^\s*([-=*_~─━═]{2,}|\[)\s*(.+?)\s*([-=*_~─━═]{2,}|\])\s*$`)
)

// isRule says that a line only divides.
func isRule(s string) bool { return ruleLine.MatchString(s) }

// title returns what stands between the dashes or stars of a section title.
func (p phrase) title() (phrase, bool) {
	m := titleLine.FindStringSubmatchIndex(p.fold)
	if m == nil {
		return phrase{}, false
	}
	return p.slice(m[4], m[5]), true
}

const (
	// monthExpr is a month and no dish: 1 March, but not 1 Margherita, 1 Mayo, 1 Decaf.
	monthExpr = `(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b`
	dateExpr  = `(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}[-/]\d{1,2}|\d{1,2}月\d{1,2}日|` +
		monthExpr + `\.? \d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?|` +
		`\d{1,2}(?:st|nd|rd|th)?[ -]` + monthExpr + `\.?(?:,?[ -]\d{2,4})?)`
	dayExpr  = `(?:今天|今日|明天|明日|后天|today|tomorrow|(?:mon|tue|wed|thu|fri|sat|sun)(?:day|s|sday|nesday|rsday|urday)?\b\.?)`
	timeExpr = `(?:\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m\b\.?)?|\d{1,2} ?[ap]m\b)`
	whenExpr = `(?:` + dayExpr + `,? ?)?(?:` + dateExpr + `(?: ?\((?:周|星期)?.\))?,? ?[t@]?(?:at )? ?)?` + timeExpr + `(?: ?(?:-|~|至|to) ?` + timeExpr + `)?`
)

var (
	whenRE     = lazily(`(?:^|[^\d:/])(` + whenExpr + `)`).needing(":m")
	dateRE     = lazily(`(?:^|[^\d:/])((?:` + dayExpr + `,? ?)?` + dateExpr + `)(?:$|[^\d])`).needing(digits)
	onlyWhenRE = lazily(`^\s*((?:` + dayExpr + `,? ?)?` + dateExpr + `,?\s+(?:at |@ ?)?` + timeExpr + `|\d{1,2}:\d{2}(?::\d{2})? ?[ap]m)\s*(?:$|\s[¥$]?\d[\d.]*元?$)`).needing(":m")
	beforeRE   = lazily(`(` + whenExpr + `)\s*(?:前|之前|左右|后)?\s*(?:送达|送到|取餐|自提|自取|到店|配送)`).needing(":m")
)

// when returns the first time of day in s, with its date if there is one.
func (p phrase) when() (phrase, bool) {
	m := whenRE.FindStringSubmatchIndex(p.fold)
	if m == nil {
		return phrase{}, false
	}
	return p.slice(m[2], m[3]).trim(""), true
}
