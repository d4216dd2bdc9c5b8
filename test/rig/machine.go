package rig

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"readyshelf/test/rig/wire"
)

// Machine is one virtual machine. Its methods fail the test that booted it when
// they cannot do what they are for, so call them on that test's goroutine; those that
// return an error can be called from anywhere.
type Machine struct {
	t     testing.TB
	o     Options
	qemu  *emulator
	qmp   *monitor
	agent *line
	ports map[int]string
	ram   string // the file that is its memory; "" if it is another machine's, and only read
	up    string // seconds since the kernel began, when the agent came up
}

// The limits for what a machine does, on a busy host with an emulated processor.
const (
	bootLimit    = 4 * time.Minute
	commandLimit = 2 * time.Minute
)

// Boot starts a machine and waits for its agent. The machine is gone when the test
// ends. A test that fails shows the end of the machine's console.
func Boot(t testing.TB, o Options) *Machine {
	t.Helper()
	Need(t)
	if kvmWorks(o.Arch) {
		o.accel = kvm
	}
	o, err := o.filled()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	m, err := boot(o, bootLimit)
	if err != nil {
		t.Fatal(err)
	}
	m.belong(t)
	t.Logf("booted in %.1f s with %s", time.Since(began).Seconds(), o.accel)
	return m
}

// boot starts a machine whose options are filled.
func boot(o Options, limit time.Duration) (*Machine, error) {
	ram, err := newRAM()
	if err != nil {
		return nil, err
	}
	m, err := power(o, append(o.memory(ram, true), o.firmware()...)...)
	if err != nil {
		os.Remove(ram)
		return nil, err
	}
	m.ram = ram
	if o.NoAgent {
		return m, nil
	}
	select {
	case m.up = <-m.agent.up:
		return m, nil
	case <-m.qemu.ended:
		err = m.qemu.why()
	case <-time.After(limit):
		err = fmt.Errorf("the machine is not up after %s: %s", limit, tail(m.qemu.console()))
	}
	m.off()
	return nil, err
}

// power starts the process of a machine, with more arguments.
func power(o Options, more ...string) (*Machine, error) {
	dir, err := os.MkdirTemp(scratch, "") // not the test's: names of sockets must be short
	if err != nil {
		return nil, err
	}
	m := &Machine{o: o}
	if m.ports, err = freePorts(o.Forward); err == nil {
		m.qemu, err = emulate(dir, append(o.arguments(dir, m.ports), more...))
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	if err := m.connect(); err != nil {
		m.off()
		return nil, err
	}
	return m, nil
}

// connect opens the machine's sockets.
func (m *Machine) connect() error {
	c, err := m.qemu.dial("qmp")
	if err != nil {
		return err
	}
	if m.qmp, err = newMonitor(c); err != nil {
		return err
	}
	if m.o.NoAgent {
		return nil
	}
	if c, err = m.qemu.dial("agent"); err != nil {
		return err
	}
	m.agent = newLine(c)
	return nil
}

// belong ties the machine to a test.
func (m *Machine) belong(t testing.TB) {
	m.t = t
	t.Cleanup(func() {
		if said := m.qemu.console(); t.Failed() && said != "" {
			t.Logf("the machine's console ends with:\n%s", tail(said))
		}
		m.off()
		t.Logf("it took %.1f s of the host's processors", m.qemu.took().Seconds())
	})
}

// off ends the machine and all that belongs to it.
func (m *Machine) off() {
	m.Kill()
	os.RemoveAll(m.qemu.dir)
	if m.ram != "" {
		os.Remove(m.ram)
	}
}

// Kill cuts the power: the machine is gone when it returns. What its disks have not
// flushed is for them to keep or to lose.
func (m *Machine) Kill() {
	m.qemu.kill()
	if m.qmp != nil {
		m.qmp.close()
	}
	if m.agent != nil {
		m.agent.hangUp(errGone)
	}
}

// Console returns what the machine has printed on its first serial port.
func (m *Machine) Console() string { return m.qemu.console() }

// Addr returns where on the host a TCP port of the machine is reached: host:port. It
// must be one of Options.Forward.
func (m *Machine) Addr(port int) string {
	m.t.Helper()
	addr, ok := m.ports[port]
	if !ok {
		m.t.Fatalf("port %d is not forwarded", port)
	}
	return addr
}

// Listens waits until a program in the machine listens on a TCP port.
func (m *Machine) Listens(port int) {
	m.t.Helper()
	m.Sh("until grep -qi ':%04X [0-9A-F]*:0000 0A ' /proc/net/tcp /proc/net/tcp6; do sleep 0.02; done", port)
}

// Sh runs a command of the machine's shell and returns what it says, standard error
// too. It fails the test if the command fails.
func (m *Machine) Sh(command string, args ...any) string {
	m.t.Helper()
	command = fmt.Sprintf(command, args...)
	out, rc := m.Try("%s", command)
	if rc != 0 {
		m.t.Fatalf("%s: exit code %d: %s", command, rc, out)
	}
	return out
}

// Try runs a command as Sh does, and leaves it to the test whether it may fail.
func (m *Machine) Try(command string, args ...any) (out string, rc int) {
	m.t.Helper()
	p := m.Start(command, args...)
	rc, err := p.Wait(commandLimit)
	if err != nil {
		m.t.Fatal(err)
	}
	return p.Output(), rc
}

// Start runs a command and does not wait for it.
func (m *Machine) Start(command string, args ...any) *Process {
	return m.agent.ask(runRequest(fmt.Sprintf(command, args...)))
}

func runRequest(command string) wire.Request { return wire.Request{Verb: wire.Run, Text: command} }

// pieces are how much of a file is sent at a time.
const pieces = 64 << 10

// Put writes a file in the machine that everybody may read and run.
func (m *Machine) Put(path string, content []byte) {
	m.t.Helper()
	for n := 0; n == 0 || len(content) > 0; n++ {
		piece := content[:min(len(content), pieces)]
		content = content[len(piece):]
		p := m.agent.ask(wire.Request{Verb: wire.Put, Text: path, N: n, Data: piece})
		if _, err := p.Wait(commandLimit); err != nil {
			m.t.Fatal(err)
		}
	}
}

// Get returns a file of the machine.
func (m *Machine) Get(path string) []byte {
	m.t.Helper()
	p := m.agent.ask(wire.Request{Verb: wire.Get, Text: path})
	if _, err := p.Wait(commandLimit); err != nil {
		m.t.Fatal(err)
	}
	return []byte(p.Output())
}

// QMP runs a command of QEMU's monitor and returns its answer. Arguments become a
// JSON object; nil is none.
func (m *Machine) QMP(command string, arguments any) json.RawMessage {
	m.t.Helper()
	b, err := m.qmp.execute(command, arguments)
	if err != nil {
		m.t.Fatal(err)
	}
	return b
}

// SetLink pulls the network cable out, or puts it in again.
func (m *Machine) SetLink(up bool) {
	m.t.Helper()
	m.QMP("set_link", map[string]any{"name": "nic0", "up": up})
}

// Uptime returns what the machine's kernel says of how long it has been running.
func (m *Machine) Uptime() time.Duration {
	m.t.Helper()
	up, _, _ := strings.Cut(m.Sh("cat /proc/uptime"), " ")
	d, err := time.ParseDuration(up + "s")
	if err != nil {
		m.t.Fatal(err)
	}
	return d
}
