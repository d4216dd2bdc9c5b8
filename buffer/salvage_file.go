package buffer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"readyshelf/kitchen"
)

// Scan calls each with every event that can be found in a damaged log at rest, in
// order, whatever the structure of the file says. It returns what it knows of the log
// and what is missing. An error of each ends it.
func Scan(path string, each func(kitchen.Event) error) (Replacement, error) {
	file, was, err := openDamaged(path)
	if err != nil {
		return Replacement{}, err
	}
	defer file.Close()
	s, err := newSalvage(file, was)
	if err != nil {
		return Replacement{}, err
	}
	if err := s.something(); err != nil {
		return Replacement{}, fmt.Errorf("salvage log %s: %w", path, err)
	}
	var read uint64
	err = s.each(func(_ place, e kitchen.Event) error {
		read++
		return each(e)
	})
	if err != nil {
		return Replacement{}, err
	}
	r := s.replacement()
	r.Salvaged = read
	return r, nil
}

// Salvage makes, at out, where no file may be, a sound log of what is left of the
// damaged one at path: as Open does, with the state at its end and its events under
// their old identity. The damaged file stays as it is.
func Salvage(path, out string, d Decider) (Replacement, error) {
	if _, err := os.Lstat(out); !errors.Is(err, fs.ErrNotExist) {
		return Replacement{}, fmt.Errorf("salvage log: %s is there already; name a new file", out)
	}
	file, was, err := openDamaged(path)
	if err != nil {
		return Replacement{}, err
	}
	defer file.Close()
	opts, err := Options{Path: path, Decider: d, Now: func() kitchen.Stamp { return kitchen.Stamp{} }}.check()
	if err != nil {
		return Replacement{}, err
	}
	opts.Prefill = 0
	s, err := newSalvage(file, was)
	if err == nil {
		err = s.something()
	}
	if err != nil {
		return Replacement{}, fmt.Errorf("salvage log %s: %w", path, err)
	}
	var r Replacement
	id, tmp := newID(), out+".new"
	err = salvageInto(opts, tmp, id, was, func(done *Replacement) {
		done.Why = fmt.Sprintf("log %s was salvaged from %s: this one has %d of its events", done.Log, path, done.Salvaged)
		r = *done
	})
	if err == nil {
		err = errors.Join(rename(tmp, out), sidecar{id: id}.write(out))
	}
	if err != nil {
		return r, fmt.Errorf("salvage log %s: %w", path, errors.Join(err, remove(tmp)))
	}
	return r, nil
}

// openDamaged opens a file that nobody writes, and reads its sidecar.
func openDamaged(path string) (*os.File, sidecar, error) {
	was, err := readSidecar(path)
	if err != nil {
		return nil, was, err
	}
	if was.id == "" {
		was.id = unknownID
	}
	if _, err := ordinary(path); err != nil {
		return nil, was, fmt.Errorf("salvage log: %w", err)
	}
	file, err := openBad(path)
	if err != nil {
		return nil, was, fmt.Errorf("salvage log: %w", err)
	}
	if err := lockShared(file); err != nil {
		return nil, was, fmt.Errorf("salvage log %s: %w", path, errors.Join(err, file.Close()))
	}
	return file, was, nil
}

// openBad opens whatever is at path for reading, and does not wait for who would write
// to it, as for a pipe.
func openBad(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}
