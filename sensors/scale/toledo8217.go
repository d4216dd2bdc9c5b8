package scale

import "bytes"

// Toledo 8217, and the Avery/NCI "ECR" form of it (CAS PD-II type 2, Sharp ER).
//
//	host   57                       "W", no CR
//	scale  02 weight [4E] 0D        weight "01.234" or "001.25"; 4E "N" = net
//	scale  02 3F status 0D          no weight now
//	scale  02 status 0D             the same, as Avery/NCI send it
//
// status: b0 motion, b1 over capacity, b2 under zero, b3 outside the zero capture
// range, b4 centre of zero, b5 net, b6 always 1. Odd bits are parity only. A weight
// is sent only when it is stable. The frame names no unit: toledo8217 is for scales
// that show kilograms, toledo8217-lb for pounds.
//
// Sources: Odoo hw_drivers Toledo8217; Mettler 8217 manual; Sharp UP-3301 manual.
var (
	toledo8217 = Dialect{
		Name: "toledo8217", About: "Toledo 8217 and its many imitations, showing kg (asked with W)",
		Also: []string{"avery-nci-ecr"},
		Mode: Mode{9600, 7, 'E', 1},
		Poll: []byte("W"), Every: pollEvery, Quiet: answerQuiet,
		Split: between(stx, cr, 12), Parse: parse8217(kilogram),
	}
	toledo8217lb = Dialect{
		Name: "toledo8217-lb", About: "Toledo 8217 showing lb",
		Mode: Mode{9600, 7, 'E', 1},
		Poll: []byte("W"), Every: pollEvery, Quiet: answerQuiet,
		Split: between(stx, cr, 12), Parse: parse8217(pound),
	}
)

func parse8217(u unit) func([]byte) (Reading, error) {
	return func(frame []byte) (Reading, error) {
		body := frame[1 : len(frame)-1]
		if len(body) == 1 {
			return status8217(body[0])
		}
		if len(body) == 2 && body[0] == '?' {
			return status8217(body[1])
		}
		var r Reading
		body, r.Net = bytes.CutSuffix(body, []byte("N"))
		d, rest, err := number(body)
		if err != nil {
			return Reading{}, err
		}
		// Fewer digits are a torn frame: every known scale shows five.
		if len(rest) > 0 || len(body) < 5 || d.places == 0 {
			return Reading{}, errShape
		}
		if err := r.weigh(d, u); err != nil {
			return Reading{}, err
		}
		r.flag(true)
		return r, nil
	}
}

func status8217(status byte) (Reading, error) {
	if status&0x40 == 0 {
		return Reading{}, errShape
	}
	if status == 'E' {
		// Either in motion and below zero, or the first half of the answer to the
		// echo test "E" of another host: in no case a weight.
		var r Reading
		r.flag(false)
		return r, nil
	}
	r := Reading{Over: status&0x02 != 0, Under: status&0x04 != 0, Net: status&0x20 != 0}
	r.flag(status&0x01 == 0)
	if status&0x08 != 0 {
		r.Fault = "the scale cannot find its zero: empty it and switch it off and on"
	}
	return r, nil
}
