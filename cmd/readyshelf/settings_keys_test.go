package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"readyshelf/kitchen"
	"readyshelf/systemd"
)

// Every setting has a field in the configuration, its default is shown as the file would
// have it, and the file that is shipped has it as a remark.
func TestSettables(t *testing.T) {
	usual := defaultConfig()
	for _, s := range settables {
		value := s.shownIn(usual)
		if value == "<nil>" {
			t.Fatalf("there is no key %s", s.key)
		}
		if s.key == "board.title" || s.key == "texts.language" {
			value = map[string]string{"board.title": "王记 \"#1\"", "texts.language": textsOff}[s.key]
		}
		out, c, err := withSettings("x.toml", systemd.Configuration, map[string]string{s.key: value})
		if err != nil {
			t.Errorf("%s = %s: %v", s.key, value, err)
			continue
		}
		if got := s.shownIn(c); got != value {
			t.Errorf("%s: set %q, got %q", s.key, value, got)
		}
		diff := changedLines(strings.Split(string(systemd.Configuration), "\n"), strings.Split(string(out), "\n"))
		_, name := s.place()
		if n := len(diff); n < 1 || n > 2 || !strings.HasPrefix(diff[n-1], "+ "+name) {
			t.Errorf("%s: got %q", s.key, diff)
		}
	}
}

const remarked = `# The shop.
store = "s" # its name
language = "en"   # of the pages
slots	=	'oldest'

[[printer]]
name = "kitchen"
listen = ":9100"

[alert]
confidence_threshold = 0.7 # was too early
waiting_after = "5m"
# the end
`

func TestWithSettings(t *testing.T) {
	for _, test := range []struct {
		name   string
		values map[string]string
		want   func(string) string
	}{
		{"nothing", nil, func(s string) string { return s }},
		{"the same", map[string]string{"language": "en", "slots": "oldest"}, func(s string) string { return s }},
		{"a word", map[string]string{"language": "zh"}, func(s string) string {
			return strings.Replace(s, `"en"   #`, `"zh"   #`, 1)
		}},
		{"a number with a remark", map[string]string{"alert.confidence_threshold": "auto"}, func(s string) string {
			return strings.Replace(s, "0.7 #", `"auto" #`, 1)
		}},
		{"a default", map[string]string{"alert.waiting_after": ""}, func(s string) string {
			return strings.Replace(s, "waiting_after", "#waiting_after", 1)
		}},
		{"two new ones", map[string]string{"alert.default_promise": "20m", "alert.courier_travel": "8m"}, func(s string) string {
			return strings.Replace(s, "\n# the end", "\ncourier_travel = \"8m\"\ndefault_promise = \"20m\"\n# the end", 1)
		}},
		{"a new table", map[string]string{"board.title": "Wang's"}, func(s string) string { return s + "\n[board]\ntitle = \"Wang's\"\n" }},
	} {
		out, _, err := withSettings("x.toml", []byte(remarked), test.values)
		if err != nil || string(out) != test.want(remarked) {
			t.Errorf("%s: got %v\n%s", test.name, err, out)
		}
	}
}

func TestWithSettingsRefuses(t *testing.T) {
	for _, test := range []struct {
		text, key, value, want string
	}{
		{remarked, "language", "fr", `there is no "fr"`},
		{remarked, "alert.waiting_after", "soon", "is no duration"},
		{remarked, "alert.waiting_after", "-5m", "no time to wait"},
		{remarked, "alert.confidence_threshold", "2", "no probability"},
		{remarked, "alert.confidence_threshold", "NaN", "should be a number"},
		{remarked, "alert.food_wait_price", "0x1p3", "should be a number"},
		{remarked, "alert.food_wait_price", "1000", "no such price"},
		{remarked, "board.title", strings.Repeat("王", 41), "no title"},
		{remarked, "board.title", "a\nb", "no title"},
		{remarked, "store", "t", "may not set"},
		{remarked, "mqtt.password_file", "/etc/shadow", "may not set"},
		{remarked, "printer[0].listen", ":1", "may not set"},
		{remarked, "", "x", "may not set"},
		{remarked, "language", strings.Repeat("x", maxSetting+1), "may not set"},
		{"alert = {waiting_after = \"5m\"}\nstore = \"s\"\n", "alert.waiting_after", "6m", "twice"},
		{"store = \"s\"\nalert.waiting_after = \"5m\"\n", "alert.waiting_after", "6m", ""},
		{"stor = 1", "language", "en", "broken already"},
	} {
		_, c, err := withSettings("x.toml", []byte(test.text), map[string]string{test.key: test.value})
		if err == nil || c != nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s = %.20q: got %v, want %q", test.key, test.value, err, test.want)
		}
	}
}

// Whatever stands in a file, and whatever is asked for: an error, or a file that says what
// was asked for, where everything else and every remark is what and where it was.
func FuzzWithSettings(f *testing.F) {
	f.Add(remarked, uint8(1), "en")
	f.Add(string(systemd.Configuration), uint8(4), "auto")
	f.Add("store='s'\r\n[alert]\r\nwaiting_after='1m'#x\r\n", uint8(7), "2m")
	f.Add("store='s'\n[alert]\nwaiting_after='''\n1m'''\n", uint8(7), "2m")
	f.Add("store='s'\n#[alert]\n#waiting_after='1m'", uint8(7), "2m")
	f.Add("store='s'\n[board]\ntitle=\"a]\\\"#[\" # x\n", uint8(0), "\"]\n[mqtt]\npassword_file='/x'\n")
	f.Fuzz(func(t *testing.T, text string, which uint8, value string) {
		s := settables[int(which)%len(settables)]
		before, problems := ParseConfig("x.toml", []byte(text))
		out, c, err := withSettings("x.toml", []byte(text), map[string]string{s.key: value})
		if err != nil {
			return
		}
		if len(problems) > 0 {
			t.Fatal("a broken file was changed")
		}
		was, is := settingsIn([]byte(text)), settingsIn(out)
		if was[s.key] = value; value == "" {
			delete(was, s.key)
		}
		if !reflect.DeepEqual(was, is) {
			t.Errorf("%s = %q: got %v, want %v", s.key, value, is, was)
		}
		if key := difference(before.unsettled(), c.unsettled()); key != "" {
			t.Errorf("%s = %q changes %s", s.key, value, key)
		}
		again, _, err := withSettings("x.toml", out, map[string]string{s.key: value})
		if err != nil || string(again) != string(out) {
			t.Errorf("the same again: %v\n%s\n%s", err, out, again)
		}
	})
}

// The page has a word for each setting, in each language.
func TestSettablesHaveWords(t *testing.T) {
	for _, language := range []string{"zh", "en"} {
		words, err := os.ReadFile("../../board/web/words/" + language + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, s := range settables {
			keys = append(keys, "key."+s.key, "hint."+s.key)
			if s.restart != "" {
				keys = append(keys, "why."+s.restart)
			}
			for _, c := range s.choices {
				if c == "" {
					c = "same"
				}
				keys = append(keys, "choice."+c)
			}
		}
		for _, e := range exampleAlerts(kitchen.Stamp{}) {
			keys = append(keys, "alert."+string(e.Alert.Type))
		}
		for _, key := range keys {
			if !strings.Contains(string(words), fmt.Sprintf("\n  %q: ", "settings."+key)) {
				t.Errorf("%s has no words for settings.%s", language, key)
			}
		}
		for line := range strings.Lines(string(words)) {
			key, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), `"settings.`), `"`)
			for _, kind := range []string{"key.", "hint.", "choice.", "alert.", "why."} {
				if strings.HasPrefix(key, kind) && !slices.Contains(keys, key) {
					t.Errorf("nobody asks for settings.%s", key)
				}
			}
		}
	}
}

func TestUnsettableIsNamed(t *testing.T) {
	_, _, err := withSettings("x.toml", []byte(remarked), map[string]string{"data": "/"})
	if !errors.Is(err, errUnsettable) {
		t.Errorf("got %v", err)
	}
}
