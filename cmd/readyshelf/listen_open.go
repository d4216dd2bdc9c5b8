package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"periph.io/x/conn/v3/gpio"

	"readyshelf/device"
	"readyshelf/kitchen"
	"readyshelf/sensors/scale"
	"readyshelf/sensors/ticket"
)

// openTarget opens a device that no daemon has and works it as that would, with a tap,
// until ctx ends. The tap hears that it is open: what is done to it from then on counts.
// What it says is shown and kept nowhere.
func openTarget(ctx context.Context, t target, on *tap) error {
	if t.kind == "button" {
		pin, err := device.NewInputs([]device.Input{{Line: t.path, ActiveLow: t.button.Active == "low"}}).Open(t.path) // with all bounce
		if err != nil {
			return err
		}
		defer halt(pin)
		on.opened()
		return watchPin(ctx, on.pin(pin))
	}
	if t.kind == "printer" && t.inlet != overSerial {
		return openPrinter(ctx, t, on)
	}
	port, err := device.OpenSerial(t.path, device.SerialMode(t.mode))
	if err != nil {
		return err
	}
	defer port.Close()
	defer context.AfterFunc(ctx, func() { port.Close() })()
	on.opened()
	tapped := on.port(port)
	if t.kind == "scale" {
		return askScale(ctx, t.dialect, tapped)
	}
	return readAll(tapped)
}

// forget takes facts and keeps none.
func forget(context.Context, ...kitchen.Event) error { return nil }

// openPrinter is a printer that answers the till, or stands before one that does, and
// keeps nothing.
func openPrinter(ctx context.Context, t target, on *tap) error {
	p := &ticket.Printer{
		Name: "listen", Options: t.options, Now: func() kitchen.Stamp { return kitchen.Stamp{} },
		Log: slog.New(slog.DiscardHandler),
	}
	if t.inlet == overUSB {
		cable, err := openGadget(t.path)
		if err != nil {
			return err
		}
		on.opened()
		return p.ServeCable(ctx, on.cable(cable), forget)
	}
	ln, err := device.Listen(t.path)
	if err != nil {
		return err
	}
	on.opened()
	if t.forward == "" {
		return p.Serve(ctx, on.listener(ln), forget)
	}
	between := &ticket.Proxy{
		Name: p.Name, Options: p.Options, Now: p.Now, Log: p.Log, Printer: t.forward, Heard: on.passed,
		Dial: func(ctx context.Context) (net.Conn, error) { return device.DialPrinter(portOf(t.path))(ctx, t.forward) },
	}
	return between.Serve(ctx, ln, forget)
}

// askScale asks a scale as the daemon does. One that is silent is asked on; one that
// talks otherwise is an error, once the installer has seen some of it.
func askScale(ctx context.Context, d scale.Dialect, port io.ReadWriter) error {
	d.Quiet = 0
	s := &scale.Scale{Name: "listen", Dialect: d, Now: func() kitchen.Stamp { return kitchen.Stamp{} }}
	return s.Run(ctx, port, nil, forget)
}

// readAll reads until the port ends. A read without bytes is a pause.
func readAll(r io.Reader) error {
	buf := make([]byte, 512)
	for {
		if _, err := r.Read(buf); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
	}
}

// watchPin waits for edges until ctx ends or the pin does.
func watchPin(ctx context.Context, pin gpio.PinIn) error {
	if e, ok := pin.(edges); ok {
		for {
			if _, err := e.NextEdge(ctx); err != nil {
				return err
			}
		}
	}
	const look = 100 * time.Millisecond
	for ctx.Err() == nil {
		if pin.WaitForEdge(look) {
			pin.Read() // the tap hears it
		}
	}
	return nil
}
