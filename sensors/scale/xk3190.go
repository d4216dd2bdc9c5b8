package scale

import "bytes"

// XK3190 (耀华 Yaohua) A9, A23, A26, DS3 indicators, streaming. Kilograms, and no
// stability flag; several programs take the checksum for one.
//
// Format tF=0:
//
//	02 sign d6 dp XORhi XORlo 03     12 bytes: 02 2B 30 30 32 30 30 30 32 31 42 03 = +20.00
//
// dp is the number of digits after the point. The checksum is the XOR of bytes 2-9
// as two characters: a nibble up to 9 is sent +30h, above +37h.
//
// Format 1, "=" and the digits in reverse, the sign at the end: =000.3000 is 3.000.
// Format 2, "=" and the digits as they are: =0003.000. Neither has an end or a
// checksum, and no frame tells which of the two it is: the setting must.
//
// Sources: XK3190-A9 manual; njzscloud table of formats.
var (
	xk3190TF0 = Dialect{
		Name: "xk3190-tf0", About: "耀华 XK3190-A9, A23, A26, DS3, format tF=0",
		Mode:  Mode{9600, 8, 'N', 1},
		Quiet: streamQuiet,
		Split: fixed("\x02", 12, okTF0, ""), Parse: parseTF0,
	}
	xk3190EQ = Dialect{
		Name: "xk3190-eq", About: "耀华 XK3190, format 1: = and the digits reversed",
		Also:  []string{"xk3190-tf2-eq"},
		Mode:  Mode{9600, 8, 'N', 1},
		Quiet: streamQuiet,
		Split: fixed("=", 9, okEQ, ""), Parse: parseEQ(true),
	}
	xk3190EQ2 = Dialect{
		Name: "xk3190-eq2", About: "耀华 XK3190, format 2: = and the digits in order",
		Mode:  Mode{9600, 8, 'N', 1},
		Quiet: streamQuiet,
		Split: fixed("=", 9, okEQ, ""), Parse: parseEQ(false),
	}
)

func okTF0(frame []byte) bool {
	if frame[1] != '+' && frame[1] != '-' || frame[11] != etx {
		return false
	}
	for _, c := range frame[2:9] {
		if !isDigit(c) {
			return false
		}
	}
	return true
}

func parseTF0(frame []byte) (Reading, error) {
	if sum := xor(frame[1:9]); frame[9] != hexDigit(sum>>4) || frame[10] != hexDigit(sum&0x0F) {
		return Reading{}, errChecksum
	}
	var r Reading
	err := r.weighDigits(frame[2:8], frame[1] == '-', int(frame[8]-'0'), kilogram)
	return r, err
}

func hexDigit(nibble byte) byte { return "0123456789ABCDEF"[nibble] }

func okEQ(frame []byte) bool {
	for _, c := range frame[1:] {
		if !isDigit(c) && c != '.' && c != '-' {
			return false
		}
	}
	return true
}

func parseEQ(reversed bool) func([]byte) (Reading, error) {
	return func(frame []byte) (Reading, error) {
		text := bytes.Clone(frame[1:])
		if reversed {
			for i, c := range frame[1:] {
				text[len(text)-1-i] = c
			}
		}
		d, rest, err := number(text)
		if err != nil {
			return Reading{}, err
		}
		if len(rest) > 0 {
			return Reading{}, errNumber
		}
		var r Reading
		err = r.weigh(d, kilogram)
		return r, err
	}
}
