package rig

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net"
	"testing"
	"time"
)

// blank is a card of a few sectors.
func blank(lies bool) *Card {
	return &Card{lies: lies, flash: make([]byte, 64*sector), cache: map[int64][sector]byte{}, flushing: make(chan struct{})}
}

// What was flushed survives, of the rest a part that the seed decides.
func TestCard(t *testing.T) {
	full := bytes.Repeat([]byte{7}, 64*sector)
	lost := 0
	for seed := range uint64(20) {
		c := blank(false)
		if err := c.write(full[:32*sector], 0); err != nil {
			t.Fatal(err)
		}
		c.flush()
		if err := c.write(full[:32*sector], 32*sector); err != nil {
			t.Fatal(err)
		}
		got, err := c.read(0, 64*sector)
		if err != nil || !bytes.Equal(got, full) {
			t.Errorf("before the cut it does not read what was written: %v", err)
		}
		l := c.forget(rand.New(rand.NewPCG(seed, 0)))
		if l.Kept+l.Lost != 32 || l.Flushes != 1 {
			t.Errorf("the cut says %+v", l)
		}
		got, err = c.read(0, 64*sector)
		if err != nil || !bytes.Equal(got[:32*sector], full[:32*sector]) {
			t.Errorf("what was flushed is lost: %v", err)
		}
		if kept := bytes.Count(got[32*sector:], full[:sector]); kept != l.Kept {
			t.Errorf("%d sectors survived, and the cut says %d", kept, l.Kept)
		}
		lost += l.Lost
	}
	if lost == 0 || lost == 20*32 {
		t.Errorf("%d of %d sectors were lost", lost, 20*32)
	}
	liar := blank(true)
	liar.write(full, 0)
	liar.flush()
	if l := liar.forget(rand.New(rand.NewPCG(1, 0))); l.Lost == 0 {
		t.Error("a card that lies lost nothing")
	}
	if c := blank(false); c.write(full[:sector], 64*sector) == nil || c.write(full[:sector], -sector) == nil || c.write(full[:7], 0) == nil {
		t.Error("it takes what is beyond its end, or half a sector")
	}
}

// wireBytes are what a client sends: the handshake, then requests.
func wireBytes(values ...any) []byte {
	b := binary.BigEndian.AppendUint32(nil, 3)
	b = binary.BigEndian.AppendUint64(b, nbdOption)
	b = append(b, 0, 0, 0, optGo, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0)
	for _, v := range values {
		b, _ = binary.Append(b, binary.BigEndian, v)
	}
	return b
}

func nbdAsk(kind uint16, at int64, n uint32) []byte {
	return wireBytes(uint32(nbdRequest), uint16(0), kind, uint64(1), at, n)[4+8+8+6:]
}

// A card survives whatever is sent to it, and hangs up when that ends.
func FuzzCard(f *testing.F) {
	f.Add(wireBytes(nbdAsk(cmdWrite, 0, sector), make([]byte, sector), nbdAsk(cmdRead, 0, sector), nbdAsk(cmdFlush, 0, 0), nbdAsk(cmdDisconnect, 0, 0)))
	f.Add(wireBytes(nbdAsk(cmdRead, 1<<62, sector), nbdAsk(9, 0, 0)))
	f.Add([]byte("GET / HTTP/1.0\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		ours, theirs := net.Pipe()
		ended := make(chan struct{})
		go func() { defer close(ended); blank(false).serve(theirs) }()
		go func() { ours.SetWriteDeadline(time.Now().Add(time.Second)); ours.Write(b); ours.Close() }()
		io.Copy(io.Discard, ours)
		<-ended
	})
}
