package uplink

import "sync"

// frozen keeps the bodies of what was sent and is not acknowledged, by seq, so
// that another session sends the same bytes. The window bounds it.
type frozen struct {
	mu     sync.Mutex
	bodies map[uint64][]byte
}

// body returns the body of seq, made by write if it was never sent.
func (f *frozen) body(seq uint64, write func() ([]byte, error)) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if b, ok := f.bodies[seq]; ok {
		return b, nil
	}
	b, err := write()
	if err != nil {
		return nil, err
	}
	if f.bodies == nil {
		f.bodies = map[uint64][]byte{}
	}
	f.bodies[seq] = b
	return b, nil
}

// drop forgets all bodies up to seq.
func (f *frozen) drop(seq uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for s := range f.bodies {
		if s <= seq {
			delete(f.bodies, s)
		}
	}
}
