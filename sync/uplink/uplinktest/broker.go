// Package uplinktest is an MQTT 3.1.1 broker for tests: in the process, over any
// net.Conn, made for synctest bubbles.
//
// A [Broker] is a record first. It keeps every message that it received, in
// order, and acknowledges only what it has kept; so what a publisher believes to
// be delivered can be held against [Broker.Messages]. It knows retained messages,
// wills, subscriptions (delivered at QoS 0) and takes over a client id.
//
// And it misbehaves on request: SetDown refuses and hangs up, SetMute keeps but
// acknowledges nothing, SetDeaf reads nothing while the connection stays, Cut
// hangs up once, and Answer decides for each message.
package uplinktest

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// Message is what the broker received, or published for a dead client.
type Message struct {
	Topic    string
	Payload  []byte
	QoS      byte
	Retained bool // the flag, as sent
	Dup      bool
	Will     bool
	Client   string
	Conn     int // which connection, from 1
	At       time.Time
}

// Reply is what the broker does with a message.
type Reply int

// The replies.
const (
	Acknowledge Reply = iota // keep it, PUBACK
	Withhold                 // keep it, no PUBACK
	HangUp                   // keep it, hang up
	Lose                     // hang up, keep nothing
)

// Session is one accepted connection.
type Session struct {
	Connect packets.ConnectPacket // as the client sent it
	At      time.Time
}

// Broker serves MQTT. The zero value works. Set Answer and Refuse before the
// first Dial; SetAnswer works at any time.
type Broker struct {
	// Answer decides about each message a client publishes; nil acknowledges. It
	// must not call Close.
	Answer func(Message) Reply
	// Refuse returns the CONNACK code for a client; nil accepts (0).
	Refuse func(*packets.ConnectPacket) byte

	running sync.WaitGroup

	mu       sync.Mutex
	down     bool
	mute     bool
	deaf     chan struct{} // closed when it hears again; nil if it hears
	clients  map[*client]bool
	dials    int
	conns    int
	sessions []Session
	messages []Message
	retained map[string][]byte
}

// ErrDown is what Dial returns while the broker is down.
var ErrDown = errors.New("uplinktest: connection refused")

// Dial opens a connection to the broker, whatever the address; it has the shape
// of net.Dialer.DialContext.
func (b *Broker) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dials++
	if b.down {
		return nil, &net.OpError{Op: "dial", Net: network, Err: ErrDown}
	}
	ours, theirs := net.Pipe()
	b.running.Go(func() { b.Serve(ours) })
	return theirs, nil
}

// Serve speaks MQTT on c until it ends, and closes it.
func (b *Broker) Serve(c net.Conn) {
	defer c.Close()
	cl := &client{b: b, c: c, out: make(chan packets.ControlPacket, 1024)}
	written := make(chan struct{})
	go func() { defer close(written); cl.write() }()
	cl.serve()
	c.SetWriteDeadline(time.Now().Add(time.Second)) // what was acknowledged shall arrive
	close(cl.out)
	<-written
}

// SetDown refuses connections and hangs up on all there are, or accepts again.
func (b *Broker) SetDown(down bool) {
	b.mu.Lock()
	b.down = down
	b.mu.Unlock()
	if down {
		b.Cut()
	}
}

// SetMute keeps messages without acknowledging them; what came while mute is
// never acknowledged. Pings are answered.
func (b *Broker) SetMute(mute bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mute = mute
}

// SetDeaf stops reading, as a half-open link does: writes block, nothing comes,
// and the will of a client that leaves waits until the broker hears again.
func (b *Broker) SetDeaf(deaf bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case deaf && b.deaf == nil:
		b.deaf = make(chan struct{})
	case !deaf && b.deaf != nil:
		close(b.deaf)
		b.deaf = nil
	}
}

// Cut hangs up on everybody without a word.
func (b *Broker) Cut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for cl := range b.clients {
		cl.c.Close()
	}
}

// SetAnswer changes Answer.
func (b *Broker) SetAnswer(answer func(Message) Reply) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Answer = answer
}

// Close hangs up for good and waits until nothing of the broker runs.
func (b *Broker) Close() {
	b.SetDeaf(false)
	b.SetDown(true)
	b.running.Wait()
}

// Dials counts the calls of Dial, refused ones too.
func (b *Broker) Dials() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dials
}

// Sessions returns the connections that were accepted.
func (b *Broker) Sessions() []Session {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.sessions)
}

// Messages returns what was received, in order, wills among it.
func (b *Broker) Messages() []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.messages)
}

// Retained returns the retained message of topic, nil if there is none.
func (b *Broker) Retained(topic string) []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.retained[topic]
}

// Publish sends a message to the subscribers, as another client would; it is not
// kept among Messages.
func (b *Broker) Publish(topic string, payload []byte, retain bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.route(Message{Topic: topic, Payload: payload, Retained: retain})
}
