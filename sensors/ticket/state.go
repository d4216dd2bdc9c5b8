package ticket

// printState is what commands have set: how the next text prints.
type printState struct {
	page    *charset // of one byte, by ESC t n
	told    bool     // page was told, not assumed
	double  bool     // double-byte mode
	pairs   *charset // what that means
	unicode bool     // FS ( C asked for UTF-8
	vendor  bool     // ESC ## CDTY did: a setting of the printer, not of the job
	country uint8    // by ESC R

	w, h       uint8
	kw, kh     uint8
	bold       bool
	strike     bool // ESC G
	emphasised bool // ESC ! bit 3
	small      bool
	align      Align
	pageMode   bool
	tabs       []byte
	tabsSet    int // index into the paper's tabs; -1 for none on this slip
	ownTabs    bool
	spacing    int // of lines, in dots
}

// lineSpacing is a sixth of an inch at 203 dots an inch, as Epson's default is.
const lineSpacing = 34

// reset is ESC @.
func (s *printState) reset(d *Decoder) {
	vendor := s.vendor
	*s = printState{
		page: d.fallback, double: d.fallback.wide, pairs: d.double, vendor: vendor, country: d.fallback.country(),
		w: 1, h: 1, kw: 1, kh: 1, tabsSet: -1, spacing: lineSpacing,
	}
	if d.fallback.wide {
		s.page = charsets[cp437Name]
	}
}

// style is how text prints now.
func (s *printState) style() style {
	st := style{
		set: s.page, told: s.told, w: s.w, h: s.h, kw: s.kw, kh: s.kh,
		bold: s.bold || s.strike || s.emphasised, small: s.small, align: s.align,
		country: s.country,
	}
	switch {
	case s.unicode || s.vendor:
		st.set, st.told = charsets[utf8Name], true
	case s.double:
		st.set, st.told = s.pairs, false
	}
	return st
}

// text is printable bytes of the stream.
func (d *Decoder) text(p []byte) {
	if d.paper.marked >= markFeeds {
		d.tear(EndMark)
	}
	if len(d.paper.text) == 0 && !d.aligned && !d.spoke && !d.tokens.sync {
		d.paper.partial = true
	}
	d.paper.write(p, d.state.style())
	d.overflow()
	d.tokens.fresh = false
}

// overflow tears off empty paper that is too long to be the head of a slip.
func (d *Decoder) overflow() {
	if d.paper.full() && !d.paper.inked {
		d.tear(EndIdle)
	}
}

func (d *Decoder) lost() {
	if d.paper.inked || d.paper.raster {
		d.paper.partial = true
	}
}

// control is one control byte of the stream.
func (d *Decoder) control(b byte) {
	switch b {
	case lf:
		if d.tokens.noisy() {
			d.paper.dropLine()
			return
		}
		d.newLine(opLF, 0)
	case cr:
		sure := 0
		if d.tokens.star {
			sure = 1
		}
		d.paper.do(opCR, d.state.style(), sure)
	case ht:
		d.tab()
	case ff:
		if d.state.pageMode {
			d.tear(EndCut)
			d.state.pageMode = false
			return
		}
		d.paper.do(opFlush, d.state.style(), 0)
	case 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x08, 0x0B, 0x15, 0x16, 0x17, 0x19, 0x1A, 0x1E, 0x1F:
		d.paper.stray++
	}
	d.overflow()
}

func (d *Decoder) newLine(kind opKind, feeds int) {
	d.paper.do(kind, d.state.style(), feeds)
	d.paper.endLine(max(feeds, 1))
	d.paper.art.feed(max(feeds, 1) * d.state.spacing)
}

func (d *Decoder) tab() {
	set := -1
	if d.state.ownTabs && !d.paper.full() {
		if n := d.state.tabsSet; n < 0 || n >= len(d.paper.tabs) {
			d.paper.tabs = append(d.paper.tabs, d.state.tabs)
			d.state.tabsSet = len(d.paper.tabs) - 1
		}
		set = d.state.tabsSet
	}
	d.paper.do(opTab, d.state.style(), set)
}

// command is a whole command of the stream.
func (d *Decoder) command(h []byte, known bool) {
	if d.heard != nil {
		d.heard(h)
	}
	switch {
	case h[0] == dle:
		return
	case !known:
		d.paper.unknown++
		return
	}
	d.spoke = true
	if d.tokens.doubt && d.paper.partial || d.tokens.noise {
		d.paper.dropLine()
	}
	switch {
	case isUEL(h):
		d.page = newPJL(d)
		d.tokens.halt = true
	case h[0] == esc && h[1] == '@':
		d.initialise()
	case d.tokens.isCut(h):
		d.tear(EndCut)
		d.state.pageMode = false
	case d.tokens.star:
		d.star(h)
	case h[0] == esc:
		d.escape(h)
	case h[0] == fs:
		d.kanji(h)
	case h[0] == gs:
		d.group(h)
	}
	d.overflow()
}

// initialise is ESC @: it ends a slip that has text, and sets all back.
func (d *Decoder) initialise() {
	if d.paper.inked {
		d.tear(EndInit)
	}
	if !d.paper.raster {
		d.paper.clear()
	}
	d.state.reset(d)
	d.stampHigh = 0
}
