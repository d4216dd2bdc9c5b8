package ticket

import "strings"

// fields reads a line of labels and values; roleNone if it has none.
func (r *reader) fields(w row) role {
	segs := w.segments()
	if len(segs) == 0 {
		return roleNone
	}
	got := roleNone
	for _, s := range segs {
		if ro := r.field(s, w); ro > got {
			got = ro
		}
	}
	if got == roleNone {
		return roleNone
	}
	r.cur, r.pending = -1, 0
	r.words(w.phrase.slice(0, segs[0].start))
	if got == roleNote {
		return roleNote
	}
	r.noteOpen = false
	before := row{phrase: w.slice(0, segs[0].start), size: w.size}
	r.unlabelled(before)
	if last := segs[len(segs)-1]; last.field != fieldPromise && last.field != fieldOrdered {
		r.part(w.fold)
	}
	if !r.head(w) {
		return roleTail
	}
	return roleHead
}

// head says that a labelled line may tell kind, copy and channel.
func (r *reader) head(w row) bool { return !w.tail || knownWords(w.fold) }

// field takes in what one label says.
func (r *reader) field(s segment, w row) role {
	switch s.field {
	case fieldCalled, fieldOrder, fieldCode, fieldLong:
		if !r.labelled(s, w.size) && s.field != fieldLong {
			return roleNone
		}
	case fieldTable:
		if m := tableRE.FindStringSubmatchIndex(s.value.fold); m != nil {
			r.table(s.value.slice(m[2], m[3]))
		} else if m := roomRE.FindStringSubmatchIndex(s.value.fold); m != nil && s.strong {
			r.table(s.value.slice(m[2], m[3]))
		} else if !s.strong {
			return roleNone
		}
	case fieldOrdered:
		return r.ordered(s)
	case fieldPromise:
		return r.promised(s, w)
	case fieldNote, fieldAllergy:
		r.noteOpen = false
		v := s.value
		if s.field == fieldAllergy {
			v = w.slice(s.start, s.end)
		}
		r.note(v.trim("*"), s.field == fieldAllergy)
		r.noteOpen = true
		return roleNote
	case fieldStation:
		if !s.strong && s.value.fold == "" {
			return roleNone
		}
		r.routed = true
	}
	return roleHead
}

// ordered reads the time of ordering; a date and a time may be two fields.
func (r *reader) ordered(s segment) role {
	v, ok := s.value.when()
	if !ok {
		m := dateRE.FindStringSubmatchIndex(s.value.fold)
		if m == nil {
			if s.strong {
				return roleHead
			}
			return roleNone
		}
		v = s.value.slice(m[2], m[3])
	}
	switch had := newPhrase(r.t.Ordered).fold; {
	case had == "":
		r.t.Ordered = v.words()
	case !whenRE.MatchString(had) && ok && !dateRE.MatchString(v.fold):
		r.t.Ordered += " " + v.words()
	}
	return roleHead
}

// hashedRE is a number behind a word: pickup #1187.
var hashedRE = lazily(`^[a-z -]+# ?([a-z]{0,3}-?\d{1,6})\s*$`).needing("#")

// promised reads the time for which the order is due.
func (r *reader) promised(s segment, w row) role {
	whole := w.slice(s.start, s.end)
	if v, ok := s.value.when(); ok {
		if r.t.Promised == "" {
			r.t.Promised = v.words()
		}
	} else if m := hashedRE.FindStringSubmatchIndex(whole.fold); m != nil {
		r.numbers.add(whole.slice(m[2], m[3]), w.size, 0) // Pickup #1187
	} else if has(s.value.fold, asapWords) {
		r.asap = true
	} else if !s.strong {
		return roleNone
	}
	if strings.HasPrefix(s.label, "预约") || strings.HasPrefix(s.label, "scheduled") {
		r.t.Preorder = true
	}
	return roleHead
}
