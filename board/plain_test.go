package board

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// tlsSite serves lunch over TLS on a port of this machine, and returns its address.
func tlsSite(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	certified := httptest.NewUnstartedServer(nil) // for its certificate
	certified.StartTLS()
	certified.Close()
	p := site()
	p.Names = []string{"board.example"}
	server := p.HTTP()
	server.TLSConfig = &tls.Config{Certificates: certified.TLS.Certificates}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.ServeTLS(p.Secured(Limit(ln)), "", "") })
	t.Cleanup(func() {
		server.Close()
		serving.Wait()
	})
	return ln.Addr().String()
}

// Who types the address without https comes to the page, and who speaks TLS notices nothing.
func TestPlainToTLS(t *testing.T) {
	at := tlsSite(t)
	for name, c := range map[string]struct{ text, to, status string }{
		"a page":             {"GET /today?day=2026-10-05 HTTP/1.1\r\nHost: board.example:8443\r\n\r\n", "https://board.example:8443/today?day=2026-10-05", "307"},
		"by its address":     {"GET / HTTP/1.1\r\nHost: 192.168.1.20:8443\r\n\r\n", "https://192.168.1.20:8443/", "307"},
		"with its whole URL": {"GET http://board.example:8443/x HTTP/1.1\r\nHost: evil.example\r\n\r\n", "https://board.example:8443/x", "307"},
		"a foreign name":     {"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "", "421"},
		"no name":            {"GET / HTTP/1.0\r\n\r\n", "", "421"},
		"a foreign path":     {"GET //evil.example/ HTTP/1.1\r\nHost: board.example\r\n\r\n", "https://board.example//evil.example/", "307"},
		"no request":         {"GARBAGE\r\n\r\n", "", ""},
		"a long one":         {"GET / HTTP/1.1\r\nHost: board.example\r\nX: " + strings.Repeat("x", 2*maxGreeting) + "\r\n\r\n", "", ""},
	} {
		conn, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		say(conn, c.text)
		said, _ := io.ReadAll(conn) // what is not read to its end may end in a reset
		conn.Close()
		if c.status == "" {
			if len(said) > 0 {
				t.Errorf("%s: got %q, want nothing", name, said)
			}
			continue
		}
		status, location := "", ""
		for line := range strings.Lines(string(said)) {
			if to, ok := strings.CutPrefix(line, "Location: "); ok {
				location = strings.TrimSpace(to)
			}
			if code, ok := strings.CutPrefix(line, "HTTP/1.1 "); ok {
				status = code[:3]
			}
		}
		if status != c.status || location != c.to {
			t.Errorf("%s: got %s to %q, want %s to %q:\n%s", name, status, location, c.status, c.to, said)
		}
	}
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	resp, err := client.Get("https://" + at + "/board.json")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("over TLS: got %s", resp.Status)
	}
}
