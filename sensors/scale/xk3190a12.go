package scale

import "bytes"

// XK3190-A12(E) and A12+ (耀华 Yaohua) platform scales, streaming lines without a
// stability flag.
//
//	A12(E)  W G 004.139 k g X X CR LF   15 bytes: G gross or N net, 7 characters, and
//	                                    the XOR of the 11 bytes before as two hex digits
//	        nine spaces, OL or LO       over and under
//	A12+    w w 000.000 k g CR LF       ww gross, wn net, wt tare
//
// Sources: XK3190-A12(E) and A12+ manuals.
var (
	xk3190A12E = Dialect{
		Name: "xk3190-a12e", About: "耀华 XK3190-A12(E) platform scales",
		Mode:  Mode{9600, 8, 'N', 1},
		Quiet: streamQuiet,
		Split: lines, Parse: parseA12E,
	}
	xk3190A12Plus = Dialect{
		Name: "xk3190-a12plus", About: "耀华 XK3190-A12+ platform scales",
		Mode:  Mode{9600, 8, 'N', 1},
		Quiet: streamQuiet,
		Split: lines, Parse: parseA12Plus,
	}
)

const a12Body = 11 // what the checksum of the A12(E) covers

func parseA12E(text []byte) (Reading, error) {
	switch string(bytes.TrimSpace(text)) {
	case "OL":
		return Reading{Over: true}, nil
	case "LO":
		return Reading{Under: true}, nil
	}
	if len(text) < a12Body+2 {
		return Reading{}, errShape
	}
	text = text[len(text)-a12Body-2:]
	body, sum := text[:a12Body], xor(text[:a12Body])
	if text[a12Body] != hexDigit(sum>>4) || text[a12Body+1] != hexDigit(sum&0x0F) {
		return Reading{}, errChecksum
	}
	switch string(bytes.TrimSpace(body)) {
	case "OL":
		return Reading{Over: true}, nil
	case "LO":
		return Reading{Under: true}, nil
	}
	if body[0] != 'W' || body[1] != 'G' && body[1] != 'N' {
		return Reading{}, errShape
	}
	r := Reading{Net: body[1] == 'N'}
	rest, err := r.weighText(body[2:])
	if err != nil {
		return Reading{}, err
	}
	if len(rest) > 0 {
		return Reading{}, errRest
	}
	return r, nil
}

// a12PlusLine is how long a line of the A12+ is; a sign may take a digit's place.
const a12PlusLine = 11

func parseA12Plus(text []byte) (Reading, error) {
	if len(text) < a12PlusLine {
		return Reading{}, errShape
	}
	text = text[len(text)-a12PlusLine:]
	var r Reading
	switch string(text[:2]) {
	case "ww":
	case "wn":
		r.Net = true
	case "wt":
		r.Tare, r.OfTare = true, true
	default:
		return Reading{}, errShape
	}
	rest, err := r.weighText(text[2:])
	if err != nil {
		return Reading{}, err
	}
	if len(rest) > 0 {
		return Reading{}, errRest
	}
	return r, nil
}
