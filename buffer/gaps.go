package buffer

import (
	"cmp"
	"slices"
)

// span is a range of seqs, both ends included.
type span struct{ From, To uint64 }

// spans are ranges that do not touch one another, in order.
type spans []span

// add returns s with g in it.
func (s spans) add(g span) spans {
	var out spans
	for _, o := range s {
		if o.To+1 < g.From || g.To+1 < o.From {
			out = append(out, o)
			continue
		}
		g = span{min(g.From, o.From), max(g.To, o.To)}
	}
	out = append(out, g)
	slices.SortFunc(out, func(a, b span) int { return cmp.Compare(a.From, b.From) })
	return out
}

// without returns the parts of g that are not in s.
func (s spans) without(g span) []span {
	var out []span
	for _, o := range s {
		if o.To < g.From || o.From > g.To {
			continue
		}
		if g.From < o.From {
			out = append(out, span{g.From, o.From - 1})
		}
		if o.To >= g.To {
			return out
		}
		g.From = o.To + 1
	}
	return append(out, g)
}

// past returns s without what lies at or before a seq.
func (s spans) past(seq uint64) spans {
	return slices.DeleteFunc(slices.Clone(s), func(o span) bool { return o.To <= seq })
}
