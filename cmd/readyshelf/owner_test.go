package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// What root writes can be read by the daemon, also in the place of a file that it could
// not read; what lies outside of the data folder stays whose it was.
func TestOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root gives files away")
	}
	dir := t.TempDir()
	outside := filepath.Join(dir, "outside")
	data := filepath.Join(dir, "data")
	err := errors.Join(os.Mkdir(data, 0o755), os.WriteFile(outside, nil, 0o600), os.Symlink(outside, filepath.Join(data, "link")),
		os.WriteFile(filepath.Join(data, "file"), nil, 0o600), os.WriteFile(filepath.Join(dir, "closed"), nil, 0o600), os.WriteFile(filepath.Join(dir, "open"), nil, 0o644))
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Umask(syscall.Umask(0o077)) // as careful people set it
	o := owner{uid: 4711, gid: 4712, other: true}
	if err := o.takeData(data); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"closed", "open", "fresh"} {
		if err := o.replaceFile(filepath.Join(dir, name), "text"); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	r := restoring{owner: o}
	if err := r.put(root, "certs/deep/ca.pem", []byte("text")); err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		name     string
		uid, gid uint32
		mode     os.FileMode
	}{
		{"data", 4711, 4712, 0o755}, {"data/file", 4711, 4712, 0o600}, {"data/link", 4711, 4712, 0o777}, {"outside", 0, 0, 0o600},
		{"certs", 0, 4712, 0o750}, {"certs/deep", 0, 4712, 0o750}, {"certs/deep/ca.pem", 0, 4712, 0o640},
		{"closed", 0, 4712, 0o640}, {"open", 0, 4712, 0o644}, {"fresh", 0, 4712, 0o640},
	} {
		info, err := os.Lstat(filepath.Join(dir, want.name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Sys().(*syscall.Stat_t); got.Uid != want.uid || got.Gid != want.gid || info.Mode().Perm() != want.mode {
			t.Errorf("%s is of %d:%d, %v; want %d:%d, %v", want.name, got.Uid, got.Gid, info.Mode().Perm(), want.uid, want.gid, want.mode)
		}
	}
}
