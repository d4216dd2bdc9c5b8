package main

import (
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"readyshelf/sync/uplink/uplinktest"
)

// tokenServer is where tokens come from: it gives the first one and so on, to who
// knows the secret.
type tokenServer struct {
	given atomic.Int64
	life  int // seconds; 0 says nothing of it
}

const clientSecret = "sesame-7f3a"

func (s *tokenServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if id, secret, _ := r.BasicAuth(); id != "pi" || secret != clientSecret || r.FormValue("grant_type") != "client_credentials" || r.FormValue("scope") != "mqtt shop" {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"error":"invalid_client","error_description":"not %s"}`, secret)
		return
	}
	fmt.Fprintf(w, `{"access_token":"token-%d","token_type":"bearer","expires_in":%d}`, s.given.Add(1), s.life)
}

// RoundTrip answers without a network, for a bubble.
func (s *tokenServer) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result(), nil
}

// oauth2Config says who we are to url.
func oauth2Config(t *testing.T, url, secret string) OAuth2Config {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return OAuth2Config{TokenURL: url, ClientID: "pi", ClientSecretFile: file, Scopes: []string{"mqtt", "shop"}}
}

func TestTokenIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &tokenServer{life: 1000}
		source := &tokens{config: oauth2Config(t, "https://login.example", clientSecret), client: &http.Client{Transport: server}}
		want := func(token string) {
			t.Helper()
			if got, err := source.password(t.Context()); err != nil || got != token {
				t.Errorf("token %q, %v, want %q", got, err, token)
			}
		}
		want("token-1")
		time.Sleep(799 * time.Second)
		want("token-1")
		time.Sleep(time.Second)
		want("token-2")
		source.forget()
		want("token-3")
		server.life = 0
		source.forget()
		want("token-4")
		want("token-5") // nobody knows how long that one lives
	})
}

// What goes wrong is told without what is secret.
func TestTokenErrors(t *testing.T) {
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	for _, test := range []struct {
		name   string
		server http.Handler
		want   string
	}{
		{"refused", &tokenServer{}, "refused as invalid_client"},
		{"an error of its own", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, `{"error":"%s"}`, "wrong-"+clientSecret)
		}), "400 Bad Request"},
		{"a page", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "<html>wrong-"+clientSecret) }), "no token in the answer"},
		{"no token", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{}`)
		}), "no token in the answer"},
		{"elsewhere", http.RedirectHandler(other.URL, http.StatusTemporaryRedirect), "307"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewTLSServer(test.server)
			defer server.Close()
			ca := filepath.Join(t.TempDir(), "ca.pem")
			if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
				t.Fatal(err)
			}
			m := MQTTConfig{CAFile: ca, OAuth2: oauth2Config(t, server.URL, "wrong-"+clientSecret)}
			secure, err := m.tls(time.Now)
			if err != nil {
				t.Fatal(err)
			}
			source, err := newTokens(m, secure)
			if err != nil {
				t.Fatal(err)
			}
			defer source.client.CloseIdleConnections()
			token, err := source.password(t.Context())
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), clientSecret) {
				t.Errorf("token %q, error %v, want one with %q and no secret", token, err, test.want)
			}
		})
	}
	if elsewhere.Load() > 0 {
		t.Error("another place got the secret")
	}
}

// The daemon signs in with a token, fetches another when the broker refuses it, and
// no secret is in its output, in its log or in what it publishes.
func TestSecretsStayInside(t *testing.T) {
	server := &tokenServer{life: 3600}
	login := httptest.NewServer(server)
	defer login.Close()

	b := newBubble(t, 1)
	defer b.broker.Close()
	b.conf.MQTT.OAuth2 = oauth2Config(t, login.URL, clientSecret)
	passwords := make(chan string, 100)
	b.broker.Refuse = func(c *packets.ConnectPacket) byte {
		passwords <- c.Username + ":" + string(c.Password)
		if p := string(c.Password); p == "token-1" || p == "token-2" {
			return packets.ErrRefusedNotAuthorised
		}
		return packets.Accepted
	}
	var said uplinktest.Output
	b.change = func(w *world) {
		w.log = slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	b.up()
	for _, want := range []string{"pi:token-1", "pi:token-2", "pi:token-3"} {
		select {
		case got := <-passwords:
			if got != want {
				t.Errorf("signed in as %s, want %s", got, want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("nobody signed in as %s:\n%s", want, said.String())
		}
	}
	b.ask("config.get", `{"transaction":"1"}`)
	b.cancel()
	b.down()
	everything := said.String() + strings.Join(b.accepted, "\n")
	for _, m := range b.broker.Messages() {
		everything += "\n" + string(m.Payload)
	}
	for _, secret := range []string{clientSecret, "token-1", "token-2"} {
		if strings.Contains(everything, secret) {
			t.Errorf("%s came out", secret)
		}
	}
	if !strings.Contains(everything, "not Authorized") {
		t.Errorf("the refusal was not told:\n%s", said.String())
	}
}
