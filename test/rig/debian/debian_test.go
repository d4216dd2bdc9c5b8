package debian_test

import (
	"strings"
	"testing"

	"readyshelf/test/rig"
)

func TestMain(m *testing.M) { rig.Main(m) }

// A Debian with systemd is up at once.
func TestDebian(t *testing.T) {
	m := rig.Restore(t, rig.Debian(t), rig.Options{})
	if out := m.Sh("systemctl is-system-running; id -u; ip=$(cat /sys/class/net/eth0/operstate); echo $ip"); !strings.HasPrefix(out, "running\n0\n") {
		t.Errorf("the machine says %q", out)
	}
}
