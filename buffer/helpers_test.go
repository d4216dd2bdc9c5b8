package buffer

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"go.etcd.io/bbolt"

	"readyshelf/kitchen"
)

func (s *store) setFormat(v byte) error {
	return s.update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketMeta).Put(metaFormat, []byte{v}) })
}

func (s *store) spoilCheckpoint() error {
	return s.update(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketCheckpoint).Put([]byte{0, 0, 0, 0}, []byte("not what it was"))
	})
}

// livePage returns the number of the page that the record of seq is on now; of 0,
// the last record of the history. It returns the seq too.
func livePage(t *testing.T, path string, seq uint64) (int, uint64) {
	t.Helper()
	s, _, err := openAtRest(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	page := 0
	err = s.view(func(tx *bbolt.Tx) error {
		events := tx.Bucket(bucketEvents)
		if seq == 0 {
			k, _ := events.Cursor().Last()
			seq = seqOf(k)
		}
		record := events.Get(key(seq))
		page = int(uintptr(unsafe.Pointer(&record[0]))-s.db.Info().Data) / pageSize
		return nil
	})
	if err != nil || page < 2 {
		t.Fatalf("record %d is on page %d: %v", seq, page, err)
	}
	return page, seq
}

// sized returns a press whose JSON has n bytes at rest, if that is enough for it.
func sized(n int) kitchen.Event {
	e := press("A1")
	e.Stamp = kitchen.Stamp{Boot: 1, At: epoch, Clock: kitchen.Synced}
	for {
		r, _ := encode(e)
		d := n - (len(r.value) - headerSize)
		if d <= 0 {
			return e
		}
		e.Press.Slot += strings.Repeat("x", d)
	}
}

// createStore makes a new log and returns its open file.
func createStore(path string, max, prefill int64) (*store, error) {
	if err := create(Options{Path: path, MaxSize: max, Prefill: prefill}, sidecar{}, nil); err != nil {
		return nil, err
	}
	return openStore(path, max)
}

// smallCard returns a folder on a file system of its own, of 6 MiB. It skips the test
// where that cannot be.
func smallCard(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=6m"); err != nil {
		t.Skip("no file system of its own can be mounted here: ", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// fillCard leaves no room in dir, and returns the file that takes it.
func fillCard(t *testing.T, dir string) string {
	t.Helper()
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, 6<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the card has room: %v", err)
	}
	return filler
}
