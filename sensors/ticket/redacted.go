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
		switch at := nameBehind(r.phrase); {
		case r.gone || mayName(r):
			lines[i] = "(personal data)"
		case at > 0:
			lines[i] = r.slice(0, at).print + "(personal data)"
		default:
			lines[i] = r.print
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

// firmRE is a company: who an invoice is for.
var firmRE = lazily(`有限(?:责任)?公司|事务所|(?:^|[^a-z])(?:gmbh|ltda?|s\.?l\.?u?|s\.?r\.?l|s\.?p\.?a|llc|inc|株式会社|주식회사)\b`)

// ownerRE, over printed text: Kowalczyk's 5th order.
var ownerRE = lazily(`^\s*\p{Lu}\p{Ll}+['’]s\s`)

// wordRE is a word that may be a name, over printed text.
var wordRE = lazily(`^\p{Lu}\p{L}[\p{L}'’.-]*,?$`)

// nameBehind is where in the fold of p, behind a number or the name of a channel,
// something begins that could be a name; -1 where nothing does. In a dish everything
// could.
func nameBehind(p phrase) int {
	if _, dish := readItem(p, nil); dish {
		return -1
	}
	return nameAfter(p)
}

// nameAfter is nameBehind of what is no dish.
func nameAfter(p phrase) int {
	told, at := false, 0
	for at < len(p.fold) {
		for at < len(p.fold) && p.fold[at] == ' ' {
			at++
		}
		end := at
		for end < len(p.fold) && p.fold[end] != ' ' {
			end++
		}
		word := p.slice(at, end)
		if rest := p.slice(at, len(p.fold)); told && wordRE.MatchString(word.print) && !knownWords(rest.fold) && len(rest.segments()) == 0 && countDigits(rest.fold) == 0 && !tasteLike(rest) {
			return at
		}
		told = told || countDigits(word.fold) > 0 || knownWords(p.fold[:end])
		at = end
	}
	return -1
}

// capsRE, over printed text, is a line of one to three capitalised words.
var capsRE = lazily(`^\s*\p{Lu}[\p{L}'.-]*(?: \p{Lu}[\p{L}'.-]*){0,2}\s*$`)

// naming says that p names somebody in words that do.
func naming(p phrase) bool {
	return isFor(p.print) || namesSomebody(p.print) || introduced(p.print) || addressed(p)
}

// mayName says that a line could be a name, for all that its words tell. The rules of
// understanding need no such line, but for its place; people see it as text.
func mayName(r row) bool {
	s := strings.Trim(r.fold, marks+" ")
	_, dish := readItem(r.phrase, nil)
	switch {
	case !dish && !r.empty() && scrub(strings.Trim(r.print, "()[]（）【】 ")) == "" && letters(r.print) != "":
		return true
	case !dish && naming(r.phrase), ownerRE.MatchString(r.print), firmRE.MatchString(r.fold):
		return true
	case r.indent > 0 || isRule(r.fold) || knownWords(r.fold) || len(r.segments()) > 0 || tasteLike(r.phrase):
		return false
	case slices.Contains(goodsWords, s) || slices.Contains(giftWords, s) || slices.Contains(skipWords, s) || isTotal(r.fold) || isFee(r.fold):
		return false
	}
	return shortHanRE.MatchString(r.print) && !foodHanRE.MatchString(r.fold) || capsRE.MatchString(r.print)
}
