package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"sync"
	"time"

	"readyshelf/device/virtual"
	"readyshelf/kitchen"
)

// shop is everybody and everything around the daemon in the demo: the till, the
// cooks at the shelf, the couriers, the network. It learns what the daemon
// thinks as people do, from what is shown, and acts through virtual devices only.
type shop struct {
	cmd   *demoCmd
	dir   string
	menu  menu
	start time.Time // of the lunch, on the shop's clock
	began time.Time // of the lunch, here

	buttons map[string]*virtual.Button
	lamps   map[string]*virtual.Lamp
	scales  map[string]*virtual.Scale
	cable   *virtual.Cable
	pages   net.Listener // of the board
	devices sync.WaitGroup

	staff
	till virtual.Till
}

// scaleRate is how often a virtual scale speaks, as many do.
const scaleRate = 100 * time.Millisecond

// newShop plugs in the devices; broker is at the far end of the network.
func newShop(c *demoCmd, dir, broker string) (*shop, error) {
	s := &shop{
		cmd: c, dir: dir, menu: menus[c.Lang], start: lunchAt(time.Now()), began: time.Now(),
		buttons: map[string]*virtual.Button{}, lamps: map[string]*virtual.Lamp{}, scales: map[string]*virtual.Scale{},
		staff: newStaff(),
	}
	var err error
	for _, slot := range demoButtons {
		var berr, lerr error
		s.buttons[slot], berr = virtual.NewButton(filepath.Join(dir, "button-"+slot))
		s.lamps[slot], lerr = virtual.NewLamp(filepath.Join(dir, "lamp-"+slot))
		err = errors.Join(err, berr, lerr)
	}
	for _, slot := range demoScales {
		var serr error
		s.scales[slot], serr = virtual.NewScale(filepath.Join(dir, "scale-"+slot))
		err = errors.Join(err, serr)
	}
	var cerr error
	s.cable, cerr = virtual.NewCable(broker)
	if err = errors.Join(err, cerr); err != nil {
		return nil, fmt.Errorf("plug in the virtual devices: %w", err)
	}
	return s, nil
}

// run keeps the devices alive until ctx ends, and unplugs them.
func (s *shop) run(ctx context.Context) {
	s.devices.Go(func() { s.cable.Run(ctx) })
	for _, scale := range s.scales {
		s.devices.Go(func() { scale.Run(ctx, scaleRate) })
	}
	for _, lamp := range s.lamps {
		s.devices.Go(lamp.Run)
	}
	<-ctx.Done()
	for slot := range s.buttons {
		s.buttons[slot].Unplug()
		s.lamps[slot].Unplug()
	}
	for _, scale := range s.scales {
		scale.Unplug()
	}
	s.devices.Wait()
}

func (s *shop) setTill(t virtual.Till) {
	s.mu.Lock()
	s.till = t
	s.mu.Unlock()
	s.ring()
}

// until waits for a moment of the lunch.
func (s *shop) until(ctx context.Context, at time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(time.Duration(float64(at-s.elapsed()) / s.cmd.Speed)):
		return true
	}
}

// print prints a job, again and again if the printer is not there yet.
func (s *shop) print(ctx context.Context, job []byte) {
	for ctx.Err() == nil {
		rung := s.wait()
		s.mu.Lock()
		till := s.till
		s.mu.Unlock()
		if till.Addr != "" && till.Print(ctx, job) == nil {
			return
		}
		select {
		case <-ctx.Done():
		case <-rung:
		case <-time.After(time.Second):
		}
	}
}

// A finger presses a button for a moment, or holds it for an undo. Fingers do
// not move faster than in any kitchen, whatever the speed of the demo.
const (
	pressTime = 120 * time.Millisecond
	holdTime  = kitchen.HoldTime + 200*time.Millisecond
	bagWeight = 850 // grams
)

// makeReady does what a cook does with a finished order: press, or put it on the scale.
func (s *shop) makeReady(ctx context.Context, number, slot string) {
	if scale := s.scales[slot]; scale != nil {
		scale.Put(bagWeight)
		s.await(ctx, number, in(kitchen.Ready))
		return
	}
	s.insist(ctx, number, func() { s.buttons[slot].Press(pressTime) }, no(kitchen.Cooking))
}

// takeBack does what a cook does who has pressed the wrong button.
func (s *shop) takeBack(ctx context.Context, number, slot string) {
	s.insist(ctx, number, func() { s.buttons[slot].Press(holdTime) }, no(kitchen.Ready))
}

// handOver does what happens when a courier takes an order.
func (s *shop) handOver(ctx context.Context, number, slot string) {
	if scale := s.scales[slot]; scale != nil {
		scale.Put(-bagWeight)
		s.await(ctx, number, in(kitchen.PickedUp))
		return
	}
	s.insist(ctx, number, func() { s.buttons[slot].Press(pressTime) }, no(kitchen.Ready))
}
