package scale

import (
	"bufio"
	"bytes"
)

// CAS AP, PD, SW-II, ER; Gram; Mertech "CAS-M"; and Pinnacle (顶尖) OS2, which
// streams the same frame.
//
//	host   05                     ENQ
//	scale  06                     ACK
//	host   11                     DC1
//	scale  01 02 STA SIGN w6 UN1 UN2 BCC 03 04 [flags]
//
// STA: S stable, U unstable, F out of range, or not zeroed at start; SIGN: space,
// '-', or F likewise; w6 is "01.235". BCC is the XOR from STA to UN2 (CAS) or of all
// 12 bytes before it (Pinnacle): they differ by 03, and both are accepted. A
// streaming Pinnacle adds a flag byte: b4 zero, b5 tare, b6 out of range. NAK
// instead of ACK means: no weight now.
//
// Sources: CAS AP-1 and SW-II manuals; Gram Z-FOC; Pinnacle OS2CX manual p. 18-19.
var (
	casAP = Dialect{
		Name: "cas-ap", About: "CAS AP, PD, SW-II, Gram, Mertech, Pinnacle OS2 on request (asked with ENQ)",
		Mode: Mode{9600, 8, 'N', 1},
		Poll: []byte{enq}, Every: pollEvery, Quiet: answerQuiet,
		Split: splitCAS, Parse: parseCAS, Answer: answerCAS,
	}
	pinnacleOS2 = Dialect{
		Name: "pinnacle-os2", About: "Pinnacle (顶尖) OS2, OS2X, streaming; on request: cas-ap",
		Mode:  Mode{9600, 8, 'N', 1},
		Quiet: streamQuiet,
		Split: splitOS2, Parse: parseCAS,
	}
)

const casFrame = 15

func okCAS(frame []byte) bool { return frame[13] == etx && frame[14] == eot }

var splitCAS = fixed("\x01\x02", casFrame, okCAS, "\x06\x15")

var splitOS2 = withFlags(fixed("\x01\x02", casFrame, okCAS, ""))

// withFlags lets a frame have the flag byte that may follow it. It waits for one
// byte more than the frame has: the next frame's first, if there are no flags.
func withFlags(split bufio.SplitFunc) bufio.SplitFunc {
	return func(data []byte, last bool) (int, []byte, error) {
		n, frame, err := split(data, last)
		switch {
		case frame == nil:
			return n, nil, err
		case n == len(data) && !last:
			return n - len(frame), nil, err
		case n < len(data) && data[n]&^0x70 == 0:
			return n + 1, data[n-len(frame) : n+1], err
		}
		return n, frame, err
	}
}

func answerCAS(frame []byte) (reply []byte, done bool) {
	if frame[0] == ack {
		return []byte{dc1}, true
	}
	return nil, false
}

func parseCAS(frame []byte) (Reading, error) {
	var r Reading
	if len(frame) < casFrame {
		r.flag(false)
		return r, nil
	}
	if sum := xor(frame[2:12]); frame[12] != sum && frame[12] != sum^0x03 {
		return Reading{}, errChecksum
	}
	status, sign := frame[2], frame[3]
	var flags byte
	if len(frame) > casFrame {
		flags = frame[casFrame]
	}
	r.Tare = flags&0x20 != 0
	if status == 'F' || sign == 'F' || flags&0x40 != 0 {
		r.flag(true)
		r.Under = sign == '-'
		r.Over = !r.Under
		return r, nil
	}
	if status != 'S' && status != 'U' || sign != ' ' && sign != '-' && sign != '+' {
		return Reading{}, errShape
	}
	d, rest, err := number(frame[4:10])
	if err != nil || len(rest) > 0 || d.neg {
		return Reading{}, errNumber
	}
	u, rest, err := unitOf(bytes.TrimSpace(frame[10:12]))
	if err != nil || len(rest) > 0 {
		return Reading{}, errUnit
	}
	d.neg = sign == '-'
	if err := r.weigh(d, u); err != nil {
		return Reading{}, err
	}
	r.flag(status == 'S')
	return r, nil
}
