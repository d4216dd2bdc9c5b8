package device

import (
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
)

// A request's goroutine looks at the levels of all its lines: at leisure, because
// an old kernel does not tell that a chip was removed, and soon after an edge was
// lost, because no kernel tells that the last edge before a silence was. Where a
// level is not what the last edge said, it soon looks again: an edge may be on its
// way.
const (
	leisure = 5 * time.Second
	soon    = 20 * time.Millisecond
)

// batch is how many edges are read at once.
const batch = 64

// request is a request of lines that is read.
type request struct {
	lines   gpioLines
	clocks  func() (boot, mono time.Duration)
	members []member
	done    chan struct{} // closed when nothing is read any more

	mu    sync.Mutex
	err   error // why nothing is read any more
	seq   uint32
	ahead time.Duration // CLOCK_BOOTTIME less CLOCK_MONOTONIC
	state []lineState   // of members
	views int
}

// lineState is what is known of one line.
type lineState struct {
	view    *view // who wants its edges; nil is nobody
	level   gpio.Level
	seq     uint32 // of its last edge
	lost    bool   // an edge found no room since the last that did
	suspect bool   // at the last look, the level was not this one
	storm   storm
}

// newRequest reads lines, which it closes in the end.
func newRequest(bus gpioBus, lines gpioLines, members []member) (*request, error) {
	r := &request{
		lines: lines, clocks: bus.clocks, members: members,
		done: make(chan struct{}), state: make([]lineState, len(members)),
	}
	levels, err := lines.get(r.all())
	if err != nil {
		lines.Close()
		return nil, err
	}
	for i := range r.state {
		r.state[i].level = levels.Get(i) == 1
	}
	go r.run()
	return r, nil
}

// all is the mask of all lines.
func (r *request) all() uapi.LineBitmap { return uapi.NewLineBitMask(len(r.members)) }

// index returns which line input i has here, and -1 if it has none.
func (r *request) index(i int) int {
	return slices.IndexFunc(r.members, func(m member) bool { return m.input == i })
}

// run reads until the lines fail or are closed.
func (r *request) run() {
	defer close(r.done)
	err := r.read()
	r.mu.Lock()
	r.err = err
	r.mu.Unlock()
	r.lines.Close()
}

func (r *request) read() error {
	buf := make([]byte, batch*eventSize)
	look := time.Now().Add(leisure)
	for {
		if err := r.lines.SetReadDeadline(look); err != nil {
			return err
		}
		n, err := r.lines.Read(buf)
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		lost, err := r.take(buf[:n])
		if err != nil {
			return err
		}
		now := time.Now()
		if next := now.Add(soon); lost && next.Before(look) {
			look = next
		}
		if n == len(buf) || now.Before(look) {
			continue
		}
		suspect, err := r.look()
		if err != nil {
			return err
		}
		look = now.Add(leisure)
		if suspect {
			look = now.Add(soon)
		}
	}
}

// take passes on the edges in b, and says whether any were lost: by the kernel, for
// it numbers them all, or here.
func (r *request) take(b []byte) (lost bool, err error) {
	if len(b) == 0 {
		return false, nil
	}
	edges, err := decodeEdges(b)
	boot, mono := r.clocks()
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	// It only grows, by what the machine is suspended. Whoever was held up between the
	// two clocks finds less, and would put an edge before an earlier one.
	r.ahead = max(r.ahead, boot-mono)
	for _, e := range edges {
		lost = lost || e.seq != r.seq+1
		r.seq = e.seq
		i := slices.IndexFunc(r.members, func(m member) bool { return m.offset == e.offset })
		if i < 0 {
			continue
		}
		s := &r.state[i]
		// Two edges of a line lead to two levels. Where they do not, the kernel was too
		// late to see one between them, which it does not count.
		gap := e.lineSeq != s.seq+1 || e.level == s.level
		if missed := e.lineSeq - s.seq - 1; missed > 0 && s.storm.add(missed, now) && s.view != nil {
			s.view.fail()
		}
		s.seq, s.suspect = e.lineSeq, false
		s.pass(Edge{Level: e.level, Up: e.at + r.ahead - r.members[i].Debounce, Gap: gap})
		lost = lost || s.lost
	}
	return lost, err
}

// look compares the levels of the lines with their last edges, and says whether
// one differs that did not before. One that differs twice has lost an edge.
func (r *request) look() (suspect bool, err error) {
	levels, err := r.lines.get(r.all())
	if err != nil {
		return false, err
	}
	boot, _ := r.clocks()
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.state {
		s, level := &r.state[i], gpio.Level(levels.Get(i) == 1)
		was := s.suspect
		s.suspect = level != s.level && !was
		if level != s.level && was {
			s.pass(Edge{Level: level, Up: boot, Gap: true})
		}
		suspect = suspect || s.suspect
	}
	return suspect, nil
}

// pass hands an edge to whoever wants it. If there is no room, the level stays what
// it was, so that the next look finds the difference.
func (s *lineState) pass(e Edge) {
	if s.view == nil || s.view.err != nil {
		s.level, s.lost = e.Level, false
		return
	}
	e.Gap = e.Gap || s.lost
	select {
	case s.view.edges <- e:
		s.level, s.lost = e.Level, false
	default:
		s.lost = true
	}
}

// attach returns a view of input i's line. It is nil if the line is not among
// these, and an error if it has a view already. What was lost while it had none is
// nothing to the view, which reads the level at its beginning.
func (r *request) attach(in *Inputs, i int) (gpio.PinIn, error) {
	at := r.index(i)
	if at < 0 {
		return nil, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state[at].view != nil {
		return nil, taken(r.members[at].Line, consumer)
	}
	v := &view{inputs: in, request: r, at: at, edges: make(chan Edge, viewBuffer), halted: make(chan struct{}), failed: make(chan struct{})}
	s := &r.state[at]
	s.view, s.lost, s.suspect = v, false, false
	if levels, err := r.lines.get(uapi.NewLineBits(at)); err == nil { // else the next look says so
		s.level = levels.Get(at) == 1
	}
	r.views++
	return v, nil
}

// detach takes v's line from it, and returns whether it was the last view.
func (r *request) detach(v *view) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := &r.state[v.at]; s.view == v {
		s.view = nil
		r.views--
		close(v.halted)
		return r.views == 0
	}
	return false
}

// dead says that nothing is read any more.
func (r *request) dead() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err != nil
}

// close ends the request and waits for its goroutine.
func (r *request) close() error {
	err := r.lines.Close()
	<-r.done
	if errors.Is(err, os.ErrClosed) {
		return nil // it had failed before
	}
	return err
}

// lost is the error of a line that is not read any more.
func (r *request) lost(i int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := &Error{Op: "read line", Path: r.members[i].Line, Err: r.err}
	if errors.Is(r.err, unix.ENODEV) {
		e.Err, e.Hint = errGone, "check the board that the line's GPIO chip is on"
	}
	return e
}
