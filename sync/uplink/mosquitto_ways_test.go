package uplink_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"readyshelf/sync/uplink"
	"readyshelf/sync/uplink/uplinktest"
)

// freePort returns a TCP port that nobody uses.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// Every way to a real broker: with what it needs, and refused without.
func TestMosquittoWays(t *testing.T) {
	ca, cert, key := certificates(t)
	files := map[string][]byte{"ca.pem": ca, "cert.pem": cert, "key.pem": key}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	ours, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	const (
		secured = "certfile %DIR%/cert.pem\nkeyfile %DIR%/key.pem\n"
		served  = "allow_anonymous true\n" + secured
		mutual  = served + "cafile %DIR%/ca.pem\nrequire_certificate true\n"
	)
	// Version 2.0.11 does not start with a websocket alone.
	port := freePort(t)
	webs := "allow_anonymous true\nlistener " + port + " 127.0.0.1\nprotocol websockets\n"
	for _, test := range []struct {
		name, scheme, path, conf string
		tls                      *tls.Config
		class                    string // of the failure; empty where it works
	}{
		{"websocket", "ws", "/mqtt", webs, nil, ""},
		{"websocket over TLS", "wss", "/mqtt", webs + secured, &tls.Config{RootCAs: pool, NextProtos: []string{"x-amzn-mqtt-ca"}}, ""},
		{"websocket, unknown authority", "wss", "/mqtt", webs + secured, nil, uplink.CauseTLS},
		{"not a websocket", "ws", "/mqtt", "allow_anonymous true", nil, uplink.CauseLost},
		{"ALPN", "tls", "", served, &tls.Config{RootCAs: pool, NextProtos: []string{"x-amzn-mqtt-ca"}}, ""},
		{"server name", "tls", "", served, &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}, ""},
		{"client certificate", "tls", "", mutual, &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{ours}}, ""},
		{"no client certificate", "tls", "", mutual, &tls.Config{RootCAs: pool}, uplink.CauseLost},
		{"before NTP", "tls", "", served, &tls.Config{RootCAs: pool, Time: func() time.Time { return time.Unix(0, 0) }}, uplink.CauseTLS},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := uplinktest.StartMosquitto(t, test.conf, files)
			addr := m.Addr
			if strings.Contains(test.conf, "websockets") {
				addr = "127.0.0.1:" + port
			}
			s := realShop(t, test.scheme+"://"+addr+test.path)
			s.TLS = test.tls
			causes := make(chan error, 100)
			s.OnState = func(connected bool, cause error) {
				if !connected {
					causes <- cause
				}
			}
			s.log.add(s.alert(), s.press())
			s.start()
			defer s.end()
			if test.class == "" {
				if !eventually(20*time.Second, func() bool { return s.log.acked() == 2 }) {
					t.Errorf("the cursor is at %d, want 2: %v", s.log.acked(), <-causes)
				}
				return
			}
			for end := time.After(20 * time.Second); ; {
				select {
				case cause := <-causes:
					if class := uplink.Cause(cause); class == test.class {
						return
					} else if class != uplink.CauseDial { // it may still be starting
						t.Fatalf("cause %q: %v, want %q", class, cause, test.class)
					}
				case <-end:
					t.Fatalf("never failed as %q", test.class)
				}
			}
		})
	}
}

// A command and its reply through a real broker; one that was retained does nothing.
func TestMosquittoCommands(t *testing.T) {
	m := uplinktest.StartMosquitto(t, "allow_anonymous true", nil)
	client := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + m.Addr).SetClientID("cloud").SetProtocolVersion(4))
	if token := client.Connect(); token.Wait() && token.Error() != nil {
		t.Fatal(token.Error())
	}
	defer client.Disconnect(0)
	client.Publish(root+"/cmd/ping", 1, true, "retained").Wait()
	replies, births := make(chan string, 10), make(chan bool, 10)
	client.Subscribe(root+"/reply/+", 1, func(_ mqtt.Client, m mqtt.Message) { replies <- string(m.Payload()) }).Wait()
	client.Subscribe(root+"/status", 1, func(_ mqtt.Client, m mqtt.Message) { births <- true }).Wait()
	s := realShop(t, "tcp://"+m.Addr)
	s.Command = echo
	s.start()
	defer s.end()
	<-births
	client.Publish(root+"/cmd/ping", 1, false, "1").Wait()
	if got := <-replies; got != "re:1" {
		t.Errorf("reply %s, want re:1", got)
	}
}

// A real broker hangs up on a packet that is larger than it allows. All others get
// through, and that one is set aside.
func TestMosquittoPoison(t *testing.T) {
	m := uplinktest.StartMosquitto(t, "allow_anonymous true\nmax_packet_size 2000", nil)
	s := realShop(t, "tcp://"+m.Addr)
	s.Rand = func() float64 { return -0.5 } // less than chance gives: no pause, where 30 s are the least
	var mu sync.Mutex
	var aside []uint64
	s.SetAside = func(_ context.Context, seq uint64, _ error) error {
		mu.Lock()
		defer mu.Unlock()
		aside = append(aside, seq)
		return nil
	}
	large := s.alert()
	large.Alert.Reason = strings.Repeat("long ", 1000)
	s.log.add(s.alert(), s.alert(), large, s.alert())
	s.start()
	defer s.end()
	if !eventually(time.Minute, func() bool { return s.log.acked() == 4 }) {
		_, cause := s.state()
		t.Errorf("the cursor is at %d, want 4: %v", s.log.acked(), cause)
	}
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(aside, []uint64{3}) {
		t.Errorf("set aside %v, want 3", aside)
	}
}
