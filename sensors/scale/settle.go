package scale

import (
	"time"

	"readyshelf/kitchen"
)

// When a weight counts as settled.
const (
	// A scale that tells when it is stable is believed once it has said so for this
	// long with the same weight: a single damaged frame, or a knock, settles nothing.
	flaggedFor = 400 * time.Millisecond
	// One that does not tell needs five readings over this time.
	unflaggedFor      = 600 * time.Millisecond
	unflaggedReadings = 5
	// One that may be silent for ever has said its last word after this silence.
	lastWord = time.Second
	// Readings this close are the same weight: 5 g, or two steps of the last digit.
	sameGrams  = 5
	sameDigits = 2
)

// settle finds the moments when a weight has come to rest. The zero settle has
// heard nothing.
type settle struct {
	silent bool // the scale may be silent for ever

	n           int       // readings in a row that are the same weight; 0 when none
	first, last time.Time // of those
	lo, hi      kitchen.Grams
	reading     Reading // the last of them
}

// add takes the next reading, and tells whether its weight has settled.
func (s *settle) add(now time.Time, r Reading) bool {
	if !r.Valid || r.OfTare || r.Over || r.Under || r.Motion || r.HasStability && !r.Stable {
		s.n = 0
		return false
	}
	lo, hi := min(s.lo, r.Grams), max(s.hi, r.Grams)
	if s.n == 0 || hi-lo > max(sameGrams, sameDigits*r.Digit) || r.Net != s.reading.Net {
		s.n, s.first, lo, hi = 0, now, r.Grams, r.Grams
	}
	s.n++
	s.last, s.lo, s.hi, s.reading = now, lo, hi, r
	held := s.last.Sub(s.first)
	if r.HasStability {
		return s.n >= 2 && held >= flaggedFor
	}
	return s.n >= unflaggedReadings && held >= unflaggedFor
}

// idle tells whether silence has settled the last weight.
func (s *settle) idle(now time.Time) bool {
	return s.silent && s.n > 0 && now.Sub(s.last) >= lastWord
}

// How far a settled weight may wander without being a change: a cell warms up, a
// dish steams. It is followed by a gram at a time, so that what is poured in slowly
// still adds up to a change.
const (
	driftGrams = 5
	driftEvery = 10 * time.Second
)

// baseline is the last settled weight that was a change. It outlives a reopened
// port: what was placed meanwhile is reported. The zero baseline knows none.
type baseline struct {
	known   bool
	grams   kitchen.Grams
	net     bool
	drifted time.Time
}

// below is what an empty scale may show under zero. More means that its pan is off,
// or that a tare is set.
const below = -20

// compare returns the change from the baseline to the settled r, and whether it is
// one to report. It keeps the change in mind only through [baseline.set].
func (b *baseline) compare(now time.Time, r Reading, step kitchen.Grams) (delta kitchen.Grams, changed bool) {
	if r.Grams < below {
		return 0, false
	}
	// A key of the scale moved the reading, not the goods.
	if !b.known || b.net != r.Net {
		b.set(now, r)
		return 0, false
	}
	delta = r.Grams - b.grams
	if max(delta, -delta) >= step {
		return delta, true
	}
	if delta != 0 && max(delta, -delta) <= min(driftGrams, step-1) && now.Sub(b.drifted) >= driftEvery {
		b.grams += delta / max(delta, -delta)
		b.drifted = now
	}
	return 0, false
}

func (b *baseline) set(now time.Time, r Reading) {
	*b = baseline{known: true, grams: r.Grams, net: r.Net, drifted: now}
}
