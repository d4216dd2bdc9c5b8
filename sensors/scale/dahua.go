package scale

// 大华 (Dahua) ACS-A and ACS-15A, 爱华 ACS-P215: streams.
//
//	0D w5 0A     five characters, grams; spaces are zeros: 0D 20 30 30 34 36 0A = 46 g
//
// No stability flag: the scale can be set to send only when stable. No checksum.
// The frame names no sign either, so below zero it cannot be read.
//
// Sources: two independent point of sale programs (wyc DhSerialScale,
// manfenjiayuan AHScaleHelper).
var dahuaACS = Dialect{
	Name: "dahua-acs", About: "大华 ACS-A, ACS-15A, 爱华 ACS-P215, streaming grams",
	Mode:  Mode{9600, 8, 'N', 1},
	Split: fixed("\r", 7, okDahua, ""), Parse: parseDahua,
}

func okDahua(frame []byte) bool {
	for _, c := range frame[1:6] {
		if !isDigit(c) && c != ' ' {
			return false
		}
	}
	return frame[6] == lf
}

func parseDahua(frame []byte) (Reading, error) {
	var r Reading
	if err := r.weighDigits(frame[1:6], false, 0, gram); err != nil {
		return Reading{}, err
	}
	return r, nil
}
