package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"periph.io/x/conn/v3/gpio"

	"readyshelf/device"
)

// doctorCmd is `readyshelf doctor`.
type doctorCmd struct {
	Config   string `default:"${config}" placeholder:"FILE" help:"The configuration file (${default})."`
	JSON     bool   `name:"json" help:"Print one JSON object, for programs."`
	Probe    bool   `help:"Ask on serial ports that nobody uses what talks there. It sends a few bytes that no scale takes amiss."`
	OrderKey bool   `help:"Print the key of long order ids and nothing else, to be put into the cloud's store of secrets."`
}

// Run examines this machine, and prints what an installer can act on.
func (c *doctorCmd) Run(ctx context.Context, s streams) error {
	conf, err := LoadConfig(c.Config)
	var problems Problems
	if err != nil && !errors.As(err, &problems) {
		err = &configError{err}
	}
	if err != nil {
		return err
	}
	if c.OrderKey {
		return printOrderKey(s.out, conf.Privacy.OrderKeyFile)
	}
	d := &doctor{Config: conf, surroundings: theseSurroundings(conf), probe: c.Probe}
	r := d.examine(ctx)
	if c.JSON {
		err = printJSON(s.out, r)
	} else {
		err = r.print(s.out, inColour(s.out))
	}
	if err == nil && r.Result == bad {
		err = exitCode(exitFailed)
	}
	return err
}

// doctor examines a configuration and what it runs on.
type doctor struct {
	*Config
	surroundings
	probe bool

	// password is the broker's; nil is what the configuration says.
	password func(context.Context) (string, error)

	daemon daemonState // asked once, before all checks
}

// surroundings are what doctor looks at. The real ones are [theseSurroundings]; a test
// brings its own.
type surroundings struct {
	version string
	now     func() time.Time
	board   func() device.About
	clock   func() (synced, kept bool)
	celsius func() (float64, bool)
	folder  func(path string) (device.Folder, error)
	// name is how the cloud knows this box.
	name func() (string, error)

	ports  func() ([]device.Port, error)
	stable func(path string) (string, bool)
	serial func(path string, mode SerialMode) (io.ReadWriteCloser, error)
	gadget func(path string) (io.Closer, error)
	input  func(c ButtonConfig) (gpio.PinIn, error)
	output func(line string) (gpio.PinOut, error)
	listen func(addr string) (net.Listener, error)
	// printer calls one that jobs are handed on to.
	printer func(ctx context.Context, addr string) (net.Conn, error)

	// eyes read tickets that come as pictures.
	eyes eyes

	dial    func(ctx context.Context, network, addr string) (net.Conn, error)
	resolve func(ctx context.Context, host string) ([]string, error)
	built   time.Time

	// daemon asks the one that has this configuration's log, if it runs.
	ask func(ctx context.Context) daemonState
	// unit asks systemd for properties of a unit; false where there is no systemd.
	unit func(ctx context.Context, name string) (map[string]string, bool)
	// page asks whether the kitchen's page is behind an address.
	page func(ctx context.Context, url string) error
	// whole checks a log that nobody has open, and says what it found.
	whole func(ctx context.Context, path string) (string, error)
}

// theseSurroundings are the real ones.
func theseSurroundings(c *Config) surroundings {
	clock, clockErr := device.NewClock()
	names := device.NewSerialNames()
	return surroundings{
		version: version, now: time.Now, board: device.AboutBoard,
		clock: func() (synced, kept bool) {
			if clockErr != nil {
				return false, false
			}
			return clock.Synced(), clock.Kept()
		},
		celsius: device.Temperature, folder: device.AboutFolder,
		name:  func() (string, error) { return nameOf(c) },
		ports: device.SerialPorts, stable: device.StableName,
		serial: func(path string, m SerialMode) (io.ReadWriteCloser, error) {
			return names.Open(path, device.SerialMode(m))
		},
		gadget: func(path string) (io.Closer, error) { return openGadget(path) },
		input:  func(c ButtonConfig) (gpio.PinIn, error) { return inputs([]ButtonConfig{c}).Open(c.Line) },
		output: device.OpenOutput, listen: device.Listen, printer: device.DialPrinter(c.printerPorts()...),
		eyes: c.tesseract(),
		dial: device.Dial, resolve: net.DefaultResolver.LookupHost, built: builtAt(),
		ask:  func(ctx context.Context) daemonState { return askState(ctx, c.Data) },
		unit: systemdUnit, page: askPage, whole: wholeLog,
	}
}

// nameOf is how the cloud knows the box with this configuration.
func nameOf(c *Config) (string, error) {
	if c.Device != "" {
		return c.Device, nil
	}
	board, err := device.SerialNumber(filepath.Join(c.Data, "device"))
	if err != nil {
		return "", err
	}
	return deviceName(c.Data, board)
}

// A check looks at one thing, and ends by itself when ctx does.
type check struct {
	section string
	limit   time.Duration
	run     func(ctx context.Context) []finding
}

// How long checks may take. The whole is to be done in 20 s.
const (
	shortCheck = 4 * time.Second
	longCheck  = 17 * time.Second // the slowest: a probe of a port, a broker that is slow in all
	grace      = time.Second      // for a check to notice that its time is up
)

// checks are all, in the order of the report.
func (d *doctor) checks() []check {
	all := []check{
		{"configuration", shortCheck, d.checkConfig},
		{"board", shortCheck, d.checkBoard},
		{"clock", shortCheck, d.checkClock},
		{"disk", shortCheck, d.checkDisk},
		{"service", shortCheck, d.checkService},
		{"log", longCheck, d.checkLog},
		{"identity", shortCheck, d.checkIdentity},
	}
	if d.Board.Listen != "" && (d.Board.CertFile != "" || d.daemon.running) {
		all = append(all, check{"screens", shortCheck, d.checkScreens})
	}
	all = append(all, d.deviceChecks()...)
	all = append(all, d.portChecks()...)
	return append(all, d.brokerChecks()...)
}

// checkConfig looks at the files that the configuration names; itself it was read.
func (d *doctor) checkConfig(context.Context) []finding {
	var problems, layouts Problems
	errors.As(d.CheckFiles(), &problems)
	errors.As(d.CheckLayouts(), &layouts)
	if problems = append(problems, layouts...); len(problems) == 0 {
		return []finding{works("file", fmt.Sprintf("%s is right: %d printers, %d scales, %d buttons", d.file, len(d.Printers), len(d.Scales), len(d.Buttons)))}
	}
	var found []finding
	for _, p := range problems {
		f := problem(p.Key, p.What, p.Fix)
		if strings.Contains(p.What, fs.ErrPermission.Error()) {
			f = caution(p.Key, p.What, asRoot) // the daemon may: it is another user
		}
		found = append(found, f)
	}
	return found
}

// asRoot is what to do about what this user may not see.
const asRoot = "run this as root: sudo readyshelf doctor"

// examine runs all checks at once.
func (d *doctor) examine(ctx context.Context) report {
	ask, cancel := context.WithTimeout(ctx, shortCheck)
	d.daemon = d.ask(ask)
	cancel()
	checks := d.checks()
	results := make([]chan []finding, len(checks))
	for i, c := range checks {
		results[i] = make(chan []finding, 1)
		go func() {
			ctx, cancel := context.WithTimeout(ctx, c.limit)
			defer cancel()
			results[i] <- c.run(ctx)
		}()
	}
	r := report{Version: d.version, At: d.now().UTC().Truncate(time.Second), Store: d.Store, Result: good}
	start := time.Now()
	for i, c := range checks {
		r.add(c.section, wait(results[i], c.limit+grace-time.Since(start)))
	}
	return r
}

// wait returns what a check found. One that hangs in the kernel, at a disk that does
// not answer, is not waited for: the program ends soon.
func wait(result <-chan []finding, d time.Duration) []finding {
	select {
	case found := <-result:
		return found
	case <-time.After(max(d, time.Millisecond)):
		return []finding{{
			What: "check", Mark: bad, Text: "it does not end: what it looks at does not answer",
			Remedy: "look for errors of the disk or a device: dmesg | tail",
		}}
	}
}

// inColour says that out is a terminal whose owner has nothing against colour.
func inColour(out io.Writer) bool {
	s, ok := out.(standardOut)
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && device.IsTerminal(s.File)
}

// printOrderKey prints the key, to be carried to the cloud.
func printOrderKey(out io.Writer, path string) error {
	text, err := readSmall(path)
	if err != nil {
		return fmt.Errorf("read the order key: %w; the daemon makes it at its first start, and it is for root and the daemon only: sudo readyshelf doctor --order-key", err)
	}
	_, err = fmt.Fprintln(out, strings.TrimSpace(string(text)))
	return err
}
