package uplink

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync/atomic"
	"time"
)

// Timeouts of a connection. A dead idle link is seen within keepAlive, a tick
// of a quarter of it, and pingTimeout.
const (
	connectTimeout = 5 * time.Second // TCP, TLS and CONNACK together
	writeTimeout   = 5 * time.Second
	keepAlive      = 5 * time.Second
	pingTimeout    = 3 * time.Second
)

// conn is a connection as paho needs it. It bounds every write: paho's own
// bound misses the ping, which waits without end behind a stuck publish. It reads
// through a buffer: paho reads a PUBACK in three pieces. It keeps from paho what is too
// long for us. And what paho writes
// between hold and release goes out together.
type conn struct {
	net.Conn          // TLS, if any
	raw      net.Conn // below TLS, or the same
	r        packetReader

	// held says that a release will come, so that nothing need go out yet.
	held atomic.Bool
	// turn holds one token: one write at a time, so that the deadline is its own.
	// A mutex would stop a synctest bubble's clock.
	turn chan struct{}
	w    *bufio.Writer // of the holder of turn
}

// writeBuffer is about 25 alerts, and one record of TLS at most.
const writeBuffer = 16 << 10

// errHungUp is what reads say after Close. The error that net gives is one that
// paho keeps to itself, and then it never notices.
var errHungUp = errors.New("hung up")

// Read is called by one goroutine only.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	if errors.Is(err, net.ErrClosed) {
		err = errHungUp
	}
	return n, err
}

// hold lets the buffer take what is written from now on, for as long as it fits.
func (c *conn) hold() { c.held.Store(true) }

// release writes what was held.
func (c *conn) release() {
	c.held.Store(false)
	c.turn <- struct{}{}
	defer func() { <-c.turn }()
	_ = c.bounded(c.w.Flush) // the connection ends with it
}

// Write fails after writeTimeout, and the connection with it.
func (c *conn) Write(b []byte) (n int, err error) {
	c.turn <- struct{}{}
	defer func() { <-c.turn }()
	err = c.bounded(func() error {
		if n, err = c.w.Write(b); err != nil || c.held.Load() {
			return err
		}
		return c.w.Flush()
	})
	return n, err
}

// bounded writes within writeTimeout; else that was the end of the connection.
func (c *conn) bounded(write func() error) error {
	if err := c.Conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return fmt.Errorf("set the deadline of a write: %w", err)
	}
	err := write()
	if err != nil {
		c.raw.Close()
	}
	return err
}

// Close skips TLS's goodbye, which can wait 5 s at a dead link. MQTT has its own.
func (c *conn) Close() error { return c.raw.Close() }

// SetDeadline sets that of reads; writes have their own.
func (c *conn) SetDeadline(t time.Time) error { return c.Conn.SetReadDeadline(t) }

// SetWriteDeadline does nothing; writes have their own.
func (c *conn) SetWriteDeadline(time.Time) error { return nil }

// open connects to broker, up to and including TLS.
func (c *Config) open(ctx context.Context, broker *url.URL) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if overHTTP(broker.Scheme) {
		return c.openWebsocket(ctx, broker)
	}
	raw, err := c.dial(ctx, "tcp", broker.Host)
	if err != nil {
		return nil, err
	}
	if !secure(broker.Scheme) {
		return wrap(raw, raw), nil
	}
	t := tls.Client(raw, c.tls(broker))
	if err := t.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, fmt.Errorf("%w: %w", errTLS, err)
	}
	return wrap(t, raw), nil
}

// dial opens the connection under everything.
func (c *Config) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if c.Dial != nil {
		return c.Dial(ctx, network, addr)
	}
	return new(net.Dialer).DialContext(ctx, network, addr)
}

func wrap(c, raw net.Conn) *conn {
	return &conn{
		Conn: c, raw: raw, r: packetReader{r: bufio.NewReader(c)},
		turn: make(chan struct{}, 1), w: bufio.NewWriterSize(c, writeBuffer),
	}
}

// tls returns the TLS configuration for broker.
func (c *Config) tls(broker *url.URL) *tls.Config {
	t := c.TLS.Clone()
	if t == nil {
		t = &tls.Config{}
	}
	t.MinVersion = max(t.MinVersion, tls.VersionTLS12)
	if t.ServerName == "" {
		t.ServerName = broker.Hostname()
	}
	return t
}
