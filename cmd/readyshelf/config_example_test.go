package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/systemd"
)

const exampleFile = "../../systemd/readyshelf.toml"

// switchedOff are the settings of the example that are remarks: # and no blank.
var switchedOff = regexp.MustCompile(`(?m)^#(\S)`)

func readExample(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestExampleLoads(t *testing.T) {
	c, err := LoadConfig(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Printers) != 1 || c.Printers[0].Listen != ":9100" {
		t.Errorf("printers of the example: %+v, want one that listens on :9100", c.Printers)
	}
	if err := c.CheckFiles(); err != nil {
		t.Error(err)
	}
}

// TestInstalledIsSafe runs what is installed through the check: it must start, say that
// it is not set up, and send nothing anywhere.
func TestInstalledIsSafe(t *testing.T) {
	c, problems := ParseConfig("readyshelf.toml", systemd.Configuration)
	if problems != nil {
		t.Fatal(problems)
	}
	if len(c.MQTT.Brokers) > 0 || c.ToDo() == "" {
		t.Errorf("as installed, store %q has the brokers %v and is to do %q, want none and what is next", c.Store, c.MQTT.Brokers, c.ToDo())
	}
	named := strings.Replace(string(systemd.Configuration), `store = "unnamed"`, `store = "sh-01"`, 1)
	if c, problems := ParseConfig("readyshelf.toml", []byte(named)); problems != nil || c.ToDo() != "" {
		t.Errorf("with a name: %v, to do %q, want a shop that is set up", problems, c.ToDo())
	}
	linked := strings.Replace(string(systemd.Configuration), "brokers = []", `brokers = ["tcp://10.0.0.1"]`, 1)
	if _, problems := ParseConfig("readyshelf.toml", []byte(linked)); len(problems) != 1 || problems[0].Key != "store" {
		t.Errorf("with a broker and no name: %v, want one problem of store", problems)
	}
}

// TestExampleSwitchedOn loads the example with every setting switched on: none may be
// refused, and what is called a default is one.
func TestExampleSwitchedOn(t *testing.T) {
	text := switchedOff.ReplaceAllString(readExample(t), "$1")
	text = strings.Replace(text, "\nstore = \"unnamed\"", "\nstore = \"my-store-01\"", 1)
	text = strings.Replace(text, "\nbrokers = []", "\nbrokers = [\"tls://127.0.0.1:1883\"]", 1) // for the keys of TLS
	text = regexp.MustCompile(`(?m)^password_file = .*\n`).ReplaceAllString(text, "")           // the token is the password
	got, problems := ParseConfig("/etc/readyshelf/example", []byte(text))
	if problems != nil {
		t.Fatal(problems)
	}
	compareExample(t, got)
}

// compareExample checks that what the example shows is the default, apart from
// what is an example only.
func compareExample(t *testing.T, got *Config) {
	t.Helper()
	want := defaultConfig()
	want.complete("/")
	want.Store, want.Device, want.Timezone = got.Store, got.Device, got.Timezone
	want.OCR.Program = got.OCR.Program
	want.MQTT.Brokers[0].Scheme = "tls"
	for _, f := range []struct{ want, got *string }{
		{&want.MQTT.Username, &got.MQTT.Username},
		{&want.MQTT.OAuth2.TokenURL, &got.MQTT.OAuth2.TokenURL}, {&want.MQTT.OAuth2.ClientID, &got.MQTT.OAuth2.ClientID},
		{&want.MQTT.OAuth2.ClientSecretFile, &got.MQTT.OAuth2.ClientSecretFile},
		{&want.MQTT.CAFile, &got.MQTT.CAFile}, {&want.MQTT.CertFile, &got.MQTT.CertFile},
		{&want.MQTT.KeyFile, &got.MQTT.KeyFile}, {&want.MQTT.ServerName, &got.MQTT.ServerName},
		{&want.MQTT.ALPN, &got.MQTT.ALPN}, {&want.Board.CertFile, &got.Board.CertFile}, {&want.Board.KeyFile, &got.Board.KeyFile},
		{&want.Board.Theme, &got.Board.Theme},
	} {
		if *f.got == "" {
			t.Errorf("the example leaves a setting of mqtt or board empty")
		}
		*f.want = *f.got
	}
	want.Privacy.SampleKeyFile = "/etc/readyshelf/sample.key"
	want.MQTT.OAuth2.Scopes = got.MQTT.OAuth2.Scopes
	want.Printers, want.Scales, want.Buttons, want.Board.Stations = got.Printers, got.Scales, got.Buttons, got.Board.Stations
	if diff := cmp.Diff(want, got, compareConfig); diff != "" {
		t.Errorf("the example's settings are not the defaults (-default +example):\n%s", diff)
	}
	if got.Scales[0].Step != 20 || got.Buttons[0].Debounce != 25*time.Millisecond || got.Buttons[0].Active != "low" {
		t.Errorf("the example's devices are not the defaults: %+v, %+v", got.Scales, got.Buttons)
	}
}

// TestExampleComplete checks that every key is explained in the example and in
// the documentation.
func TestExampleComplete(t *testing.T) {
	data, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	doc, example := string(data), switchedOff.ReplaceAllString(readExample(t), "$1")
	for _, key := range configKeys() {
		table, name := splitKey(key)
		section := example
		if table != "" {
			section = sections(example, header(table))
		}
		if !regexp.MustCompile(`(?m)^` + name + ` *= `).MatchString(section) {
			t.Errorf("%s does not know %s", filepath.Base(exampleFile), key)
		}
		if !strings.Contains(doc, "`"+name+"`") {
			t.Errorf("docs/configuration.md does not know %s", key)
		}
	}
}

// sections returns the text of every table with that header.
func sections(text, header string) string {
	var b strings.Builder
	for _, part := range strings.Split(text, "\n"+header+"\n")[1:] {
		before, _, _ := strings.Cut(part, "\n[")
		b.WriteString(before + "\n")
	}
	return b.String()
}
