package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/device"
	"readyshelf/device/devicetest"
)

// boardShop is a configuration of the daemon whose data folder is data, with a board.
func boardShop(t *testing.T, data, table string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "readyshelf.toml")
	text := fmt.Sprintf("store = \"s\"\ndata = %q\n[mqtt]\nbrokers = []\n[metrics]\nlisten = \"\"\n[board]\n%s\n", data, table)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// openBoard lets a daemon's board listen on any port, which at tells.
func openBoard(t *testing.T, at *string, change func(*Config)) (data string) {
	t.Helper()
	open := make(chan string, 1)
	data = runDaemon(t, func(c *Config, w *world) {
		c.Board.Listen = ":0"
		change(c)
		w.listen = func(string) (net.Listener, error) {
			ln, err := device.Listen("127.0.0.1:0")
			if err == nil {
				open <- ln.Addr().String()
			}
			return ln, err
		}
	})
	*at = <-open
	return data
}

var shownCode = regexp.MustCompile(`(?m)^  (\d{4}) (\d{4})$`)

// A code from the console lets a screen in; the list names it; unpairing ends that.
func TestBoardVerbs(t *testing.T) {
	var at string
	data := openBoard(t, &at, func(*Config) {})
	conf := boardShop(t, data, `listen = ":8080"`)
	want := func(part string, args ...string) string {
		t.Helper()
		out, complaint, code := said(t, append(args, "--config", conf)...)
		if code != 0 || !strings.Contains(out, part) {
			t.Fatalf("%v: code %d, %q, %q; want %q", args, code, out, complaint, part)
		}
		return out
	}
	ask := func(method, path, body string, c *http.Cookie) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, "http://"+at+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "192.168.1.20:8080" // so it is not the machine's own screen
		r.Header.Set("Content-Type", "application/json")
		if c != nil {
			r.AddCookie(c)
		}
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Fatal(err)
		}
		return resp
	}
	want("there are none", "board", "screens")
	out := want(`makes that screen "pass tablet", role view`, "board", "pair", "--role", "view", "--name", "pass tablet")
	code := shownCode.FindStringSubmatch(out)
	if code == nil || !strings.Contains(out, "  http://") {
		t.Fatalf("no code or no address in %q", out)
	}
	resp := ask("POST", "/pair", fmt.Sprintf(`{"code":"%s%s","to":"/"}`, code[1], code[2]), nil)
	if resp.StatusCode != http.StatusOK || len(resp.Cookies()) != 1 {
		t.Fatalf("pair: %s", resp.Status)
	}
	cookie := resp.Cookies()[0]
	if got := ask("GET", "/board.json", "", cookie).StatusCode; got != http.StatusOK {
		t.Errorf("the paired screen gets %d", got)
	}
	want("pass tablet  view", "board", "screens")
	want(`"name":"pass tablet"`, "board", "screens", "--json")
	for _, name := range []string{screensKeyName, screensListName} {
		if info, err := os.Stat(filepath.Join(data, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v, want rights 0600", name, info, err)
		}
	}
	if _, complaint, code := said(t, "board", "pair", "--name", "pass tablet", "--config", conf); code != exitFailed || !strings.Contains(complaint, "already") {
		t.Errorf("the name again: code %d, %q", code, complaint)
	}
	if _, complaint, code := said(t, "board", "unpair", "nobody", "--config", conf); code != exitFailed || !strings.Contains(complaint, "no screen has this name") {
		t.Errorf("an unknown name: code %d, %q", code, complaint)
	}
	want("pass tablet, role view, is unpaired", "board", "unpair", "pass tablet")
	if got := ask("GET", "/board.json", "", cookie).StatusCode; got != http.StatusUnauthorized {
		t.Errorf("after that it gets %d", got)
	}
	kept, err := readScreens(filepath.Join(data, screensListName))
	if err != nil || len(kept) > 0 {
		t.Errorf("kept are %v, %v", kept, err)
	}
}

// Where nobody can be paired, the verb says what to do.
func TestBoardPairNowhere(t *testing.T) {
	for table, part := range map[string]string{
		`listen = ""`:               "the board is switched off",
		`listen = "127.0.0.1:8080"`: "answers this machine alone",
		`listen = ":8080"`:          "the daemon does not run",
	} {
		conf := boardShop(t, t.TempDir(), table)
		if _, complaint, code := said(t, "board", "pair", "--config", conf); code != exitFailed || !strings.Contains(complaint, part) {
			t.Errorf("%s: code %d, %q, want %q", table, code, complaint, part)
		}
	}
	data := runDaemon(t, func(*Config, *world) {}) // without a board
	if _, complaint, code := said(t, "board", "screens", "--config", boardShop(t, data, `listen = ":8080"`)); code != exitFailed || !strings.Contains(complaint, "lets no screens in") {
		t.Errorf("a daemon without a board: code %d, %q", code, complaint)
	}
}

// A daemon with the shop's certificate speaks TLS, and gives a cookie that needs it.
func TestBoardTLS(t *testing.T) {
	dir := t.TempDir()
	writeCertificate(t, dir)
	var at string
	data := openBoard(t, &at, func(c *Config) {
		c.Board.CertFile, c.Board.KeyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	})
	conf := boardShop(t, data, fmt.Sprintf("listen = ':8443'\nnames = ['board.example']\ncert_file = %q\nkey_file = %q",
		filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")))
	out, complaint, exit := said(t, "board", "pair", "--config", conf)
	code := shownCode.FindStringSubmatch(out)
	if exit != 0 || code == nil || !strings.Contains(out, "https://board.example:8443/\n") {
		t.Fatalf("code %d, %q, %q", exit, out, complaint)
	}
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}}
	defer client.CloseIdleConnections()
	body := strings.NewReader(fmt.Sprintf(`{"code":"%s%s","to":"/"}`, code[1], code[2]))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+at+"/pair", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	c := resp.Cookies()
	if resp.StatusCode != http.StatusOK || resp.ProtoMajor != 2 || len(c) != 1 || c[0].Name != "__Host-readyshelf" || !c[0].Secure {
		t.Errorf("got %s by HTTP/%d, cookies %v", resp.Status, resp.ProtoMajor, c)
	}
}

// heardLog is a log that can be read.
func heardLog() (*slog.Logger, *strings.Builder) {
	said := new(strings.Builder)
	return slog.New(slog.NewTextHandler(said, nil)), said
}

// writeCertificate puts cert.pem and key.pem into a folder.
func writeCertificate(t *testing.T, dir string) {
	t.Helper()
	cert, key := testCertificate(t)
	for name, text := range map[string][]byte{"cert.pem": cert, "key.pem": key} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A new certificate is shown without a restart; half of one leaves the old.
func TestCertificateReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		writeCertificate(t, dir)
		log, said := heardLog()
		s, err := openCertificate(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), log)
		if err != nil {
			t.Fatal(err)
		}
		shown := func() string {
			c, err := s.get(nil)
			if err != nil {
				t.Fatal(err)
			}
			return string(c.Certificate[0])
		}
		first := shown()
		if err := os.WriteFile(filepath.Join(dir, "cert.pem"), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		time.Sleep(certificateLook)
		if shown() != first || !strings.Contains(said.String(), "goes on with its old certificate") {
			t.Errorf("half a certificate was taken; the log says %q", said)
		}
		for range 10 {
			time.Sleep(certificateLook)
			shown()
		}
		if n := strings.Count(said.String(), "\n"); n != 1 {
			t.Errorf("the log has %d lines of one thing:\n%s", n, said)
		}
		writeCertificate(t, dir)
		if shown() != first {
			t.Error("the files are read at each call")
		}
		time.Sleep(certificateLook)
		if shown() == first || strings.Count(said.String(), "\n") != 2 {
			t.Errorf("the new certificate is not shown; the log says %q", said)
		}
	})
}

// Files that could not be read are read again though they look the same, as after a chmod.
func TestCertificateMended(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		writeCertificate(t, dir)
		log, _ := heardLog()
		file, then := filepath.Join(dir, "cert.pem"), time.Now()
		s, err := openCertificate(file, filepath.Join(dir, "key.pem"), log)
		if err != nil {
			t.Fatal(err)
		}
		first := s.shown
		writeCertificate(t, dir)
		good, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{strings.Repeat("x", len(good)), string(good)} {
			if err := errors.Join(os.WriteFile(file, []byte(text), 0o600), os.Chtimes(file, then, then)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(certificateLook)
			if _, err := s.get(nil); err != nil {
				t.Fatal(err)
			}
		}
		if s.shown == first {
			t.Error("the new certificate is not shown")
		}
	})
}

// A page that cannot be opened, as where the network comes later than the daemon, is
// opened when that can be done. The log says each thing once.
func TestPageOpenedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, said := heardLog()
		dir := t.TempDir()
		tries := 0
		h := &house{Config: *defaultConfig(), world: world{log: log, listen: func(addr string) (net.Listener, error) {
			if tries++; tries < 4 {
				return nil, fmt.Errorf("this machine does not have %s", addr)
			}
			return devicetest.NewListener(), nil
		}}}
		h.Board.Listen, h.Board.CertFile, h.Board.KeyFile = "192.168.1.20:8443", filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
		time.AfterFunc(time.Minute, func() { writeCertificate(t, dir) })
		began := time.Now()
		ln, secure := h.openPage(t.Context())
		if ln == nil || secure == nil || time.Since(began) < time.Minute || tries != 4 {
			t.Errorf("after %v and %d tries got %v, %v", time.Since(began), tries, ln, secure)
		}
		if n := strings.Count(said.String(), "\n"); n != 3 || !strings.Contains(said.String(), "the kitchen has its page") {
			t.Errorf("want a line for the certificate, for the address and for the page, got\n%s", said)
		}
		h.Board.CertFile = "/nowhere"
		ctx, stop := context.WithTimeout(t.Context(), time.Hour)
		defer stop()
		if ln, _ := h.openPage(ctx); ln != nil {
			t.Error("there is a page without a certificate")
		}
	})
}

// What is no certificate stops no daemon, and is told.
func TestCertificateMissing(t *testing.T) {
	dir := t.TempDir()
	log, _ := heardLog()
	if _, err := openCertificate(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), log); err == nil {
		t.Error("no certificate is one")
	}
}

func TestBoardAddresses(t *testing.T) {
	own := []string{"192.168.1.20", "10.0.0.5"}
	for _, test := range []struct {
		conf BoardConfig
		want []string // but for the machine's own name
	}{
		{BoardConfig{Listen: ":8080"}, []string{"http://192.168.1.20:8080/", "http://10.0.0.5:8080/"}},
		{BoardConfig{Listen: "0.0.0.0:80", Names: []string{"b.example"}}, []string{"http://b.example/", "http://192.168.1.20/", "http://10.0.0.5/"}},
		{BoardConfig{Listen: "[::]:443", CertFile: "c"}, []string{"https://192.168.1.20/", "https://10.0.0.5/"}},
		{BoardConfig{Listen: "192.168.1.20:8443", CertFile: "c"}, []string{"https://192.168.1.20:8443/"}},
		{BoardConfig{Listen: "127.0.0.1:8080", Names: []string{"b.example"}}, []string{"http://b.example:8080/"}},
		{BoardConfig{Listen: "[fd00::1]:80"}, []string{"http://[fd00::1]/"}},
	} {
		got := test.conf.addresses(own)
		if n := len(got) - 1; n >= 0 && strings.Contains(got[n], ".local") {
			got = got[:n]
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%+v: want -, got +\n%s", test.conf, diff)
		}
	}
}

// Who listens beyond this machine answers to its name; who does not, to what is configured.
func TestBoardNames(t *testing.T) {
	own := hostName()
	for _, test := range []struct {
		conf BoardConfig
		want []string
	}{
		{BoardConfig{Listen: ":8080", Names: []string{"b.example"}}, []string{"b.example", own, own + ".local"}},
		{BoardConfig{Listen: "127.0.0.1:8080", Names: []string{"b.example"}}, []string{"b.example"}},
		{BoardConfig{Listen: "localhost:8080"}, nil},
	} {
		if diff := cmp.Diff(test.want, test.conf.names()); diff != "" {
			t.Errorf("%+v: want -, got +\n%s", test.conf, diff)
		}
	}
}

// A list or a key that is no good keeps screens out, and the daemon goes on.
func TestDoorFilesBroken(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		door       bool
	}{
		"the list":   {screensListName, `{"screens":[{"role":"king"}]}`, true},
		"half of it": {screensListName, `{"scr`, true},
		"the key":    {screensKeyName, "short", false},
	} {
		dir := t.TempDir()
		log, said := heardLog()
		h := &house{Config: *defaultConfig(), world: world{log: log}}
		h.Data = dir
		if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		door := h.openDoor(time.Now)
		if (door != nil) != c.door || !strings.Contains(said.String(), "level=ERROR") {
			t.Errorf("%s: got a door %v, and the log says %q", name, door != nil, said)
		}
		if door != nil && len(door.Screens()) > 0 {
			t.Errorf("%s: screens %v", name, door.Screens())
		}
	}
}
