package ticket

import (
	"slices"
	"strings"
)

// Redacted are the lines of the slip without what is personal, as the rules of
// understanding see them. What was left out whole is said. Of the options it needs the
// layouts.
func (s Slip) Redacted(o Options) []string {
	rows := s.redacted(o)
	lines := make([]string, len(rows))
	for i, r := range rows {
		lines[i] = r.print
		if r.gone || mayName(r) {
			lines[i] = "(personal data)"
		}
	}
	return lines
}

// redacted are the rows of the slip without what is personal, by the rules and by the
// layout that recognises it.
func (s Slip) redacted(o Options) []row {
	p := redact(s.Lines, nil)
	if l := o.Layouts.Of(s); l != nil {
		l.hide(p, asPrinted(p))
	}
	return p.rows
}

// shortHanRE is a line that may be a name: two to four characters, or two words of them.
var shortHanRE = lazily(`^\s*\p{Han}{2,4}(?: \p{Han}{1,3})?\s*$`)

// capsRE, over printed text, is a line of one to three capitalised words.
var capsRE = lazily(`^\s*\p{Lu}[\p{L}'.-]*(?: \p{Lu}[\p{L}'.-]*){0,2}\s*$`)

// mayName says that a line could be a name, for all that its words tell. The rules of
// understanding need no such line, but for its place; people see it as text.
func mayName(r row) bool {
	s := strings.Trim(r.fold, marks+" ")
	switch {
	case forRE.MatchString(strings.TrimSpace(r.print)):
		return true
	case r.indent > 0 || isRule(r.fold) || knownWords(r.fold) || len(r.segments()) > 0 || tasteLike(r.phrase):
		return false
	case slices.Contains(goodsWords, s) || slices.Contains(giftWords, s) || slices.Contains(skipWords, s) || isTotal(r.fold) || isFee(r.fold):
		return false
	}
	return shortHanRE.MatchString(r.print) && !foodHanRE.MatchString(r.fold) || capsRE.MatchString(r.print)
}
