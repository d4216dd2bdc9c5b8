package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/coreos/go-systemd/v22/daemon"

	"readyshelf/buffer"
)

// service is the service manager that started the daemon: systemd, which is told by
// sd_notify(3) how the daemon does. The zero value is none.
//
// systemd restarts a daemon that gives no sign of life for WatchdogSec. The sign is
// given only after the log's writer has answered a [buffer.Log.Pulse], so it says
// more than that the process runs: a fact that came now would be written.
type service struct {
	notify   func(state string) // lines of NAME=value; nil where nobody listens
	watchdog time.Duration      // how long it waits for a sign of life; 0 is for ever
	// unused names the sockets that it opened and nobody listens on; nil where it
	// opens none.
	unused func() []string
}

const (
	// statusEvery is how often the line for `systemctl status` may change.
	statusEvery = 10 * time.Second
	// moreTime is what is asked for at a time, moreEvery how often, while the daemon
	// starts or ends.
	moreTime  = 20 * time.Second
	moreEvery = 5 * time.Second
	// longStart is how long a start may take: a log of 1 GiB is probed twice, read,
	// and written anew at 2 MB/s. longEnd is for the last commits on a slow card.
	longStart = 15 * time.Minute
	longEnd   = time.Minute
)

// thisService is the service manager of this process, as its environment names it.
func thisService(log *slog.Logger) (s service) {
	limit, err := daemon.SdWatchdogEnabled(true)
	if err != nil {
		log.Warn("systemd's watchdog is not fed", "error", err)
	}
	if os.Getenv(notifySocket) == "" {
		return s
	}
	var once sync.Once
	s.watchdog = limit
	s.notify = func(state string) {
		if _, err := daemon.SdNotify(false, state); err != nil {
			once.Do(func() { log.Warn("systemd does not hear the daemon", "error", err) })
		}
	}
	return s
}

// notifySocket is systemd's address in the environment. A child does not get it: see
// childEnv.
const notifySocket = "NOTIFY_SOCKET"

// tell tells the manager, if there is one.
func (s service) tell(lines ...string) {
	if s.notify != nil {
		s.notify(strings.Join(lines, "\n"))
	}
}

// statusLine is the line that `systemctl status` shows. Some of it are words of others,
// which must not end the line.
func statusLine(text string) string {
	return "STATUS=" + strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// slow says what the daemon is at, and asks for more time until done is called, ctx ends,
// or most has passed.
func (s service) slow(ctx context.Context, most time.Duration, text string) (done func()) {
	if s.notify == nil {
		return func() {}
	}
	ctx, cancel := context.WithTimeout(ctx, most)
	var asking sync.WaitGroup
	asking.Go(func() {
		t := time.NewTicker(moreEvery)
		defer t.Stop()
		for lines := []string{statusLine(text)}; ctx.Err() == nil; lines = nil {
			s.tell(append(lines, fmt.Sprint("EXTEND_TIMEOUT_USEC=", moreTime.Microseconds()))...)
			select {
			case <-ctx.Done():
			case <-t.C:
			}
		}
	})
	return func() { cancel(); asking.Wait() }
}

// attend tells the service manager that the daemon is ready, how it does from then on,
// and that it ends with ctx. It is ready when the log's writer works and every printer
// port is open, or is known not to open: till then a till that connects waits.
func (h *house) attend(ctx context.Context) error {
	defer h.service.tell("STOPPING=1", statusLine("stopping: what is on its way goes to the log"))
	for _, tried := range h.ports {
		select {
		case <-ctx.Done():
			return nil
		case <-tried:
		}
	}
	if h.buffer.Pulse(ctx) != nil {
		return nil // it ended first
	}
	h.service.tell("READY=1")
	idle := sync.OnceFunc(h.idleSockets)
	t := time.NewTicker(statusEvery)
	defer t.Stop()
	for told := ""; ; {
		if now := statusLine(h.inWords()); h.service.notify != nil && now != told {
			told = now
			h.service.tell(now)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		idle()
	}
}

// idleSockets warns of ports that are open and serve nobody.
func (h *house) idleSockets() {
	if h.service.unused == nil {
		return
	}
	for _, port := range h.service.unused() {
		h.log.Warn("systemd has a port open that nothing in the configuration listens on: who connects waits in vain; "+
			"name it in listen, change it (sudo systemctl edit readyshelf.socket), "+
			"or close it (sudo systemctl mask --now readyshelf.socket && sudo systemctl start readyshelf)", "port", port)
	}
}

// beat gives signs of life for as long as the log's writer answers, until ctx ends.
func (h *house) beat(ctx context.Context) {
	every := h.service.watchdog / 3
	t := time.NewTicker(every)
	defer t.Stop()
	for hangs := false; ; {
		switch err := h.pulse(ctx, every); {
		case err == nil:
			h.service.tell("WATCHDOG=1")
			if hangs {
				hangs = false
				h.log.Info("the log's writer answers again")
			}
		case ctx.Err() != nil || errors.Is(err, buffer.ErrClosed):
			return
		default: // that was the wait
			if !hangs {
				hangs = true
				h.log.Error("the log's writer does not answer: if it does not soon, systemd starts the daemon anew", "waited", every)
			}
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// pulse asks the log's writer for a sign of life.
func (h *house) pulse(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return h.buffer.Pulse(ctx)
}
