package ticket

import (
	"strings"

	"readyshelf/kitchen"
)

// Parse reads what a slip says. Of the options it needs the key, which hashes the
// platform's long order id, and the layouts.
//
// The general rules know no layouts, only what slips have in common: titles, labels,
// three shapes of dishes, the lines under a dish. Where a [Layout] of the options
// recognises the slip, what that says goes before. Redaction comes first and all
// that follows sees only what it left.
func Parse(s Slip, o Options) kitchen.Ticket {
	t, _, _ := parse(s, o)
	return t
}

// parse is Parse, and what it saw of the slip and took its lines for.
func parse(s Slip, o Options) (kitchen.Ticket, page, []role) {
	p := redact(s.Lines, o.Key)
	lines := asPrinted(p)
	var l *Layout
	if !s.Garbled {
		l = o.Layouts.of(lines)
	}
	if l != nil {
		l.hide(p, lines)
	}
	r := readPage(p, s)
	if l != nil {
		r.follow(l, p, lines)
	}
	r.finish(p, s)
	if l != nil {
		l.insist(&r.t, lines)
	}
	return settled(r, p, s), p, r.roles
}

// readPage reads a slip by the general rules.
func readPage(p page, s Slip) *reader {
	begin := func() *reader {
		return &reader{zone: zoneHead, roles: make([]role, len(p.rows)), cur: -1, t: kitchen.Ticket{
			Raster: s.Raster, Partial: s.Partial, Encoding: s.Encoding, OrderKey: p.orderKey,
		}}
	}
	r := begin()
	if s.Ending == EndLabel {
		r.readLabel(p)
		return r
	}
	r.readAll(p)
	switch {
	case len(r.t.Items) > 0:
	case looksLikeLabel(p):
		r = begin()
		r.readLabel(p)
	case r.mayBeUncounted(p):
		uncounted := begin()
		uncounted.uncounted = true
		uncounted.readAll(p)
		if uncounted.worthIt() {
			return uncounted
		}
	}
	return r
}

// finish draws the conclusions from what was read.
func (r *reader) finish(p page, s Slip) {
	r.t.Number, r.t.Numbers = r.numbers.pick()
	if r.t.Number == "" {
		r.t.Number = soleOrder(s.Lines)
	}
	r.keepMarks()
	r.channel(p)
	r.classify(p)
	r.copyOf(p, s.Ending)
	r.t.Notes = strings.Join(r.notes, "; ")
	if r.t.Promised == "" && r.asap {
		r.t.Promised = "asap"
	}
	for i, w := range p.rows {
		if !w.empty() {
			r.t.Text = true
			if r.roles[i] == roleNone {
				r.t.Unparsed++
			}
		}
	}
	r.t.Text = r.t.Text || anyGone(p.rows)
	r.t.Print = fingerprint(p.rows)
	if s.Picture != nil {
		r.t.Print = s.Picture.print()
	}
}

func anyGone(rows []row) bool {
	for _, w := range rows {
		if w.gone {
			return true
		}
	}
	return false
}

// role is what a line turned out to be.
type role uint8

const (
	roleNone role = iota // not understood
	roleHead             // titles, labels, words of the slip
	roleItem             // dishes and modifiers
	roleNote
	roleTail // money, and what follows it
)

// zone is where on the slip the reader is.
type zone uint8

const (
	zoneHead  zone = iota // before the dishes
	zoneGoods             // in a list of dishes
	zoneSkip              // in a section of fees or wrapping
	zoneDone              // after the first fee or total
)

// reader walks down a redacted slip.
type reader struct {
	t       kitchen.Ticket
	numbers numbers
	roles   []role
	notes   []string

	zone      zone
	gift      bool     // in a section of gifts
	cols      []column // of the table of dishes
	marks     []modMark
	cur       int   // the dish that modifiers belong to, -1 for none
	last      item  // that dish as it was printed
	indent    int   // its indent
	pending   int   // a line that may be the beginning of a wrapped name, plus one
	lone      int   // a line that nothing explains, plus one
	row       int   // the line being read
	itemRows  []int // the lines of the dishes
	bulleted  bool  // dishes stand behind bullets
	noteOpen  bool  // a note may go on in the next line
	noteTitle bool  // in a section titled as notes
	afterApp  bool  // the line before named a platform
	wants     field // the line before was the label of a number
	asap      bool

	named bool // a platform's name was read
	cook  bool // a word of slips for cooks was read

	uncounted bool // dishes stand without quantities, below the first dividing line
	ruled     bool // which was read

	platform, chinese, money, routed, label bool

	laid   bool // a layout recognised the slip
	unread bool // no word says what slip it is
}

// looksLikeLabel says that a slip without dishes is a cup label.
func looksLikeLabel(p page) bool {
	n := 0
	part := false
	for _, w := range p.rows {
		if !w.empty() {
			n++
			part = part || partRE.MatchString(w.fold) && !whenRE.MatchString(w.fold)
		}
	}
	return part && n >= 2 && n <= 8
}

// twModeRE: Taiwanese kitchen slips begin with 外:0012 or 內:0012.
var twModeRE = lazily(`^\s*(外|内)(?:带|用|送)?\s*:`)
