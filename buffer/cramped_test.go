package buffer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	berrors "go.etcd.io/bbolt/errors"
)

// newestMeta returns the number at an offset of the newer meta page of a file: at 16
// the page of all buckets, which every commit rewrites, at 32 that of the freelist.
func newestMeta(b []byte, offset int) int {
	var newest, n uint64
	for i := range 2 {
		m := b[i*pageSize+16:]
		if tx := binary.LittleEndian.Uint64(m[48:]); tx >= newest {
			newest, n = tx, binary.LittleEndian.Uint64(m[offset:])
		}
	}
	return int(n)
}

// A bit flipped in a size on the page that every commit rewrites is noticed when
// the file is opened or at the first commit, and the file is moved aside; or what has
// it is written anew before anybody reads it. The next start takes facts.
func TestFlippedSizeOnTheRootPage(t *testing.T) {
	lie := slices.SortedFunc(slices.Values(buckets), bytes.Compare) // as they lie there
	for i, bucket := range lie {
		for _, boot := range []string{"boot-a", "boot-b"} {
			t.Run(string(bucket)+" "+boot, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { surviveFlippedSize(t, i, boot) })
			})
		}
	}
}

func surviveFlippedSize(t *testing.T, element int, boot string) {
	h := numbered(t, 100)
	h.end(t)
	b, err := os.ReadFile(h.path)
	if err != nil {
		t.Fatal(err)
	}
	page := b[newestMeta(b, 16)*pageSize:]
	if n := binary.LittleEndian.Uint16(page[10:]); int(n) != len(buckets) {
		t.Fatalf("the root has %d elements, want one a bucket", n)
	}
	page[16+16*element+15] ^= 1 // its value has 16 MiB more
	if err := os.WriteFile(h.path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	opts := options(h.path)
	opts.BootID, opts.Probe = boot, probeHere
	if wrong := live(t, opts); strings.Contains(wrong, "full") {
		t.Error(wrong)
	}
	if wrong := live(t, opts); wrong != "" {
		t.Errorf("after a restart: %s", wrong)
	}
	if _, err := os.Stat(h.path + ".bad-1"); err != nil {
		// The size of what a commit writes anew is right again, and nothing was lost.
		if r := sound(t, h.path); r.ID != h.ID() || r.Events < 100 {
			t.Errorf("neither kept nor healed: %+v", r)
		}
	}
}

// A sound log that is full is no damaged one, even where its pages are scattered.
func TestFullIsNotDamage(t *testing.T) {
	s, err := openStore(logPath(t), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if err := s.init("test"); err != nil {
		t.Fatal(err)
	}
	var n uint64
	for err == nil {
		n++
		r := record{key(n), make([]byte, 3000)}
		err = s.commit(change{records: []record{r}, head: n})
	}
	if !errors.Is(err, berrors.ErrMaxSizeReached) || errors.Is(err, ErrDamaged) || n < 200 {
		t.Errorf("after %d records: got %v, want that there is no room", n, err)
	}
	if lost, err := s.lost(); err != nil || lost > 4*pageSize || lost < -4*pageSize {
		t.Errorf("%d bytes are lost (%v), want none", lost, err)
	}
}

// No room in a file that is nearly empty is damage.
func TestNoRoomInAnEmptyFileIsDamage(t *testing.T) {
	s, err := openStore(logPath(t), 4<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	err = s.judge(berrors.ErrMaxSizeReached, baseReserve)
	if !errors.Is(err, ErrDamaged) || !errors.Is(err, berrors.ErrMaxSizeReached) {
		t.Errorf("got %v, want damage", err)
	}
}
