package main

import (
	"context"
	"encoding/json"
	"time"

	"readyshelf/kitchen"
)

// health is the retained state/health. docs/mqtt/README.md says what each key means.
type health struct {
	Version   string     `json:"version"`
	Board     string     `json:"board,omitempty"` // its serial number
	Twin      string     `json:"twin,omitempty"`  // that of another one which uses our name
	At        time.Time  `json:"at"`
	Clock     string     `json:"clock"`
	Boot      uint32     `json:"boot"`
	Up        int64      `json:"up_s"`
	Connected bool       `json:"connected"`
	Cause     string     `json:"cause,omitempty"`
	Since     *time.Time `json:"since,omitempty"`

	Epoch    string `json:"epoch"`
	Head     uint64 `json:"head"`
	Acked    uint64 `json:"acknowledged"`
	Released uint64 `json:"released"` // the far side has everything up to it for good
	Waiting  uint64 `json:"waiting"`  // alerts that no broker has acknowledged
	Oldest   *int64 `json:"oldest_unsent_s,omitempty"`
	LogBytes int64  `json:"log_bytes"`
	LogMax   int64  `json:"log_max_bytes"`
	NearFull bool   `json:"near_full"`
	Refused  bool   `json:"refused"`        // the log takes nothing
	Held     int    `json:"held,omitempty"` // facts that wait in memory for the log
	Lost     uint64 `json:"damaged,omitempty"`
	// Dropped is what a full log gave up since the start, by class.
	Dropped map[kitchen.Class]uint64 `json:"dropped,omitempty"`

	// Forecast is what the forecasts of the last orders were worth; absent with no order yet.
	Forecast *kitchen.Worth `json:"forecast,omitempty"`

	Faults   int      `json:"faults"`
	DiskFree *int64   `json:"disk_free_bytes,omitempty"`
	Celsius  *float64 `json:"temperature_c,omitempty"`
}

// health measures. It costs some system calls, and a read of the log where
// acknowledgements have passed the oldest alert that was unsent before.
func (h *house) health() health {
	now := h.clock()
	stats, err := h.buffer.Stats()
	if err != nil {
		h.log.Error("measure the log", "error", err)
	}
	out := health{
		Version: h.version, Board: h.board, Twin: h.twin.board(), At: now.At, Clock: string(now.Clock), Boot: now.Boot, Up: int64(now.Up / time.Second),
		Epoch: h.buffer.ID(), Head: stats.Head, Acked: h.buffer.Cursor(followerName), Released: h.buffer.Released(),
		LogBytes: stats.Bytes, LogMax: stats.MaxSize, Refused: h.keeper.Refused(), Held: h.keeper.Held(), Lost: stats.Lost,
		NearFull: stats.NearFull, Dropped: stats.Dropped,
		Faults: len(h.view.get().Faults), Forecast: h.worth.Load(),
	}
	h.healthOfOutbox(&out, now)
	h.healthOfMachine(&out)
	h.link.mu.Lock()
	defer h.link.mu.Unlock()
	out.Connected, out.Cause = h.link.connected, h.link.cause
	if !h.link.since.IsZero() {
		since := h.link.since
		out.Since = &since
	}
	return out
}

func (h *house) healthOfOutbox(out *health, now kitchen.Stamp) {
	if len(h.MQTT.Brokers) == 0 {
		return
	}
	unsent, err := h.outbox.look(h.buffer)
	if err != nil {
		h.log.Error("look for the oldest unsent alert", "error", err)
		return
	}
	out.Waiting = unsent.alerts
	if age, ok := h.clocks.since(unsent.oldest, now); ok && unsent.alerts > 0 {
		seconds := int64(max(age, 0) / time.Second)
		out.Oldest = &seconds
	}
}

func (h *house) healthOfMachine(out *health) {
	if h.vitals != nil {
		v := h.vitals()
		out.DiskFree, out.Celsius = v.diskFree, v.celsius
	}
}

func (h *house) healthJSON() []byte {
	b, err := json.Marshal(h.health())
	if err != nil {
		h.log.Error("write the health state", "error", err)
	}
	return b
}

// healthLook is how often to look whether the health changed: so often it is
// published at most.
const healthLook = 10 * time.Second

// condition is what of the health is worth a message when it changes.
type condition struct {
	faults, twin  string
	full, refused bool
	dropped, lost uint64
	clock         string
}

func (h *house) condition() condition {
	s := h.health()
	c := condition{twin: s.Twin, full: s.NearFull, refused: s.Refused, lost: s.Lost, clock: s.Clock}
	for _, n := range s.Dropped {
		c.dropped += n
	}
	for _, f := range h.view.get().Faults {
		c.faults += f.Device + "\n"
	}
	return c
}

// watchHealth tells the uplink that the health changed, until ctx ends. The
// connection is not looked at: the uplink begins each with the health.
func (h *house) watchHealth(ctx context.Context, changed chan<- struct{}) {
	t := time.NewTicker(healthLook)
	defer t.Stop()
	for told := h.condition(); ; {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if now := h.condition(); now != told {
			told = now
			select {
			case changed <- struct{}{}:
			default:
			}
		}
	}
}

// vitals is how the machine does; nil is what nobody knows.
type vitals struct {
	diskFree *int64 // bytes, where the data folder is
	celsius  *float64
}
