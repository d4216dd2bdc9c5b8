package buffer

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// damagedMark, in the sidecar, says that a run ended because it could not write
// to the damaged file: the next Open moves the file aside.
const damagedMark = "damaged"

// sidecar is what the file beside the log says: which log was there.
type sidecar struct {
	id      string // empty where no log ever was
	damaged bool
}

func sidecarPath(path string) string { return path + ".id" }

func readSidecar(path string) (sidecar, error) {
	b, err := os.ReadFile(sidecarPath(path))
	if errors.Is(err, fs.ErrNotExist) {
		return sidecar{}, nil
	}
	if err != nil {
		return sidecar{}, fmt.Errorf("read sidecar of log: %w", err)
	}
	words := strings.Fields(string(b))
	if len(words) == 0 {
		return sidecar{id: "unknown"}, nil // emptied as the log may be: a log was here
	}
	return sidecar{id: words[0], damaged: len(words) > 1 && words[1] == damagedMark}, nil
}

// write replaces the sidecar of path at once and durably.
func (c sidecar) write(path string) error {
	text := c.id + "\n"
	if c.damaged {
		text += damagedMark + "\n"
	}
	if err := writeFile(sidecarPath(path), text); err != nil {
		return fmt.Errorf("write sidecar of log: %w", err)
	}
	return nil
}

// writeFile replaces a small file by rename, so that it is whole at all times.
func writeFile(path, text string) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return rename(path+".new", path)
}

// rename moves a file within its directory, durably.
func rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// newID returns 64 random bits as 13 characters of base32, in lower case.
func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails, says crypto/rand
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

// createStore makes a new log at path, under another name until it is whole: a
// file at path is a log, whatever the moment of a power cut.
func createStore(path string, max, prefill int64) (*store, error) {
	tmp := path + ".new"
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("create log: %w", err)
	}
	s, err := openStore(tmp, max)
	if err != nil {
		return nil, err
	}
	id := newID()
	if err = s.extend(min(prefill, max)); err == nil {
		err = s.init(id)
	}
	// Renamed under bbolt's lock, which belongs to the file and not to its name.
	if err == nil {
		err = rename(tmp, path)
	}
	if err == nil {
		err = sidecar{id: id}.write(path)
	}
	if err != nil {
		return nil, fmt.Errorf("create log %s: %w", path, errors.Join(err, s.close()))
	}
	return s, nil
}

// obtain opens the log at path or creates it. What cannot be a log any more, and
// was one, is moved aside for a new one; replaced says so for people.
func obtain(opts Options) (s *store, m meta, replaced string, err error) {
	path := opts.Path
	was, err := readSidecar(path)
	if err != nil {
		return nil, m, "", err
	}
	s, m, err = openExisting(opts, was)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if was.id != "" {
			replaced = fmt.Sprintf("log %s is gone from %s: a new log was started", was.id, path)
		}
	case errors.Is(err, ErrDamaged) && was.id == "":
		return nil, m, "", fmt.Errorf("%w; nothing says that it ever was a log: move it away, or choose another path", err)
	case errors.Is(err, ErrDamaged):
		aside, moveErr := moveAside(path)
		if moveErr != nil {
			return nil, m, "", errors.Join(err, moveErr)
		}
		replaced = fmt.Sprintf("%v: log %s is kept as %s, a new log was started", err, was.id, aside)
	default:
		return s, m, "", err
	}
	if s, err = createStore(path, opts.MaxSize, opts.Prefill); err != nil {
		return nil, m, "", err
	}
	m, err = s.load()
	return s, m, replaced, err
}

// openExisting opens the log, which the probe must call sound, and brings its
// sidecar up to date.
func openExisting(opts Options, was sidecar) (*store, meta, error) {
	path := opts.Path
	info, err := os.Stat(path)
	if err != nil {
		return nil, meta{}, fmt.Errorf("open log: %w", err)
	}
	if info.Size() < 4*pageSize { // bbolt makes an empty file a new, empty database
		return nil, meta{}, fmt.Errorf("open log %s: %w: it has %d bytes", path, ErrDamaged, info.Size())
	}
	if was.damaged {
		return nil, meta{}, fmt.Errorf("open log %s: %w: the last run could not write to it", path, ErrDamaged)
	}
	if err := opts.sounds(); err != nil {
		return nil, meta{}, err
	}
	s, err := openStore(path, opts.MaxSize)
	if err != nil {
		return nil, meta{}, err
	}
	m, err := s.load()
	if err == nil {
		err = s.whole()
	}
	if err == nil && m.id != was.id {
		err = sidecar{id: m.id}.write(path)
	}
	if err != nil {
		s.abandon()
		return nil, meta{}, fmt.Errorf("open log %s: %w", path, err)
	}
	return s, m, nil
}

// whole says whether the file still has all its pages.
func (s *store) whole() error {
	sp, err := s.space()
	if err == nil && sp.high > sp.file {
		err = fmt.Errorf("%w: cut off at %d of %d bytes", ErrDamaged, sp.file, sp.high)
	}
	return err
}

// moveAside keeps a bad file as .bad-1, or .bad-2 where that is taken. There are
// never more: the first is the one with the history, the second the latest.
func moveAside(path string) (string, error) {
	aside := path + ".bad-1"
	if _, err := os.Lstat(aside); err == nil {
		aside = path + ".bad-2"
	}
	if err := rename(path, aside); err != nil {
		return "", fmt.Errorf("move bad log aside: %w", err)
	}
	return aside, nil
}
