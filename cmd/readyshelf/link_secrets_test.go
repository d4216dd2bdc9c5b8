package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// selfSigned makes a certificate of "broker" that is valid around from, and writes it
// where mqtt.ca_file can name it.
func selfSigned(t *testing.T, from time.Time) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"broker"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: from, NotAfter: from.Add(90 * 24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

// A box whose clock says 1970 connects over TLS if it knows from its program or its
// log that this is not so, and not if it knows nothing.
func TestTLSBeforeTheClockIsSet(t *testing.T) {
	for _, test := range []struct {
		name          string
		built, logged bool
		connects      bool
	}{
		{"nothing known", false, false, false},
		{"built since", true, false, true},
		{"in the log", false, true, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t, 1)
				defer b.broker.Close()
				if test.logged {
					b.up()
					time.Sleep(time.Minute)
					b.restart(time.Minute)
					b.cancel()
					b.down()
				}
				pair, ca := selfSigned(t, time.Now().Add(-24*time.Hour))
				b.conf.MQTT.Brokers = []*url.URL{{Scheme: "tls", Host: "broker:8883"}}
				b.conf.MQTT.CAFile = ca
				b.change = func(w *world) {
					if test.built {
						w.built = time.Now().Add(-time.Hour)
					}
					w.dial = func(context.Context, string, string) (net.Conn, error) {
						ours, theirs := net.Pipe()
						go b.broker.Serve(tls.Server(ours, &tls.Config{Certificates: []tls.Certificate{pair}}))
						return theirs, nil
					}
				}
				before := len(b.broker.Sessions())
				b.boot++
				b.booted, b.synced = time.Now(), time.Now().Add(time.Hour)
				b.up()
				time.Sleep(10 * time.Minute)
				if got := len(b.broker.Sessions()) > before; got != test.connects {
					t.Errorf("connected %v, want %v: %s", got, test.connects, b.house.health().Cause)
				}
				time.Sleep(time.Hour) // the clock is set
				if len(b.broker.Sessions()) == before {
					t.Errorf("not connected after the clock was set: %s", b.house.health().Cause)
				}
				b.cancel()
				b.down()
			})
		})
	}
}
