package texts

// value is what an expression gives.
type value struct {
	kind   valueKind
	text   string // of a text and of a reason
	number int    // of a number; of a bool 1 is true
}

type valueKind int

// The kinds of values. A reason is a text that is not for printing.
const (
	isText valueKind = iota
	isReason
	isNumber
	isBool
)

// truth says whether v is there, or true.
func (v value) truth() bool { return v.text != "" || v.number != 0 }

// compares says whether v and w are things of a kind.
func (v value) compares(w value) bool {
	text := func(k valueKind) bool { return k == isText || k == isReason }
	return v.kind == w.kind || text(v.kind) && text(w.kind)
}

func truth(b bool) value {
	if b {
		return value{kind: isBool, number: 1}
	}
	return value{kind: isBool}
}

// expression gives a value.
type expression func(*Slots) (value, *Error)

func constant(v value) expression { return func(*Slots) (value, *Error) { return v, nil } }

// said is a fact that is a text.
func said(field func(*Slots) string) expression {
	return func(s *Slots) (value, *Error) { return value{kind: isText, text: field(s)}, nil }
}

// facts are the fields of [Slots].
var facts = map[string]expression{
	"Order":    said(func(s *Slots) string { return s.Order }),
	"Channel":  said(func(s *Slots) string { return s.Channel }),
	"Table":    said(func(s *Slots) string { return s.Table }),
	"Slot":     said(func(s *Slots) string { return s.Slot }),
	"Promised": said(func(s *Slots) string { return s.Promised }),
	"ReadyAt":  said(func(s *Slots) string { return s.ReadyAt }),
	"P50":      said(func(s *Slots) string { return s.P50 }),
	"P85":      said(func(s *Slots) string { return s.P85 }),
	"Minutes":  func(s *Slots) (value, *Error) { return value{kind: isNumber, number: s.Minutes}, nil },
	"Reason":   func(s *Slots) (value, *Error) { return value{kind: isReason, text: string(s.Reason)}, nil },
	"Preorder": func(s *Slots) (value, *Error) { return truth(s.Preorder), nil },
}

// function is a word of a template: how many arguments it has, most being 0 where there
// may be any number, and what it makes of them. wrong is the error of arguments that do
// not go together.
type function struct {
	least, most int
	make        func(args []expression, wrong *Error) expression
}

// functions are all of them. But for plural they are those of text/template.
var functions = map[string]function{
	"and": {1, 0, until(false)},
	"or":  {1, 0, until(true)},
	"not": {1, 1, strict(func(a []value) (value, bool) { return truth(!a[0].truth()), true })},
	"eq":  {2, 0, strict(equal)},
	"ne":  {2, 2, strict(func(a []value) (value, bool) { v, ok := equal(a); return truth(!v.truth()), ok })},
	"lt":  {2, 2, ordered(func(less, same bool) bool { return less })},
	"le":  {2, 2, ordered(func(less, same bool) bool { return less || same })},
	"gt":  {2, 2, ordered(func(less, same bool) bool { return !less && !same })},
	"ge":  {2, 2, ordered(func(less, same bool) bool { return !less })},
	// plural is one word for 1, else the other: {{plural .Minutes "minute" "minutes"}}.
	"plural": {3, 3, strict(plural)},
}

// parserWords are the same for the parser, which looks at the names alone.
var parserWords = func() map[string]any {
	words := map[string]any{}
	for name := range functions {
		words[name] = true
	}
	return words
}()

// strict makes a function that looks at all its arguments.
func strict(f func([]value) (value, bool)) func([]expression, *Error) expression {
	return func(args []expression, wrong *Error) expression {
		return func(s *Slots) (value, *Error) {
			var room [4]value
			values := room[:0]
			for _, a := range args {
				v, err := a(s)
				if err != nil {
					return value{}, err
				}
				values = append(values, v)
			}
			v, ok := f(values)
			if !ok {
				return value{}, wrong
			}
			return v, nil
		}
	}
}

// until makes and, or: the first argument of that truth, or the last.
func until(end bool) func([]expression, *Error) expression {
	return func(args []expression, _ *Error) expression {
		return func(s *Slots) (v value, err *Error) {
			for _, a := range args {
				if v, err = a(s); err != nil || v.truth() == end {
					return v, err
				}
			}
			return v, nil
		}
	}
}

// equal says whether the first is one of the others.
func equal(a []value) (value, bool) {
	for _, v := range a[1:] {
		if !v.compares(a[0]) {
			return value{}, false
		}
		if v.text == a[0].text && v.number == a[0].number {
			return truth(true), true
		}
	}
	return truth(false), true
}

// ordered makes a function that compares two texts or two numbers.
func ordered(f func(less, same bool) bool) func([]expression, *Error) expression {
	return strict(func(a []value) (value, bool) {
		x, y := a[0], a[1]
		if !x.compares(y) || x.kind == isBool {
			return value{}, false
		}
		if x.kind == isNumber {
			return truth(f(x.number < y.number, x.number == y.number)), true
		}
		return truth(f(x.text < y.text, x.text == y.text)), true
	})
}

func plural(a []value) (value, bool) {
	if a[0].kind != isNumber || a[1].kind != isText || a[2].kind != isText {
		return value{}, false
	}
	if a[0].number == 1 {
		return a[1], true
	}
	return a[2], true
}
