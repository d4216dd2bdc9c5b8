package ticket

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// lineBuffer is what one read takes, and what the kernel may hold of a connection in
// each direction. A printer holds some 64 KB at most: were it more here, a till
// would think long tickets printed that wait for paper.
const lineBuffer = 32 << 10

// A wire is one connection of a till, and its own one to the printer.
//
// Two goroutines copy, one for each direction. All they do is read, write, and offer
// what they wrote to the queue, which never makes them wait.
type wire struct {
	*service
	from string
	till net.Conn

	mu   sync.Mutex // guards the two until serve has begun to pass
	out  net.Conn
	left bool // the line gave way

	began  time.Time
	newest atomic.Int64 // when a byte was last passed, since began
	spoke  atomic.Bool  // the till sent something
	over   atomic.Bool  // one side has ended
	gone   atomic.Bool  // the till hears nothing any more
}

// serve passes one connection on to its end.
func (l *wire) serve(ctx context.Context) {
	if err := l.call(ctx); err != nil {
		reset(l.till)
		l.places.leave(l)
		l.printer.unreachable(ctx, err)
		return
	}
	till, out := l.till, l.out
	small(till)
	small(out)

	q, heard := l.hearer(ctx)
	var there, ending sync.WaitGroup
	done := make(chan struct{})
	ending.Go(func() { l.end(ctx, done) })
	there.Go(func() { l.pass(q, till, out, false) })
	l.pass(q, out, till, true)
	there.Wait()
	close(done)
	ending.Wait()
	l.giveWay()
	l.places.leave(l) // the next till does not wait for what follows
	q.close()
	<-heard
}

// pass copies what src says to dst until either fails. Back is from the printer.
func (l *wire) pass(q *queue, src, dst net.Conn, back bool) {
	buf := make([]byte, lineBuffer)
	for {
		n, err := src.Read(buf)
		if n > 0 {
			if !l.write(dst, buf[:n], back) {
				return
			}
			l.touch()
			if !back {
				l.spoke.Store(true)
			}
			q.offer(back, buf[:n])
		}
		if err != nil {
			l.ended(err, src, dst, back)
			return
		}
		if l.over.Load() {
			l.limit()
		}
	}
}

// When ctx ends, a wire is ended in a lull, or when it has had its time: a ticket that
// is being printed comes out whole.
const (
	lull  = 250 * time.Millisecond
	grace = 2 * time.Second
)

// end ends the wire after ctx, unless it is done before.
func (l *wire) end(ctx context.Context, done <-chan struct{}) {
	select {
	case <-done:
		return
	case <-ctx.Done():
	}
	for last := time.Now().Add(grace); ; {
		wait := min(time.Until(l.passed().Add(lull)), time.Until(last))
		if wait <= 0 {
			l.giveWay()
			return
		}
		select {
		case <-done:
			return
		case <-time.After(wait):
		}
	}
}

// write passes bytes on; false ends the line. Of a till that has gone nothing more is
// asked, and what it printed is still printed.
func (l *wire) write(dst net.Conn, p []byte, back bool) bool {
	if back && l.gone.Load() {
		return true
	}
	_, err := dst.Write(p)
	switch {
	case err == nil:
		return true
	case back:
		l.gone.Store(true)
		return true
	}
	reset(l.till) // as the printer did
	l.out.Close()
	return false
}

// ended passes on that src said its last word. The other direction goes on, if src
// ended in order.
func (l *wire) ended(err error, src, dst net.Conn, back bool) {
	l.over.Store(true)
	l.touch()
	l.limit()
	half, can := dst.(interface{ CloseWrite() error })
	switch {
	case errors.Is(err, net.ErrClosed), errors.Is(err, os.ErrDeadlineExceeded):
		l.giveWay()
	case back && !errors.Is(err, io.EOF):
		reset(dst) // as the printer did
	case !can || half.CloseWrite() != nil:
		// A till may also hang up rudely, with answers unread. What it sent before is
		// printed.
		dst.Close()
	}
}

// limit ends the line after five minutes of nothing, once one side has ended: some
// never end theirs.
func (l *wire) limit() {
	end := time.Now().Add(idleEnd)
	// A connection that is closed already has no deadline, and needs none.
	_ = l.till.SetReadDeadline(end)
	_ = l.out.SetReadDeadline(end)
}

func (l *wire) touch() {
	if l.began.IsZero() {
		l.began = time.Now()
	}
	l.newest.Store(int64(time.Since(l.began)))
}

// passed is when a byte was last passed.
func (l *wire) passed() time.Time { return l.began.Add(time.Duration(l.newest.Load())) }

// rests says since when the line may give way to another: ten seconds after a till
// that hung up or never spoke, five minutes after one that did.
func (l *wire) rests() (time.Time, bool) {
	since := l.passed()
	if l.spoke.Load() && !l.over.Load() {
		since = since.Add(idleEnd - givesWay)
	}
	return since, true
}

func (l *wire) host() string { return hostOf(l.till.RemoteAddr()) }

// giveWay ends the line.
func (l *wire) giveWay() {
	l.till.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left = true
	if l.out != nil {
		l.out.Close()
	}
}

// call makes the line's own connection to the printer.
func (l *wire) call(ctx context.Context) error {
	out, err := l.Proxy.call(ctx)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.out = out
	if l.left {
		out.Close()
	}
	return nil
}

// small bounds what the kernel holds of a connection.
func small(c net.Conn) {
	if tcp, ok := c.(interface {
		SetReadBuffer(int) error
		SetWriteBuffer(int) error
	}); ok {
		// One that cannot be set has ended, as the first read finds out.
		_ = tcp.SetReadBuffer(lineBuffer)
		_ = tcp.SetWriteBuffer(lineBuffer)
	}
}
