package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"readyshelf/kitchen"
	"readyshelf/sensors/ticket"
)

// ticketSamplesCmd is `readyshelf ticket samples`: what the daemon kept of slips that
// nobody understood.
type ticketSamplesCmd struct {
	List   samplesListCmd   `cmd:"" default:"withargs" help:"List them, and what each is read as by now."`
	Show   samplesShowCmd   `cmd:"" help:"Show one, line by line."`
	Delete samplesDeleteCmd `cmd:"" help:"Delete some, or all of them."`
	Key    samplesKeyCmd    `cmd:"" help:"Make a key to keep them with."`
}

// kept are the samples of a shop and its layouts.
type kept struct {
	sampleFolder
	layouts *ticket.Layouts
	zone    *time.Location
	names   []string
}

// keptBy are the samples of the daemon with this configuration.
func keptBy(config string) (k kept, err error) {
	c, err := LoadConfig(config)
	if err != nil {
		return k, &configError{err}
	}
	if k.sampleFolder, err = c.samples(); err != nil {
		return k, err
	}
	if k.key == nil {
		return k, fmt.Errorf("no samples are kept: %s has no sample_key_file in [privacy]; %s", config, newKeyFix)
	}
	k.layouts, _ = c.layouts() // what is refused is for check to say
	k.zone = c.Timezone
	k.names, err = k.sampleFolder.names()
	return k, err
}

// explain reads a sample with the layouts of today.
func (k kept) explain(name string) (u ticket.Unread, said string, lines []ticket.LineRead, err error) {
	if u, err = k.read(name); err != nil {
		return u, "", nil, err
	}
	o := ticket.Options{Layouts: k.layouts}
	t, lines := ticket.Explain(u.Slip, o)
	by := k.layouts.Of(u.Slip)
	switch said = sayTicket(t); {
	case t.Kind == kitchen.SlipUnknown:
		said = "not understood"
	case ticket.Teachable(&t, u.Slip):
		said = "half understood: " + said
	case by != nil:
		said = "read by " + by.Name + ": " + said
	}
	return u, said, lines, nil
}

// samplesListCmd is `readyshelf ticket samples list`.
type samplesListCmd struct {
	Config string `default:"${config}" placeholder:"FILE" help:"The configuration file (${default})."`
}

// Run lists the samples. One that cannot be read is said, and the others are listed.
func (c *samplesListCmd) Run(s streams) error {
	k, err := keptBy(c.Config)
	if err != nil {
		return err
	}
	if len(k.names) == 0 {
		fmt.Fprintln(s.out, "there are none: every slip was understood since the key is configured")
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	var unreadable []error
	for _, name := range k.names {
		u, said, _, err := k.explain(name)
		if err != nil {
			unreadable = append(unreadable, err)
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d lines\t%s\n", name, u.At.In(k.zone).Format("2006-01-02 15:04"), u.Printer, len(u.Slip.Lines), said)
	}
	return errors.Join(w.Flush(), unreadableSamples(unreadable))
}

// unreadableSamples are samples that cannot be read, and what to do with them.
func unreadableSamples(why []error) error {
	if len(why) == 0 {
		return nil
	}
	return fmt.Errorf("%w\nput the old key back, or delete what cannot be read: sudo readyshelf ticket samples delete NAME", errors.Join(why...))
}

// samplesShowCmd is `readyshelf ticket samples show`.
type samplesShowCmd struct {
	Config string `default:"${config}" placeholder:"FILE" help:"The configuration file (${default})."`
	Name   string `arg:"" help:"The sample, as slip-3."`
}

// Run shows one sample.
func (c *samplesShowCmd) Run(s streams) error {
	k, err := keptBy(c.Config)
	if err != nil {
		return err
	}
	u, said, lines, err := k.explain(c.Name)
	if err != nil {
		return missingSample(err, k.names)
	}
	fmt.Fprintf(s.out, "%s came on %s to %s\n", c.Name, u.At.In(k.zone).Format("2006-01-02 15:04"), u.Printer)
	showLines(s.out, lines)
	fmt.Fprintln(s.out, said)
	if t, _ := ticket.Explain(u.Slip, ticket.Options{Layouts: k.layouts}); ticket.Teachable(&t, u.Slip) || t.Kind == kitchen.SlipUnknown {
		fmt.Fprintln(s.out, "teach it: sudo readyshelf ticket teach "+c.Name)
	}
	return nil
}

// missingSample says which samples there are where there is not that one.
func missingSample(err error, names []string) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return fmt.Errorf("%w; there are %d: %v", err, len(names), names)
}

// showLines prints a slip with what each line was taken for.
func showLines(out io.Writer, lines []ticket.LineRead) {
	for i, l := range lines {
		size := " "
		if l.Large {
			size = "+"
		}
		fmt.Fprintf(out, "%3d %-8s %s %s\n", i+1, l.As, size, l.Text)
	}
	fmt.Fprintln(out, "? is not understood, + is printed large, personal is left out and cannot be kept")
}

// samplesDeleteCmd is `readyshelf ticket samples delete`. It needs no key.
type samplesDeleteCmd struct {
	Config string   `default:"${config}" placeholder:"FILE" help:"The configuration file (${default})."`
	All    bool     `help:"Delete all of them."`
	Names  []string `arg:"" optional:"" help:"The samples, as slip-3."`
}

// Run deletes samples.
func (c *samplesDeleteCmd) Run(s streams) error {
	conf, err := LoadConfig(c.Config)
	if err != nil {
		return &configError{err}
	}
	f := sampleFolder{dir: conf.Data}
	names, err := f.names()
	if err != nil {
		return err
	}
	if c.All == (len(c.Names) > 0) {
		return errors.New("name the samples, as slip-3, or say --all")
	}
	gone := c.Names
	if c.All {
		gone = names
	}
	for _, name := range gone {
		if !slices.Contains(names, name) {
			return fmt.Errorf("there is no sample %s; there are %v", name, names)
		}
	}
	for _, name := range gone {
		if err := f.remove(name); err != nil {
			return err
		}
		fmt.Fprintln(s.out, "deleted", name)
	}
	return nil
}

// samplesKeyCmd is `readyshelf ticket samples key`.
type samplesKeyCmd struct {
	File string `arg:"" help:"The file to write, as /etc/readyshelf/sample.key."`
}

// Run makes a key. One that is there stays: samples could be kept with it.
func (c *samplesKeyCmd) Run(s streams) error {
	file, err := filepath.Abs(c.File)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already: name another file", file)
	}
	key := make([]byte, ticket.KeySize)
	rand.Read(key)
	if err := replaceFile(file, hex.EncodeToString(key)+"\n"); err != nil {
		return fmt.Errorf("write the key: %w", err)
	}
	_, err = fmt.Fprintf(s.out, "written: %s\nname it in the configuration:\n\n[privacy]\nsample_key_file = %q\n\nthen: sudo systemctl restart readyshelf\n", file, file)
	return err
}
