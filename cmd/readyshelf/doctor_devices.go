package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"syscall"
	"time"

	"periph.io/x/conn/v3/gpio"

	"readyshelf/kitchen"
	"readyshelf/sensors/scale"
)

// deviceChecks look at each device of the configuration: through the daemon, which has
// it, or by opening it for a moment.
func (d *doctor) deviceChecks() []check {
	var all []check
	add := func(kind, name, path string, open func(ctx context.Context) finding) {
		name = kind + "/" + name
		all = append(all, check{"devices", shortCheck, func(ctx context.Context) []finding {
			return d.checkDevice(name, kind, path, func() finding {
				f := open(ctx)
				f.What = name
				return f
			})
		}})
	}
	for _, c := range d.Printers {
		switch {
		case c.Listen != "":
			add("printer", c.Name, c.Listen, func(ctx context.Context) finding { return d.tryListen(ctx, c.Listen) })
			if c.Forward != "" && !d.daemon.running {
				all = append(all, check{"devices", shortCheck, func(ctx context.Context) []finding {
					return []finding{d.tryForward(ctx, "printer/"+c.Name, c.Forward)}
				}})
			}
		case c.Serial != "":
			add("printer", c.Name, c.Serial, func(context.Context) finding { return d.tryPort(c.Serial, c.Mode) })
		case c.Gadget != "":
			add("printer", c.Name, c.Gadget, func(context.Context) finding { return d.tryGadget(c.Gadget) })
		}
	}
	for _, c := range d.Scales {
		add("scale", c.Name, c.Serial, func(ctx context.Context) finding { return d.tryScale(ctx, c) })
	}
	for _, c := range d.Buttons {
		add("button", c.Slot, c.Line, func(context.Context) finding { return d.tryButton(c) })
		if c.Light != "" {
			add("light", c.Slot, c.Light, func(context.Context) finding { return d.tryLight(c.Light) })
		}
	}
	if d.OCR.Program != "" {
		all = append(all, check{"devices", shortCheck, d.checkOCR})
	}
	if len(all) == 0 {
		all = append(all, check{"devices", shortCheck, func(context.Context) []finding {
			return []finding{caution("devices", "none is configured: nothing can be ready", "sudo readyshelf setup")}
		}})
	}
	return all
}

// checkDevice looks at one device, and at how the configuration names it.
func (d *doctor) checkDevice(name, kind, path string, try func() finding) []finding {
	var found []finding
	switch {
	case d.daemon.running:
		found = d.asSeen(name, kind, path)
	case d.daemon.err != nil:
		found = []finding{caution(name, path+": the daemon has it, and does not say how it does", asRoot)}
	default:
		found = []finding{try()}
	}
	return append(found, unsteady(name, path, d.stable)...)
}

// unsteady warns of a port whose name may be that of another one tomorrow.
func unsteady(name, path string, stable func(path string) (string, bool)) []finding {
	if better, ok := stable(path); ok && strings.HasPrefix(path, "/dev/") {
		return []finding{caution(name, path+" may be another device after the next plugging in", `write in the configuration: "`+better+`"`)}
	}
	return nil
}

// asSeen is what the daemon says of a device.
func (d *doctor) asSeen(name, kind, path string) []finding {
	for _, s := range d.daemon.devices {
		if s.Name == name {
			return s.seen(kind, path)
		}
	}
	return []finding{caution(name, path+": the running daemon does not know it", "the configuration was changed since it started: sudo systemctl restart readyshelf")}
}

// seen is how the device does, as the daemon that has it sees it.
func (s deviceState) seen(kind, path string) []finding {
	switch {
	case len(s.Faults) > 0:
		return s.faulty(path)
	case !s.Open:
		return []finding{problem(s.Name, path+": the daemon could not open it yet", "look again in half a minute: readyshelf doctor")}
	}
	return []finding{works(s.Name, strings.Join(append([]string{path + ": open"}, s.life(kind)...), ", "))}
}

// faulty are all faults of the device.
func (s deviceState) faulty(path string) (found []finding) {
	for _, f := range s.Faults {
		text := f.Text
		if !strings.Contains(text, path) {
			text = path + ": " + text
		}
		found = append(found, problem(s.Name, text, f.Remedy))
	}
	return found
}

// life says when the device last gave a sign.
func (s deviceState) life(kind string) (signs []string) {
	if s.Closed != nil {
		signs = append(signs, map[bool]string{true: "pressed now", false: "not pressed"}[*s.Closed])
	}
	switch {
	case kind == "light":
		return signs
	case s.ByteAge == nil && kind == "button":
		return append(signs, "never pressed since the start")
	case s.ByteAge == nil:
		return append(signs, "nothing came since the start")
	}
	ago := func(s *float64) string { return agoText(time.Duration(*s*float64(time.Second))) + " ago" }
	if kind == "button" {
		signs = append(signs, "last moved "+ago(s.ByteAge))
	} else {
		signs = append(signs, "last byte "+ago(s.ByteAge))
	}
	if s.EventAge != nil {
		signs = append(signs, "last event "+ago(s.EventAge))
	}
	return signs
}

// tryListen opens the port of an extra printer.
func (d *doctor) tryListen(ctx context.Context, addr string) finding {
	ln, err := d.listen(addr)
	if err == nil {
		ln.Close()
		return works("", addr+": free; nobody prints to it while the daemon does not run")
	}
	if unit, ok := d.unit(ctx, socketName); ok && unit["ActiveState"] == "active" && errors.Is(err, syscall.EADDRINUSE) {
		return works("", addr+": held open by "+socketName+" until the daemon runs")
	}
	return failure("", err, "")
}

// tryForward calls the printer that gets the jobs. Beside a running daemon nobody does:
// some printers take one connection only, and the daemon knows how it is.
func (d *doctor) tryForward(ctx context.Context, name, addr string) finding {
	ctx, cancel := context.WithTimeout(ctx, shortCheck-grace)
	defer cancel()
	c, err := d.printer(ctx, addr)
	if err != nil {
		return problem(name, fmt.Sprintf("the printer at %s cannot be reached: %v", addr, err),
			"switch it on, check its network cable, and that this is still its address")
	}
	c.Close()
	return works(name, addr+": the printer takes connections")
}

// tryPort opens a serial port.
func (d *doctor) tryPort(path string, mode SerialMode) finding {
	port, err := d.serial(path, mode)
	if err != nil {
		return failure("", err, "")
	}
	port.Close()
	return works("", fmt.Sprintf("%s: found, opened at %s; readyshelf listen %s shows what comes", path, scale.Mode(mode), path))
}

// gadgetRemedy makes the board a USB printer.
const gadgetRemedy = "sudo systemctl enable --now readyshelf-gadget"

// tryGadget opens the printer that this machine is on USB.
func (d *doctor) tryGadget(path string) finding {
	g, err := d.gadget(path)
	if err != nil {
		return failure("", err, gadgetRemedy)
	}
	g.Close()
	return works("", path+": found")
}

// tryScale has a short conversation with a scale.
func (d *doctor) tryScale(ctx context.Context, c ScaleConfig) finding {
	dialect, _ := scale.Lookup(c.Protocol) // the configuration was checked
	if c.Mode != (SerialMode{}) {
		dialect.Mode = scale.Mode(c.Mode)
	}
	port, err := d.serial(c.Serial, SerialMode(dialect.Mode))
	if err != nil {
		return failure("", err, "")
	}
	ctx, cancel := context.WithTimeout(ctx, shortCheck-grace)
	defer cancel()
	talks := false
	s := &scale.Scale{Name: c.Name, Dialect: dialect, Now: func() kitchen.Stamp { return kitchen.Stamp{} }, Log: slog.New(slog.DiscardHandler)}
	err = s.Run(ctx, port, func() { talks = true; cancel() }, func(context.Context, ...kitchen.Event) error { return nil })
	text := fmt.Sprintf("%s: found, opened at %s", c.Serial, dialect.Mode)
	switch {
	case talks:
		return works("", text+", speaks "+dialect.Name)
	case err != nil:
		return failure("", fmt.Errorf("%s, but %w", text, err), "check its power and cable, and protocol and mode in the configuration")
	}
	return caution("", text+fmt.Sprintf(", but nothing of %s came in %d s", dialect.Name, (shortCheck-grace)/time.Second),
		"put something on it; check its power and cable; see what comes with: readyshelf listen scale/"+c.Name)
}

// tryButton opens the line of a button and looks at its contact.
func (d *doctor) tryButton(c ButtonConfig) finding {
	pin, err := d.input(c)
	if err != nil {
		return failure("", err, "")
	}
	defer halt(pin)
	if pin.Read() == gpio.Level(c.Active != "low") {
		return caution("", c.Line+": its contact is closed", `if nobody presses it: look for a short, or for a button that opens when pressed (active = "high")`)
	}
	return works("", c.Line+": free, not pressed; try it with: readyshelf listen button/"+c.Slot)
}

// tryLight opens the line of a light, which is dark while no daemon runs.
func (d *doctor) tryLight(line string) finding {
	pin, err := d.output(line)
	if err != nil {
		return failure("", err, "")
	}
	halt(pin)
	return works("", line+": free")
}

// halt lets go of a pin that was only looked at: what that says matters no more.
func halt(pin interface{ Halt() error }) { _ = pin.Halt() }

// portChecks look at serial ports that the configuration does not name.
func (d *doctor) portChecks() []check {
	ports, err := d.ports()
	if err != nil {
		return []check{{"serial ports", shortCheck, func(context.Context) []finding {
			return []finding{failure("serial ports", err, "")}
		}}}
	}
	used := map[string]bool{}
	for _, path := range d.serialPaths() {
		used[path] = true
		for _, p := range ports {
			if sameFile(path, p.Node) || path == p.Path {
				used[p.Node] = true
			}
		}
	}
	var all []check
	for _, p := range ports {
		if used[p.Node] {
			continue
		}
		what := strings.TrimPrefix(p.Node, "/dev/")
		about := p.Path
		if words := joined(p.Maker, p.Product); words != "" {
			about += " (" + words + ")"
		}
		all = append(all, check{"serial ports", longCheck, func(ctx context.Context) []finding {
			if !d.probe {
				return []finding{works(what, about+": not in the configuration; readyshelf doctor --probe asks what talks there")}
			}
			return []finding{d.probePort(ctx, what, about, p.Path)}
		}})
	}
	return all
}

// serialPaths are the serial ports that the configuration names.
func (d *doctor) serialPaths() (paths []string) {
	for _, c := range d.Printers {
		if c.Serial != "" {
			paths = append(paths, c.Serial)
		}
	}
	for _, c := range d.Scales {
		paths = append(paths, c.Serial)
	}
	return paths
}

// probePort finds out what talks on a port that nobody uses.
func (d *doctor) probePort(ctx context.Context, what, about, path string) finding {
	heard, err := scale.Probe(ctx, func(m scale.Mode) (io.ReadWriteCloser, error) { return d.serial(path, SerialMode(m)) })
	if n := len(heard); n > 0 && len(heard[n-1].Matches) > 0 {
		h := heard[n-1]
		m := h.Matches[0]
		text := fmt.Sprintf("%s: a scale talks %s at %s", about, m.Dialect.Name, h.Mode)
		if m.Reading.Valid {
			text += fmt.Sprintf(", and shows %d g", m.Reading.Grams)
		}
		if others := len(h.Matches) - 1; others > 0 {
			text += "; also possible: " + names(h.Matches[1:])
		}
		return caution(what, text, fmt.Sprintf("add to the configuration:\n[[scale]]\nname = %q\nserial = %q\nprotocol = %q\nmode = %q", what, path, m.Dialect.Name, h.Mode))
	}
	switch {
	case err != nil && len(heard) == 0:
		return failure(what, err, "")
	case len(heard) > 0:
		h := heard[0]
		return caution(what, fmt.Sprintf("%s: something talks, and it is no scale that is known; at %s came %s", about, h.Mode, shortHex(h.Bytes)),
			"look at it at another speed: readyshelf listen "+path+" --mode \"19200 8N1\"")
	}
	return works(what, about+": nothing talks there, and nothing answers")
}

// names are those of the dialects that fit.
func names(ms []scale.Match) string {
	var all []string
	for _, m := range ms {
		all = append(all, m.Dialect.Name)
	}
	return strings.Join(all, ", ")
}

// shortHex is the beginning of what was heard.
func shortHex(b []byte) string {
	const most = 12
	if len(b) > most {
		return fmt.Sprintf("% X …", b[:most])
	}
	return fmt.Sprintf("% X", b)
}
