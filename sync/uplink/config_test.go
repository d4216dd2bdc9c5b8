package uplink_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"readyshelf/kitchen"
	"readyshelf/sync/uplink"
)

func TestSettingsThatCannotWork(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*uplink.Uplink)
		want   string
	}{
		{"scheme", func(u *uplink.Uplink) { u.Brokers = []string{"http://x"} }, "unknown scheme"},
		{"no scheme", func(u *uplink.Uplink) { u.Brokers = []string{"cloud:1883"} }, "unknown scheme"},
		{"no host", func(u *uplink.Uplink) { u.Brokers = []string{"tls://"} }, "names no host: write tls://host:8883"},
		{"not a URL", func(u *uplink.Uplink) { u.Brokers = []string{"tcp://a b"} }, "as a URL"},
		{"credentials", func(u *uplink.Uplink) { u.Brokers = []string{"tls://me:secret@x"} }, "mqtt.password_file"},
		{"store", func(u *uplink.Uplink) { u.Store = "a/b" }, "letters, digits"},
		{"device", func(u *uplink.Uplink) { u.Device = "" }, "letters, digits"},
		{"topic", func(u *uplink.Uplink) { u.Topic = "a/#" }, "no wildcards"},
		{"topic name", func(u *uplink.Uplink) { u.Topic = "a/{shop}" }, "only {store} and {device}"},
		{"window", func(u *uplink.Uplink) { u.Window = -1 }, "negative"},
		{"epoch", func(u *uplink.Uplink) { u.Epoch = "" }, "Epoch"},
	} {
		t.Run(test.name, func(t *testing.T) {
			u := &uplink.Uplink{
				Config: uplink.Config{Brokers: []string{"tcp://x"}, Store: "s", Device: "d"},
				Epoch:  "e", Now: func() kitchen.Stamp { return kitchen.Stamp{} },
				Follow: func(context.Context, func([]kitchen.Event, func(uint64)) error) error { return io.EOF },
			}
			test.change(u)
			err := u.Run(t.Context())
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error tells the password: %v", err)
			}
		})
	}
}

func TestTopicTemplate(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.Topic = "devices/{device}/at/{store}"
		s.start()
		time.Sleep(time.Second)
		if s.broker.Retained("devices/pi-1/at/sh-1/status") == nil {
			t.Error("no birth under the configured topic")
		}
	})
}
