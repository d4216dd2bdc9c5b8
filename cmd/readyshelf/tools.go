package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"readyshelf/sensors/scale"
	"readyshelf/sensors/ticket"
)

// ticketCmd is `readyshelf ticket`.
type ticketCmd struct {
	Decode ticketDecodeCmd `cmd:"" help:"Decode what a printer was sent: one line of JSON for each ticket, or the text as paper shows it."`
	Teach  ticketTeachCmd  `cmd:"" help:"Teach a kind of slip: show what was understood of a sample, ask where things stand, write a layout file."`

	Samples ticketSamplesCmd `cmd:"" help:"Look at slips that nobody understood, where the configuration has them kept."`
}

// ticketDecodeCmd is `readyshelf ticket decode`.
type ticketDecodeCmd struct {
	Encoding string `default:"gb18030" help:"The store's encoding: gb18030, big5, cp437, utf8, …"`
	Layouts  string `placeholder:"FOLDER" help:"A folder of layout files, besides those that the program brings along."`
	Text     bool   `xor:"form" help:"Print the text as paper would show it. It may hold names and phone numbers: for local eyes only."`
	JSON     bool   `xor:"form" name:"json" help:"Print one line of JSON for each ticket, without personal data (the default)."`
	File     string `arg:"" help:"A file with the bytes that the printer was sent, or - for standard input."`
}

// Run decodes a file of printer bytes.
func (c *ticketDecodeCmd) Run(s streams) error {
	if err := ticket.ValidEncoding(c.Encoding); err != nil {
		return err
	}
	in, done, err := open(c.File, s.in)
	if err != nil {
		return err
	}
	defer done()
	layouts, err := theseLayouts(c.Layouts)
	if err != nil {
		return err
	}
	o := ticket.Options{Encoding: c.Encoding, Layouts: layouts}
	slips, err := ticket.Decode(in, o)
	if err != nil {
		return err
	}
	for i, slip := range slips {
		if c.Text {
			if i > 0 {
				fmt.Fprintln(s.out, strings.Repeat("✂", 16))
			}
			fmt.Fprint(s.out, slip.Text())
			continue
		}
		line, err := ticket.MarshalTicket(ticket.Parse(slip, o))
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s\n", line)
	}
	return nil
}

// scaleCmd is `readyshelf scale`.
type scaleCmd struct {
	Decode scaleDecodeCmd `cmd:"" help:"Decode what a scale sent: one line of JSON for each reading."`
	List   scaleListCmd   `cmd:"" help:"List the protocols, as the configuration names them."`
}

// scaleDecodeCmd is `readyshelf scale decode`.
type scaleDecodeCmd struct {
	Protocol string `required:"" placeholder:"NAME" help:"The protocol, as scale list names it."`
	File     string `arg:"" help:"A file with the bytes that the scale sent, or - for standard input."`
}

// Run decodes a file of scale bytes.
func (c *scaleDecodeCmd) Run(s streams) error {
	dialect, ok := scale.Lookup(c.Protocol)
	if !ok {
		return fmt.Errorf("there is no protocol %q; readyshelf scale list names them", c.Protocol)
	}
	in, done, err := open(c.File, s.in)
	if err != nil {
		return err
	}
	defer done()
	var failed error
	err = scale.Decode(dialect, in, func(_ []byte, r scale.Reading, err error) {
		if err != nil {
			r = scale.Reading{Fault: err.Error()}
		}
		line, err := scale.MarshalReading(r)
		failed = errors.Join(failed, err)
		fmt.Fprintf(s.out, "%s\n", line)
	})
	return errors.Join(err, failed)
}

// scaleListCmd is `readyshelf scale list`.
type scaleListCmd struct{}

// Run lists the protocols.
func (scaleListCmd) Run(s streams) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, d := range scale.Dialects() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", d.Name, d.Mode, d.About)
	}
	return w.Flush()
}

// open opens a file, or standard input for "-".
func open(name string, stdin io.Reader) (io.Reader, func() error, error) {
	if name == "-" {
		return stdin, func() error { return nil }, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	return f, f.Close, nil
}
