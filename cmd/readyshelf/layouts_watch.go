package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"readyshelf/kitchen"
)

// layoutsLook is how often the daemon looks whether layouts have changed. What has
// changed is taken when the next look finds the same: an editor may be half way. So a
// layout counts within ten seconds.
const layoutsLook = 4 * time.Second

// layoutsFault names the fault that a layout is refused.
const layoutsFault = layoutsName

const refusedRemedy = "sudo readyshelf check says what is wrong; mend the file or take it away: no restart is needed"

// watchLayouts takes layouts over that are written or changed, until ctx ends.
func (h *house) watchLayouts(ctx context.Context) error {
	dir := h.layoutsDir()
	h.tellRefused(ctx)
	if dir == "" {
		return nil
	}
	t := time.NewTicker(layoutsLook)
	defer t.Stop()
	for last := h.layoutsSeen; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		now := looksOf(dir)
		if now == last && now != h.layoutsSeen {
			h.loadLayouts()
			h.log.Info("the layouts of tickets were read anew", "files", strings.Count(now, "\n"), "refused", len(h.refused))
			h.tellRefused(ctx)
		}
		last = now
	}
}

// looksOf is what tells whether a file of a folder has changed: a line for each.
func looksOf(dir string) string {
	names, err := layoutsIn(dir)
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for _, name := range names {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			fmt.Fprintln(&b, name, err)
			continue
		}
		fmt.Fprintln(&b, name, info.Mode(), info.Size(), info.ModTime().UnixNano())
	}
	return b.String()
}

// tellRefused says on the board and to the cloud that a layout is refused, or none any
// more. It names the file and the line, and nothing that stands there.
func (h *house) tellRefused(ctx context.Context) {
	faults := h.view.get().Faults
	at := slices.IndexFunc(faults, func(f kitchen.BoardFault) bool { return f.Device == layoutsFault })
	e := h.clock().Fact(layoutsFault)
	switch text := h.sayRefused(); {
	case text == "" && at < 0, at >= 0 && faults[at].Text == text:
		return
	case text == "":
		e.Recovered = &kitchen.Recovered{Device: layoutsFault}
	default:
		e.Fault = &kitchen.Fault{Device: layoutsFault, Text: text, Remedy: refusedRemedy}
	}
	if err := h.keeper.Emit(ctx, e); err != nil {
		h.log.Error("what became of the layouts was not logged", "error", err)
	}
}

// sayRefused says which layouts are refused, "" if none is.
func (h *house) sayRefused() string {
	if len(h.refused) == 0 {
		return ""
	}
	first := h.refused[0]
	text := "the layout of tickets " + filepath.Base(first.File)
	if first.Line > 0 {
		text += fmt.Sprintf(", line %d,", first.Line)
	}
	text += " is refused; tickets are read as before"
	if more := len(h.refused) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return text
}
