package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"readyshelf/kitchen"
)

// password reads the password anew at each connect, so that a changed secret
// needs no restart.
func (m *MQTTConfig) password() func(context.Context) (string, error) {
	if m.PasswordFile == "" {
		return nil
	}
	return func(context.Context) (string, error) {
		b, err := readSmall(m.PasswordFile)
		if err != nil {
			return "", fmt.Errorf("read mqtt.password_file: %w", err)
		}
		return strings.TrimRight(string(b), "\r\n"), nil
	}
}

// tls builds the settings for brokers that need TLS; now is when certificates are
// looked at.
func (m *MQTTConfig) tls(now func() time.Time) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: m.ServerName, Time: now}
	if m.CAFile != "" {
		c.RootCAs = x509.NewCertPool()
		if err := m.addAuthority(c.RootCAs); err != nil {
			return nil, err
		}
	}
	if m.CertFile != "" {
		pair, err := m.certificate()
		if err != nil {
			return nil, fmt.Errorf("read mqtt.cert_file and mqtt.key_file: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	if m.ALPN != "" {
		c.NextProtos = []string{m.ALPN}
	}
	return c, nil
}

// certificate reads ours and its key.
func (m *MQTTConfig) certificate() (tls.Certificate, error) {
	cert, err := readSmall(m.CertFile)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := readSmall(m.KeyFile)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(cert, key)
}

// addAuthority adds mqtt.ca_file to pool.
func (m *MQTTConfig) addAuthority(pool *x509.CertPool) error {
	pem, err := readSmall(m.CAFile)
	if err != nil {
		return fmt.Errorf("read mqtt.ca_file: %w", err)
	}
	if !pool.AppendCertsFromPEM(pem) {
		return errors.New("mqtt.ca_file: " + m.CAFile + " holds no PEM certificate")
	}
	return nil
}

// recentEvents is how many of the last events are asked for the time.
const recentEvents = 256

// verificationTime returns the time at which certificates and sessions are looked at. A
// box without a clock begins in 1970, when none is valid yet; so until its clock is set
// it is at least when this program was built, and when the log last knew the time.
func (h *house) verificationTime() func() time.Time {
	past := h.built
	know := func(t time.Time) {
		if t.After(past) {
			past = t
		}
	}
	head := h.buffer.Head()
	err := h.buffer.Read(context.Background(), head-min(head, recentEvents)+1, head, func(events []kitchen.Event) error {
		for _, e := range events {
			if st := h.clocks.correct(e.Stamp); st.Clock != kitchen.Unknown {
				know(st.At)
			}
		}
		return nil
	})
	if err != nil {
		h.log.Error("read when the clock was last right", "error", err)
	}
	return func() time.Time {
		if now := h.clock(); now.Clock == kitchen.Synced || now.At.After(past) {
			return now.At
		}
		return past
	}
}

// builtAt returns when the source of this program was committed, or the zero time
// where it was built from something else.
func builtAt() time.Time {
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return time.Time{}
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			at, _ := time.Parse(time.RFC3339, s.Value) // the zero time, if need be
			return at
		}
	}
	return time.Time{}
}
