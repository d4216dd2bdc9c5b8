package ticket

import (
	"strings"

	"readyshelf/kitchen"
)

// Some slips print a dish without its quantity where it is one. If nothing on a slip has
// one, and the slip says whose order it is, it is read again: what stands alone below the
// first dividing line is a dish.

// mayBeUncounted says that a slip without counted dishes may be one of these. A customer
// or a platform on it is against it: what stands alone there may be somebody's name.
func (r *reader) mayBeUncounted(p page) bool {
	kind, _ := r.kindWord(p)
	named := has(p.folded(), platformWords)
	return r.headed() && !p.person && !named && (kind == "" || kind == kitchen.SlipReprint || kind == kitchen.SlipVoid)
}

// folded is the whole page, a line each.
func (p page) folded() string {
	var b strings.Builder
	for _, w := range p.rows {
		b.WriteString(w.fold)
		b.WriteByte('\n')
	}
	return b.String()
}

// worthIt says that what was read looks like a list of dishes: there are two, or the only
// one has modifiers.
func (r *reader) worthIt() bool {
	return len(r.t.Items) > 1 || len(r.t.Items) == 1 && len(r.t.Items[0].Mods) > 0
}

// uncountedDish takes a line as one portion of a dish, unless it reads like a sentence.
func (r *reader) uncountedDish(w row) bool {
	const longest = 36 // columns: of the names of dishes on menus, nearly all are shorter
	name := w.unled().unticked().trim("")
	if !r.ruled || r.zone == zoneDone || r.zone == zoneSkip || w.tail || columns(name.fold) > longest || !hasWord(name.fold) ||
		strings.ContainsAny(name.fold, ":;!?") || strings.HasSuffix(name.fold, ".") || nameLine(name.fold) {
		return false
	}
	if hasHan(name.fold) && !dishLike(name) {
		return false
	}
	return r.addItem(item{Qty: 1, name: cutPrice(name)}, w)
}
