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

// create makes a new log at opts.Path, under another name until it is whole: a file at
// that path is a log, whatever the moment of a power cut. Where one was there before,
// its boots count on and r says what became of it.
func create(opts Options, was sidecar, r *Replacement) error {
	id, tmp := newID(), opts.Path+".new"
	err := build(tmp, opts.MaxSize, func(s *store) error {
		if err := errors.Join(s.extend(min(opts.Prefill, opts.MaxSize)), s.init(id)); err != nil || r == nil {
			return err
		}
		return errors.Join(s.noteReplacement(*r), s.saveBoot(was.bootID, was.boot))
	})
	if err == nil {
		err = rename(tmp, opts.Path)
	}
	if err == nil {
		err = sidecar{id: id}.write(opts.Path)
	}
	if err != nil {
		return fmt.Errorf("create log %s: %w", opts.Path, errors.Join(err, remove(tmp)))
	}
	return nil
}

// build makes a file at path, in place of any that is there, and closes it.
func build(path string, max int64, fill func(*store) error) error {
	if err := remove(path); err != nil {
		return err
	}
	s, err := openStore(path, max)
	if err != nil {
		return err
	}
	return errors.Join(fill(s), s.close())
}

// obtain opens the log at opts.Path or creates it. What cannot be a log any more, and
// was one, is kept beside it, and what is left of it goes into a new one.
func obtain(opts Options) (*store, meta, error) {
	was, err := readSidecar(opts.Path)
	if err != nil {
		return nil, meta{}, err
	}
	s, m, err := openExisting(opts, was)
	if errors.Is(err, ErrDamaged) && was.id == "" {
		was.id = idWithin(opts.Path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && was.id == "":
		err = create(opts, was, nil)
	case errors.Is(err, fs.ErrNotExist):
		r := goneReplacement(was, fmt.Sprintf("log %s is gone from %s: a new log was started", was.id, opts.Path))
		err = create(opts, was, &r)
	case errors.Is(err, ErrDamaged) && was.id == "":
		return nil, m, fmt.Errorf("%w; nothing says that it ever was a log: move it away, or choose another path", err)
	case errors.Is(err, ErrDamaged):
		opts.Log.Error("log is damaged: what is left of it is looked for", "err", err)
		err = replace(opts, was, err)
	default:
		return s, m, err
	}
	if err != nil {
		return nil, meta{}, err
	}
	return openExisting(opts, sidecar{})
}

// idWithin returns the id that a damaged file says it has, empty where it says none.
func idWithin(path string) string {
	file, err := openBad(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	s, err := newSalvage(file, sidecar{})
	if err != nil {
		return ""
	}
	return s.log
}

// openExisting opens the log, which the probe must call sound.
func openExisting(opts Options, was sidecar) (*store, meta, error) {
	path := opts.Path
	info, err := os.Stat(path)
	if err != nil {
		return nil, meta{}, fmt.Errorf("open log: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, meta{}, fmt.Errorf("open log %s: %w: it is no ordinary file", path, ErrDamaged)
	}
	if info.Size() < 4*pageSize { // bbolt makes an empty file a new, empty database
		return nil, meta{}, fmt.Errorf("open log %s: %w: it has %d bytes", path, ErrDamaged, info.Size())
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
	if now, statErr := os.Stat(path); err == nil && (statErr != nil || !s.is(now)) {
		err = ErrHeld // by a Compact, which put another file here while we waited for its lock
	}
	if err == nil && was.damaged && m.id == was.id {
		err = fmt.Errorf("%w: the last run could not write to it", ErrDamaged)
	}
	if err == nil && was.whole && m.id == was.id && m.head < was.head {
		// To go on would give their ids to other events.
		err = fmt.Errorf("%w: it ends at event %d, and had %d", ErrDamaged, m.head, was.head)
	}
	if err != nil {
		s.abandon()
		return nil, meta{}, fmt.Errorf("open log %s: %w", path, err)
	}
	return s, m, nil
}

// is says whether info is of the file that is open.
func (s *store) is(info os.FileInfo) bool {
	open, err := s.file.Stat()
	return err == nil && os.SameFile(open, info)
}

// whole says whether the file still has all its pages.
func (s *store) whole() error {
	sp, err := s.space()
	if err == nil && sp.high > sp.file {
		err = fmt.Errorf("%w: cut off at %d of %d bytes", ErrDamaged, sp.file, sp.high)
	}
	return err
}

// replace puts what is left of the damaged log into a new one at its place.
func replace(opts Options, was sidecar, why error) error {
	aside := asideOf(opts.Path)
	id, tmp := newID(), opts.Path+".new"
	if err := salvageInto(opts, tmp, id, was, func(r *Replacement) {
		r.Why = fmt.Sprintf("%v; log %s is kept as %s, a new log was started with %d of its events", why, r.Log, aside, r.Salvaged)
	}); err != nil {
		return fmt.Errorf("salvage log %s: %w", opts.Path, errors.Join(err, remove(tmp)))
	}
	if err := keep(opts.Path, aside); err != nil {
		return fmt.Errorf("move bad log aside: %w", err)
	}
	was.damaged = false
	if err := errors.Join(was.write(aside), rename(tmp, opts.Path)); err != nil {
		return fmt.Errorf("replace log %s: %w", opts.Path, err)
	}
	return sidecar{id: id}.write(opts.Path)
}

// asideOf returns where a bad file is kept: .bad-1, or .bad-2 where that is taken.
// There are never more: the first is the one with the history, the second the latest.
func asideOf(path string) string {
	first := path + ".bad-1"
	if _, err := os.Lstat(first); err != nil || sameFile(path, first) {
		return first // also where a power cut ended the last try after keep
	}
	return path + ".bad-2"
}

func sameFile(a, b string) bool {
	x, xErr := os.Stat(a)
	y, yErr := os.Stat(b)
	return xErr == nil && yErr == nil && os.SameFile(x, y)
}

// keep makes aside another name of the file at path, so that there is a log at path at
// any moment. Where the file system cannot do that the file is moved.
func keep(path, aside string) error {
	if sameFile(path, aside) {
		return nil
	}
	tmp := aside + ".new"
	if err := remove(tmp); err != nil {
		return err
	}
	if err := os.Link(path, tmp); err != nil {
		return rename(path, aside)
	}
	return rename(tmp, aside)
}
