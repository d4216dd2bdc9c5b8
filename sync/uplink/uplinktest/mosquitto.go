package uplinktest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Mosquitto is a real broker, in a process of its own on a loopback port. It ends
// with the test.
type Mosquitto struct {
	// Addr is where it listens, host:port; the same after a restart.
	Addr string

	t    testing.TB
	conf string
	cmd  *exec.Cmd
	said Output
}

// StartMosquitto runs a broker with the lines of conf besides its listener; %DIR%
// stands for a folder of its own, into which files are written first. It skips the
// test where mosquitto is not installed.
func StartMosquitto(t testing.TB, conf string, files map[string][]byte) *Mosquitto {
	t.Helper()
	if _, err := mosquittoPath(); err != nil {
		t.Skip("mosquitto is not installed: make test installs it (apt-get install mosquitto)")
	}
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().(*net.TCPAddr)
	l.Close()
	m := &Mosquitto{t: t, Addr: addr.String(), conf: filepath.Join(dir, "mosquitto.conf")}
	conf = fmt.Sprintf("listener %d 127.0.0.1\nuser root\nmax_inflight_messages 0\nmax_queued_messages 0\n%s\n", addr.Port, conf)
	if err := os.WriteFile(m.conf, []byte(strings.ReplaceAll(conf, "%DIR%", dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Kill)
	return m
}

// mosquittoPath finds the broker, which Debian puts where only root looks.
func mosquittoPath() (string, error) {
	path, err := exec.LookPath("mosquitto")
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/mosquitto")
	}
	return path, err
}

// Start runs the process again and waits until it accepts.
func (m *Mosquitto) Start() error {
	path, err := mosquittoPath()
	if err != nil {
		return err
	}
	m.cmd = exec.Command(path, "-c", m.conf)
	m.cmd.Stderr = &m.said
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := m.cmd.Start(); err != nil {
		return err
	}
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); <-tick.C {
		if c, err := net.Dial("tcp", m.Addr); err == nil {
			return c.Close()
		}
	}
	m.Kill()
	return fmt.Errorf("mosquitto does not accept: %s", m.said.String())
}

// Kill is kill -9; Stop is what systemctl stop does.
func (m *Mosquitto) Kill() { m.end(syscall.SIGKILL) }

// Stop ends the broker in good order: it saves what it has promised to keep.
func (m *Mosquitto) Stop() { m.end(syscall.SIGTERM) }

func (m *Mosquitto) end(s syscall.Signal) {
	m.cmd.Process.Signal(s)
	m.cmd.Wait()
}
