package scale

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"
)

// The questions that do no harm to any scale, in this order: none of them sets zero
// or a tare (reference: SCALES §5). An empty one only listens.
var questions = [][]byte{nil, {enq}, []byte("W"), []byte("W\r"), []byte("S\r\n"), []byte("P\r\n")}

// How long to wait for what a scale says unasked, and for its answer. A stream sends
// at least once a second; the longest answer takes 0.1 s at 2400 baud.
const (
	listenFor = 2 * time.Second
	answerFor = 350 * time.Millisecond
)

// ProbeTime is more than Probe takes on a port where nothing talks.
const ProbeTime = 16 * time.Second

// Heard is what a probe heard at one setting of the port.
type Heard struct {
	Mode  Mode
	Asked []byte // nil if it spoke unasked
	Bytes []byte
	// Matches are the dialects that fit, the best first.
	Matches []Match
}

// Probe finds out what talks on a port. It tries each mode that a dialect usually
// has: it listens, and if nothing comes it asks what does no harm. It opens the port
// with open for each mode, and closes it.
//
// It returns what was recognised, last, after all else that it heard; nothing if
// nothing talks. The error is that of open, of the port, or of ctx.
func Probe(ctx context.Context, open func(Mode) (io.ReadWriteCloser, error)) ([]Heard, error) {
	var all []Heard
	var listened []int // at these speeds
	for _, mode := range usualModes() {
		port, err := open(mode)
		if err != nil {
			return all, err
		}
		heard, err := probeMode(ctx, port, mode, slices.Contains(listened, mode.Baud))
		all = append(all, heard...)
		if err != nil {
			return all, fmt.Errorf("listen at %s: %w", mode, err)
		}
		if n := len(all); n > 0 && len(all[n-1].Matches) > 0 {
			return all, nil
		}
		listened = append(listened, mode.Baud)
	}
	return all, nil
}

// usualModes are those of the dialects, the likeliest first.
func usualModes() []Mode {
	var modes []Mode
	for _, d := range dialects {
		if d.Mode != (Mode{}) && !slices.Contains(modes, d.Mode) {
			modes = append(modes, d.Mode)
		}
	}
	return modes
}

// probeMode puts the questions at one mode, until one gets an answer that is
// recognised. What parity a stream has does not matter: once at a speed is enough.
func probeMode(ctx context.Context, port io.ReadWriter, mode Mode, listened bool) ([]Heard, error) {
	l := newLink(port)
	defer l.close()
	var all []Heard
	for _, q := range questions {
		wait := answerFor
		if q == nil {
			if wait = listenFor; listened {
				continue
			}
		} else {
			l.ask(q)
		}
		p, err := l.collect(ctx, wait)
		if len(p) > 0 {
			h := Heard{Mode: mode, Asked: q, Bytes: p, Matches: Recognise(p, q, mode)}
			all = append(all, h)
			if len(h.Matches) > 0 || q == nil {
				return all, err // who talks unasked answers no question
			}
		}
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// mostHeard bounds what is kept of one answer, in bytes.
const mostHeard = 4 << 10

// collect returns what comes within d.
func (l *link) collect(ctx context.Context, d time.Duration) ([]byte, error) {
	end := time.NewTimer(d)
	defer end.Stop()
	var all []byte
	for {
		select {
		case <-ctx.Done():
			return all, ctx.Err()
		case <-end.C:
			return all, nil
		case err := <-l.wrote:
			return all, err
		case h := <-l.heard:
			all = append(all, h.bytes[:min(len(h.bytes), mostHeard-len(all))]...)
			if h.err != nil {
				return all, h.err
			}
		}
	}
}
