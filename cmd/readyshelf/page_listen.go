package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"readyshelf/board"
	"readyshelf/sensors/scale"
)

// What a page is sent of a device: in bundles, so that a till that prints much, or a scale
// that never is silent, costs the tablet little.
const (
	bundleEvery = 150 * time.Millisecond
	bundleBeat  = 2 * time.Second // of an empty one, by which who is gone is noticed
	bundleLines = 40
	lineBytes   = 64 // shown of what came in one piece
)

// pile is what a device said lately, for a page.
type pile struct {
	tills bool // what comes from the device is a till's: its text is not shown
	start time.Duration
	last  float64 // when something came
	lines []board.Line
	lost  int
}

// listenTo hands a page what a device says, as readyshelf listen shows it: of what a till
// prints how it is built, and none of its text.
func (h *house) listenTo(ctx context.Context, name string, hear func([]board.Line) error) error {
	on, t, err := h.tapped(name)
	if err != nil {
		return err
	}
	b := &pile{tills: t.kind == "printer", start: h.clock().Up}
	sense := t.senseFor(b.means)
	if p, ok := sense.(*printerSense); ok {
		p.shape = true
	}
	said, stop := on.listen()
	defer stop()
	if t.mode != (SerialMode{}) {
		b.means(b.start, t.path+" at "+scale.Mode(t.mode).String())
	} else {
		b.means(b.start, t.path)
	}
	if err := hear(b.take()); err != nil {
		return err
	}
	tick := time.NewTicker(listenTick)
	defer tick.Stop()
	for sent := time.Now(); ; {
		select {
		case <-ctx.Done():
			return nil
		case s := <-said:
			b.heard(s)
			sense.hear(s)
			continue
		case <-tick.C:
			sense.pass(h.clock().Up)
		}
		if age := time.Since(sent); age < bundleEvery || len(b.lines)+b.lost == 0 && age < bundleBeat {
			continue
		}
		sent = time.Now()
		if err := hear(b.take()); err != nil {
			return err
		}
	}
}

// heard adds what came.
func (b *pile) heard(s heard) {
	b.lost += s.Lost
	b.last = b.since(s.Up)
	switch {
	case s.Open != nil:
		b.means(s.Up, map[bool]string{true: "opened", false: "closed"}[*s.Open])
	case len(s.Bytes) > 0 || s.Level != nil:
		more := max(len(s.Bytes)-lineBytes, 0)
		s.Bytes = s.Bytes[:len(s.Bytes)-more]
		line := lineOf(s, b.tills)
		if line.Hex = spacedHex(line.Hex); len(s.Bytes) == 0 {
			line.Hex, line.Text = "", ""
		}
		b.add(board.Line{T: b.since(s.Up), Dir: line.Dir, Hex: line.Hex, Text: line.Text, More: more, Level: line.Level})
	}
}

// spacedHex is hex with blanks between the bytes, and a count for those that are not shown.
func spacedHex(hex string) string {
	var out []string
	hidden := 0
	tell := func() {
		if hidden > 0 {
			out = append(out, fmt.Sprintf("(%d)", hidden))
			hidden = 0
		}
	}
	for ; len(hex) >= 2; hex = hex[2:] {
		if hex[:2] == ".." {
			hidden++
			continue
		}
		tell()
		out = append(out, hex[:2])
	}
	tell()
	return strings.Join(out, " ")
}

// means adds what that means.
func (b *pile) means(up time.Duration, text string) {
	b.add(board.Line{T: b.since(up), Means: text})
}

func (b *pile) add(l board.Line) {
	if len(b.lines) == bundleLines {
		b.lost++
		return
	}
	b.lines = append(b.lines, l)
}

// take returns what came since the last time.
func (b *pile) take() []board.Line {
	lines := b.lines
	if b.lost > 0 {
		lines = append(lines, board.Line{T: b.last, Lost: b.lost})
	}
	b.lines, b.lost = nil, 0
	return lines
}

// since is a moment in seconds from the start of listening, to the millisecond.
func (b *pile) since(up time.Duration) float64 {
	return max(up-b.start, 0).Round(time.Millisecond).Seconds()
}
