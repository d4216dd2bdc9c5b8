package scale

import "bytes"

// Ohaus standard output.
//
//	host   49 50 0D 0A                      "IP": the weight now, stable or not
//	scale        1.234 kg ?    G CR LF      right-justified weight, unit, "?" if
//	                                        unstable, legend: G gross, N or NET net, T tare
//	scale  ES CR LF                         command not understood
//
// A line that begins with a digit has lost its beginning: the weight is padded. No
// checksum.
//
// Source: Ohaus standard output format, Ranger and Defender manuals.
var ohaus = Dialect{
	Name: "ohaus", About: "Ohaus Ranger, Defender, Valor (asked with IP)",
	Mode: Mode{9600, 8, 'N', 1},
	Poll: []byte("IP\r\n"), Every: pollEvery, Quiet: answerQuiet,
	Split: lines, Parse: parseOhaus,
}

func parseOhaus(text []byte) (Reading, error) {
	text, _ = printable(text)
	if string(text) == "ES" {
		return Reading{Fault: "the scale did not understand the command"}, nil
	}
	if len(text) == 0 || isDigit(text[0]) || text[0] == '.' {
		return Reading{}, errShape
	}
	var r Reading
	rest, err := r.weighText(text)
	if err != nil {
		return Reading{}, err
	}
	stable := true
	for _, word := range bytes.Fields(rest) {
		switch string(word) {
		case "?":
			stable = false
		case "G", "B":
		case "N", "NET":
			r.Net = true
		case "T", "PT":
			r.Tare, r.OfTare = true, true
		default:
			return Reading{}, errRest
		}
	}
	r.flag(stable)
	return r, nil
}
