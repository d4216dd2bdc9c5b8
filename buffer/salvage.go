package buffer

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"

	berrors "go.etcd.io/bbolt/errors"

	"readyshelf/kitchen"
)

// A log is salvaged into a new one, which has an id of its own: the old one's seqs
// cannot go on, because nobody knows which of them the cloud has seen. The new log
// begins with the state that the old one had at its end, rebuilt from the newest
// checkpoint that is whole and the events after it. Then every event that was found
// follows as Salvaged, in its old order and under its old identity, and then what
// Replacement says is told by whoever opens the log.

// salvageBatch is how many bytes of records one transaction takes.
const salvageBatch = 1 << 20

// plausibleHead is how far beyond what is certain a single page is believed about the
// head: the worst that follows from a wrong one is a gap that was none.
const plausibleHead = 4096

// salvage is a log on its way into a new one.
type salvage struct {
	*finds
	log     string // the old id
	decider Decider
	sent    uint64            // every follower has it up to here
	cursors map[string]uint64 // of the old log
	boot    uint32
	bootID  string
	state   *checkpoint // nil where none was whole
	class   []kitchen.Class
	missing spans
	dropped []kitchen.Gap // of a full log
	was     sidecar
	r       Replacement // of what was chosen
}

// newSalvage scans a bad log, whose sidecar says what was.
func newSalvage(file *os.File, was sidecar) (*salvage, error) {
	raw, err := newRawFile(file)
	if err != nil {
		return nil, fmt.Errorf("scan log: %w", err)
	}
	f, err := scan(raw)
	if err != nil {
		return nil, fmt.Errorf("scan log: %w", err)
	}
	s := &salvage{finds: f, log: f.id(), state: f.checkpoint(), bootID: was.bootID, boot: was.boot}
	if s.log == "" {
		s.log = was.id
	}
	if s.log != was.id {
		was = sidecar{} // it is of another log
	}
	s.was = was
	for _, p := range f.records {
		if p.boot > s.boot {
			s.boot, s.bootID = p.boot, ""
		}
	}
	s.acknowledged(was)
	s.head(was)
	return s, nil
}

// something is an error where there is nothing to salvage.
func (s *salvage) something() error {
	if len(s.records) == 0 && s.state == nil {
		return fmt.Errorf("%w: nothing of a log was found in it", ErrDamaged)
	}
	return nil
}

// acknowledged works out what every follower has.
func (s *salvage) acknowledged(was sidecar) {
	s.cursors = map[string]uint64{}
	for name, w := range s.finds.cursors {
		s.cursors[name] = w.atLeast(was.cursors[name])
	}
	for name, seq := range was.cursors {
		s.cursors[name] = max(s.cursors[name], seq)
	}
	first := true
	for _, seq := range s.cursors {
		if first || seq < s.sent {
			s.sent, first = seq, false
		}
	}
}

// head finds which events should be there and are not. What was trimmed, and still lies
// on pages that are no longer in use, should not.
func (s *salvage) head(was sidecar) {
	trimmed := min(s.finds.trimmed.atLeast(0), s.sent)
	s.records = slices.DeleteFunc(s.records, func(p place) bool { return p.seq <= trimmed })
	end := max(s.finds.head.atLeast(was.head), was.head)
	next := uint64(1)
	if n := len(s.records); n > 0 {
		end = max(end, s.records[n-1].seq)
		next = s.records[0].seq
	}
	end = max(end, s.finds.head.atLeast(end+plausibleHead))
	if trimmed := s.finds.trimmed.atLeast(next - 1); trimmed < next {
		next = trimmed + 1
	}
	for _, p := range s.records {
		if p.seq > next {
			s.missing = append(s.missing, span{next, p.seq - 1})
		}
		next = p.seq + 1
	}
	if next <= end {
		s.missing = append(s.missing, span{next, end})
	}
}

// fold brings the decider to the end of the old log and learns each event's class.
// Records that do not decode go.
func (s *salvage) fold() error {
	if err := s.restore(); err != nil {
		return err
	}
	whole := s.records[:0]
	err := s.each(func(p place, e kitchen.Event) error {
		whole, s.class = append(whole, p), append(s.class, e.Class())
		switch {
		case s.state == nil && e.Salvaged != nil:
			v := *e.Salvaged
			v.Known = false // the state that knew it is lost
			e.Salvaged = &v
			s.decider.Apply(e)
		case s.state == nil || p.seq > s.state.seq:
			s.decider.Apply(e)
		}
		return nil
	})
	s.records = whole
	s.decider.Renumber()
	return err
}

// each calls f with every record and its event. A record that does not decode is
// missing; what the events tell of as missing before is forgotten. An error of f ends
// it.
func (s *salvage) each(f func(place, kitchen.Event) error) error {
	for _, p := range s.records {
		e, err := s.read(p)
		if err != nil {
			s.missing = s.missing.add(span{p.seq, p.seq})
			continue
		}
		s.hear(e)
		if err := f(p, e); err != nil {
			return err
		}
	}
	s.explain()
	return nil
}

// hear forgets as missing what e tells of as damaged, and remembers what it tells of as
// dropped.
func (s *salvage) hear(e kitchen.Event) {
	if s.finds.earlier.told([]kitchen.Event{e}) {
		s.finds.earlier = nil
	}
	if e.Gap == nil || e.Gap.Log != "" {
		return
	}
	switch class := kitchen.Class(e.Gap.Class); {
	case class == "" || class == "damaged":
		s.missing = s.missing.less(span{e.Gap.From, e.Gap.To})
	case class == classHistory || class.Spare():
		s.dropped = append(s.dropped, *e.Gap)
	}
}

// explain forgets as missing what a full log dropped. A gap that tells of it says how
// many went from a range, and not which: where no more are missing there, it is those.
func (s *salvage) explain() {
	var ranges spans
	for _, g := range s.dropped {
		ranges = ranges.add(span{g.From, g.To})
	}
	for _, r := range ranges {
		var went, missing uint64
		for _, g := range s.dropped {
			if r.From <= g.From && g.To <= r.To {
				went += g.Events
			}
		}
		for _, m := range s.missing {
			if from, to := max(m.From, r.From), min(m.To, r.To); from <= to {
				missing += to - from + 1
			}
		}
		if missing <= went {
			s.missing = s.missing.less(r)
		}
	}
}

// restore begins with the newest state that is whole.
func (s *salvage) restore() error {
	if s.state != nil && s.decider.Restore(s.state.snapshot) == nil {
		return nil
	}
	s.state = nil
	if err := s.decider.Restore(nil); err != nil {
		return fmt.Errorf("restore state: %w", err)
	}
	return nil
}

// choose says which events the new log takes: all of them where they fit into room
// bytes; else the oldest of what was acknowledged goes first, then forecasts, then
// telemetry. What is left goes in, however large it is.
func (s *salvage) choose(room int64) (taken []place) {
	s.r = s.replacement()
	var size int64
	for _, p := range s.records {
		size += salvagedSize(p)
	}
	gone := make([]bool, len(s.records))
	drop := func(class string, may func(i int) bool) {
		g := kitchen.Gap{Class: class, Log: s.log, Reason: "there was no room for it in the new log"}
		for i, p := range s.records {
			if size > room && !gone[i] && may(i) {
				gone[i], size = true, size-salvagedSize(p)
				if g.Events == 0 {
					g.From = p.seq
				}
				g.To, g.Events = p.seq, g.Events+1
			}
		}
		if g.Events > 0 {
			s.r.Gaps = append(s.r.Gaps, g)
		}
	}
	drop("history", func(i int) bool { return s.records[i].seq <= s.sent })
	for _, c := range []kitchen.Class{kitchen.ClassForecast, kitchen.ClassTelemetry} {
		drop(string(c), func(i int) bool { return s.class[i] == c })
	}
	for i, p := range s.records {
		if !gone[i] {
			taken = append(taken, p)
		}
	}
	s.r.Salvaged = uint64(len(taken))
	return taken
}

// salvagedSize is about how many bytes a record needs in its new log.
func salvagedSize(p place) int64 { return int64(p.size) + 220 + elementSize }

// wrap returns the event of a record as the new log has it, under seq.
func (s *salvage) wrap(seq uint64, p place) (kitchen.Event, error) {
	e, err := s.read(p)
	if err != nil {
		return e, err
	}
	sent := p.seq <= s.sent
	if e.Salvaged == nil { // else it is carried over under its first identity
		inner := e
		e = inner.Stamp.Fact("log")
		e.Salvaged = &kitchen.Salvaged{Log: s.log, Event: &inner}
	}
	e.Salvaged.Known, e.Salvaged.Sent = true, e.Salvaged.Sent || sent
	e.Seq = seq
	return e, nil
}

// salvageInto makes, at path, a log under id with all that is left of the one at
// opts.Path; describe completes what is said of it. A card without room gets what
// matters: what nobody has, and no forecasts.
func salvageInto(opts Options, path, id string, was sidecar, describe func(*Replacement)) error {
	file, err := openBad(opts.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	s, err := newSalvage(file, was)
	if err != nil {
		return err
	}
	s.decider = opts.Decider
	if err := s.fold(); err != nil {
		return err
	}
	prefill := min(opts.Prefill, opts.MaxSize)
	for _, room := range []int64{opts.MaxSize / 2, 0} {
		taken := s.choose(room)
		describe(&s.r)
		size := int64(0)
		for _, p := range taken {
			size += salvagedSize(p)
		}
		err = build(path, max(opts.MaxSize, 2*size+opts.MaxSize/4), func(st *store) error {
			return s.write(st, id, prefill, taken)
		})
		if !noRoom(err) {
			return err
		}
		prefill = 0
	}
	return err
}

// write fills a new log with what is taken.
func (s *salvage) write(st *store, id string, prefill int64, taken []place) error {
	if err := errors.Join(st.extend(prefill), st.init(id), st.noteReplacement(s.r)); err != nil {
		return err
	}
	if s.boot > 0 {
		if err := st.saveBoot(s.bootID, s.boot); err != nil {
			return err
		}
	}
	return s.fill(st, taken)
}

// fill writes what is taken, and with the last of it state and cursors.
func (s *salvage) fill(st *store, taken []place) error {
	var c change
	size, acknowledged := 0, uint64(0)
	for i, p := range taken {
		e, err := s.wrap(uint64(i+1), p)
		if err != nil {
			return err
		}
		if e.Salvaged.Sent && acknowledged == uint64(i) {
			acknowledged++
		}
		s.decider.Apply(e)
		r, err := encode(e)
		if err != nil {
			return err
		}
		c.records, c.head = append(c.records, r), e.Seq
		if size += r.size(); size >= salvageBatch {
			if err := st.write(c); err != nil {
				return err
			}
			c, size = change{head: c.head}, 0
		}
	}
	snapshot, err := s.decider.Snapshot()
	if err != nil {
		return err
	}
	c.checkpoint = &checkpoint{seq: uint64(len(taken)), snapshot: snapshot}
	c.cursors = map[string]uint64{}
	for name := range s.cursors {
		c.cursors[name] = acknowledged
	}
	return st.write(c)
}

// noRoom says whether err may pass with less to write.
func noRoom(err error) bool {
	return errors.Is(err, berrors.ErrMaxSizeReached) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// less returns s without what g covers.
func (s spans) less(g span) spans {
	var out spans
	for _, o := range s {
		out = append(out, spans{g}.without(o)...)
	}
	return slices.Clip(out)
}
