package ticket

import (
	"fmt"
	"hash/fnv"
)

// Bounds of a picture, in dots. Paper of 112 mm at 300 dots an inch is 1,248 wide, and
// a slip of a metre and a half at 203 is 12,000 long: 1.9 MB. Of what is larger only
// that it came is known.
const (
	maxWide = 1280
	maxHigh = 12000
	stride  = maxWide / 8 // bytes of a row
)

// A Picture is what a slip shows that has no text, black on white, as the printer's
// dots. It is kept in memory only: like text that nobody has looked through, it may
// show persons.
type Picture struct {
	rows       []byte // stride bytes each, the leftmost dot is the highest bit, 1 is black
	wide, high int
}

// border is the white around a picture, in dots, that readers of pictures want.
const border = 24

// enlarged is how many grey dots a picture may have to be enlarged for reading, in
// all: a slip of half a metre.
const enlarged = 16 << 20

// PGM returns the picture as a portable graymap (https://netpbm.sourceforge.net/doc/pgm.html,
// P5) with a white border, and how much it is enlarged. Characters of 24 dots are small
// for who reads pictures: with twice as many, and grey between, far more Chinese ones
// are read right.
func (p *Picture) PGM() (file []byte, scale int) {
	wide, high := p.wide+2*border, p.high+2*border
	if 4*wide*high > enlarged {
		file = fmt.Appendf(nil, "P5\n%d %d\n255\n", wide, high)
		for y := range high {
			for x := range wide {
				file = append(file, 255*(1-p.dot(x, y)))
			}
		}
		return file, 1
	}
	file = fmt.Appendf(nil, "P5\n%d %d\n255\n", 2*wide, 2*high)
	for y := range 2 * high {
		for x := range 2 * wide {
			// Of the four dots around: 9, 3, 3 and 1 parts of 16.
			x0, y0, x1, y1 := x/2, y/2, x/2+x%2*2-1, y/2+y%2*2-1
			ink := 9*int(p.dot(x0, y0)) + 3*int(p.dot(x1, y0)) + 3*int(p.dot(x0, y1)) + int(p.dot(x1, y1))
			file = append(file, byte(255*(16-ink)/16))
		}
	}
	return file, 2
}

// dot is 1 for a black dot. The border counts.
func (p *Picture) dot(x, y int) byte {
	x, y = x-border, y-border
	if x < 0 || y < 0 || x >= p.wide || y >= p.high {
		return 0
	}
	return p.rows[y*stride+x/8] >> (7 - x%8) & 1
}

// print is the fingerprint of the picture: equal for one that is printed again.
func (p *Picture) print() uint64 {
	h := fnv.New64a()
	h.Write(p.rows)
	return max(h.Sum64(), 1)
}

// A canvas is where the pictures of a slip are put together: bands below one another,
// as the paper moves, or where a label says.
type canvas struct {
	on   bool // pictures are wanted
	over bool // it is larger than the bounds

	rows       []byte
	wide, high int
	x, y       int // where the next band begins
	band       int // how high the highest band of the line under way is
	fed        int // how high the band is that moved the paper by itself just now
}

func (c *canvas) clear() { *c = canvas{on: c.on, rows: c.rows[:0]} }

// take returns what was drawn, nil if nothing or too much.
func (c *canvas) take() *Picture {
	if c.over || c.high == 0 {
		return nil
	}
	p := &Picture{rows: c.rows, wide: c.wide, high: c.high}
	c.rows = nil
	return p
}

// room makes room for a rectangle, and says whether it may be there.
func (c *canvas) room(x, y, wide, high int) bool {
	if !c.on || c.over {
		return false
	}
	if x > maxWide || y > maxHigh || x+wide > maxWide || y+high > maxHigh {
		c.over, c.rows = true, nil
		return false
	}
	wide, high = x+wide, y+high
	if n := high*stride - len(c.rows); n > 0 {
		c.rows = append(c.rows, make([]byte, n)...)
	}
	c.wide, c.high = max(c.wide, wide), max(c.high, high)
	return true
}

// ink makes a rectangle black that has room.
func (c *canvas) ink(x, y, w, h int) {
	for ; h > 0; h, y = h-1, y+1 {
		row := c.rows[y*stride : (y+1)*stride]
		for i := range w {
			row[(x+i)/8] |= 0x80 >> ((x + i) % 8)
		}
	}
}

// across draws rows of wide bytes at a place; sx and sy are the size of a dot. flip
// says that 0 is black.
func (c *canvas) across(x, y, wide int, b []byte, sx, sy int, flip bool) {
	if wide <= 0 || wide > len(b) || x < 0 || y < 0 {
		return
	}
	high := len(b) / wide
	if !c.room(x, y, 8*wide*sx, high*sy) {
		return
	}
	for i := range high * wide {
		v := b[i]
		if flip {
			v = ^v
		}
		for bit := 0; v != 0; bit, v = bit+1, v<<1 {
			if v&0x80 != 0 {
				c.ink(x+(i%wide*8+bit)*sx, y+i/wide*sy, sx, sy)
			}
		}
	}
}

// down draws columns of high bytes at a place.
func (c *canvas) down(x, y, high int, b []byte, sx, sy int) {
	if high <= 0 || x < 0 || y < 0 {
		return
	}
	wide := len(b) / high
	if !c.room(x, y, wide*sx, 8*high*sy) {
		return
	}
	for i := range wide * high {
		for bit, v := 0, b[i]; v != 0; bit, v = bit+1, v<<1 {
			if v&0x80 != 0 {
				c.ink(x+i/high*sx, y+(i%high*8+bit)*sy, sx, sy)
			}
		}
	}
}

// raster is a band that moves the paper by itself.
func (c *canvas) raster(wide int, b []byte, sx, sy int) {
	if wide <= 0 {
		return
	}
	c.feed(0)
	c.across(0, c.y, wide, b, sx, sy, false)
	c.fed = len(b) / wide * sy
	c.y += c.fed
}

// columns is a band in the line under way: the paper stays.
func (c *canvas) columns(high int, b []byte, sx, sy int) {
	c.down(c.x, c.y, high, b, sx, sy)
	c.x += len(b) / high * sx
	c.band, c.fed = max(c.band, 8*high*sy), 0
}

// mostFeed bounds what empty paper a picture gets.
const mostFeed = 240

// feed moves the paper by so many dots, and at least past the bands of the line. A
// driver that feeds after a band that moved the paper by itself, by just its height,
// means the same: a gap there would go through letters.
func (c *canvas) feed(dots int) {
	if !c.on {
		return
	}
	if c.band == 0 && dots == c.fed {
		dots = 0
	}
	c.y += max(c.band, min(max(dots, 0), mostFeed))
	c.x, c.band, c.fed = 0, 0, 0
}
