package main

import (
	"context"
	"encoding/json"

	"readyshelf/kitchen"
	"readyshelf/sync/uplink"
)

// commandPing says that somebody is there, and who.
func (h *house) commandPing(_ context.Context, c call) (any, error) {
	if err := arguments(c.body, new(request)); err != nil {
		return nil, err
	}
	now := h.clock()
	return struct {
		Version string `json:"version"`
		Time    string `json:"time"`
		Clock   string `json:"clock"`
		Up      int64  `json:"up_s"` // seconds since the boot
		Head    uint64 `json:"head"`
		Epoch   string `json:"epoch"`
	}{
		h.version, now.At.Format(uplink.TimeLayout), string(now.Clock),
		int64(now.Up.Seconds()), h.buffer.Head(), h.buffer.ID(),
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
	running := *h.inForce()
	running.Device = h.device
	return running.keys(), nil
}

// otherLog refuses what is about a log that is not this one.
var otherLog = refusal{kitchen.CodeConflict, "this log is another one: its id is the epoch"}

// released is the data of a reply to ack.
type released struct {
	Seq uint64 `json:"released"` // what the log holds for acknowledged for good
}

// commandAck says how far the back end has everything for good.
func (h *house) commandAck(_ context.Context, c call) (any, error) {
	var args struct {
		request
		LogID string  `json:"log_id"`
		Seq   *uint64 `json:"seq"`
	}
	if err := arguments(c.body, &args); err != nil {
		return nil, err
	}
	switch {
	case args.LogID == "" || args.Seq == nil:
		return nil, refusal{codeMalformed, "log_id and seq: as they stand in the id of an event"}
	case args.LogID != h.buffer.ID():
		return nil, otherLog
	case *args.Seq > h.buffer.Head():
		return nil, refusal{kitchen.CodeConflict, "no event has this number yet"}
	}
	h.buffer.Release(*args.Seq)
	return released{h.buffer.Released()}, nil
}

// resent is the data of a reply to resend: what goes out again, as far as it is there.
type resent struct {
	From   uint64 `json:"from"`
	To     uint64 `json:"to"`
	Alerts uint64 `json:"alerts"`
}

// commandResend sends alerts again that a broker has acknowledged already. What none
// has is on its way, and must not overtake what is before it.
func (h *house) commandResend(ctx context.Context, c call) (any, error) {
	var args struct {
		request
		LogID string `json:"log_id"`
		From  uint64 `json:"from"`
		To    uint64 `json:"to"`
	}
	if err := arguments(c.body, &args); err != nil {
		return nil, err
	}
	switch {
	case args.From < 1 || args.To < args.From:
		return nil, refusal{codeMalformed, "from and to: the numbers of two events, as they stand in their ids"}
	case args.LogID != "" && args.LogID != h.buffer.ID():
		return nil, otherLog
	}
	out := resent{From: args.From, To: min(args.To, h.buffer.Cursor(followerName))}
	origin := uplink.Origin{}
	err := h.buffer.Read(ctx, out.From, out.To, func(batch []kitchen.Event) error {
		for _, e := range batch {
			if _, _, alert := origin.Of(e); alert {
				out.Alerts++
			}
		}
		return nil
	})
	if err != nil || out.Alerts == 0 {
		return out, err
	}
	select {
	case h.resend <- uplink.Range{From: out.From, To: out.To}:
		return out, nil
	default:
		return nil, refusal{kitchen.CodeBusy, "others are being sent again: try again later"}
	}
}
