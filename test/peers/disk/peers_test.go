package disk

import (
	"database/sql"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"
	_ "modernc.org/sqlite" // pure Go, as everything else here
)

// store is what another program would keep events in.
type store interface {
	// put returns when payload is durable.
	put(payload []byte) error
	close() error
}

// wal is the least that a file system allows: records one behind the other in a
// file whose blocks have been written before, so that no commit allocates, and one
// flush for each. It can neither forget nor find anything.
type wal struct {
	f  *os.File
	at int64
}

func openWAL(dir string) (*wal, error) {
	f, err := os.Create(filepath.Join(dir, "wal"))
	if err != nil {
		return nil, err
	}
	if _, err := f.Write(make([]byte, 8<<20)); err != nil {
		return nil, err
	}
	return &wal{f: f}, f.Sync()
}

func (w *wal) put(payload []byte) error {
	record := binary.LittleEndian.AppendUint32(nil, uint32(len(payload)))
	record = binary.LittleEndian.AppendUint32(record, crc32.ChecksumIEEE(payload))
	record = append(record, payload...)
	if _, err := w.f.WriteAt(record, w.at); err != nil {
		return err
	}
	w.at += int64(len(record))
	return unix.Fdatasync(int(w.f.Fd()))
}

func (w *wal) close() error { return w.f.Close() }

// sqlite is a table in WAL mode that flushes at every commit.
type sqlite struct{ db *sql.DB }

func openSQLite(dir string) (*sqlite, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "events.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	_, err = db.Exec("CREATE TABLE events (seq INTEGER PRIMARY KEY, payload BLOB NOT NULL)")
	return &sqlite{db}, err
}

func (s *sqlite) put(payload []byte) error {
	_, err := s.db.Exec("INSERT INTO events (payload) VALUES (?)", payload)
	return err
}

func (s *sqlite) close() error { return s.db.Close() }

// deleting is bbolt as it comes: a commit for an event, and a second one that takes
// it away when it was acknowledged.
type deleting struct{ db *bbolt.DB }

var queue = []byte("queue")

func openBolt(dir string) (*deleting, error) {
	db, err := bbolt.Open(filepath.Join(dir, "events.db"), 0o600, nil)
	if err != nil {
		return nil, err
	}
	return &deleting{db}, db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket(queue); return err })
}

func (d *deleting) put(payload []byte) error {
	var key [8]byte
	if err := d.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(queue)
		seq, err := b.NextSequence()
		if err != nil {
			return err
		}
		binary.BigEndian.PutUint64(key[:], seq)
		return b.Put(key[:], payload)
	}); err != nil {
		return err
	}
	return d.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(queue).Delete(key[:]) })
}

func (d *deleting) close() error { return d.db.Close() }
