package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"readyshelf/device"
	"readyshelf/sensors/scale"
)

// askScales finds scales on the serial ports that nothing else has.
func (s *setup) askScales(ctx context.Context) error {
	s.say("\nScales")
	if s.Scale != nil {
		return s.takeScales()
	}
	for _, c := range slices.Clone(s.want.Scales) {
		if err := s.askScale(ctx, c); err != nil {
			return err
		}
	}
	ports := slices.DeleteFunc(s.freePorts(), func(p device.Port) bool {
		return slices.ContainsFunc(s.want.Printers, func(c PrinterConfig) bool { return isPort(p, c.Serial) })
	})
	if len(ports) == 0 {
		s.say("  no serial port without a use")
		return nil
	}
	s.listPorts(ports)
	probe, err := s.sure(ctx, "probe", s.Probe, "Ask what talks there? A few bytes are sent that no scale takes amiss", !s.yes)
	if err != nil {
		return err
	}
	for _, p := range ports {
		found := ScaleConfig{Serial: p.Path}
		if probe {
			found = s.probe(ctx, p)
		}
		if err := s.askScale(ctx, found); err != nil {
			return err
		}
	}
	return nil
}

// probe finds out what talks on a port.
func (s *setup) probe(ctx context.Context, p device.Port) ScaleConfig {
	found := ScaleConfig{Serial: p.Path}
	s.say("  %s: this takes up to %d s …", p.Path, scale.ProbeTime/time.Second)
	heard, err := scale.Probe(ctx, func(m scale.Mode) (io.ReadWriteCloser, error) { return s.serial(p.Path, SerialMode(m)) })
	n := len(heard)
	switch {
	case n > 0 && len(heard[n-1].Matches) > 0:
		h := heard[n-1]
		d := h.Matches[0].Dialect
		found.Protocol = d.Name
		if h.Mode != d.Mode {
			found.Mode = SerialMode(h.Mode)
		}
		also := ""
		if len(h.Matches) > 1 {
			also = "; also possible: " + names(h.Matches[1:])
		}
		s.say("    a scale talks %s at %s%s", d.Name, h.Mode, also)
	case n > 0:
		s.say("    something talks that is no known scale; at %s came %s", heard[0].Mode, shortHex(heard[0].Bytes))
	case err != nil:
		s.say("    %v", err)
	default:
		s.say("    nothing answers")
	}
	return found
}

// askScale asks what a scale speaks, where it stands, and lets something be weighed.
func (s *setup) askScale(ctx context.Context, c ScaleConfig) error {
	if err := s.askProtocol(ctx, &c); err != nil || c.Protocol == "" {
		return err
	}
	if err := s.tryScale(ctx, c); err != nil {
		return err
	}
	return s.put(ctx, question{
		flag: "scale", text: "  The slot that it stands under, as A1, or none", standard: cmp.Or(c.Slot, none),
		take: func(answer string) error {
			c.Slot = answer
			if answer == none {
				c.Slot = ""
			}
			return s.setScale(c)
		},
	})
}

// askProtocol asks for the protocol, and for the mode where it was not found out.
func (s *setup) askProtocol(ctx context.Context, c *ScaleConfig) error {
	asked := *c
	err := s.put(ctx, question{
		flag: "scale", text: "  Protocol of the scale on " + c.Serial + ", or none", standard: cmp.Or(c.Protocol, none),
		take: func(answer string) error {
			if answer == none {
				c.Protocol = ""
				return s.change(func(to *Config) {
					to.Scales = slices.DeleteFunc(to.Scales, func(x ScaleConfig) bool { return x.Serial == c.Serial })
				})
			}
			if fix, ok := oneOf(answer, protocolNames()); !ok {
				return errors.New("there is no such protocol; " + fix)
			}
			c.Protocol = answer
			return nil
		},
	})
	if err != nil || c.Protocol == "" || c.Protocol == asked.Protocol {
		return err
	}
	d, _ := scale.Lookup(c.Protocol)
	return s.put(ctx, question{
		flag: "scale", text: "  How its line is set", standard: d.Mode.String(),
		take: func(answer string) error {
			m, err := scale.ParseMode(answer)
			c.Mode = SerialMode(m)
			if m == d.Mode {
				c.Mode = SerialMode{}
			}
			return err
		},
	})
}

// setScale puts a scale among those that are wanted, in the place of that on its port.
func (s *setup) setScale(c ScaleConfig) error {
	return s.change(func(to *Config) {
		if i := slices.IndexFunc(to.Scales, func(x ScaleConfig) bool { return x.Serial == c.Serial }); i >= 0 {
			c.Name, c.Step = to.Scales[i].Name, to.Scales[i].Step
			to.Scales[i] = c
			return
		}
		to.addScale(c)
	})
}

// addScale adds a scale, with a name that says where it stands.
func (c *Config) addScale(s ScaleConfig) {
	if s.Step == 0 {
		s.setDefaults()
	}
	name := "shelf"
	if s.Slot != "" {
		name += "-" + strings.ToLower(s.Slot)
	}
	s.Name = freeName(name, func(n string) bool {
		return slices.ContainsFunc(c.Scales, func(x ScaleConfig) bool { return x.Name == n })
	})
	c.Scales = append(c.Scales, s)
}

// takeScales takes the scales that flags name, in place of all that were there.
func (s *setup) takeScales() error {
	all := []ScaleConfig{}
	for _, text := range s.Scale {
		if text == none {
			continue
		}
		c, err := parseScaleFlag(text)
		if err != nil {
			return &configError{flagError{fmt.Errorf("--scale %s: %w", text, err)}}
		}
		all = append(all, c)
	}
	err := s.change(func(c *Config) {
		before := c.Scales
		c.Scales = nil
		for _, x := range all {
			if i := slices.IndexFunc(before, func(b ScaleConfig) bool { return b.Serial == x.Serial }); i >= 0 {
				x.Name, x.Step = before[i].Name, before[i].Step
				c.Scales = append(c.Scales, x)
				continue
			}
			c.addScale(x)
		}
	})
	if err != nil {
		return &configError{flagError{fmt.Errorf("--scale: %w", err)}}
	}
	for _, c := range s.want.Scales {
		s.say("  %s: %s%s", c.Serial, c.Protocol, under(c.Slot))
	}
	return nil
}

func under(slot string) string {
	if slot == "" {
		return ""
	}
	return ", under slot " + slot
}

// parseScaleFlag reads PORT,PROTOCOL[,SLOT[,MODE]].
func parseScaleFlag(text string) (ScaleConfig, error) {
	parts := strings.Split(text, ",")
	if len(parts) < 2 || len(parts) > 4 {
		return ScaleConfig{}, errors.New("write PORT,PROTOCOL,SLOT,MODE; the last two may be left out")
	}
	parts = append(parts, "", "")
	c := ScaleConfig{Serial: parts[0], Protocol: parts[1], Slot: parts[2]}
	if parts[3] != "" {
		m, err := scale.ParseMode(parts[3])
		if err != nil {
			return c, err
		}
		c.Mode = SerialMode(m)
	}
	return c, nil
}

// tryScale waits for a weight.
func (s *setup) tryScale(ctx context.Context, c ScaleConfig) error {
	d, _ := scale.Lookup(c.Protocol)
	if c.Mode != (SerialMode{}) {
		d.Mode = scale.Mode(c.Mode)
	}
	weighed := false
	return s.try(ctx, trial{
		target: target{kind: "scale", path: c.Serial, dialect: d, mode: SerialMode(d.Mode)},
		ask:    fmt.Sprintf("  %s: put something of 50 g or more on it now, or press Enter to go on", c.Serial),
		sense: func(say func(string)) sense {
			return &weighSense{decoder: scale.NewDecoder(d), say: say, done: &weighed}
		},
		done: func() bool { return weighed },
	})
}

// weighSense says the weight once it rests at another one than before. A scale that is
// loaded from the start has only to say so once.
type weighSense struct {
	decoder *scale.Decoder
	say     func(string)
	done    *bool
	said    bool
	bad     int
}

// enoughWeight is what nobody takes for an empty scale that drifts.
const enoughWeight = 50

func (w *weighSense) hear(h heard) {
	if h.Sent {
		return
	}
	w.decoder.Write(h.Bytes, func(_ []byte, r scale.Reading, err error) {
		switch {
		case *w.done:
		case err != nil:
			if w.bad++; w.bad == 5 {
				w.say("what comes is not understood: " + err.Error())
			}
		case r.Valid && !r.Motion && max(r.Grams, -r.Grams) >= enoughWeight:
			*w.done = true
			w.say(weightText(r) + ": understood")
		case !w.said:
			w.said = true
			w.say(weightText(r))
		}
	})
}

func (w *weighSense) pass(time.Duration) {}
