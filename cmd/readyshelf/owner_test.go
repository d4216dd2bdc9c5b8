package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
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

// asUser does something with files as another user.
func asUser(t *testing.T, uid int, do func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can be another user")
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	was, err := unix.SetfsuidRetUid(uid)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Setfsuid(was)
	do()
}

// While root restores a log, who owns the data folder can put no link there that root
// would write through; afterwards the folder is the owner's again.
func TestRestoreHasTheDataFolderAlone(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root gives files away")
	}
	o := box(t)
	dir := t.TempDir()
	r := &restoring{file: o.backup, configDir: filepath.Join(dir, "etc"), data: filepath.Join(dir, "data"), owner: owner{uid: 4711, gid: 4712, other: true}}
	link := filepath.Join(r.data, "link")
	plant := func() (err error) {
		asUser(t, r.owner.uid, func() { err = os.Symlink("/etc/motd", link) })
		return err
	}
	meanwhile := &onWrite{do: plant}
	r.out = meanwhile
	err := errors.Join(r.read(), os.Chmod(filepath.Dir(dir), 0o755), os.Mkdir(r.data, 0o770), os.Chmod(r.data, 0o770), os.Chown(r.data, r.owner.uid, r.owner.gid), r.settle())
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(link) // planted by what settle said
	meanwhile.errs = nil
	if err := r.write(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, meanwhile)
	}
	if len(meanwhile.errs) == 0 || !errors.Is(errors.Join(meanwhile.errs...), os.ErrPermission) {
		t.Errorf("a link planted meanwhile: %v", meanwhile.errs)
	}
	if _, err := os.Lstat(link); err == nil {
		t.Error("a link was planted")
	}
	if err := plant(); err != nil {
		t.Errorf("afterwards the owner may not write: %v", err)
	}
}

// onWrite does something at every Write.
type onWrite struct {
	bytes.Buffer
	do   func() error
	errs []error
}

func (w *onWrite) Write(b []byte) (int, error) {
	if err := w.do(); err != nil {
		w.errs = append(w.errs, err)
	}
	return w.Buffer.Write(b)
}

// Where a file cannot have two names, as on a memory card from a camera, the old one still
// is kept.
func TestSetAsideWithoutLinks(t *testing.T) {
	if on, err := os.ReadFile("/proc/sys/fs/protected_hardlinks"); err != nil || strings.TrimSpace(string(on)) != "1" {
		t.Skip("this kernel lets everybody link anything")
	}
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := errors.Join(os.Chmod(dir, 0o777), root.WriteFile("a.old-1", []byte("oldest"), 0o600), root.WriteFile("a", []byte("old"), 0o600)); err != nil {
		t.Fatal(err)
	}
	asUser(t, 4711, func() { // who may rename a file of root's here, and not link it
		if err := setAside(root, "a"); err != nil {
			t.Error(err)
		}
		if err := setAside(root, "a"); err != nil {
			t.Errorf("nothing to set aside: %v", err)
		}
	})
	for name, want := range map[string]string{"a.old-1": "oldest", "a.old-2": "old"} {
		if got := string(readFile(t, dir, name)); got != want {
			t.Errorf("%s holds %q, want %q", name, got, want)
		}
	}
}

// Root writes no log that the daemon could not open, and says who may.
func TestRootLeavesAnothersData(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root could write there")
	}
	dir := t.TempDir()
	data, conf := filepath.Join(dir, "data"), filepath.Join(dir, "readyshelf.toml")
	text := fmt.Sprintf("store = \"s\"\ndata = %q\n[mqtt]\nbrokers = []\n", data)
	if err := errors.Join(os.Mkdir(data, 0o750), os.Chown(data, 4711, 4712), os.WriteFile(conf, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	db := filepath.Join(data, logName)
	for _, args := range [][]string{{"run", "--config", conf}, {"log", "compact", db}, {"log", "salvage", "--out", db, db + ".bad-1"}} {
		var said bytes.Buffer
		ctx, cancel := context.WithTimeout(t.Context(), time.Second) // one that runs ends
		code := command(ctx, args, streams{strings.NewReader(""), &said, &said})
		cancel()
		if want := "sudo -u '#4711' readyshelf " + strings.Join(args, " "); code != exitFailed || !strings.Contains(said.String(), want) {
			t.Errorf("%s ends with %d and says %q, want %q", args, code, said.String(), want)
		}
	}
	if left, err := os.ReadDir(data); err != nil || len(left) > 0 {
		t.Errorf("it wrote %v (%v)", left, err)
	}
}

// A daemon that may not write says what to do, where something can be done.
func TestMayWrite(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing")
	for _, c := range []struct {
		dir  string
		err  error
		says string
	}{
		{dir, &os.PathError{Op: "open", Path: dir, Err: syscall.EACCES}, fmt.Sprintf("sudo chown -R %d:%d %s", os.Geteuid(), os.Getegid(), dir)},
		{dir, &os.PathError{Op: "open", Path: dir, Err: syscall.EROFS}, "ReadWritePaths=" + dir},
		{dir, syscall.EIO, ""},
		{missing, syscall.EACCES, ""},
	} {
		got := mayWrite(c.dir, c.err)
		if !errors.Is(got, c.err) || !strings.HasSuffix(got.Error(), c.says) || c.says == "" && got != c.err {
			t.Errorf("of %v it says %q, want %q", c.err, got, c.says)
		}
	}
	if err := mayWrite(dir, nil); err != nil {
		t.Error(err)
	}
}
