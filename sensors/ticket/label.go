package ticket

import (
	"bytes"
	"strconv"
)

// A language is spoken on a printer's port besides ESC/POS: by label printers, and
// by what takes port 9100 for something else.
type language interface {
	// write takes n bytes of p. Done says that ESC/POS goes on: with back, which was
	// taken and is not wanted, then with the rest of p.
	write(p []byte) (n int, back []byte, done bool)
	// flush says that the stream stops here.
	flush()
}

// signatures are how languages begin, where a job begins; # stands for a digit.
// They are what no ticket begins with.
var signatures = []struct {
	speak func(*Decoder) language
	begin []string
}{
	{newTSPL, []string{"SIZE #", "GAP #", "DIRECTION #", "DENSITY #", "CODEPAGE ", "CLS\r", "CLS\n",
		"TEXT #", "BLINE #", "DOWNLOAD \"", "DOWNLOAD F,", "SET TEAR", "SET PEEL", "SET CUTTER", "INITIALPRINTER"}},
	{newZPL, []string{"^XA", "~DG", "~DY", "~SD", "~JA", "CT~~CD"}},
	{newCPCL, []string{"! #", "! U", "! DF"}},
	{newPJL, []string{"@PJL"}},
	{newHTTP, []string{"GET /", "GET http", "HEAD /", "POST /", "PUT /", "DELETE /", "OPTIONS /",
		"OPTIONS *", "OPTIONS sip:", "CONNECT ", "PROPFIND /", "PRI * HTTP"}},
	{newNoise, []string{tlsHello, "SSH-", "%!PS"}},
}

// tlsHello is how a TLS handshake begins; a scanner's look at the port.
const tlsHello = "\x16\x03"

// recognise looks at the beginning of a job. Maybe says that more bytes can tell.
func recognise(p []byte) (speak func(*Decoder) language, maybe bool) {
	for _, s := range signatures {
		for _, begin := range s.begin {
			switch {
			case !matches(p, begin):
			case len(p) >= len(begin):
				return s.speak, true
			default:
				maybe = true
			}
		}
	}
	return nil, maybe
}

// matches says that p and begin agree as far as the shorter one goes.
func matches(p []byte, begin string) bool {
	for i := range min(len(p), len(begin)) {
		digit := begin[i] == '#' && p[i] >= '0' && p[i] <= '9'
		if p[i] != begin[i] && !digit {
			return false
		}
	}
	return true
}

// lineLimit bounds what is kept of one line of a label language; a longer line is
// cut there. Pictures are skipped and not kept.
const lineLimit = 8 << 10

// A liner collects lines of a label language and skips the pictures in them.
type liner struct {
	line []byte
	skip int64 // bytes of a picture still to come
	// picture returns how many bytes of picture follow the line as it is so far.
	picture func(line []byte) (n int64, ok bool)
	// dots takes the bytes of a picture, and whether they are its first. May be nil.
	dots  func(p []byte, first bool)
	began bool // they have begun
	// done takes a whole line, without its end.
	done func(line []byte)
}

// begins says that the next byte is the first of a line.
func (l *liner) begins() bool { return len(l.line) == 0 && l.skip == 0 }

// write takes p up to the end of a line, and returns how many bytes it took.
func (l *liner) write(p []byte) int {
	for i, b := range p {
		switch {
		case l.skip > 0:
			n := min(l.skip, int64(len(p)-i))
			l.skip -= n
			if l.dots != nil {
				l.dots(p[i:i+int(n)], !l.began)
				l.began = true
			}
			return i + int(n)
		case b == cr || b == lf:
			l.flush()
			return i + 1
		case len(l.line) < lineLimit:
			l.line = append(l.line, b)
			if n, ok := l.picture(l.line); ok {
				l.skip, l.began = min(n, rasterLimit), false
			}
		}
	}
	return len(p)
}

// flush takes a line that nothing ended.
func (l *liner) flush() {
	line := l.line
	l.line = l.line[:0]
	if len(line) > 0 {
		l.done(line)
	}
}

// label prints one text field of a label: a line of its own.
func (d *Decoder) label(text []byte, w, h int) {
	if len(text) == 0 {
		return
	}
	st := d.state.style()
	st.w, st.h = uint8(min(max(w, 1), 8)), uint8(min(max(h, 1), 8))
	st.kw, st.kh = st.w, st.h
	d.paper.write(text, st)
	d.newLine(opLF, 0)
	d.overflow()
}

// number reads a decimal number, 0 where there is none.
func number(b []byte) int {
	n, err := strconv.Atoi(string(bytes.TrimSpace(b)))
	if err != nil {
		return 0
	}
	return n
}

// bits is how many bytes a picture of w bytes by h lines has.
func bits(w, h []byte) int64 { return int64(max(number(w), 0)) * int64(max(number(h), 0)) }
