package ticket

import (
	"slices"
	"strconv"
	"strings"

	"readyshelf/kitchen"
)

// readAll reads every line of a slip that is no label.
func (r *reader) readAll(p page) {
	for i := range p.rows {
		w := p.rows[i]
		if w.empty() {
			r.noteOpen = r.noteOpen && len(r.notes) == 0
			if w.gone && (r.cur < 0 || w.indent <= r.indent) { // below a dish it was one of its lines
				r.cur, r.pending, r.afterApp = -1, 0, false
			}
			continue
		}
		r.roles[i] = r.readRow(p, i, w)
	}
}

// readRow is one line: the first rule that knows it decides.
func (r *reader) readRow(p page, i int, w row) role {
	r.row = i
	after := r.afterApp
	wants := r.wants
	r.afterApp, r.wants = false, noField
	if isRule(w.fold) {
		r.ruled = true
		r.endBlock()
		r.gift = false
		if r.zone == zoneSkip {
			r.zone = zoneGoods
		}
		return roleHead
	}
	if r.cur >= 0 && w.indent > r.indent && r.under(w) {
		return roleItem
	}
	if t, ok := w.title(); ok && !tasteBox(w, r.cur) && !leadPortionRE.MatchString(w.fold) {
		return r.titled(t, w)
	}
	if isColumns(w.fold) {
		r.cols, r.zone = readColumns(w.fold), zoneGoods
		return roleHead
	}
	if ro := r.fields(w); ro != roleNone {
		return ro
	}
	if r.section(w.phrase) || r.loneLabel(w) {
		return roleHead
	}
	if wants != noField && r.bareCode(w, numberRanks[wants]) {
		return roleHead
	}
	if r.cur >= 0 && r.zone == zoneGoods && modLabelRE.MatchString(w.fold) {
		r.addMods(w.phrase)
		return roleItem
	}
	if ro := r.moneyRow(w); ro != roleNone {
		return ro
	}
	if !w.tail && r.itemRow(p, i, w) {
		return roleItem
	}
	return r.loose(p, i, w, after)
}

// endBlock ends the dish and the note that lines were added to.
func (r *reader) endBlock() {
	r.cur, r.pending, r.lone, r.noteOpen, r.noteTitle = -1, 0, 0, false, false
}

// tasteBox says that a bracketed line under a dish is a modifier, not a title.
func tasteBox(w row, cur int) bool {
	s := strings.TrimSpace(w.fold)
	return cur >= 0 && strings.HasPrefix(s, "[") && !has(s, giftWords) && !has(s, goodsWords)
}

// under reads an indented line below a dish; false if it is no modifier.
func (r *reader) under(w row) bool {
	if r.zone == zoneDone || r.zone == zoneSkip || isTotal(w.fold) || isRule(w.fold) {
		return false
	}
	if it, ok := readItem(w.phrase, r.cols); ok {
		if it.leading && r.last.leading && it.qtyEnd <= r.last.qtyEnd {
			return false
		}
		if it.leading && !r.last.leading {
			return false
		}
	}
	r.addMods(w.phrase)
	return true
}

func (r *reader) addMods(p phrase) {
	it := &r.t.Items[r.cur]
	mods := readMods(p)
	if len(mods) == 1 {
		r.marks = append(r.marks, modMark{r.cur, len(it.Mods), markOf(p)})
	}
	it.Mods = append(it.Mods, mods...)
	r.pending = 0
}

// titled reads what stands between dashes, stars or brackets.
func (r *reader) titled(t phrase, w row) role {
	r.endBlock()
	if r.section(t) {
		return roleHead
	}
	if isNoteLabel(t.fold) {
		r.noteTitle = true
		return roleHead
	}
	inner := w
	inner.phrase = t
	r.words(t)
	if endRE.MatchString(t.fold) {
		if len(r.numbers.all) == 0 {
			m := endRE.FindStringSubmatchIndex(t.fold)
			r.numbers.add(t.slice(m[2], m[3]), w.size, 0)
		}
		return roleHead
	}
	if ro := r.fields(inner); ro != roleNone {
		return ro
	}
	r.unlabelled(inner)
	r.part(t.fold)
	if r.zone == zoneSkip {
		r.zone = zoneGoods
	}
	return roleHead
}

// bagRE is the title of a bag: 1号口袋, 2号篮子.
var bagRE = lazily(`号(?:口袋|袋|篮|餐篮)|^口袋 ?\d{1,2}$`)

// section moves to the zone that a section's title names.
func (r *reader) section(t phrase) bool {
	s := strings.Trim(t.fold, marks+" ")
	if bagRE.MatchString(s) {
		r.zone, r.gift = zoneGoods, false
		return true
	}
	switch {
	case columns(s) > 24:
	case slices.Contains(giftWords, s):
		r.zone, r.gift = zoneGoods, true
		r.endBlock()
		return true
	case slices.Contains(skipWords, s):
		r.zone, r.gift = zoneSkip, false
		r.endBlock()
		return true
	case slices.Contains(goodsWords, s) || strings.HasSuffix(s, "口袋"):
		r.zone, r.gift = zoneGoods, false
		r.endBlock()
		return true
	}
	return false
}

// moneyRow reads totals and fees, which end the dishes.
func (r *reader) moneyRow(w row) role {
	switch {
	case isTotal(w.fold):
		r.money = true
		r.endBlock()
		if len(r.t.Items) > 0 {
			r.zone = zoneDone
		}
		return roleTail
	case countedRE.MatchString(w.fold):
		r.endBlock()
		return roleTail
	case r.zone == zoneSkip:
		r.money = r.money || amountRE.MatchString(w.fold)
		return roleTail
	}
	it, ok := readItem(w.phrase, r.cols)
	if ok && packed(it.name.fold) {
		r.cur = -1
		return roleTail
	}
	if ok && (it.leading || it.sure) {
		return roleNone
	}
	if isFee(w.fold) && amountRE.MatchString(w.fold) || r.zone == zoneDone && amountRE.MatchString(w.fold) {
		r.money = true
		r.endBlock()
		if !packed(it.name.fold) && len(r.t.Items) > 0 {
			r.zone = zoneDone
		}
		return roleTail
	}
	if isFee(w.fold) && len(r.t.Items) > 0 {
		return roleTail
	}
	return roleNone
}

// itemRow reads a dish.
func (r *reader) itemRow(p page, i int, w row) bool {
	if r.zone == zoneSkip || r.zone == zoneDone {
		return false
	}
	if m := voidRowRE.FindStringSubmatchIndex(w.fold); m != nil && r.takesBack(w.phrase, m) {
		w.phrase = w.slice(m[1], len(w.fold))
		w.indent += m[1]
		it, ok := readItem(w.phrase, r.cols)
		it.Qty = -max(it.Qty, -it.Qty)
		return ok && !it.priced && r.addItem(it, w)
	}
	if r.lone == i && loneQtyRE.MatchString(w.fold) && r.lonelyQty(p, i, w) {
		return true
	}
	if m := bulletRE.FindStringSubmatchIndex(w.fold); m != nil {
		if r.cur >= 0 && !r.bulleted {
			return false // part of a dish that has none
		}
		w.phrase, r.bulleted = w.slice(m[2], len(w.fold)), true
	}
	it, ok := readItem(w.phrase, r.cols)
	if !ok && r.headed() {
		if it, ok = narrowItem(w.phrase, r.cols); ok {
			r.money = r.money || pricedRE.MatchString(w.fold)
			return r.addItem(it, w)
		}
	}
	if !ok || it.priced && r.zone == zoneHead && !(r.headed() && dishLike(it.name)) {
		return !ok && r.lonelyQty(p, i, w)
	}
	if r.pending > 0 && r.pending == i && !it.leading && p.rows[i-1].full() {
		it.name = joined(p.rows[r.pending-1].phrase, it.name)
		r.roles[r.pending-1] = roleItem
	}
	r.money = r.money || pricedRE.MatchString(w.fold)
	return r.addItem(it, w)
}

// bulletRE is a dish with its quantity behind a bullet: * 2x Burger.
var bulletRE = lazily(`^\s*[*·] *(\d{1,3} ?x\s+\S.*)$`).needing(digits)

// takesBack says that the word that m found before a dish is no part of its name:
// it is marked, or stands before a quantity, or in capitals before one that is not.
func (r *reader) takesBack(p phrase, m []int) bool {
	if m[2] < 0 || strings.ContainsAny(p.fold[:m[1]], "[(*:-") {
		return true
	}
	word, rest := p.slice(m[2], m[3]), p.slice(m[1], len(p.fold))
	it, ok := readItem(rest, r.cols)
	return ok && it.leading || word.print == strings.ToUpper(word.print) && rest.print != strings.ToUpper(rest.print)
}

// headed says that the slip has said whose order it is, or that it is a cook's:
// what follows are dishes.
func (r *reader) headed() bool {
	return r.cook || r.t.Table != "" || len(r.numbers.all) > 0
}

// full says that a line is long enough to be the first half of a wrapped name, and no
// title of a few words.
func (w row) full() bool { return columns(strings.TrimSpace(w.fold))*w.width >= 12 }

// joined puts the two halves of a wrapped name together.
func joined(a, b phrase) phrase {
	a = a.trim("")
	if m := indexRE.FindStringSubmatchIndex(a.fold); m != nil {
		a = a.slice(m[2], m[3])
	}
	sep := ""
	if !hasHan(a.fold) && !hasHan(b.fold) {
		sep = " "
	}
	return phrase{a.print + sep + b.print, a.fold + sep + b.fold}
}

// lonelyQty reads a quantity on a line of its own below the name of a dish.
func (r *reader) lonelyQty(p page, i int, w row) bool {
	if r.lone == 0 || r.lone != i {
		return false
	}
	above := p.rows[r.lone-1]
	if m := loneQtyRE.FindStringSubmatch(w.fold); m != nil {
		n, _ := strconv.Atoi(m[1] + m[2]) // one of them is empty
		r.roles[r.lone-1], r.money = roleItem, true
		return n > 0 && r.addItem(item{Qty: n, name: cutPrice(above.trim("*>"))}, above)
	}
	padded := newPhrase("n  " + strings.TrimSpace(w.print))
	it, ok := trailingItem(padded, r.cols)
	if !ok || it.name.fold != "n" || !it.sure && (it.priced || len(strings.Fields(w.fold)) < 2 || len(r.cols) == 0) {
		return false
	}
	it.name, r.roles[r.lone-1] = cutPrice(above.trim("*>")), roleItem
	return r.addItem(it, above)
}

func (r *reader) addItem(it item, w row) bool {
	if m := numberedRE.FindStringSubmatchIndex(it.name.fold); m != nil && !it.leading {
		r.numbers.add(it.name.slice(m[2], m[3]), w.size, 0)
		it.name = it.name.slice(m[4], m[5])
	}
	mods, name := nameMods(it.name)
	mods = append(mods, readMods(it.after)...)
	text := scrub(name.words())
	if text == "" {
		return true // understood, and dropped
	}
	if r.gift {
		mods = append(mods, "赠品")
	}
	r.t.Items = append(r.t.Items, kitchen.Item{Qty: it.Qty, Name: text, Mods: mods})
	r.itemRows = append(r.itemRows, r.row)
	r.cur, r.last, r.indent, r.pending = len(r.t.Items)-1, it, w.indent, 0
	r.noteOpen = false
	if r.zone == zoneHead {
		r.zone = zoneGoods
	}
	return true
}

// nameMods cuts a mark such as [赠] or (退) from the front of a name, and tastes
// in square brackets, or a list of them in round ones, from its end.
func nameMods(p phrase) ([]string, phrase) {
	if m := giftMarkRE.FindStringIndex(p.fold); m != nil {
		return []string{"赠品"}, p.slice(m[1], len(p.fold)).trim("")
	}
	if m := voidMarkRE.FindStringIndex(p.fold); m != nil {
		p = p.slice(m[1], len(p.fold)).trim("")
	}
	if m := tailBoxRE.FindStringSubmatchIndex(p.fold); m != nil && m[0] > 0 {
		return readMods(p.slice(m[2], m[3])), p.slice(0, m[0]).trim("")
	}
	if m := tailListRE.FindStringSubmatchIndex(p.fold); m != nil && m[0] > 0 && allTastes(strings.FieldsFunc(p.fold[m[2]:m[3]], isListMark)) {
		return readMods(p.slice(m[2]-1, m[3]+1)), p.slice(0, m[0]).trim("")
	}
	return nil, p
}

func isListMark(r rune) bool { return r == ',' || r == '/' || r == ';' }
