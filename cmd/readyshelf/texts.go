package main

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"

	"readyshelf/kitchen"
	"readyshelf/kitchen/texts"
)

// textsName is the fault that the store's own sentences are refused.
const textsName = "texts"

const textsRemedy = "send them anew by the command templates.set, or an empty set of them; the shipped sentences are sent meanwhile"

// wording is the sentences that alerts are sent with.
type wording struct {
	now atomic.Pointer[texts.Texts] // nil where none are sent
	// refused is why the store's own are not used, set before the daemon runs.
	refused error
}

// say puts an alert into words.
func (s *wording) say(e kitchen.Event) *kitchen.Texts {
	if t := s.now.Load(); t != nil {
		return t.Say(e)
	}
	return nil
}

// textsLanguage is the language of the sentences, textsOff for none. A language that the
// pages have and the sentences have not is English there.
func (c *Config) textsLanguage() string {
	if c.Texts.Language == "" && !slices.Contains(texts.Languages(), c.Language) {
		return "en"
	}
	return cmp.Or(c.Texts.Language, c.Language)
}

// textsOff as a language sends no sentences.
const textsOff = "off"

// texts are the sentences in a language with the store's own.
func (c *Config) texts(language string, own map[string]kitchen.Templates) (*texts.Texts, error) {
	return texts.Load(language, c.Timezone, own[language])
}

// openTexts takes in the sentences at the start. Those that this version cannot say any
// more leave the shipped ones.
func (h *house) openTexts(own map[string]kitchen.Templates) error {
	t, refused, err := h.wordsOf(own)
	if err != nil {
		return err
	}
	h.wording.refused = refused
	h.wording.now.Store(t)
	return nil
}

// wordsOf are the sentences that are to be sent, nil for none, and why the store's own are
// not among them.
func (h *house) wordsOf(own map[string]kitchen.Templates) (t *texts.Texts, refused, err error) {
	language := h.textsLanguage()
	if language == textsOff {
		return nil, nil, nil
	}
	if t, refused = h.Config.texts(language, own); refused != nil {
		h.log.Error("the store's own sentences are refused, the shipped ones are sent", "error", refused, "remedy", textsRemedy)
		t, err = h.Config.texts(language, nil)
	}
	return t, refused, err
}

// retold takes in what a commit changed of the sentences, in the log's writer. The
// command has tried them before, so an error leaves those that were.
func (h *house) retold(events []kitchen.Event) {
	language := h.textsLanguage()
	changed := slices.ContainsFunc(events, func(e kitchen.Event) bool {
		return e.Command != nil && e.Command.Name == kitchen.CommandTemplates && e.Command.Language == language
	})
	if !changed || language == textsOff {
		return
	}
	t, err := h.Config.texts(language, h.decider.State.Templates)
	if err != nil {
		h.log.Error("the new sentences are refused, those before stay", "error", err)
		return
	}
	if old := h.wording.now.Swap(t); old.Version() != t.Version() {
		h.log.Info("the sentences are others", "version", t.Version(), "before", old.Version())
	}
}

// textsRefused is the fault that the store's own sentences are refused, nil if not.
func (h *house) textsRefused() *kitchen.Fault {
	if h.wording.refused == nil {
		return nil
	}
	return &kitchen.Fault{Device: textsName, Text: "the store's own sentences are refused by this version", Remedy: textsRemedy}
}

// textsMended ends the fault, once good sentences came.
func (h *house) textsMended(ctx context.Context) {
	if !slices.ContainsFunc(h.view.get().Faults, func(f kitchen.BoardFault) bool { return f.Device == textsName }) {
		return
	}
	e := h.clock().Fact(textsName)
	e.Recovered = &kitchen.Recovered{Device: textsName}
	if err := h.keeper.Emit(ctx, e); err != nil {
		h.log.Error("that the sentences are good was not logged", "error", err)
	}
}
