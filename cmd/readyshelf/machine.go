package main

import (
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"time"

	"readyshelf/device"
	"readyshelf/kitchen"
	"readyshelf/sensors/ticket"
)

// thisMachine is the real world: the board this runs on.
func thisMachine(c *Config, log *slog.Logger) (world, error) {
	clock, err := device.NewClock()
	if err != nil {
		return world{}, err
	}
	boot, err := clock.BootID()
	if err != nil {
		return world{}, err
	}
	if err := makeData(c.Data); err != nil {
		return world{}, err
	}
	sockets, service := device.Inherit(), thisService(log)
	service.unused = sockets.Unused
	board, err := device.SerialNumber(filepath.Join(c.Data, "device"))
	if err != nil {
		return world{}, err
	}
	name, err := deviceName(c.Data, board)
	if err != nil {
		return world{}, err
	}
	return world{
		bootID: boot,
		now: func(boot uint32) func() kitchen.Stamp {
			return func() kitchen.Stamp {
				return kitchen.Stamp{Boot: boot, Up: clock.Up(), At: time.Now().Round(0).In(c.Timezone), Clock: quality(clock)}
			}
		},
		service: service, listen: sockets.Listen, printer: device.DialPrinter(c.printerPorts()...), serial: serialPorts(), gadget: openGadget,
		input: inputs(c.Buttons).Open, output: device.OpenOutput, dial: device.Dial, eyes: c.tesseract(),
		probe:   probeLog,
		control: func() (net.Listener, error) { return listenControl(controlPath(c.Data)) },
		vitals:  func() vitals { return measure(c.Data) },
		device:  name, board: board, version: version, built: builtAt(), log: log,
	}, nil
}

// quality is how far the wall clock can be believed.
func quality(clock *device.Clock) kitchen.ClockQuality {
	switch {
	case clock.Synced():
		return kitchen.Synced
	case clock.Kept():
		return kitchen.Estimated
	}
	return kitchen.Unknown
}

// measure is how this machine does now.
func measure(data string) (v vitals) {
	if free, err := device.Free(data); err == nil {
		v.diskFree = &free
	}
	if celsius, ok := device.Temperature(); ok {
		v.celsius = &celsius
	}
	return v
}

func openGadget(path string) (ticket.Cable, error) {
	g, err := device.OpenGadget(path)
	if err != nil {
		return nil, err // and not a nil *Gadget
	}
	return g, nil
}

// serialPorts opens serial ports for one run of the daemon.
func serialPorts() func(path string, m SerialMode) (io.ReadWriteCloser, error) {
	names := device.NewSerialNames()
	return func(path string, m SerialMode) (io.ReadWriteCloser, error) {
		return names.Open(path, device.SerialMode(m))
	}
}

// inputs are the lines of the buttons: those of one chip are opened together.
func inputs(buttons []ButtonConfig) *device.Inputs {
	lines := make([]device.Input, len(buttons))
	for i, b := range buttons {
		lines[i] = device.Input{Line: b.Line, ActiveLow: b.Active == "low", Debounce: b.Debounce}
	}
	return device.NewInputs(lines)
}
