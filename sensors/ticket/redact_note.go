package ticket

import (
	"slices"
	"strings"
)

// Notes are free text. What a cook needs stays; a clause with a phone number, an
// address, a door or a name in it goes as a whole.
var (
	clauseRE = lazily(`[,;!?]+\s*|\.+(?:\s+|$)|\s*[|/]\s+|\s{2,}`)
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

// cleanNote is a note without its personal clauses.
func cleanNote(p phrase) phrase {
	p = p.trim("")
	if !personalClause(p) {
		return p
	}
	cut := clauseRE
	if hasHan(p.fold) {
		cut = hanClauseRE
	}
	var kept phrase
	from, sep := 0, phrase{}
	ends := append(cut.FindAllStringIndex(p.fold, -1), []int{len(p.fold), len(p.fold)})
	for _, m := range ends {
		if c := p.slice(from, m[0]).trim(""); c.fold != "" && !personalClause(c) {
			if kept.fold != "" {
				kept = kept.plus(sep)
			}
			kept = kept.plus(c)
		}
		if c := p.slice(from, m[0]).trim(""); personalClause(c) {
			if a := allergyPart(c); a.fold != "" && !strings.Contains(kept.fold, a.fold) {
				if kept.fold != "" {
					kept = kept.plus(sep)
				}
				kept = kept.plus(a)
			}
		}
		from, sep = m[1], p.slice(m[0], m[1])
	}
	if personalClause(kept) {
		return allergyPart(p)
	}
	return kept
}

func (p phrase) plus(q phrase) phrase { return phrase{p.print + q.print, p.fold + q.fold} }

// hanClauseRE: in Chinese a space ends a clause too.
var hanClauseRE = lazily(`[,;!?|/]+\s*|\s+`)

func personalClause(p phrase) bool {
	s := p.fold
	return hasPhone(s) || mailRE.MatchString(s) || honorRE.MatchString(s) || maskedRE.MatchString(s) || hanAddressRE.MatchString(timeless(s)) ||
		westernAddress(s) || doorRE.MatchString(s) || namesSomebody(p.print) || namesPerson(p) || initialRE.MatchString(p.print) || hasPrivateLabel(p)
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
