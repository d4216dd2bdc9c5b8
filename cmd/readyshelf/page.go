package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"time"

	"readyshelf/board"
	"readyshelf/device"
	"readyshelf/kitchen"
)

// servePage serves the kitchen's page until ctx ends.
func (h *house) servePage(ctx context.Context) error {
	if h.Board.Listen == "" {
		return nil
	}
	ln, secure := h.openPage(ctx)
	if ln == nil {
		return nil
	}
	pages := &board.Server{
		Store: h.title(), Language: h.Language, View: h.view.get, Changed: h.view.wait,
		Health: h.boardHealth, Do: h.touched, Day: h.days().day,
		Now: func() time.Time { return h.clock().At }, Pace: h.pace, Log: h.log.With("room", "board"),
		Stations: h.Board.stations(), Door: h.door, Names: h.Board.names(), Devices: h.pageDevices(), Settings: h.pageSettings(),
	}
	if h.Board.Theme != "" {
		var err error
		if pages.Theme, err = board.ReadTheme(os.DirFS(h.Board.Theme)); err != nil {
			h.log.Warn("the theme is not used as it is", "folder", h.Board.Theme, "error", err)
		}
	}
	server := pages.HTTP()
	h.settings.drawnBy(pages.Redraw)
	server.TLSConfig = secure
	ln = board.Limit(ln)
	if secure != nil {
		ln = pages.Secured(ln)
	}
	if err := serve(ctx, ln, server); err != nil {
		return fmt.Errorf("serve the kitchen's page: %w", err)
	}
	return nil
}

// pageAgain is how long after the kitchen's page could not be opened it is tried again.
const pageAgain = 10 * time.Second

// openPage opens the kitchen's page, as soon as that can be done: at boot the network may
// come later, and a certificate may be mended. The listener is nil where ctx ended first.
func (h *house) openPage(ctx context.Context) (net.Listener, *tls.Config) {
	log, said := h.log.With("room", "board"), ""
	for {
		ln, secure, err := h.tryPage()
		if err == nil {
			if said != "" {
				log.Info("the kitchen has its page", "at", ln.Addr().String())
			}
			return ln, secure
		}
		if why := err.Error(); why != said {
			said = why
			log.Error("no page for the kitchen; it is tried again and again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil, nil
		case <-time.After(pageAgain):
		}
	}
}

// tryPage opens it once.
func (h *house) tryPage() (net.Listener, *tls.Config, error) {
	secure, err := h.certificate()
	if err != nil {
		return nil, nil, err
	}
	ln, err := h.listen(h.Board.Listen)
	if err != nil {
		return nil, nil, err
	}
	if err := device.EndVanished(ln); err != nil {
		ln.Close()
		return nil, nil, err
	}
	return ln, secure, nil
}

// stations are those of the pages.
func (c *BoardConfig) stations() (all []board.Station) {
	for _, s := range c.Stations {
		all = append(all, board.Station(s))
	}
	return all
}

// boardHealth is the health as the pages show it.
func (h *house) boardHealth() board.Health {
	s := h.health()
	return board.Health{
		Connected: s.Connected, Cause: s.Cause, Since: s.Since, Waiting: s.Waiting, Refused: s.Refused,
		Alone: len(h.MQTT.Brokers) == 0, Sent: max(h.link.sent.Load(), s.Acked), Acked: s.Acked,
	}
}

// touched does what a person at a screen asks of the kitchen.
func (h *house) touched(ctx context.Context, screen string, c kitchen.Command) (kitchen.Reply, error) {
	return h.answer(ctx, "board/"+screen, c)
}
