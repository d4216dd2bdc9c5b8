package ticket

import "bytes"

// The bytes that begin commands, and the control bytes with a meaning here.
const (
	nul = 0x00
	ht  = 0x09
	lf  = 0x0A
	ff  = 0x0C
	cr  = 0x0D
	dle = 0x10
	esc = 0x1B
	fs  = 0x1C
	gs  = 0x1D
	us  = 0x1F
)

// Bounds of what a command may skip. Longer claims are lost synchronisation.
const (
	rasterLimit  = 4 << 20  // pixels
	payloadLimit = 64 << 10 // everything else
	untilLimit   = 255      // data up to a terminator
	cloneLimit   = 32       // a clone's vendor settings
	keep         = 64       // bytes of a command that are kept for its reader
	qrLimit      = 8 << 10  // what a QR code can hold, and more
	cleanLines   = 3        // lines of clean text that prove synchronisation
	oddities     = 3        // strange things on end that make it doubtful again
)

// A sink takes what a tokeniser finds. The bytes are valid during the call only.
type sink interface {
	// text is printable bytes; one run may come in several calls.
	text(p []byte)
	// control is one control byte that begins no command.
	control(b byte)
	// command is a whole command: its first bytes, at most keep of them. Known says
	// that a table has it.
	command(h []byte, known bool)
	// lost says that a command claimed more than it may: bytes are missing.
	lost()
	// dots are bytes of the picture in the command under way, first that they are its
	// first: what follows the bytes that say how long it is.
	dots(p []byte, first bool)
}

// A tokeniser cuts a stream of ESC/POS, or of Star Line Mode once that is
// detected, into text, control bytes and commands. The result does not depend on
// how the stream is chunked.
type tokeniser struct {
	sink sink

	star   bool // Star Line Mode
	raster bool // inside ESC * r A … ESC * r B of Star
	draws  bool // the sink wants pictures
	fresh  bool // nothing of a job has come but ESC @ and questions
	probe  bool // stop before the first text of a fresh job
	halt   bool // stop now

	sync  bool // commands are known to begin where they seem to
	clean int  // clean lines in a row while unsynchronised
	inked bool // the line has text
	dirty bool // the line has bytes that no text has
	mess  bool // something strange came since synchronisation was lost
	odd   int  // strange things since the last clean line or ESC @
	// Of the ESC @ or cut being handed on: that there was no synchronisation before
	// it, and that the line it ends is noise.
	doubt, noise bool

	off  bool // ESC = selected the pole display: drop everything
	seen int  // the last bytes meanwhile

	hdr  [keep]byte // the command under way
	n    int        // bytes of it in hdr
	got  int        // bytes of it that came; 0 is outside
	size int        // bytes of it in all; 0 while unknown
	last byte       // the newest of them
	reps int        // repeated parts still to come (ESC &, FS q)
	dots uint8      // whether it is a picture that the sink wants
	tail bool       // an unsynchronised command ended in ESC

	work uint64 // grows with whatever comes but real-time commands and NUL
}

// reset forgets everything, as for a new connection.
func (t *tokeniser) reset() {
	*t = tokeniser{sink: t.sink, fresh: true, probe: t.probe, draws: t.draws, work: t.work}
}

// busy says that a command is under way, other than a question.
func (t *tokeniser) busy() bool { return t.got > 0 && t.hdr[0] != dle }

// abandon forgets the command under way, as after silence in the middle of it.
func (t *tokeniser) abandon() {
	t.got, t.n, t.size, t.reps, t.tail = 0, 0, 0, 0, false
	t.unsync()
}

// feed takes bytes of p and returns how many: all, unless somebody said halt.
func (t *tokeniser) feed(p []byte) int {
	i := 0
	for i < len(p) && !t.halt {
		switch {
		case t.got > 0:
			i += t.more(p[i:])
		case t.off:
			i += t.asleep(p[i:])
		default:
			i += t.plain(p[i:])
		}
	}
	t.halt = false
	return i
}

// lead is a byte that begins a command; char is one that prints.
const (
	ctrl = iota
	char
	lead
)

var class = func() (c [256]uint8) {
	for b := 0x20; b < 0x100; b++ {
		c[b] = char
	}
	c[0x7F] = ctrl
	for _, b := range []byte{dle, esc, fs, gs, us} {
		c[b] = lead
	}
	return c
}()

// plain takes bytes outside commands.
func (t *tokeniser) plain(p []byte) int {
	b := p[0]
	if t.tail {
		t.tail = false
		if b == '@' {
			t.hdr[0], t.hdr[1], t.n = esc, '@', 2
			t.emit(true)
			return 1
		}
	}
	if t.star && t.plainStar(b) {
		return 1
	}
	switch class[b] {
	case lead:
		t.begin(b)
		return 1
	case ctrl:
		if b != tlsHello[0] || !t.fresh || !t.probe {
			t.ctl(b)
			return 1
		}
	}
	if t.fresh && t.probe {
		t.halt = true
		return 0
	}
	j := 1
	for j < len(p) && class[p[j]] == char {
		j++
	}
	t.work += uint64(j)
	t.fresh, t.inked = false, true
	t.sink.text(p[:j])
	return j
}

// harmless are the control bytes that clean text has: NUL BEL HT LF FF CR SO SI
// XON DC2 XOFF DC4 CAN DEL.
const harmless = 1<<0x00 | 1<<0x07 | 1<<ht | 1<<lf | 1<<ff | 1<<cr |
	1<<0x0E | 1<<0x0F | 1<<0x11 | 1<<0x12 | 1<<0x13 | 1<<0x14 | 1<<0x18

// ctl takes one control byte.
func (t *tokeniser) ctl(b byte) {
	if b != nul {
		t.work++
	}
	if b < 0x20 && harmless>>b&1 == 0 {
		t.strange()
	}
	t.sink.control(b)
	if b != lf {
		return
	}
	switch {
	case t.dirty:
		t.clean = 0
	case t.inked:
		t.odd = 0
		t.clean++
		t.sync = t.sync || t.clean >= cleanLines
	}
	t.inked, t.dirty = false, false
}

// noisy says that the line under way is not to be believed.
func (t *tokeniser) noisy() bool { return !t.sync && t.dirty }

func (t *tokeniser) unsync() { t.sync, t.clean, t.mess = false, 0, true }

// strange notes what no job has, or few.
func (t *tokeniser) strange() {
	t.dirty, t.mess = true, true
	t.odd++
}

// sure says that a command may skip an ESC @.
func (t *tokeniser) sure() bool { return t.sync && t.odd < oddities }

func (t *tokeniser) begin(b byte) {
	if b != dle {
		t.work++
	}
	t.hdr[0], t.n, t.got, t.size, t.last = b, 1, 1, 0, b
}

// asleep takes bytes that are for the pole display: until ESC = with bit 0 set, or
// a cut, which no display can mean.
func (t *tokeniser) asleep(p []byte) int {
	const (
		selects = esc<<8 | '='
		cuts    = gs<<8 | 'V'
	)
	t.work++
	for i, b := range p {
		if t.seen&0xFFFF == selects && b&1 == 1 {
			t.off, t.seen = false, 0
			t.hdr[0], t.hdr[1], t.hdr[2], t.n = esc, '=', b, 3
			t.emit(true)
			return i + 1
		}
		t.seen = t.seen<<8&0xFF00 | int(b)
		if t.seen == cuts {
			t.off, t.seen = false, 0
			t.begin(gs)
			return i
		}
	}
	return len(p)
}

// more takes bytes of the command under way.
func (t *tokeniser) more(p []byte) int {
	if t.hdr[0] != dle {
		t.work++
	}
	if t.size == 0 {
		return t.measureMore(p)
	}
	m := min(t.size-t.got, len(p))
	if !t.sure() {
		if k := t.initWithin(p[:m]); k > 0 {
			return k
		}
	}
	if t.draws {
		t.show(p[:m])
	}
	t.n += copy(t.hdr[t.n:], p[:m])
	t.got += m
	t.last = p[m-1]
	if t.got == t.size {
		t.finish()
	}
	return m
}

// Of a command that is being skipped: nothing of it was shown yet, it is a picture, it
// is none.
const (
	unshown = iota
	shown
	hidden
)

// show hands on what a command skips, if that is a picture.
func (t *tokeniser) show(p []byte) {
	if t.dots == unshown {
		t.dots = hidden
		if pictured(t.hdr[:t.n], t.star) {
			t.dots = shown
			t.sink.dots(p, true)
		}
	} else if t.dots == shown {
		t.sink.dots(p, false)
	}
}

// initWithin looks for an ESC @ in what an unsynchronised command is about to
// skip. It begins there instead; k bytes are used, or none.
func (t *tokeniser) initWithin(p []byte) (k int) {
	if t.last == esc && p[0] == '@' {
		k = 1
	} else if i := bytes.Index(p, []byte{esc, '@'}); i >= 0 {
		k = i + 2
	} else {
		return 0
	}
	t.got, t.reps = 0, 0
	t.hdr[0], t.hdr[1], t.n = esc, '@', 2
	t.emit(true)
	return k
}

// measureMore takes bytes until the length of the command is known.
func (t *tokeniser) measureMore(p []byte) int {
	for i, b := range p {
		if t.got > 1 && !t.sure() && t.last == esc && b == '@' {
			return i + t.initWithin(p[i:i+1])
		}
		if t.n < keep {
			t.hdr[t.n] = b
			t.n++
		}
		t.got++
		t.last = b
		switch n := t.measure(); {
		case n == more:
			continue
		case n == unknown:
			t.unknown()
		case n == lost:
			t.replay(true)
		case n == restart:
			t.replay(false)
		case n == stop:
			t.emitBut(b)
		case n == initAfter:
			t.got = 0
			t.hdr[0], t.hdr[1], t.n = esc, '@', 2
			t.emit(true)
		default:
			t.dots = unshown
			if t.size = n; t.got >= t.size {
				t.finish()
			}
		}
		return i + 1
	}
	return len(p)
}

// finish ends a command whose bytes have all come, or the next part of one that
// repeats.
func (t *tokeniser) finish() {
	if t.reps > 1 {
		t.reps--
		t.n, t.size = partHeader(t.hdr[1]), 0
		return
	}
	t.tail = !t.sure() && t.last == esc && t.got > 2
	t.got, t.reps = 0, 0
	t.emit(true)
}

// unknown consumes the lead and its second byte (or what measure has seen), and
// counts it.
func (t *tokeniser) unknown() {
	t.strange()
	t.got = 0
	t.emit(false)
}

// emitBut ends a command before its newest byte b, which is plain again.
func (t *tokeniser) emitBut(b byte) {
	t.n = min(t.n, t.got-1)
	t.got = 0
	t.emit(true)
	t.again([]byte{b})
}

// replay discards the first byte of the command under way and takes the others
// again; bad says that synchronisation is lost.
func (t *tokeniser) replay(bad bool) {
	var b [keep]byte
	n := copy(b[:], t.hdr[1:t.n])
	t.got, t.reps = 0, 0
	if bad {
		t.unsync()
		t.dirty = true
		t.sink.lost()
	}
	t.again(b[:n])
}

// again takes bytes that are in no chunk any more. They belong to a job that has
// begun; a cut among them begins another, which cannot be probed here.
func (t *tokeniser) again(p []byte) {
	for len(p) > 0 {
		t.fresh = false
		p = p[t.feed(p):]
	}
}

// emit hands on the command in hdr, after what it means to the tokeniser itself.
func (t *tokeniser) emit(known bool) {
	h := t.hdr[:t.n]
	init := h[0] == esc && h[1] == '@'
	switch {
	case !known:
	case init, t.isCut(h):
		t.doubt, t.noise = !t.sync, t.noisy()
		// Noise has a cut in it now and then. It proves something behind the end of a
		// line, where nothing was strange.
		t.sync = t.sync || init || !t.mess && !t.inked
		t.mess = !t.sync
		if init {
			t.odd, t.star = 0, false // each job says itself whether it is Star's
		}
		t.raster, t.inked, t.dirty = false, false, false
		// Some senders forget n of GS V A n and go on with ESC @: the printer takes
		// ESC for n, and would print the @.
		t.tail = len(h) == 4 && h[3] == esc
	case h[0] == esc && h[1] == '=' && !t.star && len(h) == 3:
		t.off = h[2]&^2 == 0 && (t.sync || !t.mess)
	}
	if h[0] != dle && !init && !isUEL(h) {
		t.fresh = false
	}
	t.sink.command(h, known)
	t.doubt, t.noise = false, false
}

// isCut says that h cuts the paper.
func (t *tokeniser) isCut(h []byte) bool {
	if t.star {
		return starCut(h)
	}
	return h[0] == gs && h[1] == 'V' || h[0] == esc && (h[1] == 'i' || h[1] == 'm')
}
