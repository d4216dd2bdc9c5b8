package rig

import (
	"encoding/json"
	"fmt"
	"net"
	"sync"
	"time"
)

// monitor speaks QMP, QEMU's protocol for the machine's owner: JSON objects, each
// an answer or an event (docs/interop/qmp-spec in QEMU's sources).
type monitor struct {
	conn net.Conn
	ask  sync.Mutex // one command at a time

	answers chan qmpMessage // closed when the connection ends

	mu     sync.Mutex
	events []qmpMessage
	bell   chan struct{} // closed at the next event
}

// qmpMessage is what QEMU says.
type qmpMessage struct {
	Return json.RawMessage `json:"return"`
	Error  *struct{ Class, Desc string }
	Event  string
	Data   json.RawMessage
}

// answerLimit is how long a machine may take for what takes it milliseconds, on a
// busy host.
const answerLimit = 60 * time.Second

func newMonitor(conn net.Conn) (*monitor, error) {
	q := &monitor{conn: conn, answers: make(chan qmpMessage), bell: make(chan struct{})}
	go q.read()
	_, err := q.execute("qmp_capabilities", nil)
	return q, err
}

// read takes what QEMU says until the connection ends.
func (q *monitor) read() {
	defer close(q.answers)
	for d := json.NewDecoder(q.conn); ; {
		var m qmpMessage
		if d.Decode(&m) != nil {
			return
		}
		switch {
		case m.Event != "":
			q.mu.Lock()
			q.events = append(q.events, m)
			close(q.bell)
			q.bell = make(chan struct{})
			q.mu.Unlock()
		case m.Return != nil || m.Error != nil:
			q.answers <- m
		}
	}
}

// close ends the conversation and what reads it.
func (q *monitor) close() {
	q.conn.Close()
	for range q.answers { // until read has ended
	}
}

// execute runs a command and returns its answer.
func (q *monitor) execute(command string, arguments any) (json.RawMessage, error) {
	q.ask.Lock()
	defer q.ask.Unlock()
	b, err := json.Marshal(struct {
		Execute   string `json:"execute"`
		Arguments any    `json:"arguments,omitempty"`
	}{command, arguments})
	if err != nil {
		return nil, fmt.Errorf("qmp %s: %w", command, err)
	}
	if _, err := q.conn.Write(b); err != nil {
		return nil, fmt.Errorf("qmp %s: %w", command, err)
	}
	select {
	case m, open := <-q.answers:
		switch {
		case !open:
			return nil, fmt.Errorf("qmp %s: the machine is gone", command)
		case m.Error != nil:
			return nil, fmt.Errorf("qmp %s: %s: %s", command, m.Error.Class, m.Error.Desc)
		}
		return m.Return, nil
	case <-time.After(answerLimit):
		return nil, fmt.Errorf("qmp %s: no answer", command)
	}
}

// seen returns how many events there were so far.
func (q *monitor) seen() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.events)
}

// await waits for an event that ok accepts among those after the first so many.
func (q *monitor) await(after int, name string, ok func(data json.RawMessage) bool) error {
	late := time.After(answerLimit)
	for {
		q.mu.Lock()
		bell := q.bell
		for ; after < len(q.events); after++ {
			if e := q.events[after]; e.Event == name && ok(e.Data) {
				q.mu.Unlock()
				return nil
			}
		}
		q.mu.Unlock()
		select {
		case <-bell:
		case <-late:
			return fmt.Errorf("qmp: no event %s", name)
		}
	}
}
