package uplinktest_test

import (
	"net"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"readyshelf/sync/uplink/uplinktest"
)

// connect opens a paho client of the given id.
func connect(t *testing.T, b *uplinktest.Broker, id string) mqtt.Client {
	t.Helper()
	c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://x:1").SetClientID(id).
		SetAutoReconnect(false).SetProtocolVersion(4).SetWill("will/"+id, "gone", 1, true).
		SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) {
			return b.Dial(t.Context(), "tcp", "x:1")
		}))
	if token := c.Connect(); token.Wait() && token.Error() != nil {
		t.Fatalf("connect %s: %v", id, token.Error())
	}
	return c
}

// done says whether a token completes within a second, and without error.
func done(token mqtt.Token) bool { return token.WaitTimeout(time.Second) && token.Error() == nil }

func topics(b *uplinktest.Broker) string {
	var all []string
	for _, m := range b.Messages() {
		all = append(all, m.Topic)
	}
	return strings.Join(all, " ")
}

func TestRecordsAndAcknowledges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b uplinktest.Broker
		defer b.Close()
		c := connect(t, &b, "a")
		if !done(c.Publish("x", 1, true, "1")) || !done(c.Publish("y", 1, false, "2")) {
			t.Fatal("no PUBACK")
		}
		b.SetMute(true)
		if done(c.Publish("z", 1, false, "3")) {
			t.Error("a mute broker acknowledged")
		}
		if got := topics(&b); got != "x y z" {
			t.Errorf("recorded %s, want x y z", got)
		}
		if got := string(b.Retained("x")); got != "1" || b.Retained("y") != nil {
			t.Errorf("retained x %q, y %q, want 1 and nothing", got, b.Retained("y"))
		}
		c.Disconnect(100)
	})
}

func TestWills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b uplinktest.Broker
		defer b.Close()
		connect(t, &b, "polite").Disconnect(100)
		connect(t, &b, "cut")
		b.Cut()
		synctest.Wait()
		connect(t, &b, "twin")
		second := connect(t, &b, "twin")
		synctest.Wait()
		if got := topics(&b); got != "will/cut will/twin" {
			t.Errorf("wills %s, want will/cut will/twin", got)
		}
		if !second.IsConnectionOpen() {
			t.Error("the later of two with one id was thrown out")
		}
		second.Disconnect(100)
	})
}

func TestAnswers(t *testing.T) {
	for _, test := range []struct {
		reply     uplinktest.Reply
		acked     bool
		kept, cut bool
	}{
		{uplinktest.Acknowledge, true, true, false},
		{uplinktest.Withhold, false, true, false},
		{uplinktest.HangUp, false, true, true},
		{uplinktest.Lose, false, false, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := uplinktest.Broker{Answer: func(uplinktest.Message) uplinktest.Reply { return test.reply }}
			defer b.Close()
			c := connect(t, &b, "a")
			acked := done(c.Publish("x", 1, false, "1"))
			kept := strings.HasPrefix(topics(&b), "x")
			if cut := !c.IsConnectionOpen(); acked != test.acked || kept != test.kept || cut != test.cut {
				t.Errorf("reply %d: acked %v, kept %v, cut %v, want %v, %v, %v", test.reply, acked, kept, cut, test.acked, test.kept, test.cut)
			}
			c.Disconnect(100)
		})
	}
}

func TestDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b uplinktest.Broker
		defer b.Close()
		c := connect(t, &b, "a")
		b.SetDown(true)
		synctest.Wait()
		if c.IsConnectionOpen() {
			t.Error("still connected to a broker that is down")
		}
		if _, err := b.Dial(t.Context(), "tcp", "x:1"); err == nil {
			t.Error("a broker that is down accepted")
		}
		b.SetDown(false)
		connect(t, &b, "a").Disconnect(100)
		if n := len(b.Sessions()); n != 2 || b.Dials() != 3 {
			t.Errorf("%d sessions of %d dials, want 2 of 3", n, b.Dials())
		}
	})
}

func TestDeaf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b uplinktest.Broker
		defer b.Close()
		c := connect(t, &b, "a")
		b.SetDeaf(true)
		token := c.Publish("x", 1, false, "1")
		if done(token) || topics(&b) != "" {
			t.Error("a deaf broker heard")
		}
		b.SetDeaf(false)
		if !done(token) || topics(&b) != "x" {
			t.Error("a broker that hears again did not take what waited")
		}
		c.Disconnect(100)
	})
}

func TestSubscriptions(t *testing.T) {
	for _, test := range []struct {
		filter string
		want   string
	}{
		{"a/b", "a/b"},
		{"a/+", "a/b"},
		{"a/#", "a/b a/b/c"},
		{"+/b/#", "a/b a/b/c"},
		{"#", "a/b a/b/c d"},
		{"a", ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			var b uplinktest.Broker
			defer b.Close()
			b.Publish("a/b", []byte("old"), true)
			c := connect(t, &b, "a")
			got := make(chan string, 10)
			if !done(c.Subscribe(test.filter, 1, func(_ mqtt.Client, m mqtt.Message) {
				if !m.Retained() {
					got <- m.Topic()
				} else if string(m.Payload()) != "old" {
					t.Errorf("retained %s", m.Payload())
				}
			})) {
				t.Fatal("no SUBACK")
			}
			for _, topic := range []string{"a/b", "a/b/c", "d"} {
				b.Publish(topic, []byte("new"), false)
				synctest.Wait()
			}
			if !done(c.Unsubscribe(test.filter)) {
				t.Fatal("no UNSUBACK")
			}
			b.Publish("a/b", []byte("new"), false)
			synctest.Wait()
			c.Disconnect(100)
			close(got)
			var all []string
			for topic := range got {
				all = append(all, topic)
			}
			if s := strings.Join(all, " "); s != test.want {
				t.Errorf("%s got %q, want %q", test.filter, s, test.want)
			}
		})
	}
}
