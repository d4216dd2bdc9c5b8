package ticket

// What measure says besides a length.
const (
	more      = 0  // not known yet
	unknown   = -1 // in no table: what came is all
	lost      = -2 // claims more than it may
	restart   = -3 // the first byte was no lead: begin again with the second
	stop      = -4 // ended before the newest byte
	initAfter = -5 // ended before an ESC @, which has come
)

// measure returns the length of the command under way, in bytes with its lead, or
// one of the constants above.
func (t *tokeniser) measure() int {
	h := t.hdr[:t.n]
	switch {
	case t.star && h[0] == esc && h[1] != esc, t.raster:
		return t.starLength(h)
	case h[0] == us:
		return t.cloneLength(h)
	case h[1] == esc: // a command was cut off
		return restart
	}
	switch h[0] {
	case dle:
		return dleLength(h)
	case esc:
		return t.escLength(h)
	case fs:
		return t.fsLength(h)
	default:
		return t.gsLength(h)
	}
}

// lengths returns a table of lengths by second byte.
func lengths(of map[int]string) (t [256]uint8) {
	for n, seconds := range of {
		for i := range len(seconds) {
			t[seconds[i]] = uint8(n)
		}
	}
	return t
}

// The commands of one length. The rest is in the functions below.
var (
	escLengths = lengths(map[int]string{
		2:  "\f2<@LSimqv45", // 4, 5: italic, ESC/P heritage
		3:  " !-3=?CEFGJKMRTUVadertu{",
		4:  "$\\cfB", // B: a clone's beep
		5:  "p",
		10: "W",
	})
	fsLengths = lengths(map[int]string{
		2: "&.Lbc\x0E\x14", // SO, DC4: a clone's double width
		3: "!-CWi",
		4: "?Sp",
	})
	gsLengths = lengths(map[int]string{
		2: ":c",
		3: "!/BEHITabfhjrw",
		4: "$LPW\\",
		5: "^z",
		6: "g",
	})
)

// at returns the 16-bit number, low byte first, at h[i].
func at(h []byte, i int) int { return int(h[i]) | int(h[i+1])<<8 }

// need returns n() once h has count bytes, and more before.
func need(h []byte, count int, n func() int) int {
	if len(h) < count {
		return more
	}
	return n()
}

// bounded returns a length of head bytes and a payload, or lost.
func bounded(head int, payload int64, limit int64) int {
	if payload > limit {
		return lost
	}
	return head + int(payload)
}

// parenthesis is the length of ( x pL pH.
func parenthesis(h []byte) int {
	return need(h, 5, func() int { return 5 + at(h, 3) })
}

func dleLength(h []byte) int {
	switch h[1] {
	case 0x05:
		return 3
	case 0x04:
		return need(h, 3, func() int {
			switch h[2] {
			case 0, 7, 8, 18:
				return 4
			}
			return 3
		})
	case 0x14:
		return need(h, 3, func() int {
			switch h[2] {
			case 1, 2:
				return 5
			case 3:
				return 8
			case 7:
				return 4
			case 8:
				return 10
			}
			return 3
		})
	}
	return unknown
}

// cloneLength is that of 1F 1B 1F …, the vendor settings of SPRT, Gprinter and
// Xprinter clones: up to the next LF or ESC @, at most 32 bytes.
func (t *tokeniser) cloneLength(h []byte) int {
	switch {
	case h[1] != esc:
		return unknown
	case len(h) == 2:
		return more
	case h[2] != us:
		return restart
	case t.last == lf:
		return stop
	case len(h) > 4 && h[len(h)-2] == esc && t.last == '@':
		return initAfter
	case t.got >= cloneLimit:
		return t.got
	}
	return more
}

func (t *tokeniser) escLength(h []byte) int {
	if n := int(escLengths[h[1]]); n > 0 {
		return n
	}
	switch h[1] {
	case '%':
		return need(h, 3, func() int {
			if h[2] == '-' { // ESC %-12345X
				return len(uel)
			}
			return 3
		})
	case '(':
		return parenthesis(h)
	case '*':
		return t.bitImageLength(h)
	case 'D':
		return t.tabsLength(h)
	case '&':
		return t.userCharsLength(h)
	case '#':
		return vendorLength(h)
	case 'Z': // a clone's QR code: m n k dL dH data
		return need(h, 7, func() int { return bounded(7, int64(at(h, 5)), qrLimit) })
	case gs, 0x1E:
		return t.starFound(h)
	}
	return unknown
}

// bitImageLength is that of ESC * m nL nH, or of Star's ESC * r.
func (t *tokeniser) bitImageLength(h []byte) int {
	if len(h) >= 3 && h[2] == 'r' {
		return t.starFound(h)
	}
	return need(h, 5, func() int {
		switch h[2] {
		case 0, 1:
			return 5 + at(h, 3)
		case 32, 33:
			return 5 + 3*at(h, 3)
		}
		return unknown
	})
}

// tabsLength is that of ESC D: up to NUL, 32 tabs, or a value that does not
// increase, which is data again.
func (t *tokeniser) tabsLength(h []byte) int {
	switch n := len(h); {
	case n == 2:
		return more
	case t.last == nul:
		return n
	case n > 3 && h[n-1] <= h[n-2]:
		return stop
	case n == 2+32+1:
		return stop
	}
	return more
}

// userCharsLength is that of ESC & y c1 c2 and, for each character, x and y·x
// bytes.
func (t *tokeniser) userCharsLength(h []byte) int {
	switch len(h) {
	case 5:
		if h[4] < h[3] {
			return lost
		}
		t.reps = int(h[4]-h[3]) + 1
	case 6:
		if t.got > payloadLimit {
			return lost
		}
		return t.got + int(h[2])*int(h[5])
	}
	return more
}

// partHeader is how many bytes of a command that repeats stay for the next part.
func partHeader(second byte) int {
	if second == '&' {
		return 5
	}
	return 3 // FS q n
}

// vendorLength is that of ESC # # and four letters: CDTY, QPIX and one byte, or
// UPPG, checksum, length and firmware.
func vendorLength(h []byte) int {
	switch {
	case len(h) < 3:
		return more
	case h[2] != '#':
		return unknown
	case len(h) < 7:
		return more
	case string(h[3:7]) != "UPPG":
		return 8
	}
	return need(h, 15, func() int {
		return bounded(15, int64(at(h, 11))|int64(at(h, 13))<<16, rasterLimit)
	})
}

func (t *tokeniser) fsLength(h []byte) int {
	if n := int(fsLengths[h[1]]); n > 0 {
		return n
	}
	switch h[1] {
	case '(':
		return parenthesis(h)
	case '2':
		return 4 + 72 // 24×24 dots
	case 'q':
		return t.imagesLength(h)
	case 'g':
		return need(h, 10, func() int {
			if h[2] == '1' {
				return 10 + at(h, 8)
			}
			return 10
		})
	case 'a':
		return need(h, 3, func() int {
			if h[2] == '0' {
				return 4
			}
			return 3
		})
	}
	return unknown
}

// imagesLength is that of FS q n and n times xL xH yL yH and 8·x·y bytes.
func (t *tokeniser) imagesLength(h []byte) int {
	switch len(h) {
	case 3:
		if h[2] == 0 {
			return 3
		}
		t.reps = int(h[2])
	case 7:
		return bounded(t.got, 8*int64(at(h, 3))*int64(at(h, 5)), rasterLimit-int64(t.got))
	}
	return more
}

func (t *tokeniser) gsLength(h []byte) int {
	if n := int(gsLengths[h[1]]); n > 0 {
		return n
	}
	switch h[1] {
	case '(':
		return parenthesis(h)
	case 'V':
		return need(h, 3, func() int {
			switch h[2] {
			case 0, 1, '0', '1':
				return 3
			}
			return 4
		})
	case 'k':
		return t.barcodeLength(h)
	case 'v', 'Q':
		return rasterLength(h)
	case '*':
		return need(h, 4, func() int { return bounded(4, 8*int64(h[2])*int64(h[3]), payloadLimit) })
	case '8':
		return need(h, 7, func() int {
			if h[2] != 'L' {
				return unknown
			}
			return bounded(7, int64(at(h, 3))|int64(at(h, 5))<<16, rasterLimit)
		})
	case 'C':
		return t.counterLength(h)
	case 0xF9: // Bematech's settings: command set, quality, code page
		return 4
	}
	return unknown
}

// rasterLength is that of GS v 0 m xL xH yL yH (x in bytes), and of GS Q 0.
func rasterLength(h []byte) int {
	if len(h) >= 3 && h[2] != '0' {
		return unknown
	}
	return need(h, 8, func() int {
		return bounded(8, int64(at(h, 4))*int64(at(h, 6)), rasterLimit)
	})
}

// barcodeLength is that of GS k: data up to NUL (m ≤ 6), or counted (m 65 to 79),
// or a clone's QR code (m = 97, v r nL nH).
func (t *tokeniser) barcodeLength(h []byte) int {
	if len(h) < 3 {
		return more
	}
	switch m := h[2]; {
	case m <= 6:
		switch {
		case t.got > 3 && t.last == nul:
			return t.got
		case t.got > untilLimit:
			return lost
		}
		return more
	case m >= 65 && m <= 79:
		return need(h, 4, func() int { return 4 + int(h[3]) })
	case m == 97:
		return need(h, 7, func() int { return bounded(7, int64(at(h, 5)), qrLimit) })
	}
	return unknown
}

// counterLength is that of GS C 0, 1, 2 and of GS C ; with five fields.
func (t *tokeniser) counterLength(h []byte) int {
	if len(h) < 3 {
		return more
	}
	switch h[2] {
	case '0', '2':
		return 5
	case '1':
		return 9
	case ';':
		fields := 0
		for _, b := range h[3:] {
			if b == ';' {
				fields++
			}
		}
		switch {
		case fields == 5:
			return t.got
		case len(h) == keep:
			return lost
		}
		return more
	}
	return unknown
}
