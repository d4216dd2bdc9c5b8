package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"readyshelf/device"
	"readyshelf/device/virtual"
	"readyshelf/kitchen"
)

// demoCmd is `readyshelf demo`: the newcomer's first minute. It is the daemon's
// own code with virtual devices on real ports around it.
type demoCmd struct {
	Speed  float64       `default:"60" help:"How many times faster than real time the shop's clock runs, 1 to 240."`
	For    time.Duration `default:"1h" help:"How long the lunch lasts, in shop time."`
	Lang   string        `enum:"zh,en" default:"en" help:"The language of the tickets and the timeline: zh or en."`
	Broker string        `placeholder:"URL" help:"Use this broker (tcp://host:port) instead of one of its own."`
	Seed   uint64        `default:"1" help:"Another number is another lunch."`
}

// Validate refuses what a lunch cannot be.
func (c *demoCmd) Validate() error {
	if c.Speed < 1 || c.Speed > 240 {
		return fmt.Errorf("--speed %g: a press cannot be followed beyond 240 times real time; choose 1 to 240", c.Speed)
	}
	if c.For < 10*time.Minute || c.For > 12*time.Hour {
		return fmt.Errorf("--for %s: a lunch lasts from 10m to 12h", c.For)
	}
	return nil
}

// The shop of the demo. B1 and B2 have a scale, the others a button.
var (
	demoButtons = []string{"A1", "A2", "A3", "A4", "A5", "A6"}
	demoScales  = []string{"B1", "B2"}
)

// Run plays the lunch.
func (c *demoCmd) Run(ctx context.Context, s streams) (err error) {
	dir, err := os.MkdirTemp("", "readyshelf-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	broker, stop, err := c.broker()
	if err != nil {
		return err
	}
	defer stop()
	pages, err := listenNear(usualPage)
	if err != nil {
		return fmt.Errorf("open the demo's board: %w", err)
	}
	defer pages.Close()
	shop, err := newShop(c, dir, broker.Host)
	if err != nil {
		return err
	}
	shop.pages = pages
	if err := os.WriteFile(shop.file(), []byte(demoFile(c.Lang)), 0o640); err != nil {
		return fmt.Errorf("write the demo's configuration: %w", err)
	}
	t := newTimeline(s.out, phrases[c.Lang], shop.now)
	fmt.Fprintf(s.out, phrases[c.Lang].intro, pages.Addr(), c.For, c.Speed, subscribeWith(broker))

	tally, err := subscribe(ctx, broker)
	if err != nil {
		return err
	}
	defer tally.hangUp()

	// The daemon and its devices outlive an interrupt for as long as the last
	// alerts need.
	running, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	w := shop.world(slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelError})))
	w.committed = func(events []kitchen.Event, b *kitchen.Board) {
		t.show(events)
		tally.count(events, b)
		shop.saw(events)
	}
	g, running := errgroup.WithContext(running)
	g.Go(func() error { shop.run(running); return nil })
	g.Go(func() error { return run(running, shop.config(), w) })
	g.Go(func() error {
		defer end()
		shop.play(either(ctx, running), t)
		tally.settle(running)
		return nil
	})
	err = g.Wait()
	tally.report(s.out, phrases[c.Lang])
	return err
}

// either ends with the first of two contexts.
func either(a, b context.Context) context.Context {
	both, cancel := context.WithCancel(a)
	context.AfterFunc(b, cancel)
	return both
}

// broker returns the broker's address, starting one unless it was named.
func (c *demoCmd) broker() (*url.URL, func(), error) {
	if c.Broker == "" {
		return embeddedBroker()
	}
	u, err := url.Parse(c.Broker)
	if err != nil || u.Scheme != "tcp" || u.Host == "" {
		return nil, nil, fmt.Errorf("--broker %s: write tcp://host:1883", c.Broker)
	}
	if u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), "1883")
	}
	return u, func() {}, nil
}

// subscribeWith is how a newcomer watches the broker from another terminal.
func subscribeWith(broker *url.URL) string {
	return fmt.Sprintf("mosquitto_sub -h %s -p %s -v -t 'readyshelf/#'", broker.Hostname(), broker.Port())
}

// file is where the demo's settings stand, to be tried at a screen.
func (s *shop) file() string { return filepath.Join(s.dir, "readyshelf.toml") }

// demoFile is what stands there: the devices are in no file.
func demoFile(language string) string {
	return fmt.Sprintf("# The demo's settings. They go with it.\nstore    = \"demo\"\nlanguage = %q\n\n[alert]\n#confidence_threshold = 0.85\n", language)
}

// config is the configuration of the demo's shop.
func (s *shop) config() Config {
	c := *defaultConfig()
	c.file = s.file()
	c.Store, c.Device, c.Data = "demo", "demo-pi", filepath.Join(s.dir, "data")
	c.Language, c.Encoding = s.cmd.Lang, s.menu.encoding
	c.Timezone = s.start.Location()
	c.MQTT.Brokers = []*url.URL{{Scheme: "tcp", Host: s.cable.Addr()}}
	c.Board.Listen, c.Metrics.Listen = s.pages.Addr().String(), ""
	c.Printers = []PrinterConfig{{Name: "kitchen", Listen: "127.0.0.1:0"}}
	for _, slot := range demoButtons {
		c.Buttons = append(c.Buttons, ButtonConfig{
			Slot: slot, Line: "pty:" + s.buttons[slot].Path, Light: "pty:" + s.lamps[slot].Path,
			Debounce: 25 * time.Millisecond, Active: "low",
		})
	}
	for _, slot := range demoScales {
		c.Scales = append(c.Scales, ScaleConfig{
			Name: slot, Serial: s.scales[slot].Path, Protocol: "st-gs", Slot: slot, Step: 20,
		})
	}
	c.complete(s.dir)
	return c
}

// world is this machine, but for the clock, which runs faster, and the printer's
// port, which is any free one. The board's is open already: its address was said first.
func (s *shop) world(log *slog.Logger) world {
	return world{
		bootID: "demo", now: func(boot uint32) func() kitchen.Stamp {
			return func() kitchen.Stamp {
				up := s.elapsed()
				return kitchen.Stamp{Boot: boot, Up: up, At: s.start.Add(up), Clock: kitchen.Synced}
			}
		},
		listen: func(addr string) (net.Listener, error) {
			if addr == s.pages.Addr().String() {
				return s.pages, nil
			}
			ln, err := device.Listen(addr)
			if err == nil {
				s.setTill(virtual.Till{Addr: ln.Addr().String()})
			}
			return ln, err
		},
		serial: serialPorts(), input: inputs(s.config().Buttons).Open, output: device.OpenOutput, dial: device.Dial,
		device: "demo-pi", board: "demo-pi", version: version, log: log,
		prefill: 1 << 20, pace: s.cmd.Speed,
	}
}

// elapsed is how long the lunch has lasted, in shop time.
func (s *shop) elapsed() time.Duration {
	return time.Duration(float64(time.Since(s.began)) * s.cmd.Speed)
}

// now is the shop's wall clock.
func (s *shop) now() time.Time { return s.start.Add(s.elapsed()) }

// lunchAt is when the demo's clock begins: half past eleven today.
func lunchAt(today time.Time) time.Time {
	return time.Date(today.Year(), today.Month(), today.Day(), 11, 30, 0, 0, cmp.Or(today.Location(), time.UTC))
}
