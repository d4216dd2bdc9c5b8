package ticket

import (
	"slices"
	"strings"
	"unicode"
)

var (
	modMarkRE = lazily(`^\s*(?:\[\+\]|\[-\]|[-+*>»└├─┗┖┕┣╰↳·~→⇒▶►▸›‣※◆◇○◎]+|•|->|=>)\s*`)
	alertRE   = lazily(`^\s*\*{2,}.*\*{2,}\s*$`)
	noteModRE = lazily(`^(?:special instructions?|special requests?|item notes?|notes?|instructions|comments?|kitchen notes?|备注|单品备注|商品备注)\s*:\s*`)
)

// modLabelRE is what a modifier of Chinese slips is of.
var modLabelRE = lazily(`^\s*(?:规格|口味|加料|小料|配料|做法|辣度|温度|甜度|糖度|冰度|冰量|份量|主食|套餐|加购|属性) ?:`)

// readMods reads a modifier line: marks, brackets and prices go, joined tastes
// are split. A warning between stars stays as it is printed.
func readMods(p phrase) []string {
	if alertRE.MatchString(p.fold) {
		return one(p.words())
	}
	p = p.trim("")
	if onlyPriceRE.MatchString(p.fold) {
		return nil
	}
	if m := modMarkRE.FindStringIndex(p.fold); m != nil {
		p = p.slice(m[1], len(p.fold))
	}
	p, boxed := unbracket(cutPrice(p))
	p = cutPrice(p.trim("<"))
	if m := noteModRE.FindStringIndex(p.fold); m != nil {
		p = cleanNote(p.slice(m[1], len(p.fold)))
		return one(p.words())
	}
	var out []string
	for _, part := range splitTastes(p, boxed) {
		part, _ = unbracket(cutPrice(part.trim("")))
		if m := modMarkRE.FindStringIndex(part.fold); m != nil {
			part = part.slice(m[1], len(part.fold))
		}
		out = append(out, one(part.words())...)
	}
	return out
}

// modMark is the mark that one modifier of a dish was printed with: '+', '-' or 0.
type modMark struct {
	item, mod int
	mark      byte
}

func markOf(p phrase) byte {
	s := strings.TrimLeft(p.fold, " [")
	if s == "" || s[0] != '+' && s[0] != '-' {
		return 0
	}
	return s[0]
}

// keepMarks leaves the minus before the modifiers of a dish that has plus ones
// too: there it says "without". Elsewhere it only lists.
func (r *reader) keepMarks() {
	plus := map[int]bool{}
	for _, m := range r.marks {
		plus[m.item] = plus[m.item] || m.mark == '+'
	}
	for _, m := range r.marks {
		if m.mark == '-' && plus[m.item] {
			mods := r.t.Items[m.item].Mods
			mods[m.mod] = "- " + mods[m.mod]
		}
	}
}

// one is the list of s, if it says something and nothing personal.
func one(s string) []string {
	if s = scrub(s); strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return []string{s}
	}
	return nil
}

// unbracket takes the brackets off a phrase that stands between them.
func unbracket(p phrase) (phrase, bool) {
	for _, b := range []string{"[]", "()", "{}", "<>"} {
		if len(p.fold) > 2 && p.fold[0] == b[0] && p.fold[len(p.fold)-1] == b[1] && strings.IndexByte(p.fold[1:], b[0]) < 0 {
			return p.slice(1, len(p.fold)-1).trim(""), true
		}
	}
	return p, false
}

// splitTastes splits tastes joined by a slash, and by commas where the phrase is
// Chinese or stood in brackets. "w/o" and "1/2" are words, brackets stay whole.
func splitTastes(p phrase, boxed bool) []phrase {
	var out []phrase
	from, depth := 0, 0
	han := hasHan(p.fold)
	spaced := han && !strings.ContainsAny(p.fold, "+-") && allTastes(strings.Fields(p.fold)) && !strings.ContainsFunc(p.fold, isLatin)
	boxed = boxed || allTastes(strings.Split(p.fold, ","))
	for i := 0; i < len(p.fold); i++ {
		c := p.fold[i]
		switch c {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		}
		if i > 0 && depth == 1 && strings.IndexByte("[(", c) >= 0 && strings.IndexByte("])", p.fold[i-1]) >= 0 { // [less oil][no onion]
			out = append(out, p.slice(from, i))
			from = i
			continue
		}
		cut := c == ';' || c == '|' || c == ' ' && spaced || c == ',' && (han || boxed) || c == '/' && slashSplits(p.fold, i)
		if cut && depth <= 0 {
			out = append(out, p.slice(from, i))
			from = i + 1
		}
	}
	return append(out, p.slice(from, len(p.fold)))
}

func isLatin(r rune) bool { return r >= 'a' && r <= 'z' }

// allTastes says that every part of a list is a taste by its words.
func allTastes(parts []string) bool {
	return len(parts) > 1 && !slices.ContainsFunc(parts, func(s string) bool {
		s = strings.TrimSpace(s)
		return s == "" || !tasteLike(newPhrase(s)) && !slices.Contains(latinTastes, s) &&
			!slices.ContainsFunc(tasteEnds, func(end string) bool { return strings.HasSuffix(s, end) })
	})
}

func slashSplits(s string, i int) bool {
	if i == 0 || i+1 == len(s) {
		return true
	}
	a, b := s[i-1], s[i+1]
	digits := a >= '0' && a <= '9' && b >= '0' && b <= '9'
	word := (a == 'w' || a == 'b') && (i < 2 || s[i-2] == ' ')
	return !digits && !word
}

// tasteLike says that an unmarked line is a modifier by its words.
func tasteLike(p phrase) bool {
	s := strings.TrimSpace(p.fold)
	if s == "" {
		return false
	}
	if strings.ContainsRune("-+*([>", rune(s[0])) {
		return true
	}
	if hasHan(s) {
		if strings.ContainsAny(s, "/") {
			return true
		}
		if s == "热" || s == "温" || s == "冰" { // these begin names too
			return true
		}
		for _, w := range tasteWords {
			if strings.HasPrefix(s, w) {
				return true
			}
		}
		return false
	}
	for _, w := range modStarts {
		if s == w || strings.HasPrefix(s, w+" ") || strings.HasPrefix(s, w+":") {
			return true
		}
	}
	return false
}
