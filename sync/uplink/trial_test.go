package uplink_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"readyshelf/sync/uplink"
	"readyshelf/sync/uplink/uplinktest"
)

// attempt is a trial of broker as shop s, box pi.
func attempt(broker string) *uplink.Trial {
	return &uplink.Trial{Config: uplink.Config{Store: "s", Device: "pi"}, Broker: broker}
}

// way says how far a trial came: its steps, and an ! behind the one that failed.
func way(steps []uplink.Step) string {
	var names []string
	for _, s := range steps {
		name := s.Name
		if s.Err != nil {
			name += "!"
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

// told says that the last step failed with these words, and that it has a remedy.
func told(t *testing.T, steps []uplink.Step, words string) {
	t.Helper()
	last := steps[len(steps)-1]
	if last.Err == nil || !strings.Contains(last.Err.Error(), words) {
		t.Errorf("got %v, want %q", last.Err, words)
	}
	if last.Remedy == "" {
		t.Errorf("%v has no remedy", last.Err)
	}
}

// Each failure of a step has a name and a remedy, with a real broker.
func TestTrialMosquitto(t *testing.T) {
	ca, cert, key := certificates(t)
	files := map[string][]byte{"ca.pem": ca, "cert.pem": cert, "key.pem": key, "none": []byte("topic write #\n")}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	ours, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	trusting := func() *tls.Config { return &tls.Config{RootCAs: pool} }
	const (
		open    = "allow_anonymous true\n"
		secured = open + "certfile %DIR%/cert.pem\nkeyfile %DIR%/key.pem\n"
		mutual  = secured + "cafile %DIR%/ca.pem\nrequire_certificate true\n"
		plain   = "DNS TCP login publish round trip"
		whole   = "DNS TCP TLS login publish round trip"
	)
	for _, test := range []struct {
		name, scheme, conf string
		change             func(*uplink.Trial)
		way, words         string
	}{
		{"all well", "tcp", open, nil, plain, ""},
		{"all well over TLS", "tls", secured, func(t *uplink.Trial) { t.TLS = trusting() }, whole, ""},
		{"client certificate", "tls", mutual, func(t *uplink.Trial) { t.TLS = trusting(); t.TLS.Certificates = []tls.Certificate{ours} }, whole, ""},
		{"unknown authority", "tls", secured, nil, "DNS TCP TLS!", "nobody whom we trust signed"},
		{"wrong host", "tls", secured, func(t *uplink.Trial) { t.TLS = trusting(); t.TLS.ServerName = "broker.example" }, "DNS TCP TLS!", "not for broker.example but for 127.0.0.1"},
		{"expired", "tls", secured, func(t *uplink.Trial) {
			t.TLS = trusting()
			t.TLS.Time = func() time.Time { return time.Now().AddDate(1, 0, 0) }
		}, "DNS TCP TLS!", "not valid now"},
		{"before its time", "tls", secured, func(t *uplink.Trial) {
			t.TLS = trusting()
			t.TLS.Time = func() time.Time { return time.Unix(0, 0) }
		}, "DNS TCP TLS!", "not valid now"},
		{"no TLS there", "tls", open, nil, "DNS TCP TLS!", ""},
		{"no client certificate", "tls", mutual, func(t *uplink.Trial) { t.TLS = trusting() }, "DNS TCP TLS!", "the broker refused us"},
		{"login refused", "tcp", "allow_anonymous false\n", nil, "DNS TCP login!", "ot Authorized"},
		{"may not subscribe", "tcp", open + "acl_file %DIR%/none\n", nil, "DNS TCP login publish round trip!", ""},
		{"no MQTT but HTTP", "ws", open, nil, "DNS TCP login!", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := uplinktest.StartMosquitto(t, test.conf, files)
			try := attempt(test.scheme + "://" + m.Addr)
			if test.change != nil {
				test.change(try)
			}
			steps := try.Run(t.Context())
			if got := way(steps); got != test.way {
				t.Fatalf("got %s, want %s: %v", got, test.way, steps[len(steps)-1].Err)
			}
			if strings.HasSuffix(test.way, "!") {
				told(t, steps, test.words)
			}
		})
	}
}

// A broker that does not let us publish acknowledges, and then throws the message away
// or hangs up: the trial fails.
func TestTrialMayNotPublish(t *testing.T) {
	m := uplinktest.StartMosquitto(t, "allow_anonymous true\nacl_file %DIR%/acl\n", map[string][]byte{"acl": []byte("topic read #\n")})
	steps := attempt("tcp://" + m.Addr).Run(t.Context())
	if got := way(steps); !strings.HasPrefix(got, "DNS TCP login publish") {
		t.Errorf("got %s", got)
	}
	told(t, steps, "the broker")
}

// What a real broker does not do.
func TestTrialBroken(t *testing.T) {
	refuse := func(code byte) func(*packets.ConnectPacket) byte {
		return func(*packets.ConnectPacket) byte { return code }
	}
	answer := func(r uplinktest.Reply) func(uplinktest.Message) uplinktest.Reply {
		return func(uplinktest.Message) uplinktest.Reply { return r }
	}
	for _, test := range []struct {
		name       string
		broker     *uplinktest.Broker
		way, words string
	}{
		{"password", &uplinktest.Broker{Refuse: refuse(packets.ErrRefusedBadUsernameOrPassword)}, "DNS TCP login!", "user name or password"},
		{"client id", &uplinktest.Broker{Refuse: refuse(packets.ErrRefusedIDRejected)}, "DNS TCP login!", "dentifier"},
		{"hangs up at a message", &uplinktest.Broker{Answer: answer(uplinktest.HangUp)}, "DNS TCP login publish!", "hung up"},
		{"acknowledges nothing", &uplinktest.Broker{Answer: answer(uplinktest.Withhold)}, "DNS TCP login publish!", "does not answer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			defer test.broker.Close()
			try := attempt("tcp://broker.example:1883")
			try.Dial = test.broker.Dial
			try.Resolve = func(context.Context, string) ([]string, error) { return []string{"192.0.2.1"}, nil }
			steps := try.Run(t.Context())
			if got := way(steps); got != test.way {
				t.Fatalf("got %s, want %s: %v", got, test.way, steps[len(steps)-1].Err)
			}
			told(t, steps, test.words)
		})
	}
}

func TestTrialUnreachable(t *testing.T) {
	steps := attempt("tcp://127.0.0.1:" + freePort(t)).Run(t.Context())
	if got := way(steps); got != "DNS TCP!" {
		t.Errorf("nobody there: got %s", got)
	}
	told(t, steps, "refused")

	try := attempt("tcp://nowhere.example:1883")
	try.Resolve = func(context.Context, string) ([]string, error) { return nil, &net.DNSError{IsNotFound: true} }
	steps = try.Run(t.Context())
	if got := way(steps); got != "DNS!" {
		t.Errorf("no such host: got %s", got)
	}
	told(t, steps, "has no address")
	try.Resolve = func(context.Context, string) ([]string, error) { return nil, os.ErrDeadlineExceeded }
	told(t, try.Run(t.Context()), "timeout")

	told(t, attempt("gopher://x").Run(t.Context()), "unknown scheme")

	try = attempt("tcp://127.0.0.1:" + freePort(t))
	try.Password = func(context.Context) (string, error) { return "", errors.New("no secret") }
	var b uplinktest.Broker
	defer b.Close()
	try.Dial = b.Dial
	told(t, try.Run(t.Context()), "no secret")
}

// A trial leaves the daemon's connection alone, and its message is not retained.
func TestTrialBesideTheDaemon(t *testing.T) {
	var b uplinktest.Broker
	defer b.Close()
	try := attempt("tcp://127.0.0.1:1")
	try.ClientID, try.Dial = "pi-doctor", b.Dial
	if got := way(try.Run(t.Context())); got != "DNS TCP login publish round trip" {
		t.Fatalf("got %s", got)
	}
	all := b.Messages()
	if len(all) != 1 || all[0].Topic != "readyshelf/v1/s/pi/doctor" || all[0].Retained || all[0].QoS != 1 {
		t.Errorf("got %+v, want one message to the topic doctor, and no will", all)
	}
	if s := b.Sessions(); len(s) != 1 || s[0].Connect.ClientIdentifier != "pi-doctor" || s[0].Connect.WillFlag {
		t.Errorf("got %+v, want one session of pi-doctor without a will", s)
	}
}
