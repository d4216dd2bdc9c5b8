package main

import (
	"encoding/json"
	"time"
)

// health is the retained state/health.
type health struct {
	Version   string     `json:"version"`
	At        time.Time  `json:"at"`
	Clock     string     `json:"clock"`
	Connected bool       `json:"connected"`
	Cause     string     `json:"cause,omitempty"`
	Since     *time.Time `json:"since,omitempty"`
	Epoch     string     `json:"epoch"`
	Head      uint64     `json:"head"`
	Acked     uint64     `json:"acknowledged"`
	Waiting   uint64     `json:"waiting"` // events that the broker has not acknowledged
	LogBytes  int64      `json:"log_bytes"`
	Refused   bool       `json:"refused"` // the log takes nothing
	Faults    int        `json:"faults"`
}

func (h *house) health() health {
	now := h.clock()
	stats, err := h.buffer.Stats()
	if err != nil {
		h.log.Error("measure the log", "error", err)
	}
	head, acked := h.buffer.Head(), h.buffer.Cursor(followerName)
	out := health{
		Version: h.version, At: now.At, Clock: string(now.Clock), Epoch: h.buffer.ID(),
		Head: head, Acked: acked, Waiting: head - min(head, acked),
		LogBytes: stats.Bytes, Refused: h.keeper.Refused(), Faults: len(h.view.get().Faults),
	}
	h.link.mu.Lock()
	defer h.link.mu.Unlock()
	out.Connected, out.Cause = h.link.connected, h.link.cause
	if !h.link.since.IsZero() {
		since := h.link.since
		out.Since = &since
	}
	return out
}

func (h *house) healthJSON() []byte {
	b, err := json.Marshal(h.health())
	if err != nil {
		h.log.Error("write the health state", "error", err)
	}
	return b
}
