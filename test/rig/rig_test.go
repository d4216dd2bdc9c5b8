package rig_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"readyshelf/test/rig"
)

func TestMain(m *testing.M) { rig.Main(m) }

// A restored machine is up at once, knows the time, and is not its own twin.
func TestRestore(t *testing.T) {
	s := rig.Base(t)
	seen := map[string]bool{}
	for range 2 {
		began := time.Now()
		m := rig.Restore(t, s, rig.Options{})
		t.Logf("restored in %.2f s", time.Since(began).Seconds())
		for what, command := range map[string]string{
			"boot id": "cat /proc/sys/kernel/random/boot_id", "random number": "head -c 8 /dev/urandom | hexdump",
		} {
			if out := m.Sh("%s", command); seen[out] || len(out) < 10 {
				t.Errorf("%s is %q, also in another machine", what, out)
			} else {
				seen[out] = true
			}
		}
		now, err := time.Parse(time.RFC3339, strings.TrimSpace(m.Sh("date -u +%%Y-%%m-%%dT%%H:%%M:%%SZ")))
		if err != nil || time.Since(now).Abs() > time.Minute {
			t.Errorf("the machine's time is %s, %v", now, err)
		}
	}
}

func TestAgent(t *testing.T) {
	m := rig.Restore(t, rig.Base(t), rig.Options{})
	if out := m.Sh("readyshelf version"); !strings.Contains(out, "linux/arm64") {
		t.Errorf("the program says %q", out)
	}
	if out, rc := m.Try("echo no; exit 7"); rc != 7 || out != "no\n" {
		t.Errorf("got %q and exit code %d", out, rc)
	}
	p := m.Start("read line; echo got $line; sleep 1000")
	p.Write([]byte("this\n"))
	if err := p.Until("got this", time.Minute); err != nil {
		t.Error(err)
	}
	p.Signal(9)
	if rc, err := p.Wait(time.Minute); rc != 255 || err != nil {
		t.Errorf("a killed command has exit code %d, %v", rc, err)
	}
	file := bytes.Repeat([]byte("0123456789abcdef\n"), 20_000)
	m.Put("/tmp/file", file)
	if got := m.Get("/tmp/file"); !slices.Equal(got, file) {
		t.Errorf("a file of %d bytes came back with %d", len(file), len(got))
	}
	if gone := m.Start("sleep 1000"); gone != nil {
		m.Kill()
		if _, err := gone.Wait(time.Minute); err == nil {
			t.Error("a command in a machine without power goes on")
		}
	}
}

func TestChip(t *testing.T) {
	m := rig.Restore(t, rig.Base(t), rig.Options{})
	c := m.Chip("shelf", "GPIO17", "GPIO27")
	w := c.Watch("GPIO17")
	c.Set("GPIO17", true)
	if !c.Level("GPIO17") || c.Level("GPIO27") {
		t.Error("the wrong line is up")
	}
	const presses = 20
	if err := c.Play("GPIO17", presses, rig.Step{Up: false, For: 25 * time.Millisecond}, rig.Step{Up: true, For: 25 * time.Millisecond}); err != nil {
		t.Error(err)
	}
	if got := len(w.Changes()); got < presses {
		t.Errorf("saw %d changes of %d", got, 2*presses+2)
	}
	c.Remove()
	if out := m.Sh("ls /dev"); strings.Contains(out, c.Name+"\n") {
		t.Error("the chip is still there")
	}
	c.Insert()
	m.Sh("ls /dev/%s", c.Name)
}

func TestAdapter(t *testing.T) {
	m := rig.Restore(t, rig.Base(t), rig.Options{})
	a := m.Plug(1, "S1")
	const (
		there = "for i in $(seq 100); do [ -e /dev/ttyUSB0 ] && exit; sleep 0.05; done; exit 1"
		gone  = "for i in $(seq 100); do [ -e /dev/ttyUSB0 ] || exit 0; sleep 0.05; done; exit 1"
	)
	for range 2 {
		m.Sh(there)
		p := m.Start("stty -F /dev/ttyUSB0 raw -echo; echo open; head -n 1 </dev/ttyUSB0")
		for n := 0; n < 100 && p.Until("hello", 200*time.Millisecond) != nil; n++ { // until it listens
			a.Write([]byte("hello\r\n"))
		}
		if rc, err := p.Wait(time.Minute); rc != 0 || err != nil || !strings.Contains(p.Output(), "hello\r\n") {
			t.Errorf("exit code %d, %v, and it read %q", rc, err, p.Output())
		}
		a.Unplug()
		m.Sh(gone)
		a.Replug()
	}
}

// An amd64 machine boots too, with the host's own processor where that works.
func TestAMD64(t *testing.T) {
	rig.Need(t)
	if _, err := exec.LookPath("qemu-system-x86_64"); err != nil {
		t.Skip("qemu-system-x86 is not installed")
	}
	m := rig.Boot(t, rig.Options{Arch: "amd64"})
	s := m.Save()
	if out := rig.Restore(t, s, rig.Options{}).Sh("readyshelf version"); !strings.Contains(out, "linux/amd64") {
		t.Errorf("the program says %q", out)
	}
}

// The machine reaches the host and the host the machine, until the cable is out.
func TestNetwork(t *testing.T) {
	m := rig.Restore(t, rig.Base(t), rig.Options{Forward: []int{7}})
	m.Start("nc -ll -p 7 -e echo hello")
	m.Listens(7)
	if answer := hear(m.Addr(7)); answer != "hello\n" {
		t.Errorf("the machine says %q", answer)
	}

	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			io.WriteString(c, "welcome")
			c.Close()
		}
	}()
	dial := fmt.Sprintf("timeout 3 nc %s %d </dev/null", rig.Host, ln.Addr().(*net.TCPAddr).Port)
	if out := m.Sh("%s", dial); out != "welcome" {
		t.Errorf("the host says %q", out)
	}
	m.SetLink(false)
	m.Sh("until [ $(cat /sys/class/net/eth0/carrier) = 0 ]; do sleep 0.01; done")
	if out, rc := m.Try("%s", dial); rc == 0 {
		t.Errorf("without a cable the host says %q", out)
	}
	m.SetLink(true)
	m.Sh("until %s; do sleep 0.01; done", dial)
}

// hear returns what somebody says who is called.
func hear(addr string) string {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return ""
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(2 * time.Second))
	b, _ := io.ReadAll(conn) // what came until it hung up
	return string(b)
}

// A machine with a card keeps what it has flushed.
func TestCardInMachine(t *testing.T) {
	card := rig.NewCard(t, false)
	s := rig.Base(t)
	o := rig.Options{Disks: []rig.Disk{{Card: card}}}
	m := rig.Restore(t, s, o)
	m.Sh("mount -t ext4 /dev/vda /mnt && echo yes >/mnt/kept && sync && echo no >/mnt/lost")
	if l := card.Cut(m, rand.New(rand.NewPCG(1, 1))); l.Flushes == 0 {
		t.Errorf("the cut says %+v", l)
	}
	m = rig.Restore(t, s, o)
	if out := m.Sh("mount -t ext4 /dev/vda /mnt && cat /mnt/kept && ls /mnt"); out != "yes\nkept\nlost+found\n" {
		t.Errorf("after the power cut there is %q", out)
	}
}
