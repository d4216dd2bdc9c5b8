package ticket

import (
	"errors"
	"fmt"
	"strings"

	"readyshelf/kitchen"
)

// A Lesson is what somebody has pointed at on a slip. Lines count from 1, as [Explain]
// returns them; what nobody points at stays with the general rules.
type Lesson struct {
	Name  string // of the layout
	About string
	// Has are the lines that stand on every such slip; their digits may be others.
	Has []int
	// Kind and Channel are what such a slip always is.
	Kind, Channel string

	Number, Table, Ordered, Promised, Notes Point

	Dishes, Modifiers []int
	// Ignore are lines that say nothing. Private are lines with a person's data, told by
	// the words that the Value of a point names, or their first one.
	Ignore  []int
	Private []Point
}

// A Point is a line, and what of it is meant; empty for what stands out there. A zero
// Line points at nothing.
type Point struct {
	Line  int
	Value string
}

// taught is a layout under way.
type taught struct {
	Lesson
	slip  Slip
	p     page
	lines []phrase // without persons
	out   writer
	want  kitchen.Ticket // of the fields that were pointed at
}

// Teach writes the layout that a lesson describes: a file for [ParseLayout], which keeps
// the slip without persons as its sample. It is proved: what was pointed at is read from
// the slip, and every sample of the known layouts is read as before.
func Teach(s Slip, l Lesson, known *Layouts) (file []byte, t kitchen.Ticket, err error) {
	w := taught{Lesson: l, slip: s, p: redact(s.Lines, nil)}
	w.lines = asPrinted(w.p)
	if err := w.point(); err != nil {
		return nil, t, err
	}
	draft, err := ParseLayout(l.Name+".toml", []byte(w.out.String()))
	if err != nil {
		return nil, t, err
	}
	trial := &Layouts{own: []*Layout{draft}}
	if trial.Of(s) == nil {
		return nil, t, errors.New("the slip itself is not recognised: point at other lines with has")
	}
	t, p, roles := parse(s, Options{Layouts: trial})
	if err := w.holds(t); err != nil {
		return nil, t, err
	}
	w.out.sample(p, roles, t)
	file = []byte(w.out.String())
	done, err := ParseLayout(l.Name+".toml", file)
	if err != nil {
		return nil, t, err
	}
	_, err = known.With(done)
	return file, t, err
}

// point writes what the lesson points at.
func (w *taught) point() error {
	w.out.text("about", w.About)
	has, err := w.exprs(w.Has)
	if err != nil {
		return err
	}
	if len(has) == 0 {
		return errors.New("say which lines stand on every such slip: has")
	}
	w.out.list("has", has)
	w.out.text("kind", w.Kind)
	w.out.text("channel", w.Channel)
	ignore, err := w.exprs(w.Ignore)
	if err != nil {
		return err
	}
	private, err := w.privateExprs()
	if err != nil {
		return err
	}
	w.out.list("private", private)
	w.out.list("ignore", ignore)
	for _, f := range []struct {
		name  string
		at    Point
		guess func(phrase) ([]string, string)
		want  *string
	}{
		{"number", w.Number, codesIn, &w.want.Number},
		{"table", w.Table, codesIn, &w.want.Table},
		{"ordered", w.Ordered, timesIn, &w.want.Ordered},
		{"promised", w.Promised, timesIn, &w.want.Promised},
		{"notes", w.Notes, noteIn, &w.want.Notes},
	} {
		if f.at.Line == 0 {
			continue
		}
		if *f.want, err = w.place(f.name, f.at, f.guess); err != nil {
			return err
		}
	}
	return w.dishes()
}

// line is a line that was pointed at.
func (w *taught) line(n int) (phrase, error) {
	if n < 1 || n > len(w.lines) {
		return phrase{}, fmt.Errorf("there is no line %d, the slip has %d", n, len(w.lines))
	}
	if w.lines[n-1].print == "" {
		return phrase{}, fmt.Errorf("line %d is empty, or left out as personal: it cannot be kept", n)
	}
	return w.lines[n-1], nil
}

// exprs are expressions for whole lines.
func (w *taught) exprs(lines []int) ([]string, error) {
	var all []string
	for _, n := range lines {
		if _, err := w.line(n); err != nil {
			return nil, err
		}
		all = append(all, w.whole(n))
	}
	return all, nil
}

// whole is an expression for line n. Its digits may be others, and the number and the
// table that were pointed at in it.
func (w *taught) whole(n int) string {
	p := w.lines[n-1]
	text := strings.TrimSpace(p.fold)
	for _, at := range []Point{w.Number, w.Table} {
		if at.Line != n {
			continue
		}
		if v, err := w.value("", at, p, codesIn); err == nil {
			if head, tail, ok := strings.Cut(text, v); ok {
				return `^\s*` + general(head) + shape(v) + general(tail) + `\s*$`
			}
		}
	}
	return `^\s*` + general(text) + `\s*$`
}

// privateExprs recognise personal lines by their label, and do not keep the person.
func (w *taught) privateExprs() ([]string, error) {
	var all []string
	for _, at := range w.Private {
		p, err := w.line(at.Line)
		if err != nil {
			return nil, err
		}
		text := strings.TrimSpace(p.fold)
		words, value := at.Value, ""
		if words == "" {
			words, value, _ = strings.Cut(text, ":")
			if value == "" {
				words, value, _ = strings.Cut(text, " ")
			}
			if value == "" {
				return nil, fmt.Errorf("line %d has nothing but the person: say by which words it is known, as %d=WORDS", at.Line, at.Line)
			}
		}
		if !strings.Contains(text, words) {
			return nil, fmt.Errorf("there is no %q in line %d", words, at.Line)
		}
		all = append(all, `(?:^|\s)`+general(words)+`(?:\W|$)`)
	}
	return all, nil
}

// value is what of a line is meant.
func (w *taught) value(name string, at Point, p phrase, guess func(phrase) ([]string, string)) (string, error) {
	if at.Value != "" {
		return at.Value, nil
	}
	found, what := guess(p)
	if len(found) != 1 {
		return "", fmt.Errorf("%s: line %d has %d of what may be %s; say which: %d=TEXT", name, at.Line, len(found), what, at.Line)
	}
	return found[0], nil
}

// place writes where a value stands, and returns it.
func (w *taught) place(name string, at Point, guess func(phrase) ([]string, string)) (string, error) {
	p, err := w.line(at.Line)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	value, err := w.value(name, at, p, guess)
	if err != nil {
		return "", err
	}
	i := strings.Index(p.fold, value)
	if i < 0 {
		return "", fmt.Errorf("%s: there is no %q in line %d", name, value, at.Line)
	}
	head, tail := p.fold[:i], p.fold[i+len(value):]
	expr := shape(value)
	if name == "notes" {
		expr = `.+`
	}
	label := lastLabel(head)
	w.out.table(name)
	if strings.ContainsFunc(newPhrase(label).fold, isLetter) {
		w.out.text("line", `(?:^|\s)`+general(label)+`(`+expr+`)`+edge(value, tail))
		return strings.Join(strings.Fields(value), " "), nil
	}
	w.out.text("line", `^\s*`+general(strings.TrimLeft(head, " "))+`(`+expr+`)`+general(strings.TrimRight(tail, " "))+`\s*$`)
	switch over := w.over(at.Line); {
	case w.p.rows[at.Line-1].size > 1:
		w.out.number("size", w.p.rows[at.Line-1].size)
	case over > 0:
		w.out.text("below", w.whole(over))
	}
	return strings.Join(strings.Fields(value), " "), nil
}

// over is the line with text above line n, 0 if there is none.
func (w *taught) over(n int) int {
	for n--; n > 0 && w.lines[n-1].print == ""; n-- {
	}
	return n
}

// holds says what was pointed at and is not read.
func (w *taught) holds(t kitchen.Ticket) error {
	for _, f := range []struct{ what, got, want string }{
		{"number", t.Number, w.want.Number}, {"table", t.Table, w.want.Table}, {"ordered", t.Ordered, asClock(w.want.Ordered)},
		{"promised", t.Promised, asClock(w.want.Promised)}, {"notes", t.Notes, w.want.Notes},
	} {
		if f.want != "" && newPhrase(f.got).fold != newPhrase(f.want).fold {
			return fmt.Errorf("%s: %q is read, you pointed at %q", f.what, f.got, f.want)
		}
	}
	if len(w.Dishes) > 0 && len(t.Items) != len(w.Dishes) {
		return fmt.Errorf("dishes: %d are read, you pointed at %d; point at all of them, and at their modifiers", len(t.Items), len(w.Dishes))
	}
	for i := range w.Dishes {
		if line := w.lines[w.Dishes[i]-1]; !strings.Contains(line.print, t.Items[i].Name) {
			return fmt.Errorf("dishes: %q is read in line %d", t.Items[i].Name, w.Dishes[i])
		}
	}
	return nil
}
