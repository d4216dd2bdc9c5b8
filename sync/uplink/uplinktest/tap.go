package uplinktest

import (
	"io"
	"net"
	"sync"
	"testing"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// Tap is a TCP relay before a real broker that writes down what passes: what was
// published, and what the broker acknowledged. It ends with the test.
type Tap struct {
	// Addr is where it listens, host:port.
	Addr string

	broker  string
	l       net.Listener
	running sync.WaitGroup

	mu       sync.Mutex
	conns    map[net.Conn]bool
	deaf     chan struct{} // closed when it relays again; nil if it does
	messages []*Relayed
}

// Relayed is a PUBLISH that passed.
type Relayed struct {
	Topic   string
	Payload []byte
	// Conn is the connection that carried it, from 1.
	Conn int
	// Acknowledged says that the PUBACK passed too.
	Acknowledged bool
}

// StartTap relays to the broker at an address, whether or not it is there.
func StartTap(t testing.TB, broker string) *Tap {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tap := &Tap{Addr: l.Addr().String(), broker: broker, l: l, conns: map[net.Conn]bool{}}
	tap.running.Go(tap.serve)
	t.Cleanup(tap.close)
	return tap
}

func (t *Tap) serve() {
	for n := 1; ; n++ {
		client, err := t.l.Accept()
		if err != nil {
			return
		}
		t.running.Go(func() { t.relay(client, n) })
	}
}

// relay carries one connection until either end closes it.
func (t *Tap) relay(client net.Conn, n int) {
	defer client.Close()
	broker, err := net.Dial("tcp", t.broker)
	if err != nil {
		return
	}
	defer broker.Close()
	t.hold(client, broker)
	defer t.drop(client, broker)
	var flying sync.Map // packet id to *Relayed
	var back sync.WaitGroup
	back.Go(func() {
		defer client.Close()
		t.carry(client, broker, func(p packets.ControlPacket) {
			ack, ok := p.(*packets.PubackPacket)
			if !ok {
				return
			}
			if m, ok := flying.LoadAndDelete(ack.MessageID); ok {
				t.mu.Lock()
				defer t.mu.Unlock()
				m.(*Relayed).Acknowledged = true
			}
		})
	})
	t.carry(broker, client, func(p packets.ControlPacket) {
		if p, ok := p.(*packets.PublishPacket); ok {
			m := &Relayed{Topic: p.TopicName, Payload: p.Payload, Conn: n}
			flying.Store(p.MessageID, m)
			t.mu.Lock()
			defer t.mu.Unlock()
			t.messages = append(t.messages, m)
		}
	})
	broker.Close()
	back.Wait()
}

// carry moves packets, each noted before it goes on.
func (t *Tap) carry(to io.Writer, from io.Reader, note func(packets.ControlPacket)) {
	for {
		t.wait()
		p, err := packets.ReadPacket(from)
		t.wait()
		if err != nil {
			return
		}
		note(p)
		if p.Write(to) != nil {
			return
		}
	}
}

// SetDeaf stops relaying while the connections stay, or goes on.
func (t *Tap) SetDeaf(deaf bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case deaf && t.deaf == nil:
		t.deaf = make(chan struct{})
	case !deaf && t.deaf != nil:
		close(t.deaf)
		t.deaf = nil
	}
}

func (t *Tap) wait() {
	t.mu.Lock()
	deaf := t.deaf
	t.mu.Unlock()
	if deaf != nil {
		<-deaf
	}
}

// Messages returns what was published, in order.
func (t *Tap) Messages() []Relayed {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]Relayed, 0, len(t.messages))
	for _, m := range t.messages {
		all = append(all, *m)
	}
	return all
}

func (t *Tap) hold(conns ...net.Conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range conns {
		t.conns[c] = true
	}
}

func (t *Tap) drop(conns ...net.Conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range conns {
		delete(t.conns, c)
	}
}

func (t *Tap) close() {
	t.SetDeaf(false)
	t.l.Close()
	t.mu.Lock()
	for c := range t.conns {
		c.Close()
	}
	t.mu.Unlock()
	t.running.Wait()
}
