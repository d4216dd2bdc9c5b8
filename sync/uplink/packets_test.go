package uplink_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"log/slog"
	"net"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// giant is a connection on which the broker sends a message of 200 MiB, as soon as
// it has allowed the subscription.
type giant struct {
	net.Conn
	message io.Reader // nil before
}

func (g *giant) Read(b []byte) (int, error) {
	if g.message != nil {
		if n, err := g.message.Read(b); err == nil {
			return n, nil
		}
	}
	const suback, publish = 0x90, 0x31 // the latter at QoS 0, retained
	n, err := g.Conn.Read(b)
	if g.message == nil && n > 0 && b[0] == suback {
		const length = 200 << 20
		topic := root + "/cmd/ping"
		header := append(binary.AppendUvarint([]byte{publish}, length), 0, byte(len(topic)))
		header = append(header, topic...)
		g.message = io.MultiReader(bytes.NewReader(header), io.LimitReader(zeros{}, length-2-int64(len(topic))))
	}
	return n, err
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// A message that would not fit into memory is left out, and said. What comes behind it
// is heard.
func TestGiantMessage(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		var said bytes.Buffer
		s.Log = slog.New(slog.NewTextHandler(&said, nil))
		s.Command = echo
		s.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := s.broker.Dial(ctx, network, addr)
			return &giant{Conn: c}, err
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s.log.add(s.alert())
		s.start()
		time.Sleep(time.Second)
		s.ask("ping", "1")
		time.Sleep(time.Second)
		runtime.ReadMemStats(&after)
		if got := s.replies(); !slices.Equal(got, []string{"ping re:1"}) || s.log.acked() != 1 || len(s.broker.Sessions()) != 1 {
			t.Errorf("replies %q, the cursor at %d, %d sessions, want one each", got, s.log.acked(), len(s.broker.Sessions()))
		}
		if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; mib > 50 {
			t.Errorf("%d MiB were taken", mib)
		}
		s.end()
		s.stop = nil
		if n := strings.Count(said.String(), "longer than"); n != 1 {
			t.Errorf("said %d times, want once:\n%s", n, said.String())
		}
	})
}

// generous is a connection on which the broker answers one subscription twice.
type generous struct{ net.Conn }

func (g generous) Read(b []byte) (int, error) {
	n, err := g.Conn.Read(b)
	const suback = 0x90
	if n == 5 && b[0] == suback {
		b[1], b[5] = 4, 0
		n++
	}
	return n, err
}

// A broker that grants more than was asked for is left, and ends nothing else.
func TestTooManyGrants(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.Command = echo
		s.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := s.broker.Dial(ctx, network, addr)
			return generous{c}, err
		}
		s.start()
		time.Sleep(time.Minute)
		s.checkCause("SUBACK")
	})
}
