package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"readyshelf/buffer"
	"readyshelf/kitchen"
	"readyshelf/predict"
)

// logCmd is `readyshelf log`.
type logCmd struct {
	Dump    logDumpCmd    `cmd:"" help:"Print the events, oldest first, with the best time that is known of each."`
	Check   logCheckCmd   `cmd:"" help:"Check that the log is whole."`
	Compact logCompactCmd `cmd:"" help:"Write the log anew without the space that it no longer needs. The daemon must be stopped."`
	Salvage logSalvageCmd `cmd:"" help:"Read what is left of a damaged log, or make a new log of it. The daemon does so by itself when it starts."`
	Probe   logProbeCmd   `cmd:"" hidden:"" help:"Say whether the log can be opened."`
}

// logDumpCmd is `readyshelf log dump`.
type logDumpCmd struct {
	Since sinceFlag `placeholder:"TIME" help:"Begin with the first event at or after TIME: 2h ago, a day (2026-11-22), a moment (2026-11-22T12:00, local time, or with an offset)."`
	Order string    `placeholder:"ORDER" help:"Only what is about one order: the number that staff call, or its id."`
	JSON  bool      `name:"json" help:"Print one JSON object a line, as the log keeps it, with the corrected time in at and clock."`
	DB    string    `arg:"" name:"log-file" default:"/var/lib/readyshelf/readyshelf.db" help:"The log file. If a daemon is writing it, that is asked for a copy."`
}

// Run prints the events of a log. It reads it twice: what a clock was set to is
// known after the events that need it.
func (c *logDumpCmd) Run(ctx context.Context, s streams) error {
	return withLog(ctx, c.DB, func(file string) error {
		p := passage{order: c.Order, since: c.Since.at(time.Now())}
		if err := buffer.Dump(file, p.learn); err != nil && !onlyDamage(err) {
			return err
		}
		return buffer.Dump(file, func(e kitchen.Event) error {
			if !p.wants(e) {
				return nil
			}
			e.Stamp = p.clocks.Correct(e.Stamp)
			if c.JSON {
				return printJSON(s.out, e)
			}
			_, err := fmt.Fprintln(s.out, line(e))
			return err
		})
	})
}

// onlyDamage says whether err tells of damaged events alone: the rest was read.
func onlyDamage(err error) bool {
	var d *buffer.Damage
	return errors.As(err, &d)
}

// sinceFlag is a moment, or a time before now.
type sinceFlag struct {
	ago    time.Duration
	moment time.Time
}

// UnmarshalText reads what people write for a moment.
func (f *sinceFlag) UnmarshalText(text []byte) error {
	s := string(bytes.TrimSpace(text))
	if d, err := time.ParseDuration(s); err == nil {
		f.ago = d.Abs()
		return nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, time.Local); err == nil {
			f.moment = t
			return nil
		}
	}
	return fmt.Errorf("%q is no time: write 2h, 2026-11-22 or 2026-11-22T12:00", s)
}

// at is the moment that f means; the zero time means from the beginning.
func (f sinceFlag) at(now time.Time) time.Time {
	if f.ago > 0 {
		return now.Add(-f.ago)
	}
	return f.moment
}

// passage is the part of a log that somebody asked for.
type passage struct {
	order string
	since time.Time

	clocks kitchen.Clocks
	ids    map[string]bool // of the orders with that number
	begun  bool
}

// learn notes what must be known before the first event is printed.
func (p *passage) learn(e kitchen.Event) error {
	p.clocks.Learn(e)
	if a := inner(e).Alert; a != nil && a.ID != "" && p.order != "" {
		if a.ID == p.order || a.Number == p.order || slices.Contains(a.Numbers, p.order) {
			if p.ids == nil {
				p.ids = map[string]bool{}
			}
			p.ids[a.ID] = true
		}
	}
	return nil
}

// wants says whether e is in the passage. Order is that of the log: what has no
// believed time of its own belongs to what stands before it.
func (p *passage) wants(e kitchen.Event) bool {
	if !p.begun {
		at := p.clocks.Correct(e.Stamp)
		p.begun = p.since.IsZero() || at.Clock != kitchen.Unknown && !at.At.Before(p.since)
	}
	return p.begun && (p.order == "" || p.about(inner(e)))
}

// about says whether e is about the order asked for.
func (p *passage) about(e kitchen.Event) bool {
	switch {
	case e.Alert != nil:
		return p.ids[e.Alert.ID]
	case e.Change != nil:
		return p.ids[e.Change.ID]
	case e.Ticket != nil:
		return e.Ticket.Number == p.order || slices.Contains(e.Ticket.Numbers, p.order)
	case e.Command != nil:
		return e.Command.Order == p.order || p.ids[e.Command.Order]
	case e.Reply != nil:
		return p.ids[e.Reply.Order]
	}
	return false
}

// inner is the event that a salvaged one carries, or e.
func inner(e kitchen.Event) kitchen.Event {
	if e.Salvaged != nil && e.Salvaged.Event != nil {
		return *e.Salvaged.Event
	}
	return e
}

// logCheckCmd is `readyshelf log check`.
type logCheckCmd struct {
	Alone bool   `hidden:"" help:"Read the file in this process."`
	DB    string `arg:"" name:"log-file" default:"/var/lib/readyshelf/readyshelf.db" help:"The log file. If a daemon is writing it, that is asked for a copy."`
}

// Run checks a log and says what it found. A damaged file can end the process that
// reads it, so that is a child.
func (c *logCheckCmd) Run(ctx context.Context, s streams) error {
	if c.Alone {
		return exitOf(checkLog(c.DB, s.out))
	}
	err := withLog(ctx, c.DB, func(file string) error { return inChild(ctx, s.out, "log", "check", "--alone", "--", file) })
	if errors.Is(err, buffer.ErrDamaged) {
		fmt.Fprintf(s.err, "readyshelf: %s: %v. Keep a copy of it; the daemon saves what is whole when it starts, and so does readyshelf log salvage\n", c.DB, err)
		return exitDamaged
	}
	return err
}

// checkLog reads a log and prints what it found.
func checkLog(file string, out io.Writer) error {
	r, err := buffer.Check(file)
	if err == nil {
		fmt.Fprintf(out, "log %s, boot %d: %d events, %d to %d, checkpoint at %d, %d bytes\n",
			r.ID, r.Boot, r.Events, r.Oldest, r.Head, r.Checkpoint, r.Bytes)
		for _, name := range slices.Sorted(maps.Keys(r.Cursors)) {
			fmt.Fprintf(out, "%s has everything up to %d\n", name, r.Cursors[name])
		}
	}
	for _, p := range r.Problems {
		fmt.Fprintln(out, "damage:", p)
	}
	switch {
	case err != nil:
		return err
	case len(r.Problems) > 0:
		return buffer.ErrDamaged
	}
	fmt.Fprintln(out, "the log is whole")
	return nil
}

// logCompactCmd is `readyshelf log compact`.
type logCompactCmd struct {
	DB string `arg:"" name:"log-file" default:"/var/lib/readyshelf/readyshelf.db" help:"The log file."`
}

// Run compacts a log at rest.
func (c *logCompactCmd) Run(s streams) error {
	if err := asOwner(filepath.Dir(c.DB), "log compact "+c.DB); err != nil {
		return err
	}
	before, after, err := buffer.Compact(c.DB)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s has %d bytes, and had %d; nothing of it is lost\n", c.DB, after, before)
	return nil
}

// logSalvageCmd is `readyshelf log salvage`.
type logSalvageCmd struct {
	Out  string `placeholder:"NEW" help:"Make a log of it in this file, which must not be there yet. Without it the events are printed, one JSON object a line."`
	File string `arg:"" help:"The damaged file: readyshelf.db.bad-1."`
}

// Run salvages a file that no daemon has open.
func (c *logSalvageCmd) Run(s streams) error {
	var r buffer.Replacement
	var err error
	if c.Out != "" {
		if err := asOwner(filepath.Dir(c.Out), "log salvage --out "+c.Out+" "+c.File); err != nil {
			return err
		}
		r, err = buffer.Salvage(c.File, c.Out, &kitchen.Decider{Model: predict.New(), Rules: kitchen.DefaultRules()})
	} else {
		r, err = buffer.Scan(c.File, func(e kitchen.Event) error { return printJSON(s.out, e) })
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.err, "log %s: %d events\n", r.Log, r.Salvaged)
	for _, g := range r.Gaps {
		fmt.Fprintf(s.err, "missing: %d to %d: %d %s, %s\n", g.From, g.To, g.Events, g.Class, g.Reason)
	}
	return nil
}
