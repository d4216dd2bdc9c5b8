package rig

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// sector is what a disk writes whole or not at all.
const sector = 512

// Card is a disk with a cache that a power cut empties. What was written is in the
// cache until the machine flushes it, which takes a moment; [Card.Cut] loses a random
// part of the cache, sector by sector. It is made of memory, and QEMU reaches it over
// NBD.
type Card struct {
	socket string
	lies   bool

	serving sync.WaitGroup // connections

	mu       sync.Mutex
	flash    []byte                 // what survives
	cache    map[int64][sector]byte // by sector
	off      bool                   // the power is cut
	flushing chan struct{}          // closed when the next flush begins
	flushes  int                    // that were done, since the last cut
}

// flushTime is how long a flush takes. An SD card needs between two milliseconds and
// ten times that. A power cut in the middle of it leaves it undone.
const flushTime = 10 * time.Millisecond

// NewCard makes a card with an empty ext4 of [DiskSize] on it. It is gone when the
// test ends. A card that lies says that it has flushed and has not.
func NewCard(t testing.TB, lies bool) *Card {
	t.Helper()
	image := filepath.Join(t.TempDir(), "card")
	c, err := newCard(image, lies)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("unix", c.socket)
	if err != nil {
		t.Fatal(err)
	}
	accepting := make(chan struct{})
	go func() {
		defer close(accepting)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			c.serving.Go(func() { c.serve(conn) })
		}
	}()
	t.Cleanup(func() {
		ln.Close()
		<-accepting
		c.serving.Wait() // machines are gone by now: theirs was the later Cleanup
		os.RemoveAll(filepath.Dir(c.socket))
	})
	return c
}

func newCard(image string, lies bool) (*Card, error) {
	// No lazy initialisation: it would write behind the test's back.
	mke2fs := exec.Command("mke2fs", "-q", "-t", "ext4", "-E", "lazy_itable_init=0,lazy_journal_init=0", image, fmt.Sprint(DiskSize>>10))
	mke2fs.Env = append(os.Environ(), "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin")
	if _, err := output(mke2fs); err != nil {
		return nil, err
	}
	flash, err := os.ReadFile(image)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(scratch, "") // not the test's: names of sockets must be short
	if err != nil {
		return nil, err
	}
	return &Card{socket: filepath.Join(dir, "card"), lies: lies, flash: flash, cache: map[int64][sector]byte{}, flushing: make(chan struct{})}, nil
}

var (
	errBeyond = errors.New("beyond the end of the card")
	errOff    = errors.New("the card has no power")
)

// ready says whether the card has power and whole sectors of it are meant. The caller
// holds mu.
func (c *Card) ready(at int64, n int) error {
	if c.off {
		return errOff
	}
	if at < 0 || at%sector != 0 || n%sector != 0 || at > int64(len(c.flash))-int64(n) {
		return errBeyond
	}
	return nil
}

func (c *Card) read(at int64, n int) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ready(at, n); err != nil {
		return nil, err
	}
	b := slices.Clone(c.flash[at : at+int64(n)])
	for i := 0; i < n; i += sector {
		if s, ok := c.cache[(at+int64(i))/sector]; ok {
			copy(b[i:], s[:])
		}
	}
	return b, nil
}

func (c *Card) write(b []byte, at int64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ready(at, len(b)); err != nil {
		return err
	}
	for i := 0; i < len(b); i += sector {
		c.cache[(at+int64(i))/sector] = [sector]byte(b[i:])
	}
	return nil
}

// flush puts the cache onto the flash, or says so.
func (c *Card) flush() error {
	c.mu.Lock()
	close(c.flushing)
	c.flushing = make(chan struct{})
	c.mu.Unlock()
	time.Sleep(flushTime)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.off {
		return errOff
	}
	c.flushes++
	if c.lies {
		return nil
	}
	for n, s := range c.cache {
		copy(c.flash[n*sector:], s[:])
	}
	clear(c.cache)
	return nil
}

// Flushing returns a channel that is closed when the next flush begins.
func (c *Card) Flushing() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.flushing
}

// Image returns what is on the flash, without the cache.
func (c *Card) Image() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.flash)
}

// Loss is what a power cut did to a card.
type Loss struct {
	Kept, Lost int // sectors of the cache
	Flushes    int // since the cut before
}

// Cut cuts the power of the card and of its machine, and loses a random part of the
// cache: all, nine tenths, half or a tenth. From then on the card answers nothing; it
// works again when it is in another machine.
func (c *Card) Cut(m *Machine, rnd *rand.Rand) Loss {
	c.mu.Lock()
	c.off = true
	c.mu.Unlock()
	m.Kill()
	c.serving.Wait()
	return c.forget(rnd)
}

// forget loses a part of the cache.
func (c *Card) forget(rnd *rand.Rand) Loss {
	c.mu.Lock()
	defer c.mu.Unlock()
	keep := []float64{0, 0.1, 0.5, 0.9}[rnd.IntN(4)]
	l := Loss{Flushes: c.flushes}
	for _, n := range slices.Sorted(maps.Keys(c.cache)) {
		s := c.cache[n]
		if rnd.Float64() >= keep {
			l.Lost++
			continue
		}
		l.Kept++
		copy(c.flash[n*sector:], s[:])
	}
	clear(c.cache)
	c.flushes, c.off = 0, false
	return l
}
