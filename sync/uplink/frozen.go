package uplink

import (
	"cmp"
	"slices"
	"sync"
)

// frozen keeps the bodies of what was sent and is not acknowledged, so that another
// session sends the same bytes. The window bounds it.
type frozen struct {
	mu     sync.Mutex
	bodies []frozenBody // by seq
}

type frozenBody struct {
	seq  uint64
	body []byte
}

// body returns the body of seq, made by write if it was never sent.
func (f *frozen) body(seq uint64, write func() ([]byte, error)) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i, sent := f.find(seq)
	if sent {
		return f.bodies[i].body, nil
	}
	b, err := write()
	if err != nil {
		return nil, err
	}
	f.bodies = slices.Insert(f.bodies, i, frozenBody{seq, b})
	return b, nil
}

// drop forgets all bodies up to seq.
func (f *frozen) drop(seq uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i, sent := f.find(seq)
	if sent {
		i++
	}
	clear(f.bodies[:i])
	f.bodies = f.bodies[i:]
}

func (f *frozen) find(seq uint64) (int, bool) {
	return slices.BinarySearchFunc(f.bodies, seq, func(b frozenBody, seq uint64) int { return cmp.Compare(b.seq, seq) })
}
