package buffer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"

	"go.etcd.io/bbolt"
)

// checkpoint is the Decider's state after the event seq. At rest it is
//
//	0  u8   version, 1
//	1  u32  CRC-32C of what follows
//	5  u64  seq
//	13 …    what Decider.Snapshot gave
//
// in chunks, each a value of the checkpoint bucket. One large value would need
// as many free pages in a row, which a full file may not have: then nothing
// could be trimmed ever again.
type checkpoint struct {
	seq      uint64
	snapshot []byte
}

const (
	checkpointVersion = 1
	checkpointHeader  = 13
	// chunkSize puts four chunks on a page: 16 + 4 × (16 + 4 + 992) = 4064 bytes.
	chunkSize = 992
)

var errCheckpoint = errors.New("checkpoint is damaged")

func (c *checkpoint) encode() []byte {
	b := make([]byte, checkpointHeader, checkpointHeader+len(c.snapshot))
	b[0] = checkpointVersion
	binary.BigEndian.PutUint64(b[5:], c.seq)
	b = append(b, c.snapshot...)
	binary.BigEndian.PutUint32(b[1:], crc32.Checksum(b[5:], castagnoli))
	return b
}

func decodeCheckpoint(b []byte) (*checkpoint, error) {
	switch {
	case len(b) < checkpointHeader:
		return nil, fmt.Errorf("%w: too short", errCheckpoint)
	case b[0] != checkpointVersion:
		return nil, fmt.Errorf("%w: unknown version %d", errCheckpoint, b[0])
	case binary.BigEndian.Uint32(b[1:]) != crc32.Checksum(b[5:], castagnoli):
		return nil, fmt.Errorf("%w: checksum does not match", errCheckpoint)
	}
	return &checkpoint{seq: binary.BigEndian.Uint64(b[5:]), snapshot: b[checkpointHeader:]}, nil
}

// save replaces the checkpoint in the file.
func (c *checkpoint) save(tx *bbolt.Tx) error {
	if err := tx.DeleteBucket(bucketCheckpoint); err != nil {
		return err
	}
	b, err := tx.CreateBucket(bucketCheckpoint)
	if err != nil {
		return err
	}
	b.FillPercent = 1
	var n uint32
	for chunk := range slices.Chunk(c.encode(), chunkSize) {
		if err := b.Put(binary.BigEndian.AppendUint32(nil, n), chunk); err != nil {
			return err
		}
		n++
	}
	return nil
}

// loadCheckpoint reads the checkpoint; nil where none was ever written.
func (s *store) loadCheckpoint() (c *checkpoint, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		var b []byte
		for _, chunk := range all(tx.Bucket(bucketCheckpoint)) {
			b = append(b, chunk...)
		}
		if b != nil {
			c, err = decodeCheckpoint(b)
			return err
		}
		return nil
	})
	return c, err
}
