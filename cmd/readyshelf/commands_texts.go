package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"readyshelf/kitchen"
	"readyshelf/kitchen/texts"
)

// maxTemplates bounds the templates of a language, in bytes: they are one event of the
// log, and stand in each of its checkpoints.
const maxTemplates = 16 << 10

// worded is the data of a reply about sentences.
type worded struct {
	Version   string            `json:"version"`
	Language  string            `json:"language,omitempty"`
	Templates kitchen.Templates `json:"templates,omitempty"`
}

// commandTemplates replaces the store's own sentences in a language. They are tried here,
// with all the facts that alerts can have, so that the log gets no bad ones.
func (h *house) commandTemplates(ctx context.Context, c call) (any, error) {
	set, err := c.templates(h.inForce())
	if err != nil {
		return nil, err
	}
	data, err := h.decide(ctx, set)
	if err == nil && set.Language == h.textsLanguage() {
		h.textsMended(ctx)
	}
	return data, err
}

// commandTemplatesGet is the sentences as they are in force.
func (h *house) commandTemplatesGet(_ context.Context, c call) (any, error) {
	if err := arguments(c.body, new(request)); err != nil {
		return nil, err
	}
	t := h.wording.now.Load()
	if t == nil {
		return nil, refusal{kitchen.CodeConflict, `no sentences are sent: texts.language is "off"`}
	}
	return worded{t.Version(), t.Language(), t.Templates()}, nil
}

// templates reads a templates.set.
func (c call) templates(conf *Config) (kitchen.Command, error) {
	var none kitchen.Command
	var args struct {
		request
		Language  string             `json:"language"`
		Templates *kitchen.Templates `json:"templates"`
	}
	if err := arguments(c.body, &args); err != nil {
		return none, err
	}
	args.Language = cmp.Or(args.Language, conf.textsLanguage())
	switch {
	case args.Templates == nil:
		return none, refusal{codeMalformed, "templates: an object with an alert's name and its sentences; {} for those that are shipped"}
	case !slices.Contains(texts.Languages(), args.Language):
		return none, refusal{codeMalformed, "language: one of " + strings.Join(texts.Languages(), ", ")}
	}
	if sizeOf(*args.Templates) > maxTemplates {
		return none, refusal{codeTooLarge, fmt.Sprintf("templates: %d bytes in all at most", maxTemplates)}
	}
	t, err := conf.texts(args.Language, map[string]kitchen.Templates{args.Language: *args.Templates})
	if err != nil {
		return none, refusal{codeMalformed, "templates: " + whatIsRefused(err)}
	}
	return kitchen.Command{
		Transaction: c.transaction, Name: c.name, Language: args.Language, Templates: *args.Templates, Version: t.Version(),
	}, nil
}

// sizeOf is how much templates are, in bytes.
func sizeOf(t kitchen.Templates) (size int) {
	for alert, s := range t {
		size += len(alert) + len(s.Courier) + len(s.Customer)
	}
	return size
}

// maxRefused is how many templates a reply says are wrong.
const maxRefused = 5

// whatIsRefused is what is wrong with templates, in one line.
func whatIsRefused(err error) string {
	var all texts.Errors
	if !errors.As(err, &all) {
		return err.Error()
	}
	var lines []string
	for _, e := range all[:min(len(all), maxRefused)] {
		lines = append(lines, e.Error())
	}
	if more := len(all) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "; ")
}
