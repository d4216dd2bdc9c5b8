package board

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
)

// Secured is for a listener behind which TLS is spoken: who speaks HTTP, as a browser does
// to an address that was typed without its https, is sent to where it meant to go.
func (s *Server) Secured(ln net.Listener) net.Listener { return secured{ln, s.Names} }

type secured struct {
	net.Listener
	names []string
}

// Accept waits for a connection.
func (l secured) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &greeted{Conn: c, names: l.names}, nil
}

// greeted is a connection whose first bytes are looked at: what TLS begins with is no
// letter, and what HTTP begins with is one.
type greeted struct {
	net.Conn
	names []string
	begun bool
}

// Read reads, and ends where HTTP came, which it has answered. The time for a handshake is
// the time for that.
func (c *greeted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.begun || n == 0 {
		return n, err
	}
	c.begun = true
	if p[0] < 'A' || p[0] > 'Z' {
		return n, err
	}
	c.redirect(io.MultiReader(bytes.NewReader(p[:n]), c.Conn))
	return 0, io.EOF
}

// maxGreeting is the longest head of a request that is looked at, in bytes.
const maxGreeting = 8 << 10

// redirect answers a request with its address under https.
func (c *greeted) redirect(from io.Reader) {
	r, err := http.ReadRequest(bufio.NewReader(io.LimitReader(from, maxGreeting)))
	if err != nil {
		return
	}
	status, text, head := http.StatusMisdirectedRequest, "this speaks TLS: begin the address with https://\n", http.Header{}
	if ours(r.Host, c.names) {
		status = http.StatusTemporaryRedirect
		head.Set("Location", "https://"+r.Host+r.URL.RequestURI())
	}
	head.Set("Content-Type", "text/plain; charset=utf-8")
	head.Set("Cache-Control", "no-store")
	answer := http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Close: true, Header: head, Request: r,
		ContentLength: int64(len(text)), Body: io.NopCloser(bytes.NewReader([]byte(text))),
	}
	_ = answer.Write(c.Conn) // who asked is gone: nobody is left to tell
}
