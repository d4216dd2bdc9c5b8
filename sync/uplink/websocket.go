package uplink

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/websocket"
)

// stream is a websocket as a stream of bytes: MQTT 3.1.1 section 6 wants binary
// frames, and says nothing of where a packet begins in one. Reads and writes have
// one goroutine each.
type stream struct {
	*websocket.Conn
	frame io.Reader // the one being read, or nil
}

func (s *stream) Read(b []byte) (int, error) {
	for {
		if s.frame == nil {
			_, frame, err := s.NextReader()
			if err != nil {
				return 0, err
			}
			s.frame = frame
		}
		n, err := s.frame.Read(b)
		if !errors.Is(err, io.EOF) {
			return n, err
		}
		s.frame = nil
		if n > 0 {
			return n, nil
		}
	}
}

func (s *stream) Write(b []byte) (int, error) {
	if err := s.WriteMessage(websocket.BinaryMessage, b); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (s *stream) SetDeadline(t time.Time) error {
	return errors.Join(s.SetReadDeadline(t), s.SetWriteDeadline(t))
}

// openWebsocket connects over HTTP, through the proxy of the environment if there
// is one.
func (c *Config) openWebsocket(ctx context.Context, broker *url.URL) (*conn, error) {
	var raw net.Conn
	secure := c.tls(broker)
	secure.NextProtos = nil // those of a configuration are for MQTT, this is HTTP
	d := websocket.Dialer{
		Proxy: http.ProxyFromEnvironment, Subprotocols: []string{"mqtt"}, TLSClientConfig: secure,
		NetDialContext: func(ctx context.Context, network, addr string) (_ net.Conn, err error) {
			raw, err = c.dial(ctx, network, addr)
			return raw, err
		},
	}
	ws, answer, err := d.DialContext(ctx, broker.String(), nil)
	var untrusted *tls.CertificateVerificationError
	switch {
	case err == nil:
		return wrap(&stream{Conn: ws}, raw), nil
	case errors.As(err, &untrusted):
		return nil, fmt.Errorf("%w: %w", errTLS, err)
	case answer != nil:
		return nil, fmt.Errorf("%w: it said %q; check the path in mqtt.brokers", errNoWebsocket, answer.Status)
	}
	return nil, err
}
