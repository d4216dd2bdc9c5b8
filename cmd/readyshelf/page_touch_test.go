package main

import (
	"errors"
	"testing"
	"time"

	"readyshelf/kitchen"
	"readyshelf/sync/uplink/uplinktest"
)

// A touch is a fact like any other: it is in the log, the light says so and the broker
// hears of it; what a screen sends twice is done once, also over a restart.
func TestTouchAtAScreen(t *testing.T) {
	inBubble(t, func(b *bubble) {
		b.print(b.menu.slip(plan{number: "7", items: []kitchen.Item{burger}, promise: 40 * time.Minute}, time.Now(), false))
		time.Sleep(10 * time.Second)
		order := b.house.view.get().Orders[0]
		touch := kitchen.Command{Transaction: "0123456789abcdef", Name: kitchen.CommandReady, Order: order.ID}
		for range 2 {
			if r, err := b.house.touched(b.Context(), "pass", touch); err != nil || r.Error != "" || r.Order != order.ID {
				t.Fatalf("got %+v and %v", r, err)
			}
		}
		board := b.house.view.get()
		if o := board.Orders[0]; o.Phase != kitchen.Ready || board.Slots[0].Light != kitchen.LightReady {
			t.Errorf("got %+v and %+v, want it ready and its light on", o, board.Slots[0])
		}
		time.Sleep(time.Second)
		if h := b.house.boardHealth(); h.Acked < board.Orders[0].Seq || h.Sent < h.Acked || h.Alone {
			t.Errorf("got %+v, want event %d sent and acknowledged", h, board.Orders[0].Seq)
		}
		b.restart(time.Second)
		time.Sleep(time.Second)
		head := b.house.buffer.Head()
		if r, err := b.house.touched(b.Context(), "pass", touch); err != nil || r.Error != "" {
			t.Errorf("after a restart: got %+v and %v", r, err)
		}
		if more := b.house.buffer.Head() - head; more != 2 { // the command and its reply
			t.Errorf("a touch that was sent again brought %d events, want 2", more)
		}
		b.delivered()
	})
}

// What the broker was handed and has not acknowledged is sent, until the connection ends.
func TestSentAndNotAcknowledged(t *testing.T) {
	inBubble(t, func(b *bubble) {
		time.Sleep(time.Minute)
		before := b.house.boardHealth()
		b.broker.SetAnswer(func(uplinktest.Message) uplinktest.Reply { return uplinktest.Withhold })
		b.print(b.menu.slip(plan{number: "7", items: []kitchen.Item{burger}, promise: 40 * time.Minute}, time.Now(), false))
		time.Sleep(2 * time.Second)
		seq := b.house.view.get().Orders[0].Seq
		if h := b.house.boardHealth(); h.Acked >= seq || h.Sent != seq || before.Sent != before.Acked {
			t.Errorf("got %+v after %+v, want event %d sent and not acknowledged", h, before, seq)
		}
		b.broker.SetDown(true)
		b.broker.Cut()
		time.Sleep(time.Second)
		if h := b.house.boardHealth(); h.Sent != h.Acked {
			t.Errorf("got %+v without a connection, want nothing sent", h)
		}
		b.broker.SetDown(false)
		b.broker.SetAnswer(nil)
		time.Sleep(time.Minute)
		if h := b.house.boardHealth(); h.Acked < seq {
			t.Errorf("got %+v, want event %d acknowledged", h, seq)
		}
	})
}

// The server is away since it went, and not since it was tried last: what a try says can
// differ from what the one before said.
func TestAwaySince(t *testing.T) {
	var l linkState
	noon := time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC)
	for i, c := range []struct {
		connected bool
		cause     error
		since     int // minutes after noon
	}{
		{false, errors.New("port 40001: timeout"), 0},
		{false, errors.New("port 40002: timeout"), 0},
		{true, nil, 2},
		{false, errors.New("cut"), 3},
		{false, errors.New("port 40003: timeout"), 3},
		{true, nil, 5},
	} {
		l.set(noon.Add(time.Duration(i)*time.Minute), c.connected, c.cause)
		if want := noon.Add(time.Duration(c.since) * time.Minute); !l.since.Equal(want) || (l.cause == "") != (c.cause == nil) {
			t.Errorf("%d: got since %v, %q, want since %v, %v", i, l.since, l.cause, want, c.cause)
		}
	}
}
