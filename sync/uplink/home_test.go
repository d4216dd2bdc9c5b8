package uplink_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"readyshelf/sync/uplink/uplinktest"
)

// twoBrokers is a shop that has a second broker. It is not running yet.
func twoBrokers(t *testing.T, f func(t *testing.T, s *shop, second *uplinktest.Broker)) {
	t.Helper()
	bubble(t, func(t *testing.T, s *shop) {
		second := &uplinktest.Broker{}
		defer second.Close()
		s.Brokers = []string{"tcp://one", "tcp://two"}
		s.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			if addr == "one:1883" {
				return s.broker.Dial(ctx, network, addr)
			}
			return second.Dial(ctx, network, addr)
		}
		s.log.onAck = nil // of two brokers
		s.Window = 2
		f(t, s, second)
		s.end()
		s.stop = nil
	})
}

// away is a shop whose first broker is down, so that it is at the second.
func away(t *testing.T, f func(t *testing.T, s *shop, second *uplinktest.Broker)) {
	t.Helper()
	twoBrokers(t, func(t *testing.T, s *shop, second *uplinktest.Broker) {
		s.broker.SetDown(true)
		s.start()
		time.Sleep(time.Minute)
		if n := len(second.Sessions()); n != 1 {
			t.Fatalf("%d sessions at the second broker, want 1", n)
		}
		f(t, s, second)
	})
}

// A first broker that accepts and is of no use does not keep us from the second.
func TestUselessBroker(t *testing.T) {
	for _, test := range []struct {
		name  string
		reply uplinktest.Reply
		to    string // of what is published
	}{
		{"mute", uplinktest.Withhold, root},
		{"mute but for the greeting", uplinktest.Withhold, root + "/event/"},
		{"hangs up at once", uplinktest.Lose, root},
	} {
		t.Run(test.name, func(t *testing.T) {
			twoBrokers(t, func(t *testing.T, s *shop, second *uplinktest.Broker) {
				s.broker.Answer = func(m uplinktest.Message) uplinktest.Reply {
					if strings.HasPrefix(m.Topic, test.to) {
						return test.reply
					}
					return uplinktest.Acknowledge
				}
				s.log.add(s.alert())
				s.start()
				time.Sleep(15 * time.Second)
				if got := s.log.acked(); got != 1 {
					t.Errorf("the cursor is at %d, want 1: %d sessions at the first broker, %d at the second", got, len(s.broker.Sessions()), len(second.Sessions()))
				}
				time.Sleep(time.Hour)
				if n := len(s.broker.Sessions()); n > 4 {
					t.Errorf("%d sessions at the first broker in an hour, want less and less often", n)
				}
			})
		})
	}
}

// After a broker hung up an alert goes out alone. Waiting for one is not to be busy.
func TestReturnAfterAHangUp(t *testing.T) {
	twoBrokers(t, func(t *testing.T, s *shop, second *uplinktest.Broker) {
		s.start()
		time.Sleep(2 * time.Minute)
		s.broker.SetDown(true)
		time.Sleep(time.Minute)
		s.broker.SetDown(false)
		time.Sleep(15 * time.Minute)
		if n, m := len(s.broker.Sessions()), len(second.Sessions()); n != 2 || m != 1 {
			t.Errorf("%d sessions at the first broker and %d at the second, want 2 and 1", n, m)
		}
	})
}

func TestReturn(t *testing.T) {
	away(t, func(t *testing.T, s *shop, second *uplinktest.Broker) {
		s.broker.SetDown(false)
		time.Sleep(8 * time.Minute)
		if n := len(s.broker.Sessions()); n != 0 {
			t.Errorf("%d sessions at the first broker after 9 minutes, want none yet", n)
		}
		time.Sleep(4 * time.Minute)
		if n := len(s.broker.Sessions()); n != 1 {
			t.Fatalf("%d sessions at the first broker after 13 minutes, want 1", n)
		}
		messages := second.Messages()
		if last := messages[len(messages)-1]; !strings.HasSuffix(last.Topic, "/status") || last.Will || s.status(t, last.Payload).State != "offline" {
			t.Errorf("the last word at the second broker: %s %s, want a clean goodbye", last.Topic, last.Payload)
		}
		if connected, cause := s.state(); !connected {
			t.Errorf("not connected: %v", cause)
		}
		s.log.add(s.alert())
		time.Sleep(time.Hour)
		if n, m := len(s.broker.Sessions()), len(second.Sessions()); n != 1 || m != 1 || s.log.acked() != 1 {
			t.Errorf("%d and %d sessions, the cursor at %d, want 1, 1, 1", n, m, s.log.acked())
		}
	})
}

// What is under way is more than the way home.
func TestNoReturnWhileBusy(t *testing.T) {
	away(t, func(t *testing.T, s *shop, second *uplinktest.Broker) {
		s.broker.SetDown(false)
		second.SetAnswer(func(uplinktest.Message) uplinktest.Reply {
			time.Sleep(time.Second) // the ping waits behind the window
			return uplinktest.Acknowledge
		})
		for range 1800 { // half an hour
			s.log.add(s.alert())
		}
		time.Sleep(20 * time.Minute)
		if n := len(s.broker.Sessions()); n != 0 {
			t.Errorf("%d sessions at the first broker in the middle of a backlog", n)
		}
		time.Sleep(20 * time.Minute)
		if n := len(s.broker.Sessions()); n != 1 || s.log.acked() != 1800 {
			t.Errorf("%d sessions at the first broker, the cursor at %d, want 1, 1800", n, s.log.acked())
		}
	})
}

// A first broker that answers and cannot keep a session is tried less and less.
func TestReturnDoesNotFlap(t *testing.T) {
	away(t, func(t *testing.T, s *shop, second *uplinktest.Broker) {
		refused := 0
		s.broker.Refuse = func(*packets.ConnectPacket) byte { refused++; return packets.ErrRefusedServerUnavailable }
		s.broker.SetDown(false)
		time.Sleep(24 * time.Hour)
		if refused < 5 || refused > 8 { // at 10, 20, 40, … minutes
			t.Errorf("%d tries in a day, want 7 or so", refused)
		}
		if connected, cause := s.state(); !connected {
			t.Errorf("not connected: %v", cause)
		}
	})
}
