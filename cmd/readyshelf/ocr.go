package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"readyshelf/device"
	"readyshelf/kitchen"
	"readyshelf/sensors"
	"readyshelf/sensors/ticket"
)

// eyes read the text of pictures: [device.Tesseract], or what a test has in its place.
type eyes interface {
	// Check says why they cannot.
	Check(ctx context.Context) error
	// See returns what a picture says, as tesseract's table.
	See(ctx context.Context, picture []byte) ([]byte, error)
}

// ocrSource is the name of the reader of pictures, and of its fault.
const ocrSource = "ocr/tesseract"

// tesseract is the program of the configuration.
func (c *Config) tesseract() device.Tesseract {
	return device.Tesseract{Path: c.OCR.Program, Languages: c.OCR.Languages, Limit: c.OCR.Limit}
}

// pictures is what reads tickets that are pictures, nil where nobody does.
func (h *house) pictures() *ticket.Reader {
	if h.OCR.Program == "" {
		return nil
	}
	return &ticket.Reader{See: h.eyes.See, Now: func() kitchen.Stamp { return h.clock() }, Log: h.log.With("room", "ocr")}
}

// ocr is the reader of pictures as a source: a program or language that is missing is a
// fault, which ends when it is installed.
func (h *house) ocr() sensors.Source {
	return sensors.Source{
		Name:   ocrSource,
		Remedy: "run tesseract by hand; take [ocr] out of the configuration to do without",
		Run: func(ctx context.Context, up func()) error {
			if err := h.eyes.Check(ctx); err != nil {
				return err
			}
			return h.reader.Run(ctx, up)
		},
	}
}

// ocr checks how pictures are to be read.
func (c *checker) ocr() {
	if c.OCR.Program != "" {
		c.oneOf("ocr.program", c.OCR.Program, []string{"tesseract"})
	}
	if len(c.OCR.Languages) == 0 {
		c.bad("ocr.languages", "there is no language to read", `write languages = ["chi_sim"], or leave it out`)
	}
	for i, l := range c.OCR.Languages {
		if !packName.MatchString(l) {
			c.bad(fmt.Sprintf("ocr.languages[%d]", i), fmt.Sprintf("%q is no language pack", l), "write them as tesseract --list-langs does: chi_sim, eng")
		}
	}
	if c.OCR.Limit < time.Second || c.OCR.Limit > time.Minute {
		c.bad("ocr.limit", "this is no time to read a ticket", `write "1s" to "1m"; "20s" is the default`)
	}
}

// packName is the name of a language pack, as those of Debian are.
var packName = regexp.MustCompile(`^[a-z]{3}(_[a-z]+)*$`)

// checkOCR says whether pictures can be read.
func (d *doctor) checkOCR(ctx context.Context) []finding {
	if err := d.eyes.Check(ctx); err != nil {
		what, fix := sensors.Explain(err, "")
		return []finding{problem(ocrSource, what, fix)}
	}
	return []finding{works(ocrSource, "tickets that come as pictures are read: "+strings.Join(d.OCR.Languages, ", "))}
}

// CheckOCR checks that what reads pictures is installed, where it is wanted; its error
// is [Problems]. The daemon starts without.
func (c *Config) CheckOCR(ctx context.Context, e eyes) error {
	if c.OCR.Program == "" {
		return nil
	}
	err := e.Check(ctx)
	if err == nil {
		return nil
	}
	at := c.where.of("ocr.program")
	what, fix := sensors.Explain(err, "run it by hand: tesseract --list-langs")
	return Problems{{File: c.file, Line: at.line, Column: at.column, Key: "ocr.program", What: what, Fix: fix}}
}
