package device

import (
	"errors"
	"slices"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// Input is a line that something is pressed at.
type Input struct {
	// Line is its name; see the package's documentation.
	Line string
	// ActiveLow has it pulled up at rest, else it is pulled down.
	ActiveLow bool
	// Debounce is how long the kernel waits for the line to be quiet before it
	// reports an edge: every edge comes as much later, and shorter pulses not at all.
	// Zero reports every edge.
	Debounce time.Duration
}

// Inputs are lines that are read together. Those of one chip are one request to
// the kernel, made when the first is opened, so that they share a descriptor and a
// goroutine. A line that cannot be had does not keep the others from being read;
// opened again once it is free, it becomes a request of its own, so that the others
// are not disturbed.
type Inputs struct {
	inputs []Input
	bus    gpioBus

	mu       sync.Mutex
	requests []*request // those that live, or have just died
}

// NewInputs returns inputs to be opened.
func NewInputs(inputs []Input) *Inputs { return &Inputs{inputs: slices.Clone(inputs), bus: devChips{}} }

// Open opens the line of one input. The pin has besides periph's methods
//
//	NextEdge(ctx context.Context) (Edge, error)
//	Debounced() time.Duration
//
// unless it is simulated. NextEdge returns an error once the line's chip was
// removed; open the line again then, its name is looked up anew. Halt lets go of
// this line; the kernel's request ends with its last line.
func (in *Inputs) Open(line string) (gpio.PinIn, error) {
	i := slices.IndexFunc(in.inputs, func(x Input) bool { return x.Line == line })
	if i < 0 {
		return nil, &Error{Op: "open line", Path: line, Err: errors.New("it is none of the inputs")}
	}
	if isSimulated(line) {
		return openSimulated(in.inputs[i])
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.bury()
	for _, r := range in.requests {
		if v, err := r.attach(in, i); v != nil || err != nil {
			return v, err
		}
	}
	r, err := in.request(i)
	if err != nil {
		return nil, openError(line, err)
	}
	in.requests = append(in.requests, r)
	return r.attach(in, i)
}

// openSimulated opens a line that somebody plays.
func openSimulated(x Input) (gpio.PinIn, error) {
	pull, rest := x.rest()
	p := &simInput{simLine: simLine{name: x.Line}, rest: rest}
	if err := p.In(pull, gpio.BothEdges); err != nil {
		return nil, err
	}
	return p, nil
}

// rest is how the line is pulled, and so its level at rest.
func (x Input) rest() (gpio.Pull, gpio.Level) {
	if x.ActiveLow {
		return gpio.PullUp, gpio.High
	}
	return gpio.PullDown, gpio.Low
}

// bury forgets requests that died.
func (in *Inputs) bury() {
	in.requests = slices.DeleteFunc(in.requests, func(r *request) bool {
		if !r.dead() {
			return false
		}
		<-r.done
		return true
	})
}

// halt lets go of a view, and of its request if that was the last.
func (in *Inputs) halt(v *view) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if !v.request.detach(v) {
		return nil
	}
	in.requests = slices.DeleteFunc(in.requests, func(r *request) bool { return r == v.request })
	return v.request.close()
}

// request takes the line of input i, and with it those of the same chip that are
// free and that nobody has asked for yet.
func (in *Inputs) request(i int) (*request, error) {
	s, err := takeSurvey(in.bus)
	if err != nil {
		return nil, err
	}
	at, err := s.free(in.bus, in.inputs[i].Line)
	if err != nil {
		return nil, err
	}
	c, err := in.bus.open(at.chip)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return takeLines(in.bus, c, in.beside(s, i, at))
}

// beside returns input i, and the others that can be requested along with it.
func (in *Inputs) beside(s survey, i int, at place) []member {
	all := []member{{input: i, offset: at.offset, Input: in.inputs[i]}}
	for j, x := range in.inputs {
		if isSimulated(x.Line) || slices.ContainsFunc(in.requests, func(r *request) bool { return r.index(j) >= 0 }) {
			continue
		}
		p, err := s.free(in.bus, x.Line)
		if err != nil || p.chip != at.chip || slices.ContainsFunc(all, func(m member) bool { return m.offset == p.offset }) {
			continue
		}
		if more := append(all, member{input: j, offset: p.offset, Input: x}); fits(more) {
			all = more
		}
	}
	return all
}

// takeLines requests members, the first of which must be among those that can be
// had. One request fails as a whole: if it does, each line is tried alone.
func takeLines(bus gpioBus, c gpioChip, members []member) (*request, error) {
	lines, err := c.request(lineRequest(members))
	if err == nil {
		return newRequest(bus, lines, members)
	}
	if len(members) == 1 {
		return nil, err
	}
	var good []member
	for i, m := range members {
		lines, err := c.request(lineRequest([]member{m}))
		if err == nil {
			good = append(good, m)
			err = lines.Close()
		}
		if err != nil && i == 0 {
			return nil, err
		}
	}
	if len(good) == len(members) {
		good = good[:1] // they work alone and not together: so be it
	}
	return takeLines(bus, c, good)
}
