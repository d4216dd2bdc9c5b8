package uplink

import (
	"context"
	"time"
)

// Pauses between connections: 0.25 s doubled for each failure up to 30 s, and of
// that a random part (full jitter), so that a thousand shops do not come back as
// one. A session of a minute starts over.
const (
	firstPause   = 250 * time.Millisecond
	longestPause = 30 * time.Second
	healthyAfter = time.Minute
)

// Two devices with one client id throw each other out for ever. Three sessions
// in a row lost within 5 s of their CONNACK look like that: then 60 s ± 30 s.
const (
	shortLife  = 5 * time.Second
	shortLives = 3
	longPause  = time.Minute
)

// backoff says how long to wait before the next connection.
type backoff struct {
	rand   func() float64
	failed int
	short  int
}

// after takes whether there was a session and how long it lived, and returns the
// pause, and whether it is a long one for suspicion of a twin.
func (b *backoff) after(connected bool, life time.Duration) (pause time.Duration, twin bool) {
	switch {
	case life >= shortLife:
		b.short = 0
	case connected:
		b.short++
	}
	if b.short == shortLives {
		b.short = 0
		return longPause/2 + time.Duration(b.rand()*float64(longPause)), true
	}
	if life >= healthyAfter {
		b.failed = 0
	}
	limit := min(firstPause<<min(b.failed, 7), longestPause)
	b.failed++
	return time.Duration(b.rand() * float64(limit)), false
}

// sleep waits for d, or less if ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
