package debian_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"readyshelf/test/rig"
)

func TestMain(m *testing.M) { rig.Main(m) }

// patience is how long something may take that takes a second, on a busy host with an
// emulated processor.
const patience = 2 * time.Minute

// state makes a state when the first test asks for it.
func state(prepare func(t *testing.T) *rig.State) func(t *testing.T) *rig.State {
	var once sync.Once
	var s *rig.State
	return func(t *testing.T) *rig.State {
		t.Helper()
		rig.Need(t)
		once.Do(func() { s = prepare(t) })
		if s == nil {
			t.Fatal("an earlier test has failed to prepare the machine")
		}
		return s
	}
}

// aptSays is what apt said when it installed the package.
var aptSays string

// installed is a Debian onto which the package was just installed.
var installed = state(func(t *testing.T) *rig.State {
	deb := thisPackage(t)
	return rig.Debian(t).Prepare(t, func(m *rig.Machine) { aptSays = install(t, m, deb) })
})

// install installs a package as a person does who answers no question.
func install(t *testing.T, m *rig.Machine, deb []byte, options ...string) string {
	t.Helper()
	m.Put("/tmp/readyshelf.deb", deb)
	p := m.Start("apt install -y %s /tmp/readyshelf.deb </dev/null 2>&1", strings.Join(options, " "))
	if rc, err := p.Wait(3 * patience); rc != 0 || err != nil {
		t.Fatalf("apt ends with %d, %v: %s", rc, err, p.Output())
	}
	return p.Output()
}

// the shelf's only slot, and the lines of its button and light.
const (
	slot   = "A1"
	button = "GPIO17"
	light  = "GPIO27"
)

// shelf is the chip of the shelf in the state shop.
var shelf *rig.Chip

// shop is a Debian on which the program knows a shop: a printer, a slot with a button
// and a light, no broker. A watchdog waits 10 s and not 30 s, so that tests are short.
var shop = state(func(t *testing.T) *rig.State {
	return installed(t).Prepare(t, func(m *rig.Machine) {
		shelf = openShop(m)
		m.Sh("mkdir -p /etc/systemd/system/readyshelf.service.d")
		m.Put("/etc/systemd/system/readyshelf.service.d/rig.conf", fmt.Appendf(nil, "[Service]\nWatchdogSec=%d\n", watchdog/time.Second))
		m.Sh("systemctl daemon-reload && systemctl restart readyshelf")
		m.Guest("till")
		m.Guest("freeze")
	})
})

// watchdog is WatchdogSec of the state shop.
const watchdog = 10 * time.Second

// openShop puts the shelf into a machine and configures it.
func openShop(m *rig.Machine) *rig.Chip {
	c := m.Chip("shelf", button, light)
	c.Set(button, true)
	configure(m, "[]", "")
	return c
}

// configure writes the configuration, with this list of brokers and more at the end.
func configure(m *rig.Machine, brokers, more string) {
	m.Put("/etc/readyshelf/readyshelf.toml", fmt.Appendf(nil, `store = "test"
device = "pi"
encoding = "cp437"
timezone = "UTC"
[[printer]]
name = "kitchen"
listen = ":9100"
[[button]]
slot = %q
line = %q
light = %q
[mqtt]
brokers = %s
%s`, slot, button, light, brokers, more))
	m.Sh("readyshelf check && systemctl restart readyshelf")
}

// property returns a property of the service, as systemd has it.
func property(m *rig.Machine, name string) string {
	return strings.TrimSpace(m.Sh("systemctl show --value -p %s readyshelf", name))
}

// checkout is the root of the module.
const checkout = "../../.."

// thisPackage builds the package of this checkout.
func thisPackage(t *testing.T) []byte {
	t.Helper()
	return makePackage(t, checkout)
}

// makePackage builds the package of a checkout.
func makePackage(t *testing.T, root string) []byte {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("make", "-s", "-C", root, "deb", "DIST="+dir, "DEBS="+rig.DebianArch).CombinedOutput(); err != nil {
		t.Fatalf("make deb: %v: %s", err, out)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	if err != nil || len(found) != 1 {
		t.Fatalf("make deb has made %v, %v", found, err)
	}
	b, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return b
}
