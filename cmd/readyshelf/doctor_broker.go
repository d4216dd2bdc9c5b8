package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"readyshelf/sync/uplink"
)

// brokerChecks go the way to each broker, step by step.
func (d *doctor) brokerChecks() []check {
	if len(d.MQTT.Brokers) == 0 {
		return []check{{"broker", shortCheck, func(context.Context) []finding {
			return []finding{works("broker", "none is configured: no cloud, everything else works")}
		}}}
	}
	var all []check
	if d.daemon.running {
		all = append(all, check{"broker", shortCheck, func(context.Context) []finding { return []finding{d.linkOfDaemon()} }})
	}
	if d.MQTT.CertFile != "" {
		all = append(all, check{"broker", shortCheck, func(context.Context) []finding { return []finding{d.ownCertificate()} }})
	}
	for i, b := range d.MQTT.Brokers {
		all = append(all, check{"broker " + b.String(), longCheck, func(ctx context.Context) []finding { return d.tryBroker(ctx, b.String(), i) }})
	}
	return all
}

// linkOfDaemon is how the daemon's own connection does.
func (d *doctor) linkOfDaemon() finding { return d.daemon.health.link(d.Timezone) }

// link is how the daemon's connection does, with times in a zone.
func (h health) link(zone *time.Location) finding {
	switch {
	case h.Connected && h.Since != nil:
		return works("connection", "the daemon is connected since "+h.Since.In(zone).Format("2006-01-02 15:04:05"))
	case h.Connected:
		return works("connection", "the daemon is connected")
	case h.Cause == "":
		return caution("connection", "the daemon is not connected yet", "see the steps below")
	}
	return problem("connection", "the daemon is not connected: "+h.Cause, "see the steps below; no alert is lost meanwhile")
}

// soon is how long before its end a certificate is worth a warning: it must be replaced
// in every shop.
const soon = 21 * 24 * time.Hour

// ownCertificate looks at the one that we show to the broker.
func (d *doctor) ownCertificate() finding {
	const what = "our certificate"
	config, err := d.MQTT.tls(d.now)
	if err != nil {
		return failure(what, err, "")
	}
	return d.expiry(what, config.Certificates[0].Leaf.NotAfter, "put a new one into mqtt.cert_file")
}

// expiry says how long a certificate is good.
func (d *doctor) expiry(what string, end time.Time, remedy string) finding {
	day := end.Format(time.DateOnly)
	switch left := end.Sub(d.now()); {
	case left < 0:
		return problem(what, "it expired on "+day, remedy)
	case left < soon:
		return caution(what, fmt.Sprintf("it expires on %s, in %s", day, agoText(left)), remedy)
	}
	return works(what, "good until "+day)
}

// tryBroker goes the way to broker i of the configuration. One that is only there for a
// fail-over and cannot be reached is no more than odd.
func (d *doctor) tryBroker(ctx context.Context, url string, i int) []finding {
	name, err := d.name()
	if err != nil {
		return []finding{failure("settings", err, "")}
	}
	secure, err := d.MQTT.tls(d.timeForCertificates)
	if err != nil {
		return []finding{failure("settings", err, "")}
	}
	password := d.password
	if password == nil {
		password = d.MQTT.password()
	}
	t := uplink.Trial{
		Config: uplink.Config{
			Topic: d.MQTT.Topic, Store: d.Store, Device: name,
			Username: cmp.Or(d.MQTT.Username, d.MQTT.OAuth2.ClientID), Password: password, TLS: secure, Dial: d.dial,
		},
		Broker: url, Resolve: d.resolve, ClientID: d.clientID(name, i),
	}
	if d.MQTT.OAuth2.TokenURL != "" {
		token, err := newTokens(d.MQTT, secure)
		if err != nil {
			return []finding{failure("settings", err, "")}
		}
		defer token.client.CloseIdleConnections()
		t.Password = token.password
	}
	var found []finding
	for _, s := range t.Run(ctx) {
		found = append(found, d.step(s, i > 0)...)
	}
	return found
}

// clientID is who logs in at broker i: the box itself, as that may be all that the
// broker lets in. But a broker throws out whoever has the same name, which must not be
// the daemon, nor our other trials where the brokers are a cluster.
func (d *doctor) clientID(name string, i int) string {
	switch {
	case i > 0:
		return fmt.Sprintf("%s-doctor-%d", name, i+1)
	case d.daemon.running || d.daemon.err != nil:
		return name + "-doctor"
	}
	return name
}

// step is how one step of the way went.
func (d *doctor) step(s uplink.Step, spare bool) []finding {
	if s.Err == nil {
		found := []finding{works(s.Name, joined(s.Detail, fmt.Sprintf("in %.1f ms", s.Took.Seconds()*1e3)))}
		if !s.Expires.IsZero() {
			found = append(found, d.expiry("certificate", s.Expires, "put a new certificate on the broker"))
		}
		return found
	}
	f := failure(s.Name, s.Err, s.Remedy)
	if synced, _ := d.clock(); errors.Is(s.Err, uplink.ErrCertificateTime) && !synced {
		f.Text += fmt.Sprintf("; this machine believes that it is %s, and its clock is not set", d.now().Format(time.DateOnly))
		f.Remedy = "set the clock: " + ntpRemedy
	}
	connected := d.daemon.running && d.daemon.health.Connected
	returning := s.Name == uplink.StepReturn && !errors.Is(s.Err, uplink.ErrHungUp)
	switch {
	case spare, returning:
		f.Mark = odd
	case connected && (s.Name == uplink.StepLogin || s.Name == uplink.StepPublish || s.Name == uplink.StepReturn):
		f.Mark = odd
		f.Text += "; the daemon itself is connected, under its own client id"
	}
	return []finding{f}
}

// timeForCertificates is when certificates are looked at: not before this program was
// made, where the clock is not set.
func (d *doctor) timeForCertificates() time.Time {
	now := d.now()
	if synced, _ := d.clock(); !synced && now.Before(d.built) {
		return d.built
	}
	return now
}
