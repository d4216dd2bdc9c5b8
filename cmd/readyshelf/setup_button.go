package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// askButtons lets the installer press each button and name its slot.
func (s *setup) askButtons(ctx context.Context) error {
	s.say("\nButtons")
	if s.Button != nil {
		return s.takeButtons()
	}
	for _, b := range s.want.Buttons {
		s.say("  slot %s: %s%s", b.Slot, b.Line, lightText(b.Light))
	}
	if s.yes {
		return nil
	}
	lines, err := s.watched(ctx)
	if err != nil || len(lines) == 0 {
		return err
	}
	for {
		slot := s.nextSlot()
		s.say("Press the button of slot %s now and let go, or press Enter if there is no more.", slot)
		found, err := s.awaitPress(ctx, lines)
		if errors.Is(err, errAgain) {
			continue
		}
		if err != nil || found == nil {
			return err
		}
		if err := s.askSlot(ctx, *found, slot); err != nil {
			return err
		}
	}
}

func lightText(line string) string {
	if line == "" {
		return ", no light"
	}
	return ", its light " + line
}

// askSlot asks for the slot of a button that was found, and for its light.
func (s *setup) askSlot(ctx context.Context, found ButtonConfig, slot string) error {
	if i := s.buttonAt(found.Line); i >= 0 {
		found = s.want.Buttons[i]
		s.say("  that is slot %s", found.Slot)
		slot = found.Slot
	}
	old := found.Slot
	err := s.put(ctx, question{
		flag: "button", text: "  Its slot, or none to leave it out", standard: slot,
		take: func(answer string) error {
			found.Slot = answer
			return s.setButton(old, found)
		},
	})
	if err != nil || found.Slot == none {
		return err
	}
	return s.askLight(ctx, found)
}

// buttonAt is which of the buttons is on a line, -1 for none.
func (s *setup) buttonAt(line string) int {
	return slices.IndexFunc(s.want.Buttons, func(b ButtonConfig) bool { return sameLine(b.Line, line) })
}

// setButton puts a button among those that are wanted, in the place of the one at slot
// old; with slot "none" it is taken away.
func (s *setup) setButton(old string, b ButtonConfig) error {
	return s.change(func(c *Config) {
		i := slices.IndexFunc(c.Buttons, func(x ButtonConfig) bool { return old != "" && x.Slot == old })
		switch {
		case b.Slot == none && i >= 0:
			c.Buttons = slices.Delete(c.Buttons, i, i+1)
		case b.Slot == none:
		case i >= 0:
			c.Buttons[i] = b
		default:
			c.Buttons = append(c.Buttons, b)
		}
	})
}

// blinkTime is a half of the blinking by which a light is found.
const blinkTime = 250 * time.Millisecond

// askLight asks for the pin of a button's light until that blinks.
func (s *setup) askLight(ctx context.Context, b ButtonConfig) error {
	for {
		err := s.put(ctx, question{
			flag: "button", text: "  The pin of its light, as GPIO18 or P1_12, or none", standard: cmp.Or(b.Light, none),
			take: func(answer string) error {
				b.Light = answer
				if answer == none {
					b.Light = ""
				}
				return s.setButton(b.Slot, b)
			},
		})
		if err != nil || b.Light == "" || !s.trying() {
			return err
		}
		seen, err := s.blinks(ctx, b)
		if err != nil || seen {
			return err
		}
	}
}

// blinks blinks a light while it asks whether that is seen.
func (s *setup) blinks(ctx context.Context, b ButtonConfig) (seen bool, err error) {
	pin, err := s.output(b.Light)
	if err != nil {
		s.say("    it cannot be tried: %v", err)
		return true, nil
	}
	defer halt(pin)
	stop, done := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		blink(stop, pin)
	}()
	defer func() { done(); <-ended }()
	return s.sure(ctx, "button", nil, "  Does the light of slot "+b.Slot+" blink?", true)
}

// blink blinks until ctx ends, and leaves the light dark. That a line fails is seen.
func blink(ctx context.Context, pin gpio.PinOut) {
	defer pin.Out(gpio.Low)
	tick := time.NewTicker(blinkTime)
	defer tick.Stop()
	for l := gpio.High; pin.Out(l) == nil; l = !l {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

var slotNumber = regexp.MustCompile(`^(.*?)(\d+)$`)

// nextSlot suggests the slot after the last one: A1, A2, …
func (s *setup) nextSlot() string {
	next, n := "A", 0
	if last := len(s.want.Buttons) - 1; last >= 0 {
		m := slotNumber.FindStringSubmatch(s.want.Buttons[last].Slot)
		if m == nil {
			m = []string{"", s.want.Buttons[last].Slot + "-", "1"}
		}
		next = m[1]
		n, _ = strconv.Atoi(m[2]) // a number too large begins anew
	}
	for {
		n++
		slot := next + strconv.Itoa(n)
		if !slices.ContainsFunc(s.want.Buttons, func(b ButtonConfig) bool { return b.Slot == slot }) {
			return slot
		}
	}
}

// takeButtons takes the buttons that flags name, in place of all that were there.
func (s *setup) takeButtons() error {
	all := []ButtonConfig{}
	for _, text := range s.Button {
		if text == none {
			continue
		}
		b, err := parseButtonFlag(text)
		if err != nil {
			return &configError{flagError{fmt.Errorf("--button %s: %w", text, err)}}
		}
		if i := s.buttonAt(b.Line); i >= 0 {
			b.Debounce = s.want.Buttons[i].Debounce
		}
		all = append(all, b)
	}
	if err := s.change(func(c *Config) { c.Buttons = all }); err != nil {
		return &configError{flagError{fmt.Errorf("--button: %w", err)}}
	}
	for _, b := range all {
		s.say("  slot %s: %s%s", b.Slot, b.Line, lightText(b.Light))
	}
	return nil
}

// parseButtonFlag reads SLOT=LINE[,LIGHT[,high]].
func parseButtonFlag(text string) (ButtonConfig, error) {
	slot, rest, ok := strings.Cut(text, "=")
	parts := strings.Split(rest, ",")
	if !ok || len(parts) > 3 {
		return ButtonConfig{}, errors.New("write SLOT=LINE,LIGHT,high; the last two may be left out")
	}
	parts = append(parts, "", "")
	b := ButtonConfig{Slot: slot}
	b.setDefaults()
	b.Line, b.Light, b.Active = parts[0], parts[1], cmp.Or(parts[2], b.Active)
	return b, nil
}
