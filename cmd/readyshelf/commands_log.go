package main

import (
	"context"
	"encoding/json"
	"math"

	"readyshelf/sync/uplink"
)

// commandPing says that somebody is there, and who.
func (h *house) commandPing(_ context.Context, c call) (any, error) {
	if err := arguments(c.body, new(request)); err != nil {
		return nil, err
	}
	now := h.clock()
	return struct {
		Version string  `json:"version"`
		Time    string  `json:"time"`
		Clock   string  `json:"clock"`
		Up      float64 `json:"up"` // seconds since the boot
		Head    uint64  `json:"head"`
		Epoch   string  `json:"epoch"`
	}{
		h.version, now.At.Format(uplink.TimeLayout), string(now.Clock),
		math.Round(now.Up.Seconds()*1000) / 1000, h.buffer.Head(), h.buffer.ID(),
	}, nil
}

// commandHealth is state/health, asked for.
func (h *house) commandHealth(_ context.Context, c call) (any, error) {
	if err := arguments(c.body, new(request)); err != nil {
		return nil, err
	}
	return json.RawMessage(h.healthJSON()), nil
}

// commandConfig is the configuration as it is in force.
func (h *house) commandConfig(_ context.Context, c call) (any, error) {
	if err := arguments(c.body, new(request)); err != nil {
		return nil, err
	}
	running := h.Config
	running.Device = h.deviceName()
	return running.keys(), nil
}
