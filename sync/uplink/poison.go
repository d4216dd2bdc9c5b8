package uplink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
)

// A broker that hangs up on one message would never let another pass: it comes
// first in each session, for ever. Such a message is told from a bad network, a
// second device of our name and a broker that forbids everything by what so many
// sessions have in common, with no alert acknowledged between them: the broker took
// the greeting, and then closed the connection while the same alert was the oldest
// that it had not acknowledged.
//
// A closed connection can take PUBACKs with it, so that the oldest alert need not be
// the bad one, or none is: mosquitto resets the connection and the greeting's are gone
// too. So the session after one that was hung up on sends its first alert alone.
const drops = 5

// patience is how long the broker must take nothing at all after a message was set
// aside before another is. A broker that forbids everything costs one an hour, and
// the cloud can ask for each; two bad messages in a row must not block the way.
const patience = time.Hour

// settleLost is how long after its tokens paho says why a connection was lost, at most.
const settleLost = time.Second

// suspect is the alert at which sessions end. It belongs to the goroutine of run.
type suspect struct {
	seq   uint64
	times int
	hung  bool      // the last session was hung up on: the next begins with one alert alone
	aside uint64    // was set aside; the cursor passes it in the next session
	until time.Time // … and until then no other is, unless something is acknowledged
}

// ending is what a session says of its end: whether the broker acknowledged
// anything, and any alert, and which alert it did not when it hung up.
type ending struct {
	greeted, took bool
	head          uint64
}

// after judges the end of a session, and says whether its head is to be set aside.
func (p *suspect) after(e ending, err error) bool {
	if e.took {
		p.times, p.until = 0, time.Time{}
	}
	p.hung = hungUp(err)
	switch {
	case e.head == 0 || !e.greeted || !p.hung:
		return false // says nothing of the message
	case e.head != p.seq:
		p.seq, p.times = e.head, 0
	}
	p.times++
	return p.times >= drops && !time.Now().Before(p.until)
}

// judge looks at the end of a session and sets the message aside that ends them all.
// Where that cannot be written the next session tries it again.
func (r *runner) judge(ctx context.Context, e ending, err error) {
	if !r.suspect.after(e, err) || r.SetAside == nil {
		return
	}
	seq := r.suspect.seq
	cause := fmt.Errorf("the broker hung up on it %d times: %w", drops, err)
	if err := r.SetAside(ctx, seq, cause); err != nil {
		r.Log.Error("a message that no broker takes cannot be set aside", "seq", seq, "err", err)
		return
	}
	r.suspect = suspect{hung: true, aside: seq, until: time.Now().Add(patience)}
}

// why waits for the reason of a lost connection: paho gives up its messages first.
func (l *link) why(err error) error {
	t := time.NewTimer(settleLost)
	defer t.Stop()
	select {
	case <-l.dead.Done():
		return context.Cause(l.dead)
	case <-t.C:
		return fmt.Errorf("publish: %w", err)
	}
}

// hungUp says whether err, from a connection, means that the far side closed it.
func hungUp(err error) bool {
	var closed *websocket.CloseError
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.As(err, &closed)
}
