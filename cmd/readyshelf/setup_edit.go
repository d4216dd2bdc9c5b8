package main

import (
	"cmp"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"

	"readyshelf/sensors/scale"
)

// edited is the text of a configuration that says want where it said have. It fails for
// a text that is written so that lines cannot be changed one by one.
func edited(file string, text []byte, have, want *Config) ([]byte, error) {
	c := readConfigText(text)
	c.shop(have, want)
	c.devices(have, want)
	c.broker(&have.MQTT, &want.MQTT)
	changed := c.bytes()
	if slices.Equal(c.unchanged(text), changed) {
		changed = text
	}
	got, problems := ParseConfig(file, changed)
	if len(problems) > 0 {
		return nil, problems
	}
	if what := difference(got, want); what != "" {
		return nil, fmt.Errorf("%s stands in %s in a way that only a person can change: change it there, and run this again", what, file)
	}
	return changed, nil
}

// unchanged is text as it would be written with no change.
func (c *configText) unchanged(text []byte) []byte { return readConfigText(text).bytes() }

// shop sets what belongs to the whole shop.
func (c *configText) shop(have, want *Config) {
	for _, s := range []struct{ key, have, want string }{
		{"store", have.Store, want.Store},
		{"timezone", zoneName(have), zoneName(want)},
		{"language", have.Language, want.Language},
		{"encoding", have.Encoding, want.Encoding},
	} {
		if s.have != s.want {
			c.setTable("", setting{s.key, tomlText(s.want)})
		}
	}
}

// zoneName is the time zone of a configuration, "" for the system's.
func zoneName(c *Config) string {
	if name := c.Timezone.String(); name != "Local" {
		return name
	}
	return ""
}

// A row is a table of a list: a device. name is the key by which it is known, which is
// among settings.
type row struct {
	name     string
	settings []setting
}

// devices sets the lists of devices.
func (c *configText) devices(have, want *Config) {
	c.list("printer", rows(have.Printers, PrinterConfig.row), rows(want.Printers, PrinterConfig.row))
	c.list("scale", rows(have.Scales, ScaleConfig.row), rows(want.Scales, ScaleConfig.row))
	c.list("button", rows(have.Buttons, ButtonConfig.row), rows(want.Buttons, ButtonConfig.row))
}

func rows[T any](all []T, of func(T) row) (rows []row) {
	for _, x := range all {
		rows = append(rows, of(x))
	}
	return rows
}

func (p PrinterConfig) row() row {
	mode := p.Mode
	if mode == usualTapMode {
		mode = SerialMode{}
	}
	return row{p.Name, []setting{
		{"name", tomlText(p.Name)}, {"listen", tomlText(p.Listen)}, {"forward", tomlText(p.Forward)}, {"serial", tomlText(p.Serial)},
		{"mode", tomlText(scale.Mode(mode).String())}, {"gadget", tomlText(p.Gadget)},
	}}
}

func (s ScaleConfig) row() row {
	var usual ScaleConfig
	usual.setDefaults()
	step := "" // as it is without the key
	if s.Step != usual.Step {
		step = tomlText(strconv.Itoa(int(s.Step)) + "g")
	}
	return row{s.Name, []setting{
		{"name", tomlText(s.Name)}, {"serial", tomlText(s.Serial)}, {"protocol", tomlText(s.Protocol)},
		{"mode", tomlText(scale.Mode(s.Mode).String())}, {"slot", tomlText(s.Slot)}, {"step", step},
	}}
}

func (b ButtonConfig) row() row {
	var usual ButtonConfig
	usual.setDefaults()
	active, debounce := "", "" // as it is without the keys
	if b.Active != usual.Active {
		active = tomlText(b.Active)
	}
	if b.Debounce != usual.Debounce {
		debounce = tomlText(shownDuration(b.Debounce))
	}
	return row{b.Slot, []setting{
		{"slot", tomlText(b.Slot)}, {"line", tomlText(b.Line)}, {"light", tomlText(b.Light)}, {"active", active}, {"debounce", debounce},
	}}
}

// list makes the tables of a name what they should be: those that stay keep their place.
func (c *configText) list(table string, have, want []row) {
	at := func(all []row, name string) int {
		return slices.IndexFunc(all, func(r row) bool { return r.name == name })
	}
	for _, w := range want {
		i := at(have, w.name)
		if i < 0 {
			continue
		}
		for j, s := range w.settings {
			if s != have[i].settings[j] {
				c.fill(table, i, s)
			}
		}
	}
	for i := len(have) - 1; i >= 0; i-- {
		if at(want, have[i].name) < 0 {
			c.remove(table, i)
		}
	}
	for _, w := range want {
		if at(have, w.name) < 0 {
			c.add(table, w.settings...)
		}
	}
}

// broker sets the way to the cloud.
func (c *configText) broker(have, want *MQTTConfig) {
	if was, is := urls(have.Brokers), urls(want.Brokers); !slices.Equal(was, is) {
		c.setTable("mqtt", setting{"brokers", tomlList(is)})
	}
	for _, s := range []struct{ key, have, want string }{
		{"username", have.Username, want.Username},
		{"password_file", have.PasswordFile, want.PasswordFile},
		{"ca_file", have.CAFile, want.CAFile},
	} {
		if s.have != s.want {
			c.setTable("mqtt", setting{s.key, tomlText(s.want)})
		}
	}
}

// urls are the addresses of brokers as the file has them.
func urls(all []*url.URL) []string {
	texts := make([]string, len(all))
	for i, u := range all {
		texts[i] = u.String()
	}
	return texts
}

// difference names what is not as it should be, "" if all is. The order of devices does
// not matter.
func difference(got, want *Config) string {
	a, b := reflect.ValueOf(got.inOrder()), reflect.ValueOf(want.inOrder())
	for i := range a.NumField() {
		key := a.Type().Field(i).Tag.Get("toml")
		if key == "timezone" && zoneName(got) == zoneName(want) {
			continue
		}
		if key != "" && !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			return key
		}
	}
	return ""
}

// inOrder is c with its devices sorted by their names.
func (c *Config) inOrder() Config {
	sorted := c.clone()
	slices.SortFunc(sorted.Printers, func(a, b PrinterConfig) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(sorted.Scales, func(a, b ScaleConfig) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(sorted.Buttons, func(a, b ButtonConfig) int { return cmp.Compare(a.Slot, b.Slot) })
	sorted.MQTT.Brokers = append([]*url.URL{}, sorted.MQTT.Brokers...)
	// None is none, whether there is a list or not.
	sorted.Printers = append([]PrinterConfig{}, sorted.Printers...)
	sorted.Scales = append([]ScaleConfig{}, sorted.Scales...)
	sorted.Buttons = append([]ButtonConfig{}, sorted.Buttons...)
	return sorted
}
