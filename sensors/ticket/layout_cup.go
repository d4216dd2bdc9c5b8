package ticket

import (
	"strings"

	"readyshelf/kitchen"
)

// readLabel reads the label of a cup or box: a number, "1/3", a name, its tastes.
// One label is one portion.
func (r *reader) readLabel(p page) {
	r.label, r.zone = true, zoneGoods
	first := r.labelStart(p)
	for i, w := range p.rows {
		if w.empty() {
			continue
		}
		r.roles[i] = r.labelRow(p, i, w, first)
	}
}

// labelStart is the row of the dish: the first free line after the number, else
// the first free line.
func (r *reader) labelStart(p page) int {
	first, after := -1, -1
	numbered := false
	for i, w := range p.rows {
		if w.empty() || isRule(w.fold) {
			continue
		}
		if !r.freeLine(w) {
			numbered = numbered || hashRE.MatchString(w.fold) || haoRE.MatchString(w.fold) || partRE.MatchString(w.fold) || isNumbered(w)
			continue
		}
		if first < 0 {
			first = i
		}
		if numbered && after < 0 {
			after = i
		}
	}
	if after >= 0 {
		return after
	}
	return first
}

func isNumbered(w row) bool {
	for _, s := range w.segments() {
		if _, ok := numberRanks[s.field]; ok {
			return true
		}
	}
	return false
}

// freeLine says that a line of a label is no number, time, price or label.
func (r *reader) freeLine(w row) bool {
	s := strings.TrimSpace(w.fold)
	return !hashRE.MatchString(s) && !haoRE.MatchString(s) && !onlyWhenRE.MatchString(s) && !isStamp(s) && len(w.segments()) == 0 &&
		!priceTok.MatchString(s) && !knownWords(s) && !(partRE.MatchString(s) && columns(s) <= 12) && !isTotal(s) && !codeLine(w)
}

// codeLine is a code alone in its line: A012.
func codeLine(w row) bool {
	s := strings.TrimSpace(w.fold)
	return bareRE.MatchString(s) && strings.ContainsAny(s, "0123456789")
}

func (r *reader) labelRow(p page, i int, w row, first int) role {
	switch {
	case isRule(w.fold):
		return roleHead
	case i == first:
		r.addCup(w)
		return roleItem
	case r.freeLine(w):
		if r.cur < 0 {
			return roleHead // the shop
		}
		r.addMods(w.phrase)
		return roleItem
	}
	if ro := r.fields(w); ro != roleNone {
		return ro
	}
	if codeLine(w) {
		r.numbers.add(w.trim("#"), w.size, 1)
		return roleHead
	}
	if m := codePartRE.FindStringSubmatchIndex(w.fold); m != nil {
		r.numbers.add(w.slice(m[2], m[3]), w.size, 1)
		r.part(w.slice(m[3], len(w.fold)).fold)
		return roleHead
	}
	if priceTok.MatchString(strings.TrimSpace(w.fold)) {
		return roleTail
	}
	if isStamp(w.fold) {
		r.stamp(w.phrase)
		return roleHead
	}
	return r.loose(p, i, w, false)
}

// codePartRE is a number and which cup of the order it is: B027  2/2.
var codePartRE = lazily(`^\s*([a-z]{0,3}-?\d{1,6}[a-z]?)\s+\d{1,2} ?(?:/|of) ?\d{1,2}\s*$`).needing(digits)

// isStamp says that a line is prices and times only; 1/3 is a part and no date.
func isStamp(s string) bool {
	return stampRE.MatchString(s) && (strings.Contains(s, ":") || !partRE.MatchString(s))
}

// stamp takes the time of a line of prices and times.
func (r *reader) stamp(p phrase) {
	if v, ok := p.when(); ok && r.t.Ordered == "" {
		r.t.Ordered = v.words()
	}
}

// addCup reads the name of the dish; a quantity is not expected but understood.
func (r *reader) addCup(w row) {
	it := item{Qty: 1, name: cutPrice(w.trim("*"))}
	if got, ok := readItem(w.phrase, nil); ok && !got.priced && got.Qty > 0 {
		it = got
	}
	mods, name := nameMods(it.name)
	if len(mods) == 0 {
		name, mods = labelTastes(name)
	}
	text := scrub(name.words())
	if text == "" {
		return
	}
	r.t.Items = append(r.t.Items, kitchen.Item{Qty: it.Qty, Name: text, Mods: mods})
	r.itemRows = append(r.itemRows, r.row)
	r.cur = len(r.t.Items) - 1
}

// labelTastes splits "珍珠奶茶 少冰" into name and tastes.
func labelTastes(p phrase) (phrase, []string) {
	i := strings.IndexByte(p.fold, ' ')
	if i < 0 || !hasHan(p.fold[:i]) {
		return p, nil
	}
	rest := p.slice(i, len(p.fold)).trim("")
	if !tasteLike(rest) {
		return p, nil
	}
	var mods []string
	for _, t := range strings.Fields(rest.print) {
		mods = append(mods, readMods(newPhrase(t))...)
	}
	return p.slice(0, i), mods
}
