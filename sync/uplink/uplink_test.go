package uplink_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"readyshelf/kitchen"
	"readyshelf/sync/uplink"
	"readyshelf/sync/uplink/uplinktest"
)

// bubble runs f in a synctest bubble, with a shop that is ended afterwards.
func bubble(t *testing.T, f func(t *testing.T, s *shop)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		defer func() {
			if s.stop != nil {
				s.end()
			}
		}()
		f(t, s)
	})
}

func TestOutage(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.start()
		time.Sleep(time.Minute)
		for range 10 {
			s.log.add(s.alert())
		}
		time.Sleep(time.Second)
		if got := s.log.acked(); got != 10 {
			t.Fatalf("a second after 10 alerts the cursor is at %d", got)
		}
		s.broker.SetDown(true)
		time.Sleep(time.Second)
		for range 8 * 60 {
			s.log.add(s.press(), s.alert())
			time.Sleep(time.Minute)
		}
		if n := s.broker.Dials(); n < 8*60*2 {
			t.Errorf("%d dials in 8 hours: the longest pause is 30 s", n)
		}
		s.broker.SetDown(false)
		time.Sleep(35 * time.Second)
		if got, want := s.log.acked(), uint64(10+2*8*60); got != want {
			t.Errorf("after the outage the cursor is at %d, want %d", got, want)
		}
		s.checkFirstSightings(10 + 8*60)
		events := s.events()
		if events[9].Replayed || !events[10].Replayed {
			t.Errorf("replayed: %v before the outage, %v after it, want false and true", events[9].Replayed, events[10].Replayed)
		}
		s.log.add(s.alert())
		time.Sleep(time.Second)
		if events := s.events(); events[len(events)-1].Replayed {
			t.Error("an alert of now says replayed")
		}
	})
}

func TestBoardComesFirst(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.log.add(s.alert(), s.alert())
		s.start()
		time.Sleep(time.Second)
		var got []string
		for _, m := range s.broker.Messages() {
			got = append(got, strings.TrimPrefix(m.Topic, root+"/"))
			if want := !strings.Contains(m.Topic, "/event/"); m.Retained != want || m.QoS != 1 {
				t.Errorf("%s: retained %v, QoS %d, want %v, 1", m.Topic, m.Retained, m.QoS, want)
			}
		}
		want := "state/board status state/health event/order.ready event/order.ready"
		if g := strings.Join(got, " "); g != want {
			t.Errorf("published %s, want %s", g, want)
		}
	})
}

func TestOthersAreAckedOver(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.log.add(s.press(), s.press(), s.alert(), s.press())
		s.start()
		time.Sleep(time.Second)
		if got := s.log.acked(); got != 4 {
			t.Errorf("the cursor is at %d, want 4", got)
		}
		s.log.add(s.press())
		time.Sleep(time.Second)
		if got := s.log.acked(); got != 5 {
			t.Errorf("the cursor is at %d, want 5", got)
		}
		if n := len(s.events()); n != 1 {
			t.Errorf("%d events were published, want the one alert", n)
		}
	})
}

type statusBody struct{ State, Epoch, Version, Since string }

func (s *shop) status(t *testing.T, b []byte) statusBody {
	t.Helper()
	var v statusBody
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("status %q: %v", b, err)
	}
	return v
}

func TestBirthAndWill(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.start()
		time.Sleep(time.Second)
		birth := s.status(t, s.broker.Retained(root+"/status"))
		want := statusBody{"online", "q9c1", "1.0", "2000-01-01T08:00:00.000+08:00"}
		if birth != want {
			t.Errorf("birth %+v, want %+v", birth, want)
		}
		s.broker.SetDown(true)
		time.Sleep(time.Second)
		will := s.status(t, s.broker.Retained(root+"/status"))
		if want := (statusBody{State: "offline", Epoch: "q9c1", Since: birth.Since}); will != want {
			t.Errorf("will %+v, want %+v", will, want)
		}
		s.broker.SetDown(false)
		time.Sleep(time.Minute)
		if again := s.status(t, s.broker.Retained(root+"/status")); again.State != "online" || again.Since == birth.Since {
			t.Errorf("second birth %+v, want online since later", again)
		}
		s.stop()
		time.Sleep(time.Second)
		if bye := s.status(t, s.broker.Retained(root+"/status")); bye.State != "offline" {
			t.Errorf("after a clean stop: %+v, want offline", bye)
		}
		wills := 0
		for _, m := range s.broker.Messages() {
			if m.Will {
				wills++
			}
		}
		if wills != 1 {
			t.Errorf("%d wills, want 1: none for a clean stop", wills)
		}
	})
}

func TestFailover(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		second := &uplinktest.Broker{}
		defer second.Close()
		s.Brokers = []string{"tcp://one", "mqtt://two:18830"}
		dials := make(chan string, 100)
		s.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			dials <- addr
			if addr == "one:1883" {
				return s.broker.Dial(ctx, network, addr)
			}
			return second.Dial(ctx, network, addr)
		}
		s.broker.SetDown(true)
		s.start()
		time.Sleep(time.Second)
		if len(dials) != 2 {
			t.Fatalf("%d dials in the first pass, want 2 without a pause", len(dials))
		}
		if one, two := <-dials, <-dials; one != "one:1883" || two != "two:18830" {
			t.Errorf("dialled %s and %s, want one:1883 and two:18830", one, two)
		}
		if n := len(second.Sessions()); n != 1 {
			t.Fatalf("%d sessions at the second broker, want 1", n)
		}
		s.broker.SetDown(false)
		second.Cut()
		time.Sleep(time.Second)
		if n := len(s.broker.Sessions()); n != 1 {
			t.Errorf("%d sessions at the first broker after the second hung up, want 1", n)
		}
	})
}

func TestConnect(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		var secret atomic.Value
		secret.Store("one")
		s.Username, s.Password = "shop", func(context.Context) (string, error) { return secret.Load().(string), nil }
		s.broker.Refuse = func(c *packets.ConnectPacket) byte {
			if string(c.Password) != "two" {
				return packets.ErrRefusedNotAuthorised
			}
			return packets.Accepted
		}
		s.start()
		time.Sleep(time.Second)
		s.checkCause("check mqtt.username and mqtt.password_file")
		s.checkClass(uplink.CauseRefused)
		secret.Store("two")
		time.Sleep(time.Minute)
		sessions := s.broker.Sessions()
		if len(sessions) != 1 {
			t.Fatalf("%d sessions, want 1: the password is asked at each connect", len(sessions))
		}
		c := sessions[0].Connect
		if c.ClientIdentifier != "pi-1" || c.Username != "shop" || !c.CleanSession || c.ProtocolVersion != 4 || c.Keepalive != 5 || !c.WillRetain || c.WillQos != 1 {
			t.Errorf("CONNECT %v", &c)
		}
	})
}

func TestPasswordCannotBeRead(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.Username, s.Password = "shop", func(context.Context) (string, error) { return "", errors.New("no such file") }
		s.start()
		time.Sleep(time.Minute)
		s.checkCause("password: no such file")
		s.checkClass(uplink.CausePassword)
		if n := s.broker.Dials(); n != 0 {
			t.Errorf("%d dials without a password", n)
		}
	})
}

func TestPacing(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.MaxRate = 10
		for range 100 {
			s.log.add(s.alert())
		}
		s.start()
		time.Sleep(time.Minute)
		events := s.events()
		if len(events) != 100 {
			t.Fatalf("%d events, want 100", len(events))
		}
		if took, want := events[99].At.Sub(events[0].At), 99*100*time.Millisecond; took < want || took > want+time.Second {
			t.Errorf("100 messages took %v, want %v", took, want)
		}
	})
}

func TestHealthChanged(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		changed := make(chan struct{}, 1)
		s.HealthChanged = changed
		s.start()
		time.Sleep(4 * time.Minute)
		changed <- struct{}{}
		time.Sleep(6 * time.Minute)
		var at []time.Duration
		for _, m := range s.broker.Messages() {
			if m.Topic == root+"/state/health" {
				at = append(at, m.At.Sub(s.broker.Messages()[0].At).Round(time.Minute))
			}
		}
		if want := []time.Duration{0, 4 * time.Minute, 9 * time.Minute}; !slices.Equal(at, want) {
			t.Errorf("the health came at %v, want %v", at, want)
		}
	})
}

func TestStates(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		changed := make(chan struct{}, 1)
		var board atomic.Value
		board.Store([]byte("0"))
		s.BoardChanged = changed
		s.Board = func() []byte { return board.Load().([]byte) }
		s.start()
		for i := range byte(60) {
			time.Sleep(time.Second)
			board.Store([]byte{'a' + i/2})
			select {
			case changed <- struct{}{}:
			default:
			}
		}
		time.Sleep(time.Hour)
		boards, health := 0, 0
		var last time.Time
		for _, m := range s.broker.Messages() {
			switch m.Topic {
			case root + "/state/board":
				boards++
				if gap := m.At.Sub(last); gap < 10*time.Second {
					t.Errorf("board %v after the one before", gap)
				}
				last = m.At
			case root + "/state/health":
				health++
			}
		}
		if boards != 7 {
			t.Errorf("%d boards in a minute of changes, want 7", boards)
		}
		if health != 13 {
			t.Errorf("%d healths in an hour, want 13", health)
		}
		if got := string(s.broker.Retained(root + "/state/board")); got != string(s.Board()) {
			t.Errorf("the retained board is %s, want %s", got, s.Board())
		}
		select { // the same again is not published
		case changed <- struct{}{}:
		default:
		}
		n := len(s.broker.Messages())
		time.Sleep(time.Minute)
		if got := len(s.broker.Messages()); got != n {
			t.Errorf("a board that did not change was published")
		}
	})
}

// An alert that cannot be written is left out, and the log goes on behind it.
func TestUnwritableAlert(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		bad := s.alert()
		bad.Alert.Probability = math.NaN()
		s.log.onAck = nil
		s.log.add(s.alert(), bad, s.alert())
		s.start()
		time.Sleep(time.Second)
		if got, n := s.log.acked(), len(s.events()); got != 3 || n != 2 {
			t.Errorf("the cursor is at %d with %d events, want 3 with 2", got, n)
		}
	})
}

// A burst of them behind one that is held back does not wait for itself.
func TestUnwritableBurst(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.Window = 4
		events := []kitchen.Event{s.alert()}
		for range 40 {
			bad := s.alert()
			bad.Alert.Probability = math.NaN()
			events = append(events, bad)
		}
		s.log.onAck = nil
		s.log.add(events...)
		s.start()
		time.Sleep(time.Second)
		if got := s.log.acked(); got != 41 {
			t.Errorf("the cursor is at %d, want 41", got)
		}
	})
}

func TestBrokenLogEndsRun(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.start()
		time.Sleep(time.Second)
		broken := errors.New("no log")
		s.log.fail(broken)
		if err := <-s.done; !errors.Is(err, broken) {
			t.Errorf("Run returned %v, want %v", err, broken)
		}
		s.stop()
		s.stop = nil
		s.broker.Close()
	})
}

func TestNoBrokers(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.Brokers = nil
		s.log.add(s.alert())
		s.start()
		time.Sleep(time.Hour)
		if s.broker.Dials() != 0 || s.log.acked() != 0 {
			t.Errorf("without brokers: %d dials, cursor %d", s.broker.Dials(), s.log.acked())
		}
	})
}

// What an older log could not deliver goes out under its old identity; what it had
// delivered, or is nobody's alert, only moves the cursor.
func TestSalvaged(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		old := s.alert()
		old.Seq, old.Alert.Sequence = 70, 31
		pressed := s.press()
		salvaged := func(inner *kitchen.Event, sent bool) kitchen.Event {
			e := s.now().Fact("log")
			e.Salvaged = &kitchen.Salvaged{Log: "before", Event: inner, Sent: sent}
			return e
		}
		s.log.onAck = nil
		time.Sleep(time.Second)
		s.start()
		time.Sleep(time.Second)
		late := s.alert() // within this session, but it comes from the old log
		late.Seq, late.Alert.Sequence = 71, 32
		s.log.add(salvaged(&old, true), salvaged(&pressed, false), salvaged(nil, false), salvaged(&old, false), salvaged(&late, false), s.alert())
		time.Sleep(time.Second)
		if got := s.log.acked(); got != 6 {
			t.Errorf("the cursor is at %d, want 6", got)
		}
		var got []string
		for _, e := range s.events() {
			got = append(got, fmt.Sprint(e.ID, " ", e.Epoch, " ", e.Data.Alert.Sequence, " ", e.Replayed))
		}
		want := []string{"pi-1-before-70 before 31 true", "pi-1-before-71 before 32 true", "pi-1-q9c1-6 q9c1 1 false"}
		if !slices.Equal(got, want) {
			t.Errorf("published %q, want %q", got, want)
		}
	})
}

// A stamp is corrected when it is first sent, and stays so at a resend.
func TestCorrection(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
		asked := 0
		s.Correct = func(st kitchen.Stamp) kitchen.Stamp {
			asked++
			st.At, st.Clock = noon.Add(time.Duration(asked)*time.Hour), kitchen.Estimated
			return st
		}
		s.broker.Answer = func(m uplinktest.Message) uplinktest.Reply {
			if m.Conn == 1 && strings.Contains(m.Topic, "/event/") {
				return uplinktest.HangUp
			}
			return uplinktest.Acknowledge
		}
		e := s.alert()
		e.At, e.Clock = time.Unix(60, 0), kitchen.Unknown
		s.log.add(e)
		s.start()
		time.Sleep(time.Minute)
		events := s.events()
		if len(events) != 2 {
			t.Fatalf("%d sendings, want 2", len(events))
		}
		for _, e := range events {
			if e.Time != "2026-11-22T13:00:00.000Z" || e.Data.Clock != kitchen.Estimated || e.ExpiryTime == "" {
				t.Errorf("time %s, clock %s, expirytime %q, want 13:00 estimated with an expiry", e.Time, e.Data.Clock, e.ExpiryTime)
			}
		}
	})
}

// Acked hears of alerts, how long each took.
func TestAcked(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		var took []time.Duration
		s.Acked = func(d time.Duration) { took = append(took, d) }
		s.broker.Answer = func(m uplinktest.Message) uplinktest.Reply {
			time.Sleep(100 * time.Millisecond)
			return uplinktest.Acknowledge
		}
		s.start()
		time.Sleep(time.Second)
		s.log.add(s.press(), s.alert())
		time.Sleep(time.Second)
		s.log.add(s.alert())
		time.Sleep(time.Second)
		s.end()
		s.stop = nil
		if want := []time.Duration{100 * time.Millisecond, 100 * time.Millisecond}; !slices.Equal(took, want) {
			t.Errorf("told %v, want %v", took, want)
		}
	})
}
