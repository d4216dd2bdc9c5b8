package scale

import (
	"bufio"
	"time"
)

// Dialect is a protocol that scales speak. It is pure: it holds no state and
// reads no clock.
type Dialect struct {
	// Name is what the configuration calls it, About what it is, for people.
	Name, About string
	// Also holds further names that [Lookup] knows it by.
	Also []string
	// Mode is how the serial line is usually set. It is zero for what is not a
	// serial line (USB HID).
	Mode Mode
	// Poll asks for a weight, each Every. It is nil if the scale talks unasked.
	Poll  []byte
	Every time.Duration
	// Quiet is how long a working scale can be silent: longer is a fault. 0 means
	// that it may be silent for ever, as one that sends only when stable.
	Quiet time.Duration
	// Binary says that all 8 bits of a byte count. Otherwise the top bit is
	// cleared, so that a 7E1 scale can be read through a port set to 8N1.
	Binary bool
	// Split finds the next frame and skips noise. What it decides depends on the
	// bytes up to the end of that frame alone, never on how they were cut into
	// reads, and it needs no more than [maxFrame] of them.
	Split bufio.SplitFunc
	// Parse reads one frame that Split has found, and keeps nothing of it. Its error
	// says why the frame is to be dropped.
	Parse func(frame []byte) (Reading, error)
	// Answer, if not nil, gives what to send back upon a frame, if anything. done
	// says that the frame was only part of the handshake and holds no reading.
	Answer func(frame []byte) (reply []byte, done bool)
}

// The pace of a scale that is asked. Two to five times a second is enough for a
// shelf, and a scale that was asked answers within a few character times
// (reference: Odoo asks a Toledo twice a second).
const (
	pollEvery   = 250 * time.Millisecond
	answerQuiet = 5 * time.Second
	streamQuiet = 5 * time.Second // streams send at least once a second
)

// Control characters of the older protocols.
const (
	nul = 0x00
	soh = 0x01
	stx = 0x02
	etx = 0x03
	eot = 0x04
	enq = 0x05
	ack = 0x06
	lf  = 0x0A
	cr  = 0x0D
	dc1 = 0x11
	nak = 0x15
)
