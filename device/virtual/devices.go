package virtual

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"time"
)

// Scale is a scale that sends ST,GS lines unasked.
type Scale struct {
	*Line
	grams atomic.Int64
}

// NewScale plugs a scale in at path.
func NewScale(path string) (*Scale, error) {
	l, err := NewLine(path)
	return &Scale{Line: l}, err
}

// Put changes what lies on the scale, in grams.
func (s *Scale) Put(grams int) { s.grams.Add(int64(grams)) }

// Run sends a reading every interval until ctx ends. While the scale is
// unplugged nobody hears it. A reading that follows another weight is marked unstable.
func (s *Scale) Run(ctx context.Context, every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	last := s.grams.Load()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		now := s.grams.Load()
		state := "ST"
		if now != last {
			state = "US"
		}
		last = now
		fmt.Fprintf(s, "%s,GS,%s%8.3fkg\r\n", state, sign(now), float64(max(now, -now))/1000)
	}
}

func sign(n int64) string {
	if n < 0 {
		return "-"
	}
	return "+"
}

// Button is a push button whose line is high until it is pressed: the daemon
// reads '1' for released and '0' for pressed.
type Button struct{ *Line }

// NewButton plugs a button in at path.
func NewButton(path string) (*Button, error) {
	l, err := NewLine(path)
	return &Button{l}, err
}

// Press closes the contact for a while.
func (b *Button) Press(hold time.Duration) error {
	if _, err := b.Write([]byte("0")); err != nil {
		return err
	}
	time.Sleep(hold)
	_, err := b.Write([]byte("1"))
	return err
}

// Lamp is a light that remembers whether it burns.
type Lamp struct {
	*Line
	lit atomic.Bool
}

// NewLamp plugs a lamp in at path.
func NewLamp(path string) (*Lamp, error) {
	l, err := NewLine(path)
	return &Lamp{Line: l}, err
}

// Lit says whether the lamp burns right now.
func (l *Lamp) Lit() bool { return l.lit.Load() }

// Run follows what the daemon does with the lamp until it is unplugged.
func (l *Lamp) Run() {
	buf := make([]byte, 64)
	for {
		n, err := l.Read(buf)
		if err != nil {
			return
		}
		for _, c := range buf[:n] {
			if c == '0' || c == '1' {
				l.lit.Store(c == '1')
			}
		}
	}
}

// Till is a point of sale that prints to an extra printer, as tills do: it asks
// whether the printer is ready, prints, and hangs up.
type Till struct {
	// Addr is the printer's TCP address.
	Addr string
}

// tillPatience is how long a till waits for a printer; they are a few seconds.
const tillPatience = 3 * time.Second

// askReady is DLE EOT 1, and offline the bit in its answer that says the printer
// takes nothing.
var askReady = []byte{0x10, 0x04, 0x01}

const offline = 1 << 3

// Print prints one job.
func (t Till) Print(ctx context.Context, job []byte) error {
	ctx, cancel := context.WithTimeout(ctx, tillPatience)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", t.Addr)
	if err != nil {
		return fmt.Errorf("reach the printer: %w", err)
	}
	defer conn.Close()
	if limit, ok := ctx.Deadline(); ok {
		conn.SetDeadline(limit)
	}
	var status [1]byte
	if _, err := conn.Write(askReady); err != nil {
		return fmt.Errorf("ask the printer: %w", err)
	}
	if _, err := conn.Read(status[:]); err != nil {
		return fmt.Errorf("ask the printer: %w", err)
	}
	if status[0]&offline != 0 {
		return fmt.Errorf("the printer says that it is offline (%#02x)", status[0])
	}
	if _, err := conn.Write(job); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}
