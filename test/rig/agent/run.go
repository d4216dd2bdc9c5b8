package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"

	"readyshelf/test/rig/wire"
)

// command is a process that runs for the host, or another thing that goes on until
// it is told to stop.
type command struct {
	in   io.WriteCloser // nil where there is none
	kill func(syscall.Signal) error
}

// run begins a command of the shell in a process group of its own and passes on what
// it says. The function that it returns waits for the end of the command and of its
// output, and returns the exit code.
func (a *agent) run(q wire.Request) (wait func() (rc int, err error), err error) {
	c := exec.Command("/bin/sh", "-c", q.Text)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Stdout = speaker{a, q.ID}
	c.Stderr = c.Stdout
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	a.enter(q.ID, &command{in, func(s syscall.Signal) error { return syscall.Kill(-c.Process.Pid, s) }})
	return func() (int, error) {
		defer a.leave(q.ID)
		err := c.Wait()
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return exit.ExitCode() & 255, nil
		}
		return 0, err
	}, nil
}

// speaker passes on what is written to it as replies.
type speaker struct {
	a  *agent
	id int
}

func (s speaker) Write(b []byte) (int, error) {
	s.a.say(wire.Reply{ID: s.id, Out: b})
	return len(b), nil
}

func (a *agent) enter(id int, c *command) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.running[id] = c
}

func (a *agent) leave(id int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.running, id)
}

// tell passes input or a signal on to what runs. What has ended hears nothing.
func (a *agent) tell(q wire.Request) {
	a.mu.Lock()
	c := a.running[q.ID]
	a.mu.Unlock()
	switch {
	case c == nil:
	case q.Verb == wire.Signal:
		c.kill(syscall.Signal(q.N)) // it may just have ended
	case c.in == nil:
	case len(q.Data) == 0:
		c.in.Close()
	default:
		c.in.Write(q.Data) // a command that reads no more breaks the pipe
	}
}

// put writes a piece of a file.
func put(q wire.Request) error {
	how := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if q.N == 0 {
		how |= os.O_TRUNC
	}
	f, err := os.OpenFile(q.Text, how, 0o755)
	if err != nil {
		return err
	}
	_, err = f.Write(q.Data)
	return errors.Join(err, f.Close())
}

// get sends a file.
func (a *agent) get(q wire.Request) error {
	f, err := os.Open(q.Text)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.CopyBuffer(struct{ io.Writer }{speaker{a, q.ID}}, struct{ io.Reader }{f}, make([]byte, 64<<10))
	return err
}
