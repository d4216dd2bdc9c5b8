package main

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
)

// Where clients look for a broker, and browsers for the board.
const (
	usualPort = "127.0.0.1:1883"
	usualPage = "127.0.0.1:8080"
)

// listenNear listens on addr, or on any free port of this machine if that is taken.
func listenNear(addr string) (net.Listener, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		ln, err = net.Listen("tcp", "127.0.0.1:0")
	}
	return ln, err
}

// embeddedBroker starts a broker on loopback, at the usual port if that is free.
// It is for the demo only: it acknowledges before it has routed a message.
func embeddedBroker() (*url.URL, func(), error) {
	ln, err := listenNear(usualPort)
	if err != nil {
		return nil, nil, fmt.Errorf("start the demo's broker: %w", err)
	}
	server := mochi.New(&mochi.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err := server.AddHook(new(auth.AllowHook), nil); err != nil {
		return nil, nil, fmt.Errorf("start the demo's broker: %w", err)
	}
	if err := server.AddListener(listeners.NewNet("demo", ln)); err != nil {
		return nil, nil, fmt.Errorf("start the demo's broker: %w", err)
	}
	if err := server.Serve(); err != nil {
		return nil, nil, fmt.Errorf("start the demo's broker: %w", err)
	}
	return &url.URL{Scheme: "tcp", Host: ln.Addr().String()}, func() { server.Close() }, nil
}
