package main

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"readyshelf/board"
	"readyshelf/kitchen/texts"
)

// settable is a key that an owner may set at a screen. The rest of the configuration is
// for who has the machine: what a screen may change must harm neither it nor the shop's
// secrets.
type settable struct {
	key  string
	kind string // choice, text, duration, number or threshold: a number, or "auto"
	// choices are all words of a choice; "" is the default.
	choices []string
	// restart is why a change counts after a restart only; "" is at once. It names a text
	// of the page.
	restart string
}

// settables are all, in the order of the page.
var settables = []settable{
	{key: "board.title", kind: "text"},
	{key: "language", kind: "choice", choices: board.Languages()},
	{key: "slots", kind: "choice", choices: []string{"assigned", "oldest"}},
	{key: "alert.prediction_window", kind: "duration"},
	{key: "alert.confidence_threshold", kind: "threshold"},
	{key: "alert.food_wait_price", kind: "number"},
	{key: "alert.courier_travel", kind: "duration"},
	{key: "alert.waiting_after", kind: "duration"},
	{key: "alert.default_promise", kind: "duration"},
	{key: "alert.retry_interval", kind: "duration", restart: "tick"},
	{key: "texts.language", kind: "choice", choices: append(append([]string{""}, texts.Languages()...), textsOff)},
}

// settableOf is the one of a key.
func settableOf(key string) (settable, bool) {
	i := slices.IndexFunc(settables, func(s settable) bool { return s.key == key })
	if i < 0 {
		return settable{}, false
	}
	return settables[i], true
}

// place is the key's table, "" for the top of the file, and its name there.
func (s settable) place() (table, name string) {
	if table, name, ok := strings.Cut(s.key, "."); ok {
		return table, name
	}
	return "", s.key
}

// maxSetting is the longest value, in bytes.
const maxSetting = 200

var plainNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// toml is a value, as people write it, in TOML; "" is not set.
func (s settable) toml(value string) string {
	if plainNumber.MatchString(value) && (s.kind == "number" || s.kind == "threshold") {
		return value
	}
	return tomlText(value)
}

// shownIn is the key's value in a configuration, with its default filled in.
func (s settable) shownIn(c *Config) string {
	table, name := s.place()
	keys := c.keys()
	if table != "" {
		keys, _ = keys[table].(map[string]any)
	}
	return fmt.Sprint(keys[name])
}

// settingsIn are the settables that a file sets, with their values as people write them.
func settingsIn(text []byte) map[string]string {
	root, ok := readTOML(newSourceText("", text), func(int, string, string, string) {})
	set := map[string]string{}
	for _, s := range settables {
		if n := root.find(s); ok && n != nil && n.text != "" {
			set[s.key] = n.text
		}
	}
	return set
}

// find returns the value of a settable, nil where there is none.
func (t *tomlTable) find(s settable) *tomlNode {
	table, name := s.place()
	if table != "" && t != nil {
		n := t.nodes[table]
		if n == nil {
			return nil
		}
		t = n.table
	}
	if t == nil {
		return nil
	}
	n := t.nodes[name]
	if n == nil || n.kind == unstable.Array || n.kind == unstable.InlineTable {
		return nil
	}
	return n
}

// errUnsettable says that a screen may not set something.
var errUnsettable = errors.New("a screen may not set this")

// withSettings is a configuration's text with some settings changed, and the rest as it
// was; "" takes a key out. The error is [Problems] where that is no configuration.
func withSettings(file string, text []byte, values map[string]string) ([]byte, *Config, error) {
	before, problems := ParseConfig(file, text)
	if len(problems) > 0 {
		return nil, nil, fmt.Errorf("the configuration is broken already: %w", problems)
	}
	c, had := readConfigText(text), settingsIn(text)
	changed := false
	for key, value := range values {
		if _, ok := settableOf(key); !ok || len(value) > maxSetting {
			return nil, nil, fmt.Errorf("%w: %q", errUnsettable, key)
		}
	}
	for _, s := range settables { // in this order, so that the same change makes the same text
		value, asked := values[s.key]
		if !asked || value == had[s.key] {
			continue
		}
		table, name := s.place()
		c.setTable(table, setting{name, s.toml(value)})
		changed = true
	}
	if !changed {
		return text, before, nil
	}
	out := c.bytes()
	after, problems := ParseConfig(file, out)
	if len(problems) > 0 {
		return nil, nil, problems
	}
	if key := strayed(before, after, settingsIn(out), had, values); key != "" {
		return nil, nil, fmt.Errorf("%s stands in %s in a way that only a person can change: change it there", key, file)
	}
	return out, after, nil
}

// strayed names a key that changed otherwise than was asked for, "" if all is well.
func strayed(before, after *Config, is, was, values map[string]string) string {
	for _, s := range settables {
		want, asked := values[s.key]
		if !asked {
			want = was[s.key]
		}
		if is[s.key] != want {
			return s.key
		}
	}
	return difference(before.unsettled(), after.unsettled())
}

// unsettled is c with the defaults for what screens may set.
func (c *Config) unsettled() *Config {
	d, out := defaultConfig(), c.clone()
	out.Language, out.SlotMode, out.Alert, out.Texts, out.Board.Title = d.Language, d.SlotMode, d.Alert, d.Texts, d.Board.Title
	return &out
}

// title is what the pages are called.
func (c *Config) title() string { return cmp.Or(c.Board.Title, c.Store) }
