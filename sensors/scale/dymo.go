package scale

import "encoding/binary"

// DYMO M5, M10, S100 and Stamps.com postal scales: USB HID, usage page 8D.
//
//	03 status unit exp wLo wHi     one report; weight = w * 10^exp
//
// status: 1 fault, 2 zero, 3 motion, 4 stable, 5 under zero (the weight is then
// below it), 6 over, 7 to be calibrated, 8 to be zeroed. unit: 2 g, 3 kg, 11 oz,
// 12 lb. exp is signed. The reports are read from /dev/hidraw*, which has no mode;
// Linux leaves the report number 03 in front. The scale switches itself off.
//
// Sources: HID point of sale usage tables; usbscale.
var dymo = Dialect{
	Name: "dymo-hid", About: "DYMO M5, M10, S100, Stamps.com: USB, /dev/hidraw*",
	Also:   []string{"dymo"},
	Binary: true,
	Split:  fixed("\x03", 6, okDymo, ""), Parse: parseDymo,
}

func okDymo(frame []byte) bool { return frame[1] >= 1 && frame[1] <= 8 }

func parseDymo(frame []byte) (Reading, error) {
	var r Reading
	switch frame[1] {
	case 1:
		r.Fault = "the scale reports a fault"
	case 7:
		r.Fault = "the scale has to be calibrated"
	case 8:
		r.Fault = "the scale has to be zeroed"
	case 6:
		r.Over = true
	default:
		if err := r.weighDymo(frame); err != nil {
			return Reading{}, err
		}
	}
	r.flag(frame[1] == 2 || frame[1] == 4)
	r.Motion = frame[1] == 3
	return r, nil
}

func (r *Reading) weighDymo(frame []byte) error {
	u, ok := map[byte]unit{2: gram, 3: kilogram, 11: ounce, 12: pound}[frame[2]]
	if !ok {
		return errUnit
	}
	exp := int(int8(frame[3]))
	if exp < -9 || exp > 5 {
		return errNumber
	}
	for ; exp > 0; exp-- {
		u.num *= 10
	}
	r.Under = frame[1] == 5
	d := decimal{neg: r.Under, digits: uint64(binary.LittleEndian.Uint16(frame[4:])), places: -exp}
	return r.weigh(d, u)
}
