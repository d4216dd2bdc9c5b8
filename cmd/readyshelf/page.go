package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"readyshelf/board"
	"readyshelf/kitchen"
)

// servePage serves the kitchen's page until ctx ends.
func (h *house) servePage(ctx context.Context) error {
	if h.Board.Listen == "" {
		return nil
	}
	ln, err := h.listen(h.Board.Listen)
	if err != nil {
		h.log.Error("no page for the kitchen; name another port with [board] listen", "error", err)
		return nil
	}
	secure, err := h.certificate()
	if err != nil {
		ln.Close()
		h.log.Error("no page for the kitchen", "error", err)
		return nil
	}
	pages := &board.Server{
		Store: h.title(), Language: h.Language, View: h.view.get, Changed: h.view.wait,
		Health: h.boardHealth, Do: h.touched, Day: h.days().day,
		Now: func() time.Time { return h.clock().At }, Pace: h.pace, Log: h.log.With("room", "board"),
		Door: h.door, Names: h.Board.names(), Devices: h.pageDevices(), Settings: h.pageSettings(),
	}
	if h.Board.Theme != "" {
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
