package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

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
}

func (l *linkState) set(at time.Time, connected bool, cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.connected, l.since, l.cause = connected, at, ""
	if cause != nil {
		l.cause = cause.Error()
	}
}

// ship runs the uplink until ctx ends.
func (h *house) ship(ctx context.Context) error {
	secure, err := h.MQTT.tls()
	if err != nil {
		return err
	}
	changed := make(chan struct{}, 1)
	u := &uplink.Uplink{
		Config: uplink.Config{
			Topic: h.MQTT.Topic, Store: h.Store, Device: h.deviceName(),
			Username: h.MQTT.Username, Password: h.MQTT.password(), TLS: secure,
			Window: h.MQTT.Window, MaxRate: h.MQTT.MaxRate, Dial: h.dial,
		},
		Epoch: h.buffer.ID(), Version: h.version, Now: h.clock,
		Follow: h.follow,
		Board:  h.boardJSON, BoardChanged: changed, Health: h.healthJSON,
		OnState: func(connected bool, cause error) {
			h.link.set(h.clock().At, connected, cause)
			h.view.ring()
		},
		Log: h.log.With("room", "uplink"), Rand: h.random,
	}
	for _, b := range h.MQTT.Brokers {
		u.Brokers = append(u.Brokers, b.String())
	}
	ctx, cancel := context.WithCancel(ctx)
	var announcing sync.WaitGroup
	announcing.Go(func() { h.announce(ctx, changed) })
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

// deviceName is how the cloud knows this box.
func (h *house) deviceName() string {
	if h.Device != "" {
		return h.Device
	}
	return h.device
}

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

// password reads the password anew at each connect, so that a changed secret
// needs no restart.
func (m *MQTTConfig) password() func() (string, error) {
	if m.PasswordFile == "" {
		return nil
	}
	return func() (string, error) {
		b, err := os.ReadFile(m.PasswordFile)
		if err != nil {
			return "", fmt.Errorf("read mqtt.password_file: %w", err)
		}
		return strings.TrimRight(string(b), "\r\n"), nil
	}
}

// tls builds the settings for brokers that need TLS.
func (m *MQTTConfig) tls() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: m.ServerName}
	if m.CAFile != "" {
		pem, err := os.ReadFile(m.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read mqtt.ca_file: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("mqtt.ca_file: " + m.CAFile + " holds no PEM certificate")
		}
	}
	if m.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(m.CertFile, m.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("read mqtt.cert_file and mqtt.key_file: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	if m.ALPN != "" {
		c.NextProtos = []string{m.ALPN}
	}
	return c, nil
}
