package uplink_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"readyshelf/kitchen"
	"readyshelf/sync/uplink"
	"readyshelf/sync/uplink/uplinktest"
)

const root = "readyshelf/v1/sh-1/pi-1"

// memLog is a log in memory. It checks that a cursor moves forward only, and
// lets a test look at the moment of each move.
type memLog struct {
	onAck func(seq uint64)

	mu       sync.Mutex
	events   []kitchen.Event
	sequence uint64
	cursor   uint64
	more     chan struct{} // closed at an append
	err      error         // what Follow fails with
	follows  []uint64      // the cursor at each Follow
}

// add appends events; those with an alert get the next sequence.
func (l *memLog) add(events ...kitchen.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range events {
		e.Seq = uint64(len(l.events) + 1)
		if e.Alert != nil {
			l.sequence++
			e.Alert.Sequence = l.sequence
		}
		l.events = append(l.events, e)
	}
	l.wake()
}

func (l *memLog) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
	l.wake()
}

func (l *memLog) wake() {
	if l.more != nil {
		close(l.more)
	}
	l.more = make(chan struct{})
}

func (l *memLog) acked() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cursor
}

func (l *memLog) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.events)
}

func (l *memLog) Follow(ctx context.Context, fn func([]kitchen.Event, func(uint64)) error) error {
	l.mu.Lock()
	next := l.cursor
	l.follows = append(l.follows, next)
	l.mu.Unlock()
	for {
		l.mu.Lock()
		if l.more == nil {
			l.more = make(chan struct{})
		}
		batch, more, err := l.events[next:min(next+256, uint64(len(l.events)))], l.more, l.err
		l.mu.Unlock()
		if err != nil {
			return err
		}
		if len(batch) > 0 {
			if err := fn(batch, l.ack); err != nil {
				return err
			}
			next += uint64(len(batch))
			continue
		}
		select {
		case <-more:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (l *memLog) Read(ctx context.Context, from, to uint64, fn func([]kitchen.Event) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for from = max(from, 1); from <= min(to, uint64(len(l.events))); from += 16 {
		batch := l.events[from-1 : min(from+15, to, uint64(len(l.events)))]
		l.mu.Unlock()
		err := fn(batch)
		l.mu.Lock()
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *memLog) ack(seq uint64) {
	if l.onAck != nil {
		l.onAck(seq)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if seq <= l.cursor || seq > uint64(len(l.events)) {
		panic(fmt.Sprintf("the cursor moved from %d to %d, the log ends at %d", l.cursor, seq, len(l.events)))
	}
	l.cursor = seq
}

// shop is a log, an uplink and a broker.
type shop struct {
	*uplink.Uplink
	t      *testing.T
	broker *uplinktest.Broker
	log    *memLog
	booted time.Time

	mu        sync.Mutex
	connected bool
	cause     error

	stop context.CancelFunc
	done chan error
}

// newShop makes a shop that checks at each acknowledgement that the broker has
// what is acknowledged. It is not running yet.
func newShop(t *testing.T) *shop {
	s := &shop{t: t, broker: &uplinktest.Broker{}, log: &memLog{}, booted: time.Now()}
	s.Uplink = &uplink.Uplink{
		Config: uplink.Config{
			Brokers: []string{"tcp://cloud"}, Store: "sh-1", Device: "pi-1", Dial: s.broker.Dial,
		},
		Epoch: "q9c1", Version: "1.0", Now: s.now, Follow: s.log.Follow,
		Board:  func() []byte { return []byte(`{"open":0}`) },
		Health: func() []byte { return []byte(`{"queue":0}`) },
		Rand:   func() float64 { return 0.5 },
		OnState: func(connected bool, cause error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.connected, s.cause = connected, cause
		},
	}
	s.log.onAck = s.checkAck
	return s
}

// now is a clock of boot 1 that NTP has set.
func (s *shop) now() kitchen.Stamp {
	zone := time.FixedZone("CST", 8*60*60)
	return kitchen.Stamp{Boot: 1, Up: time.Since(s.booted), At: time.Now().In(zone), Clock: kitchen.Synced}
}

func (s *shop) checkAck(seq uint64) {
	have := map[string]bool{}
	for _, m := range s.events() {
		have[m.ID] = true
	}
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	for _, e := range s.log.events[:seq] {
		if id := fmt.Sprintf("pi-1-q9c1-%d", e.Seq); e.Alert != nil && !have[id] {
			s.t.Errorf("the cursor moved to %d, and the broker never saw %s", seq, id)
		}
	}
}

// start runs the uplink; the test's end stops it and looks what is left.
func (s *shop) start() {
	ctx, cancel := context.WithCancel(context.Background())
	s.stop, s.done = cancel, make(chan error, 1)
	go func() { s.done <- s.Run(ctx) }()
}

// end stops the uplink and the broker. Call it before the bubble ends.
func (s *shop) end() {
	s.stop()
	if err := <-s.done; err != nil {
		s.t.Errorf("Run: %v", err)
	}
	s.broker.Close()
}

// alert is an order.ready of now.
func (s *shop) alert() kitchen.Event {
	e := s.now().Fact("rule")
	e.Alert = &kitchen.Alert{Type: kitchen.OrderReady, ID: "o-1", Number: "A117", Evidence: "button"}
	return e
}

// press is an event that nobody publishes.
func (s *shop) press() kitchen.Event {
	e := s.now().Fact("button/A1")
	e.Press = &kitchen.Press{Slot: "A1", Gesture: kitchen.Down}
	return e
}

// checkResumes checks that each connection began behind the cursor of its time.
// Events of the log must be an alert and a press in turn.
func (s *shop) checkResumes() {
	s.t.Helper()
	conn := 0
	for _, e := range s.events() {
		if e.Conn == conn {
			continue
		}
		conn = e.Conn
		if want := fmt.Sprintf("pi-1-q9c1-%d", s.log.follows[conn-1]+1); e.ID != want {
			s.t.Errorf("connection %d begins with %s, want %s", conn, e.ID, want)
		}
	}
}

// state is what OnState was told last.
func (s *shop) state() (connected bool, cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connected, s.cause
}

// checkCause checks that there is no connection, and why.
func (s *shop) checkCause(want string) {
	s.t.Helper()
	connected, cause := s.state()
	if connected || cause == nil || !strings.Contains(cause.Error(), want) {
		s.t.Errorf("connected %v, cause %v, want none and a cause with %q", connected, cause, want)
	}
}

// checkClass checks the class of why there is no connection.
func (s *shop) checkClass(want string) {
	s.t.Helper()
	if _, cause := s.state(); uplink.Cause(cause) != want {
		s.t.Errorf("the cause %v is of class %q, want %q", cause, uplink.Cause(cause), want)
	}
}

// event is a published alert, decoded.
type event struct {
	uplink.Envelope
	uplinktest.Message
}

// events returns the alerts that the broker received, copies among them.
func (s *shop) events() []event {
	var all []event
	for _, m := range s.broker.Messages() {
		if !strings.HasPrefix(m.Topic, root+"/event/") {
			continue
		}
		v, err := uplink.Decode(m.Payload)
		if err != nil {
			s.t.Errorf("%s: %v", m.Topic, err)
		}
		all = append(all, event{v, m})
	}
	return all
}

// checkFirstSightings checks that the broker saw the alerts 1 to n, each for the
// first time in order, and every copy with the bytes of the first.
func (s *shop) checkFirstSightings(n int) {
	s.t.Helper()
	first := map[string]event{}
	for _, e := range s.events() {
		if old, ok := first[e.ID]; ok {
			if string(old.Payload) != string(e.Payload) {
				s.t.Errorf("%s was sent again with another body:\n%s\n%s", e.ID, old.Payload, e.Payload)
			}
			continue
		}
		first[e.ID] = e
		if want := fmt.Sprintf("%020d", len(first)); e.Envelope.Sequence != want {
			s.t.Fatalf("first sighting of sequence %s, want %s", e.Envelope.Sequence, want)
		}
	}
	if len(first) != n {
		s.t.Errorf("the broker saw %d alerts, want %d", len(first), n)
	}
}
