package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// Beside the configuration: the password and the authority that setup was given.
const (
	passwordName  = "mqtt.password"
	authorityName = "mqtt-ca.pem"
)

// Answers that leave things as they are.
const (
	keepPassword   = "keep"
	systemsTrusted = "system"
)

// askBroker asks for the way to the cloud, and tries it.
func (s *setup) askBroker(ctx context.Context) error {
	s.say("\nThe cloud")
	for _, ask := range []func(context.Context) error{s.askURLs, s.askLogin, s.askAuthority} {
		if err := ask(ctx); err != nil || len(s.want.MQTT.Brokers) == 0 {
			return err
		}
	}
	return s.tryBrokers(ctx)
}

// askURLs asks for the brokers.
func (s *setup) askURLs(ctx context.Context) error {
	var given *string
	if s.Broker != nil {
		given = new(string)
		*given = strings.Join(s.Broker, " ")
	}
	return s.put(ctx, question{
		flag: "broker", text: "Brokers, as tls://broker.example:8883, with blanks between in the order they are tried, or none", given: given,
		standard: cmp.Or(strings.Join(urls(s.want.MQTT.Brokers), " "), none),
		take: func(answer string) error {
			brokers := []*url.URL{}
			for _, text := range strings.Fields(answer) {
				if text == none {
					continue
				}
				u, wrong := readBroker(&tomlNode{kind: unstable.String, text: text})
				if wrong != nil {
					return fmt.Errorf("%s; %s", wrong.what, wrong.fix)
				}
				brokers = append(brokers, u.(*url.URL))
			}
			return s.change(func(c *Config) {
				c.MQTT.Brokers = brokers
				if !c.MQTT.encrypted() {
					c.MQTT.CAFile = ""
				}
			})
		},
	})
}

// encrypted says whether a broker is reached over TLS.
func (m *MQTTConfig) encrypted() bool {
	return slices.ContainsFunc(m.Brokers, func(u *url.URL) bool { return u.Scheme == "tls" || u.Scheme == "wss" })
}

// askLogin asks for name and password, unless there is a token for that.
func (s *setup) askLogin(ctx context.Context) error {
	if s.want.MQTT.OAuth2.TokenURL != "" {
		s.say("  it logs in with a token, as the configuration says")
		return nil
	}
	err := s.put(ctx, question{
		flag: "username", text: "Name at the broker, or none", given: s.Username, standard: cmp.Or(s.want.MQTT.Username, none),
		take: func(answer string) error {
			return s.change(func(c *Config) {
				if c.MQTT.Username = answer; answer == none {
					c.MQTT.Username, c.MQTT.PasswordFile = "", ""
				}
			})
		},
	})
	if err != nil || s.want.MQTT.Username == "" {
		return err
	}
	standard := none
	if s.want.MQTT.PasswordFile != "" {
		standard = keepPassword
	}
	return s.put(ctx, question{
		flag: "password-file", text: "Password, which is not shown, or none", given: s.PasswordFile, standard: standard, secret: true,
		take: s.takePassword,
	})
}

// takePassword takes a password that was typed, or the file with it that a flag names.
func (s *setup) takePassword(answer string) error {
	switch {
	case answer == keepPassword && s.want.MQTT.PasswordFile != "":
		return nil
	case answer == none:
		s.password = nil
		return s.change(func(c *Config) { c.MQTT.PasswordFile = "" })
	case s.PasswordFile != nil:
		text, err := readSmall(answer)
		if err != nil {
			return err
		}
		if answer = strings.TrimRight(string(text), "\r\n"); answer == "" {
			return errors.New("this file is empty")
		}
	}
	s.password = &answer
	return s.change(func(c *Config) {
		c.MQTT.PasswordFile = cmp.Or(c.MQTT.PasswordFile, s.beside(passwordName))
	})
}

// beside is a file beside the configuration.
func (s *setup) beside(name string) string { return filepath.Join(filepath.Dir(s.Config), name) }

// askAuthority asks who signed the broker's certificate.
func (s *setup) askAuthority(ctx context.Context) error {
	if !s.want.MQTT.encrypted() {
		return nil
	}
	return s.put(ctx, question{
		flag: "ca-file", text: "File with the authority that signed the broker's certificate, or system", given: s.CAFile,
		standard: cmp.Or(s.want.MQTT.CAFile, systemsTrusted), take: s.takeAuthority,
	})
}

// takeAuthority takes an authority. It is copied beside the configuration, where the
// daemon may read it and a stick that is pulled does not matter.
func (s *setup) takeAuthority(answer string) error {
	if answer == systemsTrusted {
		s.authority = nil
		return s.change(func(c *Config) { c.MQTT.CAFile = "" })
	}
	text, err := readSmall(answer)
	if err != nil {
		return err
	}
	if !x509.NewCertPool().AppendCertsFromPEM(text) {
		return errors.New("there is no certificate in it; name a file in PEM form, with -----BEGIN CERTIFICATE-----")
	}
	file, err := filepath.Abs(answer)
	if err != nil {
		return err
	}
	s.authority = nil
	if !within(filepath.Dir(s.Config), file) && !within("/etc/ssl", file) && !within("/usr/share", file) {
		file, s.authority = s.beside(authorityName), bytes.Clone(text)
	}
	return s.change(func(c *Config) { c.MQTT.CAFile = file })
}

// tryBrokers goes the way to each broker, as doctor does. One that cannot be reached is
// said, and kept: the network may come later.
func (s *setup) tryBrokers(ctx context.Context) error {
	if !s.trying() {
		return nil
	}
	conf := s.want.clone()
	var cleanup func()
	var err error
	if conf.MQTT.CAFile, cleanup, err = s.authorityFile(); err != nil {
		return err
	}
	defer cleanup()
	d := &doctor{Config: &conf, surroundings: s.surroundings}
	if s.password != nil {
		d.password = func(context.Context) (string, error) { return *s.password, nil }
	}
	d.daemon = s.ask(ctx)
	for i, b := range conf.MQTT.Brokers {
		s.say("  %s: trying …", b)
		ctx, cancel := context.WithTimeout(ctx, longCheck)
		found := d.tryBroker(ctx, b.String(), i)
		cancel()
		for _, f := range found {
			s.say("    %-4s  %-11s %s", f.Mark, f.What, f.Text)
			if f.Remedy != "" {
				s.say("          -> %s", f.Remedy)
			}
		}
	}
	return nil
}

// authorityFile is the file of the authority for a trial: one that is not in its place
// yet, in the folder of temporary files.
func (s *setup) authorityFile() (file string, remove func(), err error) {
	if s.authority == nil {
		return s.want.MQTT.CAFile, func() {}, nil
	}
	return temporary(s.authority)
}
