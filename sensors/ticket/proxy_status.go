package ticket

import "time"

// What a printer says of itself to a host that asks, read as it passes (Epson,
// "ESC/POS Application Programming Guide"). The first bits tell answers apart:
//
//	0xx1xx10  DLE EOT n; which n, only the question says
//	0xx1xx00  the first of four bytes of automatic status, the others are 0xx0xxxx
//	0xx0xxxx  GS I, GS r, ESC u, ESC v, in the order in which they were asked
//	_ = 7     the beginning of a text that ends with NUL
//
// DLE EOT 1: 08 offline. 2: 04 cover open, 20 stopped for paper, 40 error. 3: 08
// cutter, 20 cannot recover. 4: 60 no paper. Automatic status: first byte 20 cover
// open; second 08 cutter, 20 cannot recover; third 0C no paper, as in GS r 1.

// A trouble is what keeps a printer from printing.
type trouble uint8

const (
	away trouble = iota // it cannot be reached
	coverOpen
	noPaper
	broken
	troubles // how many there are
)

// troubleNames are those of their faults, below the printer's.
var troubleNames = [troubles]string{away: "unreachable", coverOpen: "cover", noPaper: "paper", broken: "error"}

// A source is the answer that says of a trouble whether it is there.
type source byte

const (
	byCall   source = 'c' // by the network
	byStatus source = 'a' // automatic status
	bySensor source = 'r' // GS r 1 and ESC v
	byLog    source = 'l' // it was so before the proxy started; any other one refutes it
)

// A claim is a trouble, as one source sees it. Each has its own: clones contradict
// themselves, and a fault must not come and go with every question.
type claim struct {
	trouble trouble
	by      source
}

// A word is what a printer said.
type word struct {
	claims map[claim]bool // whether it is so
	ready  bool           // it is online: nothing keeps it from printing
}

// How far apart a question and its answer may be. The two directions are passed by
// two goroutines, so that an answer may be seen a little before its question.
const (
	answerLate  = 10 * time.Second
	answerEarly = 100 * time.Millisecond
)

// mostAsked bounds what waits for an answer; a host that polls a deaf printer asks on.
const mostAsked = 16

// dated is a byte and when it passed: an answer, or what a question was about.
type dated struct {
	b  byte
	at time.Time
}

// A dialogue pairs questions with their answers, in order.
type dialogue struct{ asked, heard []dated }

// ask notes a question, and answer an answer. Both return the next pair that is
// complete.
func (d *dialogue) ask(q byte, at time.Time) (byte, byte, bool) {
	d.asked = append(d.asked, dated{q, at})
	return d.pair()
}

func (d *dialogue) answer(a byte, at time.Time) (byte, byte, bool) {
	d.heard = append(d.heard, dated{a, at})
	return d.pair()
}

func (d *dialogue) pair() (question, answer byte, ok bool) {
	for len(d.asked) > 0 && len(d.heard) > 0 {
		q, a := d.asked[0], d.heard[0]
		switch late := a.at.Sub(q.at); {
		case late > answerLate:
			d.asked = d.asked[1:]
		case late < -answerEarly:
			d.heard = d.heard[1:]
		default:
			d.asked, d.heard = d.asked[1:], d.heard[1:]
			return q.b, a.b, true
		}
	}
	d.asked = d.asked[max(0, len(d.asked)-mostAsked):]
	d.heard = d.heard[max(0, len(d.heard)-mostAsked):]
	return 0, 0, false
}

// answers reads both directions of one line for what the printer says of itself.
type answers struct {
	realTime dialogue // DLE EOT: the question is n
	sensors  dialogue // those in order: 'r' is about paper, 0 about something else
	now      realTimes
	at       time.Time // of the bytes under way
	auto     bool      // automatic status was asked for
	status   []byte    // of automatic status, as far as it has come
	text     bool      // inside a text
	length   int

	words []word
}

// take returns what was said since the last time.
func (a *answers) take() []word {
	w := a.words
	a.words = nil
	return w
}

// question reads bytes of the till for DLE EOT. The others come as commands.
func (a *answers) question(p []byte, at time.Time) {
	a.at = at
	for _, b := range p {
		if n, _ := a.now.take(b); n >= 1 && n <= 4 {
			a.paired(a.realTime.ask(n, at))
		}
	}
}

// command notes a command that asks.
func (a *answers) command(h []byte) {
	switch {
	case len(h) == 2 && h[0] == esc && h[1] == '@':
		a.auto = false
	case len(h) == 2 && h[0] == esc && h[1] == 'v':
		a.sensor(a.sensors.ask('r', a.at))
	case len(h) == 3 && h[0] == esc && h[1] == 'u':
		a.sensor(a.sensors.ask(0, a.at))
	case len(h) != 3 || h[0] != gs:
	case h[1] == 'a':
		a.auto = h[2] != 0
	case h[1] == 'r' && (h[2] == 1 || h[2] == '1'):
		a.sensor(a.sensors.ask('r', a.at))
	case h[1] == 'r', h[1] == 'I' && (h[2] <= 3 || h[2] >= '1' && h[2] <= '3'):
		a.sensor(a.sensors.ask(0, a.at))
	}
}

// answer reads bytes of the printer. Status that nobody asked for is believed where it
// comes alone: some printers and their network cards send it by themselves.
func (a *answers) answer(p []byte, at time.Time) {
	a.at = at
	for _, b := range p {
		a.byte(b, a.auto || len(p) == 4)
	}
}

// longestText bounds what a text may be; the longest known has 80 bytes.
const longestText = 256

func (a *answers) byte(b byte, auto bool) {
	switch {
	case a.text:
		a.length++
		a.text = b != 0 && a.length < longestText
	case len(a.status) > 0 && b&0x90 == 0:
		if a.status = append(a.status, b); len(a.status) == 4 {
			a.automatic(a.status)
			a.status = a.status[:0]
		}
	case b == '_' || b == '=' || b == 0x37:
		a.status, a.text, a.length = a.status[:0], true, 0
	case b&0x93 == 0x12:
		a.status = a.status[:0]
		a.paired(a.realTime.answer(b, a.at))
	case b&0x93 == 0x10 && auto:
		a.status = append(a.status[:0], b)
	case b&0x90 == 0:
		a.sensor(a.sensors.answer(b, a.at))
	}
}

// paired is an answer to DLE EOT n.
func (a *answers) paired(n, b byte, ok bool) {
	if !ok {
		return
	}
	w := word{claims: map[claim]bool{}}
	is := func(t trouble, bits byte) { w.claims[claim{t, source(n)}] = b&bits != 0 }
	switch n {
	case 1:
		w.ready = b&0x08 == 0
	case 2:
		is(coverOpen, 0x04)
		is(noPaper, 0x20)
		is(broken, 0x40)
	case 3:
		is(broken, 0x28)
	case 4:
		is(noPaper, 0x60)
	}
	a.words = append(a.words, w)
}

// automatic is four bytes of automatic status.
func (a *answers) automatic(b []byte) {
	a.words = append(a.words, word{ready: b[0]&0x08 == 0, claims: map[claim]bool{
		{coverOpen, byStatus}: b[0]&0x20 != 0,
		{broken, byStatus}:    b[1]&0x28 != 0,
		{noPaper, byStatus}:   b[2]&0x0C != 0,
	}})
}

// sensor is an answer to a question about a sensor.
func (a *answers) sensor(about, b byte, ok bool) {
	if ok && about == 'r' {
		a.words = append(a.words, word{claims: map[claim]bool{{noPaper, bySensor}: b&0x0C != 0}})
	}
}
