package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"readyshelf/device"
	"readyshelf/sensors/scale"
	"readyshelf/sensors/ticket"
)

// listenCmd is `readyshelf listen`.
type listenCmd struct {
	Config   string        `default:"${config}" placeholder:"FILE" help:"The configuration file (${default}). A device named by its path needs none."`
	Mode     string        `placeholder:"MODE" help:"How a serial port is set, as in \"9600 7E1\". Without it as the configuration or the protocol says, else 9600 8N1."`
	Protocol string        `placeholder:"NAME" help:"What a device named by its path speaks: a name of readyshelf scale list, or escpos for a till's print jobs. Without it the bytes are shown, and it is guessed."`
	Encoding string        `placeholder:"NAME" help:"The encoding of tickets, where the configuration does not say."`
	For      time.Duration `placeholder:"TIME" help:"End after this time, as 30s; the exit code is 1 if nothing came. Without it Ctrl-C ends."`
	Text     bool          `help:"Show the text of print jobs too, byte by byte. It may hold names and phone numbers: for local eyes only."`
	JSON     bool          `name:"json" help:"Print a JSON object on each line, for programs. What to do is said on standard error."`
	Device   string        `arg:"" help:"A device of the configuration (printer/kitchen, scale/a1, button/A1), or a path, address or line: /dev/ttyUSB0, :9100, /dev/g_printer0, GPIO17."`
}

// Run shows what a device says.
func (c *listenCmd) Run(ctx context.Context, s streams) error {
	conf, err := LoadConfig(c.Config)
	if errors.Is(err, fs.ErrNotExist) && c.Config == configPath {
		conf, err = defaultConfig(), nil // nothing is set up yet
	}
	if err != nil {
		return &configError{err}
	}
	t, err := c.target(conf)
	if err != nil {
		return err
	}
	clock, err := device.NewClock()
	if err != nil {
		return err
	}
	tills := t.kind == "printer" && !c.Text
	l := &listener{target: t, show: textDisplay{s.out, tills}, guide: s.out, up: clock.Up, open: openTarget}
	if c.JSON {
		l.show, l.guide = newJSONDisplay(s.out, tills), s.err
	}
	l.daemon = func(ctx context.Context) (io.ReadCloser, error) { return daemonStream(ctx, conf.Data, t.name) }
	if c.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.For)
		defer cancel()
	}
	if err := l.run(ctx); err != nil {
		return err
	}
	if c.For > 0 && !l.any {
		return exitCode(exitFailed)
	}
	return nil
}

// target is a device to be listened to.
type target struct {
	name string // of its source in the daemon; "" if the configuration does not have it
	kind string // printer, scale, button, or port: a serial port on which anything may talk
	path string

	mode    SerialMode     // of a serial port
	dialect scale.Dialect  // of a scale
	options ticket.Options // of a printer
	button  ButtonConfig   // of a button
	inlet   inlet          // of a printer
	forward string         // of a printer: who gets the jobs
}

// inlet is how a printer's bytes come.
type inlet int

const (
	overTCP inlet = iota
	overSerial
	overUSB
)

// target finds the device that the installer means: by its name in the configuration,
// or by what it is.
func (c *listenCmd) target(conf *Config) (target, error) {
	t, err := configured(conf, c.Device)
	if errors.Is(err, errNotConfigured) {
		t, err = c.byPath(conf)
	}
	if err != nil {
		return t, err
	}
	if c.Encoding != "" {
		if err := ticket.ValidEncoding(c.Encoding); err != nil {
			return t, err
		}
		t.options.Encoding = c.Encoding
	}
	if c.Mode != "" {
		m, err := scale.ParseMode(c.Mode)
		if err != nil {
			return t, err
		}
		t.mode = SerialMode(m)
	}
	return t, nil
}

// errNotConfigured says that the configuration has no such device.
var errNotConfigured = errors.New("the configuration has no such device")

// configured finds a device in the configuration, by the name of its source or by what
// the configuration calls the device itself.
func configured(conf *Config, name string) (target, error) {
	is := func(source, path string) bool {
		return name == source || name == path || strings.HasPrefix(name, "/") && sameFile(name, path)
	}
	layouts, _ := conf.layouts() // readyshelf check says which are refused
	for _, p := range conf.Printers {
		t := target{name: "printer/" + p.Name, kind: "printer", options: ticket.Options{Encoding: p.Encoding, CodePages: p.CodePages, Layouts: layouts}}
		switch {
		case p.Listen != "":
			t.path, t.inlet, t.forward = p.Listen, overTCP, p.Forward
		case p.Gadget != "":
			t.path, t.inlet = p.Gadget, overUSB
		default:
			t.path, t.inlet, t.mode = p.Serial, overSerial, p.Mode
		}
		if is(t.name, t.path) {
			return t, nil
		}
	}
	for _, s := range conf.Scales {
		if is("scale/"+s.Name, s.Serial) {
			t := target{name: "scale/" + s.Name, kind: "scale", path: s.Serial, mode: s.Mode}
			t.dialect, _ = scale.Lookup(s.Protocol) // the configuration was checked
			if t.mode == (SerialMode{}) {
				t.mode = SerialMode(t.dialect.Mode)
			}
			return t, nil
		}
	}
	for _, b := range conf.Buttons {
		if is("button/"+b.Slot, b.Line) {
			return target{name: "button/" + b.Slot, kind: "button", path: b.Line, button: b}, nil
		}
	}
	return target{}, errNotConfigured
}

// byPath is a device that the configuration does not have.
func (c *listenCmd) byPath(conf *Config) (target, error) {
	layouts, _ := conf.layouts()
	t := target{path: c.Device, options: ticket.Options{Encoding: conf.Encoding, Layouts: layouts}}
	kind, _, _ := strings.Cut(c.Device, "/")
	switch {
	case kind == "printer" || kind == "scale" || kind == "button" || kind == "light":
		return t, fmt.Errorf("%s: %w; it has: %s", c.Device, errNotConfigured, deviceNames(conf))
	case strings.HasPrefix(c.Device, "/dev/g_printer"):
		t.kind, t.inlet = "printer", overUSB
	case strings.HasPrefix(c.Device, "/"):
		return c.bySerial(t)
	case strings.Contains(c.Device, ":") && !strings.HasPrefix(c.Device, "sim:"):
		t.kind, t.inlet = "printer", overTCP
	default:
		t.kind, t.button = "button", ButtonConfig{Slot: c.Device, Line: c.Device}
		t.button.setDefaults()
	}
	return t, nil
}

// bySerial is a serial port that the configuration does not have.
func (c *listenCmd) bySerial(t target) (target, error) {
	t.kind, t.mode = "port", usualTapMode
	switch c.Protocol {
	case "":
		return t, nil
	case "escpos":
		t.kind, t.inlet = "printer", overSerial
		return t, nil
	}
	var ok bool
	if t.dialect, ok = scale.Lookup(c.Protocol); !ok || t.dialect.Mode == (scale.Mode{}) {
		return t, fmt.Errorf("there is no protocol %q; readyshelf scale list names them, and escpos is for print jobs", c.Protocol)
	}
	t.kind, t.mode = "scale", SerialMode(t.dialect.Mode)
	return t, nil
}

// deviceNames are those of the configuration.
func deviceNames(conf *Config) string {
	var names []string
	for _, p := range conf.Printers {
		names = append(names, "printer/"+p.Name)
	}
	for _, s := range conf.Scales {
		names = append(names, "scale/"+s.Name)
	}
	for _, b := range conf.Buttons {
		names = append(names, "button/"+b.Slot)
	}
	if len(names) == 0 {
		return "none yet"
	}
	return strings.Join(names, ", ")
}

// daemonStream asks the daemon that keeps the log in data for what a device says. The
// error is errNobody where no daemon runs that has the device.
func daemonStream(ctx context.Context, data, device string) (io.ReadCloser, error) {
	if device == "" {
		return nil, errNobody
	}
	for _, socket := range controlSockets(data) {
		resp, err := askDaemon(ctx, socket, "/listen?device="+url.QueryEscape(device))
		if errors.Is(err, errNobody) && !errors.Is(err, fs.ErrPermission) {
			continue
		}
		if errors.Is(err, fs.ErrPermission) {
			return nil, fmt.Errorf("ask the daemon: %w; run this as root: sudo readyshelf listen %s", fs.ErrPermission, device)
		}
		if err != nil {
			return nil, fmt.Errorf("ask the daemon: %w", err)
		}
		if resp.StatusCode == http.StatusOK && sameFile(resp.Header.Get(pathHeader), filepath.Join(data, logName)) {
			return resp.Body, nil
		}
		resp.Body.Close()
	}
	return nil, errNobody
}

// readStream hands over what the daemon sends, until its end.
func readStream(r io.Reader, said chan<- heard, done <-chan struct{}) error {
	in := json.NewDecoder(r)
	for {
		var h heard
		if err := in.Decode(&h); err != nil {
			return err
		}
		select {
		case said <- h:
		case <-done:
			return nil
		}
	}
}
