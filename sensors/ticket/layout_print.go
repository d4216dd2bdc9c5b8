package ticket

import (
	"hash/fnv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

var timesRE = lazily(`第 ?\d+ ?(?:次|联|张)(?:打印)?|\d+(?:st|nd|rd|th) (?:copy|print)`)

// fingerprint is FNV-64a over the redacted text, without what differs between
// two prints of the same slip: when it was printed, that it is a reprint, which
// copy it is.
func fingerprint(rows []row) uint64 {
	h := fnv.New64a()
	empty := true
	for _, w := range rows {
		s := strings.Join(strings.Fields(lasting(w.phrase)), " ")
		if strings.Trim(s, marks+" ") == "" {
			continue
		}
		empty = false
		h.Write([]byte(norm.NFKC.String(s)))
		h.Write([]byte{'\n'})
	}
	if empty {
		return 0
	}
	return h.Sum64()
}

// lasting is the part of a line that a reprint repeats.
func lasting(p phrase) string {
	segs := p.segments()
	for i := len(segs) - 1; i >= 0; i-- {
		if segs[i].field == fieldPrinted {
			p = p.blanked(segs[i].start, segs[i].end)
		}
	}
	s := timesRE.ReplaceAllString(p.fold, " ")
	for _, list := range changing {
		for {
			i, j, ok := find(s, list)
			if !ok {
				break
			}
			s = s[:i] + " " + s[j:]
		}
	}
	return s
}

// changing are the words in which copies and reprints differ.
var changing = func() [][]string {
	var out [][]string
	for _, k := range kindWords {
		if k.kind == "reprint" {
			out = append(out, k.any)
		}
	}
	for _, c := range copyWords {
		out = append(out, c.any)
	}
	return out
}()
