package main

import (
	"fmt"
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
	if m.PasswordFile != "" && m.Username == "" {
		c.bad("mqtt.password_file", "MQTT has no password without a name", "add username")
	}
	if m.CertFile != "" && m.KeyFile == "" {
		c.bad("mqtt.cert_file", "the certificate has no key", "add key_file")
	}
	if m.KeyFile != "" && m.CertFile == "" {
		c.bad("mqtt.key_file", "the key has no certificate", "add cert_file")
	}
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
