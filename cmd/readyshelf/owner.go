package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// serviceUser is who the packaged daemon runs as.
const serviceUser = "readyshelf"

// owner is who gets what root writes: the user of the service. The zero owner is
// nobody else: files stay with who writes them.
type owner struct {
	uid, gid int
	other    bool
}

// asOwner is an error where root would write to a data folder that is another user's: the
// daemon could not open afterwards what root had made there. The verb is what to run as
// that user.
func asOwner(dir, verb string) error {
	info, err := os.Stat(dir)
	if err != nil || os.Geteuid() != 0 {
		return nil // who opens it says what is wrong
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || stat.Uid == 0 {
		return nil
	}
	name := fmt.Sprintf("'#%d'", stat.Uid)
	if u, err := user.LookupId(fmt.Sprint(stat.Uid)); err == nil {
		name = u.Username
	}
	return fmt.Errorf("the daemon of the user %s could not open what root writes to %s: sudo -u %[1]s readyshelf %[3]s", name, dir, verb)
}

// findOwner looks for the user of the service.
func findOwner() (owner, error) {
	if os.Geteuid() != 0 {
		return owner{}, nil
	}
	u, err := user.Lookup(serviceUser)
	if unknown := user.UnknownUserError(""); errors.As(err, &unknown) {
		return owner{}, nil
	}
	if err != nil {
		return owner{}, fmt.Errorf("look for the user %s: %w", serviceUser, err)
	}
	uid, uidErr := strconv.Atoi(u.Uid)
	gid, gidErr := strconv.Atoi(u.Gid)
	return owner{uid, gid, true}, errors.Join(uidErr, gidErr)
}

// take lets the owner read a file that root keeps: one beside the configuration.
func (o owner) take(root *os.Root, name string) error {
	if !o.other {
		return nil
	}
	return given(root.Lchown(name, 0, o.gid), root.Chmod(name, 0o640))
}

// given joins what came of giving files away. The file systems of cameras, FAT and exFAT,
// do not know owners and forbid it to root: there the mount says who may read.
func given(errs ...error) error {
	for i, err := range errs {
		if errors.Is(err, fs.ErrPermission) {
			errs[i] = nil
		}
	}
	return errors.Join(errs...)
}

// folder makes a folder beside the configuration, for the owner to look into whatever the
// umask is. One that is there stays as it is.
func (o owner) folder(root *os.Root, name string) error {
	if info, err := root.Stat(name); err == nil && info.IsDir() {
		return nil
	}
	if err := o.folder(root, filepath.Dir(name)); err != nil {
		return err
	}
	if err := root.Mkdir(name, 0o755); err != nil || !o.other {
		return err
	}
	return given(root.Lchown(name, 0, o.gid), root.Chmod(name, 0o750))
}

// lockData takes the data folder from its owner until [owner.takeData]: what root writes
// there by its name must not go through a link that somebody else puts in its way.
func (o owner) lockData(dir string) error {
	if !o.other {
		return nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	info, err := root.Stat(".")
	if err != nil {
		return err
	}
	err = root.Lchown(".", 0, 0)
	if mode := info.Mode().Perm(); err == nil && mode&0o022 != 0 {
		err = root.Chmod(".", mode&^0o022)
	}
	return given(err) // where there are no owners, there are no links
}

// takeData gives the data folder with all that is in it to the owner, and nothing else:
// who owns it may put links there meanwhile.
func (o owner) takeData(dir string) error {
	if !o.other {
		return nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return given(root.Lchown(name, o.uid, o.gid))
	})
}

// replaceFile makes text the whole of a file beside the configuration, for its owner and
// the daemon to read, and for whom could before.
func replaceFile(path, text string) error {
	o, err := findOwner()
	if err != nil {
		return err
	}
	return o.replaceFile(path, text)
}

func (o owner) replaceFile(path, text string) error {
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer root.Close()
	name, mode := filepath.Base(path), fs.FileMode(0o640)
	if info, err := root.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	return writeUnder(root, name, text, func(tmp string) (err error) {
		if o.other {
			mode |= 0o640
			err = root.Lchown(tmp, 0, o.gid)
		}
		return given(err, root.Chmod(tmp, mode))
	})
}

// writeUnder makes text the whole of a file under root, and returns when the medium has
// it. Settle is told the file's name until then: a power cut leaves what was there, or
// text with all that settle did. A file without its rights would keep the daemon from
// starting.
func writeUnder(root *os.Root, name, text string, settle func(tmp string) error) error {
	tmp := name + ".new"
	f, err := root.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = settle(tmp)
	}
	if err == nil {
		err = root.Rename(tmp, name)
	}
	if err != nil {
		return errors.Join(err, root.Remove(tmp))
	}
	d, err := root.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
