// Command readyshelf is the daemon beside the shelf: it reads ticket printers,
// scales and buttons, says when an order is ready or will be, keeps every event
// on disk, and tells the cloud over MQTT. Its other verbs are for the people who
// install and look after it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set when the program is built.
var version = "development"

// configPath is where the configuration is, unless --config says otherwise.
const configPath = "/etc/readyshelf/readyshelf.toml"

// The exit codes. A broken configuration is not a failure of the daemon: a
// restart would not help, and systemd is told so by the code. It is EX_CONFIG of
// sysexits.h, and not 2: that is how Go ends a program that panics, which a restart
// does help.
const (
	exitFailed = 1
	exitConfig = 78
)

// cli is the command line: a verb a line.
type cli struct {
	Show kong.VersionFlag `name:"version" help:"Say which version this is."`

	Run      runCmd      `cmd:"" help:"Run the daemon: read the devices, raise alerts, tell the cloud."`
	Setup    setupCmd    `cmd:"" help:"Set this box up: find what is connected, press each button and name its slot, write the configuration."`
	Check    checkCmd    `cmd:"" help:"Check a configuration: every mistake with its line and how to mend it."`
	Doctor   doctorCmd   `cmd:"" help:"Examine this machine, its devices and the way to the broker, and say what to do."`
	Listen   listenCmd   `cmd:"" help:"Show what a device says, byte by byte and in words, to see that it works."`
	Demo     demoCmd     `cmd:"" help:"Show a simulated lunch: virtual devices, a broker of its own, nothing to install."`
	Ticket   ticketCmd   `cmd:"" help:"Look at what a ticket printer was sent."`
	Scale    scaleCmd    `cmd:"" help:"Look at what a scale sends, and list the protocols it may speak."`
	Board    boardCmd    `cmd:"" help:"Pair tablets and phones with the kitchen's page, list them, send them away."`
	Settings settingsCmd `cmd:"" help:"Take over what an owner has set at a screen."`
	Backup   backupCmd   `cmd:"" help:"Write all that makes this box into one file, also beside the running daemon."`
	Restore  restoreCmd  `cmd:"" help:"Put a backup into place, on this box or on another one."`
	Support  supportCmd  `cmd:"" name:"support-bundle" help:"Collect what somebody far away needs to see what is wrong, without orders, guests or secrets."`
	Reset    resetCmd    `cmd:"" name:"factory-reset" help:"Make this box what it was after the installation: no log, no keys, no name, the configuration as shipped."`
	Log      logCmd      `cmd:"" help:"Read the log of events, also beside a running daemon."`
	Model    modelCmd    `cmd:"" help:"What the forecast has learned: look at it, give it to another store, or begin with that of one."`
	Version  versionCmd  `cmd:"" help:"Say which version this is."`

	Backtest backtestCmd `cmd:"" help:"Replay the past, ask for every forecast anew, and say what they were worth."`

	Completion completionCmd `cmd:"" help:"Print the completion for a shell."`
	Complete   completeCmd   `cmd:"" hidden:""`
	Manual     manualCmd     `cmd:"" hidden:""`
}

// streams are where a verb reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// What ends a verb as it should: a copy of the log goes, a daemon that was stopped is
// started again. A terminal that hangs up is among it, unless nohup(1) says otherwise.
func main() {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	signal.Ignore(syscall.SIGPIPE)
	code := command(ctx, os.Args[1:], streams{os.Stdin, standardOut{os.Stdout, stop}, os.Stderr})
	stop()
	os.Exit(code)
}

// standardOut is standard output. When nobody reads it any more, as after head(1), it ends
// what the program does.
type standardOut struct {
	*os.File
	gone func()
}

func (s standardOut) Write(p []byte) (int, error) {
	n, err := s.File.Write(p)
	if errors.Is(err, syscall.EPIPE) {
		s.gone()
	}
	return n, err
}

// commandLine reads command lines into c.
func commandLine(c *cli, options ...kong.Option) (*kong.Kong, error) {
	return kong.New(c, append(options,
		kong.Name("readyshelf"),
		kong.Description("Readyshelf tells couriers and guests when food is ready. It runs on a Raspberry Pi beside the shelf."),
		kong.Vars{
			"version": versionText(), "config": configPath, "config_dir": filepath.Dir(configPath), "data_dir": defaultConfig().Data,
		},
		kong.ShortUsageOnError(),
	)...)
}

// command runs one command line and returns its exit code.
func command(ctx context.Context, args []string, s streams) int {
	var c cli
	ended := -1
	p, err := commandLine(&c, kong.Writers(s.out, s.err), kong.Exit(func(code int) { ended = code }),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(s))
	if err != nil {
		fmt.Fprintln(s.err, "readyshelf:", err)
		return exitFailed
	}
	k, err := p.Parse(args)
	if ended >= 0 {
		return ended // --help has been printed
	}
	if err != nil {
		p.FatalIfErrorf(err)
		return exitConfig
	}
	err = k.Run()
	var problems Problems
	var unread *configError
	var code exitCode
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	case errors.Is(err, syscall.EPIPE): // nobody reads it any more: they know
		return exitFailed
	case errors.As(err, &problems):
		fmt.Fprintln(s.err, problems)
		return exitConfig
	case errors.As(err, &unread):
		fmt.Fprintln(s.err, "readyshelf:", unread)
		return exitConfig
	}
	fmt.Fprintln(s.err, "readyshelf:", err)
	return exitFailed
}

// runCmd is `readyshelf run`.
type runCmd struct {
	Config string `default:"${config}" placeholder:"FILE" help:"The configuration file (${default})."`
	Debug  bool   `help:"Say more in the output, to find a fault."`
}

// configError is a configuration that cannot be read at all.
type configError struct{ error }

func (e *configError) Unwrap() error { return e.error }

// config reads a configuration and the files that it names.
func config(path string) (*Config, error) {
	c, err := LoadConfig(path)
	if err != nil {
		return nil, &configError{err}
	}
	return c, c.CheckFiles()
}

// Run runs the daemon until a signal ends it.
func (r *runCmd) Run(ctx context.Context, s streams) error {
	c, err := config(r.Config)
	if err != nil {
		return err
	}
	if err := asOwner(c.Data, "run --config "+r.Config); err != nil {
		return err
	}
	level := slog.LevelInfo
	if r.Debug {
		level = slog.LevelDebug
	}
	w, err := thisMachine(c, slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: level})))
	if err == nil {
		err = run(ctx, *c, w)
	}
	return mayWrite(c.Data, err)
}

// checkCmd is `readyshelf check`.
type checkCmd struct {
	Config string `default:"${config}" placeholder:"FILE" help:"The configuration file (${default})."`
}

// Run checks the file and those that it names.
func (r *checkCmd) Run(ctx context.Context, s streams) error {
	c, err := config(r.Config)
	if err != nil {
		return err
	}
	if err := c.CheckLayouts(); err != nil {
		return err
	}
	if err := c.CheckOCR(ctx, c.tesseract()); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s is right: store %s; printers: %d, scales: %d, buttons: %d\n",
		r.Config, c.Store, len(c.Printers), len(c.Scales), len(c.Buttons))
	if what := c.ToDo(); what != "" {
		fmt.Fprintln(s.out, what)
	}
	return nil
}

// versionCmd is `readyshelf version`.
type versionCmd struct{}

// Run prints the version, and what it was built with and for.
func (versionCmd) Run(s streams) error {
	_, err := fmt.Fprintln(s.out, versionText())
	return err
}

func versionText() string {
	return fmt.Sprintf("readyshelf %s (%s, %s/%s)", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
