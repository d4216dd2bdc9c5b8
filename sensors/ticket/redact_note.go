package ticket

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Notes are free text. What a cook needs stays; a clause with a phone number, an
// address, a door or a name in it goes as a whole.
var (
	clauseRE = lazily(`[,;!?]+\s*|\.+(?:\s+|$)|\s+[|/]\s+|\s{2,}`)
	// pieceRE ends a part of a clause: in Chinese a space does.
	pieceRE = lazily(`\s*[|/]\s*|\s+`)
	// doorRE: ways into a house, and to whom.
	doorRE = lazily(`\d{3,}.{0,3}#|(?:门禁|密码|门牌|口令|开门|手机|电话|微信|联系|vx|wx|房间|工位|柜).{0,6}\d{2,}|` +
		`(?:交给|转交|送给|找|我是|姓名|叫|联系|署名|写上|写着)\p{Han}{1,4}|\p{Han}{2,4}收$|` +
		`(?:door|gate|access|entry|key|lock ?box|lobby|pin|buzzer|code|elevator)\b.{0,14}\d|\d{2,}.{0,3}\b(?:door|gate|buzzer)|(?:wechat|vx|微信|qq)(?: ?id)?[:号 ]*[a-z0-9_-]{4,}|` +
		`\b(?:call|text|phone|whatsapp|message|ring) (?:me )?(?:at|on)? ?[+\d(]`)
	// whoRE, over printed text: a capitalised name after a word that introduces one.
	whoRE = lazily(`(?i:\b(?:for|ask for|call|text|name is|name|this is|i am|i'm|thanks|thank you|attn|deliver to|give to|give it to|hand to|contact|neighbou?r|happy birthday|birthday|congrats|congratulations|dear|love from|regards|c/o))[ ,:]+(\p{Lu}[\p{L}'-]+)`)
	// notNames may follow those words with a capital.
	notNames = []string{"me", "on", "when", "upon", "before", "if", "the", "my", "us", "allergy", "kids", "sharing", "pickup", "delivery", "table"}
)

// cleanNote is a note without its personal clauses. Of a clause that goes, the parts
// between spaces and slashes stay that are tastes, and what it says of allergies.
func cleanNote(p phrase) phrase {
	p = p.trim("")
	var kept phrase
	whole, named, after := !personalClause(p), false, false
	p.cut(clauseRE, func(c, sep phrase) {
		said := c
		switch {
		case personalClause(c) || named && goesOnName(c) || after && onlyDigits(c.fold):
			c, whole, after = tastesOf(c), false, true
			named = countDigits(said.fold) == 0 && lastCapRE.MatchString(said.print) && (introduced(said.print) || namesSomebody(said.print))
		default:
			named, after = false, false
		}
		if c.fold != "" && (c == said || !strings.Contains(kept.fold, c.fold)) {
			kept = kept.joined(sep, c)
		}
	})
	switch {
	case whole:
		return p
	case personalClause(kept):
		return tastesAmong(p)
	}
	return kept
}

// tastesAmong are the clauses of p that are tastes by their own words.
func tastesAmong(p phrase) phrase {
	var kept phrase
	p.cut(clauseRE, func(c, sep phrase) {
		if personalClause(c) || !tasteLike(c) && !sickRE.MatchString(c.fold) {
			c = allergyPart(c)
		}
		if c.fold != "" {
			kept = kept.joined(sep, c)
		}
	})
	if personalClause(kept) {
		return allergyPart(p)
	}
	return kept
}

// goesOnName says that a clause behind one that ends in a name may be its other half:
// for Quast, Gudrun. One that ends in a word of taste is food: Soße extra.
func goesOnName(c phrase) bool {
	last := c.slice(strings.LastIndexByte(c.fold, ' ')+1, len(c.fold))
	return firstCapRE.MatchString(c.print) && !tasteLike(c) && !tasteLike(last) && !sickRE.MatchString(c.fold)
}

// onlyDigits says that a clause is a number: of the house that the clause before named.
func onlyDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789-/ ") == "" }

// cut calls each with the parts of p between what re matches, and with what stood
// before the part.
func (p phrase) cut(re *pattern, each func(part, sep phrase)) {
	from, sep := 0, phrase{}
	for _, m := range append(re.FindAllStringIndex(p.fold, -1), []int{len(p.fold), len(p.fold)}) {
		each(p.slice(from, m[0]).trim(""), sep)
		from, sep = m[1], p.slice(m[0], m[1])
	}
}

// tastesOf is what a cook needs of a clause that names somebody.
func tastesOf(c phrase) phrase {
	var kept phrase
	c.cut(pieceRE, func(part, sep phrase) {
		part = part.trim("()[]")
		food := tasteLike(part) || allergenRE.MatchString(part.fold) || sickRE.MatchString(part.fold) || utf8.RuneCountInString(part.fold) > 2 && foodHanRE.MatchString(part.fold)
		if part != c && food && !personalClause(part) {
			kept = kept.joined(sep, part)
		}
	})
	if a := allergyPart(c); a.fold != "" && !strings.Contains(kept.fold, a.fold) {
		kept = kept.joined(phrase{", ", ", "}, a)
	}
	return kept
}

// joined is p and q with sep between them, or q alone.
func (p phrase) joined(sep, q phrase) phrase {
	if p.fold == "" {
		return q
	}
	return p.plus(sep).plus(q)
}

func (p phrase) plus(q phrase) phrase { return phrase{p.print + q.print, p.fold + q.fold} }

func personalClause(p phrase) bool {
	s := p.fold
	return hasPhone(s) || mailRE.MatchString(s) || honorRE.MatchString(s) || masked(s) || hanAddressRE.MatchString(timeless(s)) ||
		westernAddress(s) || doorRE.MatchString(s) || namesSomebody(p.print) || namesPerson(p) || initialRE.MatchString(p.print) || hasPrivateLabel(p) || p.numbered() || foreignPerson(p) || addressed(p)
}

// hasPrivateLabel says that a clause names a person's field: "phone: ...".
func hasPrivateLabel(p phrase) bool {
	for _, s := range p.segments() {
		switch s.field {
		case fieldBlock, fieldPrivate, fieldStaff:
			if s.value.fold != "" {
				return true
			}
		}
	}
	return false
}

// namesSomebody says that a capitalised name follows a word that introduces one.
func namesSomebody(s string) bool {
	for _, m := range whoRE.FindAllStringSubmatch(s, -1) {
		if !slices.Contains(notNames, strings.ToLower(m[1])) {
			return true
		}
	}
	return subjectRE.MatchString(s)
}

// subjectRE is a name that does something, over printed text: "Maria will pick up".
var subjectRE = lazily(`(?:^|\s)\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}*\.?)? (?:will|is (?:picking|coming|waiting|here)|picks|picking|comes)\b`)
