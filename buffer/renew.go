package buffer

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"readyshelf/kitchen"
)

// Copy writes the log at rest at path to w, byte for byte, whatever its state. A
// running daemon's is ErrHeld: ask that for a Snapshot.
func Copy(path string, w io.Writer) error {
	file, _, err := openDamaged(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := io.Copy(w, file); err != nil {
		return fmt.Errorf("copy log %s: %w", path, err)
	}
	return nil
}

// Identify returns the id of the log at rest at path and the seq of its newest event, as
// far as they can be seen: a damaged one is no error.
func Identify(path string) (id string, head uint64, err error) {
	file, was, err := openDamaged(path)
	if err != nil {
		return "", 0, err
	}
	defer file.Close()
	s, err := newSalvage(file, was)
	if err != nil {
		return "", 0, err
	}
	if n := len(s.records); n > 0 {
		head = s.records[n-1].seq
	}
	return s.log, head, nil
}

// Renewed says what Renew made.
type Renewed struct {
	Replacement
	// ID is that of the new log.
	ID string
	// Aside is where the log that was at the place of the new one is kept; empty where
	// there was none.
	Aside string
}

// Renew makes at opts.Path a new log that goes on where a copy of one ends, which lies
// at from, perhaps with its sidecar. The old log may have gone on since, and then the
// cloud knows events under seqs that the copy would give out again. So the new one has
// an id of its own: it begins with the state at the end of the copy, and has the events
// of the copy under their old identity, as after damage. Those that no follower had
// acknowledged in the copy are sent, under their old ids: what the old log has sent
// since the cloud gets twice.
//
// why says for people what happened; the new log tells it as a Gap. A log that was at
// opts.Path is kept beside it as ".old-1", ".old-2" and so on. A power cut leaves at
// opts.Path the old log, nothing, or the new one.
//
// Of opts only Path, Decider, MaxSize, Prefill, Probe and Log count. A damaged copy is
// salvaged. Where a daemon runs at opts.Path it is ErrHeld.
func Renew(from string, opts Options, why string) (Renewed, error) {
	opts.Now = func() kitchen.Stamp { return kitchen.Stamp{} }
	opts, err := opts.check()
	if err != nil {
		return Renewed{}, err
	}
	out := Renewed{ID: newID()}
	tmp := opts.Path + ".new"
	err = renewInto(from, opts, tmp, out.ID, func(r *Replacement) {
		r.Why, r.Renewed = why, true
		r.Gaps = append(r.Gaps, kitchen.Gap{Class: wholeLog, Log: r.Log, Reason: why})
		out.Replacement = *r
	})
	if err == nil {
		out.Aside, err = moveAside(opts.Path)
	}
	if err == nil {
		err = errors.Join(rename(tmp, opts.Path), sidecar{id: out.ID}.write(opts.Path))
	}
	if err != nil {
		return out, fmt.Errorf("renew log %s: %w", opts.Path, errors.Join(err, remove(tmp)))
	}
	return out, nil
}

// renewInto makes the new log at path.
func renewInto(from string, opts Options, path, id string, describe func(*Replacement)) error {
	opts.Path = path + ".whole"
	was, err := rewriteSound(from, opts)
	if errors.Is(err, ErrDamaged) {
		opts.Log.Warn("the copy of the log is damaged: what is left of it is taken", "err", err)
		opts.Path = from
		was, err = readSidecar(from)
	}
	if err == nil {
		err = salvageInto(opts, path, id, was, describe)
	}
	return errors.Join(err, remove(path+".whole"))
}

// rewriteSound writes the log at from anew to opts.Path, and returns what its sidecar
// would say. A file has older versions of its pages too, which may tell of what never
// was: a salvage reads them, and must guess what they mean. The new file has none. A
// log that is not sound is ErrDamaged.
func rewriteSound(from string, opts Options) (sidecar, error) {
	to := opts.Path
	opts.Path = from
	if err := opts.sounds(); err != nil {
		return sidecar{}, err
	}
	s, m, err := openAtRest(from)
	if err != nil {
		return sidecar{}, err
	}
	was := sidecar{id: m.id, whole: true, boot: m.boot, bootID: m.bootID, head: m.head, cursors: m.cursors}
	return was, errors.Join(s.rewrite(to), s.close())
}

// moveAside gives the log at path, if there is one, another name, and its sidecar too.
func moveAside(path string) (aside string, err error) {
	file, err := openBad(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", remove(sidecarPath(path)) // of a log that is gone
	}
	if err != nil {
		return "", err
	}
	defer file.Close()
	if err := lockShared(file); err != nil {
		return "", err
	}
	for n := 1; ; n++ {
		aside = fmt.Sprintf("%s.old-%d", path, n)
		if _, err := os.Lstat(aside); errors.Is(err, fs.ErrNotExist) {
			break
		} else if err != nil {
			return "", err
		}
	}
	if err := rename(path, aside); err != nil {
		return "", err
	}
	if err := rename(sidecarPath(path), sidecarPath(aside)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return aside, err
	}
	return aside, nil
}

// Held says whether a process has the log at path open: ErrHeld, or nil also where
// there is no log.
func Held(path string) error {
	file, err := openBad(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	return lockShared(file)
}
