package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificate is what the page shows who it is with; nil where it speaks without TLS.
func (h *house) certificate() (*tls.Config, error) {
	if h.Board.CertFile == "" {
		return nil, nil
	}
	shop, err := openCertificate(h.Board.CertFile, h.Board.KeyFile, h.log.With("room", "board"))
	if err != nil {
		return nil, err
	}
	return &tls.Config{GetCertificate: shop.get}, nil
}

// certificateLook is how often the files of a certificate are looked at for a newer one.
const certificateLook = 10 * time.Second

// shopCertificate shows the shop's certificate to screens, and the new one when its files
// have changed, as they do every few weeks.
type shopCertificate struct {
	cert, key string
	log       *slog.Logger

	mu     sync.Mutex
	shown  *tls.Certificate
	looked time.Time
	seen   string // how the files looked that were read last
	failed string // why they could not be; they are read until they can, as rights change no looks
}

// openCertificate reads the certificate for the first time.
func openCertificate(cert, key string, log *slog.Logger) (*shopCertificate, error) {
	s := &shopCertificate{cert: cert, key: key, log: log, looked: time.Now()}
	s.seen = s.look()
	return s, s.read()
}

// look returns how the files look at this moment: their sizes and times.
func (s *shopCertificate) look() string {
	var all string
	for _, path := range []string{s.cert, s.key} {
		if info, err := os.Stat(path); err == nil {
			all += fmt.Sprint(info.Size(), info.ModTime().UnixNano(), " ")
		}
	}
	return all
}

func (s *shopCertificate) read() error {
	pair, err := readCertificate(s.cert, s.key)
	if err != nil {
		return err
	}
	s.shown = pair
	return nil
}

// readCertificate reads the board's certificate and its key.
func readCertificate(certFile, keyFile string) (*tls.Certificate, error) {
	cert, err := readSmall(certFile)
	key, err2 := readSmall(keyFile)
	if err := errors.Join(err, err2); err != nil {
		return nil, fmt.Errorf("read the board's certificate: %w", err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("read the board's certificate %s: %w", certFile, err)
	}
	return &pair, nil
}

// get is tls.Config.GetCertificate. A certificate that cannot be read leaves the one
// before it: its key may not be written yet.
func (s *shopCertificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.looked) < certificateLook {
		return s.shown, nil
	}
	s.looked = time.Now()
	if now := s.look(); now != s.seen || s.failed != "" {
		s.seen = now
		switch err := s.read(); {
		case err == nil:
			s.failed = ""
			s.log.Info("the board has a new certificate", "file", s.cert)
		case err.Error() != s.failed:
			s.failed = err.Error()
			s.log.Warn("the board goes on with its old certificate", "error", err)
		}
	}
	return s.shown, nil
}
