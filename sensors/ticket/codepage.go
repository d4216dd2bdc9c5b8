package ticket

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/transform"
)

// A charset reads characters from bytes.
type charset struct {
	name string
	// wide says that its characters of several bytes take two columns.
	wide bool
	// decode reads the character at the start of p, whose first byte is 80 or more.
	// It uses one byte where there is none, so that damage ends at the next ASCII
	// character; ok is false then.
	decode func(p []byte) (r rune, size int, ok bool)
	// common says that r is a character that a shop would print. Nil: all are.
	common func(p []byte) bool
}

// The names of the charsets that the code refers to.
const (
	utf8Name    = "utf8"
	gbName      = "gb18030"
	cp437Name   = "cp437"
	defaultName = gbName
	capitals    = "tcvn3-capitals"
)

var charsets = func() map[string]*charset {
	m := map[string]*charset{
		utf8Name:    {name: utf8Name, decode: decodeUTF8},
		gbName:      double(gbName, simplifiedchinese.GB18030, commonGB),
		"big5":      double("big5", traditionalchinese.Big5, commonBig5),
		"shift-jis": double("shift-jis", japanese.ShiftJIS, commonShiftJIS),
		"cp949":     double("cp949", korean.EUCKR, commonKorean),
	}
	for name, cm := range map[string]*charmap.Charmap{
		cp437Name: charmap.CodePage437, "cp850": charmap.CodePage850, "cp852": charmap.CodePage852,
		"cp855": charmap.CodePage855, "cp858": charmap.CodePage858, "cp860": charmap.CodePage860,
		"cp862": charmap.CodePage862, "cp863": charmap.CodePage863, "cp865": charmap.CodePage865,
		"cp866": charmap.CodePage866, "cp874": charmap.Windows874, "cp1250": charmap.Windows1250,
		"cp1251": charmap.Windows1251, "cp1252": charmap.Windows1252, "cp1253": charmap.Windows1253,
		"cp1254": charmap.Windows1254, "cp1255": charmap.Windows1255, "cp1256": charmap.Windows1256,
		"cp1257": charmap.Windows1257, "cp1258": charmap.Windows1258, "iso8859-1": charmap.ISO8859_1,
		"iso8859-2": charmap.ISO8859_2, "iso8859-7": charmap.ISO8859_7, "iso8859-15": charmap.ISO8859_15,
	} {
		m[name] = &charset{name: name, decode: func(p []byte) (rune, int, bool) {
			r := cm.DecodeByte(p[0])
			return r, 1, r != utf8.RuneError
		}}
	}
	for name, half := range upperHalves {
		m[name] = single(name, half)
	}
	for name, half := range thaiPages() {
		m[name] = single(name, half)
	}
	// TCVN 3 has a second page with the same codes, where all letters are capitals.
	m[capitals] = single(capitals, strings.ToUpper(upperHalves["tcvn3"]))
	return m
}()

// noCharset is a code page that nobody here has a table for.
var noCharset = &charset{name: "unknown", decode: func([]byte) (rune, int, bool) { return utf8.RuneError, 1, false }}

// jis is JIS X 0208 in seven bits, as FS C 0 asks for on Japanese models.
var jis = func() *charset {
	dec := japanese.EUCJP.NewDecoder()
	return &charset{name: "jis", wide: true, decode: func(p []byte) (rune, int, bool) {
		switch {
		case p[0] >= utf8.RuneSelf:
			return utf8.RuneError, 1, false
		case len(p) < 2 || p[0] < 0x21 || p[0] > 0x7E || p[1] < 0x21 || p[1] > 0x7E:
			return rune(p[0]), 1, true
		}
		return transformed(dec, []byte{p[0] | 0x80, p[1] | 0x80})
	}}
}()

// single is a charset of one byte a character, with its upper half.
func single(name, half string) *charset {
	runes := []rune(half)
	return &charset{name: name, decode: func(p []byte) (rune, int, bool) {
		r := runes[p[0]-0x80]
		return r, 1, r != utf8.RuneError
	}}
}

// double is a charset of two bytes (or four) a character.
func double(name string, e encoding.Encoding, common func([]byte) bool) *charset {
	dec := e.NewDecoder() // has no state in any of these
	return &charset{name: name, wide: true, common: common, decode: func(p []byte) (rune, int, bool) {
		if r := shiftJISKana(name, p[0]); r != 0 {
			return r, 1, true
		}
		for _, n := range []int{2, 4} {
			if len(p) < n {
				break
			}
			if r, size, ok := transformed(dec, p[:n]); ok && size == n {
				return r, n, true
			}
		}
		size := badSize(name, p)
		if name == gbName && size == 2 {
			return ownGB(p), size, false
		}
		return utf8.RuneError, size, false
	}}
}

// ownGB is where GB 18030 has the characters that users draw themselves: nobody
// knows what they look like, but two of them are not the same.
func ownGB(p []byte) rune {
	const perRow, perOddRow = 94, 96
	row, cell := rune(p[0]), rune(p[1])
	switch {
	case cell >= 0xA1 && row >= 0xAA && row <= 0xAF:
		return 0xE000 + (row-0xAA)*perRow + cell - 0xA1
	case cell >= 0xA1 && row >= 0xF8 && row <= 0xFE:
		return 0xE234 + (row-0xF8)*perRow + cell - 0xA1
	case cell < 0xA1 && row >= 0xA1 && row <= 0xA7:
		if cell > 0x7F {
			cell--
		}
		return 0xE4C6 + (row-0xA1)*perOddRow + cell - 0x40
	}
	return utf8.RuneError
}

// shiftJISKana is the half-width katakana of one byte, else 0.
func shiftJISKana(name string, b byte) rune {
	if name == "shift-jis" && b >= 0xA1 && b <= 0xDF {
		return rune(b) + 0xFF61 - 0xA1
	}
	return 0
}

// badSize is how many bytes go where there is no character: two for a pair that is
// well-formed and not assigned, else one.
func badSize(name string, p []byte) int {
	if len(p) < 2 || p[0] < 0x81 || p[0] == 0xFF || p[1] < 0x40 || p[1] == 0x7F || p[1] == 0xFF {
		return 1
	}
	if name == "big5" && p[1] > 0x7F && p[1] < 0xA1 || name == "cp949" && p[1] < 0x41 {
		return 1
	}
	return 2
}

// transformed is what d makes of all of p.
func transformed(d *encoding.Decoder, p []byte) (r rune, size int, ok bool) {
	var b [8]byte
	n, used, err := d.Transform(b[:], p, true)
	if err != nil && err != transform.ErrShortDst || n == 0 {
		return utf8.RuneError, 1, false
	}
	r, size = utf8.DecodeRune(b[:n])
	return r, used, r != utf8.RuneError && size == n
}

func decodeUTF8(p []byte) (rune, int, bool) {
	r, n := utf8.DecodeRune(p)
	return r, n, r != utf8.RuneError || n > 1
}

// commonGB: symbols and the first level of GB 2312, the 3,755 characters of
// everyday text. UTF-8 read as GB 18030 is mostly of the second level.
func commonGB(p []byte) bool {
	return len(p) == 2 && p[1] >= 0xA1 && (p[0] >= 0xB0 && p[0] <= 0xD7 || p[0] >= 0xA1 && p[0] <= 0xA9)
}

// commonBig5: symbols and the first level of Big5.
func commonBig5(p []byte) bool { return p[0] >= 0xA1 && p[0] <= 0xC6 }

// commonShiftJIS: kana, symbols and the first level of JIS X 0208.
func commonShiftJIS(p []byte) bool { return p[0] >= 0x81 && p[0] <= 0x98 || len(p) == 1 }

// commonKorean: symbols and the syllables of KS X 1001.
func commonKorean(p []byte) bool { return p[0] >= 0xA1 && p[0] <= 0xC8 && len(p) == 2 && p[1] >= 0xA1 }

// epsonPages is what ESC t n means on an Epson TM printer.
var epsonPages = map[int]string{
	0: "cp437", 1: "katakana", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 11: "cp851", 12: "cp853",
	13: "cp857", 14: "cp737", 15: "iso8859-7", 16: "cp1252", 17: "cp866", 18: "cp852", 19: "cp858",
	20: "thai42", 21: "thai11", 22: "thai13", 23: "thai14", 24: "thai16", 26: "thai18", 30: "tcvn3", 31: capitals, 32: "cp720", 33: "cp775", 34: "cp855", 35: "cp861", 36: "cp862",
	37: "cp864", 38: "cp869", 39: "iso8859-2", 40: "iso8859-15", 41: "cp1098", 42: "cp774", 43: "cp772",
	44: "cp1125", 45: "cp1250", 46: "cp1251", 47: "cp1253", 48: "cp1254", 49: "cp1255",
	50: "cp1256", 51: "cp1257", 52: "cp1258", 53: "kz1048",
}

// starPages is what ESC GS t n means on a Star printer in Line Mode.
var starPages = map[int]string{
	0: "cp437", 1: "cp437", 2: "katakana", 3: "cp437", 4: "cp858", 5: "cp852", 6: "cp860",
	7: "cp861", 8: "cp863", 9: "cp865", 10: "cp866", 11: "cp855", 12: "cp857", 13: "cp862",
	14: "cp864", 15: "cp737", 16: "cp851", 17: "cp869", 19: "cp772", 20: "cp774", 21: "cp874",
	32: "cp1252", 33: "cp1250", 34: "cp1251", 128: utf8Name,
}

// Encodings returns the names that [Options] takes, sorted.
func Encodings() []string {
	var names []string
	for name := range charsets {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// charsetOf is the charset of a name in letters of any case, nil where there is none.
func charsetOf(name string) *charset { return charsets[strings.ToLower(name)] }

// ValidEncoding says what is wrong with an encoding's name, and which there are.
func ValidEncoding(name string) error {
	if charsetOf(name) != nil {
		return nil
	}
	return fmt.Errorf("no encoding %q; there are %s", name, strings.Join(Encodings(), ", "))
}
