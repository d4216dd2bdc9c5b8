package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"readyshelf/device"
	"readyshelf/sensors/button"
)

// wiredBoard is a board on which buttons are wired, for setup.
type wiredBoard struct {
	mu    sync.Mutex
	wired map[string]func(pull gpio.Level, pressed bool) gpio.Level
	open  map[string]*wiredPin
	lamps map[string]*lampPin
	asked map[string]bool // lines that were ever opened
}

// How a button can be wired: between its line and ground, or 3.3 V, or as one that opens
// a contact to ground.
func toGround(pull gpio.Level, pressed bool) gpio.Level { return pull && !gpio.Level(pressed) }
func toSupply(pull gpio.Level, pressed bool) gpio.Level { return pull || gpio.Level(pressed) }
func breaking(pull gpio.Level, pressed bool) gpio.Level { return pull && gpio.Level(pressed) }

// wiredPin is a line while it is open.
type wiredPin struct {
	gpiotest.Pin
	board *wiredBoard
	pull  gpio.Level
	edges chan button.Edge
}

func (b *wiredBoard) contacts(buttons []ButtonConfig) opener {
	return func(line string) (gpio.PinIn, error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.open[line] != nil {
			return nil, fmt.Errorf("%s is open", line)
		}
		i := slices.IndexFunc(buttons, func(c ButtonConfig) bool { return c.Line == line })
		p := &wiredPin{Pin: gpiotest.Pin{N: line}, board: b, pull: buttons[i].Active == "low", edges: make(chan button.Edge, 8)}
		b.open[line], b.asked[line] = p, true
		return p, nil
	}
}

func (p *wiredPin) level(pressed bool) gpio.Level {
	if wired := p.board.wired[p.N]; wired != nil {
		return wired(p.pull, pressed)
	}
	return p.pull
}

func (p *wiredPin) Read() gpio.Level { return p.level(false) }

func (p *wiredPin) NextEdge(ctx context.Context) (button.Edge, error) {
	select {
	case e := <-p.edges:
		return e, nil
	case <-ctx.Done():
		return button.Edge{}, ctx.Err()
	}
}

func (p *wiredPin) Halt() error {
	p.board.mu.Lock()
	defer p.board.mu.Unlock()
	delete(p.board.open, p.N)
	return nil
}

// press closes and opens contacts.
func (b *wiredBoard) press(hold time.Duration, lines ...string) {
	time.Sleep(time.Second)
	for _, pressed := range []bool{true, false} {
		b.mu.Lock()
		for _, line := range lines {
			p := b.open[line]
			if l := p.level(pressed); p.level(false) != p.level(true) {
				p.edges <- button.Edge{Level: l, Up: time.Minute}
			}
		}
		b.mu.Unlock()
		time.Sleep(hold)
	}
}

// lampPin counts how often it is lit.
type lampPin struct {
	gpiotest.Pin
	mu  sync.Mutex
	lit int
}

func (p *lampPin) Out(l gpio.Level) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l {
		p.lit++
	}
	return p.Pin.Out(l)
}

// site is a shop where an installer sits.
type site struct {
	*setup
	t       *testing.T
	patient *patient
	board   *wiredBoard
	keys    *io.PipeWriter
	screen  *screen
	systemd []string // what it was told
	printed bytes.Buffer
}

// screen is what the installer sees.
type screen struct {
	mu   sync.Mutex
	text strings.Builder
	seen int
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// next waits for a text after what was seen before.
func (s *screen) next(text string) bool {
	for range 12000 { // two minutes of the bubble
		s.mu.Lock()
		i := strings.Index(s.text.String()[s.seen:], text)
		if i >= 0 {
			s.seen += i + len(text)
		}
		s.mu.Unlock()
		if i >= 0 {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// newSite is a shop with two buttons, a scale and a broker, in dir. It must be in a
// bubble.
func newSite(t *testing.T, dir string, flags setupCmd) *site {
	t.Helper()
	p := newPatient(t)
	flags.Config = filepath.Join(dir, "readyshelf.toml")
	text, have, err := readShop(flags.Config)
	if err != nil {
		t.Fatal(err)
	}
	p.all = []device.Port{{Path: "/dev/serial/by-id/scale", Node: "/dev/ttyUSB0", Maker: "FTDI", Product: "FT232R"}}
	board := &wiredBoard{
		wired: map[string]func(gpio.Level, bool) gpio.Level{"GPIO17": toGround, "GPIO27": toSupply, "GPIO22": breaking, "GPIO5": toGround},
		open:  map[string]*wiredPin{}, lamps: map[string]*lampPin{}, asked: map[string]bool{},
	}
	in, keys := io.Pipe()
	seen := &screen{}
	w := &site{t: t, patient: p, board: board, keys: keys, screen: seen}
	begun := time.Now()
	p.surroundings.output = func(line string) (gpio.PinOut, error) {
		if board.lamps[line] == nil {
			board.lamps[line] = &lampPin{Pin: gpiotest.Pin{N: line}}
		}
		return board.lamps[line], nil
	}
	w.setup = &setup{
		setupCmd: flags, surroundings: p.surroundings, text: text, have: have,
		dialogue:  dialogue{out: seen, typed: typedLines(in), yes: flags.Yes},
		up:        func() time.Duration { return time.Hour + time.Since(begun) },
		contacts:  board.contacts,
		addresses: func() []string { return []string{"192.168.1.20"} },
		zone:      func() string { return "Asia/Shanghai" },
		canBeUSB:  func() bool { return true },
		lines: func() ([]device.Line, error) {
			return []device.Line{
				{Chip: "gpiochip0", Offset: 2, Name: "GPIO2", Header: "P1_3"}, // I²C
				{Chip: "gpiochip0", Offset: 5, Name: "GPIO5", Header: "P1_29"},
				{Chip: "gpiochip0", Offset: 6, Name: "GPIO6", Header: "P1_31", User: "spi0 CS0"},
				{Chip: "gpiochip0", Offset: 17, Name: "GPIO17", Header: "P1_11"},
				{Chip: "gpiochip0", Offset: 22, Name: "GPIO22", Header: "P1_15"},
				{Chip: "gpiochip0", Offset: 27, Name: "GPIO27", Header: "P1_13"},
				{Chip: "gpiochip0", Offset: 42, Name: "ACT"},
			}, nil
		},
		systemctl: func(_ context.Context, words ...string) error {
			w.systemd = append(w.systemd, strings.Join(words, " "))
			return nil
		},
		open: func(ctx context.Context, to target, on *tap) error {
			time.Sleep(time.Second)
			if to.inlet == overUSB {
				return &fs.PathError{Op: "open", Path: to.path, Err: fs.ErrNotExist}
			}
			if strings.HasSuffix(strings.TrimSpace(seen.String()), "or press Enter to go on") {
				t.Errorf("%s is to be used before it is open", to.path)
			}
			on.opened()
			if to.kind == "scale" {
				on.hear(heard{Bytes: []byte("ST,GS,+   0.000kg\r\nST,GS,+   0.512kg\r\n")})
			} else {
				on.hear(heard{From: "till", Bytes: []byte("\x1b@Order #18\nCustomer: Jane Roe\n2 x Noodles\n\x1dV\x00")})
			}
			<-ctx.Done()
			return ctx.Err()
		},
	}
	return w
}

// step is something that the installer sees, and what she does then.
type step struct {
	sees  string
	types string
	does  func()
}

// runs plays the steps, and returns how setup ended.
func (w *site) runs(ctx context.Context, steps ...step) error {
	w.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- w.run(ctx, &w.printed) }()
	for _, s := range steps {
		if !w.screen.next(s.sees) {
			w.t.Errorf("the installer waits for %q in vain:\n%s", s.sees, w.screen)
			break
		}
		if s.does != nil {
			s.does()
			continue
		}
		if _, err := io.WriteString(w.keys, s.types+"\n"); err != nil {
			w.t.Error(err)
		}
	}
	w.keys.Close()
	err := <-ended
	w.patient.broker.Close()
	return err
}

func (w *site) file(name string) string {
	text, err := os.ReadFile(filepath.Join(filepath.Dir(w.Config), name))
	if err != nil {
		w.t.Error(err)
	}
	return string(text)
}

// A whole first conversation, slips of the finger among it; then another with nothing but
// Enter, which changes nothing.
func TestSetupDialogue(t *testing.T) {
	dir := t.TempDir()
	own := filepath.Join(dir, layoutsName, "own.toml") // a layout of the shop's own
	if err := errors.Join(os.Mkdir(filepath.Dir(own), 0o755), os.WriteFile(own, []byte("has = ['Order #\\d']\nchannel = 'takeout'\n"), 0o644)); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w := newSite(t, dir, setupCmd{})
		press := func(line string) func() { return func() { w.board.press(200*time.Millisecond, line) } }
		err := w.runs(t.Context(),
			step{sees: "Stop it", types: ""},
			step{sees: "store's name", types: ""},
			step{sees: "must be", types: "sh xuhui"},
			step{sees: "store's name", types: "unnamed"},
			step{sees: "store's name", types: "sh-xuhui-01"},
			step{sees: "time zone", types: "Shanghai"},
			step{sees: "time zone", types: ""},
			step{sees: "Language", types: "english"},
			step{sees: "Language", types: "en"},
			step{sees: "Encoding", types: "utf8"},
			step{sees: "the port it listens on", types: ""},
			step{sees: "Stand in the line", types: "nowhere:0"},
			step{sees: "Stand in the line", types: ""},
			step{sees: "tapped", types: ""},
			step{sees: "till's USB", types: "/dev/g_printer0"},
			step{sees: "Ask what talks", types: "y"},
			step{sees: "Protocol", types: ""},
			step{sees: "stands under", types: "A1"},
			step{sees: "slot A1 now", does: press("GPIO17")},
			step{sees: "Its slot", types: "A 1"},
			step{sees: "Its slot", types: ""},
			step{sees: "pin of its light", types: "P1_1"},
			step{sees: "pin of its light", types: "GPIO23"},
			step{sees: "blink?", types: "n"},
			step{sees: "pin of its light", types: "GPIO18"},
			step{sees: "blink?", does: func() {
				time.Sleep(2 * time.Second)
				io.WriteString(w.keys, "y\n")
			}},
			step{sees: "slot A2 now", does: func() { w.board.press(200*time.Millisecond, "GPIO5", "GPIO17") }},
			step{sees: "press one button only", does: press("GPIO27")}, // not seen while it is pulled up
			step{sees: "Nothing yet", does: press("GPIO27")},
			step{sees: "Its slot", types: ""},
			step{sees: "pin of its light", types: ""},
			step{sees: "slot A3 now", does: press("GPIO22")},
			step{sees: "once more", types: ""},
			step{sees: "slot A3 now", does: press("GPIO17")},
			step{sees: "Its slot", types: ""},
			step{sees: "pin of its light", types: ""},
			step{sees: "blink?", types: ""},
			step{sees: "slot A3 now", types: ""},
			step{sees: "Brokers", types: "broker.example"},
			step{sees: "Brokers", types: "tcp://broker.example"},
			step{sees: "Name at the broker", types: "pi"},
			step{sees: "Password", types: "secret"},
			step{sees: "Write this", types: "maybe"},
			step{sees: "Write this", types: ""},
		)
		if err != nil {
			t.Error(err)
		}
		golden(t, "setup-first.txt", strings.ReplaceAll(w.screen.String(), dir, "/etc/readyshelf"))
		if lit := w.board.lamps["GPIO18"]; lit.lit < 3 || lit.L != gpio.Low {
			t.Errorf("the light of A1 was lit %d times and is %v, want it blinking, and dark", lit.lit, lit.L)
		}
		if got := strings.Join(slices.Sorted(maps.Keys(w.board.asked)), " "); got != "GPIO17 GPIO22 GPIO27 GPIO5" {
			t.Errorf("buttons were looked for on %s, want the free lines of the header", got)
		}
		if len(w.board.open) > 0 {
			t.Errorf("lines are still open: %v", w.board.open)
		}
		if got := strings.Join(w.systemd, "; "); got != "stop readyshelf.service; start readyshelf.service" {
			t.Errorf("systemd was told %q", got)
		}
		if got := w.file(passwordName); got != "secret\n" {
			t.Errorf("the password file has %q", got)
		}
		info, err := os.Stat(filepath.Join(dir, passwordName))
		if err != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("the password file: %v, %v, want it for the group only", info.Mode(), err)
		}
	})
	before, err := os.ReadFile(filepath.Join(dir, "readyshelf.toml"))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w := newSite(t, dir, setupCmd{})
		steps := []step{{sees: "Stop it", types: "n"}}
		for _, q := range []string{
			"store's name", "time zone", "Language", "Encoding", "listens on", "Stand in the line", "till's USB", "Protocol", "stands under",
			"slot A3 now", "Brokers", "Name at the broker", "Password",
		} {
			steps = append(steps, step{sees: q})
		}
		if err := w.runs(t.Context(), steps...); err != nil {
			t.Error(err)
		}
		golden(t, "setup-again.txt", strings.ReplaceAll(w.screen.String(), dir, "/etc/readyshelf"))
		if got := w.file("readyshelf.toml"); got != string(before) {
			t.Errorf("nothing but Enter made of it\n%s", got)
		}
		if _, err := os.Stat(w.Config + ".bak"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a copy of what did not change: %v", err)
		}
	})
}

// Ctrl-C in the middle, and with a light blinking: nothing is written, the daemon runs
// again, and no line is held.
func TestSetupInterrupted(t *testing.T) {
	for _, at := range []string{"Encoding", "print a ticket", "slot A1 now"} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			w := newSite(t, dir, setupCmd{Store: new("sh-01"), Timezone: new("system"), Language: new("en"), PrinterSerial: new(none), PrinterGadget: new(none), Stop: new(true), Scale: []string{none}})
			ctx, cancel := context.WithCancel(t.Context())
			steps := []step{{sees: "Encoding"}, {sees: "listens on"}, {sees: "Stand in the line"}, {sees: "print a ticket", does: func() {}}, {sees: "slot A1 now", does: func() {}}}
			i := slices.IndexFunc(steps, func(s step) bool { return s.sees == at })
			steps = append(steps[:i:i], step{sees: at, does: cancel}, step{sees: "started again", does: func() {}})
			if err := w.runs(ctx, steps...); !errors.Is(err, errInterrupted) {
				t.Errorf("at %s: %v, want the interruption\n%s", at, err, w.screen)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 || len(w.board.open) > 0 {
				t.Errorf("at %s: there are %v, and open %v, want nothing", at, left, w.board.open)
			}
		})
	}
}

// flagged answers every question.
func flagged(t *testing.T, dir string) setupCmd {
	file := func(name, text string) *string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return &path
	}
	cert, _ := testCertificate(t)
	return setupCmd{
		Yes: true, Store: new("sh-01"), Timezone: new("Europe/Berlin"), Language: new("en"), Encoding: new("cp858"),
		PrinterListen: new("9101"), PrinterForward: new("192.168.1.50"), PrinterSerial: new("/dev/serial/by-id/till"), PrinterMode: new("19200 8N1"), PrinterGadget: new("/dev/g_printer0"),
		Scale: []string{"/dev/serial/by-id/scale,toledo8217,A1,4800 7E1"}, Probe: new(false),
		Button: []string{"A1=GPIO17,GPIO18", "A2=P1_13,,high"}, Watch: new("GPIO17"),
		Broker: []string{"tls://b1.example", "wss://b2.example/mqtt"}, Username: new("pi"), PasswordFile: file("pw", "hush\n"), CAFile: file("ca", string(cert)),
		Try: new(false), Stop: new(false), Restart: new(true),
	}
}

// With every flag nothing is asked, and what the flags say is what is written. A second
// time nothing changes; with --dry-run it is printed.
func TestSetupFlags(t *testing.T) {
	dir, given := t.TempDir(), t.TempDir()
	for _, dry := range []bool{true, false, false} {
		synctest.Test(t, func(t *testing.T) {
			flags := flagged(t, given)
			flags.DryRun = dry
			w := newSite(t, dir, flags)
			if err := w.runs(t.Context()); err != nil {
				t.Fatal(err)
			}
			if out := w.screen.String(); strings.Contains(out, "]: ") || strings.Contains(out, "? ") || strings.Contains(out, "hush") {
				t.Errorf("it asks, or tells the password:\n%s", out)
			}
			text := w.printed.String()
			if left, _ := os.ReadDir(dir); dry && len(left) > 0 {
				t.Errorf("a dry run has written %v", left)
			}
			if !dry {
				text = w.file("readyshelf.toml")
			}
			got, problems := ParseConfig(w.Config, []byte(text))
			if problems != nil {
				t.Fatal(problems)
			}
			if diff := difference(got, &w.want); diff != "" || got.Timezone.String() != "Europe/Berlin" || got.Store != "sh-01" || len(got.Printers) != 3 ||
				got.Buttons[1] != (ButtonConfig{Slot: "A2", Line: "P1_13", Debounce: 25 * time.Millisecond, Active: "high"}) ||
				got.Printers[0].Forward != "192.168.1.50:9100" || got.Scales[0].Mode != (SerialMode{4800, 7, 'E', 1}) || got.MQTT.CAFile != filepath.Join(dir, authorityName) {
				t.Errorf("%s is not what was said in\n%s", diff, text)
			}
		})
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.bak")); len(left) > 0 {
		t.Errorf("the second run changed something: %v", left)
	}
}

// Where the input ends, the flag is named that would have answered.
func TestSetupNamesFlag(t *testing.T) {
	for flag, without := range map[string]func(*setupCmd){
		"yes":             func(c *setupCmd) {},
		"store":           func(c *setupCmd) { c.Store = nil },
		"timezone":        func(c *setupCmd) { c.Timezone = nil },
		"language":        func(c *setupCmd) { c.Language = nil },
		"encoding":        func(c *setupCmd) { c.Encoding = nil },
		"printer-listen":  func(c *setupCmd) { c.PrinterListen = nil },
		"printer-forward": func(c *setupCmd) { c.PrinterForward = nil },
		"printer-serial":  func(c *setupCmd) { c.PrinterSerial = nil },
		"printer-mode":    func(c *setupCmd) { c.PrinterMode = nil },
		"printer-gadget":  func(c *setupCmd) { c.PrinterGadget = nil },
		"scale":           func(c *setupCmd) { c.Scale = nil },
		"probe":           func(c *setupCmd) { c.Scale, c.Probe = nil, nil },
		"button":          func(c *setupCmd) { c.Button = nil },
		"watch":           func(c *setupCmd) { c.Button, c.Watch = nil, nil },
		"broker":          func(c *setupCmd) { c.Broker = nil },
		"username":        func(c *setupCmd) { c.Username = nil },
		"password-file":   func(c *setupCmd) { c.PasswordFile = nil },
		"ca-file":         func(c *setupCmd) { c.CAFile = nil },
		"stop":            func(c *setupCmd) { c.Stop = nil },
		"restart":         func(c *setupCmd) { c.Yes, c.Restart = false, nil },
	} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			flags := flagged(t, t.TempDir())
			flags.Yes = false
			without(&flags)
			w := newSite(t, dir, flags)
			w.lines = func() ([]device.Line, error) { return nil, nil }
			var steps []step
			if flag == "restart" {
				steps = []step{{sees: "Write this", types: "y"}}
			}
			err := w.runs(t.Context(), steps...)
			var unread *configError
			if !errors.As(err, &unread) || !strings.HasPrefix(err.Error(), "--"+flag+" is missing") {
				t.Errorf("without --%s: %v", flag, err)
			}
		})
	}
}

// A flag that cannot be is refused, by its name.
func TestSetupBadFlags(t *testing.T) {
	for want, with := range map[string]func(*setupCmd){
		`--store "a b": "a b" cannot be part of an MQTT topic`: func(c *setupCmd) { c.Store = new("a b") },
		`--store is missing`:                        func(c *setupCmd) { c.Store = nil },
		`--scale x: write PORT,PROTOCOL`:            func(c *setupCmd) { c.Scale = []string{"x"} },
		`--scale: there is no "st-gx"`:              func(c *setupCmd) { c.Scale = []string{"/dev/x,st-gx"} },
		`--button A1: write SLOT=LINE`:              func(c *setupCmd) { c.Button = []string{"A1"} },
		`--button: pin 6 of the header is supply`:   func(c *setupCmd) { c.Button = []string{"A1=P1_6"} },
		`--button: button.line in line`:             func(c *setupCmd) { c.Button = []string{"A1=GPIO17", "A2=P1_11"} },
		`--broker "http://x": http:// is called ws`: func(c *setupCmd) { c.Broker = []string{"http://x"} },
		`--password-file …: open /nowhere`:          func(c *setupCmd) { c.PasswordFile = new("/nowhere") },
		`there is no certificate in it`:             func(c *setupCmd) { c.CAFile = c.PasswordFile },
	} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			flags := flagged(t, t.TempDir())
			with(&flags)
			w := newSite(t, dir, flags)
			if err := w.runs(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}
