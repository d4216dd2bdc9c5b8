package device

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"github.com/warthog618/go-gpiocdev/uapi"
)

// encodeEdge writes an edge as the kernel does.
func encodeEdge(e uapi.LineEvent) []byte {
	var b bytes.Buffer
	binary.Write(&b, binary.NativeEndian, e)
	return b.Bytes()
}

func TestDecodeEdges(t *testing.T) {
	if n := unsafe.Sizeof(uapi.LineEvent{}); n != eventSize {
		t.Fatalf("an event has %d bytes", n)
	}
	one := encodeEdge(uapi.LineEvent{Timestamp: 1e9, ID: uapi.LineEventRisingEdge, Offset: 17, Seqno: 4, LineSeqno: 2})
	two := encodeEdge(uapi.LineEvent{Timestamp: 2e9, ID: uapi.LineEventFallingEdge, Offset: 27, Seqno: 5, LineSeqno: 3})
	odd := encodeEdge(uapi.LineEvent{ID: 3})
	a := kernelEdge{at: time.Second, level: true, offset: 17, seq: 4, lineSeq: 2}
	b := kernelEdge{at: 2 * time.Second, level: false, offset: 27, seq: 5, lineSeq: 3}
	for name, c := range map[string]struct {
		bytes []byte
		want  []kernelEdge
		err   string
	}{
		"none":         {nil, []kernelEdge{}, ""},
		"one":          {one, []kernelEdge{a}, ""},
		"two":          {append(bytes.Clone(one), two...), []kernelEdge{a, b}, ""},
		"one and some": {append(bytes.Clone(one), two[:13]...), []kernelEdge{a}, "13 bytes of an edge"},
		"some":         {one[:47], []kernelEdge{}, "47 bytes of an edge"},
		"odd":          {append(bytes.Clone(one), odd...), []kernelEdge{a}, "of kind 3"},
	} {
		got, err := decodeEdges(c.bytes)
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(kernelEdge{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: error %v, want %q", name, err, c.err)
		}
	}
}

// Whatever the bytes, wherever they lie: the whole edges before the first that is
// odd, each as it was written.
func FuzzDecodeEdges(f *testing.F) {
	one := encodeEdge(uapi.LineEvent{Timestamp: 1e9, ID: 1, Offset: 17, Seqno: 4, LineSeqno: 2})
	two := encodeEdge(uapi.LineEvent{Timestamp: 1<<64 - 1, ID: 2, Offset: 1<<32 - 1, Seqno: 1<<32 - 1, LineSeqno: 1<<32 - 1})
	f.Add([]byte{}, 0)
	f.Add(append(bytes.Clone(one), two...), 1)
	f.Add(two[:20], 7)
	f.Fuzz(func(t *testing.T, b []byte, shift int) {
		shifted := append(make([]byte, uint(shift)%8), b...)[uint(shift)%8:]
		edges, err := decodeEdges(shifted)
		if len(edges) > len(b)/eventSize || err == nil && len(edges)*eventSize != len(b) {
			t.Fatalf("%d edges of %d bytes, error %v", len(edges), len(b), err)
		}
		for i, e := range edges {
			id := uapi.LineEventFallingEdge
			if e.level {
				id = uapi.LineEventRisingEdge
			}
			want := b[i*eventSize:][:24]
			if got := encodeEdge(uapi.LineEvent{
				Timestamp: uint64(e.at), ID: id, Offset: uint32(e.offset), Seqno: e.seq, LineSeqno: e.lineSeq,
			})[:24]; !bytes.Equal(got, want) {
				t.Fatalf("edge %d is %x, want %x", i, got, want)
			}
		}
	})
}
