// Command ntp is a time server of which a machine without a network can learn that its
// clock is right: it tells the time that the machine has (SNTP, RFC 4330).
package main

import (
	"encoding/binary"
	"log"
	"net"
	"time"
)

func main() {
	c, err := net.ListenPacket("udp", "127.0.0.1:123")
	if err != nil {
		log.Fatal(err)
	}
	for b := make([]byte, 512); ; {
		n, from, err := c.ReadFrom(b)
		if err != nil {
			log.Fatal(err)
		}
		if n < 48 {
			continue
		}
		if _, err := c.WriteTo(answer(b[:48], time.Now()), from); err != nil {
			log.Print(err)
		}
	}
}

// answer answers a question that came now.
func answer(question []byte, now time.Time) []byte {
	a := make([]byte, 48)
	a[0] = 0<<6 | 4<<3 | 4 // no leap second, version 4, a server
	a[1] = 1               // stratum 1: it asks nobody
	a[2], a[3] = 6, 0xec   // asked every 64 s, exact to 1 µs
	copy(a[12:], "LOCL")
	stamp(a[16:], now)
	copy(a[24:], question[40:48]) // the asker's time
	stamp(a[32:], now)
	stamp(a[40:], now)
	return a
}

// stamp writes seconds since 1900 and their fraction.
func stamp(b []byte, t time.Time) {
	const from1900to1970 = 2208988800
	binary.BigEndian.PutUint32(b, uint32(t.Unix()+from1900to1970))
	binary.BigEndian.PutUint32(b[4:], uint32(uint64(t.Nanosecond())<<32/1e9))
}
