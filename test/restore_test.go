package test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// worked is a box at rest that has had orders.
func worked(t *testing.T) *shopBox {
	t.Helper()
	c := newCloud(t)
	s := newShopBox(t, c.addr)
	p := start(t, binary, "run", "--config", s.conf)
	for n := range 5 {
		s.order(100 + n)
	}
	eventually(t, 20*time.Second, "5 orders in the cloud", func() bool { return len(c.accepted(t)) == 5 })
	p.end(syscall.SIGTERM)
	return s
}

// A restore that is killed at any moment can be done again, and nobody starts on half
// of it.
func TestRestoreKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds")
	}
	s := worked(t)
	backup := filepath.Join(s.dir, "box.tar.gz")
	verb(t, "backup", "--config", s.conf, backup)
	r := rand.New(rand.NewPCG(1, 1))
	var half, whole int
	for range 25 {
		dir := t.TempDir()
		args := []string{"restore", "--config-dir", filepath.Join(dir, "etc"), "--data", filepath.Join(dir, "data"), backup}
		cmd := exec.Command(binary, args...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(r.IntN(500)) * time.Millisecond) // the moment of the kill
		cmd.Process.Kill()
		cmd.Wait()
		out, err := exec.Command(binary, args...).CombinedOutput()
		switch {
		case err != nil && strings.Contains(string(out), "--replace"):
			whole++ // the first had come to its end
		case err != nil:
			t.Fatalf("again: %v\n%s", err, out)
		case strings.Contains(string(out), "is kept as"):
			half++ // … all but
		}
		if _, err := os.Stat(filepath.Join(dir, "data", "restore.unfinished")); err == nil {
			t.Error("it left the mark of a restore that was cut short")
		}
		if out := verb(t, "log", "check", filepath.Join(dir, "data", "readyshelf.db")); !strings.Contains(out, "is whole") {
			t.Errorf("log check said %s", out)
		}
		verb(t, "check", "--config", filepath.Join(dir, "etc", "readyshelf.toml"))
	}
	t.Logf("of 25: %d had come to their end, %d to their log", whole, half)
}

// A disk that is full leaves no half of a backup, and an earlier one as it was.
func TestBackupFullDisk(t *testing.T) {
	s := worked(t)
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("needs to mount a RAM disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	backup := filepath.Join(disk, "box.tar.gz")
	if err := os.WriteFile(backup, []byte("an earlier one"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(binary, "backup", "--config", s.conf, backup).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "no space left") {
		t.Errorf("%v\n%s", err, out)
	}
	left, err := os.ReadDir(disk)
	if err != nil || len(left) != 1 {
		t.Errorf("on the disk lie %v, %v", left, err)
	}
	if text, err := os.ReadFile(backup); err != nil || string(text) != "an earlier one" {
		t.Errorf("the earlier backup holds %q, %v", text, err)
	}
}

// A backup that was reported has its name after a power cut too.
func TestBackupIsOnTheMedium(t *testing.T) {
	tool, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed: make test installs it (apt-get install strace)")
	}
	if out, err := exec.Command(tool, "-f", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("strace may not trace here: %v %s", err, out)
	}
	s := newShopBox(t, "127.0.0.1:1")
	if err := os.MkdirAll(filepath.Join(s.dir, "data"), 0o755); err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(t.TempDir(), "box.tar.gz")
	calls := filepath.Join(t.TempDir(), "calls")
	cmd := exec.Command(tool, "-f", "-y", "-o", calls, "-e", "trace=renameat,renameat2,rename,fsync", binary, "backup", "--config", s.conf, backup)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(calls)
	if err != nil {
		t.Fatal(err)
	}
	_, after, named := strings.Cut(string(text), `"`+backup+`"`)
	if !named || !strings.Contains(after, "<"+filepath.Dir(backup)+">") {
		t.Errorf("its folder was not flushed after it got its name:\n%s", text)
	}
}

// Where the packaged user is there and root restores, the daemon's files are the user's.
func TestRestoreGivesToTheService(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	uid, err := exec.Command("id", "-u", "readyshelf").Output()
	if err != nil {
		t.Skip("needs the user readyshelf")
	}
	s := worked(t)
	backup := filepath.Join(s.dir, "box.tar.gz")
	verb(t, "backup", "--config", s.conf, backup)
	dir := t.TempDir()
	verb(t, "restore", "--config-dir", filepath.Join(dir, "etc"), "--data", filepath.Join(dir, "data"), backup)
	owners, err := exec.Command("stat", "-c", "%u %a", filepath.Join(dir, "data"), filepath.Join(dir, "data", "readyshelf.db"), filepath.Join(dir, "etc", "mqtt.password")).Output()
	if err != nil {
		t.Fatal(err)
	}
	u := strings.TrimSpace(string(uid))
	if want := u + " 750\n" + u + " 600\n0 640\n"; string(owners) != want {
		t.Errorf("owners and rights are\n%swant\n%s", owners, want)
	}
}
