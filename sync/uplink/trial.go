package uplink

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// A Trial goes the way to one broker step by step, for an installer who wants to know
// which step fails. It publishes one message of its own, to the topic doctor below our
// root, and disturbs no connection that is up.
type Trial struct {
	Config
	// Broker is the one of Brokers to try.
	Broker string
	// ClientID is who logs in; empty is Device, which ends the daemon's connection.
	ClientID string
	// Resolve finds the addresses of a host; nil asks the system.
	Resolve func(ctx context.Context, host string) ([]string, error)
}

// The steps of a trial, in order. Which there are depends on the URL.
const (
	StepName    = "name"       // the broker's URL and ours
	StepResolve = "DNS"        // the host has an address
	StepTCP     = "TCP"        // somebody answers there
	StepTLS     = "TLS"        // certificates, names, clocks
	StepLogin   = "login"      // MQTT CONNECT
	StepPublish = "publish"    // QoS 1, with PUBACK
	StepReturn  = "round trip" // the message came back to a subscription of ours
)

// Step is how one step went.
type Step struct {
	Name string
	Took time.Duration
	// Detail says what was found: addresses, the version of TLS.
	Detail string
	// Expires is when the broker's certificate does, of StepTLS.
	Expires time.Time
	// Err is why it failed; no step follows. Of StepReturn it may be no failure of the
	// daemon's own way, which needs no right to subscribe there, unless it is [ErrHungUp].
	Err error
	// Remedy says what to do about Err.
	Remedy string
}

// ErrHungUp is how some brokers say no: to a message that the login may not publish.
var ErrHungUp = errors.New("the broker hung up")

// How long a step may take.
const (
	resolveTimeout = 3 * time.Second
	tcpTimeout     = 4 * time.Second
	tlsTimeout     = 4 * time.Second
	pubackTimeout  = 4 * time.Second
	returnTimeout  = 2 * time.Second
	// alertTimeout is for a broker that does not like our certificate: in TLS 1.3 it says
	// so after the handshake.
	alertTimeout = 300 * time.Millisecond
)

// Run tries. The last step is the one that failed, if one did; how far it comes does
// not depend on ctx's end being an error.
func (t *Trial) Run(ctx context.Context) []Step {
	broker, err := parseBroker(t.Broker)
	root, rerr := t.root()
	if err := errors.Join(err, rerr); err != nil {
		return []Step{{Name: StepName, Err: err, Remedy: "correct mqtt.brokers, mqtt.topic, store and device"}}
	}
	r := &trial{Trial: t, broker: broker, topic: root + "/doctor"}
	steps := []func(context.Context) Step{r.resolve, r.tcp, r.tls}
	if overHTTP(broker.Scheme) && r.proxied() {
		steps = nil // the proxy does these
	} else if !secure(broker.Scheme) && broker.Scheme != "wss" {
		steps = steps[:2]
	}
	defer r.close()
	var done []Step
	for _, step := range append(steps, r.login, r.publish, r.comeBack) {
		start := time.Now()
		s := step(ctx)
		s.Took = time.Since(start)
		done = append(done, s)
		if s.Err != nil {
			break
		}
	}
	return done
}

// trial is a Trial on its way.
type trial struct {
	*Trial
	broker *url.URL
	topic  string

	raw    net.Conn // of the steps below MQTT
	client mqtt.Client
	conn   *conn
	lost   chan struct{} // closed when the broker hung up
	back   chan struct{} // the message came back
	denied error         // why it will not
}

func (t *trial) close() {
	if t.raw != nil {
		t.raw.Close()
	}
	if t.client != nil {
		t.client.Disconnect(uint(returnTimeout / time.Millisecond))
		t.conn.Close()
	}
}

// proxied says that a web proxy stands between us and the broker.
func (t *trial) proxied() bool {
	u := *t.broker
	u.Scheme = map[string]string{"ws": "http", "wss": "https"}[u.Scheme]
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: &u})
	return err == nil && proxy != nil
}

func (t *trial) resolve(ctx context.Context) Step {
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	resolve := t.Resolve
	if resolve == nil {
		resolve = net.DefaultResolver.LookupHost
	}
	addrs, err := resolve(ctx, t.broker.Hostname())
	s := Step{Name: StepResolve, Detail: strings.Join(addrs, ", "), Err: err}
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		s.Err = fmt.Errorf("%s has no address", t.broker.Hostname())
		s.Remedy = "correct the host in mqtt.brokers"
	case err != nil:
		s.Remedy = "check the network cable or Wi-Fi and the name server: resolvectl status"
	}
	return s
}

func (t *trial) tcp(ctx context.Context) Step {
	ctx, cancel := context.WithTimeout(ctx, tcpTimeout)
	defer cancel()
	s := Step{Name: StepTCP}
	if t.raw, s.Err = t.dial(ctx, "tcp", t.broker.Host); s.Err != nil {
		var op *net.OpError
		if errors.As(s.Err, &op) {
			s.Err = fmt.Errorf("nobody answers at %s: %w", t.broker.Host, op.Err)
		}
		s.Remedy = "is the broker running, and its port open in the firewall? try: nc -vz " + t.broker.Hostname() + " " + t.broker.Port()
	}
	return s
}

func (t *trial) tls(ctx context.Context) Step {
	ctx, cancel := context.WithTimeout(ctx, tlsTimeout)
	defer cancel()
	config := t.Config.tls(t.broker)
	if overHTTP(t.broker.Scheme) {
		config.NextProtos = nil
	}
	s := Step{Name: StepTLS}
	c := tls.Client(t.raw, config)
	if s.Err = c.HandshakeContext(ctx); s.Err == nil {
		s.Err = refusal(c)
	}
	if s.Err != nil {
		s.Remedy, s.Err = explainTLS(s.Err, config.ServerName)
		return s
	}
	state := c.ConnectionState()
	s.Detail = tls.VersionName(state.Version)
	if len(state.PeerCertificates) > 0 {
		s.Expires = state.PeerCertificates[0].NotAfter
	}
	return s
}

// refusal waits for what a broker says of our certificate after the handshake. One
// that hangs up or is silent has said nothing of it.
func refusal(c *tls.Conn) error {
	if err := c.SetReadDeadline(time.Now().Add(alertTimeout)); err != nil {
		return err
	}
	_, err := c.Read(make([]byte, 1))
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" {
		return err
	}
	return nil
}

// login logs in as the daemon does, but without a will.
func (t *trial) login(ctx context.Context) Step {
	s := Step{Name: StepLogin}
	password := ""
	if t.Password != nil {
		var err error
		if password, err = t.Password(ctx); err != nil {
			return Step{Name: StepLogin, Err: err, Remedy: "check mqtt.password_file, or what mqtt.oauth2 says"}
		}
	}
	t.lost, t.back = make(chan struct{}), make(chan struct{}, 1)
	o := options().SetClientID(cmp.Or(t.ClientID, t.Device)).SetUsername(t.Username).SetPassword(password).
		SetConnectionLostHandler(func(mqtt.Client, error) { close(t.lost) }).
		SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) { t.returned(m) })
	o.Servers = []*url.URL{t.broker}
	var opening error
	o.SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) {
		if t.conn, opening = t.open(ctx, t.broker); opening != nil {
			return nil, opening
		}
		return t.conn, nil
	})
	client := mqtt.NewClient(o)
	token := client.Connect()
	select {
	case <-token.Done():
	case <-ctx.Done():
		if t.conn != nil {
			t.conn.Close()
		}
		<-token.Done()
	}
	if s.Err = cmp.Or(opening, token.Error()); s.Err != nil {
		s.Remedy = loginRemedy(s.Err)
		return s
	}
	t.client = client
	return s
}

// returned notes that a message of ours came back.
func (t *trial) returned(m mqtt.Message) {
	if m.Topic() != t.topic {
		return
	}
	select {
	case t.back <- struct{}{}:
	default:
	}
}

// publish publishes one message, and listens for it before.
func (t *trial) publish(ctx context.Context) Step {
	s := Step{Name: StepPublish, Detail: "to " + t.topic}
	sub := t.client.Subscribe(t.topic, 0, nil).(*mqtt.SubscribeToken)
	if t.denied = t.await(ctx, sub, pubackTimeout); t.denied == nil && sub.Result()[t.topic] == 0x80 {
		t.denied = errors.New("the broker does not let us subscribe")
	}
	body := fmt.Sprintf(`{"time":%q}`, time.Now().UTC().Format(time.RFC3339))
	if s.Err = t.await(ctx, t.client.Publish(t.topic, 1, false, body), pubackTimeout); s.Err != nil {
		s.Remedy = "give this login the right to publish below " + strings.TrimSuffix(t.topic, "/doctor")
	}
	return s
}

// comeBack waits for the message. A broker may acknowledge what it throws away, so this
// alone proves that it was taken.
func (t *trial) comeBack(ctx context.Context) Step {
	s := Step{Name: StepReturn, Err: t.denied}
	if s.Err == nil {
		select {
		case <-t.back:
			return s
		case <-t.lost:
			s.Err = ErrHungUp
		case <-time.After(returnTimeout):
			s.Err = errors.New("the broker acknowledged the message, and did not deliver it")
		case <-ctx.Done():
			s.Err = ctx.Err()
		}
	}
	s.Remedy = "give this login the right to publish and to subscribe below " + strings.TrimSuffix(t.topic, "/doctor")
	return s
}

// await waits for the broker's answer.
func (t *trial) await(ctx context.Context, token mqtt.Token, d time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	select {
	case <-token.Done():
		if err := token.Error(); err != nil || !t.client.IsConnectionOpen() {
			return ErrHungUp
		}
		return nil
	case <-t.lost:
		return ErrHungUp
	case <-ctx.Done():
		return fmt.Errorf("the broker does not answer within %s", d)
	}
}
