package ticket

// pictured says that what follows the beginning of a command is a picture. Those that
// the printer keeps under a number are none: they are logos.
func pictured(h []byte, star bool) bool {
	switch {
	case h[0] == 'b' || h[0] == 'k': // of Star
		return true
	case len(h) < 3:
		return false
	case star && h[0] == esc:
		return h[1] == 'K' || h[1] == 'L' || h[1] == 'X' || h[1] == gs && h[2] == 'S'
	case h[0] == esc:
		return h[1] == '*'
	case h[0] == gs:
		return h[1] == 'v' || h[1] == '*' || (h[1] == '(' || h[1] == '8') && h[2] == 'L'
	}
	return false
}

// dots collects the picture of the command under way.
func (d *Decoder) dots(p []byte, first bool) {
	if first {
		d.bits = d.bits[:0]
	}
	if len(d.bits)+len(p) > maxHigh*stride {
		d.paper.art.over = true
		return
	}
	d.bits = append(d.bits, p...)
}

// picture says that a whole command has a picture, and draws that if it is wanted.
func (d *Decoder) picture(draw func(c *canvas, b []byte)) {
	d.paper.raster = true
	if c := &d.paper.art; c.on && !c.over {
		draw(c, d.bits)
	}
	d.bits = d.bits[:0]
}

// rasterImage is GS v 0 m xL xH yL yH: m doubles, x counts bytes.
func (d *Decoder) rasterImage(h []byte) {
	d.picture(func(c *canvas, b []byte) {
		c.raster(at(h, 4), b, int(h[3]&1)+1, int(h[3]>>1&1)+1)
	})
}

// columnImage is ESC * m nL nH: columns of 8 dots at a third of the density, or of 24;
// an even m makes them twice as wide.
func (d *Decoder) columnImage(h []byte) {
	d.picture(func(c *canvas, b []byte) {
		high, tall := 3, 1
		if h[2] < 32 {
			high, tall = 1, 3
		}
		c.columns(high, b, 2-int(h[2]&1), tall)
	})
}

// graphics is GS ( L and GS 8 L of function 112, rows, or 113, columns:
//
//	m fn a bx by c xL xH yL yH data
//
// bx and by are the size of a dot, x and y the size of the picture in dots. It is kept
// to be printed next; c is its colour. Multiple tones (a = 52) are not drawn.
func (d *Decoder) graphics() {
	d.picture(func(c *canvas, b []byte) {
		const head = 10
		if len(b) < head || b[2] == 52 {
			return
		}
		sx, sy := max(1, min(int(b[3]), 2)), max(1, min(int(b[4]), 2))
		x, y := at(b, 6), at(b, 8)
		if b[1] == 112 {
			c.raster((x+7)/8, b[head:], sx, sy)
			return
		}
		high := (y + 7) / 8
		c.feed(0)
		c.down(0, c.y, high, b[head:], sx, sy)
		c.y += y * sy
	})
}

// define is GS * x y: a picture of 8·x columns and 8·y dots for GS /.
func (d *Decoder) define(h []byte) {
	d.stamp = append(d.stamp[:0], d.bits...)
	d.bits, d.stampHigh = d.bits[:0], int(h[3])
}

// printDefined is GS / m: what GS * defined, doubled as m says.
func (d *Decoder) printDefined(m byte) {
	if d.stampHigh == 0 {
		return
	}
	d.bits = append(d.bits[:0], d.stamp...)
	d.picture(func(c *canvas, b []byte) {
		c.feed(0)
		c.columns(d.stampHigh, b, int(m&1)+1, int(m>>1&1)+1)
		c.feed(0)
	})
}

// starRow is b n1 n2 and k n1 n2 of Star's raster mode: one row of so many bytes.
func (d *Decoder) starRow(h []byte) {
	d.picture(func(c *canvas, b []byte) { c.raster(at(h, 1), b, 1, 1) })
}

// starFeed is ESC * r Y n: n empty rows, in digits up to NUL.
func (d *Decoder) starFeed(h []byte) {
	if h[2] == 'r' && h[3] == 'Y' {
		d.paper.art.feed(number(h[4 : len(h)-1]))
	}
}

// starImage is ESC K, L and X: columns of 8 dots, or of 24.
func (d *Decoder) starImage(h []byte) {
	d.picture(func(c *canvas, b []byte) {
		switch h[1] {
		case 'X':
			c.columns(3, b, 1, 1)
		case 'K':
			c.columns(1, b, 2, 3)
		case 'L':
			c.columns(1, b, 1, 3)
		}
	})
}

// starGraphics is ESC GS S m xL xH yL yH n and rows of x bytes.
func (d *Decoder) starGraphics(h []byte) {
	d.picture(func(c *canvas, b []byte) {
		if len(b) > 1 {
			c.raster(at(h, 4), b[1:], 1, 1)
		}
	})
}
