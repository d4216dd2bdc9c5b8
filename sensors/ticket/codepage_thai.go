package ticket

import (
	"strings"
	"unicode/utf8"
)

// Epson's Thai pages. Thai 11, 13, 14, 16 and 18 are TIS-620 (the letters at A1 to FB) with
// something of their own around it: lines and arrows, and second shapes of vowels and tone
// marks, which are the same characters set elsewhere. Thai 42 is the older KU42. The
// arrangement is that of Epson's character code tables as the printers show them (the
// measurements of github.com/NielsLeenheer/CodepageEncoder, which agree with TIS-620);
// shapes that those do not name stay undecodable. Thai 17 is in no source.

// tis620 are the characters at A1 to FB.
const tis620 = "กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรฤลฦวศษสหฬอฮฯะ\u0e31าำ\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e3a" +
	"\ufffd\ufffd\ufffd\ufffd฿เแโใไๅๆ\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e4d\u0e4e๏๐๑๒๓๔๕๖๗๘๙๚๛"

// thaiOwn is what each page has besides, or instead: a code and the characters from it on.
var thaiOwn = map[string]map[byte]string{
	"thai11": {0x99: "┌┐└┘│├┤", 0xDB: "─┴┬┼", 0xFB: "\u0e4aโใไ"},
	"thai13": {0xDB: "ร", 0xDE: "เ", 0xFC: "←↑→↓"},
	"thai14": {0x80: thaiLines, 0x90: "รา", 0x93: "ะ", 0x9F: "เ", 0xFA: "๛\ufffd", 0xFF: "ไ"},
	"thai16": {0x80: thaiLines + thaiArrows + "โใ", 0x93: "ะ", 0x9F: "เ", 0xEE: "ไ", 0xFA: "๛\ufffd"},
	"thai18": {0x80: thaiLines + thaiArrows + "รา", 0x93: "ะ", 0x9F: "เ", 0xEE: "ไ", 0xFA: "๛\ufffd"},
}

const (
	thaiLines  = "┌┐└┘│─├┤┴┬┼█"
	thaiArrows = "←↑→↓"

	// thai42 is KU42, from 80 on; what it lacks at its end is undecodable.
	thai42 = thaiLines + thaiArrows + "๐๑๒๓๔๕๖๗๘๙ฃฅราไเ" +
		"\u00a0กขคฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรฤลวศษสหฬอฮะฦาำเแโใไๆฯ\u0e38\u0e39\u0e34\u0e35\u0e36\u0e37\u0e4a\u0e4d\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c"
)

// thaiPages are the upper halves of the Thai pages by name.
func thaiPages() map[string]string {
	pages := map[string]string{"thai42": thai42 + strings.Repeat("\ufffd", 0x80-utf8.RuneCountInString(thai42))}
	for name, own := range thaiOwn {
		half := []rune(strings.Repeat("\ufffd", 0x20) + "\u00a0" + tis620 + strings.Repeat("\ufffd", 4))
		for at, s := range own {
			copy(half[at-0x80:], []rune(s))
		}
		pages[name] = string(half)
	}
	return pages
}
