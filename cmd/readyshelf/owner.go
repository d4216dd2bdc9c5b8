package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
)

// serviceUser is who the packaged daemon runs as.
const serviceUser = "readyshelf"

// owner is who gets what root writes: the user of the service. The zero owner is
// nobody else: files stay with who writes them.
type owner struct {
	uid, gid int
	other    bool
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
	return errors.Join(root.Lchown(name, 0, o.gid), root.Chmod(name, 0o640))
}

// takeData gives the data folder with all that is in it to the owner.
func (o owner) takeData(dir string) error {
	if !o.other {
		return nil
	}
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, o.uid, o.gid)
	})
}
