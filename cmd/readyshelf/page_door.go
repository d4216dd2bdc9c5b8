package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"readyshelf/board"
)

// The screens that are paired lie beside the log: the key that signs their sessions, and
// the list of them. A backup has neither: an old one would let screens in that were
// unpaired since, and a copy on another box all of them.
const (
	screensKeyName  = "screens.key"
	screensListName = "screens.json"
)

// screenList is the content of the list.
type screenList struct {
	Screens []board.Screen `json:"screens"`
}

// openDoor makes the door of the board. Where its files are no good nobody comes in from
// elsewhere, and the rest goes on. Now must not fall back to 1970 before the clock is set:
// a session of then would be over at once when it is.
func (h *house) openDoor(now func() time.Time) *board.Door {
	if h.Board.Listen == "" {
		return nil
	}
	log := h.log.With("room", "board")
	key, err := keyFile(filepath.Join(h.Data, screensKeyName), "the key of the paired screens", "remove it, restart the daemon, and pair every screen anew")
	if err != nil {
		log.Error("only who sits at this machine sees the board", "error", err)
		return nil
	}
	list := filepath.Join(h.Data, screensListName)
	screens, err := readScreens(list)
	if err != nil {
		log.Error("every screen must be paired anew", "error", err)
	}
	door := &board.Door{
		Key: key, Now: now, Log: log,
		Save: func(all []board.Screen) error {
			text, err := json.MarshalIndent(screenList{all}, "", "  ")
			if err != nil {
				return err
			}
			return writeSecret(list, string(text)+"\n")
		},
	}
	door.Load(screens)
	return door
}

// readScreens reads the list of those that are paired. There may be none yet.
func readScreens(path string) ([]board.Screen, error) {
	text, err := readSmall(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the list of paired screens: %w", err)
	}
	var list screenList
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("read the list of paired screens, %s: %w", path, err)
	}
	return list.Screens, nil
}

// near says that the page listens on this machine only.
func (c *BoardConfig) near() bool {
	host, _, _ := net.SplitHostPort(c.Listen) // checked
	return isLoopback(host)
}

// alone says that nobody from elsewhere can ask for the page: also no proxy on this
// machine, which would do so by a name.
func (c *BoardConfig) alone() bool { return c.near() && len(c.Names) == 0 }

// names are those under which screens may ask for the page: the configured ones, and
// where others than this machine may ask, what it is called.
func (c *BoardConfig) names() []string {
	all := slices.Clone(c.Names)
	if name := hostName(); name != "" && !c.near() {
		all = append(all, name, name+".local")
	}
	return all
}

// addresses are where a screen may open the page, the likeliest first. Own are the
// addresses of this machine.
func (c *BoardConfig) addresses(own []string) []string {
	host, port, _ := net.SplitHostPort(c.Listen) // checked
	scheme, usual := "http", "80"
	if c.CertFile != "" {
		scheme, usual = "https", "443"
	}
	hosts := slices.Clone(c.Names)
	switch {
	case anyHost(host):
		hosts = append(hosts, own...)
		if name := hostName(); name != "" {
			hosts = append(hosts, name+".local") // where something answers for it, as avahi does
		}
	case !c.near():
		hosts = append(hosts, host)
	}
	var all []string
	for _, h := range hosts {
		at := net.JoinHostPort(h, port)
		if port == usual {
			at = strings.TrimSuffix(at, ":"+port)
		}
		all = append(all, scheme+"://"+at+"/")
	}
	return all
}

// hostName is what this machine is called, without a domain; empty where nobody knows.
func hostName() string {
	name, _ := os.Hostname()
	short, _, _ := strings.Cut(name, ".")
	return short
}
