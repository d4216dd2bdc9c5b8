package ticket

import (
	"slices"
	"sync"

	"readyshelf/kitchen"
)

// A Layout is what somebody has written down about one kind of slip, for the slips
// that the general rules do not read, or read wrongly: how to recognise it, and where
// things stand. What it does not name, the general rules say.
//
// Its expressions are held against a line as printed, without its personal data:
// redaction comes first, and no layout can bring back what that took. Letters of any
// case match, and full-width signs match as half-width ones.
type Layout struct {
	// Name is the file's, without .toml.
	Name string `toml:"-"`
	// About says to people which slip this is.
	About string `toml:"about"`

	// Has are expressions that a slip of this kind matches, each in some line; Lacks
	// those that it matches in none.
	Has   []Expr `toml:"has"`
	Lacks []Expr `toml:"lacks"`

	// Kind, Copy and Channel are what such a slip always is; empty leaves it to the
	// general rules. Channels name the channel by what stands in some line, and come
	// before Channel.
	Kind     kindName             `toml:"kind"`
	Copy     copyName             `toml:"copy"`
	Channel  channelName          `toml:"channel"`
	Channels map[channelName]Expr `toml:"channels"`

	// Private are lines that hold a person's data, and Ignore such as say nothing to
	// a kitchen. Nothing is read from either.
	Private []Expr `toml:"private"`
	Ignore  []Expr `toml:"ignore"`

	Number   *Place  `toml:"number"`
	Table    *Place  `toml:"table"`
	Ordered  *Place  `toml:"ordered"`
	Promised *Place  `toml:"promised"`
	Notes    *Place  `toml:"notes"`
	Items    *Dishes `toml:"items"`

	// Samples are slips without persons, and what must be read from them.
	Samples []Sample `toml:"sample"`

	guides []Expr // of lines that only lead to others
}

// A Place is where one thing stands: in the lines that match, at what the first pair of
// brackets matches, or the whole expression where it has none.
type Place struct {
	Line Expr `toml:"line"`
	// Below is what the line above matches, empty lines aside.
	Below *Expr `toml:"below"`
	// Size is how many times as large as usual, width times height, the line is at
	// least printed.
	Size int `toml:"size"`
	// Columns are where the value begins.
	Columns columnRange `toml:"columns"`
}

// Dishes is where the dishes stand.
type Dishes struct {
	// Lines are those of a dish, with the parts (?<name>…), (?<qty>…) and (?<mods>…).
	// Without a quantity it is one.
	Lines []DishExpr `toml:"lines"`
	// Modifiers are lines that belong to the dish above them, read as a Place's line.
	Modifiers []Expr `toml:"modifiers"`
	// From and To are the lines before the first dish and after the last one, each
	// time there are some. Without them dishes may stand anywhere.
	From *Expr `toml:"from"`
	To   *Expr `toml:"to"`
	// Size and Columns are as in a Place.
	Size    int         `toml:"size"`
	Columns columnRange `toml:"columns"`
}

// Layouts are the layouts of a shop, in the order in which they are tried: those of the
// shop before the shipped ones, by name. Nil are none. They may be used by several at
// once, and exchanged meanwhile: a slip is read with those that were there at its time.
type Layouts struct {
	mu           sync.RWMutex // guards the slices; what is in them is not changed
	own, shipped []*Layout
}

// All are the layouts in their order. One that the shop has too is left out of the
// shipped ones.
func (s *Layouts) All() []*Layout {
	if s == nil {
		return nil
	}
	own, shipped := s.both()
	return append(slices.Clone(own), slices.DeleteFunc(slices.Clone(shipped), func(l *Layout) bool {
		return slices.ContainsFunc(own, func(o *Layout) bool { return o.Name == l.Name })
	})...)
}

func (s *Layouts) both() (own, shipped []*Layout) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.own, s.shipped
}

// Become makes s what next is, for all who have s.
func (s *Layouts) Become(next *Layouts) {
	own, shipped := next.both()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.own, s.shipped = own, shipped
}

// Of is the layout that recognises a slip, nil if none does.
func (s *Layouts) Of(slip Slip) *Layout {
	if s == nil || slip.Garbled {
		return nil
	}
	return s.of(asPrinted(redact(slip.Lines, nil)))
}

func (s *Layouts) of(lines []phrase) *Layout {
	for _, l := range s.All() {
		if l.recognises(lines) {
			return l
		}
	}
	return nil
}

// recognises says that a slip is of this kind.
func (l *Layout) recognises(lines []phrase) bool {
	in := func(e Expr) bool {
		return slices.ContainsFunc(lines, func(p phrase) bool { return p.print != "" && e.matches(p) })
	}
	for _, e := range l.Has {
		if !in(e) {
			return false
		}
	}
	return !slices.ContainsFunc(l.Lacks, in)
}

// hide takes the lines from p of which nothing is to be read.
func (l *Layout) hide(p page, lines []phrase) {
	for i := range p.rows {
		switch {
		case anyMatches(l.Private, lines[i]):
			p.rows[i] = gone(p.rows[i])
		case anyMatches(l.Ignore, lines[i]):
			p.rows[i] = row{}
		default:
			continue
		}
		lines[i] = phrase{}
	}
}

func anyMatches(es []Expr, p phrase) bool {
	return p.print != "" && slices.ContainsFunc(es, func(e Expr) bool { return e.matches(p) })
}

// insist sets what such a slip always is, whatever its words say.
func (l *Layout) insist(t *kitchen.Ticket, lines []phrase) {
	if l.Kind.name != "" {
		t.Kind = l.Kind.name
	}
	if l.Kind.name == kitchen.SlipVoid {
		for i := range t.Items {
			t.Items[i].Qty = -max(t.Items[i].Qty, -t.Items[i].Qty)
		}
	}
	if t.Kind == kitchen.SlipReport {
		t.Items = nil
	}
	if l.Copy.name != "" {
		t.Copy = l.Copy.name
	}
	if c := l.channelOf(lines); c != "" {
		t.Channel = c
	}
}

// channelOf is the channel that the layout says, in the order of their names.
func (l *Layout) channelOf(lines []phrase) string {
	var found []string
	for c, e := range l.Channels {
		if slices.ContainsFunc(lines, func(p phrase) bool { return p.print != "" && e.matches(p) }) {
			found = append(found, c.name)
		}
	}
	if len(found) > 0 {
		return slices.Min(found)
	}
	return l.Channel.name
}
