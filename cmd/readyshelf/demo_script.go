package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"readyshelf/kitchen"
)

// plan is what fate has in store for one order. Times are since the lunch began.
type plan struct {
	number  string
	channel int // in the menu
	items   []kitchen.Item
	at      time.Duration // the till prints it
	promise time.Duration
	ready   time.Duration // the cook is done
	courier time.Duration // somebody comes for it
	mishap  mishap
	copied  bool // a second copy is printed
}

// mishap is what goes wrong with an order.
type mishap int

const (
	fine mishap = iota
	forgotten
	undone
	cancelled
)

// Of the kitchen: how many cooks, and how long a dish takes.
const (
	cooks     = 3
	perOrder  = 4.0 // minutes
	perDish   = 1.1 // minutes
	spread    = 0.25
	slowest   = 25 * time.Minute // after which no new order is begun before closing
	calmEvery = 3.2              // minutes between orders
	rushEvery = 1.9
)

// plans draws a lunch: orders arrive at random, thicker in the middle, and queue
// for the cooks. The same source draws the same lunch.
func (m menu) plans(r *rand.Rand, length time.Duration) []plan {
	free := make([]time.Duration, cooks)
	var out []plan
	last := length - min(slowest, length/3)
	for at := minutes(0.5); at < last; {
		p := m.draw(r, at, len(out))
		cook := slices.Index(free, slices.Min(free))
		p.ready = max(at, free[cook]) + minutes((perOrder+perDish*float64(dishes(p.items)))*math.Exp(spread*r.NormFloat64()))
		free[cook] = p.ready
		p.courier = at + minutes(12+8*r.Float64())
		out = append(out, p)
		every := calmEvery
		if at > last/4 && at < last*3/4 {
			every = rushEvery
		}
		at += minutes(every * min(r.ExpFloat64(), 4))
	}
	for i, what := range []mishap{undone, cancelled, forgotten} {
		if i+2 < len(out) {
			out[i+2].mishap = what
		}
	}
	return out
}

func (m menu) draw(r *rand.Rand, at time.Duration, n int) plan {
	p := plan{
		number: strconv.Itoa(n + 1), at: at, promise: at + 20*time.Minute + time.Duration(r.IntN(16))*time.Minute,
		channel: r.IntN(len(m.channels)), copied: r.IntN(4) == 0,
	}
	for _, i := range r.Perm(len(m.dishes))[:1+r.IntN(3)] {
		d := m.dishes[i]
		p.items = append(p.items, kitchen.Item{Qty: 1 + r.IntN(10)/8, Name: d.name, Mods: d.mods[:r.IntN(len(d.mods)+1)]})
	}
	return p
}

func minutes(m float64) time.Duration { return time.Duration(m * float64(time.Minute)) }

func dishes(items []kitchen.Item) (n int) {
	for _, it := range items {
		n += it.Qty
	}
	return n
}

// play plays the lunch until it is over or ctx ends.
func (s *shop) play(ctx context.Context, t *timeline) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var people sync.WaitGroup
	for _, p := range s.menu.plans(rand.New(rand.NewPCG(s.cmd.Seed, 1)), s.cmd.For) {
		people.Go(func() { s.serve(ctx, p, t) })
	}
	people.Go(func() { s.outage(ctx, t) })
	people.Go(func() { s.accident(ctx, t) })
	s.until(ctx, s.cmd.For)
	cancel()
	people.Wait()
}

// serve is the life of one order, as the people around it live it.
func (s *shop) serve(ctx context.Context, p plan, t *timeline) {
	if !s.until(ctx, p.at) {
		return
	}
	s.print(ctx, s.menu.slip(p, s.start, false))
	if p.copied {
		s.print(ctx, s.menu.slip(p, s.start, true))
	}
	if p.mishap == cancelled && s.until(ctx, p.at+3*time.Minute) {
		s.print(ctx, s.menu.cancelSlip(p))
		return
	}
	if p.mishap == undone && s.until(ctx, p.at+2*time.Minute) {
		s.wrongPress(ctx, p, t)
	}
	if !s.until(ctx, p.ready) {
		return
	}
	o, ok := s.await(ctx, p.number, hasSlot)
	if !ok {
		return
	}
	if p.mishap == forgotten {
		t.say(fmt.Sprintf(t.forgot, p.number, o.Slot))
		s.until(ctx, max(p.courier, p.ready+4*time.Minute))
	}
	s.makeReady(ctx, p.number, o.Slot)
	if s.until(ctx, max(p.courier, s.elapsed()+30*time.Second)) {
		s.handOver(ctx, p.number, o.Slot)
	}
}

// wrongPress presses the wrong button and takes it back.
func (s *shop) wrongPress(ctx context.Context, p plan, t *timeline) {
	o, ok := s.await(ctx, p.number, hasSlot)
	if !ok || s.buttons[o.Slot] == nil {
		return
	}
	t.say(fmt.Sprintf(t.wrong, o.Slot))
	s.makeReady(ctx, p.number, o.Slot)
	time.Sleep(pressTime)
	s.takeBack(ctx, p.number, o.Slot)
}

// outage takes the network away for a minute.
func (s *shop) outage(ctx context.Context, t *timeline) {
	if !s.until(ctx, s.cmd.For*4/10) {
		return
	}
	t.say(t.cut)
	s.cable.Cut(true)
	s.until(ctx, s.elapsed()+time.Minute)
	s.cable.Cut(false)
	t.say(t.mended)
}

// accident pulls the cable of a scale for a while.
func (s *shop) accident(ctx context.Context, t *timeline) {
	slot := demoScales[0]
	if !s.until(ctx, s.cmd.For*6/10) {
		return
	}
	t.say(fmt.Sprintf(t.pulled, slot))
	s.scales[slot].Unplug()
	s.until(ctx, s.elapsed()+3*time.Minute)
	s.scales[slot].Plug()
	t.say(fmt.Sprintf(t.plugged, slot))
}
