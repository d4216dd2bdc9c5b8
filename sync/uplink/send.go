package uplink

import (
	"bytes"
	"context"
	"time"

	"readyshelf/kitchen"
)

// burst is how many alerts the sender publishes before it looks for anything else
// to do.
const burst = 32

// How often the retained states go out.
const (
	boardEvery  = 10 * time.Second
	healthEvery = 5 * time.Minute
)

// send is the only goroutine that publishes. It ends with the link, or with ctx,
// and then says farewell first.
func (s *session) send(ctx context.Context) {
	defer close(s.flight)
	s.greet(ctx)
	health := time.NewTicker(healthEvery)
	defer health.Stop()
	lastBoard := time.Now()
	var boardDue <-chan time.Time
	for s.dead.Err() == nil && ctx.Err() == nil {
		more, old, slots := s.next()
		select {
		case a := <-s.replies: // ahead of the backlog
			s.sendReply(ctx, a)
			continue
		default:
		}
		select {
		case a := <-s.replies:
			s.sendReply(ctx, a)
		case s.waiting = <-more:
			if upto := s.waiting.skip(s.isNew); upto > 0 {
				s.enqueue(flight{upto: upto, ack: s.waiting.ack})
			}
		case c := <-old:
			s.takeOld(c)
		case slots <- struct{}{}:
			s.sendSome(ctx)
		case <-s.BoardChanged:
			if boardDue == nil {
				boardDue = time.After(boardEvery - time.Since(lastBoard))
			}
		case <-boardDue:
			boardDue, lastBoard = nil, time.Now()
			s.sendBoard(ctx)
		case <-health.C:
			s.sendHealth(ctx)
		case <-s.HealthChanged:
			health.Reset(healthEvery)
			s.sendHealth(ctx)
		case <-ctx.Done():
		case <-s.dead.Done():
		}
	}
	if s.dead.Err() == nil {
		s.push("status", true, s.status("offline", s.since), flight{})
	}
}

// greet listens, and tells how things stand, before any event.
func (s *session) greet(ctx context.Context) {
	s.listen(ctx)
	s.lookForTwin()
	s.sendBoard(ctx)
	s.publish(ctx, "status", s.status("online", s.since))
	s.sendHealth(ctx)
}

// sendBoard publishes the board if it differs from what this session published.
func (s *session) sendBoard(ctx context.Context) {
	if s.Board == nil {
		return
	}
	if b := s.Board(); b != nil && !bytes.Equal(b, s.board) {
		s.board = bytes.Clone(b)
		s.publish(ctx, "state/board", s.board)
	}
}

func (s *session) sendHealth(ctx context.Context) {
	if s.Health == nil {
		return
	}
	if b := s.Health(); b != nil {
		s.publish(ctx, "state/health", bytes.Clone(b))
	}
}

// next returns where the sender may find something to do, nil where not: a batch
// of the log, one to send again, and a slot for either.
func (s *session) next() (more, old <-chan cargo, slots chan<- struct{}) {
	if len(s.waiting.events) == 0 {
		more = s.events
	}
	if len(s.repeats.events) == 0 {
		old = s.old
	}
	if more == nil || old == nil {
		slots = s.slots
	}
	return more, old, slots
}

// sendSome publishes what is new, and then one alert of what goes out again. It has
// a slot.
func (s *session) sendSome(ctx context.Context) {
	if len(s.waiting.events) > 0 {
		s.sendBurst(ctx)
		if len(s.repeats.events) > 0 && s.ready(ctx) {
			s.sendOld()
		}
		return
	}
	if !s.pace.wait(ctx, s.dead) {
		<-s.slots
		return
	}
	s.sendOld()
}

// skip drops what is not wanted from the front of what waits. It returns the last of
// that, or 0 where there is none.
func (c *cargo) skip(wanted func(kitchen.Event) bool) (upto uint64) {
	w := c.events
	for len(w) > 0 && !wanted(w[0]) {
		upto, w = w[0].Seq, w[1:]
	}
	c.events = w
	return upto
}

// sendBurst publishes what waits for as long as there are slots; it has the first.
// What goes out together goes in few packets.
func (s *session) sendBurst(ctx context.Context) {
	if len(s.waiting.events) > 1 && s.pace.rate == 0 {
		s.conn.hold()
		defer s.conn.release()
	}
	for n := 1; ; n++ {
		if !s.pace.wait(ctx, s.dead) {
			<-s.slots
			return
		}
		s.sendAlert()
		if n == burst || len(s.waiting.events) == 0 || s.pace.rate > 0 {
			return
		}
		select {
		case s.slots <- struct{}{}:
		default:
			return
		}
	}
}

// sendAlert publishes the first of what waits. The events behind it that nobody
// publishes share its flight.
func (s *session) sendAlert() {
	e := s.waiting.events[0]
	s.waiting.events = s.waiting.events[1:]
	f := flight{upto: max(e.Seq, s.waiting.skip(s.isNew)), ack: s.waiting.ack}
	kind, body, err := s.compose(e)
	if err != nil { // it will never do; the hole in the sequence tells the cloud
		s.Log.Error("an alert cannot be written as JSON and is left out", "seq", e.Seq, "type", kind, "err", err)
		<-s.slots
		s.enqueue(f)
		return
	}
	f.held, f.seq, f.sent = true, e.Seq, time.Now()
	s.push("event/"+string(kind), false, body, f)
	s.Sent(e.Seq)
}

// compose returns the type and the body of the alert that the cloud gets of e: the
// same bytes at every sending.
func (s *session) compose(e kitchen.Event) (kitchen.AlertType, []byte, error) {
	seq := e.Seq
	e, from, _ := s.origin.Of(e)
	body, err := s.bodies.body(seq, func() ([]byte, error) {
		replayed := from != s.origin || e.Boot != s.began.Boot || e.Up < s.began.Up
		e.Stamp = s.Correct(e.Stamp)
		return from.Encode(e, s.Say(e), s.Now(), replayed)
	})
	return e.Alert.Type, body, err
}

// publish sends a retained state when the window and the pace allow it.
func (s *session) publish(ctx context.Context, topic string, body []byte) {
	if s.ready(ctx) {
		s.push(topic, true, body, flight{held: true})
	}
}

// ready takes a slot in the window, and says whether it got one before the end.
func (s *session) ready(ctx context.Context) bool {
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return false
	case <-s.dead.Done():
		return false
	}
	if s.pace.wait(ctx, s.dead) {
		return true
	}
	<-s.slots
	return false
}

// push publishes at QoS 1 and hands the token to the settler. It can take
// writeTimeout if the link dies at this moment.
func (s *session) push(topic string, retained bool, body []byte, f flight) {
	f.token = s.client.Publish(s.root+"/"+topic, 1, retained, body)
	s.enqueue(f)
}

// enqueue hands f to the settler, who may be waiting for what is held.
func (s *session) enqueue(f flight) {
	select {
	case s.flight <- f:
		return
	default:
		s.conn.release()
	}
	select {
	case s.flight <- f:
	case <-s.dead.Done():
	}
}

// pacer spaces messages evenly.
type pacer struct {
	rate int // a second; 0 is without limit
	next time.Time
}

// wait returns whether the time came before an end.
func (p *pacer) wait(ctx, dead context.Context) bool {
	if p.rate == 0 {
		return true
	}
	t := time.NewTimer(time.Until(p.next))
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
		return false
	case <-dead.Done():
		return false
	}
	p.next = time.Now().Add(time.Second / time.Duration(p.rate))
	return true
}
