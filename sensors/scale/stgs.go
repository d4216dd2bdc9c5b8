package scale

import (
	"bytes"
)

// Lines of text with a header, as most platform and bench scales stream them.
//
//	ST,GS,+   1.234kg CR LF            generic: Brecknell S122, Gram, Vector VI-200, Bison, Kern, Dini
//	ST,+0001.234  kg CR LF             A&D
//	ST,GS, id lamp ,   1.234 kg CR LF  CAS CI-150A, CI-600D: 22 bytes
//
// First header: ST stable, US unstable, OL over (under with a minus), UL under, QT
// stable and counting. Second: GS gross, NT net, TR or TA the tare itself. The CAS
// frame has two binary bytes: the indicator's number and a lamp byte (b6 stable,
// b1 tare, b0 zero; b5 differs by model and is not looked at). Dini writes a comma
// before the unit. There is no checksum, so a line that is not wholly understood
// is dropped, and so is one without a unit.
//
// Sources: CAS CI-150A and CI-600D manuals; A&D, Brecknell, Gram Z-FOC, Vector
// VI-200, Dini format tables.
var (
	stGs = Dialect{
		Name: "st-gs", About: "lines ST,GS,+ 1.234kg: CAS CI, Brecknell, Gram, Kern, Dini, most platform scales",
		Also:  []string{"stgs-generic", "cas-22"},
		Mode:  Mode{9600, 8, 'N', 1},
		Split: splitStGs, Parse: parseStGs,
	}
	and = Dialect{
		Name: "and", About: "A&D: lines ST,+0001.234  kg, asked with Q or streaming",
		Mode: Mode{2400, 7, 'E', 1},
		Poll: []byte("Q\r\n"), Every: pollEvery, Quiet: answerQuiet,
		Split: splitStGs, Parse: parseStGs,
	}
)

// casHead is how long the CAS header is, up to the comma after the lamp byte, and
// casLine its line without CR LF.
const (
	casHead = 9
	casLine = 20
)

func splitStGs(data []byte, last bool) (int, []byte, error) {
	if len(data) < 6 || data[2] != ',' || data[5] != ',' || indexAny(data[:6], "\r\n") >= 0 {
		return line(data, 0)
	}
	if len(data) < casHead && !last {
		return 0, nil, nil
	}
	if len(data) >= casHead && data[casHead-1] == ',' {
		return line(data, casHead) // a CR or LF before that is a number or a lamp
	}
	return line(data, 0)
}

func parseStGs(text []byte) (Reading, error) {
	at := stGsHeader(text)
	if at < 0 {
		return Reading{}, errShape
	}
	text = text[at:]
	var r Reading
	status, rest := string(text[:2]), text[3:]
	if len(rest) >= 3 && rest[2] == ',' && isLetter(rest[0]) {
		switch string(rest[:2]) {
		case "GS":
		case "NT":
			r.Net = true
		case "TR", "TA":
			r.Tare, r.OfTare = true, true
		default:
			return Reading{}, errShape
		}
		rest = rest[3:]
	}
	if len(text) == casLine && text[casHead-1] == ',' {
		r.Tare = r.Tare || text[casHead-2]&0x02 != 0
		rest = text[casHead:]
	}
	switch status {
	case "OL":
		r.flag(false)
		r.Motion = false
		r.Under = bytes.HasPrefix(bytes.TrimLeft(rest, " "), []byte("-"))
		r.Over = !r.Under
		return r, nil
	case "UL":
		r.flag(false)
		r.Motion, r.Under = false, true
		return r, nil
	}
	rest, err := r.weighText(rest)
	if err != nil {
		return Reading{}, err
	}
	if len(bytes.TrimRight(rest, " ")) > 0 {
		return Reading{}, errRest
	}
	r.flag(status != "US")
	return r, nil
}

// stGsHeader returns where the last first header in text begins, and -1 without
// one: what stands before it is noise or the rest of a torn line.
func stGsHeader(text []byte) int {
	for i := len(text) - 3; i >= 0; i-- {
		if text[i+2] != ',' {
			continue
		}
		switch string(text[i : i+2]) {
		case "ST", "US", "OL", "UL", "QT":
			return i
		}
	}
	return -1
}
