package main

import (
	"context"
	"errors"
	"time"

	"readyshelf/sensors"
)

// trial is a device that says something while it is set up.
type trial struct {
	target
	ask string
	// sense makes words of what the device says; done says that these will do.
	sense func(say func(string)) sense
	done  func() bool
	// remedy is what to do where the device cannot be opened and does not say.
	remedy string
}

// try lets the installer use a device until it is understood, or Enter is pressed. A
// device that cannot be opened is said, and no error: its cable may come later.
func (s *setup) try(ctx context.Context, t trial) error {
	if !s.trying() {
		return nil
	}
	s.say("%s", t.ask)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	on := &tap{kind: t.kind, path: t.path, up: s.up}
	said, stop := on.listen()
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.open(ctx, t.target, on) }()
	finish := func() { cancel(); <-ended }

	words := t.sense(func(text string) { s.say("    %s", text) })
	tick := time.NewTicker(listenTick)
	defer tick.Stop()
	for !t.done() {
		select {
		case h := <-said:
			words.hear(h)
		case <-tick.C:
			words.pass(s.up())
		case err := <-ended:
			if errors.Is(ctx.Err(), context.Canceled) {
				s.say("")
				return errInterrupted
			}
			text, remedy := sensors.Explain(err, t.remedy)
			s.say("    it cannot be tried: %s", text)
			if remedy != "" {
				s.say("    -> %s", remedy)
			}
			return nil
		case <-s.typed:
			finish()
			return nil
		}
	}
	finish()
	return nil
}

// trying says whether devices are tried: unless a flag says no, where somebody is there.
func (s *setup) trying() bool {
	if s.Try != nil {
		return *s.Try
	}
	return !s.yes
}
