package ticket

import (
	"fmt"
	"io"
)

// Options say how a shop prints.
type Options struct {
	// Encoding is what text is in where no command says otherwise: a name of
	// [Encodings], in letters of any case. Empty means gb18030.
	Encoding string
	// CodePages overrides what ESC t n means, for printers that number otherwise
	// than Epson's.
	CodePages map[int]string
	// Key keys the hash of long order ids; see [Parse].
	Key []byte
	// Layouts are for slips that the general rules do not read; nil are none.
	Layouts *Layouts
	// Unread is told of each slip that came and that nobody understood, or of which the
	// half is missing. It must not wait. Nil wants none.
	Unread func(Unread)
	// Reader reads slips that are pictures. Where it is nil they are only counted.
	Reader *Reader
}

// A Decoder turns the bytes of one connection, or of one serial line, into slips.
// It is not safe for concurrent use. The result does not depend on how the bytes
// are chunked.
type Decoder struct {
	opts     Options
	fallback *charset // what text is in by default
	double   *charset // what double-byte mode means

	tokens tokeniser
	paper  paper
	state  printState
	page   language // not nil inside a label job or something that is no print job
	probe  []byte   // the beginning of a job that may be one of these
	probes bool     // and says that it is being collected

	aligned bool // the job at hand was seen from its beginning
	spoke   bool // it had a command before its first text
	quiet   int  // calls of Idle in a row

	bits      []byte // the picture of the command under way
	stamp     []byte // the picture that GS * defined, in columns of stampHigh bytes
	stampHigh int

	// heard is told every command, for a printer that answers. May be nil.
	heard func(h []byte)
	out   []Slip
}

// NewDecoder returns a decoder at the start of a stream, which may be anywhere in
// a slip. Names of encodings that do not exist mean the default.
func NewDecoder(o Options) *Decoder {
	d := &Decoder{opts: o, fallback: charsetOf(o.Encoding)}
	if d.fallback == nil {
		d.fallback = charsets[defaultName]
	}
	d.double = d.fallback
	if !d.double.wide {
		d.double = charsets[gbName]
	}
	d.tokens = tokeniser{sink: d, fresh: true, probe: true, draws: o.Reader != nil}
	d.paper.art.on = o.Reader != nil
	d.state.reset(d)
	return d
}

// newConnection returns a decoder for a stream that is seen from its beginning.
func newConnection(o Options) *Decoder {
	d := NewDecoder(o)
	d.aligned = true
	return d
}

// Write takes the next bytes and returns the slips that they complete.
func (d *Decoder) Write(p []byte) []Slip {
	if len(p) > 0 {
		d.quiet = 0
	}
	for len(p) > 0 {
		p = p[d.step(p):]
	}
	return d.take()
}

// step takes some of p.
func (d *Decoder) step(p []byte) int {
	switch {
	case d.page != nil:
		d.tokens.work++
		n, back, done := d.page.write(p)
		if done {
			d.page = nil
			d.tokens.fresh = true
			for len(back) > 0 {
				back = back[d.step(back):]
			}
		}
		return n
	case d.probes:
		d.probing(p[0])
		return 1
	}
	n := d.tokens.feed(p)
	if n < len(p) && d.page == nil {
		d.probes = true
	}
	return n
}

// probing takes one byte of the beginning of a job.
func (d *Decoder) probing(b byte) {
	d.tokens.work++
	d.probe = append(d.probe, b)
	lang, maybe := recognise(d.probe)
	switch {
	case lang != nil:
		head := d.stopProbing()
		d.page = lang(d)
		for len(head) > 0 {
			head = head[d.step(head):]
		}
	case !maybe:
		d.tokens.again(d.stopProbing())
	}
}

func (d *Decoder) stopProbing() []byte {
	head := d.probe
	d.probe, d.probes = nil, false
	return head
}

// Idle says that nothing came for a while: it returns the slip that had begun. In
// the middle of a command it waits for a second call, which gives the command up.
// Call it again whenever as much time has passed again.
func (d *Decoder) Idle() []Slip {
	d.quiet++
	if d.tokens.busy() && d.quiet < 2 {
		return nil
	}
	d.end(EndIdle)
	if d.tokens.got > 0 {
		d.tokens.abandon()
	}
	d.page = nil
	d.tokens.fresh, d.tokens.tail = true, false
	d.aligned, d.spoke = true, false
	return d.take()
}

// Close says that the connection ended: it returns the slip that had begun, and
// forgets all state.
func (d *Decoder) Close() []Slip {
	d.end(EndClose)
	d.tokens.reset()
	d.state = printState{}
	d.state.reset(d)
	d.page, d.quiet, d.aligned, d.spoke = nil, 0, true, false
	return d.take()
}

// Pending says that a slip or a command has begun.
func (d *Decoder) Pending() bool {
	return d.paper.inked || d.paper.raster || d.tokens.busy() || d.probes || d.page != nil
}

// end tears off what is on the paper where the stream stops.
func (d *Decoder) end(how Ending) {
	if d.probes {
		d.tokens.again(d.stopProbing())
	}
	if d.page != nil {
		d.page.flush()
	}
	if d.tokens.noisy() {
		d.paper.dropLine()
	}
	d.tear(how)
}

// tear tears off a slip, unless it is noise: what a stream entered in a picture, or
// a stranger's bytes, look like before the first ESC @.
func (d *Decoder) tear(how Ending) {
	s := d.paper.tear(how, d.fallback)
	if s == nil {
		return
	}
	d.aligned, d.spoke = true, false
	d.tokens.fresh = true
	if how != EndLabel && (d.tokens.doubt || !d.tokens.sync) && s.noise() {
		return
	}
	d.out = append(d.out, *s)
}

// noise says that a slip is none: more strange commands than lines, or a beginning
// missed and four bytes a line that are nothing in the shop's encoding.
func (s *Slip) noise() bool {
	if s.Raster && !s.Partial {
		return false // a picture alone has no lines to weigh
	}
	return s.Unknown > len(s.Lines) || s.Partial && s.Undecoded > 3*len(s.Lines)
}

func (d *Decoder) take() []Slip {
	out := d.out
	d.out = nil
	return out
}

// Decode reads r to its end and returns its slips.
func Decode(r io.Reader, o Options) ([]Slip, error) {
	d := NewDecoder(o)
	var slips []Slip
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		slips = append(slips, d.Write(buf[:n])...)
		switch {
		case err == io.EOF:
			return append(slips, d.Close()...), nil
		case err != nil:
			return append(slips, d.Close()...), fmt.Errorf("read printer stream: %w", err)
		}
	}
}
