package scale

// Toledo do Brasil Prix, protocol P05.
//
//	host   05                ENQ
//	scale  02 c5 03          five digits, grams, when stable; else five times one letter:
//	                         I unstable, N negative, S over
//
// 9600 or 4800 baud, as set at the scale. No checksum.
//
// Source: Prix P05 manual, by way of the tests of Unitec ToledoScaleParser.
var toledoBR = Dialect{
	Name: "toledo-br-p05", About: "Toledo do Brasil Prix, protocol P05 (asked with ENQ)",
	Mode: Mode{9600, 8, 'N', 1},
	Poll: []byte{enq}, Every: pollEvery, Quiet: answerQuiet,
	Split: fixed("\x02", 7, okP05, ""), Parse: parseP05,
}

func okP05(frame []byte) bool {
	letter := frame[1] == 'I' || frame[1] == 'N' || frame[1] == 'S'
	for _, c := range frame[1:6] {
		if letter && c != frame[1] || !letter && !isDigit(c) {
			return false
		}
	}
	return frame[6] == etx
}

func parseP05(frame []byte) (Reading, error) {
	var r Reading
	switch frame[1] {
	case 'I', 'N', 'S':
		r.flag(frame[1] != 'I')
		r.Under, r.Over = frame[1] == 'N', frame[1] == 'S'
		return r, nil
	}
	if err := r.weighDigits(frame[1:6], false, 0, gram); err != nil {
		return Reading{}, err
	}
	r.flag(true)
	return r, nil
}
