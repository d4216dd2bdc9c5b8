package main

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readyshelf/systemd"
)

// What a person wrote stays, around what changes.
func TestEdited(t *testing.T) {
	for _, test := range []struct {
		name, have, want string
		change           func(c *Config)
	}{
		{"a remark beside it", "store = \"a\" # ours\n[mqtt]\nbrokers = []\n", "store = \"b\" # ours\n[mqtt]\nbrokers = []\n",
			func(c *Config) { c.Store = "b" }},
		{"nothing", "store='a'\r\n[mqtt]\r\nbrokers = []", "store='a'\r\n[mqtt]\r\nbrokers = []",
			func(c *Config) {}},
		{"line ends of Windows", "store = \"a\" # ours\r\n[mqtt]\r\nbrokers = [\r\n  \"tcp://x\",\r\n]\r\nwindow = 3\r\n",
			"store = \"b\" # ours\r\nlanguage = \"en\"\r\n[mqtt]\r\nbrokers = [\r\n  \"tcp://x\",\r\n]\r\nwindow = 3\r\n\r\n[[printer]]\r\nname   = \"k\"\r\nlisten = \":1\"\r\n",
			func(c *Config) {
				c.Store, c.Language = "b", "en"
				c.Printers = append(c.Printers, PrinterConfig{Name: "k", Listen: ":1", Encoding: c.Encoding})
			}},
		{"a line end of its own", "store = \"a\"\n[mqtt]\r\nbrokers = []\n", "store = \"b\"\n[mqtt]\r\nbrokers = []\nusername = \"u\"\n",
			func(c *Config) { c.Store, c.MQTT.Username = "b", "u" }},
		{"a list over lines", "store = \"a\"\n[mqtt]\nbrokers = [ # [both]\n  \"tcp://x\", # one ]\n  \"tcp://y\",\n]\nwindow = 3\n", "store = \"a\"\n[mqtt]\nbrokers = [\"tls://z:1\"]\nwindow = 3\n",
			func(c *Config) { c.MQTT.Brokers = []*url.URL{{Scheme: "tls", Host: "z:1"}} }},
		{"no table of it", "store = \"a\"\n[[printer]]\nname = \"k\"\nlisten = \":1\"\n", "store = \"a\"\nlanguage = \"en\"\n[[printer]]\nname = \"k\"\nlisten = \":1\"\n\n[mqtt]\nbrokers = []\n",
			func(c *Config) { c.Language, c.MQTT.Brokers = "en", []*url.URL{} }},
		{"switched on and off", "store = \"a\"\n[mqtt]\nbrokers = [\"tls://x:1\"]\n#username      = \"me\"\nca_file = \"/x\"\n", "store = \"a\"\n[mqtt]\nbrokers = [\"tls://x:1\"]\nusername      = \"pi\"\n#ca_file = \"/x\"\n",
			func(c *Config) { c.MQTT.Username, c.MQTT.CAFile = "pi", "" }},
		{"buttons", "store = \"a\"\n[[button]]\nslot = \"A1\"\nline = \"GPIO17\"\ndebounce = \"30ms\" # long\n\n# Lights\n[[button]]\nslot = \"A2\"\nline = \"GPIO22\"\n\n[mqtt]\nbrokers = []\n",
			"store = \"a\"\n[[button]]\nslot = \"A1\"\nline = \"GPIO17\"\ndebounce = \"30ms\" # long\nlight = \"GPIO18\"\n\n[[button]]\nslot = \"A3\"\nline = \"GPIO5\"\n\n# Lights\n#[[button]]\n#slot = \"A2\"\n#line = \"GPIO22\"\n\n[mqtt]\nbrokers = []\n",
			func(c *Config) {
				c.Buttons[0].Light = "GPIO18"
				c.Buttons[1] = ButtonConfig{Slot: "A3", Line: "GPIO5", Debounce: c.Buttons[0].Debounce, Active: "low"}
				c.Buttons[1].setDefaults()
			}},
		{"another name, another place", "store = \"a\"\n[[button]]\nslot = \"A1\"\nline = \"GPIO17\"\ndebounce = \"50ms\"\n[[scale]]\nname = \"s\"\nserial = \"/dev/x\"\nprotocol = \"st-gs\"\nstep = \"50g\"\n[mqtt]\nbrokers = []\n",
			"store = \"a\"\n[[button]]\nslot = \"B1\"\nline = \"GPIO17\"\ndebounce = \"50ms\"\n[[scale]]\nname = \"s\"\nserial = \"/dev/x\"\nprotocol = \"st-gs\"\n#step = \"50g\"\n[mqtt]\nbrokers = []\n",
			func(c *Config) { c.Buttons[0].Slot, c.Scales[0].Step = "B1", 20 }},
	} {
		have, problems := ParseConfig("/etc/x.toml", []byte(test.have))
		if problems != nil {
			t.Fatal(problems)
		}
		want := have.clone()
		test.change(&want)
		got, err := edited("/etc/x.toml", []byte(test.have), have, &want)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if diff := cmp.Diff(test.want, string(got)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", test.name, diff)
		}
	}
}

// What stands so that lines cannot be changed is left alone, and said.
func TestEditedRefused(t *testing.T) {
	text := "mqtt = { brokers = [\"tcp://x:1\"] }\nstore = \"a\"\n"
	have, problems := ParseConfig("x.toml", []byte(text))
	if problems != nil {
		t.Fatal(problems)
	}
	want := have.clone()
	want.MQTT.Username = "pi"
	if got, err := edited("x.toml", []byte(text), have, &want); err == nil {
		t.Errorf("an inline table became\n%s", got)
	}
}

// FuzzEdited changes whatever is a configuration: it becomes what is wanted, or an error,
// and a second time nothing changes.
func FuzzEdited(f *testing.F) {
	f.Add(string(systemd.Configuration))
	f.Add(switchedOff.ReplaceAllString(string(systemd.Configuration), "$1"))
	f.Add("store = \"\"\"\n[mqtt]\n\"\"\"\n")
	f.Add("store = \"a\"\nbutton = [{slot = \"A1\", line = \"GPIO1\"}]\n\"language\" = 'zh'\nmqtt.brokers = []")
	f.Fuzz(func(t *testing.T, text string) {
		have, problems := ParseConfig("/x/x.toml", []byte(text))
		if problems != nil {
			return
		}
		want := have.clone()
		want.Store, want.Printers = "fuzz-1", nil
		b := ButtonConfig{Slot: "fuzz", Line: "fuzz"}
		b.setDefaults()
		want.Buttons = append(want.Buttons, b)
		once, err := edited("/x/x.toml", []byte(text), have, &want)
		if err != nil {
			return
		}
		now, problems := ParseConfig("/x/x.toml", once)
		if problems != nil || now.Store != "fuzz-1" {
			t.Fatalf("it became %v\n%s", problems, once)
		}
		twice, err := edited("/x/x.toml", once, now, &want)
		if err != nil || string(twice) != string(once) {
			t.Errorf("a second time: %v\n%s\nbecame\n%s", err, once, twice)
		}
	})
}
