package test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// packaged is every file of the package, and who may do what with it.
const packaged = `
-rw-r--r-- root/root /etc/readyshelf/readyshelf.toml
-rwxr-xr-x root/root /usr/bin/readyshelf
-rwxr-xr-x root/root /usr/lib/readyshelf/gadget
-rw-r--r-- root/root /usr/lib/systemd/system/readyshelf-gadget.service
-rw-r--r-- root/root /usr/lib/systemd/system/readyshelf-settings.path
-rw-r--r-- root/root /usr/lib/systemd/system/readyshelf-settings.service
-rw-r--r-- root/root /usr/lib/systemd/system/readyshelf.service
-rw-r--r-- root/root /usr/lib/systemd/system/readyshelf.socket
-rw-r--r-- root/root /usr/lib/sysusers.d/readyshelf.conf
-rw-r--r-- root/root /usr/lib/udev/rules.d/61-readyshelf.rules
-rw-r--r-- root/root /usr/share/bash-completion/completions/readyshelf
-rw-r--r-- root/root /usr/share/doc/readyshelf/changelog.gz
-rw-r--r-- root/root /usr/share/doc/readyshelf/copyright
-rw-r--r-- root/root /usr/share/doc/readyshelf/layouts/kitchen-de.toml
-rw-r--r-- root/root /usr/share/doc/readyshelf/layouts/kitchen-fr.toml
-rw-r--r-- root/root /usr/share/doc/readyshelf/layouts/kitchen-it.toml
-rw-r--r-- root/root /usr/share/doc/readyshelf/layouts/kitchen-ja.toml
-rw-r--r-- root/root /usr/share/doc/readyshelf/layouts/kitchen-ko.toml
-rw-r--r-- root/root /usr/share/doc/readyshelf/layouts/kitchen-nl.toml
-rw-r--r-- root/root /usr/share/doc/readyshelf/layouts/kitchen-pl.toml
-rw-r--r-- root/root /usr/share/doc/readyshelf/layouts/kitchen-ru.toml
-rw-r--r-- root/root /usr/share/doc/readyshelf/layouts/kitchen-sv.toml
-rw-r--r-- root/root /usr/share/doc/readyshelf/layouts/kitchen-th.toml
-rw-r--r-- root/root /usr/share/doc/readyshelf/layouts/kitchen-tr.toml
-rw-r--r-- root/root /usr/share/doc/readyshelf/layouts/kitchen-vi.toml
-rw-r--r-- root/root /usr/share/doc/readyshelf/licenses.gz
-rw-r--r-- root/root /usr/share/fish/vendor_completions.d/readyshelf.fish
-rw-r--r-- root/root /usr/share/lintian/overrides/readyshelf
-rw-r--r-- root/root /usr/share/man/man1/readyshelf.1.gz
-rw-r--r-- root/root /usr/share/man/man5/readyshelf.toml.5.gz
-rw-r--r-- root/root /usr/share/zsh/vendor-completions/_readyshelf
`

// installed is a program that "make deps" installs where it may.
func installed(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not here: make deps installs it", name)
	}
	return path
}

// buildPackage runs make deb for one architecture, with more in the environment.
func buildPackage(t *testing.T, env ...string) (file string) {
	t.Helper()
	dir := t.TempDir()
	build := exec.Command("make", "deb", "DEBS=amd64", "DIST="+dir)
	build.Dir, build.Env = root, append(os.Environ(), env...)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("make deb: %v\n%s", err, out)
	}
	all, err := filepath.Glob(filepath.Join(dir, "readyshelf_*_amd64.deb"))
	if err != nil || len(all) != 1 {
		t.Fatalf("make deb left %v, want one package", all)
	}
	return all[0]
}

// The package can be built anew by anybody, byte by byte; it has what it should, and
// Debian's own checker finds no error.
func TestPackage(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the package twice")
	}
	file := buildPackage(t)
	t.Run("reproducible", func(t *testing.T) {
		first, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		elsewhere := []string{"TZ=Asia/Tokyo", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=core.abbrev", "GIT_CONFIG_VALUE_0=20"}
		second, err := os.ReadFile(buildPackage(t, elsewhere...))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, second) {
			t.Errorf("two builds differ: %d and %d bytes", len(first), len(second))
		}
	})
	t.Run("contents", func(t *testing.T) {
		out, err := exec.Command(installed(t, "dpkg-deb"), "--contents", file).Output()
		if err != nil {
			t.Fatal(err)
		}
		got := "\n"
		for _, m := range regexp.MustCompile(`(?m)^(-\S+) (\S+) .* \.(/\S+)$`).FindAllStringSubmatch(string(out), -1) {
			got += fmt.Sprintln(m[1], m[2], m[3])
		}
		if diff := cmp.Diff(packaged, got); diff != "" {
			t.Errorf("the package's files (-want +got):\n%s", diff)
		}
	})
	t.Run("keeps the configuration", func(t *testing.T) {
		out, err := exec.Command(installed(t, "dpkg-deb"), "--info", file, "conffiles").Output()
		if got := strings.TrimSpace(string(out)); err != nil || got != "/etc/readyshelf/readyshelf.toml" {
			t.Errorf("conffiles: %q, %v; want the configuration alone", got, err)
		}
	})
	t.Run("lintian", func(t *testing.T) {
		out, err := exec.Command(installed(t, "lintian"), "--fail-on", "error,warning", "--tag-display-limit", "0", file).CombinedOutput()
		if err != nil {
			t.Errorf("lintian: %v\n%s", err, out)
		}
	})
}

// systemd understands the units, and finds the daemon well shut in.
func TestUnits(t *testing.T) {
	analyze := installed(t, "systemd-analyze")
	dir := t.TempDir()
	verify := []string{"verify", "--man=no"}
	programs := strings.NewReplacer("/usr/bin/readyshelf", binary, "/usr/lib/readyshelf/gadget", binary) // they are not installed here
	for _, name := range []string{"readyshelf.service", "readyshelf.socket", "readyshelf-gadget.service", "readyshelf-settings.service", "readyshelf-settings.path"} {
		unit := filepath.Join(dir, name)
		if err := os.WriteFile(unit, []byte(programs.Replace(read(t, filepath.Join(root, "systemd", name)))), 0o600); err != nil {
			t.Fatal(err)
		}
		verify = append(verify, unit)
	}
	if out, err := exec.Command(analyze, verify...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
	// The threshold counts tenths.
	for _, name := range []string{"readyshelf.service", "readyshelf-settings.service"} {
		service := filepath.Join(dir, name)
		if out, err := exec.Command(analyze, "security", "--offline=true", "--threshold=20", service).CombinedOutput(); err != nil {
			t.Errorf("systemd-analyze security: %v\n%s", err, out)
		}
	}
}

// udev understands the rules. Its checker came with systemd 254.
func TestRules(t *testing.T) {
	udevadm := installed(t, "udevadm")
	if out, _ := exec.Command(udevadm, "verify", "--version").CombinedOutput(); strings.Contains(string(out), "Unknown command") {
		t.Skip("this udevadm cannot verify rules")
	}
	out, err := exec.Command(udevadm, "verify", "--resolve-names=never", filepath.Join(root, "systemd", "readyshelf.rules")).CombinedOutput()
	if err != nil {
		t.Errorf("udevadm verify: %v\n%s", err, out)
	}
}
