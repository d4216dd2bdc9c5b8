package ticket

import (
	"testing"
	"unicode/utf8"
)

// TestPages looks at single characters of the pages that golang.org/x/text lacks: where
// one is at its place, so are its neighbours.
func TestPages(t *testing.T) {
	for name, half := range upperHalves {
		if n := utf8.RuneCountInString(half); n != 128 {
			t.Errorf("%s has %d characters", name, n)
		}
	}
	for name, half := range thaiPages() {
		if n := utf8.RuneCountInString(half); n != 128 {
			t.Errorf("%s has %d characters", name, n)
		}
	}
	for _, c := range []struct {
		page int
		code byte
		want rune
	}{
		{20, 0x8B, '█'}, {20, 0x99, '๙'}, {20, 0xA1, 'ก'}, {20, 0xCB, 'ฮ'}, {20, 0xD6, 'ฯ'}, {20, 0xE4, '\u0e4c'}, {20, 0xFF, utf8.RuneError},
		{21, 0x9F, '┤'}, {21, 0xD3, 'ำ'}, {21, 0xDF, '฿'}, {21, 0xDE, '┼'}, {21, 0xFE, 'ไ'},
		{22, 0xFB, '๛'}, {22, 0xFF, '↓'}, {23, 0x8B, '█'}, {23, 0xFA, '๛'}, {23, 0xFF, 'ไ'},
		{24, 0x8F, '↓'}, {24, 0x91, 'ใ'}, {24, 0xEE, 'ไ'}, {24, 0xF9, '๙'}, {26, 0x91, 'า'}, {26, 0xA1, 'ก'},
		{41, 0x82, '،'}, {41, 0xB0, '░'}, {41, 0xDB, '█'}, {41, 0xFE, '■'}, {41, 0x80, utf8.RuneError},
		{33, 0xB5, 'Ą'}, {14, 0x80, 'Α'}, {13, 0x98, 'İ'}, {32, 0xF3, '\u064d'},
	} {
		set := charsetOf(epsonPages[c.page])
		if set == nil {
			t.Fatalf("no page %d", c.page)
		}
		if r, n, ok := set.decode([]byte{c.code}); r != c.want || n != 1 || ok != (r != utf8.RuneError) {
			t.Errorf("page %d, %02X: got %q, want %q", c.page, c.code, r, c.want)
		}
	}
}
