package rig

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// emulator is a QEMU process and the folder of its sockets.
type emulator struct {
	dir   string
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process is gone
}

// emulate starts QEMU. The process cannot outlive ours.
func emulate(dir string, args []string) (*emulator, error) {
	said, err := os.Create(filepath.Join(dir, "said"))
	if err != nil {
		return nil, err
	}
	defer said.Close()
	e := &emulator{dir: dir, cmd: exec.Command(args[0], args[1:]...), ended: make(chan struct{})}
	e.cmd.Stdout, e.cmd.Stderr = said, said
	e.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		// The death signal comes when the thread that started the process ends, so
		// that thread waits for it.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(e.ended)
		err := e.cmd.Start()
		started <- err
		if err == nil {
			e.cmd.Wait() // it is killed, or says why it ended
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start the machine: %w", err)
	}
	return e, nil
}

// kill ends the process at once and waits until it is gone.
func (e *emulator) kill() {
	e.cmd.Process.Kill()
	<-e.ended
}

// took returns how long the process kept the host's processors busy. It has ended.
func (e *emulator) took() time.Duration {
	<-e.ended
	return e.cmd.ProcessState.UserTime() + e.cmd.ProcessState.SystemTime()
}

// dial connects to a socket in the machine's folder as soon as QEMU has made it.
func (e *emulator) dial(name string) (net.Conn, error) {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(20 * time.Second); ; {
		c, err := net.Dial("unix", filepath.Join(e.dir, name))
		if err == nil {
			return c, nil
		}
		select {
		case <-e.ended:
			return nil, e.why()
		case <-tick.C:
		}
		if time.Now().After(end) {
			return nil, fmt.Errorf("connect to the machine: %w", err)
		}
	}
}

// why says what a machine that ended has said.
func (e *emulator) why() error {
	said, _ := os.ReadFile(filepath.Join(e.dir, "said"))
	return errors.New("the machine ended: " + strings.TrimSpace(string(said)+tail(e.console())))
}

// console returns what the machine has printed on its console.
func (e *emulator) console() string {
	b, _ := os.ReadFile(filepath.Join(e.dir, "console")) // none yet is empty
	return string(b)
}

// tail returns the last lines of a text.
func tail(s string) string {
	const most = 2000
	if len(s) > most {
		return "…" + s[len(s)-most:]
	}
	return s
}
