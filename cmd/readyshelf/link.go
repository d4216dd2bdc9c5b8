package main

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"readyshelf/buffer"
	"readyshelf/kitchen"
	"readyshelf/sync/uplink"
)

// followerName is the uplink's cursor in the log.
const followerName = "uplink"

// linkState is what is known of the way to the cloud.
type linkState struct {
	mu        sync.Mutex
	connected bool
	cause     string
	since     time.Time
	sent      atomic.Uint64 // the last alert that this connection was handed; 0 without one
}

// set notes how it is at a moment. One more try that fails is no new state: it began with
// the first.
func (l *linkState) set(at time.Time, connected bool, cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if connected != l.connected || l.since.IsZero() {
		l.since = at
	}
	l.connected, l.cause = connected, ""
	if !connected {
		l.sent.Store(0)
	}
	if cause != nil {
		l.cause = cause.Error()
	}
}

// ship runs the uplink until ctx ends.
func (h *house) ship(ctx context.Context) error {
	secure, err := h.MQTT.tls(h.verificationTime())
	if err != nil {
		return err
	}
	changed, healthChanged := make(chan struct{}, 1), make(chan struct{}, 1)
	u := &uplink.Uplink{
		Config: uplink.Config{
			Topic: h.MQTT.Topic, Store: h.Store, Device: h.device,
			Username: cmp.Or(h.MQTT.Username, h.MQTT.OAuth2.ClientID), Password: h.MQTT.password(), TLS: secure,
			Window: h.MQTT.Window, MaxRate: h.MQTT.MaxRate, Dial: h.dial,
		},
		Epoch: h.buffer.ID(), Version: h.version, Now: h.clock,
		Follow: h.follow, Correct: h.clocks.correct, Sent: h.sent, Acked: h.metrics.acked,
		Say:    h.wording.say,
		Resend: h.resend, Read: h.buffer.Read, SetAside: h.setAside,
		Board: h.boardJSON, BoardChanged: changed, Health: h.healthJSON, HealthChanged: healthChanged,
		OnState: func(connected bool, cause error) {
			h.link.set(h.clock().At, connected, cause)
			h.metrics.linked(connected, cause)
			h.view.ring()
		},
		Twin: h.hearTwin,
		Log:  h.log.With("room", "uplink"), Rand: h.random,
	}
	if h.MQTT.OAuth2.TokenURL != "" {
		token, err := newTokens(h.MQTT, secure)
		if err != nil {
			return err
		}
		defer token.client.CloseIdleConnections()
		u.Password, u.Refused = token.password, token.forget
	}
	if len(h.MQTT.Commands) > 0 {
		u.Command = h.command
	}
	for _, b := range h.MQTT.Brokers {
		u.Brokers = append(u.Brokers, b.String())
	}
	ctx, cancel := context.WithCancel(ctx)
	var announcing sync.WaitGroup
	announcing.Go(func() { h.announce(ctx, changed) })
	announcing.Go(func() { h.watchHealth(ctx, healthChanged) })
	announcing.Go(func() { h.watchTwin(ctx) })
	defer announcing.Wait()
	defer cancel()
	return u.Run(ctx)
}

// follow is the log as the uplink sees it: its cursor also drives the lights.
func (h *house) follow(ctx context.Context, fn func([]kitchen.Event, func(uint64)) error) error {
	return h.buffer.Follow(ctx, followerName, func(batch []kitchen.Event, ack func(uint64)) error {
		return fn(batch, func(seq uint64) {
			ack(seq)
			h.view.ring()
		})
	})
}

// sent keeps how far the connection was handed alerts. Of a backlog only the first one
// rings the bell: the acknowledgements do, from then on.
func (h *house) sent(seq uint64) {
	before := h.link.sent.Swap(seq)
	if before <= h.buffer.Cursor(followerName) {
		h.view.ring()
	}
}

// setAside keeps that the broker never gets an alert: a gap that the cloud is told. In
// a full log that alert may be what all room waits for, so there the gap waits.
func (h *house) setAside(ctx context.Context, seq uint64, cause error) error {
	h.log.Error("an alert is set aside: the broker hangs up whenever it is published; readyshelf log shows it", "seq", seq, "error", cause)
	gap := h.clock().Fact("uplink")
	gap.Gap = &kitchen.Gap{From: seq, To: seq, Class: "refused", Reason: "the broker hangs up whenever this is published", Events: 1, Alerts: 1}
	err := h.buffer.Append(ctx, gap)
	if errors.Is(err, buffer.ErrFull) {
		return h.keeper.Emit(ctx, gap)
	}
	return err
}

// announce tells the uplink that the board changed. Acknowledgements ring the
// same bell, and they must not: the board they cause would cause the next.
func (h *house) announce(ctx context.Context, changed chan<- struct{}) {
	var told uint64
	for {
		rung := h.view.wait()
		if seq := h.view.get().Seq; seq != told {
			told = seq
			select {
			case changed <- struct{}{}:
			default:
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-rung:
		}
	}
}
