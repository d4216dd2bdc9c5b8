package ticket

import (
	"strings"
	"unicode"
)

// page is a slip after redaction: all that the rules of understanding see.
type page struct {
	rows     []row
	orderKey string // keyed hash of the long order id
	person   bool   // a customer stood on it
	staff    bool   // a server or clerk stood on it
}

// redactor drops what is personal, line by line, before anything else looks at
// the slip. It works in three ways: by label (收货人:, Customer:), by pattern
// (phone numbers, masked names, addresses) and by position (Chinese slips print
// the recipient after the total, Western ones after the header).
type redactor struct {
	page
	key    []byte
	cols   []column
	ended  bool // a dividing line was seen below the last dish
	marked bool // dishes have an x or a counter word
	items  bool // a dish was seen
	total  bool // the total was seen after dishes
	ruled  bool // a dividing line was seen
	block  bool // a customer's data may go on
	long   string
	open   bool   // the order id may go on in the next line
	next   string // the line after, folded
	titled bool   // the line before was a bare title of notes
}

// redact returns the slip without persons. The key hashes the order id.
func redact(lines []Line, key []byte) page {
	r := redactor{key: key}
	lines = lines[:min(len(lines), maxLines)]
	for i, l := range lines {
		r.next = ""
		if i+1 < len(lines) {
			r.next = newPhrase(lines[i+1].Text).fold
		}
		if l.Hidden {
			r.rows = append(r.rows, gone(row{}))
			continue
		}
		if strings.TrimSpace(l.Text) == "" {
			r.rows, r.block = append(r.rows, row{}), false
			continue
		}
		r.line(newRow(l))
	}
	r.orderKey = hashOrder(r.key, r.long)
	return r.page
}

func (r *redactor) line(w row) {
	if isRule(w.fold) {
		r.block, r.open, r.ruled = false, false, true
		r.ended = r.items
		r.rows = append(r.rows, w)
		return
	}
	w.tail = r.total
	w = r.clean(w)
	if isColumns(w.fold) {
		r.cols = readColumns(w.fold)
	}
	if it, ok := readItem(w.phrase, r.cols); ok && !w.gone && (r.ruled || !it.priced) {
		r.items, r.block, r.ended = true, false, false
		r.marked = r.marked || it.sure
	}
	if r.items && isTotal(w.fold) {
		r.total = true
	}
	r.rows = append(r.rows, w)
}

// clean is one line without its personal part.
func (r *redactor) clean(w row) row {
	if r.open && digitsOnly.MatchString(w.fold) {
		r.long += orderDigits(w.fold)
		return gone(w)
	}
	r.open = false
	if n, ok := r.noted(w); ok {
		return n
	}
	w = w.unbracketed(r.cols)
	before := w
	w = r.byLabel(w)
	labelled := w.fold != before.fold
	if w.empty() && !before.empty() {
		return gone(w)
	}
	if r.block && !labelled && r.goesOn(w) {
		return r.keepWords(w)
	}
	if r.personal(w) {
		r.person = true
		r.block = r.block || !r.items
		r.total = r.total || r.items && r.ended // the recipient stands below the dishes
		return r.keepWords(w)
	}
	if r.byPlace(w) {
		return r.keepWords(w)
	}
	return w
}

func gone(w row) row {
	w.phrase, w.gone = phrase{}, true
	return w
}

// byLabel drops the segments that are a person's, and shortens notes.
func (r *redactor) byLabel(w row) row {
	segs := w.segments()
	named := false
	for i := len(segs) - 1; i >= 0; i-- {
		s := segs[i]
		switch s.field {
		case fieldBlock:
			if s.value.fold != "" && countRE.MatchString(s.value.fold) {
				continue // "Guest: 2" counts people
			}
			r.person, r.block, named = true, true, true
		case fieldPrivate:
			r.person, named = true, true
			r.block = r.block || s.value.fold == "" && i == len(segs)-1 // it stands below
		case fieldStaff:
			r.staff = true
		case fieldLong, fieldOrder:
			id := orderID(s)
			broken := s.field == fieldLong && digitsOnly.MatchString(r.next)
			if !isLong(id) && !(s.field == fieldLong && len(id) > shortID) && !broken && (s.field == fieldOrder || id != "") {
				continue
			}
			r.long, r.open = id, true
		case fieldNote, fieldAllergy:
			at := s.end - len(strings.TrimLeft(w.fold[s.valueStart(w.fold):s.end], " "))
			w.phrase = w.replaced(at, s.end, cleanNote(w.slice(at, s.end)))
			continue
		default:
			continue
		}
		from := s.start
		for from > 0 && strings.IndexByte(" ([-*/|,;", w.fold[from-1]) >= 0 && w.fold[from-1] != ' ' {
			from--
		}
		w.phrase = w.blanked(from, s.end)
	}
	if named && len(segs) > 0 && !knownWords(w.fold[:segs[0].start]) {
		w.phrase = w.blanked(0, segs[0].start) // "4806,手机号 …" belongs to the number
	}
	w.phrase = w.trimRight()
	return w
}

// replaced is p with the bytes i to j of its fold exchanged for q.
func (p phrase) replaced(i, j int, q phrase) phrase {
	a, b := p.slice(0, i), p.slice(j, len(p.fold))
	return phrase{a.print + q.print + b.print, a.fold + q.fold + b.fold}
}

func (p phrase) trimRight() phrase { return p.slice(0, len(strings.TrimRight(p.fold, " "))) }

var (
	countRE    = lazily(`^\d{1,2}(?: ?(?:位|人|people|guests|pax))?$`)
	digitsOnly = lazily(`^\s*\d[\d\s-]{3,}$`)
)

// goesOn says that an unlabelled line continues a customer's block.
func (r *redactor) goesOn(w row) bool {
	if w.empty() || knownWords(w.fold) || len(w.segments()) > 0 {
		return false
	}
	if _, ok := w.title(); ok {
		return false
	}
	if it, ok := readItem(w.phrase, r.cols); ok {
		return it.leading && westernAddress(w.fold) || !it.leading && !it.sure && !r.items && hasAddress(w.fold)
	}
	return !isTotal(w.fold) && !isFee(w.fold) && !isColumns(w.fold)
}

// personal says that a pattern of personal data stands on the line. Dishes are
// held to the stricter patterns only: a street may be part of their name.
func (r *redactor) personal(w row) bool {
	s := w.unnumbered()
	if t, ok := w.title(); ok {
		s = t.fold
	}
	if hasPhone(s) || mailRE.MatchString(s) || hasLink(s) {
		return true
	}
	for _, seg := range w.segments() {
		if seg.field == fieldNote || seg.field == fieldAllergy || seg.field == fieldTable {
			return false // notes were cleaned, a table is no address
		}
	}
	if it, ok := readItem(w.phrase, r.cols); ok {
		return !it.sure && r.notDish(w, it)
	}
	if r.items && (nameLine(s) || houseRE.MatchString(s)) {
		return true
	}
	if r.items && !r.total && w.indent > 0 {
		return plateRE.MatchString(s) || masked(s) || honorRE.MatchString(s) || initialRE.MatchString(strings.TrimSpace(w.print)) && strings.HasSuffix(s, ".") || westernAddress(s)
	}
	return masked(s) || honorRE.MatchString(s) || hasAddress(s) || westernAddress(s) || foreignLine(phrase{w.print, s}) || furtherPlaceRE.MatchString(w.fold)
}

// hashGroupsRE is a short number of an order in two groups: #1187-554.
var hashGroupsRE = lazily(`(?:^|\s)(#\d{3,4}-\d{3,4})(?:$|\s)`).needing("#")

// unnumbered is the folded line without the numbers that its labels allow.
func (w row) unnumbered() string {
	p := w.phrase
	if m := hashGroupsRE.FindStringSubmatchIndex(p.fold); m != nil {
		p = p.blanked(m[2], m[3])
	}
	for _, s := range w.segments() {
		switch s.field {
		case fieldCalled, fieldOrder, fieldCode, fieldLong:
			at := s.valueStart(p.fold)
			if m := codeRE.FindStringIndex(p.fold[at:]); m != nil {
				p = p.blanked(at, at+m[1])
			}
		}
	}
	return p.fold
}

// notDish says that a line shaped like a dish is an address: "1600 Sample Road".
func (r *redactor) notDish(w row, it item) bool {
	if it.leading {
		return westernAddress(w.fold) && (!r.items || r.ended || r.marked || it.Qty > 9 || r.total)
	}
	apart := r.ended || !r.items && !r.ruled // from the dishes
	return strictHanRE.MatchString(w.fold) || r.ended && hasAddress(w.fold) || apart && foreignPlace(w.fold)
}

// byPlace drops what stands where slips print persons: unknown lines after the
// total, and names in the header.
func (r *redactor) byPlace(w row) bool {
	if w.empty() || len(w.segments()) > 0 || knownWords(w.fold) {
		return false
	}
	if r.total {
		_, isTitle := w.title()
		return !isTitle && !isTotal(w.fold) && !isFee(w.fold) && !partRE.MatchString(w.fold) && !onlyWhenRE.MatchString(w.fold)
	}
	if initialRE.MatchString(strings.TrimSpace(w.print)) {
		return !r.items || w.indent == 0
	}
	return false
}

// keepWords leaves of a personal line only the words of the vocabulary that say
// what slip it is and whose; they are ours, not the customer's.
func (r *redactor) keepWords(w row) row {
	var kept []string
	s := w.fold
	for _, list := range safeLists {
		if i, j, ok := find(s, list); ok {
			kept = append(kept, s[i:j])
			s = s[:i] + " " + s[j:]
		}
	}
	if len(kept) == 0 {
		return gone(w)
	}
	w.phrase = newPhrase(strings.Join(kept, " "))
	w.indent = 0
	return w
}

// safeLists are the words that may stay of a personal line.
var safeLists = func() [][]string {
	var out [][]string
	for _, k := range kindWords {
		out = append(out, k.any)
	}
	for _, c := range copyWords {
		out = append(out, c.any)
	}
	for _, p := range platforms {
		out = append(out, p.any)
	}
	return out
}()

// knownWords says that a line says a kind, copy, channel, time or number.
func knownWords(s string) bool {
	for _, list := range safeLists {
		if has(s, list) {
			return true
		}
	}
	for _, m := range modes {
		if has(s, m.any) {
			return true
		}
	}
	return has(s, preorderWords) || has(s, asapWords) || hashRE.MatchString(s) || endRE.MatchString(s) || beforeRE.MatchString(s)
}

// scrub is the last check of a name or modifier: it returns "" for what may be
// a person after all.
func scrub(s string) string {
	p := newPhrase(s)
	if hasPhone(p.fold) || mailRE.MatchString(p.fold) || hasLink(p.fold) || masked(p.fold) || strictHonorRE.MatchString(p.fold) || isFor(p.print) {
		return ""
	}
	return strings.TrimFunc(s, unicode.IsSpace)
}
