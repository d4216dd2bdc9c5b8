package scale

// Mettler Toledo MT-SICS; Kern KCP is the same set.
//
//	host   53 49 0D 0A              "SI": the weight now, stable or not
//	scale  S S     100.00 g CR LF   stable
//	scale  S D      99.98 g CR LF   dynamic
//	scale  S + CR LF                overload; S - underload; S I not ready now
//	scale  ES CR LF                 not understood; ET transmission error, EL wrong parameter
//
// No checksum. Kern: poll no faster than each 100 ms.
//
// Source: MT-SICS reference manual, level 0.
var mtSICS = Dialect{
	Name: "mt-sics", About: "Mettler Toledo MT-SICS, Kern KCP (asked with SI)",
	Mode: Mode{9600, 8, 'N', 1},
	Poll: []byte("SI\r\n"), Every: pollEvery, Quiet: answerQuiet,
	Split: lines, Parse: parseSICS,
}

func parseSICS(text []byte) (Reading, error) {
	text, _ = printable(text)
	switch string(text) {
	case "ES", "ET", "EL":
		return Reading{Fault: "the scale did not understand the command"}, nil
	}
	at := sicsHeader(text)
	if at < 0 {
		return Reading{}, errShape
	}
	status, rest := text[at+2], text[at+3:]
	var r Reading
	switch status {
	case '+', '-', 'I':
		r.flag(status != 'I')
		r.Over, r.Under = status == '+', status == '-'
		return r, nil
	}
	rest, err := r.weighText(rest)
	if err != nil {
		return Reading{}, err
	}
	if len(rest) > 0 {
		return Reading{}, errRest
	}
	r.flag(status == 'S')
	return r, nil
}

// sicsHeader returns where the last "S S ", "S D ", or "S +", "S -", "S I" at the
// end begins, and -1 without one.
func sicsHeader(text []byte) int {
	for i := len(text) - 3; i >= 0; i-- {
		if text[i] != 'S' || text[i+1] != ' ' {
			continue
		}
		end := i+3 == len(text)
		switch text[i+2] {
		case 'S', 'D':
			if !end && text[i+3] == ' ' {
				return i
			}
		case '+', '-', 'I':
			if end {
				return i
			}
		}
	}
	return -1
}
