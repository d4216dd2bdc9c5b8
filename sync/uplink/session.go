package uplink

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"readyshelf/kitchen"
)

// Limits of a session.
const (
	// headTimeout ends a session whose oldest message nobody acknowledges.
	headTimeout = 10 * time.Second
	// farewellTimeout bounds the wait for acknowledgements at a clean stop.
	farewellTimeout = time.Second
)

// session is the life of one connection. Three goroutines share it: Follow's
// brings events to the sender, the sender publishes them, the settler waits for
// the oldest token and acknowledges.
type session struct {
	*runner
	*link
	began   kitchen.Stamp // what happened before is replayed
	since   string        // names the session in status
	events  chan cargo    // Follow's to the sender
	old     chan cargo    // what goes out again
	replies chan reply    // to the sender, from who does the commands
	slots   chan struct{} // one for each message in flight
	flight  chan flight   // sent, oldest first; closed by the sender at its end
	pace    pacer
	wary    bool         // looks who else is there
	aside   uint64       // was set aside: it goes out only at the cloud's wish
	kept    atomic.Int64 // slots that nobody gets until the first alert is acknowledged

	// Of the settler.
	alone  bool // one slot until the first alert is acknowledged
	ending ending

	// Of the sender.
	waiting cargo  // not sent yet; begins with an alert, unless it is empty
	repeats cargo  // the same, of what goes out again
	board   []byte // as last published
}

// cargo is a batch of the log on its way to the sender.
type cargo struct {
	events []kitchen.Event
	ack    func(uint64)
}

// flight is a message under way. Its token is nil where there was nothing to
// publish, its ack where there is no cursor to move; held says that it has a slot,
// sent when an alert was published.
type flight struct {
	token mqtt.Token
	held  bool
	seq   uint64 // of a new alert; 0 for anything else
	sent  time.Time
	upto  uint64
	ack   func(uint64)
	again bool // sent at the cloud's wish: ack is not the cursor's
}

// followError is a log that cannot be read.
type followError struct{ error }

var (
	errLogEnded = errors.New("the log ended")
	errNoAck    = fmt.Errorf("the broker acknowledged nothing for %v", headTimeout)
	errSlowStop = fmt.Errorf("the broker acknowledged nothing for %v at the stop", farewellTimeout)
)

func newSession(r *runner, l *link, since string) *session {
	s := &session{
		runner: r, link: l, since: since,
		began:   r.Now(),
		events:  make(chan cargo),
		old:     make(chan cargo),
		replies: make(chan reply),
		slots:   make(chan struct{}, r.Window),
		flight:  make(chan flight, 2*r.Window),
		pace:    pacer{rate: r.MaxRate},
		wary:    r.wary,
		aside:   r.suspect.aside, alone: r.suspect.hung,
	}
	if s.alone {
		for range r.Window - 1 {
			s.slots <- struct{}{}
		}
		s.kept.Store(int64(r.Window - 1))
	}
	return s
}

// run returns why the session ended, when it has ended.
func (s *session) run(ctx context.Context) error {
	s.running.Go(func() { s.send(ctx) })
	following, endFollow := context.WithCancel(context.WithoutCancel(ctx))
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		err := s.Follow(following, func(batch []kitchen.Event, ack func(uint64)) error {
			select {
			case s.events <- cargo{batch, ack}:
				return nil
			case <-following.Done():
				return following.Err()
			}
		})
		if following.Err() == nil {
			s.kill(&followError{fmt.Errorf("follow the log: %w", cmp.Or(err, errLogEnded))})
		}
	}()
	repeated := make(chan struct{})
	go func() { defer close(repeated); s.repeat(following) }()
	settled := make(chan struct{})
	go func() { defer close(settled); s.settle() }()

	select {
	case <-settled:
	case <-ctx.Done():
		hurry := time.AfterFunc(farewellTimeout, func() { s.kill(errSlowStop) })
		<-settled
		hurry.Stop()
	}
	endFollow() // only now: the settler has called the last ack
	<-followed
	<-repeated
	s.end()
	return context.Cause(s.dead)
}

// useless says whether a session that ended with err shows a broker that accepts and
// acknowledges nothing.
func (s *session) useless(err error) bool {
	if broken := (*followError)(nil); errors.As(err, &broken) || errors.Is(err, errReturn) {
		return false
	}
	return !s.ending.greeted || errors.Is(err, errNoAck)
}

// ships says whether anything of e is for the cloud.
func (s *session) ships(e kitchen.Event) bool {
	_, _, ok := s.origin.Of(e)
	return ok
}

// isNew says whether e is for the cloud, and was not set aside.
func (s *session) isNew(e kitchen.Event) bool { return s.ships(e) && e.Seq != s.aside }

// settle acknowledges what is in flight, oldest first, until the sender has
// ended and all is acknowledged, or the session is dead. Acknowledgements that
// came together move the cursor once.
func (s *session) settle() {
	var done flight
	move := func() {
		if done.ack != nil {
			done.ack(done.upto)
		}
		done = flight{}
	}
	defer move()
	late := time.NewTimer(headTimeout)
	defer late.Stop()
	for {
		var f flight
		var ok bool
		select {
		case f, ok = <-s.flight:
		default:
			move()
			select {
			case f, ok = <-s.flight:
			case <-s.dead.Done():
				return
			}
		}
		if !ok {
			return
		}
		if err := s.await(f.token, late, move); err != nil {
			s.ending.head = f.seq
			s.kill(err)
			return
		}
		s.acknowledged(f)
		switch {
		case f.again:
			f.ack(f.upto)
		case f.ack != nil:
			s.bodies.drop(f.upto)
			done = f
		}
	}
}

// acknowledged frees the slot of f and says how long its PUBACK took.
func (s *session) acknowledged(f flight) {
	s.ending.greeted = s.ending.greeted || f.token != nil
	if f.held {
		<-s.slots
	}
	if f.seq == 0 {
		return
	}
	s.Acked(time.Since(f.sent))
	s.ending.took = true
	if s.alone {
		s.alone = false
		for range s.Window - 1 {
			<-s.slots
		}
		s.kept.Store(0)
	}
}

// await waits for the PUBACK of the head, and gives up when late rings. Before it
// blocks it calls idle.
func (s *session) await(t mqtt.Token, late *time.Timer, idle func()) error {
	if t == nil {
		return nil
	}
	select {
	case <-t.Done():
	default:
		idle()
		late.Reset(headTimeout)
		select {
		case <-t.Done():
		case <-late.C:
			return errNoAck
		case <-s.dead.Done():
			return context.Cause(s.dead)
		}
	}
	if err := t.Error(); err != nil {
		return s.why(err)
	}
	return nil
}

// status is the body of the status topic. The will and the birth of a session
// have the same since, so that a late will is told from the present session.
func (r *runner) status(state, since string) []byte {
	version := ""
	if state == "online" {
		version = r.Version
	}
	body, err := json.Marshal(struct {
		State   string `json:"state"`
		Epoch   string `json:"epoch"`
		Version string `json:"version,omitempty"`
		Since   string `json:"since"`
	}{state, r.Epoch, version, since})
	if err != nil {
		return nil // strings always marshal
	}
	return body
}
