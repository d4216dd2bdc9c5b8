// Command agent runs inside a virtual machine of the rig and does what the host
// asks: it runs commands, moves files, plays GPIO lines.
//
// Host and agent speak JSON, one value a line, over the serial port that it is given,
// or over the virtio serial port with the name rig. The host sends a [request]; the agent answers
// with one [reply] or several that carry its id, the last of them with done. The
// first reply of all has id 0: the machine is up.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"readyshelf/test/rig/wire"
)

func main() {
	log.SetPrefix("agent: ")
	log.SetFlags(0)
	port, err := open(os.Args[1:])
	if err != nil {
		log.Fatal(err)
	}
	a := &agent{port: port, running: map[int]*command{}}
	uptime, err := os.ReadFile("/proc/uptime")
	if err != nil {
		log.Fatal(err)
	}
	up, _, _ := strings.Cut(string(uptime), " ")
	a.say(wire.Reply{Out: []byte(up), Done: true})
	a.serve()
}

// open opens the port to the host, once the kernel has it.
func open(args []string) (*os.File, error) {
	for {
		path := find()
		if len(args) > 0 {
			path = args[0]
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err == nil {
			return f, nil
		}
		if path != "" && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("open the port to the host: %w", err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// find returns the device of the virtio serial port with the agreed name, "" if
// there is none yet.
func find() string {
	names, _ := filepath.Glob("/sys/class/virtio-ports/*/name")
	for _, n := range names {
		if b, err := os.ReadFile(n); err == nil && strings.TrimSpace(string(b)) == wire.Port {
			return "/dev/" + filepath.Base(filepath.Dir(n))
		}
	}
	return ""
}

// agent serves one host.
type agent struct {
	port *os.File

	mu      sync.Mutex // writes to port, and running
	running map[int]*command
}

// say sends a reply. A host that is not there misses it.
func (a *agent) say(r wire.Reply) {
	b, err := json.Marshal(r)
	if err != nil {
		log.Print(err)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, err := a.port.Write(append(b, '\n')); err != nil {
		log.Print(err)
	}
}

// serve answers requests for ever.
func (a *agent) serve() {
	for r := bufio.NewReader(a.port); ; {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) { // the host has hung up, and may come back
			time.Sleep(20 * time.Millisecond)
			continue
		} else if err != nil {
			log.Fatal(err)
		}
		var q wire.Request
		if err := json.Unmarshal(line, &q); err != nil {
			log.Printf("%v: %.100q", err, line)
			continue
		}
		switch q.Verb {
		case wire.Input, wire.Signal:
			a.tell(q)
		case wire.Run: // begun here, so that its input finds it
			wait, err := a.run(q)
			go a.answer(q, func() (int, error) {
				if err != nil {
					return 0, err
				}
				return wait()
			})
		default:
			go a.answer(q, func() (int, error) { return 0, a.do(q) })
		}
	}
}

// answer says how a request ended.
func (a *agent) answer(q wire.Request, do func() (rc int, err error)) {
	rc, err := do()
	r := wire.Reply{ID: q.ID, Done: true, RC: rc}
	if err != nil {
		r.Err = err.Error()
	}
	a.say(r)
}

// do does what is asked for.
func (a *agent) do(q wire.Request) error {
	switch q.Verb {
	case wire.Put:
		return put(q)
	case wire.Get:
		return a.get(q)
	case wire.Wake:
		return wake(q)
	case wire.Clock:
		return setClock(q)
	case wire.Play:
		return play(q)
	case wire.Watch:
		return a.watch(q)
	}
	return fmt.Errorf("unknown verb %q", q.Verb)
}
