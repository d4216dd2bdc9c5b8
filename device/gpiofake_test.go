package device

import (
	"encoding/binary"
	"io/fs"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
)

// fakeBus is a machine with GPIO chips that a test plays. It does what the kernel
// does with requests, edges, their numbers and a full buffer; it does not debounce.
type fakeBus struct {
	t         *testing.T
	start     time.Time
	suspended time.Duration
	held      time.Duration // between the reading of one clock and of the other

	mu      sync.Mutex
	present []*fakeChip
	links   map[string]string
	denied  map[string]bool
}

type fakeChip struct {
	bus         *fakeBus
	name, label string
	lines       []fakeLine
	old         bool // Linux before 5.10
	silent      bool // Linux before 6.2: removal ends no read
	removed     bool
	requests    []*fakeLines // all there were
}

type fakeLine struct {
	name, user string
	edgeless   bool
	level      bool
	lines      *fakeLines // who has it
}

func newBus(t *testing.T, chips ...*fakeChip) *fakeBus {
	b := &fakeBus{t: t, start: time.Now(), links: map[string]string{}, denied: map[string]bool{}}
	for _, c := range chips {
		b.add(c)
	}
	return b
}

func (b *fakeBus) add(c *fakeChip) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c.bus = b
	b.present = append(b.present, c)
}

// remove takes a chip away, as unplugging its board does.
func (b *fakeBus) remove(c *fakeChip) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c.removed = true
	b.present = slices.DeleteFunc(b.present, func(x *fakeChip) bool { return x == c })
	for _, l := range c.requests {
		if !c.silent {
			l.ring()
		}
	}
}

// chip returns a chip whose lines have names, all at rest high.
func chip(name, label string, names ...string) *fakeChip {
	c := &fakeChip{name: name, label: label}
	for _, n := range names {
		c.lines = append(c.lines, fakeLine{name: n, level: true})
	}
	return c
}

func (b *fakeBus) chips() (names []string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.present {
		names = append(names, c.name)
	}
	return names, nil
}

func (b *fakeBus) open(name string) (gpioChip, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if to, ok := b.links[name]; ok {
		name = to
	}
	i := slices.IndexFunc(b.present, func(c *fakeChip) bool { return c.name == name })
	switch {
	case b.denied[name]:
		return nil, fs.ErrPermission
	case i < 0:
		return nil, fs.ErrNotExist
	}
	return b.present[i], nil
}

func (b *fakeBus) clocks() (boot, mono time.Duration) {
	mono = time.Since(b.start)
	return mono + b.suspended, mono + b.held
}

func (c *fakeChip) Close() error { return nil }

func (c *fakeChip) info() (i uapi.ChipInfo, err error) {
	copy(i.Name[:], c.name)
	copy(i.Label[:], c.label)
	i.Lines = uint32(len(c.lines))
	return i, nil
}

func (c *fakeChip) line(offset int) (i uapi.LineInfoV2, err error) {
	c.bus.mu.Lock()
	defer c.bus.mu.Unlock()
	if c.old {
		return i, unix.EINVAL
	}
	l := c.lines[offset]
	copy(i.Name[:], l.name)
	copy(i.Consumer[:], l.user)
	if l.user != "" || l.lines != nil {
		i.Flags |= uapi.LineFlagV2Used
	}
	if l.lines != nil {
		copy(i.Consumer[:], consumer)
	}
	return i, nil
}

func (c *fakeChip) request(r *uapi.LineRequest) (gpioLines, error) {
	c.bus.mu.Lock()
	defer c.bus.mu.Unlock()
	offsets := r.Offsets[:r.Lines]
	for _, o := range offsets {
		switch l := c.lines[o]; {
		case l.user != "" || l.lines != nil:
			return nil, unix.EBUSY
		case l.edgeless && r.Config.Flags&uapi.LineFlagV2Input != 0:
			return nil, unix.ENXIO
		}
	}
	l := &fakeLines{chip: c, asked: *r, lineSeq: map[int]uint32{}, rung: make(chan struct{}, 1)}
	for _, o := range offsets {
		c.lines[o].lines = l
	}
	c.requests = append(c.requests, l)
	return l, nil
}

// alive returns the requests that are not closed.
func (c *fakeChip) alive() (n int) {
	c.bus.mu.Lock()
	defer c.bus.mu.Unlock()
	for _, l := range c.requests {
		if !l.closed {
			n++
		}
	}
	return n
}

// to sets the level of a line; the kernel loses the edge if lost.
func (c *fakeChip) to(offset int, level, lost bool) {
	c.bus.mu.Lock()
	defer c.bus.mu.Unlock()
	c.put(offset, level, lost)
}

// burst makes n edges, the first to low, before anybody can read.
func (c *fakeChip) burst(offset, n int) {
	c.bus.mu.Lock()
	defer c.bus.mu.Unlock()
	for i := range n {
		c.put(offset, i%2 == 1, false)
	}
}

// early sets the level of a line whose edge comes later.
func (c *fakeChip) early(offset int, level bool) {
	c.bus.mu.Lock()
	defer c.bus.mu.Unlock()
	c.lines[offset].level = level
}

func (c *fakeChip) put(offset int, level, lost bool) {
	c.lines[offset].level = level
	l := c.lines[offset].lines
	if l == nil {
		return
	}
	l.seq++
	l.lineSeq[offset]++
	if lost {
		return
	}
	if len(l.queue) == int(l.asked.EventBufferSize) {
		l.queue = l.queue[1:]
	}
	e := make([]byte, eventSize)
	id := uapi.LineEventFallingEdge
	if level {
		id = uapi.LineEventRisingEdge
	}
	mono := time.Since(c.bus.start)
	binary.NativeEndian.PutUint64(e, uint64(mono))
	binary.NativeEndian.PutUint32(e[8:], uint32(id))
	binary.NativeEndian.PutUint32(e[12:], uint32(offset))
	binary.NativeEndian.PutUint32(e[16:], l.seq)
	binary.NativeEndian.PutUint32(e[20:], l.lineSeq[offset])
	l.queue = append(l.queue, e)
	l.ring()
}

// fakeLines is a request of a fake chip.
type fakeLines struct {
	chip  *fakeChip
	asked uapi.LineRequest

	// Guarded by the bus's lock.
	queue    [][]byte
	seq      uint32
	lineSeq  map[int]uint32
	deadline time.Time
	closed   bool
	reads    int
	rung     chan struct{}
}

func (l *fakeLines) ring() {
	select {
	case l.rung <- struct{}{}:
	default:
	}
}

func (l *fakeLines) SetReadDeadline(t time.Time) error {
	l.chip.bus.mu.Lock()
	defer l.chip.bus.mu.Unlock()
	l.deadline = t
	return nil
}

func (l *fakeLines) Read(b []byte) (int, error) {
	for {
		n, until, err := l.tryRead(b)
		if n > 0 || err != nil {
			return n, err
		}
		wait := time.NewTimer(time.Until(until))
		select {
		case <-l.rung:
		case <-wait.C:
		}
		wait.Stop()
	}
}

func (l *fakeLines) tryRead(b []byte) (n int, until time.Time, err error) {
	l.chip.bus.mu.Lock()
	defer l.chip.bus.mu.Unlock()
	l.reads++
	switch {
	case l.closed:
		return 0, until, os.ErrClosed
	case !time.Now().Before(l.deadline):
		return 0, until, os.ErrDeadlineExceeded
	case l.chip.removed && !l.chip.silent:
		return 0, until, unix.ENODEV
	}
	for len(l.queue) > 0 && len(b) >= eventSize {
		n += copy(b, l.queue[0])
		b, l.queue = b[eventSize:], l.queue[1:]
	}
	return n, l.deadline, nil
}

func (l *fakeLines) get(mask uapi.LineBitmap) (levels uapi.LineBitmap, err error) {
	l.chip.bus.mu.Lock()
	defer l.chip.bus.mu.Unlock()
	if err := l.state(); err != nil {
		return 0, err
	}
	for i, o := range l.asked.Offsets[:l.asked.Lines] {
		if mask.Get(i) == 1 && l.chip.lines[o].level {
			levels = levels.Set(i, 1)
		}
	}
	return levels, nil
}

func (l *fakeLines) set(levels, mask uapi.LineBitmap) error {
	l.chip.bus.mu.Lock()
	defer l.chip.bus.mu.Unlock()
	if err := l.state(); err != nil {
		return err
	}
	for i, o := range l.asked.Offsets[:l.asked.Lines] {
		if mask.Get(i) == 1 {
			l.chip.lines[o].level = levels.Get(i) == 1
		}
	}
	return nil
}

func (l *fakeLines) state() error {
	switch {
	case l.closed:
		return os.ErrClosed
	case l.chip.removed:
		return unix.ENODEV
	}
	return nil
}

func (l *fakeLines) Close() error {
	l.chip.bus.mu.Lock()
	defer l.chip.bus.mu.Unlock()
	if l.closed {
		return os.ErrClosed
	}
	l.closed = true
	l.ring()
	for _, o := range l.asked.Offsets[:l.asked.Lines] {
		l.chip.lines[o].lines = nil
	}
	return nil
}
