package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"readyshelf/test/rig/wire"
)

// play writes steps to a file, over and over. The moments are counted from the first, so
// a late step makes the next no later; but no step is cut to less than half its time.
func play(q wire.Request) error {
	f, err := os.OpenFile(q.Text, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	for next, n := time.Now(), 0; n < q.N; n++ {
		for _, s := range q.Steps {
			if _, err := f.WriteAt([]byte(s.Value), 0); err != nil {
				return err
			}
			next = next.Add(s.Wait)
			if least := time.Now().Add(s.Wait / 2); next.Before(least) {
				next = least
			}
			sleepUntil(next)
		}
	}
	return nil
}

// sleepUntil sleeps more exactly than time.Sleep, which is up to a millisecond late.
func sleepUntil(t time.Time) {
	for d := time.Until(t); d > 0; d = time.Until(t) {
		ts := unix.NsecToTimespec(int64(d))
		_ = unix.Nanosleep(&ts, nil) // a signal may wake it too early
	}
}

// look is how often a watched file is read.
const look = 5 * time.Millisecond

// watch sends a line "UPTIME VALUE" for what a file says now and for each change of
// it, with CLOCK_BOOTTIME in nanoseconds, until a signal comes.
func (a *agent) watch(q wire.Request) error {
	f, err := os.Open(q.Text)
	if err != nil {
		return err
	}
	defer f.Close()
	stop := make(chan struct{}, 1)
	a.enter(q.ID, &command{kill: func(syscall.Signal) error {
		select {
		case stop <- struct{}{}:
		default:
		}
		return nil
	}})
	defer a.leave(q.ID)
	tick := time.NewTicker(look)
	defer tick.Stop()
	last := ""
	b := make([]byte, 256)
	for {
		n, err := f.ReadAt(b, 0)
		if n == 0 && err != nil {
			return err
		}
		if now := strings.TrimSpace(string(b[:n])); now != last {
			last = now
			var up unix.Timespec
			if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &up); err != nil {
				return err
			}
			a.say(wire.Reply{ID: q.ID, Out: fmt.Appendf(nil, "%d %s\n", up.Nano(), now)})
		}
		select {
		case <-stop:
			return nil
		case <-tick.C:
		}
	}
}
