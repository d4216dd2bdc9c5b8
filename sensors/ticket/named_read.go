package ticket

import (
	"strconv"
	"strings"

	"readyshelf/kitchen"
)

// follow reads what a layout says of the slip, over what the general rules have read.
func (r *reader) follow(l *Layout, p page, lines []phrase) {
	r.laid = true
	if v, ok := r.called(l, p, lines); ok {
		r.numbers.prefer(v)
	}
	if v, ok := r.at(l.Table, p, lines); ok {
		r.t.Table = v.trim("[]()#:").words()
	}
	if v, ok := r.at(l.Ordered, p, lines); ok {
		r.t.Ordered = asClock(v.words())
	}
	if v, ok := r.at(l.Promised, p, lines); ok {
		r.t.Promised = asClock(v.words())
	}
	r.remarks(l.Notes, p, lines)
	if l.Items != nil {
		r.dishes(l.Items, p, lines)
	}
	for i, line := range lines {
		if r.roles[i] == roleNone && anyMatches(l.guides, line) {
			r.roles[i] = roleHead
		}
	}
}

// prefer makes s the number, in place of the one that would be picked.
func (n *numbers) prefer(s string) {
	picked, _ := n.pick()
	kept := []candidate{{text: s, size: 65, rank: 0}} // larger than any print
	for _, c := range n.all {
		if c.text != picked && c.text != s {
			kept = append(kept, c)
		}
	}
	n.all = kept
}

// called is the number that staff call: the largest that the layout finds.
func (r *reader) called(l *Layout, p page, lines []phrase) (string, bool) {
	best, size := "", 0
	for i := range lines {
		v, ok := l.Number.find(i, p, lines)
		if !ok {
			continue
		}
		if s := v.trim("#").words(); Callable(s) && p.rows[i].size > size {
			best, size = s, p.rows[i].size
			r.roles[i] = roleHead
		}
	}
	return best, best != ""
}

// dottedRE is a time that is written 19.45 or 19h45.
var dottedRE = lazily(`(?i)(?:^|[^\d.])(([01]?\d|2[0-3])[.h]([0-5]\d))(?:[^\d.]|$)`)

// asClock is a time with a colon, as those read it that wait for it.
func asClock(s string) string {
	if strings.Contains(s, ":") {
		return s
	}
	if m := dottedRE.FindStringSubmatchIndex(s); m != nil {
		return s[:m[5]] + ":" + s[m[6]:]
	}
	return s
}

// at is what stands in the first line that a place finds.
func (r *reader) at(w *Place, p page, lines []phrase) (phrase, bool) {
	for i := range lines {
		if v, ok := w.find(i, p, lines); ok {
			if at := nameAfter(v); at > 0 {
				v = v.slice(0, at).trim("-,;:")
			}
			if text := scrub(v.words()); text != "" {
				r.roles[i] = roleHead
				return v, true
			}
		}
	}
	return phrase{}, false
}

// find is what line i says at a place.
func (w *Place) find(i int, p page, lines []phrase) (phrase, bool) {
	if w == nil || lines[i].print == "" || p.rows[i].size < w.Size {
		return phrase{}, false
	}
	v, at, ok := w.Line.value(lines[i])
	if !ok || v.fold == "" || !w.Columns.holds(lines[i].fold, at) {
		return phrase{}, false
	}
	return v, w.Below == nil || w.Below.matches(above(i, lines))
}

// above is the line with text above line i.
func above(i int, lines []phrase) phrase {
	for i--; i >= 0; i-- {
		if lines[i].print != "" {
			return lines[i]
		}
	}
	return phrase{}
}

// remarks are all the notes that a layout finds, in place of those of the general rules.
func (r *reader) remarks(w *Place, p page, lines []phrase) {
	var notes []string
	for i := range lines {
		v, ok := w.find(i, p, lines)
		if !ok {
			continue
		}
		r.roles[i] = roleNote
		if note := cleanNote(newPhrase(v.print)).words(); note != "" {
			notes = append(notes, note)
		}
	}
	if len(notes) > 0 {
		r.notes = notes
	}
}

// dishes reads the dishes where a layout says that they stand. Where it finds none, what
// the general rules have read stays.
func (r *reader) dishes(d *Dishes, p page, lines []phrase) {
	general, rows, roles := r.t.Items, r.itemRows, append([]role(nil), r.roles...)
	r.t.Items, r.itemRows, r.cur, r.marks = nil, nil, -1, nil
	for i, ro := range r.roles {
		if ro == roleItem {
			r.roles[i] = roleNone
		}
	}
	inside := d.From == nil
	for i, line := range lines {
		switch {
		case line.print == "":
		case d.From != nil && !inside:
			inside = d.From.matches(line)
		case inside && len(r.t.Items) > 0 && d.To != nil && d.To.matches(line):
			inside, r.cur = false, -1
			if d.From == nil {
				r.keepOr(general, rows, roles)
				return
			}
		case inside && d.dish(r, i, p, line):
			r.roles[i] = roleItem
		case inside && r.cur >= 0 && d.modifier(r, line):
			r.roles[i] = roleItem
		}
	}
	r.keepOr(general, rows, roles)
}

// keepOr goes back to what was read before if there is no dish now.
func (r *reader) keepOr(items []kitchen.Item, rows []int, roles []role) {
	if len(r.t.Items) == 0 {
		r.t.Items, r.itemRows, r.roles = items, rows, roles
	}
}

// dish reads the line of a dish.
func (d *Dishes) dish(r *reader, i int, p page, line phrase) bool {
	if p.rows[i].size < d.Size {
		return false
	}
	for _, e := range d.Lines {
		m := e.re.FindStringSubmatchIndex(line.fold)
		if m == nil || m[2*e.name] < 0 || !d.Columns.holds(line.fold, m[2*e.name]) {
			continue
		}
		name := newPhrase(part(line, m, e.name).print)
		text := scrub(name.words())
		if !strings.ContainsFunc(name.fold, isLetter) || text == "" {
			continue
		}
		qty, err := strconv.Atoi(part(line, m, e.qty).fold)
		if err != nil || qty == 0 {
			qty = 1
		}
		it := kitchen.Item{Qty: max(min(qty, mostQty), -mostQty), Name: text, Mods: readMods(newPhrase(part(line, m, e.mods).print))}
		r.t.Items = append(r.t.Items, it)
		r.itemRows = append(r.itemRows, i)
		r.cur = len(r.t.Items) - 1
		return true
	}
	return false
}

// mostQty is the most portions of one dish.
const mostQty = 999

// modifier reads a line that belongs to the dish above.
func (d *Dishes) modifier(r *reader, line phrase) bool {
	for _, e := range d.Modifiers {
		if v, _, ok := e.value(line); ok {
			it := &r.t.Items[r.cur]
			it.Mods = append(it.Mods, readMods(newPhrase(v.print))...)
			return true
		}
	}
	return false
}
