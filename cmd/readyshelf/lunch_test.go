package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"periph.io/x/conn/v3/gpio"

	"readyshelf/kitchen"
)

var (
	oneSeed = flag.Uint64("seed", 0, "replay the lunch with this seed only")
	lunches = flag.Int("lunches", 4, "how many lunches TestLunch simulates")
	weeks   = flag.Int("weeks", 0, "how many weeks TestWeek simulates")
)

// talk lets the scale speak: a burst of readings when its load changes, as
// scales do that send when stable, and one now and then.
func (b *bubble) talk(ctx context.Context) {
	said := int64(-1)
	for n := 0; ctx.Err() == nil; n++ {
		grams := b.grams.Load()
		if grams != said || n%20 == 0 {
			for range 5 {
				fmt.Fprintf(b.scale, "ST,GS,+%8.3fkg\r\n", float64(grams)/1000)
				sleep(ctx, 200*time.Millisecond)
			}
			said = grams
		}
		sleep(ctx, time.Second)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// print prints a job; false says that the printer did not take it.
func (b *bubble) print(job []byte) bool {
	ln := b.printer.Load()
	if ln == nil {
		return false
	}
	conn, err := ln.Dial()
	if err != nil {
		return false
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(3 * time.Second))
	_, err = conn.Write(job)
	return err == nil
}

// try does something until the shelf shows that it worked. Whoever prints or
// presses looks, and does it again when nothing happens: the machine may be off.
func (b *bubble) try(ctx context.Context, number string, do func(), want func(kitchen.Order) bool) bool {
	for ctx.Err() == nil {
		do()
		look, cancel := context.WithTimeout(ctx, 10*time.Second)
		_, ok := b.await(look, number, want)
		cancel()
		if ok {
			return true
		}
	}
	return false
}

// press closes a button's contact for a while.
func (b *bubble) press(slot string, hold time.Duration) {
	pin := b.pins[slot]
	for _, l := range []gpio.Level{gpio.Low, gpio.High, gpio.Low} { // it bounces
		edge(pin.EdgesChan, l)
		time.Sleep(2 * time.Millisecond)
	}
	time.Sleep(hold)
	edge(pin.EdgesChan, gpio.High)
}

// edge changes a line; an edge that nobody hears is lost.
func edge(line chan gpio.Level, l gpio.Level) {
	select {
	case line <- l:
	default:
	}
}

// handle makes an order ready, or hands it over: at its button, or on the scale.
// When the scale did not notice, people lift the bag and try again.
func (b *bubble) handle(slot string, grams int64) {
	if slot != bubbleScale {
		b.press(slot, 100*time.Millisecond)
		return
	}
	if b.grams.Load() == grams {
		b.grams.Store(bagWeight - grams)
		time.Sleep(15 * time.Second)
	}
	b.grams.Store(grams)
}

// serve is the life of one order.
func (b *bubble) serve(ctx context.Context, p plan) {
	sleep(ctx, p.at-time.Since(b.start))
	accepted := func(o kitchen.Order) bool { return o.ID != "" }
	slip := b.menu.slip(p, b.start, false)
	if !b.try(ctx, p.number, func() { b.print(slip) }, accepted) {
		return
	}
	if p.copied {
		b.print(b.menu.slip(p, b.start, true))
	}
	if p.mishap == cancelled {
		sleep(ctx, 2*time.Minute)
		b.try(ctx, p.number, func() { b.print(b.menu.cancelSlip(p)) }, in(kitchen.Cancelled))
		return
	}
	sleep(ctx, p.ready-time.Since(b.start))
	o, ok := b.await(ctx, p.number, hasSlot)
	if !ok {
		return
	}
	b.try(ctx, p.number, func() { b.handle(o.Slot, bagWeight) }, in(kitchen.Ready))
	if p.mishap == undone && o.Slot != bubbleScale {
		b.try(ctx, p.number, func() { b.press(o.Slot, kitchen.HoldTime+300*time.Millisecond) }, in(kitchen.Cooking))
		b.try(ctx, p.number, func() { b.handle(o.Slot, bagWeight) }, in(kitchen.Ready))
	}
	sleep(ctx, max(p.courier-time.Since(b.start), 30*time.Second))
	b.try(ctx, p.number, func() { b.handle(o.Slot, 0) }, in(kitchen.PickedUp))
}

// misfortune does one of the things that happen to machines.
func (b *bubble) misfortune(ctx context.Context) {
	minutes := func(most int) time.Duration { return time.Duration(1+b.rand.IntN(60*most)) * time.Second }
	switch b.rand.IntN(7) {
	case 0:
		b.broker.SetDown(true)
		sleep(ctx, minutes(20))
		b.broker.SetDown(false)
	case 1:
		b.broker.Cut()
	case 2:
		b.broker.SetMute(true)
		sleep(ctx, minutes(1))
		b.broker.SetMute(false)
		b.broker.Cut()
	case 3:
		b.scale.Unplug()
		sleep(ctx, minutes(3))
		b.scale.Replug()
	case 4:
		noise := make([]byte, 4096)
		for i := range noise {
			noise[i] = byte(b.rand.Uint32())
		}
		b.scale.Write(noise)
		b.print(noise)
	case 5:
		b.restart(minutes(1))
	case 6:
		b.crash(40, minutes(2), minutes(5))
	}
}

// busy draws orders for a kitchen that is quick but full: n of them at random
// moments, some with a mishap.
func (b *bubble) busy(n int, length time.Duration) []plan {
	r := rand.New(rand.NewPCG(b.seed, 1))
	out := make([]plan, n)
	for i := range out {
		p := b.menu.draw(r, time.Duration(r.Int64N(int64(length))), i)
		p.ready = p.at + minutes(0.7+2*r.Float64())
		p.courier = p.ready + minutes(0.5+r.Float64())
		switch r.IntN(20) {
		case 0:
			p.mishap = undone
		case 1:
			p.mishap = cancelled
		}
		out[i] = p
	}
	return out
}

// lunch plays orders for a while, with a misfortune every so often, and checks
// that nothing was lost.
func (b *bubble) lunch(orders int, length, every time.Duration) {
	b.up()
	ctx, close := context.WithCancel(b.Context())
	var people sync.WaitGroup
	people.Go(func() { b.talk(ctx) })
	working, rest := context.WithTimeout(ctx, length+time.Hour)
	defer rest()
	var served sync.WaitGroup
	plans := b.busy(orders, length)
	for _, p := range plans {
		served.Go(func() { b.serve(working, p) })
	}
	for time.Since(b.start) < length {
		time.Sleep(time.Duration(b.rand.Int64N(int64(2 * every))))
		b.misfortune(working)
	}
	served.Wait()
	close()
	people.Wait()
	time.Sleep(6 * time.Minute) // what still has to be sent; longer than a clock stays unknown
	b.cancel()
	b.down()
	b.broker.Close()
	b.delivered()
	b.once(plans)
}

// once checks that every order was accepted once and came to its end.
func (b *bubble) once(plans []plan) {
	for _, p := range plans {
		o := b.shown[p.number]
		if want := kitchen.PickedUp; p.mishap == cancelled {
			want = kitchen.Cancelled
			if o.Phase != want {
				b.Errorf("order %+v is %+v, want %s", p, o, want)
			}
		} else if o.Phase != want {
			b.Errorf("order %+v is %+v, want %s", p, o, want)
		}
	}
	if len(b.ids) != len(plans) {
		b.Errorf("%d slips became %d orders", len(plans), len(b.ids))
	}
}

// seeds runs a test for many seeds, or for the one that is asked for.
func seeds(t *testing.T, n int, test func(t *testing.T, seed uint64)) {
	first, last := uint64(1), uint64(n)
	if *oneSeed != 0 {
		first, last = *oneSeed, *oneSeed
	}
	for seed := first; seed <= last; seed++ {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, seed) })
			if t.Failed() {
				t.Logf("replay with -seed %d", seed)
			}
		})
	}
}

// Two hours, 120 orders, and a misfortune every ten minutes.
func TestLunch(t *testing.T) {
	n := *lunches
	if testing.Short() {
		n = 2
	}
	seeds(t, n, func(t *testing.T, seed uint64) { newBubble(t, seed).lunch(120, 2*time.Hour, 10*time.Minute) })
}

// A week of a kitchen that is open day and night.
func TestWeek(t *testing.T) {
	if *weeks == 0 {
		t.Skip("a week takes a while: -weeks 2")
	}
	seeds(t, *weeks, func(t *testing.T, seed uint64) {
		b := newBubble(t, seed)
		b.buttons("A1")
		b.lunch(7*120, 7*24*time.Hour, 2*time.Hour)
	})
}

// Eight hours without a broker: the kitchen works on, and then the cloud gets the
// state of now first and all of the past after it, in order.
func TestOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		b.broker.SetDown(true)
		b.up()
		ctx, close := context.WithCancel(t.Context())
		var people sync.WaitGroup
		people.Go(func() { b.talk(ctx) })
		plans := b.busy(100, 8*time.Hour)
		for _, p := range plans {
			people.Go(func() { b.serve(ctx, p) })
		}
		time.Sleep(8*time.Hour + 15*time.Minute)
		if n := len(b.broker.Messages()); n > 0 {
			t.Errorf("%d messages while the broker was away", n)
		}
		b.broker.SetDown(false)
		back := time.Now()
		time.Sleep(time.Minute)
		first := b.broker.Messages()[0]
		if !strings.HasSuffix(first.Topic, "/state/board") || !first.Retained || first.At.Sub(back) > 31*time.Second {
			t.Errorf("first came %s, retained %v, %s after the broker", first.Topic, first.Retained, first.At.Sub(back))
		}
		for _, m := range b.broker.Messages() {
			if strings.Contains(m.Topic, "/event/") && !strings.Contains(string(m.Payload), `"replayed":true`) {
				t.Errorf("an old alert is not marked as replayed: %s", m.Payload)
			}
		}
		close()
		people.Wait()
		b.cancel()
		b.down()
		b.broker.Close()
		b.delivered()
		b.once(plans)
	})
}

// The lamp burns after the commit and not before, and says when the broker has it.
func TestLamp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		b.buttons("A1")
		b.broker.SetDown(true)
		b.up()
		time.Sleep(time.Second)
		dark := b.burns("A1")
		b.print(b.menu.job("#1 美团外卖\n宫保鸡丁饭 x1\n"))
		time.Sleep(10 * time.Second)
		assigned := b.burns("A1")
		b.press("A1", 100*time.Millisecond)
		ready := b.burns("A1")
		b.broker.SetDown(false)
		time.Sleep(time.Minute)
		sent := b.burns("A1")
		got := [][2]time.Duration{dark, assigned, ready, sent}
		want := [][2]time.Duration{{0, 10 * time.Second}, {500 * time.Millisecond, 9500 * time.Millisecond}, {10 * time.Second, 0}, {9500 * time.Millisecond, 500 * time.Millisecond}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("lit and dark in ten seconds: dark, assigned, ready, sent: want -, got +\n%s", diff)
		}
		b.cancel()
		b.down()
		b.broker.Close()
	})
}

// burns watches a lamp for ten seconds: how long it was lit, and how long dark.
func (b *bubble) burns(slot string) (lit [2]time.Duration) {
	const look = 50 * time.Millisecond
	time.Sleep(look / 2)
	for range 200 {
		i := 1
		if b.lamps[slot].Read() {
			i = 0
		}
		lit[i] += look
		time.Sleep(look)
	}
	return lit
}
