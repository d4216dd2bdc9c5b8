package main

import (
	"context"
	"sync"
	"time"

	"readyshelf/kitchen"
)

// staff are the people of a simulated shop. They know what the shelf's lights
// and the slips tell them.
type staff struct {
	bell
	mu    sync.Mutex
	shown map[string]kitchen.Order // by number: ID, slot and phase
	ids   map[string]string        // number by ID
}

func newStaff() staff { return staff{shown: map[string]kitchen.Order{}, ids: map[string]string{}} }

// saw keeps what the shelf's lights and slips tell the staff.
func (s *staff) saw(events []kitchen.Event) {
	s.mu.Lock()
	for _, e := range events {
		switch {
		case e.Change != nil && e.Change.Slot != nil:
			o := s.shown[s.ids[e.Change.ID]]
			o.Slot = *e.Change.Slot
			s.shown[s.ids[e.Change.ID]] = o
		case e.Alert != nil && e.Alert.ID != "":
			s.sawAlert(*e.Alert)
		}
	}
	s.mu.Unlock()
	s.ring()
}

func (s *staff) sawAlert(a kitchen.Alert) {
	o := s.shown[a.Number]
	switch a.Type {
	case kitchen.OrderAccepted:
		s.ids[a.ID] = a.Number
		o = kitchen.Order{ID: a.ID, Slot: a.Slot, Phase: kitchen.Cooking}
	case kitchen.OrderReady:
		o.Phase = kitchen.Ready
	case kitchen.OrderReadyUndone:
		o.Phase = kitchen.Cooking
	case kitchen.OrderPickedUp:
		o.Phase = kitchen.PickedUp
	case kitchen.OrderCancelled:
		o.Phase = kitchen.Cancelled
	}
	s.shown[a.Number] = o
}

// await waits until an order looks as wanted, and returns how it looks.
func (s *staff) await(ctx context.Context, number string, want func(kitchen.Order) bool) (kitchen.Order, bool) {
	for {
		rung := s.wait()
		s.mu.Lock()
		o := s.shown[number]
		s.mu.Unlock()
		if want(o) {
			return o, true
		}
		select {
		case <-ctx.Done():
			return o, false
		case <-rung:
		}
	}
}

// again is how long a person waits for the light before she tries once more. A machine
// that is very busy takes the end of one press and the beginning of the next for a bounce.
const again = 3 * time.Second

// insist acts until an order looks as wanted, or ctx ends. Somebody at a screen may have
// done it already.
func (s *staff) insist(ctx context.Context, number string, act func(), want func(kitchen.Order) bool) {
	s.mu.Lock()
	seen := want(s.shown[number])
	s.mu.Unlock()
	for !seen && ctx.Err() == nil {
		act()
		look, cancel := context.WithTimeout(ctx, again)
		_, seen = s.await(look, number, want)
		cancel()
	}
}

func hasSlot(o kitchen.Order) bool { return o.Slot != "" }

func in(p kitchen.Phase) func(kitchen.Order) bool {
	return func(o kitchen.Order) bool { return o.Phase == p }
}

func no(p kitchen.Phase) func(kitchen.Order) bool {
	return func(o kitchen.Order) bool { return o.Phase != p }
}
