package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"readyshelf/buffer"
	"readyshelf/kitchen"
)

// outbox knows how many alerts no broker has acknowledged, without counting them:
// alerts are numbered, so the oldest of them tells. What a full log gave up among
// them counts too until the broker has what lies before.
type outbox struct {
	newest atomic.Uint64 // the number of the last alert committed

	mu      sync.Mutex
	unsent  unsent
	first   uint64 // the event where unsent begins; 0 where nothing was unsent
	through uint64 // nothing unsent was found up to this event
	numbers uint64 // the number of the first numbered alert of unsent; 0 if none
}

// unsent is what waits for a broker.
type unsent struct {
	alerts uint64
	oldest kitchen.Stamp // of the first; means nothing without alerts
}

// errSeen ends a search.
var errSeen = errors.New("seen")

// look says what is unsent. The log is read only when the cursor has passed what
// was found before, or where nothing was.
func (o *outbox) look(log *buffer.Log) (unsent, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if sent := log.Cursor(followerName); o.first <= sent {
		if err := o.search(log, sent); err != nil {
			return unsent{}, err
		}
	}
	u := o.unsent
	if o.numbers > 0 {
		u.alerts += max(o.newest.Load(), o.numbers) - o.numbers + 1
	}
	return u, nil
}

// search finds the first alert past sent. Salvaged ones, whose numbers are of an
// older log, are counted up to it.
func (o *outbox) search(log *buffer.Log, sent uint64) error {
	o.unsent, o.first, o.numbers = unsent{}, 0, 0
	head := log.Head()
	err := log.Read(context.Background(), max(sent, o.through)+1, head, func(events []kitchen.Event) error {
		for _, e := range events {
			alert, salvaged := alertOf(e)
			if alert == nil {
				continue
			}
			if o.first == 0 {
				o.first, o.unsent.oldest = e.Seq, e.Stamp
			}
			if !salvaged {
				o.numbers = alert.Sequence
				return errSeen
			}
			o.unsent.alerts++
		}
		return nil
	})
	if errors.Is(err, errSeen) || err == nil {
		if o.first == 0 {
			o.through = head
		}
		return nil
	}
	o.first, o.numbers = 0, 0
	return err
}

// alertOf returns the alert that an event makes the uplink publish, nil if none.
func alertOf(e kitchen.Event) (alert *kitchen.Alert, salvaged bool) {
	if s := e.Salvaged; s != nil {
		if s.Sent || s.Event == nil {
			return nil, true
		}
		return s.Event.Alert, true
	}
	return e.Alert, false
}
