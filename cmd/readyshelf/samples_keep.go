package main

import (
	"context"
	"log/slog"
	"sync/atomic"

	"readyshelf/sensors/ticket"
)

// sampler keeps slips that nobody understood, one of each kind. It is in nobody's way: a
// slip that comes while the disk is slow, full or read-only is not kept, and that is
// said once.
type sampler struct {
	folder sampleFolder
	log    *slog.Logger
	came   chan ticket.Unread
	missed atomic.Bool // a slip was not kept, and that was said

	known map[string]*ticket.Unread // samples by name, nil for one that cannot be read; of Run
}

// waitingSlips is how many slips wait for the disk.
const waitingSlips = 8

// newSampler keeps samples in a folder; nil where no key is configured.
func newSampler(f sampleFolder, log *slog.Logger) *sampler {
	if f.key == nil {
		return nil
	}
	return &sampler{folder: f, log: log, came: make(chan ticket.Unread, waitingSlips), known: map[string]*ticket.Unread{}}
}

// take takes a slip, and does not wait.
func (s *sampler) take(u ticket.Unread) {
	select {
	case s.came <- u:
	default:
		s.lost("the disk is too slow for it")
	}
}

// lost says once that a slip is not kept.
func (s *sampler) lost(why any) {
	if !s.missed.Swap(true) {
		s.log.Warn("a slip that nobody understood is not kept as a sample; orders are not concerned", "error", why)
	}
}

// run writes slips as they come, until ctx ends.
func (s *sampler) run(ctx context.Context) error {
	if err := s.folder.sweep(); err != nil {
		s.lost(err)
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case u := <-s.came:
			name, err := s.keep(u)
			switch {
			case err != nil:
				s.lost(err)
			case name != "":
				s.missed.Store(false)
				s.log.Info("a slip that nobody understood is kept as a sample", "name", name, "remedy", "sudo readyshelf ticket teach "+name)
			}
		}
	}
}

// keep writes a slip unless there is one of its kind. The oldest go.
func (s *sampler) keep(u ticket.Unread) (name string, err error) {
	names, err := s.folder.names()
	if err != nil {
		return "", err
	}
	s.look(names)
	for _, old := range s.known {
		if old != nil && old.Like(u) {
			return "", nil
		}
	}
	for ; len(names) >= mostSlips; names = names[1:] {
		if err := s.folder.remove(names[0]); err != nil {
			return "", err
		}
	}
	if name, err = s.folder.write(u); err == nil {
		s.known[name] = &u
	}
	return name, err
}

// look reads the samples that it does not know, and forgets those that are gone.
func (s *sampler) look(names []string) {
	before := s.known
	s.known = map[string]*ticket.Unread{}
	var why error
	unreadable := 0
	for _, name := range names {
		old, known := before[name]
		if !known {
			u, err := s.folder.read(name)
			if err == nil {
				old = &u
			} else {
				why = err
				unreadable++
			}
		}
		s.known[name] = old
	}
	if unreadable > 0 {
		s.log.Warn("samples cannot be compared with what comes", "samples", unreadable, "error", why, "remedy", "sudo readyshelf ticket samples says which; put the old key back, or delete them")
	}
}
