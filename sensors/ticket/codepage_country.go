package ticket

import "strings"

// replaced are the characters of ASCII that ESC R n replaces, and countries what by,
// as Epson's manual lists them under "international character sets".
const replaced = "#$@[\\]^`{|}~"

var countries = func() (t [18][]rune) {
	for n, set := range []string{
		replaced,       // USA
		"#$à°ç§^`éùè¨", // France
		"#$§ÄÖÜ^`äöüß", // Germany
		"£$@[\\]^`{|}~",
		"#$@ÆØÅ^`æøå~",  // Denmark
		"#¤ÉÄÖÅÜéäöåü",  // Sweden
		"#$@°\\é^ùàòèì", // Italy
		"₧$@¡Ñ¿^`¨ñ}~",  // Spain
		"#$@[¥]^`{|}~",  // Japan
		"#¤ÉÆØÅÜéæøåü",  // Norway
		"#$ÉÆØÅÜéæøåü",  // Denmark II
		"#$á¡Ñ¿é`íñóú",  // Spain II
		"#$á¡Ñ¿éüíñóú",  // Latin America
		"#$@[₩]^`{|}~",  // Korea
		"#$ŽŠĐĆČžšđćč",  // Slovenia, Croatia
		"#¥@[\\]^`{|}~", // China
		"#₫@[\\]^`{|}~", // Vietnam
		replaced,        // Arabia
	} {
		t[n] = []rune(set)
	}
	return t
}()

// The countries whose printers are built with another set than the USA's.
const (
	japan = 8
	korea = 13
)

// country is the set that printers of a shop with this charset begin with.
func (c *charset) country() uint8 {
	switch c.name {
	case "shift-jis":
		return japan
	case "cp949":
		return korea
	}
	return 0
}

// inCountry is what ASCII character b prints as.
func inCountry(n uint8, b byte) rune {
	if n == 0 || int(n) >= len(countries) {
		return rune(b)
	}
	if i := strings.IndexByte(replaced, b); i >= 0 {
		return countries[n][i]
	}
	return rune(b)
}
