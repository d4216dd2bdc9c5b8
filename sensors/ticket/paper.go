package ticket

import "bytes"

// Bounds of one slip. Of a longer one the rest is not kept, only its lines are
// counted. The longest of a shop has some 300 lines.
const (
	maxText  = 256 << 10 // bytes
	maxOps   = 32 << 10  // changes of style, line ends, tabs
	maxLines = 2000      // among them empty ones
)

// A style is how text prints.
type style struct {
	set *charset
	// told says that a command chose the set, so that it is not guessed.
	told bool
	// w and h are the size, kw and kh that of double-byte characters.
	w, h, kw, kh uint8
	bold         bool
	small        bool  // font B: 9 dots wide, not 12
	country      uint8 // of ESC R
	align        Align
}

// An op is something that happened on paper, at a place in its text.
type op struct {
	kind  opKind
	at    int // index into paper.text
	style style
	arg   int
}

type opKind uint8

const (
	opText  opKind = iota
	opLF           // ends the line
	opCR           // ends the line if arg says so, or paper.crEnds
	opFlush        // ends the line if there is something on it
	opFeed         // ends the line and feeds arg lines in all
	opTab          // arg indexes paper.tabs; -1 is every 8 columns
	opTo           // to arg dots from the left
	opMove         // by arg dots
)

// A paper is what has been printed since the last slip was torn off. Its text is
// still bytes: the charset is decided for the whole slip.
type paper struct {
	text []byte
	ops  []op
	tabs [][]byte

	lines   int
	inked   bool // something other than spaces
	raster  bool
	codes   int
	unknown int
	partial bool
	stray   int  // control bytes that mean nothing
	missed  int  // lines with text that were not kept
	missing bool // the line under way is one of them

	art canvas

	// Where the line under way begins, to take it back.
	lineText, lineOps int
	marked            int // 1 after an end mark, more with each empty line after it
}

func (p *paper) clear() {
	p.art.clear()
	*p = paper{text: p.text[:0], ops: p.ops[:0], tabs: p.tabs[:0], art: p.art}
}

// full says that no more is kept.
func (p *paper) full() bool {
	return len(p.text) >= maxText || len(p.ops) >= maxOps || p.lines >= maxLines
}

func (p *paper) write(b []byte, s style) {
	if p.full() {
		p.missing = p.missing || len(bytes.TrimLeft(b, " ")) > 0
		return
	}
	if room := maxText - len(p.text); len(b) > room {
		b, p.missing = b[:room], true
	}
	if n := len(p.ops); n == 0 || p.ops[n-1].kind != opText || p.ops[n-1].style != s {
		p.ops = append(p.ops, op{kind: opText, at: len(p.text), style: s})
	}
	p.text = append(p.text, b...)
	if !p.inked {
		p.inked = len(bytes.TrimLeft(b, " ")) > 0
	}
}

func (p *paper) do(kind opKind, s style, arg int) {
	if p.full() {
		return
	}
	p.ops = append(p.ops, op{kind: kind, at: len(p.text), style: s, arg: arg})
}

// endLine notes that a line ended, and whether it ends the platform's slip.
func (p *paper) endLine(feeds int) {
	p.lines += feeds
	p.endMissing()
	line := p.text[p.lineText:]
	switch {
	case p.marked > 0 && len(line) == 0:
		p.marked += feeds
	case endMark(line):
		p.marked = feeds
	default:
		p.marked = 0
	}
	p.lineText, p.lineOps = len(p.text), len(p.ops)
}

// endMissing counts the line under way if it is not kept.
func (p *paper) endMissing() {
	if p.missing {
		p.missed, p.missing = p.missed+1, false
	}
}

// markFeeds is how many line feeds after an end mark make text a new slip: the
// mark's own and three empty lines. Some print a footer after their mark.
const markFeeds = 4

// endMark says that a line is "#18完" between asterisks, in GBK or UTF-8.
func endMark(line []byte) bool {
	line = bytes.TrimRight(line, "* -")
	for _, end := range []string{"\xCD\xEA", "完"} {
		if rest, ok := bytes.CutSuffix(line, []byte(end)); ok {
			digits := bytes.TrimRight(rest, "0123456789")
			return len(digits) < len(rest) && bytes.HasSuffix(digits, []byte("#"))
		}
	}
	return false
}

// dropLine takes the line under way back: it was noise.
func (p *paper) dropLine() {
	p.text, p.ops = p.text[:p.lineText], p.ops[:p.lineOps]
	p.inked = len(bytes.TrimSpace(p.text)) > 0
}

// tear makes a slip of what is on the paper, and clears it. It is nil where there
// is neither text nor a picture.
func (p *paper) tear(how Ending, fallback *charset) *Slip {
	defer p.clear()
	if !p.inked && !p.raster {
		return nil
	}
	p.endMissing()
	s := &Slip{Raster: p.raster, Codes: p.codes, Ending: how, Partial: p.partial, Unknown: p.unknown, Missed: p.missed}
	p.compose(s, fallback)
	if len(s.Lines) == 0 && !p.raster {
		return nil
	}
	if len(s.Lines) == 0 {
		s.Picture = p.art.take()
	}
	return s
}

// crEnds says that a CR without LF ends a line here: more lines end so than by LF.
// Most printers ignore CR; where auto line feed is on, senders leave LF out.
func (p *paper) crEnds() bool {
	alone, fed := 0, 0
	text, pending := false, false // since the last line end; a CR came after it
	for _, o := range p.ops {
		switch o.kind {
		case opText:
			if pending {
				alone++
			}
			text, pending = true, false
		case opCR:
			pending = text
		case opLF, opFeed, opFlush:
			if text {
				fed++
			}
			text, pending = false, false
		}
	}
	return alone > fed
}
