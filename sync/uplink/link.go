package uplink

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"
)

// link is one connection to a broker and the paho client that lives as long.
type link struct {
	client mqtt.Client
	conn   *conn
	// dead ends with the connection, its cause says why; kill ends both.
	dead context.Context
	kill context.CancelCauseFunc
	// gone is closed when paho has noticed a lost connection and has stopped.
	gone chan struct{}
}

// errGoodbye is the cause of a link that we ended ourselves.
var errGoodbye = errors.New("disconnected")

// connect opens a link to broker; the broker publishes will if it breaks.
func (r *runner) connect(ctx context.Context, broker *url.URL, will []byte) (*link, error) {
	password := ""
	if r.Password != nil {
		var err error
		if password, err = r.Password(ctx); err != nil {
			return nil, fmt.Errorf("connect to %s: %w: %w", broker.Host, errPassword, err)
		}
	}
	l := &link{gone: make(chan struct{})}
	l.dead, l.kill = context.WithCancelCause(context.WithoutCancel(ctx))
	o := options().
		SetClientID(r.Device).SetUsername(r.Username).SetPassword(password).
		SetBinaryWill(r.root+"/status", will, 1, true).
		SetConnectionLostHandler(func(_ mqtt.Client, err error) {
			l.kill(fmt.Errorf("connection lost: %w", err))
			close(l.gone)
		})
	o.Servers = []*url.URL{broker}
	var opening error
	hangUp := func() bool { return true }
	o.SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) {
		if l.conn, opening = r.open(ctx, broker); opening != nil {
			return nil, opening
		}
		l.conn.r.tooLong = func() { r.inbox.put(r, command{}, errTooLong) }
		hangUp = context.AfterFunc(ctx, func() { l.conn.Close() })
		return l.conn, nil
	})
	l.client = mqtt.NewClient(o)
	connected := l.client.Connect()
	<-connected.Done()
	hangUp()
	if err := errors.Join(opening, explain(connected.Error(), opening)); err != nil {
		l.kill(err)
		if r.Refused != nil && Cause(err) == CauseRefused {
			r.Refused()
		}
		return nil, fmt.Errorf("connect to %s: %w", broker.Host, err)
	}
	return l, nil
}

// options are those of every client: paho remembers nothing and retries nothing.
func options() *mqtt.ClientOptions {
	return mqtt.NewClientOptions().
		SetProtocolVersion(4). // else a failed handshake is repeated as MQTT 3.1, for good
		SetCleanSession(true).SetStore(noStore{}).
		SetAutoReconnect(false).SetConnectRetry(false).
		SetOrderMatters(true). // of commands; their handler never blocks
		SetKeepAlive(keepAlive).SetPingTimeout(pingTimeout).
		SetWriteTimeout(writeTimeout).SetConnectTimeout(connectTimeout)
}

// explain adds the way out to a refusal; it is silent about what opening said.
func explain(err, opening error) error {
	switch {
	case opening != nil || err == nil:
		return nil
	case errors.Is(err, packets.ErrorRefusedBadUsernameOrPassword), errors.Is(err, packets.ErrorRefusedNotAuthorised):
		return fmt.Errorf("the broker refused us: %w: check mqtt.username and mqtt.password_file, and the broker's rights for this client id", err)
	case errors.Is(err, packets.ErrorRefusedIDRejected):
		return fmt.Errorf("the broker refused the client id: %w: check device", err)
	}
	return err
}

// stopTimeout bounds the wait for paho's goroutines once their connection is closed.
const stopTimeout = 10 * time.Second

// end closes the link and waits until paho has stopped. A link that is not dead
// says DISCONNECT, for which it takes a quarter of a second at most, and then
// the broker keeps the will to itself.
func (l *link) end() {
	if l.dead.Err() == nil {
		l.client.Disconnect(250)
		l.kill(errGoodbye)
		l.conn.Close()
		l.client.Disconnect(uint(stopTimeout / time.Millisecond)) // joins the first, if that still runs
		return
	}
	l.conn.Close()
	t := time.NewTimer(stopTimeout)
	defer t.Stop()
	select {
	case <-l.gone:
	case <-t.C:
	}
}

// noStore forgets everything. The log is the store.
type noStore struct{}

func (noStore) Open()                             {}
func (noStore) Put(string, packets.ControlPacket) {}
func (noStore) Get(string) packets.ControlPacket  { return nil }
func (noStore) All() []string                     { return nil }
func (noStore) Del(string)                        {}
func (noStore) Close()                            {}
func (noStore) Reset()                            {}

var _ mqtt.Store = noStore{}
