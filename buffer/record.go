package buffer

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"time"

	"readyshelf/kitchen"
)

// A record is an event at rest. All numbers are big-endian.
//
//	 0  u8   version, 1
//	 1  u8   clock quality: index in qualities; 16 times the class: index in classes
//	 2  i16  offset of the zone from UTC, minutes east
//	 4  u32  CRC-32C (Castagnoli) of the key and of the record without this field
//	 8  u32  boot
//	12  i64  up, nanoseconds
//	20  i64  at, seconds since 1970
//	28  u32  at, nanoseconds
//	32  …    the event as JSON, without what key and header say already
//
// Stamp and class are in the header so that making room need not parse JSON, and
// because the stamp would be a third of the bytes of a press.
const (
	recordVersion = 1
	headerSize    = 32
	keySize       = 8
)

const (
	// maxRecord bounds one record. The longest slip in the corpus is 3 KiB as JSON.
	maxRecord = 64 << 10
	// salvageReserve is how much less a fact may have, so that it can be wrapped into a
	// Salvaged when its log is damaged.
	salvageReserve = 512
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// qualities maps the header's byte to a quality. New ones are appended.
var qualities = [...]kitchen.ClockQuality{"", kitchen.Unknown, kitchen.Estimated, kitchen.Synced}

// classes maps the header's byte to a class. New ones are appended.
var classes = [...]kitchen.Class{
	"", kitchen.ClassForecast, kitchen.ClassTelemetry, kitchen.ClassOrder,
	kitchen.ClassStaff, kitchen.ClassTicket, kitchen.ClassLog,
}

// Why a record does not decode.
var (
	errCRC     = errors.New("checksum does not match")
	errShort   = errors.New("record is too short")
	errVersion = errors.New("record has an unknown version")
	errHeader  = errors.New("record header is not valid")
)

// record is one event, ready to be put.
type record struct {
	key, value []byte
}

func (r record) size() int { return len(r.key) + len(r.value) }

// payload is the JSON of an event without its stamp and seq: the fields here
// hide those of the event, and are never set.
type payload struct {
	*kitchen.Event
	Seq   *struct{} `json:"seq,omitempty"`
	Boot  *struct{} `json:"boot,omitempty"`
	Up    *struct{} `json:"up,omitempty"`
	At    *struct{} `json:"at,omitempty"`
	Clock *struct{} `json:"clock,omitempty"`
}

func key(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

// seqOf returns the seq that a key says, and 0 for what is not a key.
func seqOf(key []byte) uint64 {
	if len(key) != keySize {
		return 0
	}
	return binary.BigEndian.Uint64(key)
}

// encode returns the record of e under e.Seq.
func encode(e kitchen.Event) (record, error) {
	quality := slices.Index(qualities[:], e.Clock)
	if quality < 0 {
		return record{}, fmt.Errorf("encode event %d: unknown clock quality %q", e.Seq, e.Clock)
	}
	body, err := json.Marshal(payload{Event: &e})
	if err != nil {
		return record{}, fmt.Errorf("encode event %d: %w", e.Seq, err)
	}
	limit := maxRecord - headerSize
	if e.Salvaged == nil {
		limit -= salvageReserve
	}
	if len(body) > limit {
		return record{}, fmt.Errorf("encode event %d: %w: %d bytes, at most %d", e.Seq, ErrTooLarge, len(body), limit)
	}
	_, offset := e.At.Zone()
	v := make([]byte, headerSize, headerSize+len(body))
	v[0], v[1] = recordVersion, byte(quality|max(slices.Index(classes[:], e.Class()), 0)<<4)
	binary.BigEndian.PutUint16(v[2:], uint16(int16(offset/60)))
	binary.BigEndian.PutUint32(v[8:], e.Boot)
	binary.BigEndian.PutUint64(v[12:], uint64(e.Up))
	binary.BigEndian.PutUint64(v[20:], uint64(e.At.Unix()))
	binary.BigEndian.PutUint32(v[28:], uint32(e.At.Nanosecond()))
	v = append(v, body...)
	k := key(e.Seq)
	binary.BigEndian.PutUint32(v[4:], checksum(k, v))
	return record{k, v}, nil
}

func checksum(key, value []byte) uint32 {
	c := crc32.Update(0, castagnoli, key)
	c = crc32.Update(c, castagnoli, value[:4])
	return crc32.Update(c, castagnoli, value[8:])
}

// decode returns the event of a record. What it returns does not alias value.
func decode(key, value []byte) (kitchen.Event, error) {
	stamp, err := decodeStamp(key, value)
	if err != nil {
		return kitchen.Event{}, err
	}
	var e kitchen.Event
	if err := json.Unmarshal(value[headerSize:], &payload{Event: &e}); err != nil {
		return kitchen.Event{}, fmt.Errorf("event %d: %w", seqOf(key), err)
	}
	e.Seq, e.Stamp = seqOf(key), stamp
	return e, nil
}

// decodeStamp verifies a record and returns its stamp alone.
func decodeStamp(key, v []byte) (kitchen.Stamp, error) {
	switch {
	case len(key) != keySize || len(v) < headerSize:
		return kitchen.Stamp{}, errShort
	case v[0] != recordVersion:
		return kitchen.Stamp{}, fmt.Errorf("%w: %d", errVersion, v[0])
	case binary.BigEndian.Uint32(v[4:]) != checksum(key, v):
		return kitchen.Stamp{}, errCRC
	case int(v[1]&15) >= len(qualities) || int(v[1]>>4) >= len(classes) || binary.BigEndian.Uint32(v[28:]) >= 1e9:
		return kitchen.Stamp{}, errHeader
	}
	at := time.Unix(int64(binary.BigEndian.Uint64(v[20:])), int64(binary.BigEndian.Uint32(v[28:])))
	return kitchen.Stamp{
		Boot:  binary.BigEndian.Uint32(v[8:]),
		Up:    time.Duration(binary.BigEndian.Uint64(v[12:])),
		At:    inZone(at, 60*int(int16(binary.BigEndian.Uint16(v[2:])))),
		Clock: qualities[v[1]&15],
	}, nil
}

// classOf returns the class that a record says it is of, unverified; none where it
// says none.
func classOf(v []byte) kitchen.Class {
	if len(v) < headerSize || int(v[1]>>4) >= len(classes) {
		return ""
	}
	return classes[v[1]>>4]
}

// inZone shows t at an offset, in seconds, from UTC: as [time.Parse] does, in
// the local zone where that has this offset then.
func inZone(t time.Time, offset int) time.Time {
	if offset == 0 {
		return t.UTC()
	}
	if _, local := t.Local().Zone(); local == offset {
		return t.Local()
	}
	return t.In(time.FixedZone("", offset))
}
