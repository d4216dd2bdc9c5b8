package ticket

import "bytes"

// ZPL is Zebra's language: ^ and two letters, then arguments up to the next ^ or ~.
// A label is ^XA … ^XZ; its text is in ^FD … ^FS after the place (^FO) and the font
// (^A). ^CI28 makes it UTF-8. A field after ^B… is a bar code. Pictures are ^GF and
// ~DG in hex, or counted raw bytes.
type zpl struct {
	d *Decoder

	cmd   []byte // the command under way: its sign, letters and arguments
	field []byte // of ^FD, while inside
	in    bool
	skip  int64

	code   bool // the field is a bar code
	hex    byte // of ^FH: what stands before two hex digits, or 0
	height int  // of the font, in dots
	width  int
	normal [2]int // of ^CF
	ended  bool

	x, y    int        // of ^FO
	wide    int        // bytes of a row of the picture under way
	picture hexPicture // while its wide is not 0
}

func newZPL(d *Decoder) language { return &zpl{d: d} }

func (z *zpl) flush() { z.command() }

func (z *zpl) write(p []byte) (n int, back []byte, done bool) {
	for i := 0; i < len(p); {
		if z.skip > 0 {
			m := min(z.skip, int64(len(p)-i))
			z.skip -= m
			if z.d.tokens.draws {
				z.d.dots(p[i:i+int(m)], false)
			}
			i += int(m)
			continue
		}
		z.byte(p[i])
		i++
		if z.ended {
			return i, nil, true
		}
	}
	return len(p), nil, false
}

func (z *zpl) byte(b byte) {
	switch {
	case z.in:
		z.inField(b)
	case b == '^' || b == '~':
		z.command()
		z.cmd = append(z.cmd[:0], b)
	case len(z.cmd) == 0:
	case z.picture.wide > 0:
		if row := z.picture.take(b); row != nil {
			z.d.dots(row, false)
		}
	case len(z.cmd) < lineLimit:
		z.cmd = append(z.cmd, b)
		z.header()
	}
}

// header acts on what cannot wait for the next command.
func (z *zpl) header() {
	switch string(z.cmd) {
	case "^FD", "^FV", "^SN":
		z.in, z.field, z.cmd = true, z.field[:0], z.cmd[:0]
		return
	case "^XZ":
		z.cmd = z.cmd[:0]
		z.d.tear(EndLabel)
		z.ended = true
		return
	}
	if len(z.cmd) < 3 || z.cmd[len(z.cmd)-1] != ',' {
		return
	}
	f := bytes.Split(z.cmd[3:], []byte(","))
	switch {
	case bytes.HasPrefix(z.cmd, []byte("^GFA,")) && len(f) == 5 && z.d.tokens.draws:
		z.wide = number(f[3])
		z.d.dots(nil, true)
		z.picture.begin(z.wide)
	case bytes.HasPrefix(z.cmd, []byte("^GFB,")) && len(f) == 5: // ,count,total,row,
		z.wide = number(f[3])
		z.d.dots(nil, true)
		z.skip = min(max(int64(number(f[1])), 0), rasterLimit)
	case bytes.HasPrefix(z.cmd, []byte("~DY")) && len(f) == 6 && bytes.ContainsAny(f[1], "BP"):
		z.skip = min(max(int64(number(f[3])), 0), rasterLimit)
	}
}

// inField collects a field up to ^FS. A ^ may be the second byte of a character.
func (z *zpl) inField(b byte) {
	if len(z.field) < lineLimit {
		z.field = append(z.field, b)
	}
	switch text, ended := bytes.CutSuffix(z.field, []byte("^FS")); {
	case ended:
		z.endField(text)
	case bytes.HasSuffix(z.field, []byte("^XZ")):
		z.endField(z.field[:len(z.field)-3])
		z.cmd = append(z.cmd[:0], "^XZ"...)
		z.header()
	case len(z.field) == lineLimit:
		z.in = false
	}
}

func (z *zpl) endField(text []byte) {
	z.in = false
	if z.code {
		z.d.paper.codes++
	} else {
		text = bytes.ReplaceAll(z.unhex(text), []byte(`\&`), []byte(" "))
		z.d.label(dropControls(text), zplSize(z.width), zplSize(z.height))
	}
	z.code, z.hex = false, 0
	z.width, z.height = z.normal[0], z.normal[1]
}

// zplSize is a font's dots in units of the usual 24.
func zplSize(dots int) int { return (dots + 12) / 24 }

// dropControls returns p without control bytes.
func dropControls(p []byte) []byte {
	out := p[:0]
	for _, b := range p {
		if b >= 0x20 {
			out = append(out, b)
		}
	}
	return out
}

// unhex puts bytes for _C3 and the like, where ^FH said so.
func (z *zpl) unhex(p []byte) []byte {
	if z.hex == 0 {
		return p
	}
	var out []byte
	for i := 0; i < len(p); i++ {
		if p[i] == z.hex && i+2 < len(p) && isHex(p[i+1]) && isHex(p[i+2]) {
			out = append(out, hexValue(p[i+1])<<4|hexValue(p[i+2]))
			i += 2
			continue
		}
		out = append(out, p[i])
	}
	return out
}

func isHex(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'A' && b <= 'F' || b >= 'a' && b <= 'f'
}

func hexValue(b byte) byte {
	if b <= '9' {
		return b - '0'
	}
	return b&0xF + 9
}

// command ends the command under way.
func (z *zpl) command() {
	c := z.cmd
	z.cmd, z.picture.wide = z.cmd[:0], 0
	if len(c) < 3 || c[0] != '^' {
		return
	}
	args := bytes.TrimRight(c[3:], "\r\n ")
	switch {
	case c[1] == 'A':
		z.font(c[2:])
	case c[1] == 'B' && c[2] != 'Y':
		z.code = true
	case c[1] == 'G' && c[2] == 'F':
		z.d.labelPicture(z.x, z.y, z.wide, false)
	case c[1] == 'F' && c[2] == 'O':
		z.place(args)
	case c[1] == 'C' && c[2] == 'I':
		z.charset(number(args))
	case c[1] == 'C' && c[2] == 'F':
		z.font(c[2:])
		z.normal = [2]int{z.width, z.height}
	case c[1] == 'F' && c[2] == 'H':
		z.hex = '_'
		if len(args) > 0 {
			z.hex = args[0]
		}
	case c[1] == 'X' && c[2] == 'A':
		z.d.paper.clear()
		z.x, z.y, z.wide = 0, 0, 0
		z.normal, z.width, z.height = [2]int{}, 0, 0
	}
}

// place is ^FO x,y.
func (z *zpl) place(args []byte) {
	f := bytes.Split(args, []byte(","))
	z.x, z.y = number(f[0]), 0
	if len(f) > 1 {
		z.y = number(f[1])
	}
}

// font is ^Afo,h,w or ^CFf,h,w, from the font's letter on.
func (z *zpl) font(args []byte) {
	f := bytes.Split(args, []byte(","))
	if len(f) > 1 {
		z.height = number(f[1])
		z.width = z.height
	}
	if len(f) > 2 && number(f[2]) > 0 {
		z.width = number(f[2])
	}
}

// charset is ^CI n: 28 to 30 are Unicode, 27 is Windows 1252, to 13 code page 850.
func (z *zpl) charset(n int) {
	s := &z.d.state
	s.unicode = n >= 28 && n <= 30
	switch {
	case n == 27:
		s.page, s.told, s.double = charsets["cp1252"], true, false
	case n <= 13 && !z.d.fallback.wide:
		s.page, s.told = charsets["cp850"], true
	}
}
