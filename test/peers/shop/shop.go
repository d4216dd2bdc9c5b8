// Package shop is a kitchen to measure: the product's own log and rules, and the
// facts of a lunch, without printers and buttons.
package shop

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"readyshelf/buffer"
	"readyshelf/kitchen"
	"readyshelf/predict"
)

// Slots is how many slots the shelf has.
const Slots = 100

// Slot names the i-th slot. A new order takes the lowest that is free.
func Slot(i int) string { return fmt.Sprintf("A%03d", i+1) }

// Shop is a running log with the real decider behind it.
type Shop struct {
	*buffer.Log

	began  time.Time
	orders int
	stop   context.CancelFunc
	ended  chan error
}

// Open opens the log that opts describe, as the daemon does, and runs it. It is
// ended with the test, or by End.
func Open(t testing.TB, opts buffer.Options) *Shop {
	t.Helper()
	s := &Shop{began: time.Now(), ended: make(chan error, 1)}
	rules := kitchen.DefaultRules()
	rules.Threshold = 2 // no forecast is that sure: an order has three alerts
	for i := range Slots {
		rules.Slots = append(rules.Slots, Slot(i))
	}
	opts.BootID, opts.Now = "peers", s.Now
	opts.Decider = &kitchen.Decider{Model: predict.New(), Rules: rules}
	log, err := buffer.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	s.Log = log
	var ctx context.Context
	ctx, s.stop = context.WithCancel(context.Background())
	go func() { s.ended <- log.Run(ctx) }()
	t.Cleanup(func() { s.End(t) })
	return s
}

// End ends the log in good order.
func (s *Shop) End(t testing.TB) {
	t.Helper()
	if s.stop == nil {
		return
	}
	s.stop()
	s.stop = nil
	if err := <-s.ended; err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// Now is the moment on both clocks.
func (s *Shop) Now() kitchen.Stamp {
	return kitchen.Stamp{Boot: 1, Up: time.Since(s.began), At: time.Now().UTC(), Clock: kitchen.Synced}
}

// Slip is that of a new order, which takes a slot.
func (s *Shop) Slip() kitchen.Event {
	s.orders++
	f := s.Now().Fact("printer/kitchen")
	f.Ticket = &kitchen.Ticket{
		Kind: kitchen.SlipOrder, Channel: "meituan", Number: strconv.Itoa(s.orders), Text: true,
		OrderKey: fmt.Sprintf("%032x", s.orders),
		Items:    []kitchen.Item{{Qty: 1, Name: "Kung Pao Chicken"}, {Qty: 2, Name: "Rice"}},
	}
	return f
}

// Gesture is a finger's on the button of a slot. The first Down makes an order
// ready, the next Short says that it was picked up.
func (s *Shop) Gesture(slot string, g kitchen.Gesture) kitchen.Event {
	f := s.Now().Fact("button/" + slot)
	f.Press = &kitchen.Press{Slot: slot, Gesture: g}
	return f
}

// Order is all that happens to one order on an empty shelf; three alerts follow
// from it.
func (s *Shop) Order() []kitchen.Event {
	slot := Slot(0)
	return []kitchen.Event{
		s.Slip(), s.Gesture(slot, kitchen.Down), s.Gesture(slot, kitchen.Short),
		s.Gesture(slot, kitchen.Down), s.Gesture(slot, kitchen.Short),
	}
}

// Put appends facts.
func (s *Shop) Put(t testing.TB, facts ...kitchen.Event) {
	t.Helper()
	if err := s.Append(context.Background(), facts...); err != nil {
		t.Fatal(err)
	}
}
