package uplink_test

import (
	"context"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"readyshelf/sync/uplink"
	"readyshelf/sync/uplink/uplinktest"
)

// eventually waits until ok, for d at most.
func eventually(d time.Duration, ok func() bool) bool {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(d); time.Now().Before(end); <-tick.C {
		if ok() {
			return true
		}
	}
	return ok()
}

// realShop is a shop whose broker is url, and real time.
func realShop(t *testing.T, url string) *shop {
	s := newShop(t)
	s.Brokers, s.Dial, s.log.onAck = []string{url}, nil, nil
	s.Rand = func() float64 { return 0.1 }
	return s
}

// subscriber records the first sightings of alerts, through broken connections.
type subscriber struct {
	subscribed chan struct{} // one token for each time

	mu    sync.Mutex
	first []uplink.Envelope
	seen  map[string]bool
}

func subscribe(t *testing.T, m *uplinktest.Mosquitto) *subscriber {
	t.Helper()
	s := &subscriber{subscribed: make(chan struct{}, 100), seen: map[string]bool{}}
	o := mqtt.NewClientOptions().AddBroker("tcp://" + m.Addr).SetClientID("cloud").SetProtocolVersion(4).
		SetMaxReconnectInterval(50 * time.Millisecond).SetOnConnectHandler(func(c mqtt.Client) {
		c.Subscribe(root+"/event/#", 0, s.take).Wait()
		s.subscribed <- struct{}{}
	})
	client := mqtt.NewClient(o)
	if token := client.Connect(); token.Wait() && token.Error() != nil {
		t.Fatal(token.Error())
	}
	t.Cleanup(func() { client.Disconnect(0) })
	<-s.subscribed
	return s
}

func (s *subscriber) take(_ mqtt.Client, m mqtt.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, err := uplink.Decode(m.Payload()); err == nil && !s.seen[v.ID] {
		s.seen[v.ID] = true
		s.first = append(s.first, v)
	}
}

// last is the sequence of the latest first sighting.
func (s *subscriber) last() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.first) == 0 {
		return ""
	}
	return s.first[len(s.first)-1].Sequence
}

func TestMosquittoPassword(t *testing.T) {
	salt := []byte("0123456789ab")
	sum := sha512.Sum512(append([]byte("sesame"), salt...))
	entry := fmt.Sprintf("shop:$6$%s$%s\n", base64.StdEncoding.EncodeToString(salt), base64.StdEncoding.EncodeToString(sum[:]))
	m := uplinktest.StartMosquitto(t, "allow_anonymous false\npassword_file %DIR%/passwords", map[string][]byte{"passwords": []byte(entry)})
	s := realShop(t, "tcp://"+m.Addr)
	password := make(chan string, 1)
	password <- "wrong"
	s.Username = "shop"
	s.Password = func(context.Context) (string, error) { // wrong once
		select {
		case p := <-password:
			return p, nil
		default:
			return "sesame", nil
		}
	}
	causes := make(chan error, 10)
	s.OnState = func(_ bool, cause error) { causes <- cause }
	s.log.add(s.alert(), s.press())
	s.start()
	defer s.end()
	if refused := <-causes; refused == nil || !strings.Contains(refused.Error(), "mqtt.password_file") {
		t.Errorf("with a wrong password: %v, want the way out", refused)
	}
	if !eventually(10*time.Second, func() bool { return s.log.acked() == 2 }) {
		t.Errorf("with the right password the cursor is at %d, want 2", s.log.acked())
	}
}

func TestMosquittoTLS(t *testing.T) {
	ca, cert, key := certificates(t)
	m := uplinktest.StartMosquitto(t, "allow_anonymous true\ncertfile %DIR%/cert.pem\nkeyfile %DIR%/key.pem\ntls_version tlsv1.2",
		map[string][]byte{"cert.pem": cert, "key.pem": key})
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		t.Fatal("the CA file holds no certificate")
	}
	t.Run("trusted", func(t *testing.T) {
		s := realShop(t, "mqtts://"+m.Addr)
		s.TLS = &tls.Config{RootCAs: pool}
		s.log.add(s.alert(), s.press())
		s.start()
		defer s.end()
		if !eventually(10*time.Second, func() bool { return s.log.acked() == 2 }) {
			_, cause := s.state()
			t.Errorf("the cursor is at %d, want 2: %v", s.log.acked(), cause)
		}
	})
	for _, test := range []struct {
		name string
		tls  *tls.Config
		want string
	}{
		{"unknown authority", nil, "unknown authority"},
		{"other name", &tls.Config{RootCAs: pool, ServerName: "elsewhere"}, "to match elsewhere"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := realShop(t, "tls://"+m.Addr)
			s.TLS = test.tls
			causes := make(chan error, 10)
			s.OnState = func(_ bool, cause error) { causes <- cause }
			s.start()
			defer s.end()
			if cause := <-causes; cause == nil || !strings.Contains(cause.Error(), test.want) || uplink.Cause(cause) != uplink.CauseTLS {
				t.Errorf("cause %v, want %s", cause, test.want)
			}
		})
	}
}

// checkRelayed checks that n alerts passed in order, copies aside, that copies are the
// same, and that each was acknowledged.
func checkRelayed(t *testing.T, tap *uplinktest.Tap, n int) {
	t.Helper()
	first, acknowledged, copies := map[string]string{}, map[string]bool{}, 0
	for _, m := range tap.Messages() {
		if !strings.Contains(m.Topic, "/event/") {
			continue
		}
		v, err := uplink.Decode(m.Payload)
		if err != nil {
			t.Fatal(err)
		}
		acknowledged[v.ID] = acknowledged[v.ID] || m.Acknowledged
		if body, seen := first[v.ID]; seen {
			if copies++; body != string(m.Payload) {
				t.Errorf("%s went out again with another body", v.ID)
			}
			continue
		}
		first[v.ID] = string(m.Payload)
		if want := fmt.Sprintf("%020d", len(first)); v.Sequence != want {
			t.Fatalf("sequence %s went out first when %s was due", v.Sequence, want)
		}
	}
	for id, yes := range acknowledged {
		if !yes {
			t.Errorf("%s was never acknowledged, and the cursor is past it", id)
		}
	}
	if len(first) != n {
		t.Errorf("%d alerts went out, want %d", len(first), n)
	}
	t.Logf("%d alerts, %d copies", len(first), copies)
}

// A link that stays open and carries nothing, under load, with all the buffers that
// kernels have. TestBlackHoleUnderLoad holds it to 10 s.
func TestHalfOpenForReal(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes 10 s of real time")
	}
	t.Parallel()
	m := uplinktest.StartMosquitto(t, "allow_anonymous true", nil)
	tap := uplinktest.StartTap(t, m.Addr)
	s := realShop(t, "tcp://"+tap.Addr)
	lost := make(chan time.Time, 10)
	s.OnState = func(connected bool, _ error) {
		if !connected {
			lost <- time.Now()
		}
	}
	s.log.add(s.alert())
	s.start()
	defer s.end()
	if !eventually(10*time.Second, func() bool { return s.log.acked() == 1 }) {
		t.Fatal("nothing goes through a link that is well")
	}
	tap.SetDeaf(true)
	deaf := time.Now()
	for range 1000 {
		s.log.add(s.alert())
	}
	select {
	case at := <-lost:
		t.Logf("noticed after %v", at.Sub(deaf))
	case <-time.After(time.Minute):
		t.Fatal("not noticed in a minute")
	}
	tap.SetDeaf(false)
	if !eventually(30*time.Second, func() bool { return s.log.acked() == 1001 }) {
		t.Errorf("the cursor is at %d, want 1001", s.log.acked())
	}
	checkRelayed(t, tap, 1001)
}

// The broker is killed in mid-drain, twice. Every alert was acknowledged, first
// sendings are in order, and copies are the same bytes. What the broker had
// acknowledged and not yet passed on is lost with it, which is why the log keeps
// acknowledged alerts; but what a subscriber sees is in order too.
func TestMosquittoKilledInMidDrain(t *testing.T) {
	m := uplinktest.StartMosquitto(t, "allow_anonymous true", nil)
	cloud := subscribe(t, m)
	tap := uplinktest.StartTap(t, m.Addr)
	s := realShop(t, "tcp://"+tap.Addr)
	const alerts = 5000
	for range alerts {
		s.log.add(s.alert())
	}
	kills := []uint64{alerts / 4, alerts / 2}
	s.log.onAck = func(seq uint64) { // no session begins before it returns
		if len(kills) == 0 || seq < kills[0] {
			return
		}
		kills = kills[1:]
		m.Kill()
		if err := m.Start(); err != nil {
			t.Error(err)
		}
		select {
		case <-cloud.subscribed:
		case <-time.After(time.Minute):
			t.Error("the subscriber did not come back")
		}
	}
	s.start()
	if !eventually(time.Minute, func() bool { return s.log.acked() == alerts }) {
		t.Errorf("the cursor is at %d, want %d", s.log.acked(), alerts)
	}
	s.end()
	if len(kills) > 0 {
		t.Errorf("%d kills were not reached", len(kills))
	}
	checkRelayed(t, tap, alerts)
	if last := fmt.Sprintf("%020d", alerts); !eventually(time.Minute, func() bool { return cloud.last() == last }) {
		t.Errorf("the subscriber saw %s last, want %s", cloud.last(), last)
	}
	cloud.mu.Lock()
	defer cloud.mu.Unlock()
	if !slices.IsSortedFunc(cloud.first, func(a, b uplink.Envelope) int { return strings.Compare(a.Sequence, b.Sequence) }) {
		t.Error("first sightings are out of order")
	}
	t.Logf("%d of %d alerts seen by a subscriber at QoS 0", len(cloud.first), alerts)
}
