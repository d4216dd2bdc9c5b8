package buffer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"readyshelf/kitchen"
)

// Errors that a caller may branch on.
var (
	// ErrFull says that the log has no room and that nothing in it may be dropped:
	// a follower has not acknowledged it. Room comes with its next acknowledgement.
	ErrFull = errors.New("log is full: nothing may be dropped before it is acknowledged; bring the cloud link back, or raise log.max_size")
	// ErrClosed says that Run has ended or the log is closed.
	ErrClosed = errors.New("log is closed")
	// ErrHeld says that another process has the file open.
	ErrHeld = errors.New("another process has the log open: ask the running daemon (readyshelf log), or stop it first (systemctl stop readyshelf)")
	// ErrNewer says that a newer program wrote the file.
	ErrNewer = errors.New("log was written by a newer program: install that version again")
	// ErrRefused says that these facts cannot be written and never will be: what is
	// wrong is with them, and not with the file.
	ErrRefused = errors.New("facts refused")
	// ErrDamaged says that the file's structure is broken, not the way to it.
	ErrDamaged = errors.New("file is damaged")
	// ErrTooLarge says that an event does not fit a record. It comes with ErrRefused.
	ErrTooLarge = errors.New("event is too large")
)

// Decider turns facts into what follows from them. Its methods are called by one
// goroutine at a time: by Open, then by Run.
type Decider interface {
	// Decide folds fact into the state (nil on a tick: time passed) and everything
	// that follows from it, and returns all events to write, the fact first,
	// numbered from first without gaps. An empty answer to a tick changes nothing.
	Decide(first uint64, now kitchen.Stamp, fact *kitchen.Event) []kitchen.Event
	// Apply folds in an event that was decided before. It is all that a replay runs.
	Apply(kitchen.Event)
	// Snapshot returns the state, Restore sets it. Restore(nil) is the first day.
	Snapshot() ([]byte, error)
	Restore([]byte) error
	// Renumber makes of the state at the end of a log that at the beginning of another.
	Renumber()
}

// Options say how to open a log.
type Options struct {
	// Path of the file. Its sidecar and what is moved aside lie beside it.
	Path    string
	Decider Decider
	// BootID tells boots of the machine apart: /proc/sys/kernel/random/boot_id.
	BootID string
	// Now is the moment on both clocks. It is called only while Run runs.
	Now func() kitchen.Stamp
	// Tick is how often the Decider is asked without a fact; 0 is never.
	Tick time.Duration
	// Probe, if set, is asked about an existing file before it is opened: nil is a sound
	// one, ErrDamaged a bad one, and anything else ends Open. It runs [Probe] in a
	// child process, since a damaged file can kill the process that opens it, and
	// has let go of the file's lock when it returns.
	Probe func(ctx context.Context, path string) error
	// MaxSize is the most bytes that the file may have; 64 MiB where 0. All of it
	// is mapped, so it costs address space, not memory. From 256 KiB to LargestSize.
	MaxSize int64
	// Keep is how long events are kept after every follower has acknowledged them;
	// 720 h where 0. They are kept a day at least, as the far side may ask for them
	// again, or until it has them for good; see [Log.Release]. Below 0 nothing is kept:
	// what was acknowledged goes with the next checkpoint.
	Keep time.Duration
	// Prefill is how many bytes a new file has, as zeros; 8 MiB where 0. A commit to
	// blocks that exist writes a fifth less than one that must allocate them.
	Prefill int64
	// Committed is called by the writer after each commit, in order, before Append
	// returns, and with nothing after a tick that nothing followed from. It holds up
	// the writer, and must not call Append.
	Committed func([]kitchen.Event)
	// Timing is called by the writer after each commit, with how many facts it was
	// for (what follows from them, and trimming, count none) and how long it took. It
	// must be quick.
	Timing func(facts int, took time.Duration)
	Log    *slog.Logger
}

// Bounds of [Options.MaxSize].
const (
	minMaxSize = 256 << 10
	// LargestSize is 1 GiB, and 256 MiB where a pointer has 32 bits: the file is mapped
	// in one piece into the 3 GiB that a process has there, and a new log for what was
	// salvaged from a full one may be mapped four times as large.
	LargestSize = 1 << (28 + 2*(^uint(0)>>63))
)

func (o Options) check() (Options, error) {
	if o.Path == "" || o.Decider == nil || o.Now == nil {
		return o, errors.New("open log: Path, Decider and Now are required")
	}
	o.MaxSize = cmp.Or(o.MaxSize, 64<<20)
	o.Keep = cmp.Or(o.Keep, 720*time.Hour)
	o.Prefill = cmp.Or(o.Prefill, 8<<20)
	if o.MaxSize < minMaxSize || o.MaxSize > LargestSize {
		return o, fmt.Errorf("open log: log.max_size is %d bytes, want %d to %d", o.MaxSize, minMaxSize, LargestSize)
	}
	if o.Committed == nil {
		o.Committed = func([]kitchen.Event) {}
	}
	if o.Timing == nil {
		o.Timing = func(int, time.Duration) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

// Log is the event log. Its methods may be called concurrently.
type Log struct {
	// Fixed by Open.
	opts     Options
	id       string
	boot     uint32
	replaced *Replacement
	writer   *writer

	requests chan *request // to the writer; unbuffered, so who waits is not yet in
	between  chan func()   // to the writer, which calls them
	pulses   chan struct{} // to the writer, which does nothing for them but take them
	acked    chan struct{} // a cursor moved in memory
	damage   chan struct{} // a gap was found
	done     chan struct{} // closed when Run ends
	started  atomic.Bool
	end      sync.Once

	near, full atomic.Bool // as last logged

	// fileMu is held for reading during a transaction of a reader, and for writing
	// while the file is closed and opened anew.
	fileMu sync.RWMutex
	store  *store
	closed bool

	mu      sync.Mutex
	more    chan struct{} // closed and replaced after every commit
	head    uint64
	tail    tail // of the commit at head; nil where nobody waited for it
	waiting int  // followers that are at head
	trimmed uint64
	commits uint64
	holes   uint64 // seqs of what was dropped from among the rest
	dropped map[kitchen.Class]uint64
	cursors map[string]*cursor
	forget  []string
	// released is the far side's watermark, and what of it is in the file.
	released, releasedSaved uint64
	gaps                    spans // known, told or not
	untold                  []gap // found, not yet in the log
}

// Open opens the log at opts.Path, or creates it, and brings the Decider to its
// head: its checkpoint and what follows.
//
// A file that is damaged, empty or no log, where a log was, is kept beside a new log
// under a new id, which begins with all that could be salvaged; see [Log.Replaced].
// Where none was, it is an error, as is a log that another process has open (ErrHeld,
// after 2 s).
func Open(opts Options) (*Log, error) {
	opts, err := opts.check()
	if err != nil {
		return nil, err
	}
	l, err := open(opts)
	if errors.Is(err, ErrDamaged) && l != nil { // it opens, but does not work
		if err := markDamaged(opts.Path, l.id); err != nil {
			return nil, err
		}
		l, err = open(opts)
	}
	return l, err
}

// open returns a log even with an error, where the file is one but is damaged.
func open(opts Options) (*Log, error) {
	s, m, err := obtain(opts)
	if err != nil {
		return nil, err
	}
	l := &Log{
		opts:     opts,
		requests: make(chan *request),
		between:  make(chan func()),
		pulses:   make(chan struct{}),
		acked:    make(chan struct{}, 1),
		damage:   make(chan struct{}, 1),
		done:     make(chan struct{}),
		more:     make(chan struct{}),
		store:    s,
		cursors:  map[string]*cursor{},
		dropped:  map[kitchen.Class]uint64{},
	}
	l.adopt(m)
	l.writer = newWriter(l)
	if err := l.start(m); err != nil {
		s.abandon()
		return l, fmt.Errorf("open log %s: %w", opts.Path, err)
	}
	return l, nil
}

// adopt takes over what the file says of itself.
func (l *Log) adopt(m meta) {
	l.replaced = m.replaced
	l.id, l.boot, l.trimmed, l.gaps = m.id, m.boot, m.trimmed, m.gaps
	l.released, l.releasedSaved, l.holes = m.released, m.released, m.holes
	for name, seq := range m.cursors {
		l.cursors[name] = &cursor{acked: seq, saved: seq}
	}
}

// start numbers the boot and brings the Decider to the head.
func (l *Log) start(m meta) error {
	if l.boot == 0 || m.bootID != l.opts.BootID {
		l.boot++
		if err := l.store.saveBoot(l.opts.BootID, l.boot); err != nil {
			return fmt.Errorf("number this boot: %w", err)
		}
	}
	if _, err := l.writer.restore(); err != nil {
		return err
	}
	l.head = m.head
	sp, err := l.store.space()
	if err != nil {
		return err
	}
	l.writer.watch(sp)
	l.writer.mirror()
	return nil
}

// Close closes the file. Call it after Run has returned, or where it never ran.
// Cursors that moved since the last commit are saved.
func (l *Log) Close() error {
	l.stop()
	c, moved := l.unsaved()
	l.fileMu.Lock()
	defer l.fileMu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	if l.writer.suspect {
		l.store.abandon()
		return nil
	}
	var err error
	if moved {
		err = l.store.commit(c)
	}
	if errors.Is(err, ErrDamaged) {
		l.store.abandon()
	} else {
		err = errors.Join(err, l.store.close())
	}
	if err != nil {
		return fmt.Errorf("close log: %w", err)
	}
	return nil
}

// stop lets everything that waits return.
func (l *Log) stop() { l.end.Do(func() { close(l.done) }) }

// reading runs fn on the file, which stays open meanwhile.
func (l *Log) reading(fn func(*store) error) error {
	l.fileMu.RLock()
	defer l.fileMu.RUnlock()
	if l.closed {
		return ErrClosed
	}
	return fn(l.store)
}

// ID returns the log's identity: 64 random bits as 13 characters of base32.
func (l *Log) ID() string { return l.id }

// Boot returns the number of this boot, from 1: the same for the same BootID.
func (l *Log) Boot() uint32 { return l.boot }

// Replaced says what became of an older log that could not be used any more. It is the
// zero Replacement on an ordinary start. What it says is to be logged: its Gaps and,
// with them, a Fault of [LogDevice]. From then on nothing more is said of it; until
// then every start says it again.
func (l *Log) Replaced() Replacement {
	if l.replaced == nil {
		return Replacement{}
	}
	return *l.replaced
}

// Head returns the seq of the last event committed, 0 where there is none.
func (l *Log) Head() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.head
}

// Snapshot writes a copy of the file to w: a log in itself, consistent while
// writing goes on. A slow w keeps pages from being used again meanwhile.
func (l *Log) Snapshot(w io.Writer) error {
	err := l.reading(func(s *store) error {
		return s.view(func(tx *bbolt.Tx) error { _, err := tx.WriteTo(w); return err })
	})
	if err != nil {
		return fmt.Errorf("snapshot log: %w", err)
	}
	return nil
}

// Stats are figures of a log.
type Stats struct {
	Head   uint64 // seq of the newest event
	Oldest uint64 // seq of the oldest event kept; Head + 1 where none is
	Events uint64 // kept
	Lost   uint64 // damaged among them
	// Released is the far side's watermark; see Log.Release.
	Released uint64
	// Dropped counts what went before its time since Open, by class, and as "history"
	// what was acknowledged; never nil.
	Dropped map[kitchen.Class]uint64
	// NearFull says that the log is over 80 % full, Full that it took nothing when it
	// was asked last.
	NearFull, Full bool
	Commits        uint64 // transactions that wrote events, since Open
	Bytes          int64  // used within the file
	Size           int64  // of the file
	MaxSize        int64
}

// Stats returns the figures of now.
func (l *Log) Stats() (Stats, error) {
	var sp space
	err := l.reading(func(s *store) (err error) { sp, err = s.space(); return err })
	if err != nil {
		return Stats{}, fmt.Errorf("log stats: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	st := Stats{
		Head: l.head, Oldest: l.trimmed + 1, Events: l.head - l.trimmed - l.holes, Commits: l.commits,
		Released: l.released, Dropped: maps.Clone(l.dropped), NearFull: l.near.Load(), Full: l.full.Load(),
		Bytes: sp.used, Size: sp.file, MaxSize: sp.max,
	}
	for _, g := range l.gaps {
		st.Lost += g.To - g.From + 1
	}
	return st, nil
}

// oldest returns the first seq that may be there.
func (l *Log) oldest() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.trimmed + 1
}
