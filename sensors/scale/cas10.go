package scale

// CAS 10-byte format of the CI indicators, streaming.
//
//	1.234 CR LF     eight characters, right-justified, kilograms
//
// No flags, no unit, no checksum; the length is all that tells a whole line from a
// torn one.
//
// Source: CAS CI-150A and CI-600D manuals.
var cas10 = Dialect{
	Name: "cas-10", About: "CAS CI indicators, 10-byte format, showing kg",
	Mode:  Mode{9600, 8, 'N', 1},
	Quiet: streamQuiet,
	Split: lines, Parse: parseCAS10,
}

func parseCAS10(text []byte) (Reading, error) {
	text, _ = printable(text)
	if len(text) != 8 {
		return Reading{}, errShape
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
