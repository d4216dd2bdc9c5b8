package main

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"readyshelf/board"
)

// pageSettings is what the page of the settings asks of the house.
func (h *house) pageSettings() *board.Settings {
	return &board.Settings{All: h.shownSettings, Plan: h.planSettings, Save: h.saveSettings, Say: h.saySentences, Tell: h.tellSentences}
}

// shownSettings is all that the page shows.
func (h *house) shownSettings() (board.SettingsShown, error) {
	h.settings.mu.Lock()
	defer h.settings.mu.Unlock()
	all := board.SettingsShown{
		File: h.file, Fields: []board.Setting{}, Restart: []string{}, Versions: []board.SettingsVersion{},
		Sentences: h.shownSentences(), Layouts: h.shownLayouts(), Samples: h.keptSamples(),
	}
	text, err := h.settingsFile()
	var now *Config
	if err == nil {
		all.Base = fingerprint(text)
		var problems Problems
		if now, problems = ParseConfig(h.file, text); len(problems) > 0 {
			err = problems
		}
	}
	if err != nil {
		all.Problem = err.Error()
	}
	set, usual := settingsIn(text), defaultConfig()
	for _, s := range settables {
		f := board.Setting{Key: s.key, Kind: s.kind, Choices: s.choices, Value: set[s.key], Default: s.shownIn(usual), Restart: s.restart}
		if s.key == "board.title" {
			f.Default = h.Store
		}
		all.Fields = append(all.Fields, f)
	}
	if now != nil && h.settings.begun != nil {
		all.Restart = append(all.Restart, changedKeys(h.settings.begun, now)...)
	}
	versions, err := h.versions()
	if err != nil {
		h.log.Warn("nobody can go back to older settings", "error", err)
	}
	for _, v := range slices.Backward(versions) {
		if v.Text != string(text) { // the change came to nothing
			all.Versions = append(all.Versions, board.SettingsVersion{ID: v.id(), At: v.At, By: v.By})
		}
	}
	return all, nil
}

// id names a version among the others.
func (v configVersion) id() string {
	return fingerprint([]byte(v.At.Format(time.RFC3339Nano) + v.Text))
}

// changedKeys are the keys with which two configurations differ, tables by their names.
func changedKeys(a, b *Config) (keys []string) {
	x, y := a.keys(), b.keys()
	var compare func(path string, x, y map[string]any)
	compare = func(path string, x, y map[string]any) {
		for _, k := range slices.Sorted(maps.Keys(x)) {
			xt, isTable := x[k].(map[string]any)
			yt, too := y[k].(map[string]any)
			switch {
			case isTable && too:
				compare(joinKey(path, k), xt, yt)
			case !reflect.DeepEqual(x[k], y[k]):
				keys = append(keys, joinKey(path, k))
			}
		}
	}
	compare("", x, y)
	return keys
}

// planned is a change that was worked out.
type planned struct {
	board.SettingsPlan
	before, after []byte
	config        *Config
}

// plan works out a change. What is wrong with its values stands in it.
func (h *house) plan(c board.SettingsChange) (p planned, err error) {
	p.SettingsPlan = board.SettingsPlan{Diff: []string{}, Restart: []string{}}
	if p.before, err = h.settingsFile(); err != nil {
		return p, board.Unset(err)
	}
	if p.Base = fingerprint(p.before); c.Base != p.Base {
		return p, board.ErrChangedMeanwhile
	}
	values := c.Values
	if c.Version != "" {
		if values, err = h.settingsOf(c.Version); err != nil {
			return p, err
		}
	}
	var problems Problems
	p.after, p.config, err = withSettings(h.file, p.before, values)
	switch {
	case errors.As(err, &problems) && p.config == nil:
		for _, one := range problems {
			p.Problems = append(p.Problems, board.SettingProblem{Key: one.Key, Text: joined(one.What+";", one.Fix)})
		}
		return p, nil
	case err != nil:
		return p, board.Unset(err)
	}
	p.Base = fingerprint(p.after)
	lines := func(text []byte) []string { return strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n") }
	p.Diff = append(p.Diff, changedLines(lines(p.before), lines(p.after))...)
	is, was := settingsIn(p.after), settingsIn(p.before)
	for _, s := range settables {
		if s.restart != "" && is[s.key] != was[s.key] {
			p.Restart = append(p.Restart, s.key)
		}
	}
	return p, nil
}

// settingsOf are the settings of a version, with those that it does not set as their
// defaults.
func (h *house) settingsOf(version string) (map[string]string, error) {
	all, err := h.versions()
	if err != nil {
		return nil, board.Unset(err)
	}
	i := slices.IndexFunc(all, func(v configVersion) bool { return v.id() == version })
	if i < 0 {
		return nil, board.ErrChangedMeanwhile
	}
	set, values := settingsIn([]byte(all[i].Text)), map[string]string{}
	for _, s := range settables {
		values[s.key] = set[s.key]
	}
	return values, nil
}

// planSettings says what a change would do.
func (h *house) planSettings(c board.SettingsChange) (board.SettingsPlan, error) {
	h.settings.mu.Lock()
	defer h.settings.mu.Unlock()
	p, err := h.plan(c)
	return p.SettingsPlan, err
}

// saveSettings makes a change: what was is kept, then the file is replaced, then what can
// be is made true. A power cut leaves the one file or the other.
func (h *house) saveSettings(ctx context.Context, screen string, c board.SettingsChange) (board.SettingsPlan, error) {
	h.settings.mu.Lock()
	defer h.settings.mu.Unlock()
	p, err := h.plan(c)
	if err != nil || len(p.Problems) > 0 || string(p.before) == string(p.after) {
		return p.SettingsPlan, err
	}
	ctx = context.WithoutCancel(ctx) // a page that goes leaves nothing half done
	if err := h.keepVersion(configVersion{At: h.clock().At.Round(0), By: screen, Text: string(p.before)}); err != nil {
		return p.SettingsPlan, board.Unset(err)
	}
	if err := h.writeSettings(ctx, p.after); err != nil {
		return p.SettingsPlan, board.Unset(unwritten(h.file, err))
	}
	if err := h.takeSettings(ctx, p.config); err != nil {
		return p.SettingsPlan, err
	}
	return p.SettingsPlan, nil
}

// unwritten says what to do where the configuration cannot be written.
func unwritten(file string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return errors.Join(err, errors.New("let the user of the daemon write to "+filepath.Dir(file)+", or set this as root: sudo readyshelf setup"))
	}
	return err
}

// shownLayouts are the layouts by which tickets are read, and those that are refused.
func (h *house) shownLayouts() []board.Layout {
	all := []board.Layout{}
	if refused := h.refusals.Load(); refused != nil {
		for _, r := range *refused {
			all = append(all, board.Layout{Name: filepath.Base(r.File), Refused: r.Error()})
		}
	}
	for _, l := range h.layouts.All() {
		all = append(all, board.Layout{Name: l.Name, About: l.About, Samples: len(l.Samples)})
	}
	return all
}

// keptSamples counts the slips that nobody understood, nil where none are kept.
func (h *house) keptSamples() *int {
	if h.samples == nil {
		return nil
	}
	names, err := (sampleFolder{dir: h.Data}).names()
	if err != nil {
		h.log.Warn("the kept slips cannot be counted", "error", err)
		return nil
	}
	n := len(names)
	return &n
}
