package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"readyshelf/device"
	"readyshelf/kitchen"
	"readyshelf/sensors/ticket"
)

// ticketTeachCmd is `readyshelf ticket teach`. It asks for what no flag says; an empty
// answer leaves a field to the general rules.
type ticketTeachCmd struct {
	Encoding  string `default:"gb18030" help:"The store's encoding: gb18030, big5, cp437, utf8, …"`
	Config    string `default:"${config}" placeholder:"FILE" help:"The configuration file (${default})."`
	Layouts   string `placeholder:"FOLDER" help:"Where the layouts of this shop are; the folder layouts beside the configuration unless named."`
	Slip      int    `default:"1" placeholder:"N" help:"Which slip of the file it is about, from 1."`
	Ask       bool   `default:"true" negatable:"" help:"Ask for what no flag says."`
	Print     bool   `help:"Print the layout, and write no file."`
	Name      string `placeholder:"NAME" help:"The layout's name: small letters, digits, - and _."`
	About     string `placeholder:"TEXT" help:"Which slip this is, for people."`
	Has       string `placeholder:"LINES" help:"The lines that stand on every such slip, as 1,3."`
	Kind      string `placeholder:"KIND" help:"What such a slip always is: order, urge, cancel, void, reprint, report."`
	Channel   string `placeholder:"NAME" help:"The channel that such a slip always has: dine-in, takeout, meituan, …"`
	Number    string `placeholder:"LINE" help:"The line of the number that staff call, as 3, or 3=4711 where there are several."`
	Table     string `placeholder:"LINE" help:"The line of the table."`
	Ordered   string `placeholder:"LINE" help:"The line of the time of ordering."`
	Promised  string `placeholder:"LINE" help:"The line of the time for which it is due."`
	Notes     string `placeholder:"LINE" help:"The line of the guest's notes."`
	Dishes    string `placeholder:"LINES" help:"The lines of all dishes, as 5,7-9."`
	Modifiers string `placeholder:"LINES" help:"The lines that belong to the dish above them."`
	Ignore    string `placeholder:"LINES" help:"Lines that say nothing to a kitchen."`
	Private   string `placeholder:"LINES" help:"Lines that show a person after all, as 7, or 7=WORDS with the words that come before the person."`

	Line []string `sep:"none" placeholder:"N=TEXT" help:"What the paper shows in a line that a kept sample leaves out, and that names nobody. Once for each."`
	File string   `arg:"" help:"A kept sample, as slip-3; or a file with the bytes that the printer was sent, or - for standard input."`

	unread   *ticket.Unread // the kept sample that it is about
	restored bool           // somebody put in lines of it
}

// Run teaches one slip.
func (c *ticketTeachCmd) Run(s streams) error {
	if err := ticket.ValidEncoding(c.Encoding); err != nil {
		return err
	}
	if c.Layouts == "" {
		c.Layouts = filepath.Join(filepath.Dir(c.Config), layoutsName)
	}
	known, err := c.known()
	if err != nil {
		return err
	}
	slip, err := c.sample(s.in)
	if err != nil {
		return err
	}
	if err := c.restore(&slip, c.Line); err != nil {
		return fmt.Errorf("--line: %w", err)
	}
	c.show(s.out, slip, known)
	if c.Ask && c.File != "-" {
		c.ask(s, &slip, known)
	}
	lesson, err := c.lesson()
	if err != nil {
		return err
	}
	text, t, err := ticket.Teach(slip, lesson, known)
	if err != nil {
		return fmt.Errorf("this layout is not written: %w", err)
	}
	showTicket(s.out, t)
	fmt.Fprintf(s.out, "proved on this slip and on %d that are kept\n", known.Samples())
	if err := c.proveKept(s, lesson.Name, text, known); err != nil {
		return fmt.Errorf("this layout is not written: %w", err)
	}
	if c.Print {
		_, err := fmt.Fprintf(s.out, "\n%s", text)
		return err
	}
	return c.write(s.out, lesson.Name, text, slip)
}

// known are the layouts there are; a folder that is not there yet has none.
func (c *ticketTeachCmd) known() (*ticket.Layouts, error) {
	if _, err := os.Stat(c.Layouts); errors.Is(err, fs.ErrNotExist) {
		return ticket.Shipped(), nil
	}
	return theseLayouts(c.Layouts)
}

// sample is the slip that it is about: one that the daemon kept, or of a file.
func (c *ticketTeachCmd) sample(stdin io.Reader) (ticket.Slip, error) {
	if sampleNumber(c.File) > 0 {
		return c.keptSample()
	}
	in, done, err := open(c.File, stdin)
	if err != nil {
		return ticket.Slip{}, err
	}
	defer done()
	slips, err := ticket.Decode(in, ticket.Options{Encoding: c.Encoding})
	if err != nil {
		return ticket.Slip{}, err
	}
	if c.Slip < 1 || c.Slip > len(slips) {
		return ticket.Slip{}, fmt.Errorf("there is no slip %d: the sample has %d", c.Slip, len(slips))
	}
	return slips[c.Slip-1], nil
}

// show prints the slip with what each line was taken for, and what it is understood as.
func (c *ticketTeachCmd) show(out io.Writer, slip ticket.Slip, known *ticket.Layouts) {
	t, lines := ticket.Explain(slip, ticket.Options{Layouts: known})
	showLines(out, lines)
	fmt.Fprintf(out, "understood as %s\n", sayTicket(t))
}

// showTicket prints what is read with a layout, a line for each thing.
func showTicket(out io.Writer, t kitchen.Ticket) {
	fmt.Fprintln(out, "with the layout:")
	say := func(what, text string) {
		if text != "" {
			fmt.Fprintf(out, "  %-9s %s\n", what, text)
		}
	}
	say("kind", string(t.Kind))
	say("channel", t.Channel)
	say("number", t.Number)
	say("table", t.Table)
	say("ordered", t.Ordered)
	say("promised", t.Promised)
	for _, it := range t.Items {
		say("dish", strings.Join(append([]string{fmt.Sprintf("%d × %s", it.Qty, it.Name)}, it.Mods...), " | "))
	}
	say("notes", t.Notes)
}

// ask asks for what no flag says. What ends the input ends the questions.
func (c *ticketTeachCmd) ask(s streams, slip *ticket.Slip, known *ticket.Layouts) {
	in := bufio.NewScanner(s.in)
	c.askHidden(s.out, in, slip, known)
	for _, q := range []struct {
		answer *string
		text   string
	}{
		{&c.Name, "A name for this layout, as bar-slip"},
		{&c.About, "Which slip is it, for people"},
		{&c.Has, "Lines that stand on every such slip, as 1,3"},
		{&c.Number, "Line of the number that staff call, as 3 or 3=4711"},
		{&c.Table, "Line of the table"},
		{&c.Ordered, "Line of the time of ordering"},
		{&c.Promised, "Line of the time for which it is due"},
		{&c.Notes, "Line of the notes"},
		{&c.Dishes, "Lines of all dishes, as 5,7-9"},
		{&c.Modifiers, "Lines that belong to the dish above them"},
		{&c.Channel, "Channel that it always has, as dine-in"},
		{&c.Private, "Lines that show a person after all"},
	} {
		if *q.answer != "" {
			continue
		}
		fmt.Fprintf(s.out, "%s [Enter: as it is]: ", q.text)
		if !in.Scan() {
			fmt.Fprintln(s.out)
			return
		}
		*q.answer = strings.TrimSpace(in.Text())
	}
}

// lesson is what flags and answers say.
func (c *ticketTeachCmd) lesson() (l ticket.Lesson, err error) {
	if c.Name == "" {
		return l, errors.New("the layout has no name: --name")
	}
	l = ticket.Lesson{Name: c.Name, About: c.About, Kind: c.Kind, Channel: c.Channel}
	for _, f := range []struct {
		flag, text string
		lines      *[]int
	}{
		{"has", c.Has, &l.Has}, {"dishes", c.Dishes, &l.Dishes}, {"modifiers", c.Modifiers, &l.Modifiers}, {"ignore", c.Ignore, &l.Ignore},
	} {
		if *f.lines, err = lineNumbers(f.text); err != nil {
			return l, fmt.Errorf("--%s: %w", f.flag, err)
		}
	}
	for _, f := range []struct {
		flag, text string
		point      *ticket.Point
	}{
		{"number", c.Number, &l.Number}, {"table", c.Table, &l.Table}, {"ordered", c.Ordered, &l.Ordered},
		{"promised", c.Promised, &l.Promised}, {"notes", c.Notes, &l.Notes},
	} {
		if *f.point, err = pointAt(f.text); err != nil {
			return l, fmt.Errorf("--%s: %w", f.flag, err)
		}
	}
	for _, text := range strings.FieldsFunc(c.Private, func(r rune) bool { return r == ',' }) {
		p, err := pointAt(text)
		if err != nil {
			return l, fmt.Errorf("--private: %w", err)
		}
		l.Private = append(l.Private, p)
	}
	return l, nil
}

// pointAt reads "3" or "3=4711"; nothing is no line.
func pointAt(text string) (p ticket.Point, err error) {
	if text == "" {
		return p, nil
	}
	line, value, _ := strings.Cut(text, "=")
	p.Value = strings.TrimSpace(value)
	if p.Line, err = strconv.Atoi(strings.TrimSpace(line)); err != nil {
		return p, fmt.Errorf(`a line is a number, as 3, or 3=4711, not %q`, text)
	}
	return p, nil
}

// lineNumbers reads "5,7-9".
func lineNumbers(text string) (lines []int, err error) {
	const most = 500
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		a, b, ranged := strings.Cut(part, "-")
		if !ranged {
			b = a
		}
		from, err := strconv.Atoi(a)
		to, err2 := strconv.Atoi(b)
		if err != nil || err2 != nil || from < 1 || to < from || to-from > most {
			return nil, fmt.Errorf("lines are numbers, as 5,7-9, not %q", part)
		}
		for n := from; n <= to; n++ {
			lines = append(lines, n)
		}
	}
	return lines, nil
}

// write puts the layout into its folder, whole or not at all.
func (c *ticketTeachCmd) write(out io.Writer, name string, text []byte, slip ticket.Slip) error {
	if err := os.MkdirAll(c.Layouts, 0o755); err != nil {
		return fmt.Errorf("make the folder of layouts: %w", err)
	}
	file := filepath.Join(c.Layouts, name+".toml")
	if err := device.WriteFile(file, string(text)); err != nil {
		return fmt.Errorf("write the layout: %w", err)
	}
	if err := os.Chmod(file, 0o644); err != nil { // the service reads it
		return fmt.Errorf("let the service read the layout: %w", err)
	}
	next := "a daemon takes it from the folder layouts beside its configuration"
	if filepath.Clean(c.Layouts) == filepath.Join(filepath.Dir(c.Config), layoutsName) {
		next = "a running daemon takes it over within ten seconds, without a restart"
	}
	_, err := fmt.Fprintf(out, "written: %s\nlook through its sample: it is kept, and should show no person\n%s\n", file, next)
	return errors.Join(err, c.keepLines(slip))
}
