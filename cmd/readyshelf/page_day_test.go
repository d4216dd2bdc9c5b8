package main

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/board"
	"readyshelf/kitchen"
)

// told is a day, as the pages ask for it.
func (b *bubble) told(d *days, date string) board.Day {
	b.Helper()
	got, err := d.day(b.Context(), date)
	if err != nil {
		b.Fatalf("%q: %v", date, err)
	}
	return got
}

// cook prints an order, presses after some minutes and hands it over five minutes later.
func (b *bubble) cook(number string, took time.Duration) {
	if !b.print(b.menu.slip(plan{number: number, items: []kitchen.Item{burger}, promise: 40 * time.Minute}, time.Now(), false)) {
		b.Fatal("the printer took nothing")
	}
	time.Sleep(took)
	b.press("A1", 100*time.Millisecond)
	time.Sleep(5 * time.Minute)
	b.press("A1", 100*time.Millisecond)
	time.Sleep(time.Minute)
}

// An order that came before the clock was set, as on a machine without a battery for it,
// is of the day in which it came.
func TestDayBeforeTheClockIsSet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		b.synced = time.Now().Add(10 * time.Minute)
		b.up()
		time.Sleep(time.Second)
		b.cook("1", 2*time.Minute) // done before
		time.Sleep(10 * time.Minute)
		b.cook("2", 2*time.Minute)
		got := b.told(b.house.days(), "")
		if len(got.Orders) != 2 || got.Orders[0].Number != "1" || got.Orders[0].End != kitchen.OrderPickedUp {
			t.Fatalf("got %+v, want both orders", got.Orders)
		}
		if o := got.Orders[0]; o.Accepted.Sub(b.start).Abs() > time.Minute || o.Ready.Sub(o.Accepted).Round(time.Minute) != 2*time.Minute {
			t.Errorf("got %+v, want it at %v", o, b.start)
		}
		b.end()
	})
}

// Days are told as they were, from the log, also after a restart and while they go on.
func TestDays(t *testing.T) {
	inBubble(t, func(b *bubble) {
		d := b.house.days()
		first := d.date(d.now().At)
		b.cook("1", 8*time.Minute)
		if got := b.told(d, ""); got.Date != first || len(got.Orders) != 1 || got.First != first || got.Newest != first {
			t.Fatalf("got %+v, want one order", got)
		}
		b.print(b.menu.slip(plan{number: "2", items: []kitchen.Item{burger}, promise: 40 * time.Minute}, time.Now(), false))
		time.Sleep(time.Minute)
		got := b.told(d, first)
		if len(got.Orders) != 2 || got.Orders[1].Number != "2" || got.Orders[1].Ready != nil {
			t.Fatalf("got %+v, want another that is open", got.Orders)
		}
		o := got.Orders[0]
		if o.Number != "1" || o.End != kitchen.OrderPickedUp || o.Evidence != "button" || o.Issued == nil {
			t.Errorf("got %+v", o)
		}
		if took := o.Ready.Sub(o.Accepted).Round(time.Minute); took != 8*time.Minute {
			t.Errorf("it took %v", took)
		}
		if wait := o.Left.Sub(*o.Ready).Round(time.Minute); wait != 5*time.Minute {
			t.Errorf("it waited %v", wait)
		}
		b.restart(48 * time.Hour) // the shop was closed for a day
		time.Sleep(time.Minute)
		d = b.house.days()
		b.cook("1", 12*time.Minute) // the number again, on another day
		newest := b.told(d, "")
		if newest.Date == first || len(newest.Orders) != 1 || newest.First != first {
			t.Errorf("got %+v, want one order of the new day", newest)
		}
		again := b.told(d, first)
		if len(again.Orders) != 2 || again.Orders[1].End != kitchen.OrderClosed || again.Orders[1].Ready != nil {
			t.Errorf("got %+v of the first day", again.Orders)
		}
		between := d.date(d.now().At.Add(-24 * time.Hour))
		if got := b.told(d, between); len(got.Orders) != 0 {
			t.Errorf("got %+v of a day without orders", got.Orders)
		}
		for _, none := range []string{"1999-12-30", d.date(d.now().At.Add(24 * time.Hour)), "x"} {
			if _, err := d.day(b.Context(), none); !errors.Is(err, board.ErrNoDay) {
				t.Errorf("%s: got %v, want that there is no such day", none, err)
			}
		}
	})
}
