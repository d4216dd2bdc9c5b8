package scale

// Toledo continuous output, 7 to 20 frames a second; also Wildcat, Fairbanks, Liden
// and the Chinese 8530 family.
//
//	02 SWA SWB SWC w6 t6 0D [CHK]     17 or 18 bytes
//
// SWA b0-2 place the point: 0 XXXX00, 1 XXXXX0, 2 XXXXXX, 3 XXXXX.X, 4 XXXX.XX,
// 5 XXX.XXX and so on. SWB: b0 net, b1 negative, b2 out of range, b3 motion, b4 kg
// (else lb), b5 differs by maker, b6 just switched on. SWC: b0-2 other units (0 as
// SWB says, 1 g, 3 oz), b4 expanded display, b6 tare from the keyboard. w6 is the
// weight, t6 the tare; leading spaces are zeros. CHK is the two's complement of the
// sum of the low 7 bits from STX to CR.
//
// Sources: Wildcat, Fairbanks, Liden, Cardinal, Vector VI-200 manuals.
var toledoContinuous = Dialect{
	Name: "toledo-continuous", About: "Toledo continuous output of weighing indicators",
	Mode:  Mode{9600, 7, 'E', 1},
	Quiet: streamQuiet,
	Split: splitToledoCont, Parse: parseToledoCont,
}

const toledoContFrame = 17

var splitToledo17 = fixed("\x02", toledoContFrame, okToledoCont, "")

// splitToledoCont waits for the byte after the CR: a checksum, or the STX of the
// next frame where the scale sends none. A checksum can be 02 as well, and then a
// second 02 follows.
func splitToledoCont(data []byte, last bool) (int, []byte, error) {
	n, frame, err := splitToledo17(data, last)
	if frame == nil {
		return n, nil, err
	}
	start, next := n-toledoContFrame, data[n:]
	switch {
	case len(next) == 0 && !last:
		return start, nil, nil
	case len(next) == 0:
		return n, frame, nil
	case next[0] != stx:
		return n + 1, data[start : n+1], nil
	case sumToledo(frame) != stx:
		return n, frame, nil
	case len(next) == 1 && !last:
		return start, nil, nil
	case len(next) == 1 || next[1] == stx:
		return n + 1, data[start : n+1], nil
	}
	return n, frame, nil
}

func okToledoCont(frame []byte) bool {
	if frame[16] != cr {
		return false
	}
	for _, c := range frame[4:16] {
		if !isDigit(c) && c != ' ' {
			return false
		}
	}
	return true
}

func sumToledo(frame []byte) (sum byte) {
	for _, c := range frame {
		sum -= c & 0x7F
	}
	return sum & 0x7F
}

func parseToledoCont(frame []byte) (Reading, error) {
	if len(frame) > toledoContFrame && frame[toledoContFrame] != sumToledo(frame[:toledoContFrame]) {
		return Reading{}, errChecksum
	}
	swa, swb, swc := frame[1], frame[2], frame[3]
	r := Reading{Net: swb&0x01 != 0, Tare: swc&0x40 != 0}
	negative, steady := swb&0x02 != 0, swb&0x08 == 0
	if swb&0x04 != 0 {
		r.flag(steady)
		r.Under = negative
		r.Over = !negative
		return r, nil
	}
	u, err := unitToledo(swb, swc)
	if err != nil {
		return Reading{}, err
	}
	places := int(swa&0x07) - 2
	for ; places < 0; places++ {
		u.num *= 10
	}
	if err := r.weighDigits(frame[4:10], negative, places, u); err != nil {
		return Reading{}, err
	}
	r.flag(steady)
	return r, nil
}

func unitToledo(swb, swc byte) (unit, error) {
	switch {
	case swc&0x10 != 0: // ten times finer than SWA says, or not, depending on the maker
		return unit{}, errExpanded
	case swc&0x07 == 0 && swb&0x10 != 0:
		return kilogram, nil
	case swc&0x07 == 0:
		return pound, nil
	case swc&0x07 == 1:
		return gram, nil
	case swc&0x07 == 3:
		return ounce, nil
	}
	return unit{}, errUnit
}
