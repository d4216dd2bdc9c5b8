package ticket

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"readyshelf/kitchen"
)

// The values of a layout check themselves while they are read, so that what is wrong
// is said with its line. They are structs: a plain string or number would be set
// without being asked.

// longestExpr bounds an expression: no line of paper is as long.
const longestExpr = 400 // bytes

// An Expr is a regular expression over one printed line, in the syntax of Go's regexp
// package. Case does not matter.
type Expr struct{ re *regexp.Regexp }

// UnmarshalText compiles an expression.
func (e *Expr) UnmarshalText(text []byte) error {
	if len(text) > longestExpr {
		return fmt.Errorf("an expression has at most %d characters", longestExpr)
	}
	re, err := regexp.Compile("(?i)" + halfExpr(string(text)))
	if err != nil {
		var bad *syntax.Error
		if errors.As(err, &bad) {
			return fmt.Errorf("bad expression: %s: `%s`", bad.Code, bad.Expr)
		}
		return fmt.Errorf("bad expression: %w", err)
	}
	if re.MatchString("") {
		return errors.New("the expression matches an empty line, and with that every line; say what stands in it")
	}
	e.re = re
	return nil
}

func (e Expr) matches(p phrase) bool { return e.re != nil && e.re.MatchString(p.fold) }

// value is what the first pair of brackets matches, or else the whole expression, and
// where in p it begins.
func (e Expr) value(p phrase) (v phrase, at int, ok bool) {
	if e.re == nil {
		return phrase{}, 0, false
	}
	m := e.re.FindStringSubmatchIndex(p.fold)
	if m == nil {
		return phrase{}, 0, false
	}
	for i := 2; i < len(m); i += 2 {
		if m[i] >= 0 {
			return p.slice(m[i], m[i+1]).trim(""), m[i], true
		}
	}
	return p.slice(m[0], m[1]).trim(""), m[0], true
}

// A DishExpr is an expression with the parts of a dish.
type DishExpr struct {
	Expr
	name, qty, mods int // numbers of its brackets; -1 for none
}

// UnmarshalText compiles an expression, and misses the name.
func (e *DishExpr) UnmarshalText(text []byte) error {
	if err := e.Expr.UnmarshalText(text); err != nil {
		return err
	}
	for _, n := range e.re.SubexpNames() {
		if n != "" && !slices.Contains([]string{"name", "qty", "mods"}, n) {
			return fmt.Errorf("a dish has the parts name, qty and mods, and no %q", n)
		}
	}
	e.name, e.qty, e.mods = e.re.SubexpIndex("name"), e.re.SubexpIndex("qty"), e.re.SubexpIndex("mods")
	if e.name < 0 {
		return errors.New("it is not said where the name of the dish stands: put (?<name> and ) around it")
	}
	return nil
}

// part is what one pair of brackets matched.
func part(p phrase, m []int, n int) phrase {
	if n < 0 || m[2*n] < 0 {
		return phrase{}
	}
	return p.slice(m[2*n], m[2*n+1]).trim("")
}

// A kindName is a [kitchen.SlipKind].
type kindName struct{ name kitchen.SlipKind }

var kindNames = []kitchen.SlipKind{
	kitchen.SlipOrder, kitchen.SlipUrge, kitchen.SlipCancel, kitchen.SlipVoid, kitchen.SlipReprint, kitchen.SlipReport, kitchen.SlipUnknown,
}

// UnmarshalText takes the names that there are.
func (k *kindName) UnmarshalText(text []byte) error {
	if !slices.Contains(kindNames, kitchen.SlipKind(text)) {
		return fmt.Errorf("there is no kind %q, only %s", text, listed(kindNames))
	}
	k.name = kitchen.SlipKind(text)
	return nil
}

// A copyName is who a slip is for.
type copyName struct{ name string }

// UnmarshalText takes the names that there are.
func (c *copyName) UnmarshalText(text []byte) error {
	var names []string
	for _, w := range copyWords {
		names = append(names, w.name)
	}
	if !slices.Contains(names, string(text)) {
		return fmt.Errorf("there is no copy %q, only %s", text, listed(names))
	}
	c.name = string(text)
	return nil
}

// A channelName is a channel as [kitchen.Ticket] has it.
type channelName struct{ name string }

// UnmarshalText takes lower-case words.
func (c *channelName) UnmarshalText(text []byte) error {
	if !plainChannel.MatchString(string(text)) {
		return fmt.Errorf("a channel is one word in small letters, as meituan or dine-in, not %q", text)
	}
	c.name = string(text)
	return nil
}

// columnRange is where something begins, counted from 1; zero is anywhere.
type columnRange struct{ from, to int }

// UnmarshalText takes "5" or "1-12".
func (c *columnRange) UnmarshalText(text []byte) error {
	a, b, found := strings.Cut(string(text), "-")
	if !found {
		b = a
	}
	from, err := strconv.Atoi(strings.TrimSpace(a))
	to, err2 := strconv.Atoi(strings.TrimSpace(b))
	if err != nil || err2 != nil || from < 1 || to < from || to > longestLine {
		return fmt.Errorf(`columns are "5" or "1-12", counted from 1, not %q`, text)
	}
	*c = columnRange{from, to}
	return nil
}

// holds says that byte i of a line's text stands in the range.
func (c columnRange) holds(line string, i int) bool {
	if c == (columnRange{}) {
		return true
	}
	col := columns(line[:i]) + 1
	return col >= c.from && col <= c.to
}

func listed[T ~string](names []T) string {
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = string(n)
	}
	return strings.Join(words, ", ")
}

// halfExpr is an expression with its full-width signs as half-width ones. Such a sign
// is no operator.
func halfExpr(s string) string {
	var b strings.Builder
	for _, r := range s {
		if h := half(r); h != r {
			b.WriteString(regexp.QuoteMeta(string(h)))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// half is the half-width form of a full-width sign, letter or digit.
func half(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '\u3000':
		return ' '
	}
	return r
}

// asPrinted are the rows as expressions see them: the print beside its half-width twin.
func asPrinted(p page) []phrase {
	lines := make([]phrase, len(p.rows))
	for i, w := range p.rows {
		if !w.empty() {
			lines[i] = phrase{w.print, strings.Map(half, w.print)}
		}
	}
	return lines
}
