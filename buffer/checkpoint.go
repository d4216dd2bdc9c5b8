package buffer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"

	"go.etcd.io/bbolt"
)

// checkpoint is the Decider's state after the event seq. It is kept in chunks, each a
// value of the checkpoint bucket, because one large value would need as many free
// pages in a row, which a full file may not have: then nothing could be trimmed
// ever again. A chunk stands for itself, so that a scan of pages can put a
// checkpoint together without the tree:
//
//	 0  u8   version, 2
//	 1  u32  CRC-32C of the key and of what follows
//	 5  u64  seq
//	13  u16  how many chunks there are
//	15 …     its part of what Decider.Snapshot gave
//
// Its key is a u32: the slot in the highest byte, and which chunk it is. There are
// two slots, used in turn: the checkpoint before the last stays, for the day when a
// page of the last one is damaged.
type checkpoint struct {
	seq      uint64
	snapshot []byte
}

const (
	checkpointVersion = 2
	chunkHeader       = 15
	// chunkSize puts four chunks on a page: 16 + 4 × (16 + 4 + 992) = 4064 bytes.
	chunkSize = 992
	chunkKey  = 4
	slots     = 2
)

var errCheckpoint = errors.New("checkpoint is damaged")

// chunk is one of a checkpoint.
type chunk struct {
	slot, index, count int
	seq                uint64
	data               []byte
}

// encode returns the chunks of c in a slot.
func (c *checkpoint) encode(slot int) []record {
	parts := slices.Collect(slices.Chunk(c.snapshot, chunkSize-chunkHeader))
	if len(parts) == 0 {
		parts = [][]byte{nil}
	}
	var out []record
	for i, part := range parts {
		k := binary.BigEndian.AppendUint32(nil, uint32(slot)<<24|uint32(i))
		v := make([]byte, chunkHeader, chunkHeader+len(part))
		v[0] = checkpointVersion
		binary.BigEndian.PutUint64(v[5:], c.seq)
		binary.BigEndian.PutUint16(v[13:], uint16(len(parts)))
		v = append(v, part...)
		binary.BigEndian.PutUint32(v[1:], chunkSum(k, v))
		out = append(out, record{k, v})
	}
	return out
}

func chunkSum(key, v []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, v[5:])
}

// decodeChunk reads a chunk. Its data lies within v.
func decodeChunk(key, v []byte) (c chunk, err error) {
	switch {
	case len(key) != chunkKey || len(v) < chunkHeader:
		return c, fmt.Errorf("%w: too short", errCheckpoint)
	case v[0] != checkpointVersion:
		return c, fmt.Errorf("%w: unknown version %d", errCheckpoint, v[0])
	case binary.BigEndian.Uint32(v[1:]) != chunkSum(key, v):
		return c, fmt.Errorf("%w: checksum does not match", errCheckpoint)
	}
	n := binary.BigEndian.Uint32(key)
	return chunk{
		slot: int(n >> 24), index: int(n & (1<<24 - 1)), count: int(binary.BigEndian.Uint16(v[13:])),
		seq: binary.BigEndian.Uint64(v[5:]), data: v[chunkHeader:],
	}, nil
}

// join puts the chunks of one checkpoint together, whatever their order; nil where
// one is missing.
func join(chunks []chunk) *checkpoint {
	slices.SortFunc(chunks, func(a, b chunk) int { return a.index - b.index })
	c := &checkpoint{}
	for i, part := range chunks {
		if part.index != i || part.count != len(chunks) || part.seq != chunks[0].seq {
			return nil
		}
		c.seq, c.snapshot = part.seq, append(c.snapshot, part.data...)
	}
	if len(chunks) == 0 {
		return nil
	}
	return c
}

// readSlots returns the checkpoint in each slot, nil where there is none or it is
// damaged; err says that one is.
func readSlots(b *bbolt.Bucket) (found [slots]*checkpoint, err error) {
	var chunks [slots][]chunk
	var there [slots]bool
	for k, v := range all(b) {
		slot := 0
		if len(k) == chunkKey && k[0] < slots {
			slot = int(k[0])
		}
		there[slot] = true
		part, bad := decodeChunk(k, v)
		if bad != nil {
			err = bad
			continue
		}
		chunks[slot] = append(chunks[slot], part)
	}
	for i := range found {
		found[i] = join(chunks[i])
		if there[i] && found[i] == nil && err == nil {
			err = fmt.Errorf("%w: a piece of it is missing", errCheckpoint)
		}
	}
	return found, err
}

// save writes the checkpoint in place of the older one in the file.
func (c *checkpoint) save(tx *bbolt.Tx) error {
	b := tx.Bucket(bucketCheckpoint)
	found, _ := readSlots(b)
	slot := 0
	if found[0] != nil && (found[1] == nil || found[0].seq >= found[1].seq) {
		slot = 1
	}
	var old [][]byte // a cursor loses its place in a tree that shrinks
	for k := range all(b) {
		if len(k) != chunkKey || int(k[0]) == slot {
			old = append(old, slices.Clone(k))
		}
	}
	for _, k := range old {
		if err := b.Delete(k); err != nil {
			return err
		}
	}
	b.FillPercent = 1
	for _, r := range c.encode(slot) {
		if err := b.Put(r.key, r.value); err != nil {
			return err
		}
	}
	return nil
}

// loadCheckpoint reads the newest checkpoint that is intact; nil where there is none.
// Its error is errCheckpoint where another one, or the only one, is damaged.
func (s *store) loadCheckpoint() (c *checkpoint, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		found, err := readSlots(tx.Bucket(bucketCheckpoint))
		for _, f := range found {
			if f != nil && (c == nil || f.seq > c.seq) {
				c = f
			}
		}
		return err
	})
	return c, err
}
