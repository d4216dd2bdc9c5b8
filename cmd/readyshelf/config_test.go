package main

import (
	"flag"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = flag.Bool("update", false, "write the golden files anew")

// testKnown is what the tests' files may name, whatever the other packages learn.
var testKnown = known{
	protocols: []string{"st-gs", "toledo8217", "nci", "cas-ap"},
	encodings: append([]string{"cp1251"}, usualEncodings...),

	largestLog: 1 << 30,
}

// compareConfig compares configurations by what the file says.
var compareConfig = cmp.Options{
	cmpopts.IgnoreUnexported(Config{}),
	cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() }),
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
	cmpopts.EquateEmpty(),
}

func TestConfigBroken(t *testing.T) {
	data := readTestdata(t, "broken.toml")
	c, problems := parseConfig("broken.toml", data, testKnown)
	if c != nil {
		t.Errorf("a broken file gave a configuration")
	}
	got := problems.Error() + "\n"
	golden := filepath.Join("testdata", "config", "broken.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(readTestdata(t, "broken.golden")), got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if strings.Contains(got, "name:secret") {
		t.Errorf("a password is repeated in a message")
	}
}

// TestConfigBrokenLines checks that broken.toml's problems are where its remarks
// say: no golden file can be updated past this.
func TestConfigBrokenLines(t *testing.T) {
	data := readTestdata(t, "broken.toml")
	_, problems := parseConfig("broken.toml", data, testKnown)
	found := map[int]bool{}
	for _, p := range problems {
		found[p.Line] = true
	}
	for i, line := range strings.Split(string(data), "\n") {
		want := strings.Contains(line, " # ")
		if i > 0 && found[i+1] != want {
			t.Errorf("line %d: problem %t, want %t: %s", i+1, found[i+1], want, line)
		}
	}
}

func TestConfigFull(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	got, problems := parseConfig("/etc/readyshelf/full.toml", readTestdata(t, "full.toml"), testKnown)
	if problems != nil {
		t.Fatal(problems)
	}
	want := &Config{
		Store: "sh-xuhui-01", Timezone: shanghai, DayStart: TimeOfDay(4 * time.Hour),
		Language: "zh", Encoding: "gb18030", SlotMode: "assigned", Data: "/var/lib/readyshelf",
		Printers: []PrinterConfig{
			{
				Name: "kitchen", Listen: ":9100", Encoding: "gb18030", CodePages: map[int]string{6: "cp1251"},
				Allow: []netip.Prefix{netip.MustParsePrefix("192.168.1.0/24"), netip.MustParsePrefix("10.0.0.5/32")},
			},
			{Name: "counter", Serial: "/dev/serial/by-id/usb-printer", Mode: SerialMode{19200, 7, 'E', 1}, Encoding: "big5"},
			{Name: "usb", Gadget: "/dev/g_printer0", Encoding: "gb18030"},
		},
		Scales: []ScaleConfig{
			{Name: "shelf-a1", Serial: "/dev/serial/by-id/usb-scale", Protocol: "st-gs", Slot: "A1", Step: 20},
			{Name: "shelf-b7", Serial: "/dev/serial/by-path/usb-0:1.2", Protocol: "nci", Slot: "B7", Step: 50},
		},
		Buttons: []ButtonConfig{
			{Slot: "A1", Line: "GPIO17", Light: "GPIO27", Debounce: 25 * time.Millisecond, Active: "low"},
			{Slot: "左2", Line: "P1_16", Debounce: 25 * time.Millisecond, Active: "low"},
		},
		OCR:   OCRConfig{Languages: []string{"chi_sim"}, Limit: 20 * time.Second},
		Alert: AlertConfig{15 * time.Minute, 0.85, 1, 10 * time.Minute, 30 * time.Second, 10 * time.Minute, 30 * time.Minute},
		Log:   LogConfig{64 << 20, 720 * time.Hour},
		MQTT: MQTTConfig{
			Brokers: []*url.URL{{Scheme: "tcp", Host: "127.0.0.1:1883"}, {Scheme: "tls", Host: "broker.example:8884"}},
			Topic:   "readyshelf/v1/{store}/{device}", CAFile: "/etc/readyshelf/ca.pem", Window: 64, Commands: commandNames,
		},
		Board:   BoardConfig{Listen: "127.0.0.1:8080"},
		Metrics: MetricsConfig{"127.0.0.1:9464"},
		Privacy: PrivacyConfig{OrderKeyFile: "/var/lib/readyshelf/order.key"},
	}
	if diff := cmp.Diff(want, got, compareConfig); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"A1", "左2", "B7"}, got.Slots()); diff != "" {
		t.Errorf("slots (-want +got):\n%s", diff)
	}
}

// TestConfigDefaults checks that leaving a key out, and writing its default, are
// the same.
func TestConfigDefaults(t *testing.T) {
	got, problems := parseConfig("/etc/readyshelf/minimal.toml", []byte(`store = "sh-01"`), testKnown)
	if problems != nil {
		t.Fatal(problems)
	}
	want, problems := parseConfig("/etc/readyshelf/full.toml", readTestdata(t, "full.toml"), testKnown)
	if problems != nil {
		t.Fatal(problems)
	}
	want.Store, want.Timezone = "sh-01", time.Local
	want.Printers, want.Scales, want.Buttons = nil, nil, nil
	want.MQTT.Brokers, want.MQTT.CAFile = want.MQTT.Brokers[:1], ""
	if diff := cmp.Diff(want, got, compareConfig); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
}

func TestConfigDefaultsFollow(t *testing.T) {
	c, problems := parseConfig("shop/readyshelf.toml", []byte(`store = "s"
encoding = "utf8"
data = "log"
printer = [{ name = "a", serial = "/dev/a" }, { name = "b", listen = ":1", encoding = "big5" }]
`), testKnown)
	if problems != nil {
		t.Fatal(problems)
	}
	got := []string{c.Printers[0].Encoding, c.Printers[1].Encoding, c.Data, c.Privacy.OrderKeyFile}
	want := []string{"utf8", "big5", filepath.Join("shop", "log"), filepath.Join("shop", "log", "order.key")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
	if got, want := c.Printers[0].Mode, (SerialMode{9600, 8, 'N', 1}); got != want {
		t.Errorf("mode of a tap: %v, want %v", got, want)
	}
	if got := c.Printers[1].Mode; got != (SerialMode{}) {
		t.Errorf("mode of a network printer: %v, want none", got)
	}
}

func TestLoadConfig(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if c, err := LoadConfig(write("good.toml", "\ufeffstore = 's'\r\n")); err != nil || c.Store != "s" {
		t.Errorf("LoadConfig of a file from Windows: %+v, %v", c, err)
	}
	bad := write("bad.toml", "store = 's'\nslots = 'newest'\n")
	if c, err := LoadConfig(bad); c != nil || err == nil || !strings.HasPrefix(err.Error(), bad+":2:9: slots: ") {
		t.Errorf("LoadConfig of a bad file: %v, %v", c, err)
	}
	large := write("large.toml", "store = 's'\n"+strings.Repeat("#", maxConfigSize))
	for _, path := range []string{filepath.Join(dir, "absent.toml"), dir, large} {
		if c, err := LoadConfig(path); c != nil || err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("LoadConfig(%s): %v, %v, want an error that names it", path, c, err)
		}
	}
}

// TestKnown checks what the real packages know against what the messages promise.
func TestKnown(t *testing.T) {
	for _, name := range usualEncodings {
		if !slices.Contains(knownHere.encodings, name) {
			t.Errorf("tickets cannot be read as %s", name)
		}
	}
	for _, name := range []string{"st-gs", "toledo8217", "nci"} {
		if !slices.Contains(knownHere.protocols, name) {
			t.Errorf("no scale speaks %s", name)
		}
	}
}

func readTestdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "config", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
