package ticket

import "bytes"

// What a printer answers its host, as a plain TM-T88 does (Epson, "ESC/POS
// Application Programming Guide"; the bits are in TM-T88V's).
//
//	DLE EOT n   one byte 0xx1xx10, at once, wherever it stands in the stream
//	GS a n      automatic status: four bytes now and at each change, the first
//	            0xx1xx00, the others 0xx0xxxx
//	GS I n      who are you: one byte, or "_" text NUL
//	GS r n      sensors: one byte
//	GS ( H      "I have come to here": 37 22, four characters of the host's, NUL

const (
	statusFixed  = 0x12 // bits 1 and 4 of every DLE EOT answer
	bitOffline   = 0x08 // of DLE EOT 1, and of the first byte of GS a
	bitError     = 0x40 // of DLE EOT 2: offline for an error
	bitRecovers  = 0x40 // of DLE EOT 3: one that ends by itself
	asbFixed     = 0x10
	asbRecovers  = 0x40 // of the second byte of GS a
	asbLastFixed = 0x0F
)

// A replier answers the questions in one connection's stream.
type replier struct {
	offline bool
	auto    bool // GS a asked for automatic status
	out     bytes.Buffer
	now     realTimes
}

// realTime takes one byte as it is received, answers, and says whether it belongs to
// a real-time command.
func (r *replier) realTime(b byte) bool {
	n, part := r.now.take(b)
	r.answer(n)
	return part
}

// realTimes finds real-time commands in a stream, byte by byte. A printer acts on
// these even inside the data of another command.
type realTimes struct {
	seq []byte // one under way
}

// take takes the next byte. It says whether that belongs to a real-time command, and
// with the last byte of DLE EOT n it returns n, which is not 0 then.
func (r *realTimes) take(b byte) (n byte, part bool) {
	if len(r.seq) == 0 && b != dle {
		return 0, false
	}
	r.seq = append(r.seq, b)
	if len(r.seq) < 2 {
		return 0, true
	}
	switch length := dleLength(r.seq); {
	case length == unknown:
		r.seq = r.seq[:0]
		return 0, false
	case length == len(r.seq):
		if r.seq[1] == 0x04 {
			n = r.seq[2]
		}
		r.seq = r.seq[:0]
	}
	return n, true
}

// answer is that to DLE EOT n.
func (r *replier) answer(n byte) {
	b := byte(statusFixed)
	if r.offline {
		switch n {
		case 1:
			b |= bitOffline
		case 2:
			b |= bitError
		case 3:
			b |= bitRecovers
		}
	}
	if n >= 1 && n <= 4 {
		r.out.WriteByte(b)
	}
}

// command answers what asks and is no real-time command.
func (r *replier) command(h []byte) {
	switch {
	case len(h) == 2 && h[0] == esc && h[1] == '@':
		r.auto = false
	case len(h) == 2 && h[0] == esc && h[1] == 'v', len(h) == 3 && h[0] == esc && h[1] == 'u':
		r.out.WriteByte(0)
	case len(h) < 3 || h[0] != gs:
	case h[1] == 'a':
		r.auto = h[2] != 0
		r.status()
	case h[1] == 'r' && (h[2] == 1 || h[2] == 2 || h[2] == '1' || h[2] == '2'):
		r.out.WriteByte(0) // paper is there, the drawer is shut
	case h[1] == 'I':
		r.identify(h[2])
	case h[1] == '(' && h[2] == 'H' && len(h) >= 11 && h[5] == '0':
		r.out.Write([]byte{0x37, 0x22})
		r.out.Write(h[7:11])
		r.out.WriteByte(0)
	}
}

// setOffline notes whether jobs are taken, and tells a host that asked for it.
func (r *replier) setOffline(offline bool) {
	if r.offline != offline {
		r.offline = offline
		r.status()
	}
}

// status is the automatic status, if it was asked for.
func (r *replier) status() {
	if !r.auto {
		return
	}
	b := []byte{asbFixed, 0, 0, asbLastFixed}
	if r.offline {
		b[0] |= bitOffline
		b[1] |= asbRecovers
	}
	r.out.Write(b)
}

// identify is the answer to GS I n.
func (r *replier) identify(n byte) {
	switch n {
	case 1, '1':
		r.out.WriteByte(0x20) // the TM-T88 family
	case 2, '2':
		r.out.WriteByte(0x02) // has a cutter
	case 3, '3':
		r.out.WriteByte(0x01) // version
	case 65:
		r.out.WriteString("_1.00\x00") // firmware
	case 66:
		r.out.WriteString("_EPSON\x00") // maker
	case 67:
		r.out.WriteString("_TM-T88V\x00") // model
	case 68:
		r.out.WriteString("_READYSHELF\x00") // serial number
	case 69:
		r.out.WriteString("_\x00") // fonts of further languages
	}
}
