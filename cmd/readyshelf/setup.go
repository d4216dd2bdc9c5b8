package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"

	"readyshelf/device"
	"readyshelf/systemd"
)

// setupCmd is `readyshelf setup`. Each question has a flag; what a list flag says takes
// the place of what was there.
type setupCmd struct {
	Config string `default:"${config}" placeholder:"FILE" help:"The configuration file (${default})."`
	Yes    bool   `help:"Ask nothing: what no flag says stays as it is, or is the default."`
	DryRun bool   `help:"Print the configuration and write nothing."`

	Store    *string `placeholder:"NAME" help:"The store's name, a part of every MQTT topic."`
	Timezone *string `placeholder:"ZONE" help:"The time zone of the shop, as Asia/Shanghai; \"system\" for the system's."`
	Language *string `placeholder:"zh|en" help:"The language of the kitchen's page."`
	Encoding *string `placeholder:"NAME" help:"How tickets are encoded where they do not say so themselves."`

	PrinterListen  *string `placeholder:"ADDR" help:"Where the extra printer on the network listens, as :9100, or \"none\"."`
	PrinterForward *string `placeholder:"ADDR" help:"The printer to which that one hands its jobs on, as 192.168.1.50:9100, or \"none\". Without this box nothing is printed then."`
	PrinterSerial  *string `placeholder:"PORT" help:"The serial port of a printer's line that is tapped, or \"none\"."`
	PrinterMode    *string `placeholder:"MODE" help:"How that line is set, as \"9600 8N1\"."`
	PrinterGadget  *string `placeholder:"PATH" help:"The USB printer that this board is, as /dev/g_printer0, or \"none\"."`

	Scale []string `sep:"none" placeholder:"PORT,PROTOCOL[,SLOT[,MODE]]" help:"A scale, once for each; \"none\" for none."`
	Probe *bool    `negatable:"" help:"Ask on free serial ports what talks there. It sends a few bytes that no scale takes amiss."`

	Button []string `sep:"none" placeholder:"SLOT=LINE[,LIGHT[,high]]" help:"A button, with its light and the level of its line when pressed, once for each; \"none\" for none."`
	Watch  *string  `placeholder:"LINE,…" help:"The lines on which a button is looked for. On a Raspberry Pi those pins of the header that have no other use."`

	Broker       []string `placeholder:"URL" help:"A broker, as tls://broker.example:8883, once for each in the order they are tried; \"none\" for no cloud."`
	Username     *string  `placeholder:"NAME" help:"The name at the broker, or \"none\"."`
	PasswordFile *string  `placeholder:"FILE" help:"A file that holds the password; it is copied beside the configuration. \"keep\" for the one that is there."`
	CAFile       *string  `name:"ca-file" placeholder:"FILE" help:"The authority that signed the broker's certificate; it is copied beside the configuration. \"system\" for the system's."`

	Try     *bool `negatable:"" help:"Try the printers, scales, lights and the broker while they are set up."`
	Stop    *bool `negatable:"" help:"Stop the daemon meanwhile: it has the devices. It is started again in the end."`
	Restart *bool `negatable:"" help:"Restart the daemon with the new configuration."`
}

// Run asks, and writes the configuration.
func (c *setupCmd) Run(ctx context.Context, in streams) error {
	var err error
	if c.Config, err = filepath.Abs(c.Config); err != nil { // what stands beside it is named from the root
		return err
	}
	text, have, err := readShop(c.Config)
	if err != nil {
		return err
	}
	if !c.DryRun {
		if err := writable(filepath.Dir(c.Config)); err != nil {
			return err
		}
	}
	clock, err := device.NewClock()
	if err != nil {
		return err
	}
	s := &setup{
		setupCmd: *c, surroundings: theseSurroundings(have), text: text, have: have, up: clock.Up,
		dialogue:  dialogue{out: in.out, typed: typedLines(in.in), yes: c.Yes, echo: echoOf(in.in)},
		lines:     device.Lines,
		contacts:  func(b []ButtonConfig) opener { return inputs(b).Open },
		open:      openTarget,
		addresses: ownAddresses, zone: systemZone, canBeUSB: device.CanBeUSB, systemctl: systemctl,
	}
	if c.DryRun {
		s.dialogue.out = in.err
	}
	return s.run(ctx, in.out)
}

// readShop reads the configuration to begin with: that which is shipped where there is
// none.
func readShop(path string) ([]byte, *Config, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = systemd.Configuration, nil
	}
	if err != nil {
		return nil, nil, &configError{err}
	}
	have, problems := ParseConfig(path, text)
	if len(problems) > 0 {
		return nil, nil, problems
	}
	return text, have, nil
}

// writable says before the first question that the last one would be in vain.
func writable(dir string) error {
	if err := unix.Access(dir, unix.W_OK); err != nil {
		return fmt.Errorf("write to %s: %w; run this as root: sudo readyshelf setup, or with --dry-run", dir, err)
	}
	return nil
}

// setup is one conversation with an installer.
type setup struct {
	setupCmd
	dialogue
	surroundings

	lines    func() ([]device.Line, error)
	contacts func([]ButtonConfig) opener
	open     func(ctx context.Context, t target, on *tap) error
	up       func() time.Duration
	// addresses are this machine's in the network; zone is the system's time zone, "" if
	// it is not known; canBeUSB says that the board may be a USB device.
	addresses func() []string
	zone      func() string
	canBeUSB  func() bool
	systemctl func(ctx context.Context, words ...string) error

	text      []byte  // of the configuration as it is
	have      *Config // what it says
	want      Config  // what it shall say
	password  *string // a new one
	authority []byte  // a new one
	stopped   bool    // the daemon, by us
}

// opener opens the line of a button.
type opener func(line string) (gpio.PinIn, error)

// run asks all questions, and writes the answers; with DryRun it prints them to out.
func (s *setup) run(ctx context.Context, out io.Writer) (err error) {
	s.want = s.have.clone()
	s.say("Enter takes what is in [ ]; %q takes a thing away; Ctrl-C ends, and nothing is changed.", none)
	start, err := s.stopDaemon(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, start()) }()
	for _, ask := range []func(context.Context) error{
		s.askShop, s.askPrinters, s.askScales, s.askButtons, s.askBroker,
	} {
		if err := ask(ctx); err != nil {
			return err
		}
	}
	return s.finish(ctx, out)
}

// clone is a copy whose lists are its own.
func (c *Config) clone() Config {
	copied := *c
	copied.Printers = slices.Clone(c.Printers)
	copied.Scales = slices.Clone(c.Scales)
	copied.Buttons = slices.Clone(c.Buttons)
	copied.MQTT.Brokers = slices.Clone(c.MQTT.Brokers)
	return copied
}

// change changes what is wanted, if the configuration is right with that.
func (s *setup) change(to func(c *Config)) error {
	next := s.want.clone()
	to(&next)
	_, err := edited(s.Config, s.text, s.have, &next)
	var problems Problems
	if errors.As(err, &problems) {
		return fmt.Errorf("%s; %s", problems[0].What, problems[0].Fix)
	}
	if err == nil {
		s.want = next
	}
	return err
}

// stopDaemon lets the daemon go of its devices, if the installer agrees. What it returns
// starts it again.
func (s *setup) stopDaemon(ctx context.Context) (start func() error, err error) {
	nothing := func() error { return nil }
	unit, managed := s.unit(ctx, unitName)
	running := managed && (unit["ActiveState"] == "active" || unit["ActiveState"] == "activating")
	if !running {
		if d := s.ask(ctx); d.running || d.err != nil {
			s.say("A daemon runs that systemd does not know: its devices cannot be tried before it ends.")
		}
		return nothing, nil
	}
	stop, err := s.sure(ctx, "stop", s.Stop, "The daemon runs and has the devices. Stop it until this is done?", s.trying())
	if err != nil || !stop {
		return nothing, err
	}
	units := []string{socketName, unitName}
	if socket, ok := s.unit(ctx, socketName); !ok || socket["ActiveState"] != "active" {
		units = units[1:]
	}
	// Who interrupts this ends it afterwards: half a stop would become a whole one.
	tell := func(verb string) error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), systemctlTime)
		defer cancel()
		return s.systemctl(ctx, append([]string{verb}, units...)...)
	}
	start = func() error {
		s.say("The daemon is started again.")
		return tell("start")
	}
	if err := tell("stop"); err != nil {
		return nothing, errors.Join(err, start())
	}
	s.stopped = true
	s.say("It is stopped; a till that prints meanwhile must print again.")
	return start, nil
}

// systemctlTime is how long the daemon may take to start.
const systemctlTime = 70 * time.Second // TimeoutStartSec= of the unit, and some

// systemctl tells systemd to do something.
func systemctl(ctx context.Context, words ...string) error {
	out, err := exec.CommandContext(ctx, "systemctl", words...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("systemctl %s: %w; %s", strings.Join(words, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// ownAddresses are this machine's IPv4 addresses in the network of the shop.
func ownAddresses() (all []string) {
	addrs, _ := net.InterfaceAddrs() // without a network there are none
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && !n.IP.IsLoopback() && !n.IP.IsLinkLocalUnicast() {
			all = append(all, n.IP.String())
		}
	}
	return all
}

// systemZone is the time zone that the system is set to (localtime(5)).
func systemZone() string {
	to, _ := os.Readlink("/etc/localtime")
	_, name, _ := strings.Cut(to, "/zoneinfo/")
	return name
}
