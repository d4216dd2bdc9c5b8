package brokers

import (
	"context"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"readyshelf/buffer"
	"readyshelf/kitchen"
	"readyshelf/sync/uplink"
	"readyshelf/test/peers/shop"
)

const (
	// orders make three alerts each: the backlog of 20,000.
	orders = 6_667
	// stream is where NATS keeps what comes in by MQTT at QoS 1, and backEnd the
	// durable consumer on it without which it keeps nothing.
	stream  = "$MQTT_msgs"
	backEnd = "back-end"
)

// Three NATS nodes; the one that the uplink talks to is killed in mid-drain, comes
// back, and then the next one is. Everything arrives, in order at first sight, and
// what comes twice has the same id and the same words.
func TestNATSNodesKilledInMidDrain(t *testing.T) {
	if testing.Short() {
		t.Skip("three brokers and 20,000 alerts: not in -short")
	}
	began := time.Now()
	lap := func(format string, args ...any) {
		t.Helper()
		t.Logf(format+" (%v)", append(args, time.Since(began).Round(time.Millisecond))...)
		began = time.Now()
	}
	nodes := startNATS(t, "2m", t.TempDir(), t.TempDir(), t.TempDir())
	js := jetStream(t, nodes)
	prepare(t, nodes[0], js)
	lap("three nodes agree")

	s := shop.Open(t, buffer.Options{Path: filepath.Join(t.TempDir(), "events.db")})
	s.Remember("uplink")
	for left := orders; left > 0; {
		var facts []kitchen.Event
		for range min(left, 100) {
			facts = append(facts, s.Order()...)
			left--
		}
		s.Put(t, facts...)
	}
	head := s.Head()
	lap("%d alerts wait among %d events", 3*orders, head)

	p := &pursuer{nodes: nodes, t: t}
	u := &uplink.Uplink{
		Config: uplink.Config{Store: "s", Device: "pi", Dial: p.dial},
		Epoch:  s.ID(), Version: "peers", Now: s.Now,
		Command: func(_ context.Context, name string, body []byte) []byte {
			return append([]byte(name+" "), body...)
		},
		Follow: func(ctx context.Context, fn func([]kitchen.Event, func(uint64)) error) error {
			return s.Follow(ctx, "uplink", func(batch []kitchen.Event, ack func(uint64)) error {
				p.pursue(batch[0].Seq, head, js)
				return fn(batch, ack)
			})
		},
	}
	for _, n := range nodes {
		u.Brokers = append(u.Brokers, "tcp://"+n.mqtt)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- u.Run(ctx) }()
	if !within(2*time.Minute, func() bool { return s.Cursor("uplink") == head }) {
		t.Errorf("the cursor is at %d after 2 minutes, want %d", s.Cursor("uplink"), head)
	}
	lap("drained through %v", p.dialled)
	command(t, connect(t, nodes))
	lap("a command was answered")
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if len(p.killed) != 2 || p.killed[0] == p.killed[1] {
		t.Errorf("%d nodes were killed, want 2 in turn", len(p.killed))
	}
	p.restart()
	copies := check(t, js, s.ID())
	lap("all read back, %d copies under the same ids", copies)
}

func jetStream(t testing.TB, nodes []*node) jetstream.JetStream {
	t.Helper()
	js, err := jetstream.New(connect(t, nodes))
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// connect connects one of NATS' own clients to whichever node is there.
func connect(t testing.TB, nodes []*node) *nats.Conn {
	t.Helper()
	urls := ""
	for _, n := range nodes {
		urls += ",nats://" + n.client
	}
	nc, err := nats.Connect(urls[1:], nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond), nats.RetryOnFailedConnect(true))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// prepare makes the streams, as the first MQTT client does, and the back end's
// consumer.
func prepare(t testing.TB, n *node, js jetstream.JetStream) {
	t.Helper()
	if !within(time.Minute, func() bool {
		c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + n.mqtt).SetClientID("first").SetProtocolVersion(4).SetAutoReconnect(false))
		token := c.Connect()
		token.Wait()
		defer c.Disconnect(0)
		return token.Error() == nil
	}) {
		t.Fatal("no MQTT client can connect")
	}
	var err error
	if !within(time.Minute, func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err = js.CreateOrUpdateConsumer(ctx, stream, jetstream.ConsumerConfig{
			Durable: backEnd, AckPolicy: jetstream.AckExplicitPolicy, MaxAckPending: 4096,
			FilterSubject: "$MQTT.msgs.readyshelf.v1.>",
		})
		return err == nil
	}) {
		t.Fatal("create the back end's consumer: ", err)
	}
	awaitReplicas(t, js)
}

// awaitReplicas waits until every node has all of the stream.
func awaitReplicas(t testing.TB, js jetstream.JetStream) {
	t.Helper()
	if !within(time.Minute, func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		st, err := js.Stream(ctx, stream)
		if err != nil {
			return false
		}
		c := st.CachedInfo().Cluster
		if c == nil || c.Leader == "" {
			return false
		}
		for _, r := range c.Replicas {
			if !r.Current {
				return false
			}
		}
		return true
	}) {
		t.Error("the stream is not on all nodes after a minute")
	}
}

// pursuer kills the node that the uplink talks to, twice.
type pursuer struct {
	t     testing.TB
	nodes []*node
	steps int // taken, by the goroutine that follows the log

	mu      sync.Mutex
	last    *node
	dialled []string // nodes, in the order of dialling
	killed  []*node
}

// dial notes whom the uplink talks to.
func (p *pursuer) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, network, addr)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range p.nodes {
		if n.mqtt == addr && err == nil {
			p.last = n
			p.dialled = append(p.dialled, n.name)
		}
	}
	return c, err
}

// pursue takes the next step when its time has come: a third of the backlog is
// read and a node falls, half of it and that node is back, two thirds and another
// falls. It kills while the uplink sends.
func (p *pursuer) pursue(seq, head uint64, js jetstream.JetStream) {
	due := []uint64{head / 3, head / 2, head * 2 / 3}
	if p.steps == len(due) || seq < due[p.steps] {
		return
	}
	p.steps++
	if p.steps == 2 {
		p.restart()
		awaitReplicas(p.t, js)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.killed = append(p.killed, p.last)
	go p.last.cmd.Process.Kill()
}

// restart starts the node that was killed last.
func (p *pursuer) restart() {
	p.mu.Lock()
	n := p.killed[len(p.killed)-1]
	p.mu.Unlock()
	n.kill() // and wait for its end
	n.start(p.t)
	n.await(p.t)
}

// command asks something of the box with an ordinary message of NATS, and gets the
// reply as one. Commands may be lost; one asks again.
func command(t *testing.T, nc *nats.Conn) {
	t.Helper()
	replies, err := nc.SubscribeSync("readyshelf.v1.s.pi.reply.ack")
	if err != nil {
		t.Fatal(err)
	}
	const body = `{"transaction":"1","log_id":"x","seq":1}`
	for range 60 {
		if err := nc.Publish("readyshelf.v1.s.pi.cmd.ack", []byte(body)); err != nil {
			t.Fatal(err)
		}
		if m, err := replies.NextMsg(time.Second); err == nil {
			if got := string(m.Data); got != "ack "+body {
				t.Errorf("the reply to ack is %s", got)
			}
			return
		}
	}
	t.Error("no reply to a command in a minute")
}

// check reads all that the back end gets, and looks for holes, disorder, and
// copies that differ.
func check(t *testing.T, js jetstream.JetStream, epoch string) (copies int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	seen := map[string]string{}
	var last uint64
	for last < 3*orders && ctx.Err() == nil {
		consumer, err := js.Consumer(ctx, stream, backEnd)
		if err != nil {
			continue // no leader yet
		}
		batch, err := consumer.Fetch(512, jetstream.FetchMaxWait(2*time.Second))
		if err != nil {
			continue
		}
		for m := range batch.Messages() {
			m.Ack()
			v, err := uplink.Decode(m.Data())
			if err != nil {
				continue // board and health
			}
			if body, again := seen[v.ID]; again {
				copies++
				if body != string(m.Data()) {
					t.Errorf("%s came twice, with different words", v.ID)
				}
				continue
			}
			seen[v.ID] = string(m.Data())
			if got := v.Data.Alert.Sequence; got != last+1 || v.Epoch != epoch {
				t.Errorf("sequence %d of epoch %s came after %d of %s", got, v.Epoch, last, epoch)
			}
			last = v.Data.Alert.Sequence
		}
	}
	if len(seen) != 3*orders {
		t.Errorf("the back end got %d alerts, want %d", len(seen), 3*orders)
	}
	return copies
}
