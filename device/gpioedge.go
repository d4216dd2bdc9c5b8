package device

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	"periph.io/x/conn/v3/gpio"
)

// Edge is one edge of a line. It is an alias of a plain struct, so that others can
// take it without importing this package.
type Edge = struct {
	// Level is the level after the edge.
	Level gpio.Level
	// Up is CLOCK_BOOTTIME at the edge: of a line that the kernel debounces, when it
	// came to rest.
	Up time.Duration
	// Gap says that edges before this one were lost.
	Gap bool
}

// kernelEdge is an edge as the kernel tells it.
type kernelEdge struct {
	at      time.Duration // CLOCK_MONOTONIC
	level   gpio.Level
	offset  int
	seq     uint32 // counts the edges of the request, from 1
	lineSeq uint32 // counts those of the line
}

// eventSize is the size of struct gpio_v2_line_event: u64 timestamp_ns, u32 id
// (1 rising, 2 falling), u32 offset, u32 seqno, u32 line_seqno, u32 padding[6], all
// in the machine's byte order.
// Source: https://docs.kernel.org/userspace-api/gpio/gpio-v2-line-event-read.html
const eventSize = 48

// decodeEdges reads the edges in b. The kernel hands out whole ones; anything else
// is an error, told after the whole ones.
func decodeEdges(b []byte) ([]kernelEdge, error) {
	edges := make([]kernelEdge, 0, len(b)/eventSize)
	for ; len(b) >= eventSize; b = b[eventSize:] {
		id := uapi.LineEventID(binary.NativeEndian.Uint32(b[8:]))
		if id != uapi.LineEventRisingEdge && id != uapi.LineEventFallingEdge {
			return edges, fmt.Errorf("the kernel tells of an edge of kind %d", id)
		}
		edges = append(edges, kernelEdge{
			at:      time.Duration(binary.NativeEndian.Uint64(b)),
			level:   id == uapi.LineEventRisingEdge,
			offset:  int(binary.NativeEndian.Uint32(b[12:])),
			seq:     binary.NativeEndian.Uint32(b[16:]),
			lineSeq: binary.NativeEndian.Uint32(b[20:]),
		})
	}
	if len(b) > 0 {
		return edges, fmt.Errorf("the kernel tells of %d bytes of an edge", len(b))
	}
	return edges, nil
}
