package main

import (
	"context"
	"fmt"
	"time"

	"readyshelf/board"
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
	pages := &board.Server{
		Store: h.Store, Language: h.Language, View: h.view.get, Changed: h.view.wait,
		Health: func() board.Health {
			s := h.health()
			return board.Health{Connected: s.Connected, Cause: s.Cause, Since: s.Since, Waiting: s.Waiting, Acked: s.Acked, Refused: s.Refused}
		},
		Now: func() time.Time { return h.clock().At }, Pace: h.pace, Log: h.log.With("room", "board"),
	}
	if err := serveHTTP(ctx, ln, pages.Handler()); err != nil {
		return fmt.Errorf("serve the kitchen's page: %w", err)
	}
	return nil
}
