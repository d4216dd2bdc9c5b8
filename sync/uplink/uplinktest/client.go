package uplinktest

import (
	"net"
	"strings"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// client is one connection as the broker sees it. The broker's mutex guards what
// follows out.
type client struct {
	b   *Broker
	c   net.Conn
	out chan packets.ControlPacket // closed by Serve, after the client was forgotten

	connect *packets.ConnectPacket
	conn    int
	filters []string
}

// serve reads until the connection ends, then publishes the will unless the
// client said goodbye.
func (cl *client) serve() {
	if !cl.enter() {
		return
	}
	polite := cl.read()
	cl.b.leave(cl, polite)
}

// enter takes CONNECT and answers it.
func (cl *client) enter() bool {
	cl.c.SetReadDeadline(time.Now().Add(10 * time.Second))
	p, err := cl.hear()
	connect, ok := p.(*packets.ConnectPacket)
	if err != nil || !ok {
		return false
	}
	cl.c.SetReadDeadline(time.Time{})
	ack := packets.NewControlPacket(packets.Connack).(*packets.ConnackPacket)
	ack.ReturnCode = connect.Validate()
	if ack.ReturnCode == packets.Accepted && cl.b.Refuse != nil {
		ack.ReturnCode = cl.b.Refuse(connect)
	}
	if ack.ReturnCode != packets.Accepted {
		ack.Write(cl.c)
		return false
	}
	cl.connect = connect
	return cl.b.join(cl, ack)
}

// join makes cl a client; one of the same id is thrown out.
func (b *Broker) join(cl *client, ack packets.ControlPacket) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return false
	}
	for old := range b.clients {
		if old.connect.ClientIdentifier == cl.connect.ClientIdentifier {
			old.c.Close()
		}
	}
	if b.clients == nil {
		b.clients = map[*client]bool{}
	}
	b.clients[cl] = true
	b.conns++
	cl.conn = b.conns
	b.sessions = append(b.sessions, Session{Connect: *cl.connect, At: time.Now()})
	cl.send(ack)
	return true
}

// leave forgets cl and publishes its will unless it was polite.
func (b *Broker) leave(cl *client, polite bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.clients, cl)
	if polite || !cl.connect.WillFlag {
		return
	}
	b.keep(Message{
		Topic: cl.connect.WillTopic, Payload: cl.connect.WillMessage,
		QoS: cl.connect.WillQos, Retained: cl.connect.WillRetain, Will: true,
		Client: cl.connect.ClientIdentifier, Conn: cl.conn, At: time.Now(),
	})
}

// read returns whether the client said DISCONNECT.
func (cl *client) read() (polite bool) {
	for {
		p, err := cl.hear()
		if err != nil {
			return false
		}
		switch p := p.(type) {
		case *packets.DisconnectPacket:
			return true
		case *packets.PublishPacket:
			if !cl.publish(p) {
				return false
			}
		default:
			cl.reply(p)
		}
	}
}

// hear reads a packet, unless and until the broker is deaf.
func (cl *client) hear() (packets.ControlPacket, error) {
	cl.b.listen()
	p, err := packets.ReadPacket(cl.c)
	cl.b.listen() // it may have become deaf while we read
	return p, err
}

// listen waits until the broker is not deaf.
func (b *Broker) listen() {
	b.mu.Lock()
	deaf := b.deaf
	b.mu.Unlock()
	if deaf != nil {
		<-deaf
	}
}

// publish keeps a message, then acknowledges it; false hangs up.
func (cl *client) publish(p *packets.PublishPacket) bool {
	m := Message{
		Topic: p.TopicName, Payload: p.Payload, QoS: p.Qos, Retained: p.Retain, Dup: p.Dup,
		Client: cl.connect.ClientIdentifier, Conn: cl.conn, At: time.Now(),
	}
	reply := Acknowledge
	cl.b.mu.Lock()
	answer := cl.b.Answer
	cl.b.mu.Unlock()
	if answer != nil {
		reply = answer(m)
	}
	if reply == Lose {
		return false
	}
	cl.b.mu.Lock()
	defer cl.b.mu.Unlock()
	cl.b.keep(m)
	if reply == Acknowledge && !cl.b.mute && p.Qos == 1 {
		ack := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
		ack.MessageID = p.MessageID
		cl.send(ack)
	}
	return reply != HangUp
}

// reply answers all but PUBLISH and DISCONNECT.
func (cl *client) reply(p packets.ControlPacket) {
	cl.b.mu.Lock()
	defer cl.b.mu.Unlock()
	switch p := p.(type) {
	case *packets.PingreqPacket:
		cl.send(packets.NewControlPacket(packets.Pingresp))
	case *packets.SubscribePacket:
		ack := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
		ack.MessageID = p.MessageID
		ack.ReturnCodes = make([]byte, len(p.Topics)) // QoS 0 each
		cl.filters = append(cl.filters, p.Topics...)
		cl.send(ack)
		for topic, payload := range cl.b.retained {
			cl.deliver(Message{Topic: topic, Payload: payload, Retained: true}, p.Topics)
		}
	case *packets.UnsubscribePacket:
		for _, gone := range p.Topics {
			kept := cl.filters[:0]
			for _, f := range cl.filters {
				if f != gone {
					kept = append(kept, f)
				}
			}
			cl.filters = kept
		}
		ack := packets.NewControlPacket(packets.Unsuback).(*packets.UnsubackPacket)
		ack.MessageID = p.MessageID
		cl.send(ack)
	}
}

// keep records a message and routes it. The mutex is held.
func (b *Broker) keep(m Message) {
	b.messages = append(b.messages, m)
	b.route(m)
}

// route retains a message and delivers it. The mutex is held.
func (b *Broker) route(m Message) {
	if m.Retained {
		if b.retained == nil {
			b.retained = map[string][]byte{}
		}
		if b.retained[m.Topic] = m.Payload; len(m.Payload) == 0 {
			delete(b.retained, m.Topic)
		}
	}
	m.Retained = false // as subscribers see it, unless it is an old one
	for cl := range b.clients {
		cl.deliver(m, cl.filters)
	}
}

// deliver sends m once if one of filters matches. The mutex is held.
func (cl *client) deliver(m Message, filters []string) {
	for _, f := range filters {
		if match(f, m.Topic) {
			p := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
			p.TopicName, p.Payload, p.Retain = m.Topic, m.Payload, m.Retained
			cl.send(p)
			return
		}
	}
}

// send queues a packet; a client that does not read is hung up on.
func (cl *client) send(p packets.ControlPacket) {
	select {
	case cl.out <- p:
	default:
		cl.c.Close()
	}
}

// write writes what is queued until Serve closes the queue.
func (cl *client) write() {
	for p := range cl.out {
		if p.Write(cl.c) != nil {
			cl.c.Close()
		}
	}
}

// match says whether a topic filter with + and # covers topic.
func match(filter, topic string) bool {
	f, t := strings.Split(filter, "/"), strings.Split(topic, "/")
	for i, level := range f {
		switch {
		case level == "#":
			return true
		case i == len(t) || level != "+" && level != t[i]:
			return false
		}
	}
	return len(f) == len(t)
}
