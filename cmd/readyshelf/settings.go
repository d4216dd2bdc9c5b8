package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"readyshelf/device"
)

// settings are what screens change of the configuration: the file stays the one place
// where all of it stands. What can be is true at once; the rest after a restart.
type settings struct {
	mu sync.Mutex // one change at a time
	// begun is what the file said when the daemon read it, with what was made true since;
	// nil where there is no file. It is guarded by mu.
	begun *Config
	// now is what is in force; nil is what the house began with.
	now atomic.Pointer[Config]
	// redraw draws the pages anew; nil where there are none. It is guarded by mu.
	redraw func(title, language string)
}

// drawnBy says who draws the pages anew.
func (s *settings) drawnBy(redraw func(title, language string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.redraw = redraw
}

// inForce is the configuration as it is true at this moment.
func (h *house) inForce() *Config {
	if c := h.settings.now.Load(); c != nil {
		return c
	}
	return &h.Config
}

// textsLanguage is that of the sentences that are sent now.
func (h *house) textsLanguage() string { return h.inForce().textsLanguage() }

// fingerprint tells one text of a file from another.
func fingerprint(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}

// errNoFile says that this daemon has no configuration file: it was given one otherwise.
var errNoFile = errors.New("this daemon was not started with a configuration file")

// settingsFile reads the configuration as it is now.
func (h *house) settingsFile() ([]byte, error) {
	if h.file == "" {
		return nil, errNoFile
	}
	return replaceable(h.file)
}

// replaceable reads a configuration that is to be replaced. A link is none: the file that
// it leads to would be left behind.
func replaceable(path string) ([]byte, error) {
	if to, err := os.Readlink(path); err == nil {
		return nil, fmt.Errorf("%s is a link to %s: change that by hand", path, to)
	}
	text, err := readSmall(path)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	return text, nil
}

// openSettings notes what the file says that the daemon has just read.
func (h *house) openSettings() {
	if text, err := h.settingsFile(); err == nil {
		h.settings.begun, _ = ParseConfig(h.file, text) // who asks for settings is told what is wrong
	}
}

// takeSettings makes true what can be at once of a changed configuration. The kitchen gets
// its rules where the log's writer runs, between two commits: what it decided before is
// in the log, so a replay needs to know nothing of this.
func (h *house) takeSettings(ctx context.Context, c *Config) error {
	was := h.inForce()
	next := was.with(c)
	err := h.buffer.Between(ctx, func() {
		h.settings.now.Store(&next)
		h.decider.Rules = next.rules()
		if t, _, err := h.wordsOf(h.decider.State.Templates); err != nil {
			h.log.Error("the sentences stay as they were", "error", err)
		} else {
			h.wording.now.Store(t)
		}
		h.afterCommit(nil) // the board, by the new rules
	})
	if err != nil {
		return fmt.Errorf("make the settings true: %w", err)
	}
	if begun := h.settings.begun; begun != nil {
		now := begun.with(c)
		h.settings.begun = &now
	}
	if h.settings.redraw != nil && (next.title() != was.title() || next.Language != was.Language) {
		h.settings.redraw(next.title(), next.Language)
		h.view.ring()
	}
	return nil
}

// with is this configuration with what another one says of all that can be true at once.
func (c *Config) with(other *Config) Config {
	next := c.clone()
	next.Language, next.SlotMode, next.Texts, next.Alert, next.Board.Title = other.Language, other.SlotMode, other.Texts, other.Alert, other.Board.Title
	next.Alert.RetryInterval = c.Alert.RetryInterval // the log has its clock since the start
	return next
}

// configVersion is the configuration before a change.
type configVersion struct {
	At   time.Time `json:"at"` // of the change
	By   string    `json:"by"` // the screen that made it
	Text string    `json:"text"`
}

const (
	// versionsName is the file in the data folder with what the configuration was before
	// the last changes from screens, the newest last.
	versionsName = "settings.json"
	mostVersions = 10
)

func (h *house) versionsPath() string { return filepath.Join(h.Data, versionsName) }

// versions are those that are kept.
func (h *house) versions() ([]configVersion, error) {
	text, err := readSmall(h.versionsPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var all []configVersion
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("read the versions of the configuration: %w", err)
	}
	return all, nil
}

// keepVersion adds one, and drops the oldest where there are too many. One that is the same as
// the newest, since nothing came of a change, takes its place. A list that cannot be read
// begins anew.
func (h *house) keepVersion(v configVersion) error {
	all, err := h.versions()
	if err != nil {
		h.log.Warn("older versions of the configuration are lost", "error", err)
		all = nil
	}
	if n := len(all); n > 0 && all[n-1].Text == v.Text {
		all = all[:n-1]
	}
	all = append(all, v)
	text, err := json.Marshal(all[max(len(all)-mostVersions, 0):])
	if err == nil {
		err = device.WriteFile(h.versionsPath(), string(text)+"\n")
	}
	if err != nil {
		return fmt.Errorf("keep the configuration as it was: %w", err)
	}
	return nil
}

// writeSettings makes text the whole of the configuration, at once or not at all. Where the
// daemon may not write beside it, as packaged, the service that may is asked.
func (h *house) writeSettings(ctx context.Context, text []byte) error {
	err := replaceFile(h.file, string(text))
	if !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.EROFS) {
		return err
	}
	dir := os.Getenv("RUNTIME_DIRECTORY")
	if dir == "" {
		return err
	}
	return proposal{dir}.put(ctx, h.file, text)
}
