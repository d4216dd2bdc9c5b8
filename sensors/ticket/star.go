package ticket

// Star Line Mode shares ESC @, LF and FF with ESC/POS and little else: ESC i is a
// size, ESC d cuts, ESC E has no parameter, ESC GS and ESC RS begin most of what is
// newer, FS and BEL open the drawer, and CR ends a line. Lengths are those of
// Star's "Line Mode Command Specifications".

// starFound looks at ESC GS, ESC RS and ESC * r: commands of Star that ESC/POS
// does not have. The stream is Star's from there, unless it is in no state to be
// believed.
func (t *tokeniser) starFound(h []byte) int {
	if len(h) < 3 {
		return more
	}
	if h[1] == '*' && len(h) < 4 {
		return more
	}
	if (t.sync || !t.mess) && starOnly(h) {
		t.star = true
		return t.starLength(h)
	}
	if h[1] == gs {
		return restart
	}
	return unknown
}

func starOnly(h []byte) bool {
	const (
		afterGS     = "atALRSPxy#\x03\x07\x19"
		afterRS     = "FaACdErL"
		afterRaster = "ABCDEFKPQRTYm"
	)
	switch h[1] {
	case gs:
		return oneOf(h[2], afterGS)
	case 0x1E:
		return oneOf(h[2], afterRS)
	}
	return oneOf(h[3], afterRaster)
}

func oneOf(b byte, set string) bool {
	for i := range len(set) {
		if set[i] == b {
			return true
		}
	}
	return false
}

// starCut says that h ends a page: ESC d n, or ESC FF of raster mode.
func starCut(h []byte) bool { return h[0] == esc && (h[1] == 'd' || h[1] == ff) }

// plainStar takes a byte outside commands where Star differs; false leaves it to
// the common code.
func (t *tokeniser) plainStar(b byte) bool {
	switch {
	case t.raster && b != esc:
		if b == 'b' || b == 'k' {
			t.begin(b)
		}
		t.work++
	case b == gs:
		// No command of Star begins so: it was ESC/POS after all.
		t.star = false
		return false
	case b == fs, b == us:
		t.work++
	default:
		return false
	}
	return true
}

var starLengths = lengths(map[int]string{
	2: "@EFMO015Hgp4q23:\x0E\x14",
	3: "adfhlz/ !-3ACIJNQRSTW_$\x06\f%",
	4: "ist?\x07",
})

// starLength is the table of Star Line Mode.
func (t *tokeniser) starLength(h []byte) int {
	switch {
	case h[0] == 'b' || h[0] == 'k': // raster data: n1 n2
		return need(h, 3, func() int { return 3 + at(h, 1) })
	case h[1] == gs:
		return t.starGS(h)
	case h[1] == 0x1E: // ESC RS: font, density, speed, logos
		return 4
	}
	switch h[1] {
	case 'k', 'X': // 24-dot image: n1 n2
		return need(h, 4, func() int { return 4 + 3*at(h, 2) })
	case 'K', 'L': // 8-dot image: n1 n2
		return need(h, 4, func() int { return 4 + at(h, 2) })
	case 'b': // barcode: n1 n2 n3 n4, data up to RS
		return t.starUntil(0x1E, 6)
	case 'D', 'B': // tabs up to NUL
		return t.starUntil(nul, 3)
	case '#': // memory switch, up to LF NUL
		return t.starUntil(nul, 4)
	case fs: // ESC FS p n m: logo
		return 5
	case '*':
		return t.starRaster(h)
	}
	if n := int(starLengths[h[1]]); n > 0 {
		return n
	}
	return unknown
}

// starUntil is the length of a command that ends with a terminator, which cannot
// be among its first bytes.
func (t *tokeniser) starUntil(end byte, atLeast int) int {
	switch {
	case t.got >= atLeast && t.last == end:
		return t.got
	case t.got > untilLimit:
		return lost
	}
	return more
}

// starRaster is the length of ESC * r: mode commands, some with a number in
// digits and NUL.
func (t *tokeniser) starRaster(h []byte) int {
	if len(h) < 4 {
		return more
	}
	switch h[3] {
	case 'A', 'R':
		t.raster = true
		return 4
	case 'B':
		t.raster = false
		return 4
	case 'C':
		return 4
	}
	return t.starUntil(nul, 5)
}

// starGS is the length of ESC GS.
func (t *tokeniser) starGS(h []byte) int {
	if len(h) < 3 {
		return more
	}
	switch h[2] {
	case 'a', 't', 'b':
		return 4
	case 'A', 'L', 'R':
		return 5
	case 'P':
		return starPage(h)
	case 'S': // raster: m xL xH yL yH n
		return need(h, 8, func() int {
			return bounded(9, int64(at(h, 4))*int64(at(h, 6)), rasterLimit)
		})
	case 'y':
		return starQR(h)
	case 'x':
		return starPDF417(h)
	case '#':
		return t.starUntil(nul, 5)
	case 0x03, 0x07:
		return 6
	case 0x19:
		return 6
	case '(':
		return need(h, 6, func() int { return 6 + at(h, 4) })
	}
	return unknown
}

// starPage is the length of ESC GS P: page mode.
func starPage(h []byte) int {
	return need(h, 4, func() int {
		switch h[3] {
		case '2':
			return 5
		case '3':
			return 12
		case '4', '5':
			return 6
		}
		return 4
	})
}

// starQR is the length of ESC GS y: S 0 n, D 1 m nL nH data, P, I.
func starQR(h []byte) int {
	return need(h, 4, func() int {
		switch h[3] {
		case 'S':
			return 6
		case 'D':
			return need(h, 8, func() int { return 8 + at(h, 6) })
		}
		return 4
	})
}

// starPDF417 is the length of ESC GS x: S 0 n p1 p2, S 1 n, D nL nH data, P, I.
func starPDF417(h []byte) int {
	return need(h, 4, func() int {
		switch h[3] {
		case 'S':
			return need(h, 5, func() int {
				if h[4] == '0' || h[4] == 0 {
					return 8
				}
				return 6
			})
		case 'D':
			return need(h, 6, func() int { return 6 + at(h, 4) })
		}
		return 4
	})
}
