package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"

	"periph.io/x/conn/v3/gpio"

	"readyshelf/kitchen"
	"readyshelf/sensors"
	"readyshelf/sensors/button"
	"readyshelf/sensors/scale"
	"readyshelf/sensors/ticket"
)

// sources are all devices of the shop, each to be supervised on its own.
func (h *house) sources() []sensors.Source {
	var all []sensors.Source
	for _, c := range h.Printers {
		switch {
		case c.Forward != "":
			all = append(all, h.proxy(c))
		case c.Listen != "":
			all = append(all, h.extraPrinter(c))
		case c.Serial != "":
			all = append(all, h.serialTap(c))
		case c.Gadget != "":
			all = append(all, h.usbPrinter(c))
		}
	}
	for _, c := range h.Scales {
		all = append(all, h.scale(c))
	}
	for _, c := range h.Buttons {
		all = append(all, h.button(c))
		if c.Light != "" {
			all = append(all, h.lamp(c))
		}
	}
	if h.reader != nil {
		all = append(all, h.ocr())
	}
	for i := range all {
		_, all[i].Faulted = h.decider.State.Faults[all[i].Name]
	}
	return all
}

// anotherPrinter is c as one more printer of the shop.
func (h *house) anotherPrinter(c PrinterConfig) *ticket.Printer {
	return &ticket.Printer{
		Name: c.Name, Options: h.ticketOptions(c), Allow: c.Allow, Now: h.clock,
		Log:       h.log.With("device", "printer/"+c.Name),
		Accepting: func() bool { return !h.keeper.Refused() },
	}
}

// extraPrinter is one more printer on a TCP port.
func (h *house) extraPrinter(c PrinterConfig) sensors.Source {
	t, p := h.tapOn("printer", c.Name, c.Listen), h.anotherPrinter(c)
	return h.onListener(t, c, func(ctx context.Context, ln net.Listener, up func()) error {
		up()
		return p.Serve(ctx, t.listener(ln), t.emit(h.keeper.Emit))
	})
}

// proxy stands in the line between the tills and their printer. Its tap hears what has
// passed already.
func (h *house) proxy(c PrinterConfig) sensors.Source {
	t := h.tapOn("printer", c.Name, c.Listen)
	p := &ticket.Proxy{
		Name: c.Name, Options: h.ticketOptions(c), Allow: c.Allow, Now: h.clock,
		Log: h.log.With("device", "printer/"+c.Name), Printer: c.Forward, Heard: t.passed, Faulted: h.faulted,
		Dial: func(ctx context.Context) (net.Conn, error) { return h.printer(ctx, c.Forward) },
	}
	return h.onListener(t, c, func(ctx context.Context, ln net.Listener, up func()) error {
		up()
		return p.Serve(ctx, ln, t.emit(h.keeper.Emit))
	})
}

// faulted says whether a fault is open in the log.
func (h *house) faulted(name string) bool {
	return slices.ContainsFunc(h.view.get().Faults, func(f kitchen.BoardFault) bool { return f.Device == name })
}

// onListener opens the TCP port of t and serves it.
func (h *house) onListener(t *tap, c PrinterConfig, serve func(context.Context, net.Listener, func()) error) sensors.Source {
	tried := make(chan struct{})
	tell := sync.OnceFunc(func() { close(tried) })
	h.ports = append(h.ports, tried)
	return sensors.Source{
		Name:   "printer/" + c.Name,
		Remedy: fmt.Sprintf("is another program using %s? name another port with listen = \"…\"", c.Listen),
		Run: func(ctx context.Context, up func()) error {
			ln, err := h.listen(c.Listen)
			tell()
			if err != nil {
				return err
			}
			defer t.opened()()
			return serve(ctx, ln, up)
		},
	}
}

// usbPrinter is the extra printer on USB: this machine is one, and a till prints to it.
func (h *house) usbPrinter(c PrinterConfig) sensors.Source {
	t, p := h.tapOn("printer", c.Name, c.Gadget), h.anotherPrinter(c)
	return sensors.Source{
		Name:   "printer/" + c.Name,
		Remedy: "check that readyshelf-gadget.service has made the USB printer",
		Run: func(ctx context.Context, up func()) error {
			cable, err := h.gadget(c.Gadget)
			if err != nil {
				return err
			}
			up()
			defer t.opened()()
			return p.ServeCable(ctx, t.cable(cable), t.emit(h.keeper.Emit))
		},
	}
}

// serialTap is a receive-only serial line between a till and its printer.
func (h *house) serialTap(c PrinterConfig) sensors.Source {
	t := h.tapOn("printer", c.Name, c.Serial)
	line := &ticket.Tap{Name: c.Name, Options: h.ticketOptions(c), Now: h.clock, Log: h.log.With("device", "printer/"+c.Name)}
	return sensors.Source{
		Name:   "printer/" + c.Name,
		Remedy: "check the cable of the tap and its name in the configuration",
		Run: h.onPort(t, c.Mode, func(ctx context.Context, port io.ReadWriter, up func()) error {
			return line.Run(ctx, port, up, t.emit(h.keeper.Emit))
		}),
	}
}

func (h *house) scale(c ScaleConfig) sensors.Source {
	t := h.tapOn("scale", c.Name, c.Serial)
	dialect, _ := scale.Lookup(c.Protocol) // the configuration was checked
	if c.Mode != (SerialMode{}) {
		dialect.Mode = scale.Mode(c.Mode)
	}
	s := &scale.Scale{
		Name: c.Name, Slot: c.Slot, Dialect: dialect, Step: c.Step, Now: h.clock,
		Log: h.log.With("device", "scale/"+c.Name),
	}
	// After a power cut a scale calls zero what lies on it, so the log's weight is
	// worth nothing then.
	if load, ok := h.decider.State.Scales["scale/"+c.Name]; ok && load.Boot == h.buffer.Boot() {
		s.Expect(load.Grams)
	}
	return sensors.Source{
		Name:   "scale/" + c.Name,
		Remedy: "check its power and cable, and protocol and mode in the configuration",
		Run: h.onPort(t, SerialMode(dialect.Mode), func(ctx context.Context, port io.ReadWriter, up func()) error {
			return s.Run(ctx, port, up, t.emit(h.keeper.Emit))
		}),
	}
}

// onPort opens the serial port of t, works it, and closes it when ctx ends or work returns.
func (h *house) onPort(t *tap, mode SerialMode, work func(context.Context, io.ReadWriter, func()) error) func(context.Context, func()) error {
	return func(ctx context.Context, up func()) error {
		bare, err := h.serial(t.path, mode)
		if err != nil {
			return err
		}
		port := t.port(bare)
		defer t.opened()()
		defer port.Close()
		defer context.AfterFunc(ctx, func() { port.Close() })()
		return work(ctx, port, up)
	}
}

func (h *house) button(c ButtonConfig) sensors.Source {
	t := h.tapOn("button", c.Slot, c.Line)
	low := c.Active == "low"
	t.active = !low
	b := &button.Button{
		Slot: c.Slot, Active: gpio.Level(!low), Debounce: c.Debounce, Now: h.clock,
		Log: h.log.With("device", "button/"+c.Slot),
	}
	return sensors.Source{
		Name:   "button/" + c.Slot,
		Remedy: "check the button, its wiring and its line in the configuration",
		Run: func(ctx context.Context, up func()) error {
			pin, err := h.input(c.Line)
			if err != nil {
				return err
			}
			defer h.halt(pin)
			defer t.opened()()
			b.Pin = t.pin(pin)
			return b.Run(ctx, up, t.emit(h.keeper.Emit))
		},
	}
}

// lamp is the light at a slot: lit means safe on disk.
func (h *house) lamp(c ButtonConfig) sensors.Source {
	t := h.tapOn("light", c.Slot, c.Light)
	return sensors.Source{
		Name:   "light/" + c.Slot,
		Remedy: "check the light's line in the configuration",
		Run: func(ctx context.Context, up func()) error {
			pin, err := h.output(c.Light)
			if err != nil {
				return err
			}
			defer h.halt(pin)
			defer t.opened()()
			return lamp{slot: c.Slot, pin: pin, light: h.light, changed: h.view.wait}.run(ctx, up)
		},
	}
}

// halt lets go of a pin. A pin that is gone cannot be let go of.
func (h *house) halt(pin interface{ Halt() error }) {
	if err := pin.Halt(); err != nil && !errors.Is(err, io.ErrClosedPipe) {
		h.log.Debug("let go of a pin", "error", err)
	}
}

func (h *house) light(slot string) kitchen.Light {
	if h.trying.has(slot) {
		return lightTried
	}
	return lightOf(h.view.get(), slot, h.buffer.Cursor(followerName), h.keeper.Refused())
}

func (h *house) ticketOptions(c PrinterConfig) ticket.Options {
	o := ticket.Options{Encoding: c.Encoding, CodePages: c.CodePages, Key: h.orderKey, Layouts: &h.layouts, Reader: h.reader}
	if h.samples != nil {
		o.Unread = h.samples.take
	}
	return o
}
