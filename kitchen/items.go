package kitchen

import "slices"

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
			out[i] = Item{Qty: max(out[i].Qty, it.Qty), Name: it.Name, Mods: longer(out[i].Mods, it.Mods)}
		}
	}
	return out
}

// line finds the line of an order that a line of a slip repeats: the same dish
// with the same modifiers, or (loose) with modifiers written otherwise. Each is
// found once.
func line(have []Item, seen []bool, it Item, loose bool) int {
	for _, want := range []func(Item) bool{
		func(h Item) bool { return sameMods(h, it) },
		func(Item) bool { return loose },
	} {
		for i, h := range have {
			if !seen[i] && h.Name == it.Name && want(h) {
				return i
			}
		}
	}
	return -1
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
				if out[i].Name == it.Name && alike(out[i]) {
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
