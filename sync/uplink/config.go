package uplink

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// DefaultTopic is the topic root of a Config that names none.
const DefaultTopic = "readyshelf/v1/{store}/{device}"

// DefaultWindow is the window of a Config that names none.
const DefaultWindow = 64

// Config says where the broker is and how to speak to it.
type Config struct {
	// Brokers are URLs in fail-over order: tcp or mqtt (port 1883), ssl, tls or
	// mqtts (8883), ws (80), wss (443). None means no cloud: Run only waits.
	Brokers []string
	// Topic is the root of all topics; {store} and {device} are replaced in it.
	Topic string
	// Store and Device name us. Device is the MQTT client id too, so it must be
	// the only one of its name at the broker.
	Store, Device string
	// Username is sent when set. Password is asked at each connect, so that a
	// changed secret needs no restart; nil means none.
	Username string
	Password func(ctx context.Context) (string, error)
	// Refused is told whenever a broker, or its web server, refused us, perhaps for
	// the password; nil tells nobody.
	Refused func()
	// TLS is for brokers that need it; nil trusts the system's authorities. The
	// server's name comes from the URL unless set, and TLS 1.2 is the least.
	TLS *tls.Config
	// Window is how many messages may be unacknowledged; 0 means DefaultWindow.
	// It costs a message's size each in memory.
	Window int
	// MaxRate limits messages a second; 0 does not.
	MaxRate int
	// Dial opens the connection under TLS and MQTT; nil means [net.Dialer]. For ws
	// and wss that may be one to the proxy which the environment names.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// ports holds the schemes we speak and their usual ports.
var ports = map[string]string{
	"tcp": "1883", "mqtt": "1883",
	"ssl": "8883", "tls": "8883", "mqtts": "8883",
	"ws": "80", "wss": "443",
}

// secure says whether a scheme runs TLS over the connection that Dial opened.
func secure(scheme string) bool { return ports[scheme] == "8883" }

// overHTTP says whether a scheme runs over HTTP.
func overHTTP(scheme string) bool { return scheme == "ws" || scheme == "wss" }

// parseBroker reads one broker's URL and completes its port.
func parseBroker(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, errors.New("mqtt.brokers: cannot read an entry as a URL: write tls://host:8883")
	}
	port, ok := ports[u.Scheme]
	switch {
	case u.User != nil: // and do not repeat the secret
		return nil, fmt.Errorf("mqtt.brokers: %s://…@%s holds credentials: set mqtt.username and mqtt.password_file instead", u.Scheme, u.Host)
	case !ok:
		return nil, fmt.Errorf("mqtt.brokers: %q: unknown scheme: write tcp, tls, ws or wss, as in tls://host:8883", s)
	case u.Hostname() == "":
		return nil, fmt.Errorf("mqtt.brokers: %q names no host: write %s://host:%s", s, u.Scheme, port)
	}
	u.Host = net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), port))
	return u, nil
}

// root returns the root of all topics.
func (c *Config) root() (string, error) {
	for _, name := range []string{c.Store, c.Device} {
		if name == "" || strings.ContainsAny(name, "/+#\x00") {
			return "", fmt.Errorf("store and device are part of MQTT topics: %q must be letters, digits, - and _", name)
		}
	}
	root := strings.NewReplacer("{store}", c.Store, "{device}", c.Device).Replace(cmp.Or(c.Topic, DefaultTopic))
	if strings.ContainsAny(root, "+#\x00{}") || strings.HasSuffix(root, "/") {
		return "", fmt.Errorf("mqtt.topic: %q: no wildcards, no slash at the end, and only {store} and {device} are replaced", c.Topic)
	}
	return root, nil
}
