package test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"readyshelf/kitchen"
	"readyshelf/sync/uplink/uplinktest"
)

// broker is a real mosquitto that keeps what it was given over a restart.
type broker struct {
	t testing.TB
	*uplinktest.Mosquitto
}

func newBroker(t testing.TB) *broker {
	t.Helper()
	return &broker{t, uplinktest.StartMosquitto(t, "allow_anonymous true\npersistence true\npersistence_location %DIR%/\n", nil)}
}

// restart ends mosquitto in good order and starts it again.
func (b *broker) restart(pause time.Duration) {
	b.Stop()
	<-time.After(pause)
	if err := b.Start(); err != nil {
		b.t.Error(err)
	}
}

// message is a CloudEvent as a reader sees it.
type message struct {
	Topic    string          `json:"-"`
	Raw      []byte          `json:"-"`
	ID       string          `json:"id"`
	Type     string          `json:"type"`
	Source   string          `json:"source"`
	Subject  string          `json:"subject"`
	Time     string          `json:"time"`
	Sequence string          `json:"sequence"`
	Epoch    string          `json:"epoch"`
	Replayed bool            `json:"replayed"`
	Data     json.RawMessage `json:"data"`
}

// reader is a subscriber with a session that the broker keeps.
type reader struct {
	mu       sync.Mutex
	messages []message
	client   mqtt.Client
}

func (b *broker) subscribe() *reader {
	b.t.Helper()
	r := &reader{}
	ready := make(chan struct{}, 100)
	o := mqtt.NewClientOptions().AddBroker("tcp://" + b.Addr).SetClientID("reader").SetCleanSession(false).
		SetAutoReconnect(true).SetMaxReconnectInterval(200 * time.Millisecond).SetResumeSubs(true).SetOrderMatters(true).
		SetProtocolVersion(4)
	o.SetOnConnectHandler(func(c mqtt.Client) {
		c.Subscribe("readyshelf/#", 1, r.receive)
		select {
		case ready <- struct{}{}:
		default:
		}
	})
	c := mqtt.NewClient(o)
	r.client = c
	c.AddRoute("readyshelf/#", r.receive)
	if tok := c.Connect(); !tok.WaitTimeout(5*time.Second) || tok.Error() != nil {
		b.t.Fatalf("subscribe: %v", tok.Error())
	}
	<-ready
	b.t.Cleanup(func() { c.Disconnect(100) })
	return r
}

func (r *reader) receive(_ mqtt.Client, m mqtt.Message) {
	v := message{Topic: m.Topic(), Raw: m.Payload()}
	json.Unmarshal(m.Payload(), &v) // what it does not fill in, audit finds
	r.mu.Lock()
	defer r.mu.Unlock()
	r.messages = append(r.messages, v)
}

func (r *reader) all() []message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.messages)
}

// events returns the alerts as they came, duplicates among them.
func (r *reader) events() []message {
	return slices.DeleteFunc(r.all(), func(m message) bool { return !m.alert() })
}

func (m message) alert() bool { return strings.Contains(m.Topic, "/event/") }

// check fails the test for all that audit finds, for what is missing, and for what is
// not as asyncapi.yaml says.
func (r *reader) check(t *testing.T) {
	t.Helper()
	for _, m := range r.all() {
		if strings.Contains(m.Topic, "/cmd/") {
			continue // ours
		}
		if err := m.fulfils(); err != nil {
			t.Errorf("%s on %s: %v", m.Raw, m.Topic, err)
		}
	}
	wrong, missing := audit(r.events())
	for _, w := range wrong {
		t.Error(w)
	}
	if missing > 0 {
		t.Errorf("%d alerts are missing from the sequence, and no gap says why", missing)
	}
}

// audit says what is wrong with messages in the order in which one reader got
// them, by the contract of docs/mqtt/README.md. An id names one event for ever. Leaving
// repetitions out, the sequence of an epoch counts up from 1. Missing is how many
// alerts it leaves out that no gap alert has explained by the end. Alerts of an
// older epoch, salvaged from a damaged log, are held to the same.
func audit(messages []message) (wrong []string, missing uint64) {
	first := map[string]message{}
	books := map[string]*book{}
	var gaps []message
	for _, m := range messages {
		seq, sequence, err := m.numbers()
		if err != nil {
			wrong = append(wrong, err.Error())
			continue
		}
		if f, again := first[m.ID]; again {
			if why := m.differs(f); why != "" {
				wrong = append(wrong, fmt.Sprintf("%s came twice and says different things: %s", m.ID, why))
			}
			continue
		}
		first[m.ID] = m
		if books[m.Epoch] == nil {
			books[m.Epoch] = &book{}
		}
		if why := books[m.Epoch].enter(seq, sequence); why != "" {
			wrong = append(wrong, fmt.Sprintf("%s: %s", m.ID, why))
		}
		if m.Type == "readyshelf.gap.v1" {
			gaps = append(gaps, m)
		}
	}
	for _, m := range gaps {
		explain(books, m)
	}
	for _, b := range books {
		if b.missing > b.explained && !b.unknown {
			missing += b.missing - b.explained
		}
	}
	return wrong, missing
}

// book is what a reader knows of an epoch.
type book struct {
	seq, sequence uint64 // of the newest first sighting
	missing       uint64 // left out of the sequence so far
	explained     uint64 // by gap alerts
	unknown       bool   // a gap alert could not say how many
}

// enter notes a first sighting and says what is wrong with its place.
func (b *book) enter(seq, sequence uint64) string {
	if sequence <= b.sequence {
		return fmt.Sprintf("sequence %d is first seen after %d", sequence, b.sequence)
	}
	if seq <= b.seq {
		return fmt.Sprintf("its number is not above %d, of sequence %d before it", b.seq, b.sequence)
	}
	b.missing += sequence - b.sequence - 1
	b.seq, b.sequence = seq, sequence
	return ""
}

// explain enters a gap alert into the book of the epoch that it is about.
func explain(books map[string]*book, m message) {
	var data struct{ Gap *kitchen.Gap }
	if json.Unmarshal(m.Data, &data) != nil || data.Gap == nil {
		return
	}
	epoch := m.Epoch
	if data.Gap.Log != "" {
		epoch = data.Gap.Log
	}
	if b := books[epoch]; b != nil {
		b.explained += data.Gap.Alerts
		b.unknown = b.unknown || data.Gap.Alerts == 0 && (data.Gap.Class == "damaged" || data.Gap.Class == "log")
	}
}

// numbers reads what orders a message, and says what its envelope lacks.
func (m message) numbers() (seq, sequence uint64, err error) {
	id, number, ok := cutLast(m.ID, "-")
	seq, seqErr := strconv.ParseUint(number, 10, 64)
	sequence, err = strconv.ParseUint(m.Sequence, 10, 64)
	if !ok || seqErr != nil || err != nil || m.Epoch == "" || !strings.HasSuffix(id, "-"+m.Epoch) {
		return 0, 0, fmt.Errorf("id %q, epoch %q, sequence %q on %s are no identity", m.ID, m.Epoch, m.Sequence, m.Topic)
	}
	return seq, sequence, nil
}

// seq is the number of the event within its log.
func (m message) seq() string {
	_, number, _ := cutLast(m.ID, "-")
	return number
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// differs says in what m is not the message that came under its id before. When it
// was sent, and whether from the buffer, is no part of that.
func (m message) differs(f message) string {
	var a, b any
	json.Unmarshal(f.Data, &a)
	json.Unmarshal(m.Data, &b)
	if !reflect.DeepEqual(a, b) {
		return fmt.Sprintf("data %s, then %s", f.Data, m.Data)
	}
	f.Raw, f.Data, f.Replayed = nil, nil, false
	m.Raw, m.Data, m.Replayed = nil, nil, false
	if !reflect.DeepEqual(f, m) {
		return fmt.Sprintf("%+v, then %+v", f, m)
	}
	return ""
}

// resend asks the daemon for a range of events until it says that it sends them.
func (r *reader) resend(t *testing.T, from, to uint64) {
	t.Helper()
	const root = "readyshelf/v1/test/pi/"
	eventually(t, 30*time.Second, "the daemon to send again what is missing", func() bool {
		transaction := fmt.Sprintf("again-%d", time.Now().UnixNano())
		r.client.Publish(root+"cmd/resend", 0, false, fmt.Sprintf(`{"transaction":%q,"from":%d,"to":%d}`, transaction, from, to))
		var reply struct{ Transaction, Status string }
		within(2*time.Second, func() bool {
			for _, m := range r.all() {
				if m.Topic == root+"reply/resend" && json.Unmarshal(m.Raw, &reply) == nil && reply.Transaction == transaction {
					return true
				}
			}
			return false
		})
		return reply.Status == "ok"
	})
}

// missing returns the alerts of a log that no message brought, by their seq.
func missing(events []logged, messages []message) []uint64 {
	got := map[string]bool{}
	for _, m := range messages {
		got[m.seq()] = true
	}
	var out []uint64
	for _, e := range events {
		if e.Alert != nil && !got[fmt.Sprint(e.Seq)] {
			out = append(out, e.Seq)
		}
	}
	return out
}

// The reader that everything else is judged by must see what is wrong.
func TestAudit(t *testing.T) {
	m := func(epoch string, seq, sequence int, data string) message {
		return message{
			Topic: "readyshelf/v1/s/pi/event/x", ID: fmt.Sprintf("pi-%s-%d", epoch, seq), Type: "readyshelf.order.ready.v1",
			Epoch: epoch, Sequence: fmt.Sprintf("%020d", sequence), Data: json.RawMessage(data),
		}
	}
	gap := func(epoch string, seq, sequence int, data string) message {
		g := m(epoch, seq, sequence, `{"gap":`+data+`}`)
		g.Type = "readyshelf.gap.v1"
		return g
	}
	later := m("a", 3, 1, `{}`)
	later.Time = "2026-11-22T12:00:00Z"
	replayed := m("a", 3, 1, `{ }`)
	replayed.Replayed = true
	for _, test := range []struct {
		name     string
		messages []message
		wrong    int
		missing  uint64
	}{
		{"in order", []message{m("a", 3, 1, `{}`), m("a", 5, 2, `{}`), m("a", 6, 3, `{}`)}, 0, 0},
		{"sent again", []message{m("a", 3, 1, `{}`), m("a", 5, 2, `{}`), replayed, m("a", 5, 2, `{}`), m("a", 6, 3, `{}`)}, 0, 0},
		{"salvaged", []message{m("a", 3, 1, `{}`), m("b", 9, 1, `{}`), m("a", 5, 2, `{}`), m("b", 10, 2, `{}`)}, 0, 0},
		{"another body", []message{m("a", 3, 1, `{}`), m("a", 3, 1, `{"order":"7"}`)}, 1, 0},
		{"another time", []message{m("a", 3, 1, `{}`), later}, 1, 0},
		{"another sequence", []message{m("a", 3, 1, `{}`), m("a", 3, 2, `{}`)}, 1, 0},
		{"a hole", []message{m("a", 3, 1, `{}`), m("a", 6, 3, `{}`)}, 0, 1},
		{"a hole at the beginning", []message{m("a", 6, 2, `{}`)}, 0, 1},
		{"a hole explained", []message{m("a", 3, 1, `{}`), m("a", 6, 3, `{}`), gap("a", 7, 4, `{"alerts":1,"class":"forecast"}`)}, 0, 0},
		{"a hole explained by half", []message{m("a", 3, 1, `{}`), gap("a", 7, 4, `{"alerts":1}`)}, 0, 1},
		{"a hole in a log that was lost", []message{m("a", 6, 3, `{}`), gap("b", 7, 1, `{"log":"a","class":"log"}`)}, 0, 0},
		{"a hole in another log", []message{m("a", 6, 3, `{}`), gap("b", 7, 1, `{"log":"c","class":"log"}`)}, 0, 2},
		{"out of order", []message{m("a", 5, 2, `{}`), m("a", 3, 1, `{}`)}, 1, 1},
		{"numbers that go back", []message{m("a", 5, 1, `{}`), m("a", 4, 2, `{}`)}, 1, 0},
		{"another log's id", []message{{ID: "pi-b-1", Epoch: "a", Sequence: "1"}}, 1, 0},
		{"no envelope", []message{{Topic: "readyshelf/v1/s/pi/event/x"}}, 1, 0},
	} {
		wrong, missing := audit(test.messages)
		if len(wrong) != test.wrong || missing != test.missing {
			t.Errorf("%s: audit says %q and %d missing, want %d complaints and %d missing", test.name, wrong, missing, test.wrong, test.missing)
		}
	}
}
