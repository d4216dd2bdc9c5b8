package ticket

import (
	"image"
	"image/color"
	"os"
	"strings"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// paperDots is the width of 80 mm paper at 203 dots an inch, as drivers print it.
const paperDots = 576

// hanFont is a font with Chinese characters, where Debian's fonts-noto-cjk has it.
const hanFont = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"

// faceOf is a font of 12 by 24 dots a character, Chinese if it must be.
func faceOf(t testing.TB, text string) font.Face {
	t.Helper()
	data, n := gomono.TTF, 0
	if strings.ContainsFunc(text, isWide) {
		var err error
		if data, err = os.ReadFile(hanFont); err != nil {
			t.Skipf("no Chinese font: %v; sudo apt install fonts-noto-cjk", err)
		}
	}
	fonts, err := opentype.ParseCollection(data)
	if err != nil {
		t.Fatal(err)
	}
	f, err := fonts.Font(n)
	if err != nil {
		t.Fatal(err)
	}
	size := 20.0 // of which a character of Go Mono is 12 wide
	if strings.ContainsFunc(text, isWide) {
		size = 24
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		t.Fatal(err)
	}
	return face
}

// drawn is text as a driver makes a picture of it: a grid of 12 dots a column, 30 a line.
func drawn(t testing.TB, text string) *image.Gray {
	t.Helper()
	face := faceOf(t, text)
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	img := image.NewGray(image.Rect(0, 0, paperDots, 30*len(lines)))
	for i := range img.Pix {
		img.Pix[i] = 0xFF
	}
	d := font.Drawer{Dst: img, Src: image.NewUniform(color.Black), Face: face}
	for i, line := range lines {
		x := 0
		for _, r := range line {
			d.Dot = fixed.P(x, 30*i+23)
			d.DrawString(string(r))
			x += 12
			if isWide(r) {
				x += 12
			}
		}
	}
	return img
}

func black(img *image.Gray, x, y int) bool {
	return image.Pt(x, y).In(img.Rect) && img.GrayAt(x, y).Y < 0x90
}

// inRows are rows of a picture, from y on, as GS v 0 has them.
func inRows(img *image.Gray, y, high int) []byte {
	wide := (img.Rect.Dx() + 7) / 8
	b := make([]byte, wide*high)
	for i := range high {
		for x := range img.Rect.Dx() {
			if black(img, x, y+i) {
				b[i*wide+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return b
}

// inColumns are 24 rows of a picture as columns of three bytes, as ESC * 33 has them.
func inColumns(img *image.Gray, y, high int) []byte {
	var b []byte
	for x := range img.Rect.Dx() {
		for i := 0; i < high; i += 8 {
			v := byte(0)
			for bit := range 8 {
				if black(img, x, y+i+bit) {
					v |= 0x80 >> bit
				}
			}
			b = append(b, v)
		}
	}
	return b
}
