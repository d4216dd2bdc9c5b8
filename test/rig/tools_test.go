package rig_test

import (
	"fmt"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"readyshelf/test/rig"
)

// toolsMachine is a machine with a shelf and with a scale on a USB adapter.
func toolsMachine(t *testing.T) (*rig.Machine, *rig.Chip, *scaleOn) {
	t.Helper()
	m := rig.Restore(t, slowBase(t), rig.Options{Forward: []int{9100}})
	sc := newScaleOn(t, m.Plug(1, "SCALE1"), false)
	sc.grams.Store(500)
	m.Sh("until [ -e /dev/ttyUSB0 ]; do sleep 0.05; done")
	byID(m, "SCALE1", 0)
	return m, newShelf(m), sc
}

const scaleTable = "[[scale]]\nname = \"a\"\nserial = \"/dev/serial/by-id/usb-FTDI_FT232R_SCALE1-if00-port0\"\nprotocol = \"st-gs\"\nslot = \"A4\"\n"

// doctor is what doctor says, and its exit code.
func doctor(m *rig.Machine) string {
	out, rc := m.Try("readyshelf doctor --config /etc/readyshelf.toml")
	return fmt.Sprintf("%sexit code %d\n", out, rc)
}

// withBroker puts a broker into a configuration.
func withBroker(config []byte, port int) []byte {
	return []byte(strings.Replace(string(config), "brokers = []", fmt.Sprintf("brokers = [\"tcp://%s:%d\"]", rig.Host, port), 1))
}

// TestDoctor runs doctor on a shop that works, and provokes each failure that a kernel can
// make.
func TestDoctor(t *testing.T) {
	t.Parallel()
	t.Run("works", func(t *testing.T) {
		m, shelf, _ := toolsMachine(t)
		_, port := newBroker(t)
		m.SyncClock(time.Now())
		s := openShop(t, m, shelf, withBroker(shopConfig(scaleTable), port))
		if err := printOrder(m.Addr(9100), 1); err != nil {
			t.Fatal(err)
		}
		shelf.Press("GPIO17", 300*time.Millisecond)
		s.eventually(1, "press", 0, released)
		golden(t, "doctor-works", doctor(m))
		s.close()
	})
	t.Run("stopped", func(t *testing.T) {
		m, _, _ := toolsMachine(t)
		m.SyncClock(time.Now())
		m.Put("/etc/readyshelf.toml", shopConfig(scaleTable))
		golden(t, "doctor-stopped", doctor(m))
	})
	t.Run("everything is wrong", func(t *testing.T) {
		m, _, _ := toolsMachine(t)
		closed, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		closed.Close()
		more := scaleTable +
			"[[scale]]\nname = \"gone\"\nserial = \"/dev/serial/by-id/usb-gone\"\nprotocol = \"st-gs\"\n" +
			"[[printer]]\nname = \"usb\"\ngadget = \"/dev/g_printer0\"\n" +
			"[[button]]\nslot = \"B1\"\nline = \"GPIO13\"\n[[button]]\nslot = \"B2\"\nline = \"gpiochip7/1\"\n"
		m.Put("/etc/readyshelf.toml", withBroker(shopConfig(more), closed.Addr().(*net.TCPAddr).Port))
		m.Put("/bin/edges", guest(t, "edges"))
		taken := m.Start("exec edges 100s GPIO22 GPIO24")
		if err := taken.Until("ready", patience); err != nil {
			t.Fatal(err)
		}
		busy := m.Start("exec readyshelf listen --config /etc/readyshelf.toml /dev/ttyUSB0")
		if err := busy.Until("<", patience); err != nil {
			t.Fatal(err)
		}
		m.Start("exec nc -l -p 9100")
		m.Listens(9100)
		m.Sh("mkdir -p /run/shop && mount -t tmpfs -o size=1m none /run/shop; dd if=/dev/zero of=/run/shop/full bs=64k 2>/dev/null; true")
		m.Sh("echo 9010000.pl031 >/sys/bus/amba/drivers/rtc-pl031/unbind")
		m.SetClock(time.Unix(60, 0))
		golden(t, "doctor-ill", doctor(m))
	})
	t.Run("read-only disk", func(t *testing.T) {
		m, _, _ := toolsMachine(t)
		m.Put("/etc/readyshelf.toml", shopConfig(scaleTable))
		m.Sh("mkdir -p /run/shop && mount -t tmpfs -o size=64m none /run/shop && mount -o remount,ro /run/shop")
		golden(t, "doctor-readonly", doctor(m))
	})
}

// TestListen runs listen at each kind of device while somebody uses it.
func TestListen(t *testing.T) {
	t.Parallel()
	m, shelf, sc := toolsMachine(t)
	s := openShop(t, m, shelf, shopConfig(scaleTable))
	listen := func(device string, use func(*rig.Process)) string {
		t.Helper()
		p := m.Start("exec readyshelf listen --config /etc/readyshelf.toml --for 5s %s", device)
		if err := p.Until(" now\n", patience); err != nil {
			t.Fatal(err)
		}
		use(p)
		rc, err := p.Wait(patience)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%sexit code %d\n", clockless.ReplaceAllString(p.Output(), "    N.NNN"), rc)
	}
	golden(t, "listen-button", listen("button/A1", func(*rig.Process) {
		if err := shelf.Play("GPIO17", 1, bouncing(300*time.Millisecond)...); err != nil {
			t.Error(err)
		}
	}))
	golden(t, "listen-printer", listen("printer/kitchen", func(*rig.Process) {
		if err := printOrder(m.Addr(9100), 7); err != nil {
			t.Error(err)
		}
	}))
	golden(t, "listen-scale", once(listen("scale/a", func(p *rig.Process) {
		if err := p.Until("500 g", patience); err != nil {
			t.Error(err)
		}
		sc.grams.Store(900)
	})))
	s.close()
}

// clockless is the time of a line of listen.
var clockless = regexp.MustCompile(`(?m)^ +\d+\.\d{3}`)

// once leaves out what a scale says again and again: its bytes, and what was said before.
func once(text string) string {
	var b strings.Builder
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		if !seen[line] && !strings.Contains(line, "N.NNN  <") {
			b.WriteString(line)
		}
		seen[line] = true
	}
	return b.String()
}

// TestSetup sets a shop up by a conversation, uses its devices when it is asked to, and then
// works with what was written.
func TestSetup(t *testing.T) {
	t.Parallel()
	m, shelf, _ := toolsMachine(t)
	talk := &conversation{t: t, p: m.Start("exec readyshelf setup --config /etc/readyshelf.toml --timezone UTC --language en --encoding cp437 --watch GPIO17,GPIO22,GPIO24,GPIO5 2>&1")}
	press := func(line string) {
		t.Helper()
		m.Sh("sleep 1") // a finger is not that quick
		if err := shelf.Press(line, 300*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	talk.answer("The store's name", "rig")
	talk.answer("An extra printer on the network", ":9100")
	talk.answer("Stand in the line", "none")
	talk.answer("line that is tapped", "none")
	talk.answer("a printer on the till's USB", "none")
	talk.await("print a ticket now")
	m.Listens(9100)
	m.Sh("printf 'Order #7\\n2x Soup\\n\\035V\\001' | nc 127.0.0.1 9100 &")
	talk.answer("Ask what talks there?", "y")
	talk.answer("Protocol of the scale", "st-gs")
	talk.await("put something of 50 g or more") // it is there
	talk.answer("The slot that it stands under", "A4")
	talk.answer("Protocol of the scale on /dev/ttyAMA0", "none")
	talk.await("Press the button of slot A1")
	press("GPIO17")
	talk.answer("Its slot", "")
	talk.answer("The pin of its light", "GPIO27")
	talk.await("blink?")
	blinks := shelf.Watch("GPIO27")
	for len(blinks.Changes()) < 4 {
		m.Sh("sleep 0.1")
	}
	talk.say("y")
	talk.await("Press the button of slot A2")
	press("GPIO22")
	talk.answer("Its slot", "")
	talk.answer("The pin of its light", "none")
	talk.answer("Press the button of slot A3", "")
	talk.answer("Brokers", "none")
	talk.answer("Write this to", "y")
	if rc, err := talk.p.Wait(patience); rc != 0 || err != nil {
		t.Errorf("exit code %d, %v", rc, err)
	}
	golden(t, "setup", talk.p.Output())

	daemon := m.Start("exec readyshelf run --config /etc/readyshelf.toml")
	if err := daemon.Until("running", patience); err != nil {
		t.Fatal(err)
	}
	press("GPIO22")
	m.Sh("for i in $(seq 20); do readyshelf log dump --json | grep -q '\"slot\":\"A2\",\"gesture\":\"short\"' && exit; sleep 0.2; done; exit 1")
}

// conversation is one with a program that asks.
type conversation struct {
	t    *testing.T
	p    *rig.Process
	read int // of what it said
}

// await waits until the program says something new.
func (c *conversation) await(what string) {
	c.t.Helper()
	for end := time.Now().Add(patience); ; {
		said := c.p.Output()
		if i := strings.Index(said[c.read:], what); i >= 0 {
			c.read += i + len(what)
			return
		}
		if rc, err := c.p.Wait(50 * time.Millisecond); err == nil || time.Now().After(end) {
			c.t.Fatalf("it does not say %q, exit code %d; it said\n%s", what, rc, c.p.Output())
		}
	}
}

func (c *conversation) say(text string) { c.p.Write([]byte(text + "\n")) }

func (c *conversation) answer(question, text string) {
	c.t.Helper()
	c.await(question)
	c.say(text)
}
