package scale

import "bytes"

// Dibal EPOS/TISA counter scales.
//
//	host   39 38 price5 XOR 0D 0A           "98", a unit price of 00000, checksum "1"
//	scale  39 39 st w5 st amount6 XOR 0D 0A "99", status, grams, status, amount
//
// XOR is that of all characters before it. A status other than 0 means that there
// is no weight. The scale answers when it is stable.
//
// Sources: Dibal EPOS/TISA protocol; a sample by sbzsystems, and rkeeper's rule for
// the checksum, which fits it.
var dibalEPOS = Dialect{
	Name: "dibal-epos", About: "Dibal counter scales, EPOS/TISA protocol (asked with 98)",
	Mode: Mode{9600, 8, 'N', 1},
	Poll: []byte("98000001\r\n"), Every: 2 * pollEvery, Quiet: 6 * answerQuiet,
	Split: lines, Parse: parseDibal,
}

const dibalLine = 16

func parseDibal(text []byte) (Reading, error) {
	if len(text) < dibalLine {
		return Reading{}, errShape
	}
	text = text[len(text)-dibalLine:]
	if !bytes.HasPrefix(text, []byte("99")) {
		return Reading{}, errShape
	}
	if xor(text[:dibalLine-1]) != text[dibalLine-1] {
		return Reading{}, errChecksum
	}
	var r Reading
	if text[2] != '0' || text[8] != '0' {
		r.flag(false)
		return r, nil
	}
	if err := r.weighDigits(text[3:8], false, 0, gram); err != nil {
		return Reading{}, err
	}
	r.flag(true)
	return r, nil
}
