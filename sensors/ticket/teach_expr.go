package ticket

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// general is an expression for s in which digits may be others, and gaps longer.
func general(s string) string { return generalised(s, false) }

// shape is an expression for values such as s: letters may be others too.
func shape(s string) string {
	if mixed := regexp.MustCompile(`^(?:[0-9]+[A-Za-z]|[A-Za-z]+[0-9]+[A-Za-z])[0-9A-Za-z]*$`); mixed.MatchString(s) {
		return `[0-9a-z]+`
	}
	return generalised(s, true)
}

func generalised(s string, letters bool) string {
	var b strings.Builder
	rs := []rune(s)
	for i := 0; i < len(rs); {
		j := i + 1
		same := func(is func(rune) bool) bool {
			for j < len(rs) && is(rs[j]) {
				j++
			}
			return true
		}
		digit := func(r rune) bool { return r >= '0' && r <= '9' }
		latin := func(r rune) bool { return r < 0x80 && unicode.IsLetter(r) }
		switch r := rs[i]; {
		case digit(r) && same(digit):
			b.WriteString(`\d+`)
		case r == ' ' && same(func(r rune) bool { return r == ' ' }):
			b.WriteString(`\s+`)
		case letters && latin(r) && same(latin):
			b.WriteString(`[a-z]+`)
		case unicode.IsPunct(r) && same(func(o rune) bool { return o == r }) && j-i >= 3:
			b.WriteString(regexp.QuoteMeta(string(r)) + `{3,}`)
		default:
			j = i + 1
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
		i = j
	}
	return b.String()
}

// lastLabel is what stands before a value, back to the last column.
func lastLabel(head string) string {
	trimmed := strings.TrimRight(head, " ")
	if i := strings.LastIndex(trimmed, "  "); i >= 0 {
		return head[i+2:]
	}
	return strings.TrimLeft(head, " ")
}

// edge is where a value ends.
func edge(value, tail string) string {
	last := value[len(value)-1]
	switch {
	case strings.TrimSpace(tail) == "":
		return `\s*$`
	case last < 0x80 && (latin(last|0x20) || last >= '0' && last <= '9'):
		return `\b`
	}
	return ""
}

var codeIn = lazily(`(?i)(?:^|[^0-9a-z])#?([a-z]{0,4}-?\d[0-9a-z-]*)`)

// codesIn are the numbers of a line that are no time.
func codesIn(p phrase) ([]string, string) {
	s := p.fold
	for _, m := range slices.Backward(whenRE.FindAllStringIndex(strings.ToLower(s), -1)) {
		s = s[:m[0]] + strings.Repeat(" ", m[1]-m[0]) + s[m[1]:]
	}
	var out []string
	for _, m := range codeIn.FindAllStringSubmatch(s, -1) {
		out = append(out, m[1])
	}
	return out, "a number"
}

// timesIn is the time of a line, with its date.
func timesIn(p phrase) ([]string, string) {
	q := phrase{p.fold, strings.ToLower(p.fold)}
	if v, ok := q.when(); ok {
		return []string{strings.TrimSpace(v.print)}, "a time"
	}
	if all := dottedRE.FindAllStringSubmatch(q.fold, -1); len(all) == 1 {
		return []string{all[0][1]}, "a time"
	}
	return nil, "a time"
}

// noteIn is what stands behind the colon, or the whole line.
func noteIn(p phrase) ([]string, string) {
	s := strings.TrimSpace(p.fold)
	if _, v, ok := strings.Cut(s, ":"); ok && strings.TrimSpace(v) != "" {
		return []string{strings.TrimSpace(v)}, "a note"
	}
	return []string{s}, "a note"
}

// dishShapes are how slips write dishes, the surest first. I is the indent and a mark,
// J the indent alone, M the indent and the mark that all dishes have, P the price.
var dishShapes = []string{
	`^I(?<qty>\d{1,3})\s*[x×*=]\s*(?<name>\S.*?)P$`,
	`^I[\[(]\s*(?<qty>\d{1,3})\s*[x×]?\s*[\])]\s*(?<name>\S.*?)P$`,
	`^I(?<qty>\d{1,3})\s*(?:stk|st|pcs|pz|szt|ks|db|kpl|шт|adet|份|个|個|枚|点|개|잔)\.?\s+(?<name>\S.*?)P$`,
	`^I(?<name>\S.*?)\s*[x×*@=]\s*(?<qty>\d{1,3})P$`,
	`^I(?<name>\S.*?)\s*[\[(]\s*[x×]?(?<qty>\d{1,3})\s*[\])]P$`,
	`^I(?<name>\S.*?)\s*[.:_]{2,}\s*(?<qty>\d{1,3})P$`,
	`^I(?<name>\S.*?)\s+(?<qty>\d{1,3})\s*(?:stk|st|pcs|pz|szt|ks|db|kpl|шт|adet|份|个|個|枚|点|개|잔|인분)\.?P$`,
	`^I(?<name>\S.*?)\s{2,}(?<qty>\d{1,3})P$`,
	`^I(?<qty>\d{1,3})\s+(?<name>\S.*?)P$`,
	`^J\d{1,2}[.)]\s*(?<name>\p{L}.*?)P$`, // counted, not how many
	`^M\s*(?<name>[\p{L}\p{N}].*?)P$`,
	`^J(?<name>[\p{L}\p{N}].*?)P$`,
}

const priceAfter = `(?:\s{2,}[¥$€£]?\s?\d[\d.,]*\s?(?:[€元円원₽₺฿₫]|zł|kr|eur|pln)?)?`

// dishes writes how dishes and modifiers look, and between which lines they stand.
func (w *taught) dishes() error {
	if len(w.Dishes) == 0 {
		if len(w.Modifiers) > 0 {
			return errors.New("modifiers: point at the dishes as well")
		}
		return nil
	}
	slices.Sort(w.Dishes)
	slices.Sort(w.Modifiers)
	indent, err := w.indent(w.Dishes, false)
	if err != nil {
		return fmt.Errorf("dishes: %w", err)
	}
	mods, err := w.modifierExpr(indent)
	if err != nil {
		return err
	}
	expr, err := w.dishExpr(indent)
	if err != nil {
		return err
	}
	w.out.table("items")
	w.out.list("lines", []string{expr})
	if mods != "" {
		w.out.list("modifiers", []string{mods})
	}
	w.border("from", w.Dishes[0]-1, -1)
	last := w.Dishes[len(w.Dishes)-1]
	if n := len(w.Modifiers); n > 0 {
		last = max(last, w.Modifiers[n-1])
	}
	end := w.border("to", last+1, 1)
	for n := w.Dishes[0]; n <= end && n <= len(w.lines); n++ {
		if w.slip.Lines[n-1].Hidden && bare.MatchString(expr) {
			return fmt.Errorf("dishes: line %d was left out, and what stands there would be read as a dish; if it names nobody, put in what the paper shows", n)
		}
	}
	return nil
}

// border writes the first line that stands on other such slips too, from line n on or back
// from it: none that could name somebody. It returns the number of that line, or of the
// one behind the last.
func (w *taught) border(key string, n, step int) int {
	for ; n >= 1 && n <= len(w.lines); n += step {
		if p := w.lines[n-1]; p.print != "" && !naming(p) && !couldName(p.trim(""), false) && nameAfter(p) < 0 {
			w.out.text(key, w.whole(n))
			return n
		}
	}
	return n
}

// bare are expressions of dishes that any words match: they have neither a quantity nor a
// mark.
var bare = lazily(`^\^\\s\{0,\d+\}\(\?<name>\[\\p\{L\}\\p\{N\}\]`)

// indent is the deepest indent of lines, or the least.
func (w *taught) indent(lines []int, least bool) (int, error) {
	best := -1
	for _, n := range lines {
		p, err := w.line(n)
		if err != nil {
			return 0, err
		}
		if in := leading(p.fold); best < 0 || least == (in < best) {
			best = in
		}
	}
	return best, nil
}

// mark is an expression for the sign with which all dishes begin, and for nothing on
// paper where there is none.
func (w *taught) mark() string {
	var mark rune
	for _, n := range w.Dishes {
		first, _ := utf8.DecodeRuneInString(strings.TrimLeft(w.lines[n-1].fold, " "))
		if mark == 0 {
			mark = first
		}
		if first != mark || !unicode.IsPunct(first) && !unicode.IsSymbol(first) {
			return `\n`
		}
	}
	return regexp.QuoteMeta(string(mark)) + "+"
}

// dishExpr is the surest shape that all dishes have, and no modifier.
func (w *taught) dishExpr(indent int) (string, error) {
	for _, s := range dishShapes {
		s = strings.Replace(s, "^M", fmt.Sprintf(`^\s{0,%d}%s`, indent, w.mark()), 1)
		s = strings.Replace(s, "^J", fmt.Sprintf(`^\s{0,%d}`, indent), 1)
		s = strings.Replace(s, "^I", fmt.Sprintf(`^\s{0,%d}(?:[>*•·#]+\s*)?`, indent), 1)
		s = strings.Replace(s, "P$", priceAfter+`\s*$`, 1)
		var e DishExpr
		if e.UnmarshalText([]byte(s)) != nil {
			continue // cannot happen: a test reads them all
		}
		is := func(n int) bool {
			m := e.re.FindStringSubmatchIndex(w.lines[n-1].fold)
			return m != nil && strings.ContainsFunc(newPhrase(part(w.lines[n-1], m, e.name).print).fold, isLetter)
		}
		if all := !slices.ContainsFunc(w.Dishes, func(n int) bool { return !is(n) }); all && !slices.ContainsFunc(w.Modifiers, is) {
			return s, nil
		}
	}
	return "", errors.New("dishes: these lines have no shape in common that their modifiers do not have; write the layout by hand, see docs/tickets.md")
}

var markedLine = lazily(`^\s*[-+*>.·•・└ㄴ#]+`)

// modifierExpr is what modifiers look like: a mark, or a deeper indent than a dish's.
func (w *taught) modifierExpr(dish int) (string, error) {
	if len(w.Modifiers) == 0 {
		return "", nil
	}
	least, err := w.indent(w.Modifiers, true)
	if err != nil {
		return "", fmt.Errorf("modifiers: %w", err)
	}
	switch {
	case !slices.ContainsFunc(w.Modifiers, func(n int) bool { return !markedLine.MatchString(w.lines[n-1].fold) }):
		return `^\s*[-+*>.·•・└ㄴ#]+\s*(\S.*)$`, nil
	case least > dish:
		return fmt.Sprintf(`^\s{%d,}(\S.*)$`, dish+1), nil
	}
	return "", errors.New("modifiers: they have neither a mark nor a deeper indent than the dishes; write the layout by hand, see docs/tickets.md")
}
