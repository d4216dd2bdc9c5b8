package main

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Limits of the uplink.
const (
	// maxTopicLevels is what AWS IoT Core allows: seven slashes.
	maxTopicLevels = 8
	// tailLevels are what we put behind the template: event/order.ready.
	tailLevels = 2
	// maxWindow keeps far from the 65,535 packet ids of MQTT.
	maxWindow = 1000
)

func (c *checker) mqtt() {
	m := &c.MQTT
	seen := map[string]string{}
	for i, u := range m.Brokers {
		if u != nil {
			c.unique(seen, u.String(), fmt.Sprintf("mqtt.brokers[%d]", i), "keep one of the two")
		}
	}
	c.topic(m.Topic)
	c.credentials(m)
	c.oauth2(m)
	if m.Window < 1 || m.Window > maxWindow {
		c.bad("mqtt.window", fmt.Sprintf("%d messages in flight cannot be", m.Window), fmt.Sprintf("write a number from 1 to %d", maxWindow))
	}
	if m.MaxRate < 0 {
		c.bad("mqtt.max_rate", fmt.Sprintf("%d messages a second cannot be", m.MaxRate), "write 0 for no limit")
	}
	for i, name := range m.Commands {
		key := fmt.Sprintf("mqtt.commands[%d]", i)
		c.oneOf(key, name, commandNames)
		if slices.Index(m.Commands, name) < i {
			c.bad(key, fmt.Sprintf("%q is there twice", name), "keep one of the two")
		}
	}
}

// credentials checks what goes together when we say who we are.
func (c *checker) credentials(m *MQTTConfig) {
	if m.PasswordFile != "" && m.Username == "" && m.OAuth2.TokenURL == "" {
		c.bad("mqtt.password_file", "MQTT has no password without a name", "add username")
	}
	c.pair("mqtt", m.CertFile, m.KeyFile)
	encrypted := func(u *url.URL) bool { return u == nil || u.Scheme == "tls" || u.Scheme == "wss" }
	if c.spoilt["mqtt.brokers"] || slices.ContainsFunc(m.Brokers, encrypted) {
		return
	}
	for _, f := range []struct{ key, value string }{
		{"ca_file", m.CAFile}, {"cert_file", m.CertFile}, {"key_file", m.KeyFile},
		{"server_name", m.ServerName}, {"alpn", m.ALPN},
	} {
		if f.value != "" {
			c.bad("mqtt."+f.key, "no broker is reached over TLS", "write tls:// in brokers, or take this away")
		}
	}
}

// oauth2 checks what goes together when a token is the password.
func (c *checker) oauth2(m *MQTTConfig) {
	o := &m.OAuth2
	if o.TokenURL == "" {
		for _, f := range []struct {
			key string
			set bool
		}{{"client_id", o.ClientID != ""}, {"client_secret_file", o.ClientSecretFile != ""}, {"scopes", len(o.Scopes) > 0}} {
			if f.set {
				c.bad("mqtt.oauth2."+f.key, "it is not said where the token comes from", "add token_url")
			}
		}
		return
	}
	const key = "mqtt.oauth2.token_url"
	u, err := url.Parse(o.TokenURL)
	switch {
	case err != nil || u.Hostname() == "":
		c.bad(key, "this is no address", `write one like "https://login.example/token"`)
	case u.User != nil:
		c.bad(key, "an address must not hold a name or a password", "use client_id and client_secret_file")
	case u.Scheme != "https" && (u.Scheme != "http" || !ownHost(u.Hostname())):
		c.bad(key, "the secret would be sent for everybody to read", "write https://")
	}
	if o.ClientID == "" {
		c.bad(key, "nobody says who we are", "add client_id")
	}
	if o.ClientSecretFile == "" {
		c.bad(key, "there is no secret to show", "add client_secret_file")
	}
	if m.PasswordFile != "" {
		c.bad("mqtt.password_file", "the token is the password", "take this or oauth2 away")
	}
}

// ownHost says whether host is this machine.
func ownHost(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

var placeholder = regexp.MustCompile(`\{[^{}]*\}?|\}`)

// topic checks the template of the topics.
func (c *checker) topic(t string) {
	const example = `write one like "readyshelf/v1/{store}/{device}"`
	bad := func(what, fix string) { c.bad("mqtt.topic", what, fix) }
	levels := strings.Split(t, "/")
	switch {
	case t == "":
		bad("there is no topic", example)
	case strings.ContainsAny(t, "+#"):
		bad("+ and # are for who subscribes", example)
	case strings.ContainsFunc(t, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }):
		bad("a topic has no blanks", example)
	case slices.Contains(levels, ""):
		bad("a level of the topic is empty", "take the / away that stands at an end or beside another")
	case len(levels) > maxTopicLevels-tailLevels:
		bad(fmt.Sprintf("the topic has %d levels, and two more follow", len(levels)),
			fmt.Sprintf("leave %d at most: brokers allow %d in all", maxTopicLevels-tailLevels, maxTopicLevels))
	case !strings.Contains(t, "{device}"):
		bad("two devices would write to the same topic", "put {device} into it")
	}
	seen := map[string]bool{}
	for _, p := range placeholder.FindAllString(t, -1) {
		switch {
		case p != "{store}" && p != "{device}":
			bad(fmt.Sprintf("%s stands for nothing", p), "there are {store} and {device}")
		case seen[p]:
			bad(p+" is there twice", "keep one of the two")
		}
		seen[p] = true
	}
}
