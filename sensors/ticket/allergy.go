package ticket

import (
	"strings"
)

// Words of allergies are never lost, whatever goes with them. A line that says
// one and holds a person's data is cut down to the words of this vocabulary.
const (
	allergens = `peanuts?|tree nuts?|nuts?|almonds?|cashews?|walnuts?|hazelnuts?|pistachios?|shellfish|seafood|fish|shrimps?|prawns?|crabs?|lobsters?|mollus[ck]s?|dairy|milk|lactose|cheese|butter|cream|eggs?|soya?|sesame|gluten|wheat|mustard|celery|sulphites|sulfites|lupin|msg|mango(?:es)?|kiwi|strawberr(?:y|ies)|garlic|onions?|mushrooms?|latex|mani|amendoim|cacahuetes?|leche|leite|mariscos|huevos?|gluten`
	sickWords = `allerg\w*|alergi\w*|anaphyl\w*|coeliacs?|celiacs?|gluten[ -]?free|dairy[ -]?free|nut[ -]?free|lactose|intoleran\w*`
	hanFoods  = `花生|坚果|海鲜|虾仁?|螃?蟹|鱼|贝类?|牛奶|奶制品|乳制品|乳糖|奶|鸡蛋|蛋|大豆|黄豆|豆制?品?|麸质|小麦|面筋|芝麻|芒果|酒精|菠萝|香菜|葱|蒜|辣椒?|牛肉|羊肉|猪肉|蘑菇|腰果|杏仁|核桃`
)

var (
	sickRE = lazily(`(?:^|[^a-z])(?:` + sickWords + `)|allergi|unvertraglich|アレルキー|알레르기|알러지|过敏|不能吃|忌(?:口|食|[^廉讳口食])|麸质`)
	// allergenRE is a word alone.
	allergenRE = lazily(`^(?:` + allergens + `)$`)
	sickSpan   = lazily(`(?:\b(?:severe(?:ly)?|serious|deadly|mild|bad|no|life[ -]threatening|` + allergens + `|and|or|&|/|,|-|free|` + sickWords + `|alert|to|food)\b[ :/,&-]*)*\b(?:` + sickWords + `|(?:no|without) (?:` + allergens + `)|(?:` + allergens + `)[ -]free)(?:[ :/,&-]*\b(?:` + allergens + `|and|or|to|free|` + sickWords + `)\b)*`)
	hanSpan    = lazily(`对\p{Han}{1,6}?过敏|(?:(?:严重|` + hanFoods + `|和|及|,|/)*)过敏(?:原|源|史)?[: ]*(?:(?:` + hanFoods + `)[,和及/ ]?)*|不能吃(?:(?:` + hanFoods + `)[,和及/ ]?)+|忌口?[: ]*(?:(?:` + hanFoods + `)[,和及/ ]?)+|无?麸质`)
	askRE      = lazily(`(?:inform|tell|ask|advise|notify|speak to|let us know).*(?:us|our|staff|server|team|any)|if you have|any allerg|may contain|如有|请告知|请提前`)
	noteDash   = lazily(`^\s*([a-z]+(?: [a-z]+)?|\p{Han}{2,4}) +- *(\S.*)$`)
)

// foodFold folds the traditional characters of this vocabulary.
var foodFold = strings.NewReplacer("過", "过", "蝦", "虾", "鮮", "鲜", "堅", "坚", "魚", "鱼", "貝", "贝", "麩", "麸", "質", "质", "麥", "麦", "雞", "鸡", "嚴", "严", "對", "对")

// allergyPart is what a text says of allergies, in words of the vocabulary only.
func allergyPart(p phrase) phrase {
	var out phrase
	p.fold = foodFold.Replace(p.fold) // three bytes for three
	for _, m := range append(sickSpan.FindAllStringIndex(p.fold, -1), hanSpan.FindAllStringIndex(p.fold, -1)...) {
		part := p.slice(m[0], m[1]).trim(",/&:-")
		for _, w := range []string{"and ", "or ", "to "} {
			if strings.HasPrefix(part.fold, w) {
				part = part.slice(len(w), len(part.fold))
			}
		}
		for _, w := range []string{" and", " or", " to"} {
			if strings.HasSuffix(part.fold, w) {
				part = part.slice(0, len(part.fold)-len(w))
			}
		}
		if out.fold != "" && part.fold != "" {
			out = out.plus(phrase{", ", ", "})
		}
		out = out.plus(part)
	}
	return out
}

// rescue adds to the notes what lines say of allergies and no note, dish or
// modifier tells.
func (r *reader) rescue(p page, lines []Line) {
	said := letters(r.t.Notes)
	for _, it := range r.t.Items {
		said += "|" + letters(it.Name) + "|" + letters(strings.Join(it.Mods, "|"))
	}
	for i := range p.rows {
		raw := newRow(lines[i]).phrase
		raw.fold = foodFold.Replace(raw.fold)
		if !sickRE.MatchString(raw.fold) || askRE.MatchString(raw.fold) {
			continue
		}
		note := p.rows[i].phrase.trim(marks + "*!★☆")
		if p.rows[i].gone || note.fold == "" || !sickRE.MatchString(foodFold.Replace(note.fold)) || personalClause(note) {
			note = allergyPart(raw)
		}
		key := letters(note.print)
		if part := letters(allergyPart(raw).print); key == "" || strings.Contains(said, key) || part != "" && strings.Contains(said, part) {
			continue
		}
		said += "|" + key
		if r.t.Notes != "" {
			r.t.Notes += "; "
		}
		r.t.Notes += note.words()
		if r.roles[i] == roleNone && r.t.Unparsed > 0 && !p.rows[i].empty() {
			r.t.Unparsed--
		}
	}
}

// letters is the fold of s without spaces and signs.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if isLetter(r) || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, newPhrase(s).fold)
}

// noted reads notes that stand behind a dash, or below a title without a colon. It
// gives them the label that the reader knows.
func (r *redactor) noted(w row) (row, bool) {
	titled := r.titled
	r.titled = false
	_, boxed := w.title()
	if isNoteLabel(w.fold) && !boxed && !strings.Contains(w.fold, ":") {
		r.titled, r.block = true, false
		return gone(w), true
	}
	if m := noteDash.FindStringSubmatchIndex(w.fold); m != nil && isNoteLabel(w.fold[m[2]:m[3]]) {
		return w.asNote(w.slice(m[4], m[5])), true
	}
	if !titled || boxed || len(w.segments()) > 0 || isTotal(w.fold) || nameLine(w.fold) || nameLikeRE.MatchString(strings.TrimSpace(w.print)) {
		return w, false
	}
	if _, ok := readItem(w.phrase, r.cols); ok {
		return w, false
	}
	return w.asNote(w.phrase), true
}

func (w row) asNote(p phrase) row {
	p = cleanNote(p)
	if p.fold == "" {
		return gone(w)
	}
	w.phrase, w.indent = phrase{"note: ", "note: "}.plus(p), 0
	return w
}
