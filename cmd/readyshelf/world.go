package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"time"

	"periph.io/x/conn/v3/gpio"

	"readyshelf/kitchen"
	"readyshelf/sensors/ticket"
)

// world is what the daemon finds outside itself. The real one is [thisMachine];
// a test and the demo bring their own, and the rest is the same code.
type world struct {
	// bootID names this boot; now gives the clocks of the boot with that number.
	bootID string
	now    func(boot uint32) func() kitchen.Stamp

	listen func(addr string) (net.Listener, error)
	// printer calls the printer at addr, to hand jobs on to it.
	printer func(ctx context.Context, addr string) (net.Conn, error)
	serial  func(path string, mode SerialMode) (io.ReadWriteCloser, error)
	gadget  func(path string) (ticket.Cable, error)
	input   func(line string) (gpio.PinIn, error) // a button's, as it is configured
	output  func(line string) (gpio.PinOut, error)
	dial    func(ctx context.Context, network, addr string) (net.Conn, error)
	eyes    eyes // read tickets that come as pictures, where the configuration wants it
	// probe says whether an existing log is sound, in a child process; nil trusts it.
	probe func(ctx context.Context, path string) error
	// service is who started the daemon and watches it.
	service service
	// control listens for people's tools; nil where there are none.
	control func() (net.Listener, error)

	// vitals measures the machine; nil where there is nothing to measure.
	vitals func() vitals

	// device is how the cloud knows this box unless the configuration names it: as a
	// restored backup did, else by board, the board's serial number.
	device  string
	board   string
	version string
	// built is when this program was made; the zero time where that is not known.
	built time.Time
	log   *slog.Logger

	// prefill is how much of a new log is written at once, 0 for the usual.
	prefill int64
	// pace is how many times faster than real time now runs; 0 is 1.
	pace float64
	// committed, if set, sees every commit's events and the board after it. It runs
	// in the log's writer.
	committed func([]kitchen.Event, *kitchen.Board)
	// random feeds the jitter of the uplink; nil is the usual.
	random func() float64
}

// scaled is d of the shop's time in time that passes here.
func (w *world) scaled(d time.Duration) time.Duration {
	if w.pace == 0 {
		return d
	}
	return max(time.Duration(float64(d)/w.pace), time.Millisecond)
}
