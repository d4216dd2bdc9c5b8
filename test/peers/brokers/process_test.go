package brokers

import (
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// process is a broker in a process of its own, on a port that it keeps.
type process struct {
	name string
	mqtt string // host:port
	log  string // the file of what it says; empty where that is nothing
	args []string
	env  []string
	cmd  *exec.Cmd
}

// start runs it; await waits until it takes MQTT connections.
func (p *process) start(t testing.TB) {
	t.Helper()
	p.cmd = exec.Command(p.args[0], p.args[1:]...)
	p.cmd.Env = append(os.Environ(), p.env...)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

func (p *process) await(t testing.TB) {
	t.Helper()
	if !within(30*time.Second, func() bool {
		c, err := net.Dial("tcp", p.mqtt)
		if err == nil {
			c.Close()
		}
		return err == nil
	}) {
		said, _ := os.ReadFile(p.log)
		t.Fatalf("%s takes no MQTT connections; it said\n%s", p.name, said)
	}
}

// kill is kill -9, stop is what systemctl stop does. Both wait for the end.
func (p *process) kill() { p.end(syscall.SIGKILL) }
func (p *process) stop() { p.end(syscall.SIGTERM) }

func (p *process) end(s syscall.Signal) {
	p.cmd.Process.Signal(s)
	p.cmd.Wait()
}

// freePorts returns ports of the loopback that nobody uses.
func freePorts(t testing.TB, n int) []int {
	t.Helper()
	var ports []int
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

// within waits until ok, for d at most.
func within(d time.Duration, ok func() bool) bool {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(d); time.Now().Before(end); <-tick.C {
		if ok() {
			return true
		}
	}
	return ok()
}
