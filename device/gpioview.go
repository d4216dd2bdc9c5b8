package device

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	"periph.io/x/conn/v3/gpio"
)

// viewBuffer is how many edges of one line wait for whoever reads it.
const viewBuffer = eventBuffer

// view is one line of a request, as a pin.
type view struct {
	inputs  *Inputs
	request *request
	at      int // which line of the request
	edges   chan Edge
	halted  chan struct{}
	failed  chan struct{} // closed once err is set
	err     error         // why this line is not read any more; guarded by the request's lock until then
}

var _ gpio.PinIn = (*view)(nil)

// NextEdge returns the next edge, in their order. It returns one that waits already
// even if ctx has ended. The error is ctx's own, or the line is gone, or changes too
// fast to be read.
func (v *view) NextEdge(ctx context.Context) (Edge, error) {
	select {
	case <-v.failed:
		return Edge{}, v.err
	default:
	}
	select {
	case e := <-v.edges:
		return e, nil
	default:
	}
	select {
	case e := <-v.edges:
		return e, nil
	case <-ctx.Done():
		return Edge{}, ctx.Err()
	case <-v.halted:
		return Edge{}, &Error{Op: "read line", Path: v.Name(), Err: os.ErrClosed}
	case <-v.failed:
		return Edge{}, v.err
	case <-v.request.done:
	}
	select {
	case e := <-v.edges:
		return e, nil
	default:
		return Edge{}, v.request.lost(v.at)
	}
}

// Debounced returns for how long the kernel waits before it reports an edge.
func (v *view) Debounced() time.Duration { return v.member().Debounce }

// WaitForEdge is NextEdge without its answer. A negative timeout is for ever.
func (v *view) WaitForEdge(timeout time.Duration) bool {
	ctx := context.Background()
	if timeout >= 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	_, err := v.NextEdge(ctx)
	return err == nil
}

// Read returns the level now, which edges that wait lead up to. Of a line that is
// gone it is the level that it had.
func (v *view) Read() gpio.Level {
	levels, err := v.request.lines.get(uapi.NewLineBits(v.at))
	if err == nil {
		return levels.Get(v.at) == 1
	}
	v.request.mu.Lock()
	defer v.request.mu.Unlock()
	return v.request.state[v.at].level
}

// In forgets edges that wait. How the line is pulled was said when it was opened,
// and it always reports both edges.
func (v *view) In(pull gpio.Pull, edge gpio.Edge) error {
	if pull != v.Pull() && pull != gpio.PullNoChange || edge != gpio.BothEdges {
		return &Error{
			Op: "set up line", Path: v.Name(),
			Err: fmt.Errorf("it is %v and %v, and cannot be %v and %v", v.Pull(), gpio.BothEdges, pull, edge),
		}
	}
	for {
		select {
		case <-v.edges:
		case <-v.halted:
			return &Error{Op: "set up line", Path: v.Name(), Err: os.ErrClosed}
		case <-v.failed:
			return v.err
		case <-v.request.done:
			return v.request.lost(v.at)
		default:
			return nil
		}
	}
}

// Halt lets go of the line and ends its waits. The second is nothing.
func (v *view) Halt() error {
	if err := v.inputs.halt(v); err != nil {
		return &Error{Op: "close line", Path: v.Name(), Err: err}
	}
	return nil
}

func (v *view) member() member         { return v.request.members[v.at] }
func (v *view) Pull() gpio.Pull        { pull, _ := v.member().rest(); return pull }
func (v *view) DefaultPull() gpio.Pull { return gpio.PullNoChange }
func (v *view) Name() string           { return v.member().Line }
func (v *view) String() string         { return v.member().Line }
func (v *view) Number() int            { return v.member().offset }
func (v *view) Function() string       { return "In" }
