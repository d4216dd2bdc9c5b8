package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"readyshelf/board"
	"readyshelf/buffer"
	"readyshelf/kitchen"
	"readyshelf/predict"
	"readyshelf/sensors"
	"readyshelf/sensors/ticket"
	"readyshelf/sync/uplink"
)

// logName is the log's file in the data folder.
const logName = "readyshelf.db"

// maxResends is how many ranges that the cloud wants again wait for the one
// under way.
const maxResends = 4

// house is one running daemon: the log in the middle, and who stands around it.
type house struct {
	Config
	world
	clock   func() kitchen.Stamp
	buffer  *buffer.Log
	decider *kitchen.Decider
	keeper  *sensors.Keeper
	view    view
	door    *board.Door // of the page; nil where nobody comes in from elsewhere
	clocks  clocks
	replies replies
	outbox  outbox
	link    linkState
	twin    twin
	worth   atomic.Pointer[kitchen.Worth] // of the forecasts, as of the last commit
	began   time.Time                     // by the wall clock
	resend  chan uplink.Range             // what the cloud wants again, to the uplink
	// orderKey keys the hash of long order ids.
	orderKey []byte
	layouts  ticket.Layouts // of tickets
	reader   *ticket.Reader // of those that are pictures; nil where they are not read
	// Of watchLayouts: how the files looked that were read last, and which are refused.
	layoutsSeen string
	refused     []*ticket.LayoutError
	refusals    atomic.Pointer[[]*ticket.LayoutError] // the same, for others
	samples     *sampler                              // nil where none are kept
	wording     wording                               // of alerts
	settings    settings                              // that screens change
	metrics     *metrics
	devices     []string          // of the configuration, by the names of their sources
	taps        []*tap            // on the same
	trying      blinks            // lights that somebody tries
	ports       []<-chan struct{} // of printers; closed when each has been tried
}

// run is the whole daemon. It returns when ctx ends, or when the log can no
// longer be opened; every goroutine it started has ended by then.
func run(ctx context.Context, c Config, w world) error {
	late, cancel := lasting(ctx, probeGrace)
	defer cancel()
	w.probe = until(late, w.probe)
	opened := w.service.slow(ctx, longStart, "starting: the log is probed and read, and what is left of it salvaged if it is damaged")
	h, err := openHouse(c, w)
	opened()
	switch {
	case err != nil && ctx.Err() != nil: // a probe that was given up is no failure
		w.log.Info("stopped before the log was open", "error", err)
		return nil
	case err != nil:
		return err
	}
	return errors.Join(h.run(ctx), h.buffer.Close())
}

// run lives in the house until ctx ends. The log's writer outlives everybody who
// writes: facts on their way when ctx ends are still committed.
func (h *house) run(ctx context.Context) error {
	sources := h.sources()
	for _, s := range sources {
		h.devices = append(h.devices, s.Name)
	}
	h.log.Info("running", "version", h.version, "store", h.Store, "device", h.device, "log", h.buffer.ID(), "events", h.buffer.Head())
	defer h.log.Info("stopped")
	if what := h.ToDo(); what != "" {
		h.log.Warn(what)
	}

	writing, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ctx, end := context.WithCancel(ctx)
	var writer errgroup.Group
	writer.Go(func() error {
		defer end() // without the log there is nothing to do
		return h.buffer.Run(writing)
	})
	if h.service.watchdog > 0 {
		writer.Go(func() error { h.beat(writing); return nil })
	}

	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return h.keeper.Run(ctx) })
	h.started(ctx, sources) // before anything else happens
	g.Go(func() error { return watchClock(ctx, h.clock, h.keeper.Emit, h.log) })
	for _, s := range sources {
		g.Go(func() error { return sensors.Supervise(ctx, s, h.clock, h.keeper.Emit, h.log) })
	}
	g.Go(func() error { return h.ship(ctx) })
	g.Go(func() error { return h.serveControl(ctx) })
	g.Go(func() error { return h.serveMetrics(ctx) })
	g.Go(func() error { return h.servePage(ctx) })
	g.Go(func() error { return h.attend(ctx) })
	g.Go(func() error { return h.watchLayouts(ctx) })
	if h.samples != nil {
		g.Go(func() error { return h.samples.run(ctx) })
	}

	err := g.Wait()
	stop()
	defer h.service.slow(context.WithoutCancel(ctx), longEnd, "stopping: the last commit")()
	return errors.Join(err, writer.Wait())
}

// openHouse opens the log and folds it into the kitchen's state.
func openHouse(c Config, w world) (*house, error) {
	h := &house{Config: c, world: w, resend: make(chan uplink.Range, maxResends), twin: newTwin()}
	h.device = cmp.Or(h.Device, h.device)
	if err := restoreDone(h.Data); err != nil {
		return nil, err
	}
	if err := makeData(h.Data); err != nil {
		return nil, err
	}
	key, err := orderKey(h.Privacy.OrderKeyFile)
	if err != nil {
		return nil, err
	}
	h.orderKey = key
	h.openSettings()
	h.decider = &kitchen.Decider{Model: predict.New(), Rules: h.rules()}
	h.loadLayouts()
	h.reader = h.pictures()
	samples, err := c.samples()
	if err != nil {
		return nil, err
	}
	h.samples = newSampler(samples, h.log.With("room", "samples"))
	h.metrics = newMetrics(h)
	log, err := buffer.Open(buffer.Options{
		Path: filepath.Join(h.Data, logName), Decider: h.decider, BootID: h.bootID,
		Now:     func() kitchen.Stamp { return h.clock() },
		Tick:    h.scaled(h.Alert.RetryInterval),
		MaxSize: int64(h.Log.MaxSize), Keep: h.Log.history(), Prefill: h.prefill,
		Probe:     h.probe,
		Committed: h.afterCommit,
		Timing:    h.metrics.committed,
		Log:       h.log.With("room", "log"),
	})
	if err != nil {
		return nil, err
	}
	if err := h.decider.Unlearned; err != nil {
		h.log.Warn("the forecast learns this kitchen anew", "error", err)
	}
	if old := log.Replaced(); old.Renewed {
		h.log.Info("the log goes on where a backup ended", "why", old.Why, "events", old.Salvaged)
	} else if old.Why != "" {
		h.log.Error("the log had to begin anew", "why", old.Why)
		h.metrics.salvaged.Add(float64(old.Salvaged))
	}
	if len(c.MQTT.Brokers) == 0 {
		log.Forget(followerName) // or what it never reads could never go
	} else {
		log.Remember(followerName) // or what it has not read yet could go
	}
	h.buffer = log
	if err := h.openTexts(h.decider.State.Templates); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	h.clock = h.now(log.Boot())
	h.began = h.clock().At
	h.clocks.show(h.decider.State.Clocks)
	h.outbox.newest.Store(h.decider.State.Sequence)
	h.door = h.openDoor(h.verificationTime())
	h.view.show(h.decider.Board(h.clock()))
	h.worth.Store(h.decider.Worth())
	h.keeper = sensors.NewKeeper(h.append, 0, h.log.With("room", "log"))
	h.keeper.OnChange = func(bool) { h.view.ring() }
	return h, nil
}

// makeData makes the folder of the log.
func makeData(dir string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("make the data folder: %w; name one that can be written with data = \"…\"", err)
	}
	return nil
}

// mayWrite adds to what ended the daemon how it may write to its data folder.
func mayWrite(dir string, err error) error {
	_, missing := os.Stat(dir)
	switch {
	case missing != nil: // makeData has said what to do
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w; the daemon must own its data: sudo chown -R %d:%d %s", err, os.Geteuid(), os.Getegid(), dir)
	case errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w; see dmesg whether the card is read-only now; if it is not, allow the service to write there: "+
			"sudo systemctl edit readyshelf, [Service] ReadWritePaths=%s", err, dir)
	}
	return err
}

// append is the log's Append for those who hold what it does not take. What it
// never will take must not stand in the way of the rest, so it is looked for one
// by one and dropped.
func (h *house) append(ctx context.Context, facts ...kitchen.Event) error {
	err := h.buffer.Append(ctx, facts...)
	if !errors.Is(err, buffer.ErrRefused) {
		return err
	}
	if len(facts) == 1 {
		h.log.Error("a fact was dropped: the log can never take it", "source", facts[0].Source, "error", err)
		return nil
	}
	for _, f := range facts {
		if err := h.append(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// afterCommit runs in the log's writer: what is shown is what is on disk.
func (h *house) afterCommit(events []kitchen.Event) {
	b := h.decider.Board(h.clock())
	h.clocks.show(h.decider.State.Clocks)
	h.outbox.newest.Store(h.decider.State.Sequence)
	h.retold(events) // before somebody reads that it was done
	h.view.show(b)
	h.worth.Store(h.decider.Worth())
	h.replies.deliver(events)
	h.metrics.count(events, h.clock())
	if h.committed != nil {
		h.committed(events, b)
	}
}

// started appends the fact that the daemon started, what became of an older log that it
// had to leave behind, and the end of faults whose devices are no longer configured.
func (h *house) started(ctx context.Context, sources []sensors.Source) {
	start := h.clock().Fact("daemon")
	start.Started = &kitchen.Started{Version: h.version}
	facts := []kitchen.Event{start}
	for _, f := range h.view.get().Faults {
		device, _ := kitchen.SplitFault(f.Device)
		if device == textsName && h.wording.refused != nil {
			continue
		}
		if device != layoutsName && !slices.ContainsFunc(sources, func(s sensors.Source) bool { return s.Name == device }) {
			gone := h.clock().Fact(f.Device)
			gone.Recovered = &kitchen.Recovered{Device: f.Device}
			facts = append(facts, gone)
		}
	}
	if f := h.textsRefused(); f != nil {
		e := h.clock().Fact(textsName)
		e.Fault = f
		facts = append(facts, e)
	}
	facts = append(facts, replaced(h.clock(), h.buffer.Replaced())...)
	if err := h.keeper.Emit(ctx, facts...); err != nil {
		h.log.Error("the start was not logged", "error", err)
	}
}

// replaced returns the facts that tell of an older log which had to be left behind: what
// is missing of it, and that somebody must look.
func replaced(now kitchen.Stamp, old buffer.Replacement) []kitchen.Event {
	if old.Why == "" {
		return nil
	}
	var facts []kitchen.Event
	for _, g := range old.Gaps {
		gap := now.Fact(buffer.LogDevice)
		gap.Gap = &g
		facts = append(facts, gap)
	}
	if old.Renewed {
		return facts
	}
	fault := now.Fact(buffer.LogDevice)
	fault.Fault = &kitchen.Fault{
		Device: buffer.LogDevice, Text: old.Why,
		Remedy: "replace the card or disk soon, it has lost data; keep the old file, readyshelf log salvage reads it",
	}
	return append(facts, fault)
}

// rules are the settings that the kitchen decides by.
func (c *Config) rules() kitchen.Rules {
	return kitchen.Rules{
		Window: c.Alert.PredictionWindow, Threshold: float64(c.Alert.ConfidenceThreshold),
		Auto: c.Alert.ConfidenceThreshold == 0, FoodWaitPrice: float64(c.Alert.FoodWaitPrice), CourierTravel: c.Alert.CourierTravel,
		WaitingAfter: c.Alert.WaitingAfter, DefaultPromise: c.Alert.DefaultPromise,
		Slots: c.Slots(), Assigned: c.SlotMode == "assigned", Printers: c.printerSources(),
		DayStart: c.DayStart.Duration(), Location: c.Timezone,
	}
}

// printerSources are the names under which the printers append.
func (c *Config) printerSources() []string {
	var names []string
	for _, p := range c.Printers {
		names = append(names, "printer/"+p.Name)
	}
	return names
}

// boardJSON is the retained state/board.
func (h *house) boardJSON() []byte {
	b, err := json.Marshal(h.view.get())
	if err != nil {
		h.log.Error("draw the board", "error", err)
	}
	return b
}
