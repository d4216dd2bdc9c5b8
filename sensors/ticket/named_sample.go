package ticket

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"readyshelf/kitchen"
)

// A Sample is a slip without persons that is kept in a layout, and what must be read
// from it. What is empty is not compared.
type Sample struct {
	// Text is what the paper shows, Large the lines of it, from 1, that are printed in
	// double width and height.
	Text  string `toml:"text"`
	Large []int  `toml:"large"`

	Kind     kindName    `toml:"kind"`
	Copy     copyName    `toml:"copy"`
	Channel  channelName `toml:"channel"`
	Number   string      `toml:"number"`
	Table    string      `toml:"table"`
	Ordered  string      `toml:"ordered"`
	Promised string      `toml:"promised"`
	Notes    string      `toml:"notes"`
	// Items are the dishes as "2 Soup | no salt | hot".
	Items []string `toml:"items"`

	line int // of the file
}

// lacking says what is wrong with a sample.
func (s *Sample) lacking() string {
	if strings.TrimSpace(s.Text) == "" {
		return "the sample has no text"
	}
	lines := strings.Count(s.Text, "\n") + 1
	if lines > maxLines {
		return fmt.Sprintf("the sample has more than %d lines", maxLines)
	}
	for _, n := range s.Large {
		if n < 1 || n > lines {
			return fmt.Sprintf("large names line %d, the sample has %d", n, lines)
		}
	}
	for _, it := range s.Items {
		if q, _, ok := strings.Cut(it, " "); !ok || !isNumber(q) {
			return fmt.Sprintf(`a dish of a sample is written "2 Soup | no salt", not %q`, it)
		}
	}
	return ""
}

func isNumber(s string) bool {
	_, err := strconv.Atoi(s)
	return err == nil
}

// slip is the sample as a printer gave it.
func (s *Sample) slip() Slip {
	out := Slip{Encoding: utf8Name, Ending: EndCut}
	for i, l := range strings.Split(strings.TrimRight(s.Text, "\n"), "\n") {
		line := Line{Text: strings.TrimRight(l, " \r"), Width: 1, Height: 1}
		if slices.Contains(s.Large, i+1) {
			line.Width, line.Height = 2, 2
		}
		out.Lines = append(out.Lines, line)
	}
	return out
}

// differs says what a ticket has otherwise than the sample wants it, "" if nothing.
func (s *Sample) differs(t kitchen.Ticket) string {
	for _, f := range []struct{ what, got, want string }{
		{"kind", string(t.Kind), string(s.Kind.name)},
		{"copy", t.Copy, s.Copy.name},
		{"channel", t.Channel, s.Channel.name},
		{"number", t.Number, s.Number},
		{"table", t.Table, s.Table},
		{"ordered", t.Ordered, s.Ordered},
		{"promised", t.Promised, s.Promised},
		{"notes", t.Notes, s.Notes},
	} {
		if f.want != "" && f.got != f.want {
			return fmt.Sprintf("%s is read as %q and should be %q", f.what, f.got, f.want)
		}
	}
	if s.Items == nil {
		return ""
	}
	for i, want := range s.Items {
		if i >= len(t.Items) {
			return fmt.Sprintf("the dish %q is not read", want)
		}
		if got := itemText(t.Items[i]); got != want {
			return fmt.Sprintf("a dish is read as %q and should be %q", got, want)
		}
	}
	if len(t.Items) > len(s.Items) {
		return fmt.Sprintf("the dish %q is read, and there is none", itemText(t.Items[len(s.Items)]))
	}
	return ""
}

// itemText is a dish as samples have it.
func itemText(it kitchen.Item) string {
	return strings.Join(append([]string{strconv.Itoa(it.Qty) + " " + it.Name}, it.Mods...), " | ")
}

// prove reads all samples of s. Where one is not read as it says, added is refused.
func (s *Layouts) prove(added *Layout) error {
	all := s.All()
	for _, l := range all {
		for i := range l.Samples {
			if why := s.proves(l, &l.Samples[i]); why != "" {
				e := &LayoutError{File: added.Name + ".toml", Line: l.Samples[i].line, Reason: "its own sample: " + why}
				if l != added {
					e.Line = 1
					e.Reason = fmt.Sprintf("with it the sample in line %d of the layout %s is read otherwise: %s; say in has or lacks what tells the two apart", l.Samples[i].line, l.Name, why)
				}
				return e
			}
		}
	}
	return nil
}

// proves says how a sample of l is read otherwise than it should be.
func (s *Layouts) proves(l *Layout, sample *Sample) string {
	slip := sample.slip()
	if by := s.Of(slip); by != l {
		if by == nil {
			return "the slip is not recognised by has and lacks"
		}
		return "the slip is recognised as one of the layout " + by.Name
	}
	t := Parse(slip, Options{Layouts: s})
	return sample.differs(t)
}

// Samples is how many samples the layouts keep.
func (s *Layouts) Samples() int {
	n := 0
	for _, l := range s.All() {
		n += len(l.Samples)
	}
	return n
}
