package main

import (
	"sync"
	"sync/atomic"

	"readyshelf/kitchen"
)

// bell wakes everybody who waits. The zero bell is ready to use.
type bell struct {
	mu sync.Mutex
	ch chan struct{}
}

// wait returns a channel that closes at the next ring.
func (b *bell) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}

// view is the kitchen as the last commit left it, and a bell for its changes.
type view struct {
	bell
	board atomic.Pointer[kitchen.Board]
}

func (v *view) show(b *kitchen.Board) { v.board.Store(b); v.ring() }

// get returns the newest board; it is never nil once the log is open.
func (v *view) get() *kitchen.Board { return v.board.Load() }
