package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"readyshelf/sensors"
)

// trial is a device that says something while it is set up.
type trial struct {
	target
	ask string // is said once the device is open
	// sense makes words of what the device says; done says that these will do.
	sense func(say func(string)) sense
	done  func() bool
	// remedy is what to do where the device cannot be opened and does not say.
	remedy string
}

// reopenAfter is how long a scale's port may say nothing before it is opened anew: a
// USB adapter that hangs works again then.
const reopenAfter = 4 * time.Second

// try lets the installer use a device until it is understood, or Enter is pressed. A
// device that cannot be opened is said, and no error: its cable may come later.
func (s *setup) try(ctx context.Context, t trial) error {
	if !s.trying() {
		return nil
	}
	on := &tap{kind: t.kind, path: t.path, up: s.up}
	said, stop := on.listen()
	defer stop()
	ended, finish := s.begin(ctx, t.target, on)
	heard := time.Now()
	ask := sync.OnceFunc(func() { s.say("%s", t.ask) })
	words := t.sense(func(text string) { s.say("    %s", text) })
	tick := time.NewTicker(listenTick)
	defer tick.Stop()
	for !t.done() {
		select {
		case h := <-said:
			if h.Open != nil {
				ask()
			}
			words.hear(h)
			if !h.Sent && len(h.Bytes) > 0 {
				heard = time.Now()
			}
		case <-tick.C:
			words.pass(s.up())
			if t.kind == "scale" && time.Since(heard) > reopenAfter {
				finish()
				ended, finish = s.begin(ctx, t.target, on)
				heard = time.Now()
			}
		case err := <-ended:
			if errors.Is(ctx.Err(), context.Canceled) {
				s.say("")
				return errInterrupted
			}
			text, remedy := sensors.Explain(err, t.remedy)
			s.say("  %s cannot be tried: %s", t.path, text)
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

// begin opens a device. It says on ended if that fails; finish closes the device.
func (s *setup) begin(ctx context.Context, t target, on *tap) (ended <-chan error, finish func()) {
	ctx, cancel := context.WithCancel(ctx)
	c := make(chan error, 1)
	go func() { defer close(c); c <- s.open(ctx, t, on) }()
	return c, func() { cancel(); <-c }
}

// trying says whether devices are tried: unless a flag says no, where somebody is there.
func (s *setup) trying() bool {
	if s.Try != nil {
		return *s.Try
	}
	return !s.yes
}
