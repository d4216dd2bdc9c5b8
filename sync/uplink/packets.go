package uplink

import (
	"bufio"
	"encoding/binary"
	"errors"
)

// maxPacket is the longest packet that paho gets, in bytes: there is room for a
// command that is too long, to be told so. paho takes a packet into memory whole,
// and 256 MiB are allowed to whoever sends a command; one that is retained would end
// us at each connection again.
const maxPacket = 256 << 10

// packetReader reads MQTT packets, and leaves out those that are longer than
// maxPacket. A broker sends nothing so long but messages, and what we subscribe to
// comes at QoS 0: it may be lost.
type packetReader struct {
	r       *bufio.Reader
	left    int    // of the present packet
	tooLong func() // told of what was left out; may be nil
}

// A SUBACK answers one subscription, all we ever ask for; paho panics at more.
const (
	suback       = 9
	subackLength = 3
)

var (
	errPacketLength = errors.New("the length of an MQTT packet has 4 bytes at most")
	errSuback       = errors.New("a SUBACK that answers more or less than one subscription")
)

func (p *packetReader) Read(b []byte) (int, error) {
	for p.left == 0 {
		if err := p.next(); err != nil {
			return 0, err
		}
	}
	n, err := p.r.Read(b[:min(len(b), p.left)])
	p.left -= n
	return n, err
}

// next looks at the header of a packet: a type, and the length of what follows in 1 to
// 4 bytes of 7 bits, the low ones first (MQTT 3.1.1 section 2.2).
func (p *packetReader) next() error {
	const longest = 5
	for n := 2; n <= longest; n++ {
		header, err := p.r.Peek(n)
		if err != nil {
			return err
		}
		rest, size := binary.Uvarint(header[1:])
		if size <= 0 {
			continue // there is more of it
		}
		if header[0]>>4 == suback && rest != subackLength {
			return errSuback
		}
		if p.left = n + int(rest); p.left <= maxPacket {
			return nil
		}
		if p.tooLong != nil {
			p.tooLong()
		}
		_, err = p.r.Discard(p.left)
		p.left = 0
		return err
	}
	return errPacketLength
}
