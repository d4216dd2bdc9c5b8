package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// tokenTimeout bounds the fetching of a token.
const tokenTimeout = 10 * time.Second

// tokens fetches the token that MQTT gets as password, by OAuth2's client
// credentials (RFC 6749 section 4.4). One is used until 80 % of its life are over,
// or a broker refused it. MQTT asks for it at CONNECT only: a session outlives its
// token.
type tokens struct {
	config OAuth2Config
	client *http.Client

	mu    sync.Mutex
	token string
	renew time.Time // with the monotonic clock: a step of the wall clock does nothing
}

// newTokens believes mqtt.ca_file and the system's authorities: a broker and who
// gives tokens for it are seldom of one house. secure are the settings for brokers.
func newTokens(m MQTTConfig, secure *tls.Config) (*tokens, error) {
	own := &tls.Config{MinVersion: tls.VersionTLS12, Time: secure.Time, Certificates: secure.Certificates}
	if m.CAFile != "" {
		var err error
		if own.RootCAs, err = x509.SystemCertPool(); err != nil {
			own.RootCAs = x509.NewCertPool() // a system without any
		}
		if err = m.addAuthority(own.RootCAs); err != nil {
			return nil, err
		}
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = own
	return &tokens{config: m.OAuth2, client: &http.Client{
		Transport: transport, Timeout: tokenTimeout,
		// Another place must not get the secret.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// password returns a token. Its errors hold no secret.
func (t *tokens) password(ctx context.Context) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token != "" && time.Now().Before(t.renew) {
		return t.token, nil
	}
	secret, err := readSmall(t.config.ClientSecretFile)
	if err != nil {
		return "", fmt.Errorf("read mqtt.oauth2.client_secret_file: %w", err)
	}
	c := clientcredentials.Config{
		ClientID: t.config.ClientID, ClientSecret: strings.TrimRight(string(secret), "\r\n"),
		TokenURL: t.config.TokenURL, Scopes: t.config.Scopes,
	}
	token, err := c.Token(context.WithValue(ctx, oauth2.HTTPClient, t.client))
	if err != nil {
		return "", fmt.Errorf("fetch a token from mqtt.oauth2.token_url: %w", withoutSecrets(err))
	}
	if token.Expiry.IsZero() {
		return token.AccessToken, nil // no word of its life: another at the next connection
	}
	t.token, t.renew = token.AccessToken, time.Now().Add(time.Until(token.Expiry)*4/5)
	return t.token, nil
}

// forget makes the next password a new token.
func (t *tokens) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.token = ""
}

// grantErrors are the error codes of RFC 6749 section 5.2.
var grantErrors = []string{
	"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope",
}

// withoutSecrets says what was wrong without what the server said: it might repeat
// what it was sent.
func withoutSecrets(err error) error {
	var answer *oauth2.RetrieveError
	var way *url.Error
	switch {
	case errors.As(err, &way):
		return way
	case !errors.As(err, &answer):
		return errors.New("there is no token in the answer")
	case slices.Contains(grantErrors, answer.ErrorCode):
		return fmt.Errorf("refused as %s; check client_id, client_secret_file and scopes", answer.ErrorCode)
	}
	return fmt.Errorf("the answer is %q; check token_url", answer.Response.Status)
}
