package board

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// call opens a connection to a server, from this machine.
func call(t *testing.T, server *http.Server) net.Conn {
	t.Helper()
	ours, theirs := net.Pipe()
	l := &oneConn{conn: theirs, closed: make(chan struct{})}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(l) })
	t.Cleanup(func() {
		ours.Close()
		server.Close()
		serving.Wait()
	})
	return ours
}

// say sends text, or as much as is taken of it.
func say(c net.Conn, text string) { _, _ = io.WriteString(c, text) }

// hears reads one answer, and says how long after began the connection was closed, and
// zero if it is open after two minutes.
func hears(t *testing.T, c net.Conn, began time.Time) (status int, closed time.Duration) {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	from := bufio.NewReader(c)
	if r, err := http.ReadResponse(from, nil); err == nil {
		status = r.StatusCode
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Errorf("read the answer: %v", err)
		}
	}
	if _, err := io.Copy(io.Discard, from); err != nil { // by our own deadline
		return status, 0
	}
	return status, time.Since(began)
}

// Who is slow to ask, or does not read, is let go.
func TestSlowRequest(t *testing.T) {
	const head = " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
	for name, c := range map[string]struct {
		text   string // then a byte a second
		status int
		closed time.Duration
	}{
		"nothing is said":   {"", 0, 5 * time.Second},
		"half a header":     {"GET / HTTP/1.1\r\nHost: local", 0, 5 * time.Second},
		"half a body":       {"POST /pair" + head + `{"code`, http.StatusRequestTimeout, bodyPatience},
		"a body for a page": {"GET /healthz" + head, http.StatusOK, bodyPatience},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, p := gated()
				conn := call(t, p.HTTP())
				began := time.Now()
				ctx, stop := context.WithCancel(t.Context())
				var trickling sync.WaitGroup
				trickling.Go(func() {
					say(conn, c.text)
					for ctx.Err() == nil && c.text != "" {
						say(conn, "x")
						time.Sleep(time.Second)
					}
				})
				status, closed := hears(t, conn, began)
				stop()
				conn.Close()
				trickling.Wait()
				if status != c.status || closed == 0 || closed > c.closed+time.Second {
					t.Errorf("got %d and the end after %v, want %d after %v", status, closed, c.status, c.closed)
				}
			})
		})
	}
}

func TestPageNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := call(t, site().HTTP())
		say(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
		time.Sleep(61 * time.Second)
		n, err := io.Copy(io.Discard, conn)
		if err != nil || n > 4<<10 {
			t.Errorf("after a minute came %d bytes, %v", n, err)
		}
	})
}

// The time for a body is over when it is read: what is done with it may take longer.
func TestLongWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := site()
		server := p.HTTP()
		server.Handler = p.guard(post(p, func(ctx context.Context, _ Visitor, _ struct{}) (any, error) {
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(3 * bodyPatience):
				return "done", nil
			}
		}))
		conn := call(t, server)
		say(conn, "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
		if status, _ := hears(t, conn, time.Now()); status != http.StatusOK {
			t.Errorf("got %d", status)
		}
	})
}

func TestOversizedRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			text string
			want int
		}{
			"a header": {"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n", http.StatusRequestHeaderFieldsTooLarge},
			"a cookie": {"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: readyshelf=" + strings.Repeat("x", 64<<10) + "\r\n\r\n", http.StatusRequestHeaderFieldsTooLarge},
			"a path":   {"GET /" + strings.Repeat("x", 64<<10) + " HTTP/1.1\r\nHost: localhost\r\n\r\n", http.StatusRequestHeaderFieldsTooLarge},
			"a body": {fmt.Sprintf("POST /pair HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", 1<<40) +
				`{"code":"` + strings.Repeat("x", maxOwnerBody+1), http.StatusRequestEntityTooLarge},
			"a body in pieces": {"POST /pair HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
				fmt.Sprintf("%x\r\n", maxOwnerBody+10) + `{"code":"` + strings.Repeat("x", maxOwnerBody+1), http.StatusRequestEntityTooLarge},
		} {
			_, p := gated()
			conn := call(t, p.HTTP())
			var saying sync.WaitGroup
			saying.Go(func() { say(conn, c.text) })
			if status, closed := hears(t, conn, time.Now()); status != c.want || closed == 0 {
				t.Errorf("%s: got %d, closed after %v; want %d and the end", name, status, closed, c.want)
			}
			conn.Close()
			saying.Wait()
		}
	})
}

// Only an owner can send what all settings need.
func TestBodyOfARole(t *testing.T) {
	g, p := gated()
	h := p.Handler()
	text := `{"base":"` + strings.Repeat("x", maxBody) + `"}`
	if w := answer(h, with(far("POST", "/settings/plan", text), paired(t, g, h, Owner, ""))); code(t, w.Body.String()) != "not_found" {
		t.Errorf("an owner: %d %s", w.Code, w.Body)
	}
	if w := answer(h, with(far("POST", "/leave", text), paired(t, g, h, Staff, ""))); w.Code != http.StatusOK {
		t.Errorf("what nobody reads: %d %s", w.Code, w.Body)
	}
	if w := answer(h, with(far("POST", "/orders/ready", text), paired(t, g, h, Staff, ""))); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("staff: %d %s", w.Code, w.Body)
	}
	text = `{"base":"` + strings.Repeat("x", maxOwnerBody) + `"}`
	if w := answer(h, from("POST", "/settings/plan", text)); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("an owner, too much: %d %s", w.Code, w.Body)
	}
}

// A connection of HTTP/2 carries few requests, and little of what nobody has read yet: the
// server says so in the first thing that it sends.
func TestHTTP2Limits(t *testing.T) {
	c, err := tls.Dial("tcp", tlsSite(t), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	say(c, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00") // and no settings of ours
	head := make([]byte, 9)                                                        // RFC 9113, 4.1
	if _, err := io.ReadFull(c, head); err != nil || head[3] != 4 {
		t.Fatalf("got a frame %x, %v, want one of settings", head, err)
	}
	body := make([]byte, int(head[0])<<16|int(head[1])<<8|int(head[2]))
	if _, err := io.ReadFull(c, body); err != nil {
		t.Fatal(err)
	}
	got := map[uint16]uint32{} // 6.5.1
	for ; len(body) >= 6; body = body[6:] {
		got[binary.BigEndian.Uint16(body)] = binary.BigEndian.Uint32(body[2:])
	}
	const maxStreamsSetting, windowSetting = 3, 4
	if got[maxStreamsSetting] != maxAtOnce || got[windowSetting] != maxUnread {
		t.Errorf("got the settings %v, want %d requests and %d bytes", got, maxAtOnce, maxUnread)
	}
}

// Who asks for much at once, on however few connections, leaves the others theirs.
func TestCrowd(t *testing.T) {
	p := site()
	hold, held := make(chan struct{}), make(chan int)
	h := p.crowded(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		held <- 1
		<-hold
	}))
	var asking sync.WaitGroup
	ask := func(address string) {
		asking.Go(func() {
			r := far("GET", "/", "")
			r.RemoteAddr = address
			if answer(h, r).Code == http.StatusServiceUnavailable {
				held <- 0
			}
		})
	}
	count := func(times int, address func(i int) string) (n int) {
		for i := range times {
			ask(address(i))
			n += <-held
		}
		return n
	}
	if n := count(100, func(int) string { return "192.168.1.66:5000" }); n != maxFromOneNeighbor {
		t.Errorf("one neighbor has %d requests, want %d", n, maxFromOneNeighbor)
	}
	if n := count(300, func(i int) string { return fmt.Sprintf("10.0.%d.%d:5000", i/200, i%200) }); n != maxConnections-maxFromOneNeighbor {
		t.Errorf("the others have %d requests, want %d", n, maxConnections-maxFromOneNeighbor)
	}
	if n := count(300, func(int) string { return "127.0.0.1:5000" }); n != 300 {
		t.Errorf("this machine has %d requests, want 300", n)
	}
	close(hold)
	asking.Wait()
	if p.asking.total != 0 || len(p.asking.of) > 0 {
		t.Errorf("left behind: %d, %v", p.asking.total, p.asking.of)
	}
}

// However many streams the network opens, this machine gets its own.
func TestStreamLimit(t *testing.T) {
	var w watchers
	var ends []func()
	open := func(screen string) bool {
		end, ok := w.begin(screen)
		if ok {
			ends = append(ends, end)
		}
		return ok
	}
	far := 0
	for i := range 100 {
		for range 10 {
			if open(fmt.Sprintf("screen-%d", i)) {
				far++
			}
		}
		if i == 0 && far != maxScreenStreams {
			t.Errorf("one screen has %d streams, want %d", far, maxScreenStreams)
		}
	}
	if far != maxStreams {
		t.Errorf("the network has %d streams, want %d", far, maxStreams)
	}
	for i := range maxStreams + 1 {
		if got := open(local); got != (i < maxStreams) {
			t.Errorf("this machine's stream %d: %v", i, got)
		}
	}
	for _, end := range ends {
		end()
	}
	if w.total != 0 || len(w.of) > 0 {
		t.Errorf("left behind: %d, %v", w.total, w.of)
	}
	if !open("again") {
		t.Error("none may be open any more")
	}
}

// A screen that has too many open is told so, and not kept waiting.
func TestTooManyStreams(t *testing.T) {
	g, p := gated()
	h := p.Handler()
	c := paired(t, g, h, View, "a")
	for range maxScreenStreams {
		if _, ok := p.watchers.begin("a"); !ok {
			t.Fatal("too few streams")
		}
	}
	w := answer(h, with(far("GET", "/events", ""), c))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("got %d", w.Code)
	}
}

// callers is a listener with connections from many places.
type callers struct {
	from []string
	next int
}

func (l *callers) Accept() (net.Conn, error) {
	if l.next == len(l.from) {
		return nil, net.ErrClosed
	}
	ours, theirs := net.Pipe()
	theirs.Close()
	l.next++
	return fromConn{ours, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(l.from[l.next-1]))}, nil
}

func (*callers) Close() error   { return nil }
func (*callers) Addr() net.Addr { return nil }

type fromConn struct {
	net.Conn
	at net.Addr
}

func (c fromConn) RemoteAddr() net.Addr { return c.at }

func TestConnectionLimit(t *testing.T) {
	var from []string
	for range 100 {
		from = append(from, "192.168.1.77:5000", "[fd00:1:2:3::66]:5000", "[fe80::1%eth0]:5000")
	}
	for i := range 300 {
		from = append(from, fmt.Sprintf("[fd00:1:2:3::1:%x]:5000", i), "127.0.0.1:5000")
	}
	ln := Limit(&callers{from: from})
	got := map[string]int{}
	var all []net.Conn
	for {
		c, err := ln.Accept()
		if err != nil {
			break
		}
		all = append(all, c)
		who, _, _ := strings.Cut(c.RemoteAddr().String(), "]")
		if strings.HasPrefix(who, "[fd00:1:2:3::1:") {
			who = "others" // of the same network
		}
		got[who]++
	}
	want := map[string]int{
		"192.168.1.77:5000": maxFromOneNeighbor, "[fd00:1:2:3::66": maxFromOneNeighbor, "[fe80::1%eth0": maxFromOneNeighbor,
		"others": maxConnections - 3*maxFromOneNeighbor, "127.0.0.1:5000": 300,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
	for _, c := range all {
		c.Close()
		c.Close() // as servers do
	}
	if l := ln.(*limited); l.open.total != 0 || len(l.open.of) > 0 {
		t.Errorf("left behind: %d, %v", l.open.total, l.open.of)
	}
}
