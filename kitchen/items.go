package kitchen

import (
	"slices"
	"strings"
	"unicode"
)

// folded is merged for a slip that may also take dishes away: lines with a
// negative quantity, as tills print them between others.
func folded(have, slip []Item, part bool) []Item {
	var add, void []Item
	for _, it := range slip {
		if it.Qty < 0 {
			void = append(void, it)
		} else {
			add = append(add, it)
		}
	}
	return voided(merged(have, add, part), void)
}

// merged returns what an order holds after one more slip of it. A part adds its
// dishes; a copy repeats them, so the larger quantity counts and nothing doubles.
func merged(have, slip []Item, part bool) []Item {
	out := slices.Clone(have)
	seen := make([]bool, len(have))
	for _, it := range slip {
		i := line(out[:len(have)], seen, it, !part)
		switch {
		case i < 0:
			out = append(out, it)
		case part:
			out[i].Qty += it.Qty
		default:
			seen[i] = true
			out[i] = Item{Qty: max(out[i].Qty, it.Qty), Name: out[i].Name, Mods: longer(out[i].Mods, it.Mods)}
		}
	}
	return out
}

// line finds the line of an order that a line of a slip repeats: the same dish
// with the same modifiers, or (loose) with modifiers written otherwise. Each is
// found once.
func line(have []Item, seen []bool, it Item, loose bool) int {
	for _, want := range []func(Item) bool{
		func(h Item) bool { return h.Name == it.Name && sameMods(h, it) },
		func(h Item) bool { return h.Name == it.Name && loose },
		func(h Item) bool { return sameDish(h.Name, it.Name) && (loose || sameMods(h, it)) },
	} {
		for i, h := range have {
			if !seen[i] && want(h) {
				return i
			}
		}
	}
	return -1
}

// sameDish says whether two names are one dish: in other letters, with other spaces and
// signs, or with an advertisement in brackets before one of them: 【招牌】宫保鸡丁.
func sameDish(a, b string) bool {
	if a == b {
		return true
	}
	a, b = plainDish(a), plainDish(b)
	return a != "" && b != "" && (a == b || unpraised(a) == b || a == unpraised(b))
}

// plainDish is a name in small letters of half width, without spaces and signs but for
// brackets, which tell sizes apart.
func plainDish(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			r -= '！' - '!' // the full width of ASCII
		case r == '【' || r == '［':
			r = '['
		case r == '】' || r == '］':
			r = ']'
		}
		if unicode.IsSpace(r) || unicode.IsPunct(r) && !strings.ContainsRune("()[]", r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// unpraised is a name as plainDish has it, without brackets before it.
func unpraised(s string) string {
	if s != "" && (s[0] == '[' || s[0] == '(') {
		if _, rest, ok := strings.Cut(s, map[byte]string{'[': "]", '(': ")"}[s[0]]); ok && rest != "" {
			return rest
		}
	}
	return s
}

// sameMods says whether two lines are one dish: a copy may leave the modifiers out.
func sameMods(a, b Item) bool {
	return len(a.Mods) == 0 || len(b.Mods) == 0 || slices.Equal(a.Mods, b.Mods)
}

func longer(a, b []string) []string {
	if len(b) > len(a) {
		return b
	}
	return a
}

// voided returns what is left of an order after a void slip took its lines away:
// first the dish as the slip has it, then the same dish with other modifiers,
// since slips abridge.
func voided(have, slip []Item) []Item {
	out := slices.Clone(have)
	for _, it := range slip {
		take := max(it.Qty, -it.Qty)
		for _, alike := range []func(Item) bool{
			func(h Item) bool { return slices.Equal(h.Mods, it.Mods) },
			func(h Item) bool { return sameMods(h, it) },
			func(Item) bool { return true },
		} {
			for i := range out {
				if sameDish(out[i].Name, it.Name) && alike(out[i]) {
					n := min(take, out[i].Qty)
					out[i].Qty -= n
					take -= n
				}
			}
		}
	}
	return slices.DeleteFunc(out, func(it Item) bool { return it.Qty <= 0 })
}

func sameItems(a, b []Item) bool {
	return slices.EqualFunc(a, b, func(x, y Item) bool {
		return x.Qty == y.Qty && x.Name == y.Name && slices.Equal(x.Mods, y.Mods)
	})
}
