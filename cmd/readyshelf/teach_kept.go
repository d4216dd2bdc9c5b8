package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"readyshelf/sensors/ticket"
)

// keptSample is the kept sample that the file names.
func (c *ticketTeachCmd) keptSample() (ticket.Slip, error) {
	k, err := keptBy(c.Config)
	if err != nil {
		return ticket.Slip{}, err
	}
	u, err := k.read(c.File)
	if err != nil {
		return ticket.Slip{}, missingSample(err, k.names)
	}
	c.unread = &u
	return u.Slip, nil
}

// restore puts in what the paper shows in lines that were left out: each is N=TEXT.
func (c *ticketTeachCmd) restore(slip *ticket.Slip, lines []string) error {
	for _, text := range lines {
		p, err := pointAt(text)
		switch {
		case err != nil:
			return err
		case c.unread == nil:
			return errors.New("only a kept sample leaves out lines that name nobody")
		case p.Line < 1 || p.Line > len(slip.Lines):
			return fmt.Errorf("there is no line %d, the slip has %d", p.Line, len(slip.Lines))
		case p.Value == "":
			return fmt.Errorf("line %d needs its text, as %d=TEXT", p.Line, p.Line)
		}
		l := &slip.Lines[p.Line-1]
		l.Text, l.Hidden = p.Value, false
		c.restored = true
	}
	return nil
}

// askHidden asks for lines that were left out and name nobody, until there are no more.
func (c *ticketTeachCmd) askHidden(out io.Writer, in *bufio.Scanner, slip *ticket.Slip, known *ticket.Layouts) {
	if c.unread == nil {
		return
	}
	for changed := false; ; changed = true {
		fmt.Fprint(out, "A line that was left out and names nobody, with what the paper shows, as 1=WORDS [Enter: no more]: ")
		if !in.Scan() || strings.TrimSpace(in.Text()) == "" {
			if changed {
				c.show(out, *slip, known)
			}
			return
		}
		if err := c.restore(slip, []string{in.Text()}); err != nil {
			fmt.Fprintln(out, err)
		}
	}
}

// keepLines keeps the sample with the lines that somebody has put in.
func (c *ticketTeachCmd) keepLines(slip ticket.Slip) error {
	if !c.restored {
		return nil
	}
	k, err := keptBy(c.Config)
	if err == nil {
		c.unread.Slip = slip
		err = k.rewrite(c.File, *c.unread)
	}
	if err != nil {
		return fmt.Errorf("the layout is written; keep the lines of %s: %w", c.File, err)
	}
	return nil
}

// proveKept reads all other kept samples with the layout. It is an error if one is read
// otherwise that another layout reads already.
func (c *ticketTeachCmd) proveKept(s streams, name string, text []byte, known *ticket.Layouts) error {
	conf, err := LoadConfig(c.Config)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a workshop, not a shop
	}
	if err != nil {
		return &configError{err}
	}
	folder, err := conf.samples()
	if err != nil || folder.key == nil {
		return err
	}
	l, err := ticket.ParseLayout(name+".toml", text)
	if err != nil {
		return err
	}
	with, err := known.With(l)
	if err != nil {
		return err
	}
	names, err := folder.names()
	if err != nil {
		return err
	}
	for _, sample := range names {
		if sample == c.File {
			continue
		}
		u, err := folder.read(sample)
		if err != nil {
			fmt.Fprintln(s.err, err)
			continue
		}
		if err := provesKept(s.out, sample, u.Slip, known, with, l); err != nil {
			return err
		}
	}
	return nil
}

// provesKept reads one kept sample with the new layout l among the others.
func provesKept(out io.Writer, sample string, slip ticket.Slip, known, with *ticket.Layouts, l *ticket.Layout) error {
	before, after := known.Of(slip), with.Of(slip)
	if after != l {
		return nil
	}
	was, is := sayTicket(ticket.Parse(slip, ticket.Options{Layouts: known})), sayTicket(ticket.Parse(slip, ticket.Options{Layouts: with}))
	if before != nil && before.Name != l.Name && was != is {
		return fmt.Errorf("with it the kept sample %s, which the layout %s reads, is read otherwise: %q, and was %q; point with has at lines that tell the two apart", sample, before.Name, is, was)
	}
	fmt.Fprintf(out, "it reads the kept sample %s too: %s\n", sample, is)
	return nil
}
