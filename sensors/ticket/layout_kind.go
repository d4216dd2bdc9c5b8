package ticket

import (
	"slices"
	"strings"

	"readyshelf/kitchen"
)

// words of the head decide what a slip is; dishes, modifiers and notes do not.

// classify sets the kind, once everything else is read.
func (r *reader) classify(p page) {
	kind, at := r.kindWord(p)
	negative := len(r.t.Items) > 0
	for _, it := range r.t.Items {
		negative = negative && it.Qty < 0
	}
	switch {
	case kind == "" && negative:
		kind = kitchen.SlipVoid
	case kind == "" && len(r.t.Items) == 0 && !r.identified():
		kind = kitchen.SlipUnknown
		r.unread = true
	case kind == "":
		kind = kitchen.SlipOrder
	}
	r.t.Kind = kind
	if kind == kitchen.SlipVoid {
		r.voidFrom(at)
	}
	if kind == kitchen.SlipReport {
		r.t.Items = nil
	}
}

// kindWord is the kind of slip that a word of its head says, and its row; "" for none.
func (r *reader) kindWord(p page) (kitchen.SlipKind, int) {
	for n, k := range kindWords {
		for i, w := range p.rows {
			if r.roles[i] == roleHead && (has(w.fold, plainWords[n]) || markedWord(w.fold, k.marked) || slices.Contains(k.alone, strings.Trim(w.fold, marks+" "))) {
				return k.kind, i
			}
		}
	}
	return "", 0
}

// voidFrom takes the dishes back: all of them, or, where the word stands between
// dishes, those below it.
func (r *reader) voidFrom(row int) {
	first := 0
	for first < len(r.itemRows) && r.itemRows[first] < row {
		first++
	}
	if first == len(r.t.Items) {
		first = 0
	}
	if first > 0 {
		r.t.Kind = kitchen.SlipOrder
	}
	for i := first; i < len(r.t.Items); i++ {
		r.t.Items[i].Qty = -max(r.t.Items[i].Qty, -r.t.Items[i].Qty)
	}
}

// markedWord says that one of words stands alone, between marks, or next to a
// number or to another word of slips: *** VOID ***, VOID ITEM, #41 CANCELLED,
// but not The Void Bar.
func markedWord(s string, words []string) bool {
	for _, w := range words {
		i, j, ok := find(s, []string{w})
		if !ok {
			continue
		}
		before, after := strings.TrimRight(s[:i], " "), strings.TrimLeft(s[j:], " ")
		if !hasWord(before) && !hasWord(after) || beside(lastWord(before)) || beside(nextWord(after)) || fenced(before, after) {
			return true
		}
	}
	return false
}

// fenced says that a mark ends what stands before a word, and one begins what
// stands after it.
func fenced(before, after string) bool {
	const open = "*[(<#=!-:|"
	return before != "" && strings.IndexByte(open, before[len(before)-1]) >= 0 && after != "" && strings.IndexByte("*])>#=!-:|", after[0]) >= 0 ||
		before == "" && after != "" && after[0] == ':'
}

// beside says that a word next to VOID makes it the slip's: a number or a word of slips.
func beside(w string) bool {
	return w != "" && (strings.IndexByte("#0123456789", w[0]) >= 0 || slices.Contains(slipWords, w))
}

func lastWord(s string) string { return strings.Trim(s[strings.LastIndexByte(s, ' ')+1:], "*:.-") }

func nextWord(s string) string {
	w, _, _ := strings.Cut(s, " ")
	return strings.Trim(w, "*:.-")
}

// identified says that a slip without dishes still says whose order it is.
func (r *reader) identified() bool {
	if r.t.Number == "" {
		return r.cook && r.t.Table != ""
	}
	return r.platform || r.cook || r.laid || r.t.Promised != ""
}

// channel finds the platform, else the dining mode.
func (r *reader) channel(p page) {
	for _, role := range []role{roleHead, roleTail} {
		for i, w := range p.rows {
			if r.roles[i] != role {
				continue
			}
			for _, c := range platforms {
				if has(w.fold, c.any) || bySelf(w.fold, c.channel) {
					r.t.Channel, r.platform, r.chinese = c.channel, true, c.chinese
					return
				}
			}
		}
	}
	for i, w := range p.rows {
		if r.roles[i] != roleHead {
			continue
		}
		if m := twModeRE.FindStringSubmatch(w.fold); m != nil {
			r.t.Channel = map[string]string{"外": "takeout", "内": "dine-in"}[m[1]]
			return
		}
		for _, c := range modes {
			if has(w.fold, c.any) {
				r.t.Channel = c.channel
				return
			}
		}
	}
	if r.t.Table != "" {
		r.t.Channel = "dine-in"
	}
}

// copyOf says who a slip is for: by its words, else by what such slips print.
func (r *reader) copyOf(p page, ending Ending) {
	if r.t.Kind != kitchen.SlipOrder && r.t.Kind != kitchen.SlipReprint {
		return
	}
	if ending == EndLabel {
		r.t.Copy = "label"
		return
	}
	for _, c := range copyWords {
		for i, w := range p.rows {
			if r.roles[i] == roleHead && has(w.fold, c.any) {
				r.t.Copy = c.name
				return
			}
		}
	}
	r.t.Copy = r.likelyCopy(p)
}

// likelyCopy is the copy of a slip that does not say: slips for cooks carry no
// money, Chinese merchant slips do, and a Western platform's own slip is neither.
func (r *reader) likelyCopy(p page) string {
	han := r.chinese
	for _, it := range r.t.Items {
		han = han || hasHan(it.Name)
	}
	switch {
	case len(r.t.Items) == 0:
		return ""
	case r.label:
		return "label"
	case !r.money && r.platform && !r.chinese && !r.routed && !p.staff && r.t.Part == "" && r.t.Table == "":
		return ""
	case !r.money:
		return "kitchen"
	case r.platform && !r.chinese:
		return ""
	case han && (r.platform || p.person || p.orderKey != ""):
		return "merchant"
	}
	return "receipt"
}
