package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"periph.io/x/conn/v3/gpio"

	"readyshelf/device"
)

// busyPins are the GPIOs of a Raspberry Pi's header that are not looked at, because they
// have another use even if none is switched on now: the ID of add-on boards, I²C, SPI and
// the serial console (docs/wiring.md).
var busyPins = []int{0, 1, 2, 3, 7, 8, 9, 10, 11, 14, 15}

// watched are the lines on which buttons are looked for.
func (s *setup) watched(ctx context.Context) (lines []string, err error) {
	all, err := s.lines()
	if err != nil && s.Watch == nil {
		s.say("  %v", err)
		return nil, nil
	}
	standard := strings.Join(s.usual(all), ",")
	if s.Watch == nil && standard != "" {
		return s.usual(all), nil
	}
	if standard == "" {
		standard = none
	}
	err = s.put(ctx, question{
		flag: "watch", text: "The lines that buttons may be on, with commas between (gpioinfo names them), or none", given: s.Watch, standard: standard,
		take: func(answer string) error {
			if lines = nil; answer == none {
				return nil
			}
			for line := range strings.SplitSeq(answer, ",") {
				line = strings.TrimSpace(line)
				if _, err := device.LineName(line); err != nil {
					return err
				}
				lines = append(lines, line)
			}
			return nil
		},
	})
	return lines, err
}

// usual are the free lines of a Raspberry Pi's header without another use. Where lines
// are not on a header, those count that are called as there.
func (s *setup) usual(all []device.Line) (names []string) {
	hasHeader := slices.ContainsFunc(all, func(l device.Line) bool { return l.Header != "" })
	for _, l := range all {
		number, gpio := strings.CutPrefix(l.Name, "GPIO")
		n, err := strconv.Atoi(number)
		if hasHeader {
			n, gpio, err = l.Offset, l.Header != "", nil
		}
		name := "GPIO" + strconv.Itoa(n)
		light := slices.ContainsFunc(s.want.Buttons, func(b ButtonConfig) bool { return sameLine(b.Light, name) })
		if gpio && err == nil && n < 28 && l.User == "" && !slices.Contains(busyPins, n) && !light {
			names = append(names, name)
		}
	}
	return names
}

// sameLine says whether two names are those of one line.
func sameLine(a, b string) bool {
	x, errA := device.LineName(a)
	y, errB := device.LineName(b)
	return errA == nil && errB == nil && x == y
}

// contact is a line that moved.
type contact struct {
	line  string
	level gpio.Level
}

// contactWatch is a set of lines that are read together.
type contactWatch struct {
	rest    map[string]gpio.Level
	moved   chan contact
	pulled  string // how the lines are pulled at rest, as the level of a pressed button
	release func()
}

// How lines are looked at.
const (
	restTime     = 50 * time.Millisecond  // for a pull to move a line with 100 nF at it
	quietTime    = 15 * time.Second       // without a press, before lines are pulled the other way
	longestPress = 10 * time.Second       // the longest press
	othersTime   = 100 * time.Millisecond // for another line that moved with it
	pressBounce  = 25 * time.Millisecond
)

// watchLines opens lines, pulled for buttons that are active when low or high.
func (s *setup) watchLines(ctx context.Context, lines []string, active string) (*contactWatch, error) {
	buttons := make([]ButtonConfig, len(lines))
	for i, line := range lines {
		buttons[i] = ButtonConfig{Line: line, Active: active, Debounce: pressBounce}
	}
	open := s.contacts(buttons)
	w := &contactWatch{rest: map[string]gpio.Level{}, moved: make(chan contact), pulled: active}
	ctx, cancel := context.WithCancel(ctx)
	var pins []gpio.PinIn
	var ended []chan struct{}
	w.release = func() {
		cancel()
		for _, e := range ended {
			<-e
		}
		for _, p := range pins {
			halt(p)
		}
	}
	var failed error
	for _, line := range lines {
		pin, err := open(line)
		if err != nil {
			failed = err
			continue
		}
		pins = append(pins, pin)
	}
	if len(pins) == 0 {
		w.release()
		return nil, failed
	}
	time.Sleep(restTime)
	for _, pin := range pins {
		w.rest[pin.Name()] = pin.Read()
		end := make(chan struct{})
		ended = append(ended, end)
		go func() {
			defer close(end)
			w.follow(ctx, pin, s.up)
		}()
	}
	return w, nil
}

// follow tells of each edge of a pin until ctx ends. A pin that fails is silent.
func (w *contactWatch) follow(ctx context.Context, pin gpio.PinIn, up func() time.Duration) {
	on := &tap{kind: "button", path: pin.Name(), up: up}
	said, stop := on.listen()
	defer stop()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = watchPin(ctx, on.pin(pin)) // no press comes from it: that is seen
	}()
	defer func() { <-ended }()
	for {
		select {
		case h := <-said:
			if h.Level == nil {
				continue
			}
			select {
			case w.moved <- contact{pin.Name(), gpio.Level(*h.Level)}:
			case <-ctx.Done():
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// awaitPress waits until one button was pressed; nil is that Enter was. Lines are pulled
// up first, and the other way by turns if nothing comes.
func (s *setup) awaitPress(ctx context.Context, lines []string) (*ButtonConfig, error) {
	active := "low"
	for {
		w, err := s.watchLines(ctx, lines, active)
		if err != nil {
			s.say("  %v", err)
			return nil, nil
		}
		found, more, err := s.onePress(ctx, w)
		w.release()
		if err != nil || !more {
			if found != nil && found.Active == "high" && active == "low" {
				return s.confirm(ctx, found)
			}
			return found, err
		}
		if active == "low" {
			active = "high"
			s.say("  Nothing yet. The lines are pulled down now, for buttons to 3.3 V; press again.")
		} else {
			active = "low"
			s.say("  Nothing yet. Is the button between its pin and ground (docs/wiring.md)? Press again.")
		}
	}
}

// onePress waits for a press on w; more is that none came for some time.
func (s *setup) onePress(ctx context.Context, w *contactWatch) (found *ButtonConfig, more bool, err error) {
	quiet := time.NewTimer(quietTime)
	defer quiet.Stop()
	for {
		select {
		case c := <-w.moved:
			if c.level == w.rest[c.line] {
				continue
			}
			if found := s.letGo(ctx, w, c); found != nil {
				return found, false, nil
			}
			quiet.Reset(quietTime)
		case _, ok := <-s.typed:
			if !ok {
				return nil, false, missingFlag("button", "the input ended while a press was awaited")
			}
			return nil, false, nil
		case <-quiet.C:
			return nil, true, nil
		case <-ctx.Done():
			s.say("")
			return nil, false, errInterrupted
		}
	}
}

// letGo waits until the line that moved is at rest again, and looks whether it was the
// only one.
func (s *setup) letGo(ctx context.Context, w *contactWatch, first contact) *ButtonConfig {
	moved := []string{first.line}
	end := time.NewTimer(longestPress)
	defer end.Stop()
	back := false
	for {
		select {
		case c := <-w.moved:
			if !slices.Contains(moved, c.line) {
				moved = append(moved, c.line)
			}
			if c.line == first.line && c.level == w.rest[c.line] && !back {
				back = true
				end.Reset(othersTime)
			}
			continue
		case <-ctx.Done():
			return nil
		case <-end.C:
		}
		break
	}
	switch {
	case !back:
		s.say("  %s moved and does not come back: let go, and press it again.", first.line)
		w.rest[first.line] = first.level
		return nil
	case len(moved) > 1:
		slices.Sort(moved)
		s.say("  %s moved together: press one button only. If it was one, its cable disturbs the others (docs/wiring.md).", strings.Join(moved, " and "))
		return nil
	}
	b := &ButtonConfig{Line: first.line}
	b.setDefaults()
	if first.level == gpio.High {
		b.Active = "high"
	}
	s.say("  %s: %s when pressed", lineText(first.line), b.Active)
	return b
}

// lineText is a line with its pin of the header.
func lineText(name string) string {
	canonical, err := device.LineName(name)
	if header := device.HeaderPin(canonical); err == nil && header != "" {
		return fmt.Sprintf("%s (%s)", canonical, header)
	}
	return name
}

// confirm has a button that is high when pressed pressed again, with its line pulled as
// the daemon does: one that merely opens a contact to ground is not seen there.
func (s *setup) confirm(ctx context.Context, b *ButtonConfig) (*ButtonConfig, error) {
	s.say("  Press it once more, or press Enter if nothing happens.")
	w, err := s.watchLines(ctx, []string{b.Line}, b.Active)
	if err != nil {
		return nil, err
	}
	defer w.release()
	for {
		again, more, err := s.onePress(ctx, w)
		switch {
		case err != nil:
			return nil, err
		case more:
			continue
		case again != nil && again.Active == b.Active:
			return b, nil
		}
		s.say("  It opens when pressed, and its line has no pull-up of its own: wire one that closes, or a resistor of 1 to 4.7 kΩ to 3.3 V.")
		return nil, errAgain
	}
}
