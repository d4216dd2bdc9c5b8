package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"readyshelf/buffer"
)

// How `readyshelf log probe` and `log check` say that a log is damaged, for the reason
// on standard output, or that somebody has it open. 0 is a sound log, and any other code trouble
// that is not the log's, or the end of the process.
const (
	exitDamaged exitCode = 3
	exitHeld    exitCode = 4
)

// exitCode ends the program with nothing more to say.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// logProbeCmd is `readyshelf log probe`, which the daemon runs as its child: a
// damaged file can kill the process that opens it.
type logProbeCmd struct {
	File string `arg:"" help:"The log file."`
}

// Run probes a log.
func (c *logProbeCmd) Run(s streams) error {
	err := buffer.Probe(c.File)
	if errors.Is(err, buffer.ErrDamaged) {
		fmt.Fprintln(s.out, err)
	}
	return exitOf(err)
}

// exitOf is err as an exit code, where there is one for it.
func exitOf(err error) error {
	switch {
	case errors.Is(err, buffer.ErrDamaged):
		return exitDamaged
	case errors.Is(err, buffer.ErrHeld):
		return exitHeld
	}
	return err
}

// self is this program's file, also where a newer one has taken its name.
const self = "/proc/self/exe"

// probeLog asks a child process whether the log at path is sound.
func probeLog(ctx context.Context, path string) error {
	var out bytes.Buffer
	err := inChild(ctx, &out, "log", "probe", "--", path)
	if what := strings.TrimSpace(out.String()); what != "" && errors.Is(err, buffer.ErrDamaged) {
		return damage(what)
	}
	if err != nil {
		return fmt.Errorf("probe log %s: %w", path, err)
	}
	return nil
}

// damage is an ErrDamaged in the words of the child that met it.
type damage string

func (d damage) Error() string        { return string(d) }
func (d damage) Is(target error) bool { return target == buffer.ErrDamaged }

// inChild runs a verb that reads a log in a child process. A child that dies has met
// damage; one that is told to stop, or cannot do its work, has not.
func inChild(ctx context.Context, out io.Writer, args ...string) error {
	// The kernel ends the child with the thread that began it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var complaint bytes.Buffer
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Stdout, cmd.Stderr = out, &complaint
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = time.Second
	cmd.Env = childEnv()
	return verdict(ctx, cmd.Run(), complaint.String())
}

// childEnv is the environment without the way to the service manager: what a child
// says there would be taken for the daemon's.
func childEnv() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, notifySocket+"=") })
}

// probeGrace is how long probes may go on once the daemon is to end: facts may wait for
// one, and the daemon is to end within seconds.
const probeGrace = 3 * time.Second

// until is probe, given up when late ends; nil for nil.
func until(late context.Context, probe func(context.Context, string) error) func(context.Context, string) error {
	if probe == nil {
		return nil
	}
	return func(ctx context.Context, path string) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(late, cancel)()
		return probe(ctx, path)
	}
}

// lasting returns a context that ends so much later than ctx, or when it is canceled.
func lasting(ctx context.Context, grace time.Duration) (late context.Context, cancel context.CancelFunc) {
	late, end := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, end) })
	return late, func() { stop(); end() }
}

// verdict reads how a child ended.
func verdict(ctx context.Context, err error, complaint string) error {
	var exit *exec.ExitError
	if ctx.Err() != nil || !errors.As(err, &exit) {
		return errors.Join(err, ctx.Err())
	}
	complaint, _, _ = strings.Cut(strings.TrimSpace(complaint), "\n")
	switch status, _ := exit.Sys().(syscall.WaitStatus); {
	case status.Exited() && exitCode(status.ExitStatus()) == exitDamaged:
		return buffer.ErrDamaged
	case status.Exited() && exitCode(status.ExitStatus()) == exitHeld:
		return fmt.Errorf("open log: %w", buffer.ErrHeld)
	case status.Exited() && status.ExitStatus() == exitFailed:
		return fmt.Errorf("read log in a child: %s", strings.TrimPrefix(complaint, "readyshelf: "))
	case status.Signaled() && slices.Contains(interruptions, status.Signal()):
		return fmt.Errorf("read log in a child: interrupted: %w", err)
	}
	return fmt.Errorf("%w: its reader died: %w: %s", buffer.ErrDamaged, err, complaint)
}

// interruptions come from whoever stops the daemon, and not from a damaged file.
var interruptions = []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP}
