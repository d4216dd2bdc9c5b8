package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"readyshelf/device"
	"readyshelf/sensors/ticket"
)

// layoutsName is the folder of the shop's own layouts of tickets, beside the
// configuration. A folder of that name in the data folder has what last loaded of them:
// a file that somebody breaks does not take the layout away that was there.
const layoutsName = "layouts"

// layoutsDir is the folder of the shop's own layouts, "" where no file was read.
func (c *Config) layoutsDir() string {
	if c.file == "" {
		return ""
	}
	return filepath.Join(filepath.Dir(c.file), layoutsName)
}

// layouts are all layouts of the shop, and why some of its files are refused. Where the
// folder cannot be looked into, they are those that last loaded.
func (c *Config) layouts() (*ticket.Layouts, []*ticket.LayoutError) {
	dir := c.layoutsDir()
	if dir == "" {
		return ticket.Shipped(), nil
	}
	if _, err := layoutsIn(dir); err != nil {
		kept, _ := ticket.LoadLayouts(dir, os.DirFS(c.keptLayouts()), nil)
		return kept, []*ticket.LayoutError{{File: dir, Reason: err.Error() + "; the layouts that were there before stay"}}
	}
	return ticket.LoadLayouts(dir, os.DirFS(dir), os.DirFS(c.keptLayouts()))
}

func (c *Config) keptLayouts() string { return filepath.Join(c.Data, layoutsName) }

// CheckLayouts checks the layouts beside the configuration; its error is [Problems].
func (c *Config) CheckLayouts() error {
	_, refused := c.layouts()
	if len(refused) == 0 {
		return nil
	}
	var found Problems
	for _, r := range refused {
		found = append(found, Problem{
			File: r.File, Line: max(r.Line, 1), Column: max(r.Column, 1), Key: filepath.Base(r.File), What: r.Reason,
			Fix: "mend the file, or take it away",
		})
	}
	return found
}

// loadLayouts takes the layouts in, says what is newly refused, and keeps what loaded.
func (h *house) loadLayouts() {
	h.layoutsSeen = looksOf(h.layoutsDir()) // before: what changes meanwhile is read again
	all, refused := h.Config.layouts()
	h.layouts.Become(all)
	for _, r := range refused {
		if !slices.ContainsFunc(h.refused, func(old *ticket.LayoutError) bool { return *old == *r }) {
			h.log.Warn("a layout of tickets is refused", "file", r.File, "line", r.Line, "why", r.Reason, "remedy", refusedRemedy)
		}
	}
	h.refused = refused
	h.refusals.Store(&refused)
	if err := h.keepLayouts(refused); err != nil {
		h.log.Warn("the layouts of tickets are used, and not kept for the case that a file is broken", "error", err)
	}
}

// keepLayouts copies the files that loaded into the data folder, and takes those away
// whose files are gone.
func (h *house) keepLayouts(refused []*ticket.LayoutError) error {
	kept := h.keptLayouts()
	names, err := layoutsIn(h.layoutsDir())
	if err != nil {
		return err
	}
	old, err := layoutsIn(kept)
	if err != nil {
		return err
	}
	for _, name := range old {
		if !slices.Contains(names, name) {
			err = errors.Join(err, os.Remove(filepath.Join(kept, name)))
		}
	}
	for _, name := range names {
		if slices.ContainsFunc(refused, func(r *ticket.LayoutError) bool { return filepath.Base(r.File) == name }) {
			continue
		}
		err = errors.Join(err, keepLayout(filepath.Join(h.layoutsDir(), name), filepath.Join(kept, name)))
	}
	return err
}

// keepLayout copies a layout, unless the copy is the same already.
func keepLayout(from, to string) error {
	text, err := readSmall(from)
	if err != nil {
		return fmt.Errorf("keep a layout: %w", err)
	}
	if old, err := readSmall(to); err == nil && string(old) == string(text) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return fmt.Errorf("keep a layout: %w", err)
	}
	return device.WriteFile(to, string(text))
}

// layoutsIn are the names of the layout files of a folder; none if there is no folder.
func layoutsIn(dir string) ([]string, error) {
	if dir == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("look for layouts: %w", err)
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && filepath.Ext(e.Name()) == ".toml" {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// theseLayouts are the shipped layouts and those of a folder, "" for none; all must load.
func theseLayouts(dir string) (*ticket.Layouts, error) {
	if dir == "" {
		return ticket.Shipped(), nil
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	all, refused := ticket.LoadLayouts(dir, os.DirFS(dir), nil)
	var err error
	for _, r := range refused {
		err = errors.Join(err, r)
	}
	return all, err
}
