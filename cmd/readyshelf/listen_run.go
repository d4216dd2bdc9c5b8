package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"readyshelf/sensors/scale"
)

// listener shows what one device says.
type listener struct {
	target
	show  display
	guide io.Writer            // is told what is listened to, and what to do
	up    func() time.Duration // CLOCK_BOOTTIME
	// daemon streams from the daemon that has the device; its error is errNobody where
	// none has. open works the device itself until ctx ends, and says on the tap once it
	// is open.
	daemon func(ctx context.Context) (io.ReadCloser, error)
	open   func(ctx context.Context, t target, on *tap) error

	start, last time.Duration // of listening; when something came, or silence was spoken of
	any         bool          // something came
	own         bool          // no daemon has the device: it is opened here
	sense       sense
}

// A sense makes words of what one kind of device says.
type sense interface {
	// hear takes what came.
	hear(h heard)
	// pass notes that time has passed.
	pass(now time.Duration)
}

// How often senses are told the time, and how long silence is worth a word.
const (
	listenTick  = 20 * time.Millisecond
	listenQuiet = 10 * time.Second
)

// run listens until ctx ends, which gives nil, or the device cannot be listened to.
func (l *listener) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var working sync.WaitGroup
	defer working.Wait()
	defer cancel()
	ended := make(chan error, 1)

	stream, err := l.daemon(ctx)
	if errors.Is(err, errNobody) {
		on := &tap{name: l.name, kind: l.kind, path: l.path, up: l.up}
		said, stop := on.listen()
		defer stop()
		l.begin("")
		l.own = true
		working.Go(func() { ended <- l.open(ctx, l.target, on) })
		return l.loop(ctx, said, ended)
	}
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { stream.Close() })()
	said := make(chan heard)
	l.begin(" through the running daemon")
	l.ask()
	if l.kind == "button" {
		fmt.Fprintln(l.guide, "the kernel leaves out its bounce; stop the daemon to see that: sudo systemctl stop readyshelf")
	}
	working.Go(func() {
		err := readStream(stream, said, ctx.Done())
		ended <- fmt.Errorf("the daemon ended: %w", err)
	})
	return l.loop(ctx, said, ended)
}

// loop shows what is said until ctx ends or whoever hears it does.
func (l *listener) loop(ctx context.Context, said <-chan heard, ended <-chan error) error {
	tick := time.NewTicker(listenTick)
	defer tick.Stop()
	for {
		select {
		case h := <-said:
			l.hear(h)
		case <-tick.C:
			l.pass(l.up())
		case err := <-ended:
			if ctx.Err() != nil {
				return nil
			}
			return err
		case <-ctx.Done():
			return nil
		}
	}
}

// begin says what is listened to.
func (l *listener) begin(how string) {
	l.start = l.up()
	l.last = l.start
	fmt.Fprintf(l.guide, "listening to %s%s; Ctrl-C ends\n", joined(l.name, l.where()), how)
	switch l.kind {
	case "printer":
		fmt.Fprintln(l.guide, "bytes of text are left out, as they may be names and phone numbers; --text shows them, for your screen only")
	case "port":
		fmt.Fprintln(l.guide, "the bytes are shown as they come, with names and phone numbers if it is a till: for your screen only")
	}
	l.sense = l.senseFor(l.say)
}

// senseFor makes words of what the device says.
func (t *target) senseFor(say sayAt) sense {
	switch t.kind {
	case "printer":
		return newPrinterSense(t.options, t.inlet, say)
	case "scale":
		return &scaleSense{decoder: scale.NewDecoder(t.dialect), say: say}
	case "button":
		return &buttonSense{active: t.button.Active != "low", debounce: t.button.Debounce, say: say}
	}
	return &portSense{mode: scale.Mode(t.mode), path: t.path, say: say}
}

// ask says what to do, now that it is heard.
func (l *listener) ask() {
	what := map[string]string{"printer": "print a ticket now", "scale": "put something on the scale now", "button": "press the button now"}[l.kind]
	fmt.Fprintln(l.guide, cmp.Or(what, "print a ticket now, or put something on the scale"))
}

// where is the device, as people find it.
func (l *listener) where() string {
	where := "on " + l.path
	if l.name == "" {
		where = l.path
	}
	if l.mode != (SerialMode{}) {
		where += " at " + scale.Mode(l.mode).String()
	}
	return where
}

// hear shows what came: its bytes, and then what they mean.
func (l *listener) hear(h heard) {
	if h.Lost > 0 {
		l.show.lost(l.since(h.Up), h.Lost)
	}
	if len(h.Bytes) > 0 || h.Level != nil {
		l.last = h.Up
		l.any = l.any || !h.Sent
	}
	switch {
	case h.Open == nil:
	case l.own:
		l.ask()
	default:
		l.say(h.Up, map[bool]string{true: "opened", false: "closed"}[*h.Open])
	}
	l.show.heard(l.since(h.Up), h)
	l.sense.hear(h)
}

// pass tells the time, and speaks of silence.
func (l *listener) pass(now time.Duration) {
	l.sense.pass(now)
	if now-l.last < listenQuiet {
		return
	}
	l.last = now
	l.say(now, fmt.Sprintf("nothing came for %d s: %s", listenQuiet/time.Second, l.check()))
}

// check is what to look at when nothing comes.
func (t *target) check() string {
	serial := fmt.Sprintf("check power and cable (crossed or straight), and its speed, now %s", scale.Mode(t.mode))
	switch {
	case t.kind == "button":
		return "press it; check that it is wired between " + t.path + " and ground, see docs/wiring.md"
	case t.kind == "scale":
		return serial + "; what speaks there says: sudo readyshelf doctor --probe"
	case t.kind == "printer" && t.inlet == overTCP:
		return "check that the till prints to the address of this machine, and port " + t.path[strings.LastIndexByte(t.path, ':')+1:] + "; see: hostname -I"
	case t.kind == "printer" && t.inlet == overUSB:
		return "check the USB cable to the till, and that the till has it as a printer"
	}
	return serial
}

// say tells what something at the moment up means.
func (l *listener) say(up time.Duration, text string) { l.show.means(l.since(up), text) }

// since is the time from the start to up in seconds. What the daemon tells may have
// happened a moment before.
func (l *listener) since(up time.Duration) float64 { return max(up-l.start, 0).Seconds() }
