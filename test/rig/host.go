package rig

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"

	"readyshelf/test/rig/wire"
)

// line is the host's end of the conversation with an agent.
type line struct {
	conn net.Conn
	up   chan string // what the agent says when it comes up

	writing sync.Mutex

	mu    sync.Mutex
	last  int // the newest id
	calls map[int]*Process
	gone  error // why nothing comes any more
}

var errGone = errors.New("the machine is gone")

func newLine(conn net.Conn) *line {
	l := &line{conn: conn, up: make(chan string, 1), calls: map[int]*Process{}}
	go l.read()
	return l
}

// read hands out replies until the connection ends.
func (l *line) read() {
	r := bufio.NewReader(l.conn)
	for {
		b, err := r.ReadBytes('\n')
		if err != nil {
			l.hangUp(errGone)
			return
		}
		b = b[max(bytes.IndexByte(b, '{'), 0):] // the kernel tries a serial port out before the agent has it
		var m wire.Reply
		if err := json.Unmarshal(b, &m); err != nil {
			l.hangUp(fmt.Errorf("the agent said %.200q", b))
			return
		}
		if m.ID == 0 {
			l.up <- string(m.Out)
			continue
		}
		l.mu.Lock()
		p := l.calls[m.ID]
		if m.Done {
			delete(l.calls, m.ID)
		}
		l.mu.Unlock()
		if p != nil {
			p.take(m)
		}
	}
}

// hangUp ends everything that waits for the agent.
func (l *line) hangUp(why error) {
	l.conn.Close()
	l.mu.Lock()
	l.gone = why
	calls := l.calls
	l.calls = map[int]*Process{}
	l.mu.Unlock()
	for _, p := range calls {
		p.take(wire.Reply{Done: true, Err: why.Error()})
	}
}

// ask sends a request. What it returns has ended already if the machine is gone.
func (l *line) ask(q wire.Request) *Process {
	p := &Process{line: l, text: q.Text, bell: make(chan struct{})}
	l.mu.Lock()
	l.last++
	q.ID, p.id = l.last, l.last
	why := l.gone
	if why == nil {
		l.calls[q.ID] = p
	}
	l.mu.Unlock()
	if why == nil {
		why = l.tell(q)
	}
	if why != nil {
		p.take(wire.Reply{Done: true, Err: why.Error()})
	}
	return p
}

// tell sends a request that has no reply, or whose reply is awaited already.
func (l *line) tell(q wire.Request) error {
	b, err := json.Marshal(q)
	if err != nil {
		return err
	}
	l.writing.Lock()
	defer l.writing.Unlock()
	l.conn.SetWriteDeadline(time.Now().Add(answerLimit))
	_, err = l.conn.Write(append(b, '\n'))
	return err
}

// Process is a command that runs in the machine, or ran there.
type Process struct {
	line *line
	id   int
	text string

	mu   sync.Mutex
	bell chan struct{} // closed at the next reply
	out  strings.Builder
	done bool
	rc   int
	err  error
}

func (p *Process) take(m wire.Reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return
	}
	p.out.Write(m.Out)
	p.done, p.rc = m.Done, m.RC
	if m.Err != "" {
		p.err = fmt.Errorf("%s: %s", p.text, m.Err)
	}
	close(p.bell)
	p.bell = make(chan struct{})
}

// Output returns what the command has said so far, standard output and standard
// error in one.
func (p *Process) Output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// Wait waits until the command has ended, for so long at most, and returns its exit
// code: 255 where a signal ended it.
func (p *Process) Wait(most time.Duration) (rc int, err error) {
	_, done, err := p.until(most, func(string) bool { return false })
	if !done && err == nil {
		err = fmt.Errorf("%s: has not ended in %s; it said %s", p.text, most, tail(p.Output()))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rc, err
}

// Until waits until the command has said want, for so long at most.
func (p *Process) Until(want string, most time.Duration) error {
	said, _, err := p.until(most, func(out string) bool { return strings.Contains(out, want) })
	if !said && err == nil {
		err = fmt.Errorf("%s: has not said %q; it said %s", p.text, want, tail(p.Output()))
	}
	return err
}

// until waits until ok accepts the output or the command has ended.
func (p *Process) until(most time.Duration, ok func(out string) bool) (accepted, done bool, err error) {
	late := time.After(most)
	for {
		p.mu.Lock()
		bell := p.bell
		accepted, done, err = ok(p.out.String()), p.done, p.err
		p.mu.Unlock()
		if accepted || done {
			return accepted, done, err
		}
		select {
		case <-bell:
		case <-late:
			return false, false, nil
		}
	}
}

// Write gives the command input; an empty one ends it.
func (p *Process) Write(b []byte) (int, error) {
	return len(b), p.line.tell(wire.Request{ID: p.id, Verb: wire.Input, Data: b})
}

// Signal sends a signal to the command and all that it has started.
func (p *Process) Signal(s syscall.Signal) error {
	return p.line.tell(wire.Request{ID: p.id, Verb: wire.Signal, N: int(s)})
}
