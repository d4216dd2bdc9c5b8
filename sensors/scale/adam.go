package scale

import (
	"bytes"
	"time"
)

// Adam Equipment AZextra and CPWplus.
//
//	host   50 0D 0A                   "P" (AZextra), "G" (CPWplus: gross)
//	scale      1.234 kg CR LF         AZextra, only when stable
//	scale  G/W   +  2.00 kg CR LF     CPWplus; N/W net, T/W the tare
//
// An AZextra beeps, or stays silent, when asked again for the same weight: Odoo asks
// each 5 s, and so do we. No checksum.
//
// Sources: Odoo hw_drivers AdamEquipment; AZextra and CPWplus manuals.
var (
	adam = Dialect{
		Name: "adam", About: "Adam AZextra (asked with P)",
		Also: []string{"adam-azextra"},
		Mode: Mode{4800, 8, 'N', 1},
		Poll: []byte("P\r\n"), Every: 5 * time.Second,
		Split: lines, Parse: parseAdam,
	}
	adamCPW = Dialect{
		Name: "adam-cpwplus", About: "Adam CPWplus (asked with G)",
		Mode: Mode{9600, 8, 'N', 1},
		Poll: []byte("G\r\n"), Every: 2 * pollEvery, Quiet: answerQuiet,
		Split: lines, Parse: parseAdam,
	}
)

func parseAdam(text []byte) (Reading, error) {
	text, torn := printable(text)
	torn = torn && len(text) > 0 && (isDigit(text[0]) || text[0] == '.')
	text = bytes.TrimSpace(text)
	var r Reading
	headed := len(text) > 3 && text[1] == '/' && text[2] == 'W'
	if headed {
		switch text[0] {
		case 'G':
		case 'N':
			r.Net = true
		case 'T':
			r.Tare, r.OfTare = true, true
		default:
			return Reading{}, errShape
		}
		text = text[3:]
	} else if torn {
		return Reading{}, errShape // the first digits may be missing
	}
	rest, err := r.weighText(text)
	if err != nil {
		return Reading{}, err
	}
	if len(rest) > 0 {
		return Reading{}, errRest
	}
	if !headed {
		r.flag(true)
	}
	return r, nil
}
