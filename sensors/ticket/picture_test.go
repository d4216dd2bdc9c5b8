package ticket

import (
	"bytes"
	"fmt"
	"image"
	"strings"
	"testing"
)

// le is a number in two bytes, the low one first.
func le(n int) string { return string([]byte{byte(n), byte(n >> 8)}) }

// ways are how drivers print one picture. All of them give the same dots.
var ways = map[string]func(img *image.Gray) string{
	"GS v 0, whole": func(img *image.Gray) string {
		return "\x1B@\x1Dv0\x00" + le(img.Rect.Dx()/8) + le(img.Rect.Dy()) + string(inRows(img, 0, img.Rect.Dy())) + "\x1DV0"
	},
	"GS v 0, bands": func(img *image.Gray) string {
		return "\x1B@" + banded(img, func(y int) string {
			return "\x1Dv0\x00" + le(img.Rect.Dx()/8) + le(24) + string(inRows(img, y, 24))
		}) + "\x1DV0"
	},
	"GS v 0, bands and a feed of just that": func(img *image.Gray) string {
		return "\x1B@" + banded(img, func(y int) string {
			return "\x1Dv0\x00" + le(img.Rect.Dx()/8) + le(24) + string(inRows(img, y, 24)) + "\x1BJ\x18"
		}) + "\x1DV0"
	},
	"ESC * 33": func(img *image.Gray) string {
		return "\x1B@\x1B3\x18" + banded(img, func(y int) string {
			return "\x1B*\x21" + le(img.Rect.Dx()) + string(inColumns(img, y, 24)) + "\n"
		}) + "\x1DV0"
	},
	"ESC * 33 in two halves": func(img *image.Gray) string {
		half := img.Rect.Dx() / 2
		return "\x1B@" + banded(img, func(y int) string {
			b := string(inColumns(img, y, 24))
			return "\x1B*\x21" + le(half) + b[:3*half] + "\x1B*\x21" + le(img.Rect.Dx()-half) + b[3*half:] + "\x1BJ\x18"
		}) + "\x1DV0"
	},
	"GS ( L": func(img *image.Gray) string {
		return "\x1B@" + banded(img, func(y int) string {
			b := "0p0\x01\x011" + le(img.Rect.Dx()) + le(24) + string(inRows(img, y, 24))
			return "\x1D(L" + le(len(b)) + b + "\x1D(L\x02\x00\x30\x32"
		}) + "\x1DV0"
	},
	"GS 8 L": func(img *image.Gray) string {
		b := "0p0\x01\x011" + le(img.Rect.Dx()) + le(img.Rect.Dy()) + string(inRows(img, 0, img.Rect.Dy()))
		return "\x1B@\x1D8L" + le(len(b)) + le(len(b)>>16) + b + "\x1D(L\x02\x00\x30\x32\x1DV0"
	},
	"GS 8 L, columns": func(img *image.Gray) string {
		b := "0q0\x01\x011" + le(img.Rect.Dx()) + le(img.Rect.Dy()) + string(inColumns(img, 0, img.Rect.Dy()))
		return "\x1B@\x1D8L" + le(len(b)) + le(len(b)>>16) + b + "\x1D(L\x02\x00\x30\x32\x1DV0"
	},
	"GS *": func(img *image.Gray) string {
		return "\x1B@" + banded(img, func(y int) string {
			return "\x1D*" + string([]byte{byte(img.Rect.Dx() / 8), 3}) + string(inColumns(img, y, 24)) + "\x1D/\x00"
		}) + "\x1DV0"
	},
	"Star raster mode": func(img *image.Gray) string {
		return "\x1B@\x1B*rA" + strings.Join(rowwise(img, "b"), "") + "\x1B*rB\x1Bd\x02"
	},
	"Star ESC GS S": func(img *image.Gray) string {
		return "\x1B@\x1B\x1DS\x01" + le(img.Rect.Dx()/8) + le(img.Rect.Dy()) + "\x00" + string(inRows(img, 0, img.Rect.Dy())) + "\x1Bd\x02"
	},
	"Star ESC X": func(img *image.Gray) string {
		return "\x1B@\x1B\x1Da\x00" + banded(img, func(y int) string {
			return "\x1BX" + le(img.Rect.Dx()) + string(inColumns(img, y, 24)) + "\x1BJ\x0C"
		}) + "\x1Bd\x02"
	},
	"TSPL": func(img *image.Gray) string {
		b := inRows(img, 0, img.Rect.Dy())
		for i := range b {
			b[i] = ^b[i]
		}
		return fmt.Sprintf("SIZE 72 mm,60 mm\r\nCLS\r\nBITMAP 0,0,%d,%d,0,%s\r\nPRINT 1,1\r\n", img.Rect.Dx()/8, img.Rect.Dy(), b)
	},
	"CPCL": func(img *image.Gray) string {
		return fmt.Sprintf("! 0 200 200 400 1\r\nCG %d %d 0 0 %s\r\nPRINT\r\n", img.Rect.Dx()/8, img.Rect.Dy(), inRows(img, 0, img.Rect.Dy()))
	},
	"ZPL, hex": func(img *image.Gray) string {
		b := inRows(img, 0, img.Rect.Dy())
		return fmt.Sprintf("^XA^FO0,0^GFA,%d,%d,%d,%X^FS^XZ", len(b), len(b), img.Rect.Dx()/8, b)
	},
	"ZPL, short hex": func(img *image.Gray) string {
		b := inRows(img, 0, img.Rect.Dy())
		return fmt.Sprintf("^XA^FO0,0^GFA,%d,%d,%d,%s^FS^XZ", len(b), len(b), img.Rect.Dx()/8, shortHex(b, img.Rect.Dx()/8))
	},
	"ZPL, bytes": func(img *image.Gray) string {
		b := inRows(img, 0, img.Rect.Dy())
		return fmt.Sprintf("^XA^FO0,0^GFB,%d,%d,%d,%s^FS^XZ", len(b), len(b), img.Rect.Dx()/8, b)
	},
}

// banded joins what make gives for each 24 rows.
func banded(img *image.Gray, make func(y int) string) string {
	var b strings.Builder
	for y := 0; y < img.Rect.Dy(); y += 24 {
		b.WriteString(make(y))
	}
	return b.String()
}

func rowwise(img *image.Gray, command string) (rows []string) {
	for y := range img.Rect.Dy() {
		rows = append(rows, command+le(img.Rect.Dx()/8)+string(inRows(img, y, 1)))
	}
	return rows
}

// shortHex is hex as ^GFA may have it: ! and , fill a row, : repeats the one before,
// and a letter says how often the next digit stands.
func shortHex(b []byte, wide int) string {
	var out strings.Builder
	before := ""
	for i := 0; i < len(b); i += wide {
		row := fmt.Sprintf("%X", b[i:i+wide])
		switch text := strings.TrimRight(row, "0"); {
		case row == before:
			out.WriteString(":")
		case len(row)-len(text) > 1:
			out.WriteString(repeats(text) + ",")
		default:
			out.WriteString(repeats(row))
		}
		before = row
	}
	return out.String()
}

// repeats writes runs of digits with G for one, up to Y for 19, and g for 20, up to z
// for 400, before them.
func repeats(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); {
		n := 1
		for i+n < len(s) && s[i+n] == s[i] && n < 419 {
			n++
		}
		if m := n / 20; m > 0 {
			out.WriteByte('f' + byte(m))
		}
		if m := n % 20; m > 0 && n > 1 {
			out.WriteByte('F' + byte(m))
		}
		out.WriteByte(s[i])
		i += n
	}
	return out.String()
}

const latinSlip = `        ORDER #42
        Dine in   Table 7
--------------------------------
2x Cheeseburger
   no onion
   extra cheese
1x Pad Thai
--------------------------------
Note: no peanuts, allergy
`

// seeing is a decoder that keeps pictures.
func seeing() Options { return Options{Reader: &Reader{}} }

// TestPicture: what each way of printing a picture gives is the picture.
func TestPicture(t *testing.T) {
	img := drawn(t, latinSlip)
	high := (img.Rect.Dy() + 23) / 24 * 24
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			stream := []byte(way(img))
			for _, next := range []func() int{whole, bytewise} {
				slips := played(stream, next, seeing())
				if len(slips) != 1 || slips[0].Picture == nil || len(slips[0].Lines) > 0 {
					t.Fatalf("got %+v, want one slip with a picture alone", slips)
				}
				p := slips[0].Picture
				if p.wide != img.Rect.Dx() || p.high < img.Rect.Dy() || p.high > high {
					t.Fatalf("it is %d by %d dots, want %d by %d", p.wide, p.high, img.Rect.Dx(), img.Rect.Dy())
				}
				for y := range p.high {
					for x := range p.wide {
						if got, want := p.rows[y*stride+x/8]<<(x%8)&0x80 != 0, black(img, x, y); got != want {
							t.Fatalf("the dot at %d,%d is black: %v, want %v", x, y, got, want)
						}
					}
				}
			}
		})
	}
}

// played decodes a stream in chunks.
func played(stream []byte, next func() int, o Options) (slips []Slip) {
	d := newConnection(o)
	for len(stream) > 0 {
		n := min(next(), len(stream))
		slips = append(slips, d.Write(stream[:n])...)
		stream = stream[n:]
	}
	return append(slips, d.Close()...)
}

// TestPictureUnwanted: pictures are kept where they are read, of slips without text,
// and within the bounds. They are counted always.
func TestPictureUnwanted(t *testing.T) {
	img := drawn(t, latinSlip)
	band := "\x1Dv0\x00" + le(img.Rect.Dx()/8) + le(24) + string(inRows(img, 0, 24))
	wide := "\x1Dv0\x00" + le(maxWide/8+1) + le(1) + strings.Repeat("\xFF", maxWide/8+1)
	for name, c := range map[string]struct {
		stream string
		o      Options
	}{
		"nobody reads":  {band + "\x1DV0", Options{}},
		"text and logo": {band + "Order 7\n1x Tea\n\x1DV0", seeing()},
		"too wide":      {band + wide + "\x1DV0", seeing()},
		"too long":      {strings.Repeat(band, maxHigh/24+1) + "\x1DV0", seeing()},
		"no dots":       {"\x1Dv0\x00" + le(0) + le(9) + "\x1DV0", seeing()},
	} {
		slips := played([]byte("\x1B@"+c.stream), whole, c.o)
		if len(slips) != 1 || !slips[0].Raster || slips[0].Picture != nil {
			t.Errorf("%s: got %d slips, want one with a picture that is not kept", name, len(slips))
		}
	}
}

// TestPictureAgain: a picture that is printed again has the same fingerprint, and
// another one another.
func TestPictureAgain(t *testing.T) {
	one, other := drawn(t, latinSlip), drawn(t, strings.Replace(latinSlip, "42", "43", 1))
	print := func(img *image.Gray) uint64 {
		return Parse(played([]byte(ways["ESC * 33"](img)), whole, seeing())[0], seeing()).Print
	}
	if a, b, c := print(one), print(one), print(other); a == 0 || a != b || a == c {
		t.Errorf("the fingerprints are %x, %x and %x, want two alike and another", a, b, c)
	}
}

// TestPGM: the picture as a file is twice as large, white around, black inside and
// grey between; one that is very long is not enlarged.
func TestPGM(t *testing.T) {
	slips := played([]byte("\x1B@\x1Dv0\x00\x01\x00\x02\x00\xC0\x80\x1DV0"), whole, seeing())
	file, scale := slips[0].Picture.PGM()
	head, dots, _ := bytes.Cut(file, []byte("255\n"))
	const wide, high = 2 * (8 + 2*border), 2 * (2 + 2*border)
	if string(head) != fmt.Sprintf("P5\n%d %d\n", wide, high) || scale != 2 || len(dots) != wide*high {
		t.Fatalf("got %q and %d dots, enlarged %d times", head, len(dots), scale)
	}
	for at, want := range map[image.Point]byte{
		{0, 0}: 255, {2 * border, 2*border - 1}: 255 * 13 / 16, {2*border + 1, 2 * border}: 255 * 4 / 16,
		{2*border + 1, 2*border + 1}: 255 / 16, {2*border + 9, 2 * border}: 255,
	} {
		if got := dots[at.Y*wide+at.X]; got != want {
			t.Errorf("the dot at %v is %d, want %d", at, got, want)
		}
	}
	long := &Picture{rows: make([]byte, maxHigh*stride), wide: maxWide, high: maxHigh}
	if file, scale := long.PGM(); scale != 1 || len(file) > enlarged {
		t.Errorf("a long one has %d bytes, enlarged %d times", len(file), scale)
	}
}
