package main

import (
	"context"
	"time"

	"periph.io/x/conn/v3/gpio"

	"readyshelf/kitchen"
)

// pattern is what a lamp does over and over: on, off, on, off, … for the times
// given. Each light has a rhythm of its own, so nobody needs to tell colours. A
// pattern of one time is steady.
type pattern []time.Duration

// remind is how often a lamp that does not change is driven all the same: a line
// that was lost, and is dark when it comes back, is found by that.
const remind = 10 * time.Second

// The rhythms. Ready burns steadily once the event is on disk; when the broker
// has it too, it blinks off for a moment every two seconds. No rhythm flashes more
// than three times in a second, which is safe to look at
// (https://www.w3.org/WAI/WCAG22/Understanding/three-flashes).
var rhythms = map[kitchen.Light]pattern{
	kitchen.LightOff:      {0, remind},
	kitchen.LightAssigned: {100 * time.Millisecond, 1900 * time.Millisecond},
	kitchen.LightReady:    {remind},
	lightSent:             {1900 * time.Millisecond, 100 * time.Millisecond},
	kitchen.LightLate:     {250 * time.Millisecond, 250 * time.Millisecond},
	lightTried:            {550 * time.Millisecond, 550 * time.Millisecond},
	kitchen.LightFault: {
		100 * time.Millisecond, 100 * time.Millisecond, 100 * time.Millisecond, 100 * time.Millisecond,
		100 * time.Millisecond, 700 * time.Millisecond,
	},
}

// lightSent is LightReady when the broker has acknowledged the alert.
const lightSent kitchen.Light = "sent"

// lightTried is shown while somebody tries the lamp.
const lightTried kitchen.Light = "tried"

// lamp keeps one lamp in its rhythm. What it shows is asked from light whenever
// changed rings.
type lamp struct {
	slot    string
	pin     gpio.PinOut
	light   func(slot string) kitchen.Light
	changed func() <-chan struct{}
}

// run drives the lamp until ctx ends and leaves it dark. It returns the first
// error of the pin.
func (l lamp) run(ctx context.Context, up func()) error {
	defer l.pin.Out(gpio.Low)
	for ctx.Err() == nil {
		changed := l.changed()
		show := l.light(l.slot)
		if err := l.play(ctx, rhythms[show], changed, func() bool { return l.light(l.slot) == show }, up); err != nil {
			return err
		}
	}
	return nil
}

// play repeats a rhythm for as long as same says that it still holds.
func (l lamp) play(ctx context.Context, p pattern, changed <-chan struct{}, same func() bool, up func()) error {
	for {
		for i, d := range p {
			if d == 0 {
				continue
			}
			if err := l.pin.Out(gpio.Level(i%2 == 0)); err != nil {
				return err
			}
			up()
			for end := time.After(d); end != nil; {
				select {
				case <-ctx.Done():
					return nil
				case <-changed:
					changed = l.changed() // first, or a ring could fall between the two
					if !same() {
						return nil
					}
				case <-end:
					end = nil
				}
			}
		}
	}
}

// lightOf says what the lamp at a slot shows: the board's light, with what only
// the wiring knows added.
func lightOf(b *kitchen.Board, slot string, acked uint64, refused bool) kitchen.Light {
	if refused {
		return kitchen.LightFault
	}
	for _, s := range b.Slots {
		if s.Slot != slot {
			continue
		}
		if s.Light == kitchen.LightReady && s.ReadySeq > 0 && s.ReadySeq <= acked {
			return lightSent
		}
		return s.Light
	}
	return kitchen.LightOff
}
