package ticket

// escape is a command of ESC.
func (d *Decoder) escape(h []byte) {
	s, p := &d.state, &d.paper
	switch h[1] {
	case '!':
		s.size(h[2]>>5&1+1, h[2]>>4&1+1)
		s.emphasised, s.small = h[2]&8 != 0, h[2]&1 != 0
	case 'E':
		s.bold = h[2]&1 != 0
	case 'G':
		s.strike = h[2]&1 != 0
	case 'M':
		s.small = h[2]&1 != 0
	case 'a':
		s.align = alignment(h[2])
	case 't':
		d.codePage(int(h[2]), epsonPages)
	case 'R':
		s.country = h[2]
	case 'D':
		d.setTabs(h[2:])
	case 'd', 'e':
		d.feed(h)
	case 'J', 'K':
		p.do(opFlush, s.style(), 0)
		p.endLine(1)
		p.art.feed(int(h[2]))
	case '2':
		s.spacing = lineSpacing
	case '3':
		s.spacing = int(h[2])
	case '$':
		p.do(opTo, s.style(), at(h, 2))
		p.art.x = at(h, 2)
	case '\\':
		p.do(opMove, s.style(), int(int16(at(h, 2))))
		p.art.x = max(0, p.art.x+int(int16(at(h, 2))))
	case '*':
		d.columnImage(h)
	case '#':
		d.vendor(h)
	case 'Z':
		p.codes++
	case 'L':
		s.pageMode = true
	case 'S':
		s.pageMode = false
		p.do(opFlush, s.style(), 0)
	case 'W', 'T':
		p.do(opFlush, s.style(), 0)
	}
}

// feed is ESC d n: the line and n-1 empty ones, or n empty ones. ESC e feeds back.
func (d *Decoder) feed(h []byte) {
	if h[1] == 'e' {
		d.paper.do(opFlush, d.state.style(), 0)
		return
	}
	d.newLine(opFeed, int(h[2]))
}

// size sets both the size of single-byte and of double-byte characters.
func (s *printState) size(w, h uint8) { s.w, s.h, s.kw, s.kh = w, h, w, h }

func alignment(n byte) Align {
	switch n {
	case 1, '1':
		return Centre
	case 2, '2':
		return Right
	}
	return Left
}

// codePage is ESC t n. The shop's own numbering comes first.
func (d *Decoder) codePage(n int, pages map[int]string) {
	name, ok := d.opts.CodePages[n]
	if !ok {
		name = pages[n]
	}
	d.state.page, d.state.told = charsetOf(name), true
	if d.state.page == nil {
		d.state.page = noCharset
	}
}

// setTabs is ESC D: columns, ending with NUL.
func (d *Decoder) setTabs(cols []byte) {
	d.state.tabs = nil
	for _, c := range cols {
		if c != nul {
			d.state.tabs = append(d.state.tabs, c)
		}
	}
	d.state.ownTabs, d.state.tabsSet = true, -1
}

// vendor is ESC # #: CDTY chooses the encoding (2 is UTF-8), QPIX sizes a QR code.
func (d *Decoder) vendor(h []byte) {
	if string(h[3:7]) == "CDTY" {
		d.state.vendor = h[7] == 2 || h[7] == '2'
	}
}

// kanji is a command of FS.
func (d *Decoder) kanji(h []byte) {
	s := &d.state
	switch h[1] {
	case '&':
		s.double = true
	case '.':
		s.double = false
	case '!':
		s.kw, s.kh = h[2]>>2&1+1, h[2]>>3&1+1
	case 'W':
		s.kw, s.kh = h[2]&1+1, h[2]&1+1
	case 'C':
		d.kanjiCode(h[2])
	case '(':
		if h[2] == 'C' && len(h) >= 7 && (h[5] == 48 || h[5] == 0) {
			s.unicode = h[6] == 2 || h[6] == '2'
		}
	}
}

// kanjiCode is FS C n of Japanese models: 0 is JIS, 1 Shift-JIS. Who sends it means
// Japanese, unless the shop prints in another language of two bytes.
func (d *Decoder) kanjiCode(n byte) {
	if d.fallback.wide && d.double.name != "shift-jis" {
		return
	}
	d.state.pairs = charsets["shift-jis"]
	if n == 0 || n == '0' {
		d.state.pairs = jis
	}
}

// group is a command of GS.
func (d *Decoder) group(h []byte) {
	s, p := &d.state, &d.paper
	switch h[1] {
	case '!':
		s.size(h[2]>>4&7+1, h[2]&7+1)
	case 'k':
		p.codes++
	case 'v':
		d.rasterImage(h)
	case 'Q':
		p.raster = true
	case '*':
		d.define(h)
	case '/':
		d.printDefined(h[2])
	case '(':
		d.groupFunction(h)
	case '8':
		if len(h) > 8 && pixels(h[8]) {
			d.graphics()
		}
	case '$', '\\':
		if s.pageMode {
			p.do(opFlush, s.style(), 0)
		}
	}
}

// groupFunction is GS ( x pL pH: L graphics, k two-dimensional codes.
func (d *Decoder) groupFunction(h []byte) {
	if len(h) < 7 {
		return
	}
	const printSymbol = 81
	switch {
	case h[2] == 'L' && pixels(h[6]):
		d.graphics()
	case h[2] == 'k' && h[6] == printSymbol:
		d.paper.codes++
	}
}

// pixels says that a graphics function carries a picture. A logo that the printer
// keeps is none: it says nothing, and some print it ahead for the next slip.
func pixels(fn byte) bool { return fn == 112 || fn == 113 }

// star is a command of Star Line Mode.
func (d *Decoder) star(h []byte) {
	s, p := &d.state, &d.paper
	switch h[0] {
	case 'b', 'k':
		d.starRow(h)
		return
	}
	switch h[1] {
	case 'i':
		s.size(h[3]&7+1, h[2]&7+1)
	case 'W':
		s.w, s.kw = h[2]&7+1, h[2]&7+1
	case 'h':
		s.h, s.kh = h[2]&7+1, h[2]&7+1
	case 'E':
		s.bold = true
	case 'F':
		s.bold = false
	case 'R':
		s.country = h[2]
	case 'a':
		d.newLine(opFeed, int(h[2]))
	case 'J', 'I':
		p.do(opFlush, s.style(), 0)
		p.endLine(1)
		p.art.feed(2 * int(h[2])) // in quarters of a millimetre
	case 'b':
		p.codes++
	case 'k':
		p.raster = true
	case 'K', 'L', 'X':
		d.starImage(h)
	case '*':
		d.starFeed(h)
	case 'D':
		d.setTabs(h[2:])
	case gs:
		d.starGroup(h)
	}
}

// starGroup is ESC GS.
func (d *Decoder) starGroup(h []byte) {
	s, p := &d.state, &d.paper
	switch h[2] {
	case 'a':
		s.align = alignment(h[3])
	case 't':
		d.codePage(int(h[3]), starPages)
	case 'A':
		p.do(opTo, s.style(), at(h, 3))
	case 'R':
		p.do(opMove, s.style(), int(int16(at(h, 3))))
	case 'S':
		d.starGraphics(h)
	case 'y', 'x':
		if h[3] == 'P' {
			p.codes++
		}
	}
}
