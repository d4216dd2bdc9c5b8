package scale

import "bytes"

// NCI SCP-01 (Weigh-Tronix 6712 and 67xx, Brecknell) and its ECR form.
//
//	host   57 0D
//	scale  0A weight unit 0D 0A hh 0D 03     weight "0001.25", unit "lb", "KG", "oz"
//	scale  0A weight unit 0D 0A 53 hh 0D 03  ECR
//	scale  0A hh 0D 03                       no weight now
//	scale  0A 3F 0D 03                       command not understood
//
// hh is two or more status bytes, each with b4 and b5 set; b6 = one more follows.
// First: b0 motion, b1 at zero, b2 RAM error, b3 EEPROM error. Second: b0 under,
// b1 over, b2 ROM error, b3 calibration error. No checksum.
//
// The 6712 manual says 9600 8N1, those of the ECR form 9600 7E1.
//
// Sources: NCI 6712 manual; NCI ECR manuals.
var (
	nci = Dialect{
		Name: "nci", About: "NCI SCP-01: Weigh-Tronix 67xx, Brecknell (asked with W CR)",
		Also: []string{"nci-scp01"},
		Mode: Mode{9600, 8, 'N', 1},
		Poll: []byte("W\r"), Every: pollEvery, Quiet: answerQuiet,
		Split: splitNCI, Parse: parseNCI,
	}
	nciECR = Dialect{
		Name: "nci-ecr", About: "NCI for cash registers (ECR)",
		Mode: Mode{9600, 7, 'E', 1},
		Poll: []byte("W\r"), Every: pollEvery, Quiet: answerQuiet,
		Split: splitNCI, Parse: parseNCI,
	}
)

// nciFrame is longer than any NCI frame.
const nciFrame = 32

func splitNCI(data []byte, last bool) (int, []byte, error) {
	i := bytes.IndexByte(data, lf)
	if i < 0 {
		return len(data), nil, nil
	}
	frame := data[i:min(len(data), i+nciFrame)]
	e := bytes.IndexByte(frame, etx)
	switch {
	case e >= 0:
		return i + e + 1, frame[:e+1], nil
	case len(frame) == nciFrame:
		return i + 1, nil, nil
	}
	return i, nil, nil
}

func parseNCI(frame []byte) (Reading, error) {
	body, ok := bytes.CutSuffix(frame, []byte{cr, etx})
	if !ok {
		return Reading{}, errShape
	}
	parts := bytes.Split(body, []byte{lf}) // what stands before the last two is noise
	status := parts[len(parts)-1]
	if string(status) == "?" {
		return Reading{Fault: "the scale did not understand the command"}, nil
	}
	var r Reading
	if weight, ok := bytes.CutSuffix(parts[len(parts)-2], []byte{cr}); ok && len(parts) > 2 {
		rest, err := r.weighText(weight)
		if err != nil {
			return Reading{}, err
		}
		if len(rest) > 0 {
			return Reading{}, errRest
		}
	}
	return statusNCI(r, bytes.TrimPrefix(status, []byte("S")))
}

func statusNCI(r Reading, status []byte) (Reading, error) {
	if len(status) < 2 {
		return Reading{}, errShape
	}
	for _, c := range status {
		if c&0x30 != 0x30 {
			return Reading{}, errShape
		}
	}
	r.flag(status[0]&0x01 == 0)
	r.Under, r.Over = status[1]&0x01 != 0, status[1]&0x02 != 0
	if r.Under || r.Over {
		r.drop()
	}
	switch {
	case status[0]&0x0C != 0 || status[1]&0x04 != 0:
		r.Fault = "the scale's memory is faulty: have it repaired"
	case status[1]&0x08 != 0:
		r.Fault = "the scale has lost its calibration: have it calibrated"
	}
	if r.Fault != "" {
		r.drop()
	}
	return r, nil
}
