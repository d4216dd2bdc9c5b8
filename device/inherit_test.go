package device

import (
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// handedOver is a listener as systemd hands it over, and the address to dial.
func handedOver(t *testing.T, network, addr string) (*os.File, string) {
	t.Helper()
	ln, err := net.Listen(network, addr)
	if err != nil {
		t.Skipf("cannot listen on %s here: %v", addr, err)
	}
	defer ln.Close()
	f, err := ln.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, ln.Addr().String()
}

func portOf(addr string) string { _, port, _ := net.SplitHostPort(addr); return ":" + port }

// said dials addr and returns what the other side says.
func said(t *testing.T, addr string) string {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatalf("the port refuses: %v", err)
	}
	defer c.Close()
	b, err := io.ReadAll(c)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}

// greet says a word to whoever comes next.
func greet(t *testing.T, ln net.Listener, word string) {
	t.Helper()
	c, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if option(t, c, unix.SOL_SOCKET, unix.SO_KEEPALIVE) == 0 || option(t, c, unix.IPPROTO_TCP, unix.TCP_KEEPIDLE) != 60 {
		t.Error("a connection to an inherited socket has not our keep-alive")
	}
	io.WriteString(c, word)
}

// A till that connects between two daemons is not refused, and the second serves it.
func TestInheritedPortStaysOpen(t *testing.T) {
	f, addr := handedOver(t, "tcp", "127.0.0.1:0")
	s := adopt([]*os.File{f})
	answers := make(chan string)
	for _, word := range []string{"one", "two"} {
		go func() { answers <- said(t, addr) }() // before anybody listens
		ln, err := s.Listen(portOf(addr))
		if err != nil {
			t.Fatal(err)
		}
		greet(t, ln, word)
		if got := <-answers; got != word {
			t.Errorf("heard %q, want %q", got, word)
		}
		if err := ln.Close(); err != nil {
			t.Error(err)
		}
		if _, err := ln.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("a closed listener gave %v, want ErrClosed", err)
		}
	}
}

func TestWhichSocketIsMeant(t *testing.T) {
	every, everyAddr := handedOver(t, "tcp", ":0")
	home, homeAddr := handedOver(t, "tcp", "127.0.0.1:0")
	datagram, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer datagram.Close()
	odd, err := datagram.File()
	if err != nil {
		t.Fatal(err)
	}
	defer odd.Close()
	for _, c := range []struct {
		listen string
		fails  string   // what is said; empty where it works
		unused []string // the rest of them
	}{
		{portOf(everyAddr), "", []string{homeAddr, "udp"}},
		{"0.0.0.0" + portOf(everyAddr), "", []string{homeAddr, "udp"}},
		{"[::]" + portOf(everyAddr), "", []string{homeAddr, "udp"}},
		{homeAddr, "", []string{everyAddr, "udp"}},
		{"localhost" + portOf(homeAddr), "", []string{everyAddr, "udp"}},
		{portOf(homeAddr), "", []string{everyAddr, "udp"}},
		{"127.0.0.1:0", "", []string{everyAddr, homeAddr, "udp"}},
		{"127.0.0.1" + portOf(everyAddr), "systemd has this port open at " + everyAddr + `; set listen = "` + portOf(everyAddr) + `"`, []string{everyAddr, homeAddr, "udp"}},
	} {
		s := adopt([]*os.File{every, home, odd})
		ln, err := s.Listen(c.listen)
		switch {
		case err == nil && c.fails == "":
			ln.Close()
		case err == nil:
			ln.Close()
			t.Errorf("%s: no error, want %q", c.listen, c.fails)
		case c.fails == "" || !strings.Contains(err.Error(), c.fails) || !errors.Is(err, syscall.EADDRINUSE):
			t.Errorf("%s: got %v, want %q", c.listen, err, c.fails)
		}
		unused := s.Unused()
		for i := range unused {
			if strings.Contains(unused[i], "no TCP port") {
				unused[i] = "udp"
			}
		}
		if !slices.Equal(unused, c.unused) {
			t.Errorf("%s: unused are %q, want %q", c.listen, unused, c.unused)
		}
	}
}

// Where systemd handed nothing over, a port is opened and closed as ever.
func TestNothingInherited(t *testing.T) {
	t.Setenv("LISTEN_FDS", "1")
	t.Setenv("LISTEN_PID", "1") // meant for somebody else
	t.Setenv("LISTEN_FDNAMES", "printer")
	s := Inherit()
	for _, name := range []string{"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"} {
		if _, there := os.LookupEnv(name); there {
			t.Errorf("%s is still there for a child", name)
		}
	}
	ln, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Unused(); len(got) != 0 {
		t.Errorf("unused are %q", got)
	}
	if err := ln.Close(); err != nil {
		t.Error(err)
	}
	if c, err := net.Dial("tcp", ln.Addr().String()); err == nil {
		c.Close()
		t.Error("a closed port took a connection")
	}
}
