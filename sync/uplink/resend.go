package uplink

import (
	"context"
	"sync/atomic"

	"readyshelf/kitchen"
)

// Range is the events from one seq to another, both included.
type Range struct{ From, To uint64 }

// again is how far the present range has been sent again. It outlives a session.
type again struct {
	rest  Range         // the present one; To is 0 where there is none
	ended atomic.Int32  // sessions that ended in it without an acknowledgement
	acked atomic.Uint64 // the last seq that the broker acknowledged of it
	moved chan struct{} // acked did
}

// ack is called by the settler.
func (a *again) ack(seq uint64) {
	a.acked.Store(seq)
	a.ended.Store(0)
	select {
	case a.moved <- struct{}{}:
	default:
	}
}

// repeat brings the sender what the cloud wants again, one range after the other,
// until ctx ends.
func (s *session) repeat(ctx context.Context) {
	a := &s.again
	if a.rest.To > 0 && a.ended.Add(1) >= drops {
		s.Log.Error("the broker hangs up on what it should get again; no more of it is sent", "from", a.acked.Load()+1, "to", a.rest.To)
		a.rest = Range{}
	}
	for {
		if a.rest.To == 0 {
			a.ended.Store(0)
			select {
			case a.rest = <-s.Resend:
				a.acked.Store(max(a.rest.From, 1) - 1)
			case <-ctx.Done():
				return
			}
		}
		last, err := s.reread(ctx, a.acked.Load()+1, a.rest.To)
		for a.acked.Load() < last {
			select {
			case <-a.moved:
			case <-ctx.Done():
				return // the next session goes on
			}
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			s.Log.Error("what the cloud wants again cannot be read", "from", a.rest.From, "to", a.rest.To, "err", err)
		}
		a.rest = Range{}
	}
}

// reread hands a range to the sender, and returns its last event's seq.
func (s *session) reread(ctx context.Context, from, to uint64) (last uint64, err error) {
	err = s.Read(ctx, from, to, func(batch []kitchen.Event) error {
		last = batch[len(batch)-1].Seq
		select {
		case s.old <- cargo{batch, s.again.ack}:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	return last, err
}

// takeOld begins to send a batch again.
func (s *session) takeOld(c cargo) {
	s.repeats = c
	if upto := s.repeats.skip(s.ships); upto > 0 {
		s.enqueue(flight{upto: upto, ack: c.ack, again: true})
	}
}

// sendOld publishes the first of what goes out again; it has a slot.
func (s *session) sendOld() {
	e := s.repeats.events[0]
	s.repeats.events = s.repeats.events[1:]
	f := flight{upto: max(e.Seq, s.repeats.skip(s.ships)), ack: s.repeats.ack, again: true}
	alert, from, _ := s.origin.Of(e)
	alert.Stamp = s.Correct(alert.Stamp)
	body, err := from.Encode(alert, s.Say(alert), s.Now(), true)
	if err != nil { // as at its first sending, which said so
		<-s.slots
		s.enqueue(f)
		return
	}
	f.held = true
	s.push("event/"+string(alert.Alert.Type), false, body, f)
}
