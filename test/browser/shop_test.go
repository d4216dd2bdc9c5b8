package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"readyshelf/device/virtual"
	"readyshelf/sync/uplink/uplinktest"
)

// slots are those of the shelf; each has a button and a lamp.
var slots = []string{"A1", "A2", "A3", "A4"}

// shop is a daemon and what stands around it.
type shop struct {
	t       testing.TB
	dir     string
	conf    string
	page    string // the board's address
	till    virtual.Till
	buttons map[string]*virtual.Button
	lamps   map[string]*virtual.Lamp
	scale   *virtual.Scale
	cable   *virtual.Cable // to the broker
	broker  uplinktest.Broker

	daemon *exec.Cmd
	said   *uplinktest.Output
}

// open starts a shop in a language. It is gone when the test ends.
func open(t testing.TB, language string) *shop {
	t.Helper()
	needBrowser(t)
	dir, err := os.MkdirTemp("", "shop-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &shop{
		t: t, dir: dir, page: freePort(t), till: virtual.Till{Addr: freePort(t)},
		buttons: map[string]*virtual.Button{}, lamps: map[string]*virtual.Lamp{}, said: &uplinktest.Output{},
	}
	var running sync.WaitGroup
	t.Cleanup(running.Wait)
	s.plug(&running)
	s.lay(&running)
	s.configure(language)
	s.start()
	t.Cleanup(func() { s.end(syscall.SIGTERM) })
	return s
}

// plug plugs in buttons and lamps, and a scale under no slot.
func (s *shop) plug(running *sync.WaitGroup) {
	for _, slot := range slots {
		button, err := virtual.NewButton(filepath.Join(s.dir, "button-"+slot))
		s.must(err)
		s.t.Cleanup(func() { button.Unplug() })
		lamp, err := virtual.NewLamp(filepath.Join(s.dir, "lamp-"+slot))
		s.must(err)
		running.Go(lamp.Run)
		s.t.Cleanup(func() { lamp.Unplug() })
		s.buttons[slot], s.lamps[slot] = button, lamp
	}
	var err error
	s.scale, err = virtual.NewScale(filepath.Join(s.dir, "scale-pass"))
	s.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	running.Go(func() { s.scale.Run(ctx, 100*time.Millisecond) })
	s.t.Cleanup(func() { cancel(); s.scale.Unplug() })
}

// lay lays the cable to a broker.
func (s *shop) lay(running *sync.WaitGroup) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	s.must(err)
	running.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			running.Go(func() { s.broker.Serve(c) })
		}
	})
	s.t.Cleanup(func() { ln.Close(); s.broker.Close() })
	s.cable, err = virtual.NewCable(ln.Addr().String())
	s.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	running.Go(func() { s.cable.Run(ctx) })
	s.t.Cleanup(cancel)
}

// configure writes the configuration.
func (s *shop) configure(language string) {
	var text strings.Builder
	fmt.Fprintf(&text, "store = %q\ndevice = \"test-pi\"\nlanguage = %q\nencoding = \"utf8\"\ntimezone = \"Asia/Shanghai\"\ndata = %q\n",
		"test-shop", language, filepath.Join(s.dir, "data"))
	fmt.Fprintf(&text, "[[printer]]\nname = \"kitchen\"\nlisten = %q\n", s.till.Addr)
	for _, slot := range slots {
		fmt.Fprintf(&text, "[[button]]\nslot = %q\nline = \"pty:button-%[1]s\"\nlight = \"pty:lamp-%[1]s\"\n", slot)
	}
	fmt.Fprintf(&text, "[[scale]]\nname = \"pass\"\nserial = %q\nprotocol = \"st-gs\"\n", s.scale.Path)
	fmt.Fprintf(&text, "[mqtt]\nbrokers = [\"tcp://%s\"]\n[board]\nlisten = %q\nnames = [\"board.localhost\"]\n[metrics]\nlisten = \"\"\n", s.cable.Addr(), s.page)
	s.conf = filepath.Join(s.dir, "readyshelf.toml")
	s.must(os.WriteFile(s.conf, []byte(text.String()), 0o600))
}

// start starts the daemon and waits until it serves its pages and its printer listens.
func (s *shop) start() {
	s.t.Helper()
	s.daemon = exec.Command(binary, "run", "--config", s.conf)
	s.daemon.Dir = s.dir // so that devices have the short names that pages show
	s.daemon.Stdout, s.daemon.Stderr = s.said, s.said
	s.daemon.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	s.must(s.daemon.Start())
	ready := within(patience, func() bool {
		resp, err := http.Get("http://" + s.page + "/healthz")
		if err != nil {
			return false
		}
		resp.Body.Close()
		c, err := net.Dial("tcp", s.till.Addr)
		if err != nil {
			return false
		}
		c.Close()
		return resp.StatusCode == http.StatusOK
	})
	if !ready {
		s.t.Fatalf("the daemon does not start; it said\n%s", s.said.String())
	}
}

// end sends the daemon a signal and waits for its end.
func (s *shop) end(sig os.Signal) {
	if s.daemon.ProcessState == nil {
		s.daemon.Process.Signal(sig)
		s.daemon.Wait()
	}
}

// dish is one line of a ticket.
type dish struct {
	qty  int
	name string
}

// slip is the ticket of an order, as a till prints it.
func slip(number string, dishes ...dish) []byte {
	job := "\x1b@Order #" + number + "\n"
	for _, d := range dishes {
		job += fmt.Sprintf("%dx %s\n", d.qty, d.name)
	}
	return []byte(job + "\n\n\x1dV\x01")
}

// print prints the ticket of an order.
func (s *shop) print(number string, dishes ...dish) {
	s.t.Helper()
	s.must(s.till.Print(s.t.Context(), slip(number, dishes...)))
}

// press presses the button of a slot for a moment, long enough for a machine under load to
// see it.
func (s *shop) press(slot string) {
	s.t.Helper()
	s.must(s.buttons[slot].Press(250 * time.Millisecond))
}

// story is what the daemon said, and what its log has.
func (s *shop) story() string {
	log, _ := exec.Command(binary, "log", "dump", filepath.Join(s.dir, "data", "readyshelf.db")).CombinedOutput()
	return s.said.String() + string(log)
}

// until waits for what is not on a page.
func (s *shop) until(what string, ok func() bool) {
	s.t.Helper()
	if !within(patience, ok) {
		s.t.Fatalf("waited %s in vain for %s; the daemon said\n%s", patience, what, s.story())
	}
}

// published counts the alerts of a type that the broker has about an order.
func (s *shop) published(kind, number string) int {
	n := 0
	for _, m := range s.broker.Messages() {
		var event struct {
			Type string `json:"type"`
			Data struct {
				Order string `json:"order"`
			} `json:"data"`
		}
		if json.Unmarshal(m.Payload, &event) == nil && event.Data.Order == number && event.Type == "readyshelf."+kind+".v1" {
			n++
		}
	}
	return n
}

// shines waits until a lamp burns without a break, as only the light of a ready order does:
// that of one in the kitchen is on for a tenth of a second.
func (s *shop) shines(slot string, on bool) {
	s.t.Helper()
	const steady = 15 // looks, 20 ms apart
	in := 0
	s.until(fmt.Sprintf("the light at %s, steady: %v", slot, on), func() bool {
		if s.lamps[slot].Lit() == on {
			in++
		} else {
			in = 0
		}
		return in > steady
	})
}

func (s *shop) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// freePort returns a loopback address that nobody listens at.
func freePort(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}
