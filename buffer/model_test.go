package buffer

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"readyshelf/kitchen"
)

// step is one thing that happens to a log.
type step struct {
	Do       string
	Follower string
	Facts    []int // kinds: press, ticket, forecast, fault
	Notes    int   // bytes of each ticket
	Ack      int   // of what is read, in hundredths
	Minutes  int
}

func steps() *rapid.Generator[[]step] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		return step{
			Do:       rapid.SampledFrom([]string{"append", "append", "fill", "fill", "read", "read", "wait", "refuse", "restart", "crash", "forget", "release"}).Draw(t, "do"),
			Follower: rapid.SampledFrom([]string{"uplink", "board"}).Draw(t, "follower"),
			Facts:    rapid.SliceOfN(rapid.IntRange(0, 3), 1, 40).Draw(t, "facts"),
			Notes:    rapid.SampledFrom([]int{0, 10, 500, 3000}).Draw(t, "notes"),
			Ack:      rapid.IntRange(0, 100).Draw(t, "ack"),
			Minutes:  rapid.SampledFrom([]int{1, 2, 100, 5000}).Draw(t, "minutes"),
		}
	}), 1, 60)
}

// modelled is a log beside what it should be: a slice, and cursors.
type modelled struct {
	t      *testing.T
	h      *house
	opts   Options
	want   []kitchen.Event
	gone   map[uint64]bool // that a full log dropped, as the gaps tell
	acked  map[string]uint64
	peak   map[string]uint64 // the most it ever was
	hash   uint64
	number int
}

// TestModel compares any history of appends, reads, failures, crashes and long
// waits with a slice.
func TestModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		plan := steps().Draw(rt, "steps")
		var failed error
		synctest.Test(t, func(t *testing.T) { failed = model(t, plan) })
		if failed != nil {
			rt.Fatal(failed)
		}
	})
}

func model(t *testing.T, plan []step) error {
	begin := time.Now()
	m := &modelled{t: t, gone: map[uint64]bool{}, acked: map[string]uint64{}, peak: map[string]uint64{}, opts: options(logPath(t))}
	m.opts.MaxSize = 512 << 10
	m.opts.Keep = 48 * time.Hour
	m.opts.Now = func() kitchen.Stamp {
		up := time.Since(begin)
		return kitchen.Stamp{Boot: 1, Up: up, At: epoch.Add(up), Clock: kitchen.Synced}
	}
	m.h = run(t, m.opts)
	defer func() { _ = m.h.stop() }()
	for i, s := range plan {
		err := map[string]func(step) error{
			"append": m.append, "fill": m.fill, "refuse": m.refuse, "read": m.read, "forget": m.forget,
			"restart": m.restart, "crash": m.crash, "wait": m.wait, "release": m.release,
		}[s.Do](s)
		if err = errors.Join(err, m.compare()); err != nil {
			return fmt.Errorf("step %d, %s: %w", i, s.Do, err)
		}
	}
	return nil
}

func (m *modelled) facts(s step) []kitchen.Event {
	var facts []kitchen.Event
	for _, kind := range s.Facts {
		m.number++
		f := press(fmt.Sprint("p", m.number))
		switch kind {
		case 1:
			f = ticket(fmt.Sprint("t", m.number))
			f.Ticket.Notes = strings.Repeat("n", s.Notes)
		case 2:
			f = soon(m.number)
		case 3:
			f = broken(m.number)
		}
		f.Stamp = m.opts.Now()
		facts = append(facts, f)
	}
	return facts
}

func (m *modelled) append(s step) error {
	err := m.h.Append(m.t.Context(), m.facts(s)...)
	m.learn()
	if errors.Is(err, ErrFull) {
		return nil
	}
	return err
}

// fill appends a lot.
func (m *modelled) fill(s step) error {
	for range 20 {
		if err := m.append(s); err != nil {
			return err
		}
	}
	return nil
}

// learn takes over what was committed.
func (m *modelled) learn() {
	synctest.Wait()
	seen := m.h.seen()
	for _, e := range seen {
		if e.Seq == uint64(len(m.want)+1) {
			m.want = append(m.want, e)
			if e.Gap != nil {
				m.drop(*e.Gap)
			}
		}
	}
	m.hash = m.h.tally.Hash
}

// drop takes a gap at its word: what it tells of is gone, and nothing else.
func (m *modelled) drop(g kitchen.Gap) {
	var n uint64
	for seq := g.From; seq <= g.To; seq++ {
		if m.gone[seq] || g.Class != "history" && string(m.want[seq-1].Class()) != g.Class {
			continue
		}
		m.gone[seq] = true
		n++
	}
	if n != g.Events {
		m.t.Errorf("%+v tells of %d events, %d went", g, g.Events, n)
	}
	for name, seq := range m.acked {
		if g.Class == "history" && g.To > seq {
			m.t.Errorf("%+v went, %s has acknowledged %d", g, name, seq)
		}
	}
	if g.Class != "history" && !kitchen.Class(g.Class).Spare() {
		m.t.Errorf("%+v went, which is not to spare", g)
	}
}

// left returns the events from a seq on that should be there.
func (m *modelled) left(from uint64) []kitchen.Event {
	var out []kitchen.Event
	for _, e := range m.want[from-1:] {
		if !m.gone[e.Seq] {
			out = append(out, e)
		}
	}
	return out
}

// refuse makes a commit fail. Where that one makes room, the next may have the facts.
func (m *modelled) refuse(s step) error {
	synctest.Wait()
	noRoomMade := func() int { return m.h.lines.count("log not trimmed") + m.h.lines.count("log not swept") }
	before := noRoomMade()
	m.h.breakCommits(1, syscall.EIO)
	err := m.h.Append(m.t.Context(), m.facts(s)...)
	m.learn()
	if err == nil && noRoomMade() == before {
		return errors.New("a failed commit was acknowledged")
	}
	m.h.breakCommits(0, nil)
	return nil
}

func (m *modelled) read(s step) error {
	st, err := m.h.Stats()
	if err != nil {
		return err
	}
	from := max(m.acked[s.Follower]+1, st.Oldest)
	if from > st.Head {
		return nil
	}
	n := st.Head - from + 1
	upto := from - 1 + n*uint64(s.Ack)/100
	want := m.left(from)
	if len(want) == 0 {
		return nil
	}
	got := take(m.t, m.h.Log, s.Follower, len(want), func(uint64) uint64 { return upto })
	m.acked[s.Follower] = max(m.acked[s.Follower], upto)
	m.peak[s.Follower] = max(m.peak[s.Follower], upto)
	if diff := cmp.Diff(want, got); diff != "" {
		return fmt.Errorf("%s reads (-want +got):\n%s", s.Follower, diff)
	}
	return nil
}

func (m *modelled) release(s step) error {
	was := m.h.Released()
	m.h.Release(m.h.Head() * uint64(s.Ack) / 100)
	if got := m.h.Released(); got < was || got > max(was, m.h.acknowledged()) {
		return fmt.Errorf("released up to %d, it was %d, acknowledged are %d", got, was, m.h.acknowledged())
	}
	return nil
}

func (m *modelled) forget(s step) error {
	m.h.Forget(s.Follower)
	delete(m.acked, s.Follower)
	return nil
}

func (m *modelled) restart(step) error {
	err := m.h.stop()
	m.h = run(m.t, m.opts)
	return err
}

// crash goes on with a copy of the bytes: cursors may be older, events may not.
func (m *modelled) crash(step) error {
	synctest.Wait()
	path := copyLog(m.t, m.h.path)
	_ = m.h.stop()
	m.opts.Path = path
	m.h = run(m.t, m.opts)
	for _, name := range []string{"uplink", "board"} {
		got := m.h.Cursor(name)
		if got > m.peak[name] {
			return fmt.Errorf("cursor %s is %d after a crash, and was never beyond %d", name, got, m.peak[name])
		}
		m.acked[name] = got
		if got == 0 { // perhaps nobody
			delete(m.acked, name)
		}
	}
	return nil
}

func (m *modelled) wait(s step) error {
	time.Sleep(time.Duration(s.Minutes) * time.Minute)
	m.learn()
	return nil
}

func (m *modelled) compare() error {
	synctest.Wait()
	st, err := m.h.Stats()
	if err != nil {
		return err
	}
	if st.Head != uint64(len(m.want)) || st.Size > m.opts.MaxSize {
		return fmt.Errorf("got %+v, want head %d", st, len(m.want))
	}
	if n := len(m.left(st.Oldest)); st.Events != uint64(n) {
		return fmt.Errorf("%d events are there, want %d", st.Events, n)
	}
	for name, seq := range m.acked {
		if got := m.h.Cursor(name); got != seq {
			return fmt.Errorf("cursor %s is %d, want %d", name, got, seq)
		}
		if st.Oldest > seq+1 {
			return fmt.Errorf("%d was trimmed, %s has acknowledged %d", st.Oldest-1, name, seq)
		}
	}
	if m.h.tally.Hash != m.hash {
		return fmt.Errorf("state differs: %d events, want %d", m.h.tally.N, len(m.want))
	}
	return nil
}
