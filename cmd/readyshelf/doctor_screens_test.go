package main

import (
	"crypto/x509"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Whether the page is there is asked of the page itself.
func TestDoctorPage(t *testing.T) {
	var at string
	openBoard(t, &at, func(*Config) {})
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	for listen, want := range map[string]struct {
		mark mark
		text string
	}{
		at:                             {good, "it answers at http://" + at},
		other.Listener.Addr().String(): {bad, "another program"},
		gone.Addr().String():           {bad, "refused"},
	} {
		p := newPatient(t)
		p.runs()
		p.daemon = p.ask(t.Context())
		p.page, p.Board.Listen = askPage, listen
		if found := p.checkScreens(t.Context()); len(found) != 1 || found[0].Mark != want.mark || !strings.Contains(found[0].Text, want.text) {
			t.Errorf("%s: got %+v, want %v %q", listen, found, want.mark, want.text)
		}
	}
}

// What a tablet's browser would refuse about the shop's certificate, doctor says.
func TestDoctorScreens(t *testing.T) {
	for name, c := range map[string]struct {
		begins, ends time.Duration // from now
		names        []string      // of the configuration
		mark         mark
		text         string
	}{
		"good":         {-time.Hour, 300 * 24 * time.Hour, []string{"board.example"}, good, "good until"},
		"ends soon":    {-time.Hour, 48 * time.Hour, nil, odd, "it expires on"},
		"over":         {-2 * time.Hour, -time.Hour, nil, bad, "it expired on"},
		"to come":      {time.Hour, 300 * 24 * time.Hour, nil, bad, "it is good from"},
		"another name": {-time.Hour, 300 * 24 * time.Hour, []string{"board.example", "kasse.example"}, bad, "not for kasse.example"},
	} {
		p := newPatient(t)
		dir := t.TempDir()
		cert, key := testCertificate(t, func(x *x509.Certificate) {
			x.NotBefore, x.NotAfter, x.DNSNames = p.now().Add(c.begins), p.now().Add(c.ends), []string{"board.example"}
		})
		p.Board.CertFile, p.Board.KeyFile, p.Board.Names = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), c.names
		for file, text := range map[string][]byte{p.Board.CertFile: cert, p.Board.KeyFile: key} {
			if err := os.WriteFile(file, text, fs.FileMode(0o600)); err != nil {
				t.Fatal(err)
			}
		}
		found := p.checkScreens(t.Context())
		if last := found[len(found)-1]; last.Mark != c.mark || !strings.Contains(last.Text, c.text) || (last.Mark != good) != (last.Remedy != "") {
			t.Errorf("%s: got %+v, want %v %q", name, found, c.mark, c.text)
		}
	}
	p := newPatient(t)
	p.Board.CertFile, p.Board.KeyFile = "/nowhere/cert.pem", "/nowhere/key.pem"
	if found := p.checkScreens(t.Context()); len(found) != 1 || found[0].Mark != bad {
		t.Errorf("without a file: got %+v", found)
	}
}
