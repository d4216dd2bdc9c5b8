package ticket

import "bytes"

// labelPicture draws the picture of a label at its place: wide bytes a row. flip says
// that 0 is black, as in TSPL.
func (d *Decoder) labelPicture(x, y, wide int, flip bool) {
	d.picture(func(c *canvas, b []byte) { c.across(x, y, wide, b, 1, 1, flip) })
}

// hexPicture reads the hex of ^GFA as it comes. Two digits are a byte. G to Y before a
// digit repeat it 1 to 19 times, g to z 20 to 400 times, and they add up; "," fills the
// row with 0, "!" with 1, and ":" is the row before again (ZPL II Programming Guide,
// "Alternative Data Compression Scheme for ~DG and ~DB").
type hexPicture struct {
	wide   int // digits of a row; 0 outside of a picture
	row    []byte
	before []byte
	times  int
	failed bool // it is in a scheme of its own, as :Z64:
}

// begin is the head ^GFA,count,total,row, of a picture.
func (h *hexPicture) begin(bytesOfRow int) {
	*h = hexPicture{failed: bytesOfRow <= 0 || bytesOfRow > stride, row: h.row[:0], before: h.before[:0]}
	h.wide = max(1, min(bytesOfRow, stride)) * 2
}

// take takes one character, and returns a row once that is whole.
func (h *hexPicture) take(b byte) (row []byte) {
	switch {
	case h.failed:
	case b >= 'G' && b <= 'Y':
		h.times += int(b-'G') + 1
	case b >= 'g' && b <= 'z':
		h.times += 20 * (int(b-'g') + 1)
	case isHex(b):
		for range max(h.times, 1) {
			if len(h.row) < h.wide {
				h.row = append(h.row, hexValue(b))
			}
		}
		h.times = 0
	case b == ',':
		h.fill(0)
	case b == '!':
		h.fill(0xF)
	case b == ':' && len(h.row) == 0:
		h.row = append(h.row, h.before...)
		h.failed = len(h.row) == 0
	}
	if len(h.row) < h.wide {
		return nil
	}
	h.before = append(h.before[:0], h.row...)
	h.row = h.row[:0]
	row = make([]byte, h.wide/2)
	for i := range row {
		row[i] = h.before[2*i]<<4 | h.before[2*i+1]
	}
	return row
}

// fill fills the row with a digit.
func (h *hexPicture) fill(digit byte) {
	h.row = append(h.row, bytes.Repeat([]byte{digit}, h.wide-len(h.row))...)
}
