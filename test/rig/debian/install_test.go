package debian_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"readyshelf/test/rig"
)

// What was just installed works, tells nobody anything, and says what to do next.
func TestInstall(t *testing.T) {
	t.Parallel()
	m := rig.Restore(t, installed(t), rig.Options{Forward: []int{9100}})
	if !strings.Contains(aptSays, "sudo readyshelf setup") {
		t.Errorf("apt says\n%s", aptSays)
	}
	if got := property(m, "ActiveState"); got != "active" {
		t.Errorf("the service is %s", got)
	}
	if got := property(m, "StatusText"); !strings.Contains(got, "not set up yet") || !strings.Contains(got, "readyshelf setup") {
		t.Errorf("the service says %q", got)
	}
	if out := m.Sh("systemctl is-enabled readyshelf.service readyshelf.socket"); out != "enabled\nenabled\n" {
		t.Errorf("after a boot the units are %q", out)
	}
	if err := ask(m.Addr(9100), askOnline, yesOnline); err != nil {
		t.Error(err)
	}
	if failed := m.Sh("systemctl --failed --no-legend"); failed != "" {
		t.Errorf("failed: %s", failed)
	}
}

// The sandboxes are as tight as the documentation says.
func TestSandbox(t *testing.T) {
	t.Parallel()
	m := rig.Restore(t, installed(t), rig.Options{})
	for unit, most := range map[string]float64{"readyshelf.service": 2.0, "readyshelf-settings.service": 2.0} {
		out := m.Sh("systemd-analyze security --no-pager %s | tail -n 1", unit)
		var exposure float64
		found := regexp.MustCompile(`: ([0-9.]+) `).FindStringSubmatch(out)
		if found == nil {
			t.Fatalf("%s: systemd says %q", unit, out)
		}
		fmt.Sscan(found[1], &exposure)
		t.Logf("%s: exposure %.1f", unit, exposure)
		if exposure > most {
			t.Errorf("%s: exposure %.1f, wanted %.1f at most", unit, exposure, most)
		}
	}
}

// Root, and people in the program's group, ask the running daemon how all is.
func TestDoctor(t *testing.T) {
	t.Parallel()
	m := rig.Restore(t, shop(t), rig.Options{})
	m.Sh("useradd -m -G readyshelf ann && useradd -m bob")
	told := []string{"ok printer/kitchen :9100: open", "ok button/A1 GPIO17: open", "the board is up for"}
	for as, more := range map[string][]string{ // without a bus, systemd answers root alone
		"": {"ok unit active (running), enabled at boot"}, "runuser -u ann -- ": nil,
	} {
		out, _ := m.Try("%sreadyshelf doctor </dev/null", as)
		for _, line := range append(more, told...) {
			if !strings.Contains(strings.Join(strings.Fields(out), " "), line) {
				t.Errorf("as %q doctor does not say %q:\n%s", as, line, out)
			}
		}
	}
	if out, rc := m.Try("runuser -u bob -- readyshelf log dump 2>&1"); rc == 0 {
		t.Errorf("anybody reads the log: %s", out)
	}
}

// Removing leaves the data, purging nothing at all.
func TestRemove(t *testing.T) {
	t.Parallel()
	m := rig.Restore(t, installed(t), rig.Options{})
	t.Log(m.Sh("apt remove -y readyshelf </dev/null 2>&1 | tail -n 3"))
	m.Sh("test -s /var/lib/readyshelf/readyshelf.db && test -s /etc/readyshelf/readyshelf.toml && ! test -e /usr/bin/readyshelf")
	if out, rc := m.Try("systemctl is-active readyshelf.service readyshelf.socket"); rc == 0 {
		t.Errorf("removed, and still %s", out)
	}
	if out := m.Sh("cat /proc/net/tcp6"); strings.Contains(out, ":238C ") { // 9100
		t.Error("removed, and the port is still open")
	}
	t.Log(m.Sh("apt purge -y readyshelf </dev/null 2>&1 | tail -n 3"))
	m.Sh("rm /tmp/readyshelf.deb")
	if out := m.Sh("for d in / /run /tmp /var/tmp /dev; do find $d -xdev -iname '*readyshelf*'; done; getent passwd readyshelf; getent group readyshelf; " +
		"systemctl list-units --all --no-legend 'readyshelf*'; systemctl list-unit-files --no-legend 'readyshelf*'; true"); out != "" {
		t.Errorf("purged, and there is still\n%s", out)
	}
}

// Who gives the printer another port restarts the socket, and the daemon has it then.
func TestOtherPort(t *testing.T) {
	t.Parallel()
	m := rig.Restore(t, installed(t), rig.Options{})
	m.Sh("mkdir /etc/systemd/system/readyshelf.socket.d && cd /etc/systemd/system/readyshelf.socket.d && " +
		"echo [Socket] >port.conf && echo ListenStream= >>port.conf && echo ListenStream=9101 >>port.conf && " +
		"systemctl daemon-reload && sed -i s/9100/9101/ /etc/readyshelf/readyshelf.toml")
	for _, units := range []string{"readyshelf.socket", "readyshelf.socket readyshelf.service"} {
		for range 5 {
			before := property(m, "MainPID")
			m.Sh("systemctl restart %s && systemctl start readyshelf.service", units)
			if property(m, "MainPID") == before {
				t.Fatalf("to restart %s did not restart the daemon", units)
			}
			m.Sh("systemctl is-active readyshelf.socket && grep -q ':238D .* 0A ' /proc/net/tcp6 && ! grep -q ':238C .* 0A ' /proc/net/tcp6")
		}
	}
}

// A package whose daemon does not come up, with a disk of its own for the log, can be
// purged too.
func TestPurgeBroken(t *testing.T) {
	t.Parallel()
	m := rig.Restore(t, installed(t), rig.Options{})
	m.Sh("systemctl stop readyshelf.socket readyshelf.service && mount -t tmpfs tmpfs /var/lib/readyshelf && touch /var/lib/readyshelf/readyshelf.db")
	m.Sh("sed -i s/9100/x/ /etc/readyshelf/readyshelf.toml && ! systemctl start readyshelf.service")
	t.Log(m.Sh("dpkg --purge readyshelf 2>&1"))
	if out := m.Sh("ls -A /var/lib/readyshelf; getent passwd readyshelf; systemctl list-units --all --no-legend 'readyshelf*'"); out != "" {
		t.Errorf("purged, and there is still\n%s", out)
	}
}
