package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestConfigPositions checks where problems are said to be, and that a syntax
// error is told in plain words.
func TestConfigPositions(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"after a dotted key", "alert.prediction_window = 5", "1:27: alert.prediction_window: this is a number"},
		{"with blanks in the key", "alert . 'prediction_window'\t=\t5", "1:31: alert.prediction_window: this is a number"},
		{"a quoted key with =", `"a=b" = 1`, "1:1: a=b: there is no such key"},
		{"an unknown key after a dot", "alert.window = 1", "1:7: alert.window: there is no such key; it belongs in [mqtt]"},
		{"of a list", `mqtt.commands =  5`, "1:18: mqtt.commands: this is a number and should be a list; write [ ] around it"},
		{"a list instead of text", `"language" = ["en"]`, "1:14: language: this is a list"},
		{"in a list over lines", "mqtt.commands = [\n  'ping', # yes\n  'pong',\n]", "3:3: mqtt.commands: there is no \"pong\"; did you mean ping?"},
		{"a list in a list", `mqtt.commands = [ [1] ]`, "1:17: mqtt.commands: this is a list and should be text"},
		{"in an inline table", `mqtt = { window = 'x' }`, "1:19: mqtt.window: this is text"},
		{"unknown in an inline table", `mqtt = { windwo = 1 }`, "1:10: mqtt.windwo: there is no such key; did you mean window?"},
		{"inline tables in a list", `printer = [ { name = "a", listen = ":1" }, { name = "b", listen = ":1" } ]`, "1:67: printer.listen: printer.listen in line 1 listens on port 1 too"},
		{"missing in an inline table", `printer = [ { listen = ":1" } ]`, "1:13: printer.name: the printer has no name"},
		{"in the last table of an array", "[[button]]\nslot='a'\nline='GPIO1'\n[[button]]\nslot='b'\nline='GPIO2'\nactive='up'", "7:8: button.active: there is no \"up\""},
		{"in a table of an array's table", "[[printer]]\nname='a'\nlisten=':1'\n[printer.code_pages]\n7 = 'x'", "5:5: printer.code_pages.7: there is no encoding"},
		{"characters before it", `mqtt = { username = "厨房", windwo = 1 }`, "1:27: mqtt.windwo"},
		{"with a byte order mark", "\ufeffslots = 1", "1:9: slots: this is a number"},
		{"with Windows line ends", "# a\r\nslots = 1\r\n", "2:9: slots: this is a number"},
		{"one table instead of several", "[printer]\nname = 'a'", "1:2: printer: this is a single table; there may be several of them: begin each with [[printer]]"},
		{"several tables instead of one", "[[alert]]", "1:3: alert: this is a list of tables and should be a table"},
		{"a value instead of a table", "alert = 5", "1:9: alert: this is a number and should be a table: write its keys below [alert]"},
		{"a key on a value", "language.x = 'a'\nlanguage = 'en'", "2:1: language: this is set twice, first in line 1"},
		{"a table on a value", "language = 'en'\n[language.x]\ny = 1", "2:2: language: line 1 sets this as a single value; keep one of the two"},
		{"a table twice", "[alert]\n[log]\n[alert]", "3:2: alert: this table is there twice"},
		{"a table on an inline table", "mqtt = { window = 1 }\n[mqtt]\nwindow = 2", "3:1: mqtt.window: this is set twice, first in line 1"},
		{"an inline table extended", "mqtt = { window = 1 }\n[mqtt.oauth2]\nscopes = []", "2:2: key mqtt already exists as a value; keep one of the two"},
		{"a key at the wrong place", "[[scale]]\nlanguage = 'en'", "2:1: scale.language: there is no such key; it belongs at the top of the file"},
		{"a key of several tables", "host = 1\nlisten = ':1'", "2:1: listen: there is no such key; it belongs in [[printer]] or [board] or [metrics]"},
		{"a number beyond int64", "mqtt.window = 99999999999999999999", "1:15: mqtt.window: this number is far too large"},
		{"an impossible date", "slots = 2026-13-45", "1:9: slots: this is a date and should be text"},

		{"no quotes", "slots = assigned", "1:9: a value cannot begin like this; put text in quotes"},
		{"no quotes, true to a keyword", "slots = full", "1:9: a value cannot begin like this; put text in quotes"},
		{"no quotes behind a number", "alert.retry_interval = 30s", "1:26: a number with letters behind it must stand in quotes"},
		{"an open quote", "slots = \"assigned\nlanguage = 'zh'", "1:18: the text has no closing quote"},
		{"quotes of a text processor", "slots = “assigned”", "1:9: this is no plain quotation mark"},
		{"two in a line", "slots = 'oldest'; language = 'zh'", "1:17: something follows on the same line"},
		{"no =", "slots 'oldest'", "1:7: there is no = after the key"},
		{"a full-width =", "slots ＝ 'oldest'", "1:7: ＝ is a full-width character; write = as on an English keyboard"},
		{"no value", "slots =\nlanguage = 'zh'", "1:8: a value cannot begin like this"},
		{"nothing after =", "slots =", "1:7: the value is missing"},
		{"an open list", "mqtt.commands = [\n'ping'\n", "2:7: a list is never closed"},
		{"no comma", "mqtt.commands = ['ping' 'ack']", "1:25: two values of a list have nothing between them"},
		{"an open table", "[alert\n", "1:7: the name of the table is not closed"},
		{"another program's remark", "// remark", "1:1: a key cannot begin like this"},
		{"a backslash", `data = "C:\shelf"`, `1:11: a \ in quotes begins a special character`},
		{"no UTF-8", "store = '\xc9\xcf'", "1:10: this byte is no UTF-8 text; save the file as UTF-8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, problems := parseConfig("f", []byte(test.text), testKnown)
			for _, line := range strings.Split(problems.Error(), "\n") {
				if strings.HasPrefix(line, "f:"+test.want) {
					return
				}
			}
			t.Errorf("problems:\n%v\nwant one with f:%s", problems, test.want)
		})
	}
}

// TestConfigSyntaxAlone checks that a file which is no TOML is told of that only:
// what follows from half a file would mislead.
func TestConfigSyntaxAlone(t *testing.T) {
	_, problems := parseConfig("f", []byte("languag = 'zh'\nslots = [\n"), testKnown)
	if len(problems) != 1 {
		t.Errorf("%d problems, want 1:\n%v", len(problems), problems)
	}
}

func TestSourceTextPosition(t *testing.T) {
	text := newSourceText("f", []byte("ab\n厨c\n\nd"))
	var got [][2]int
	for at := range len(text.data) + 2 {
		line, column := text.position(at)
		got = append(got, [2]int{line, column})
	}
	want := [][2]int{{1, 1}, {1, 2}, {1, 3}, {2, 1}, {2, 1}, {2, 1}, {2, 2}, {2, 3}, {3, 1}, {4, 1}, {4, 2}, {4, 2}}
	// Inside 厨 the bytes before it are no character yet and count one each.
	want[4], want[5] = [2]int{2, 2}, [2]int{2, 3}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("positions (-want +got):\n%s", diff)
	}
}

func FuzzParseConfig(f *testing.F) {
	for _, name := range []string{"broken.toml", "full.toml"} {
		f.Add(readTestdata(f, name))
	}
	for _, s := range []string{
		"", "store = 's'", "\ufeffstore='s'", "a.'b=\"c'.d = [[{e=1}],{}]", "[a]\n[[a.b]]\n[a.b.c]\nd=1", "[[printer]]\n[printer]",
		"printer.name = 1\n[[printer]]", "\"\\\"=\" = []", "mqtt.brokers=['://', 'tcp://[::1', 'tcp://[::1]:x']", "[printer.code_pages]\n-1='a'",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, problems := parseConfig("f", data, testKnown)
		if (c == nil) != (len(problems) > 0) {
			t.Fatalf("a configuration %t with %d problems", c != nil, len(problems))
		}
		lines := strings.Split(string(data), "\n")
		for i, p := range problems {
			if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Column > len(lines[p.Line-1])+1 {
				t.Errorf("problem outside the file: %v", p)
			}
			if p.What == "" {
				t.Errorf("problem without words: %v", p)
			}
			if i > 0 && p.Line < problems[i-1].Line {
				t.Errorf("problem in the wrong order: %v", p)
			}
		}
	})
}
