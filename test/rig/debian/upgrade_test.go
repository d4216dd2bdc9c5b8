package debian_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"readyshelf/test/rig"
)

// An update in the middle of business loses nothing, refuses nobody, and keeps what the
// owner has written.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	rig.Need(t)
	old, now := previousPackage(t), thisPackage(t)
	m := rig.Restore(t, rig.Debian(t), rig.Options{})
	install(t, m, old)
	chip := openShop(m)
	m.Guest("till")
	const owned, version = "md5sum /etc/readyshelf/readyshelf.toml", "readyshelf version"
	config, was := m.Sh(owned), m.Sh(version)
	till := startTill(t, m, time.Second)
	wait := pressAll(t, chip, 20*time.Second)

	at := m.Uptime()
	out := install(t, m, now, "-o Dpkg::Options::=--force-confold")
	done := m.Uptime()
	till.prints(5, done)
	wait()
	r := till.stop(m)

	if !strings.Contains(out, "Setting up readyshelf") {
		t.Errorf("apt says\n%s", out)
	}
	if is := m.Sh(version); is == was {
		t.Errorf("it is still %s", is)
	}
	if m.Sh(owned) != config {
		t.Error("the configuration was changed")
	}
	var longest time.Duration
	for i := 1; i < len(r.orders); i++ {
		longest = max(longest, r.orders[i]-r.orders[i-1])
	}
	t.Logf("the update took %.1f s; the longest that the till waited was %.1f s", (done - at).Seconds(), longest.Seconds())
}

// previousPackage builds the package of the release before this commit, or, where there
// was none yet, of the newest commit that is older.
func previousPackage(t *testing.T) []byte {
	t.Helper()
	git := func(args ...string) (string, error) {
		out, err := exec.Command("git", append([]string{"-C", checkout}, args...)...).Output()
		return strings.TrimSpace(string(out)), err
	}
	commit, err := git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*", "HEAD^")
	if err != nil { // two commits of one second have no order
		commit, err = git("rev-list", "-n", "1", fmt.Sprintf("--before=%d", commitTime(t, git)-1), "HEAD^")
	}
	if err != nil || commit == "" {
		t.Skip("there is no earlier commit here to update from: this clone is shallow")
	}
	dir := filepath.Join(t.TempDir(), "previous")
	if out, err := exec.Command("git", "clone", "-q", "--shared", "--no-checkout", checkout, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := exec.Command("git", "-C", dir, "-c", "advice.detachedHead=false", "checkout", "-q", commit).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Logf("the previous build is of %s", commit)
	return makePackage(t, dir)
}

// commitTime is when this commit was made, in seconds since 1970.
func commitTime(t *testing.T, git func(...string) (string, error)) (at int64) {
	t.Helper()
	out, err := git("log", "-1", "--format=%ct")
	if err == nil {
		at, err = strconv.ParseInt(out, 10, 64)
	}
	if err != nil {
		t.Fatal(err)
	}
	return at
}
