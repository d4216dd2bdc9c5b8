package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"readyshelf/board"
	"readyshelf/kitchen"
	"readyshelf/kitchen/texts"
)

// shownSentences are the templates in force, nil where no sentences are sent.
func (h *house) shownSentences() *board.Sentences {
	t := h.wording.now.Load()
	if t == nil {
		return nil
	}
	shipped, err := h.Config.texts(t.Language(), nil)
	if err != nil {
		h.log.Error("the shipped sentences cannot be shown", "error", err)
		return nil
	}
	s := &board.Sentences{Version: t.Version(), Language: t.Language(), Own: kitchen.Templates{}, Shipped: shipped.Templates()}
	for alert, now := range t.Templates() {
		var own kitchen.Sentences
		if now.Courier != s.Shipped[alert].Courier {
			own.Courier = now.Courier
		}
		if now.Customer != s.Shipped[alert].Customer {
			own.Customer = now.Customer
		}
		if own != (kitchen.Sentences{}) {
			s.Own[alert] = own
		}
	}
	return s
}

// drafted are the sentences that a page wants; what is wrong with them stands in said.
func (h *house) drafted(c board.SentencesChange) (t *texts.Texts, said board.SentencesSaid, err error) {
	now := h.wording.now.Load()
	if now == nil {
		return nil, said, board.Refusal{Status: http.StatusConflict, Code: "off", Text: `no sentences are sent: texts.language is "off"`}
	}
	if size := sizeOf(c.Templates); size > maxTemplates {
		return nil, said, board.Refusal{Status: http.StatusRequestEntityTooLarge, Code: codeTooLarge, Text: fmt.Sprintf("the sentences have %d bytes, %d in all at most", size, maxTemplates)}
	}
	t, err = h.Config.texts(now.Language(), map[string]kitchen.Templates{now.Language(): c.Templates})
	var wrong texts.Errors
	if errors.As(err, &wrong) {
		for _, w := range wrong {
			said.Problems = append(said.Problems, board.SettingProblem{Key: string(w.Alert) + "/" + w.Audience, Text: w.Error()})
		}
		return nil, said, nil
	}
	return t, said, err
}

// saySentences puts an example order into the words of templates.
func (h *house) saySentences(c board.SentencesChange) (board.SentencesSaid, error) {
	t, said, err := h.drafted(c)
	if t == nil {
		return said, err
	}
	said.Version, said.Says = t.Version(), kitchen.Templates{}
	for _, e := range exampleAlerts(h.clock()) {
		if s := t.Say(e); s != nil {
			said.Says[e.Alert.Type] = s.Sentences
		}
	}
	return said, nil
}

// exampleAlerts are an alert of each kind, about an order that has all facts.
func exampleAlerts(now kitchen.Stamp) (all []kitchen.Event) {
	now.Clock = kitchen.Synced
	in := func(d time.Duration) *time.Time { t := now.At.Add(d); return &t }
	for alert, reason := range map[kitchen.AlertType]string{
		kitchen.OrderAccepted: "", kitchen.OrderSoon: "", kitchen.OrderETA: "", kitchen.OrderReady: "", kitchen.OrderReadyUndone: "",
		kitchen.OrderLate: "late", kitchen.OrderWaiting: "", kitchen.OrderPickedUp: "", kitchen.OrderCancelled: "cancelled", kitchen.OrderClosed: "expired",
	} {
		e := now.Fact("rule")
		e.Alert = &kitchen.Alert{
			Type: alert, Number: "117", Channel: "meituan", Slot: "A1", Reason: reason,
			Promised: in(20 * time.Minute), ReadyAt: in(0), P50: in(12 * time.Minute), P85: in(17 * time.Minute),
		}
		all = append(all, e)
	}
	return all
}

// tellSentences makes templates the store's own, by the command that the cloud has for it.
func (h *house) tellSentences(ctx context.Context, screen string, c board.SentencesChange) (board.SentencesSaid, error) {
	h.settings.mu.Lock()
	defer h.settings.mu.Unlock()
	t, said, err := h.drafted(c)
	if t == nil {
		return said, err
	}
	if c.Base != h.wording.now.Load().Version() {
		return said, board.ErrChangedMeanwhile
	}
	r, err := h.answer(context.WithoutCancel(ctx), "board/"+screen, kitchen.Command{
		Transaction: c.Transaction, Name: kitchen.CommandTemplates, Language: t.Language(), Templates: c.Templates, Version: t.Version(),
	})
	switch {
	case err != nil:
		return said, board.Refusal{Status: http.StatusServiceUnavailable, Code: codeUnavailable, Text: "the log does not take it now: send it again"}
	case r.Error != "":
		return said, board.Refusal{Status: http.StatusConflict, Code: r.Error, Text: r.Text}
	}
	h.textsMended(ctx)
	said.Version = r.Version
	return said, nil
}
