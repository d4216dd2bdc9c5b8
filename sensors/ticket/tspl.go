package ticket

import (
	"bytes"
	"strings"
)

// TSPL is the language of TSC and most Chinese label printers: lines ended by CR
// LF. A label is drawn into a buffer,
//
//	SIZE 40 mm,30 mm / GAP 2 mm,0 mm / CLS
//	TEXT x,y,"font",rotation,mx,my,"content"
//	BLOCK x,y,w,h,"font",rotation,mx,my,[space,align,fit,]"content"
//	BITMAP x,y,bytes,height,mode,<bytes·height raw bytes>
//
// and PRINT m,n prints it. Content is in the shop's encoding. \["] is a quote.
type tspl struct {
	d     *Decoder
	lines liner
	asked int // bytes seen of a status question
}

func newTSPL(d *Decoder) language {
	t := &tspl{d: d}
	t.lines = liner{picture: tsplPicture, done: t.line}
	if d.tokens.draws {
		t.lines.dots = d.dots
	}
	return t
}

// write stays until a line begins with a byte that begins commands of ESC/POS. ESC
// ! and a letter is TSPL's own status question.
func (t *tspl) write(p []byte) (n int, back []byte, done bool) {
	switch {
	case t.asked == 1 && p[0] != '!':
		return 0, []byte{esc}, true
	case t.asked > 0:
		t.asked = (t.asked + 1) % 3
		return 1, nil, false
	case !t.lines.begins() || class[p[0]] != lead:
		return t.lines.write(p), nil, false
	case p[0] == esc:
		t.asked = 1
		return 1, nil, false
	}
	return 0, nil, true
}

func (t *tspl) flush() { t.lines.flush() }

// tsplPicture finds the pictures: BITMAP with its five numbers, DOWNLOAD
// "name",size,.
func tsplPicture(line []byte) (int64, bool) {
	if line[len(line)-1] != ',' {
		return 0, false
	}
	if args, ok := bytes.CutPrefix(line, []byte("BITMAP ")); ok {
		f := bytes.Split(args, []byte(","))
		if len(f) != 6 {
			return 0, false
		}
		return bits(f[2], f[3]), true
	}
	if args, ok := bytes.CutPrefix(line, []byte("DOWNLOAD ")); ok {
		f := bytes.Split(args, []byte(","))
		if n := len(f); n < 3 || number(f[n-2]) <= 0 {
			return 0, false
		}
		return int64(number(f[len(f)-2])), true
	}
	return 0, false
}

// tsplSilent are the commands that print nothing of interest.
var tsplSilent = " SIZE GAP GAPDETECT BLINE BLINEDETECT AUTODETECT OFFSET SPEED DENSITY DIRECTION REFERENCE SHIFT " +
	"COUNTRY CLEAR FEED BACKFEED BACKUP FORMFEED HOME SOUND CUT LIMITFEED SELFTEST BAR BOX CIRCLE ELLIPSE " +
	"DIAGONAL ERASE REVERSE PUTBMP PUTPCX SET EOP EOJ INITIALPRINTER DOWNLOAD KILL MOVE FILES PEEL TEAR DELAY "

func (t *tspl) line(line []byte) {
	d := t.d
	word, args, _ := bytes.Cut(line, []byte(" "))
	switch string(word) {
	case "TEXT":
		f := tsplArgs(args)
		if len(f) >= 7 {
			d.label(tsplContent(f[len(f)-1]), number(f[4]), number(f[5]))
		}
	case "BLOCK":
		f := tsplArgs(args)
		if len(f) >= 9 {
			d.label(tsplContent(f[len(f)-1]), number(f[6]), number(f[7]))
		}
	case "BARCODE", "QRCODE", "DMATRIX", "PDF417", "MPDF417", "AZTEC", "MAXICODE", "CODABLOCK", "RSS", "TLC39":
		d.paper.codes++
	case "BITMAP":
		if f := bytes.Split(args, []byte(",")); len(f) >= 4 {
			d.labelPicture(number(f[0]), number(f[1]), number(f[2]), true)
		}
	case "CODEPAGE":
		t.codePage(string(bytes.TrimSpace(args)))
	case "CLS":
		d.paper.clear()
	case "PRINT":
		d.tear(EndLabel)
	default:
		if !strings.Contains(tsplSilent, " "+string(word)+" ") {
			d.paper.unknown++
		}
	}
}

// codePage is CODEPAGE: UTF-8, or a number. Text of the shop's own encoding needs
// none on Chinese firmware.
func (t *tspl) codePage(name string) {
	s := &t.d.state
	s.unicode = name == "UTF-8"
	if set := charsets["cp"+name]; set != nil {
		s.page, s.told, s.double = set, true, false
	}
}

// tsplArgs splits at the commas outside quotes.
func tsplArgs(args []byte) [][]byte {
	var f [][]byte
	quoted, from := false, 0
	for i, b := range args {
		switch {
		case b == '"' && !(i >= 2 && args[i-1] == '[' && args[i-2] == '\\'):
			quoted = !quoted
		case b == ',' && !quoted:
			f = append(f, args[from:i])
			from = i + 1
		}
	}
	return append(f, args[from:])
}

// tsplContent is what stands in quotes.
func tsplContent(arg []byte) []byte {
	arg = bytes.TrimSpace(arg)
	arg = bytes.TrimPrefix(arg, []byte(`"`))
	arg = bytes.TrimSuffix(arg, []byte(`"`))
	arg = bytes.ReplaceAll(arg, []byte(`\["]`), []byte(`"`))
	arg = bytes.ReplaceAll(arg, []byte(`\[L]`), []byte(" "))
	return bytes.ReplaceAll(arg, []byte(`\[R]`), nil)
}
