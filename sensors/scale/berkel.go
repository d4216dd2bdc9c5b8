package scale

// Berkel (Avery) counter scales, as the Ohaus Aviator 5000 speaks it.
//
//	host   05                      ENQ
//	scale  06                      ACK: there is a weight; 00 or 15: none now
//	host   11                      DC1
//	scale  02 ID w5 03 BCC         grams; some pages have BCC before the 03
//	host   0D                      accepted
//
// ID: b4 under or over the range, b0-2 the capacity. BCC is the XOR of all bytes but
// STX and ETX. The scale has a weight only when it is stable.
//
// Source: Ohaus Aviator 5000 service manual, p. 37.
var berkel = Dialect{
	Name: "berkel", About: "Berkel and Avery counter scales, Ohaus Aviator (asked with ENQ)",
	Mode: Mode{2400, 7, 'E', 1},
	Poll: []byte{enq}, Every: pollEvery, Quiet: answerQuiet,
	Split: fixed("\x02", 9, okBerkel, "\x00\x06\x15"), Parse: parseBerkel, Answer: answerBerkel,
}

func okBerkel(frame []byte) bool {
	for _, c := range frame[2:7] {
		if !isDigit(c) {
			return false
		}
	}
	return frame[7] == etx || frame[8] == etx
}

// sumBerkel tells whether the checksum holds, wherever it stands.
func sumBerkel(frame []byte) bool {
	sum := xor(frame[1:7])
	return frame[7] == etx && frame[8] == sum || frame[7] == sum && frame[8] == etx
}

func answerBerkel(frame []byte) (reply []byte, done bool) {
	switch {
	case frame[0] == ack:
		return []byte{dc1}, true
	case frame[0] == stx && sumBerkel(frame):
		return []byte{cr}, false
	}
	return nil, false
}

func parseBerkel(frame []byte) (Reading, error) {
	var r Reading
	if len(frame) == 1 {
		r.flag(false)
		return r, nil
	}
	if !sumBerkel(frame) {
		return Reading{}, errChecksum
	}
	if frame[1]&0x10 != 0 {
		r.flag(true)
		r.Over = true // or under: the frame does not say which
		return r, nil
	}
	if err := r.weighDigits(frame[2:7], false, 0, gram); err != nil {
		return Reading{}, err
	}
	r.flag(true)
	return r, nil
}
