package uplink_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// wsConn is the server's end of a websocket as a stream of bytes.
type wsConn struct {
	net.Conn // deadlines and Close
	ws       *websocket.Conn
	rest     []byte
}

func (c *wsConn) Read(b []byte) (int, error) {
	for len(c.rest) == 0 {
		_, message, err := c.ws.ReadMessage()
		if err != nil {
			return 0, err
		}
		c.rest = message
	}
	n := copy(b, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *wsConn) Write(b []byte) (int, error) {
	return len(b), c.ws.WriteMessage(websocket.BinaryMessage, b)
}

func TestWebsocket(t *testing.T) {
	s := newShop(t)
	upgrade := websocket.Upgrader{Subprotocols: []string{"mqtt"}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := upgrade.Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		s.broker.Serve(&wsConn{Conn: ws.NetConn(), ws: ws})
	}))
	defer server.Close()
	s.Dial = nil
	s.Brokers = []string{"ws" + strings.TrimPrefix(server.URL, "http") + "/mqtt"}
	s.log.add(s.alert(), s.press())
	s.start()
	defer s.end()
	if !eventually(10*time.Second, func() bool { return s.log.acked() == 2 }) {
		_, cause := s.state()
		t.Errorf("the cursor is at %d, want 2: %v", s.log.acked(), cause)
	}
}
