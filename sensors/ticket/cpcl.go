package ticket

import "bytes"

// CPCL is the language of Zebra's and others' mobile printers: lines ended by CR
// LF. A label begins with "! offset dpi dpi height copies" and ends with PRINT.
//
//	TEXT font size x y content    also T, VTEXT, TEXT90 …
//	CG width height x y <width·height raw bytes>
//	BARCODE type … content        QR codes run to ENDQR
//	SETMAG w h                    the size of what follows
//	CONCAT x y … ENDCONCAT        "font size offset content" side by side
//	ML height … ENDML             lines of text below one TEXT
type cpcl struct {
	d     *Decoder
	lines liner
	ended bool
	until string   // the word that ends a block, or ""
	parts [][]byte // of CONCAT
	first bool     // the next line of ML is its TEXT
	w, h  int
}

func newCPCL(d *Decoder) language {
	c := &cpcl{d: d, w: 1, h: 1}
	c.lines = liner{picture: cpclPicture, done: c.line}
	if d.tokens.draws {
		c.lines.dots = d.dots
	}
	return c
}

func (c *cpcl) write(p []byte) (n int, back []byte, done bool) {
	if c.lines.begins() && class[p[0]] == lead {
		return 0, nil, true
	}
	n = c.lines.write(p)
	return n, nil, c.ended
}

func (c *cpcl) flush() { c.lines.flush() }

// cpclPicture finds CG width height x y and a space.
func cpclPicture(line []byte) (int64, bool) {
	if line[len(line)-1] != ' ' || !bytes.HasPrefix(line, []byte("CG ")) &&
		!bytes.HasPrefix(line, []byte("VCG ")) && !bytes.HasPrefix(line, []byte("COMPRESSED-GRAPHICS ")) {
		return 0, false
	}
	f := bytes.Fields(line)
	if len(f) != 5 || bytes.Count(line, []byte(" ")) != 5 {
		return 0, false
	}
	return bits(f[1], f[2]), true
}

func (c *cpcl) line(line []byte) {
	d := c.d
	word, args, _ := bytes.Cut(line, []byte(" "))
	if c.until != "" {
		c.inside(line, string(word))
		return
	}
	switch string(word) {
	case "TEXT", "T", "VTEXT", "VT", "TEXT90", "T90", "TEXT180", "T180", "TEXT270", "T270":
		d.label(after(args, 4), c.w, c.h)
	case "SCALE-TEXT", "ST":
		d.label(after(args, 5), c.w, c.h)
	case "SETMAG":
		if f := bytes.Fields(args); len(f) >= 2 {
			c.w, c.h = number(f[0]), number(f[1])
		}
	case "CENTER":
		d.state.align = Centre
	case "RIGHT":
		d.state.align = Right
	case "LEFT":
		d.state.align = Left
	case "B", "BARCODE", "VB", "VBARCODE":
		d.paper.codes++
		if bytes.HasPrefix(args, []byte("QR")) {
			c.until = "ENDQR"
		}
	case "CG", "COMPRESSED-GRAPHICS":
		if f := bytes.Fields(args); len(f) >= 4 {
			d.labelPicture(number(f[2]), number(f[3]), number(f[0]), false)
		}
	case "VCG", "EG", "VEG", "EXPANDED-GRAPHICS", "PCX":
		d.paper.raster = true
	case "CONCAT", "VCONCAT":
		c.until = "ENDCONCAT"
	case "ML", "MULTILINE":
		c.until, c.first = "ENDML", true
	case "PRINT", "POPRINT":
		d.tear(EndLabel)
		c.ended = true
	case "END":
		c.ended = true
	case "ABORT":
		d.paper.clear()
		c.ended = true
	}
}

// inside is a line of a block.
func (c *cpcl) inside(line []byte, word string) {
	switch {
	case word == c.until || word == "END"+c.until:
		if c.until == "ENDCONCAT" {
			c.d.label(bytes.Join(c.parts, []byte(" ")), c.w, c.h)
			c.parts = nil
		}
		c.until = ""
	case c.until == "ENDCONCAT":
		c.parts = append(c.parts, bytes.Clone(after(line, 3)))
	case c.until == "ENDML" && !c.first:
		c.d.label(line, c.w, c.h)
	default:
		c.first = false
	}
}

// after returns what follows n words.
func after(line []byte, n int) []byte {
	for range n {
		line = bytes.TrimLeft(line, " ")
		_, line, _ = bytes.Cut(line, []byte(" "))
	}
	return line
}
