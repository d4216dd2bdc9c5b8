package main

import (
	"fmt"
	"strings"
	"time"

	"readyshelf/kitchen"
	"readyshelf/sensors/scale"
	"readyshelf/sensors/ticket"
)

// sayAt prints a line about a moment.
type sayAt func(up time.Duration, text string)

// printerSense reads print jobs.
type printerSense struct {
	options ticket.Options
	idle    time.Duration
	say     sayAt
	jobs    map[string]*job // by connection
	// shape says of a slip how it is built, and nothing that stands on it.
	shape bool
}

// job is the stream of one connection.
type job struct {
	decoder *ticket.Decoder
	last    time.Duration
}

// How long silence must be to end a ticket without a cut, as for the daemon.
const (
	tcpIdle    = 1500 * time.Millisecond
	serialIdle = 2500 * time.Millisecond
)

func newPrinterSense(o ticket.Options, in inlet, say sayAt) *printerSense {
	p := &printerSense{options: o, idle: tcpIdle, say: say, jobs: map[string]*job{}}
	if in == overSerial {
		p.idle = serialIdle
	}
	return p
}

func (p *printerSense) hear(h heard) {
	if h.Sent {
		return // our answer to the till
	}
	j := p.jobs[h.From]
	if j == nil && len(h.Bytes) > 0 {
		j = &job{decoder: ticket.NewDecoder(p.options)}
		p.jobs[h.From] = j
	}
	if len(h.Bytes) > 0 {
		j.last = h.Up
		p.tickets(h.Up, j.decoder.Write(h.Bytes))
	}
	if h.End {
		if j != nil {
			p.tickets(h.Up, j.decoder.Close())
			delete(p.jobs, h.From)
		}
		p.say(h.Up, "the till hung up: "+h.From)
	}
}

func (p *printerSense) pass(now time.Duration) {
	for _, j := range p.jobs {
		if j.decoder.Pending() && now-j.last >= p.idle {
			j.last = now
			p.tickets(now, j.decoder.Idle())
		}
	}
}

// endings are how tickets end, in words.
var endings = map[ticket.Ending]string{
	ticket.EndCut: "cut", ticket.EndLabel: "the end of a label", ticket.EndClose: "the till hung up",
	ticket.EndInit: "the next one began", ticket.EndMark: "the platform's end mark", ticket.EndIdle: "nothing came any more",
}

// tickets shows what was printed, without what is personal, and what it is understood as.
func (p *printerSense) tickets(up time.Duration, slips []ticket.Slip) {
	for _, s := range slips {
		if !p.shape {
			for _, line := range s.Redacted(p.options) {
				p.say(up, "| "+line)
			}
		}
		p.say(up, "ticket ended: "+endings[s.Ending])
		if s.Garbled {
			p.say(up, "most of it is noise: check the speed of the line, or the encoding with --encoding")
		}
		t := ticket.Parse(s, p.options)
		if p.shape {
			p.say(up, "understood as "+shapeOf(s, t))
		} else {
			p.say(up, "understood as "+sayTicket(t))
		}
		if t.Raster && !t.Text {
			p.say(up, "it is a picture, which cannot be read: set the till to print text")
		}
	}
}

// shapeOf is a slip by its kind and by what can be counted.
func shapeOf(s ticket.Slip, t kitchen.Ticket) string {
	return fmt.Sprintf("slip: %s, %s, %s, %d not understood", t.Kind, plural(len(s.Lines), "line", "lines"), plural(len(t.Items), "dish", "dishes"), t.Unparsed)
}

// scaleSense reads weights.
type scaleSense struct {
	decoder *scale.Decoder
	say     sayAt
}

func (s *scaleSense) hear(h heard) {
	if h.Sent {
		return
	}
	s.decoder.Write(h.Bytes, func(_ []byte, r scale.Reading, err error) {
		if err != nil {
			s.say(h.Up, "not understood: "+err.Error())
			return
		}
		s.say(h.Up, weightText(r))
	})
}

func (s *scaleSense) pass(time.Duration) {}

// weightText is a reading in words.
func weightText(r scale.Reading) string {
	var words []string
	if r.Valid {
		words = append(words, fmt.Sprintf("%d g", r.Grams))
	} else {
		words = append(words, "no weight")
	}
	for _, f := range []struct {
		is   bool
		word string
	}{
		{r.Stable, "stable"}, {r.Motion, "moving"}, {r.Net, "net"}, {r.Over, "over the range"}, {r.Under, "under the range"},
	} {
		if f.is {
			words = append(words, f.word)
		}
	}
	if r.Fault != "" {
		words = append(words, r.Fault)
	}
	return strings.Join(words, ", ")
}

// buttonSense puts edges together to presses.
type buttonSense struct {
	active   bool // the level of a closed contact
	debounce time.Duration
	say      sayAt

	closed      bool
	since       time.Duration // when it closed
	edges       int           // of the unrest at hand
	first, last time.Duration // of these
	level       bool          // after the last
}

func (b *buttonSense) hear(h heard) {
	if h.Level == nil {
		return
	}
	b.pass(h.Up)
	if b.edges == 0 {
		b.first = h.Up
	}
	b.edges++
	b.last, b.level = h.Up, *h.Level
}

// pass ends the unrest once nothing happened for the debounce time.
func (b *buttonSense) pass(now time.Duration) {
	if b.edges == 0 || now-b.last < b.debounce {
		return
	}
	n, closed := b.edges, b.level == b.active
	b.edges = 0
	bounce := ""
	if n > 1 {
		bounce = fmt.Sprintf(" (%s of bounce: %d edges)", shortTime(b.last-b.first), n)
	}
	switch {
	case closed == b.closed:
		b.say(b.first, fmt.Sprintf("touched, and too short to count%s", bounce))
	case closed:
		b.closed, b.since = true, b.first
		b.say(b.first, "pressed"+bounce)
	default:
		b.closed = false
		b.say(b.first, fmt.Sprintf("released after %.2f s%s", (b.first-b.since).Seconds(), bounce))
	}
}

func shortTime(d time.Duration) string {
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%d ms", d/time.Millisecond)
}

// portSense guesses what talks on a serial port, from what it says unasked.
type portSense struct {
	mode   scale.Mode
	path   string
	say    sayAt
	heard  []byte
	silent bool // it was guessed
}

// enoughHeard is how much is looked at before a guess: some frames of any scale.
const enoughHeard = 96

func (p *portSense) hear(h heard) {
	if p.silent || h.Sent {
		return
	}
	p.heard = append(p.heard, h.Bytes...)
	switch {
	case strings.Contains(string(p.heard), "\x1b@"):
		p.guess(h.Up, "a till's print jobs", "escpos")
	case len(p.heard) >= enoughHeard:
		if m := scale.Recognise(p.heard, nil, p.mode); len(m) > 0 {
			p.guess(h.Up, "a scale: "+m[0].Dialect.About, m[0].Dialect.Name)
		}
		p.heard = p.heard[len(p.heard)-enoughHeard/2:]
	}
}

// guess says once what it looks like.
func (p *portSense) guess(up time.Duration, what, protocol string) {
	p.silent = true
	p.say(up, fmt.Sprintf("this looks like %s; see what it means: readyshelf listen %s --protocol %s", what, p.path, protocol))
}

func (p *portSense) pass(time.Duration) {}
