package main

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2/unstable"

	"readyshelf/kitchen"
)

// parsed is a value, or nil where the text is none.
func parsed[T any](parse func(string) (T, bool), s string) any {
	if v, ok := parse(s); ok {
		return v
	}
	return nil
}

func TestConfigValues(t *testing.T) {
	for _, test := range []struct {
		text      string
		got, want any
	}{
		{"64MiB", parsed(parseBytes, "64MiB"), Bytes(64 << 20)},
		{"64MB", parsed(parseBytes, "64MB"), Bytes(64_000_000)},
		{"3 GiB", parsed(parseBytes, "3 GiB"), Bytes(3 << 30)},
		{"512kB", parsed(parseBytes, "512kB"), Bytes(512_000)},
		{"67108864", parsed(parseBytes, "67108864"), Bytes(64 << 20)},
		{"1.5GiB", parsed(parseBytes, "1.5GiB"), nil},
		{"64mb", parsed(parseBytes, "64mb"), nil},
		{"-1MB", parsed(parseBytes, "-1MB"), nil},
		{"9223372036854775807", parsed(parseBytes, "9223372036854775807"), Bytes(math.MaxInt64)},
		{"9007199254740992KiB", parsed(parseBytes, "9007199254740992KiB"), nil},

		{"30d", parsed(parseDuration, "30d"), 720 * time.Hour},
		{"1d12h", parsed(parseDuration, "1d12h"), 36 * time.Hour},
		{"1h30m", parsed(parseDuration, "1h30m"), 90 * time.Minute},
		{"0s", parsed(parseDuration, "0s"), time.Duration(0)},
		{"-5s", parsed(parseDuration, "-5s"), -5 * time.Second},
		{"1d-5s", parsed(parseDuration, "1d-5s"), nil},
		{"0d-5s", parsed(parseDuration, "0d-5s"), nil},
		{"15", parsed(parseDuration, "15"), nil},
		{"1.5d", parsed(parseDuration, "1.5d"), nil},
		{"an empty duration", parsed(parseDuration, ""), nil},
		{"99999d2000000h", parsed(parseDuration, "99999d2000000h"), nil},

		{"20g", parsed(parseGrams, "20g"), kitchen.Grams(20)},
		{"0.02kg", parsed(parseGrams, "0.02kg"), kitchen.Grams(20)},
		{"1.5 kg", parsed(parseGrams, "1.5 kg"), kitchen.Grams(1500)},
		{"2kg", parsed(parseGrams, "2kg"), kitchen.Grams(2000)},
		{"0.5g", parsed(parseGrams, "0.5g"), nil},
		{"0.0005kg", parsed(parseGrams, "0.0005kg"), nil},
		{"20", parsed(parseGrams, "20"), nil},
		{"3000000kg", parsed(parseGrams, "3000000kg"), nil},

		{"00:00", parsed(parseTimeOfDay, "00:00"), TimeOfDay(0)},
		{"23:59", parsed(parseTimeOfDay, "23:59"), TimeOfDay(23*time.Hour + 59*time.Minute)},
		{"24:00", parsed(parseTimeOfDay, "24:00"), nil},
		{"4:00", parsed(parseTimeOfDay, "4:00"), nil},

		{"9600 7E1", parsed(parseSerialMode, "9600 7E1"), SerialMode{9600, 7, 'E', 1}},
		{"no mode", parsed(parseSerialMode, ""), SerialMode{}},
		{"9600,8,N,1", parsed(parseSerialMode, "9600,8,N,1"), nil},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.text, diff)
		}
	}
}

func TestConfigBroker(t *testing.T) {
	for _, test := range []struct{ text, want, wrong string }{
		{text: "tcp://b", want: "tcp://b:1883"},
		{text: "tls://b", want: "tls://b:8883"},
		{text: "TCP://b:1/", want: "tcp://b:1"},
		{text: "tls://[fd00::1]", want: "tls://[fd00::1]:8883"},
		{text: "tcp://b:", want: "tcp://b:1883"},
		{text: "wss://b/mqtt", want: "wss://b:443/mqtt"},
		{text: "b:1883", wrong: "this is no address of a broker"},
		{text: "", wrong: "this is no address of a broker"},
		{text: "tcp://:1883", wrong: "this is no address of a broker"},
		{text: "tcp://b:x", wrong: "this is no address of a broker"},
		{text: "mqtts://b", wrong: "mqtts:// is called tls:// here"},
		{text: "ftp://b", wrong: "ftp:// is no way to a broker"},
		{text: "tcp://b/topic", wrong: "this says more than a host and a port"},
		{text: "tcp://b:0", wrong: "0 is no port"},
		{text: "tcp://n:secret@b", wrong: "an address must not hold a name or a password"},
	} {
		v, wrong := readBroker(&tomlNode{kind: unstable.String, text: test.text})
		switch {
		case wrong != nil && wrong.what != test.wrong:
			t.Errorf("%q: %s, want %q", test.text, wrong.what, test.want+test.wrong)
		case wrong == nil:
			if got := v.(interface{ String() string }).String(); got != test.want {
				t.Errorf("%q is %s, want %q", test.text, got, test.want+test.wrong)
			}
		}
	}
}

func TestConfigTopic(t *testing.T) {
	for _, test := range []struct{ topic, wrong string }{
		{"readyshelf/v1/{store}/{device}", ""},
		{"devices/{device}/messages/events", ""},
		{"$aws/rules/x/{store}-{device}", ""},
		{"1/2/3/4/5/{device}", ""},
		{"1/2/3/4/5/6/{device}", "the topic has 7 levels, and two more follow"},
		{"a/{store}", "two devices would write to the same topic"},
		{"a/{device}/{device}", "{device} is there twice"},
		{"a/{device}/{shop}", "{shop} stands for nothing"},
		{"a/{device}/{store", "{store stands for nothing"},
		{"a/{device}/}", "} stands for nothing"},
		{"/a/{device}", "a level of the topic is empty"},
		{"a/{device}/", "a level of the topic is empty"},
		{"a//{device}", "a level of the topic is empty"},
		{"a/#/{device}", "+ and # are for who subscribes"},
		{"a b/{device}", "a topic has no blanks"},
		{"", "there is no topic"},
	} {
		_, problems := parseConfig("f", []byte("store = 's'\nmqtt.topic = '"+test.topic+"'"), testKnown)
		var got string
		if len(problems) > 0 {
			got = problems[0].What
		}
		if got != test.wrong || len(problems) > 1 {
			t.Errorf("topic %q: %v, want %q", test.topic, problems, test.wrong)
		}
	}
}

// TestConfigTLS checks what goes together on the way to a broker.
func TestConfigTLS(t *testing.T) {
	for _, test := range []struct{ mqtt, want string }{
		{"brokers = ['tls://b']\nca_file = 'a'\ncert_file = 'b'\nkey_file = 'c'\nserver_name = 'd'\nalpn = 'e'", ""},
		{"brokers = ['tls://b', 'tcp://b']\nca_file = 'a'", ""},
		{"brokers = 5\nca_file = 'a'", "3:11: mqtt.brokers: this is a number and should be a list"},
		{"ca_file = 'a'", "3:11: mqtt.ca_file: no broker is reached over TLS"},
		{"brokers = []\nalpn = 'a'", "4:8: mqtt.alpn: no broker is reached over TLS"},
		{"brokers = ['tls://b']\nkey_file = 'c'", "4:12: mqtt.key_file: the key has no certificate"},
		{"brokers = ['wss://b/mqtt']\nca_file = 'a'", ""},
		{"brokers = ['ws://b']\nca_file = 'a'", "4:11: mqtt.ca_file: no broker is reached over TLS"},
		{"oauth2 = { token_url = 'https://a/t', client_id = 'b', client_secret_file = 'c', scopes = ['d'] }", ""},
		{"oauth2 = { token_url = 'http://127.0.0.1:1/t', client_id = 'b', client_secret_file = 'c' }", ""},
		{"oauth2 = { token_url = 'http://a/t', client_id = 'b', client_secret_file = 'c' }", "3:24: mqtt.oauth2.token_url: the secret would be sent"},
		{"oauth2 = { token_url = 'https://u:p@a/t', client_id = 'b', client_secret_file = 'c' }", "3:24: mqtt.oauth2.token_url: an address must not hold"},
		{"oauth2 = { token_url = '/t', client_id = 'b', client_secret_file = 'c' }", "3:24: mqtt.oauth2.token_url: this is no address"},
		{"oauth2 = { token_url = 'https://a/t', client_secret_file = 'c' }", "3:24: mqtt.oauth2.token_url: nobody says who we are"},
		{"oauth2 = { token_url = 'https://a/t', client_id = 'b' }", "3:24: mqtt.oauth2.token_url: there is no secret"},
		{"oauth2 = { client_id = 'b' }", "3:24: mqtt.oauth2.client_id: it is not said where"},
		{"username = 'a'\npassword_file = 'b'\noauth2 = { token_url = 'https://a/t', client_id = 'b', client_secret_file = 'c' }", "4:17: mqtt.password_file: the token is the password"},
	} {
		_, problems := parseConfig("f", []byte("store = 's'\n[mqtt]\n"+test.mqtt), testKnown)
		var got string
		if len(problems) > 0 {
			got = problems.Error()
		}
		if !hasPrefixLine(got, test.want) || len(problems) > 1 {
			t.Errorf("%q: %q, want %q", test.mqtt, got, test.want)
		}
	}
}

// What goes together at the board, and what is a name.
func TestConfigBoard(t *testing.T) {
	for _, test := range []struct{ board, want string }{
		{"listen = ':8080'\nnames = ['board.wang.example', 'kitchen-pi', 'Pi_2.lan']\ncert_file = 'a'\nkey_file = 'b'", ""},
		{"cert_file = 'a'", "3:13: board.cert_file: the certificate has no key; add key"},
		{"key_file = 'a'", "3:12: board.key_file: the key has no certificate; add cert"},
		{"names = ['a', 'http://board.example']", `3:15: board.names: "http://board.example" is no host name; write the name alone, as `},
		{"names = ['board:8080']", `3:10: board.names: "board:8080" is no host name`},
		{"names = ['*.example']", `3:10: board.names: "*.example" is no host name`},
		{"names = ['']", `3:10: board.names: "" is no host name`},
		{"[[board.station]]\nname = 'wok'\ndishes = ['炒', '宫保']\n[[board.station]]\nname = 'grill'\ndishes = ['burger']", ""},
		{"[[board.station]]\nname = 'a'\ndishes = ['x']\n[[board.station]]\nname = 'a'\ndishes = ['y']", `7:8: board.station.name: `},
		{"[[board.station]]\ndishes = ['x']", `3:9: board.station.name: this is no name for a station; write one of 20 characters`},
		{"[[board.station]]\nname = 'a'", `3:9: board.station.dishes: no dish is made there; write parts`},
		{"[[board.station]]\nname = 'a'\ndishes = ['x', ' ']", `5:16: board.station.dishes: every dish has that in its name`},
		{"[board.station]\nname = 'a'", "3:8: board.station: this is a single table; there may be several of them: begin each with"},
		{"names = 'board'", "3:9: board.names: this is text and should be a list"},
	} {
		_, problems := parseConfig("f", []byte("store = 's'\n[board]\n"+test.board), testKnown)
		var got string
		if len(problems) > 0 {
			got = problems.Error()
		}
		if !hasPrefixLine(got, test.want) || len(problems) > 1 {
			t.Errorf("%q: %q, want %q", test.board, got, test.want)
		}
	}
}

// How large a log may be is a matter of the machine.
func TestLargestLog(t *testing.T) {
	for _, test := range []struct {
		size    string
		largest Bytes
		want    string
	}{
		{"1GiB", 1 << 30, ""},
		{"2GiB", 1 << 30, "3:12: log.max_size: 2GiB is more than a log can have on this system; write 1GiB or less"},
		{"256MiB", 256 << 20, ""},
		{"257MiB", 256 << 20, "3:12: log.max_size: 257MiB is more than a log can have on this system; write 256MiB or less"},
		{"1MiB", 256 << 20, "3:12: log.max_size: 1048576 bytes are too few"},
	} {
		k := testKnown
		k.largestLog = test.largest
		_, problems := parseConfig("f", []byte("store = 's'\n[log]\nmax_size = '"+test.size+"'"), k)
		var got string
		if len(problems) > 0 {
			got = problems.Error()
		}
		if !hasPrefixLine(got, test.want) || len(problems) > 1 {
			t.Errorf("%s of %s: %q, want %q", test.size, test.largest, got, test.want)
		}
	}
}

func hasPrefixLine(got, want string) bool {
	if want == "" {
		return got == ""
	}
	return len(got) > len("f:"+want) && got[:len("f:"+want)] == "f:"+want
}

func TestNearest(t *testing.T) {
	words := []string{"store", "device", "st-gs", "nci", "cp858"}
	for name, want := range map[string]string{
		"stor": "store", "stroe": "store", "devise": "device", "st-sg": "st-gs", "NCI": "nci", "ncl": "nci",
		"cp85": "cp858", "x": "", "latin": "", "shop": "", "": "",
	} {
		if got, _ := nearest(name, words); got != want {
			t.Errorf("nearest to %q: %q, want %q", name, got, want)
		}
	}
}
