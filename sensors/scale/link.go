package scale

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// link reads and writes a port without ever making the conversation wait for it.
type link struct {
	heard chan heard
	asks  chan []byte
	wrote chan error
	done  chan struct{}
	port  io.ReadWriter
	wg    sync.WaitGroup
}

// heard is what one read gave.
type heard struct {
	bytes []byte
	err   error
}

// idleRead is the pause after a read that gave nothing: such a read should have
// waited by itself, and must not become a busy loop if it has not.
const idleRead = 5 * time.Millisecond

func newLink(port io.ReadWriter) *link {
	l := &link{
		heard: make(chan heard),
		asks:  make(chan []byte, 1),
		wrote: make(chan error, 1),
		done:  make(chan struct{}),
		port:  port,
	}
	l.wg.Go(l.read)
	l.wg.Go(l.write)
	return l
}

func (l *link) read() {
	buf := make([]byte, maxFrame)
	for {
		n, err := l.port.Read(buf)
		if n == 0 && err == nil {
			select {
			case <-time.After(idleRead):
				continue
			case <-l.done:
				return
			}
		}
		select {
		case l.heard <- heard{append([]byte(nil), buf[:n]...), err}:
		case <-l.done:
			return
		}
		if err != nil {
			return
		}
	}
}

func (l *link) write() {
	for {
		select {
		case p := <-l.asks:
			if _, err := l.port.Write(p); err != nil {
				l.wrote <- fmt.Errorf("ask the scale: %w", err)
				return
			}
		case <-l.done:
			return
		}
	}
}

// ask sends p, unless the scale has not even taken what was sent before.
func (l *link) ask(p []byte) {
	select {
	case l.asks <- p:
	default:
	}
}

// close ends both directions and waits for them. It closes the port if it can:
// nothing else ends a read that waits.
func (l *link) close() {
	close(l.done)
	if c, ok := l.port.(io.Closer); ok {
		c.Close() // what it says matters no more
	}
	l.wg.Wait()
}
