package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"readyshelf/board"
	"readyshelf/device"
	"readyshelf/kitchen"
	"readyshelf/kitchen/texts"
)

// known is what the other packages can do here, by the names that the file uses.
type known struct {
	protocols []string // of scales
	encodings []string // of tickets, code pages among them

	largestLog Bytes
}

// usualEncodings are those that a shop is likely to need.
var usualEncodings = []string{"gb18030", "big5", "shift-jis", "cp949", "cp437", "cp858", "cp1252", "utf8"}

// parseConfig is [ParseConfig] for what k knows.
func parseConfig(name string, data []byte, k known) (*Config, Problems) {
	b := binder{text: newSourceText(name, data), where: places{}, spoilt: map[string]bool{}}
	if len(data) > maxConfigSize {
		b.at(0, "", "this file is larger than 64 KiB, so it is no configuration", "name another file")
		return nil, b.problems
	}
	root, ok := readTOML(b.text, b.at)
	if !ok {
		return nil, b.problems
	}
	c := defaultConfig()
	b.table("", root, reflect.ValueOf(c).Elem())
	k.check(c, &b)
	b.semantics()
	if len(b.problems) > 0 {
		b.problems.sort()
		return nil, b.problems
	}
	c.file, c.where = name, b.where
	c.complete(filepath.Dir(name))
	return c, nil
}

// semantics adds what only the library finds, unless the line is known to be bad.
func (b *binder) semantics() {
	at, what, wrong := semantics(b.text)
	line := b.text.line(at)
	if wrong && !slices.ContainsFunc(b.problems, func(p Problem) bool { return p.Line == line }) {
		b.at(at, "", what, "keep one of the two")
	}
}

// checker looks at values that could be read, each on its own and all together.
type checker struct {
	*Config
	*binder
	known
}

func (k known) check(c *Config, b *binder) {
	ch := checker{c, b, k}
	ch.store()
	ch.printers()
	ch.scales()
	ch.buttons()
	ch.ocr()
	ch.numbers()
	ch.addresses()
	ch.board()
	ch.ports()
	ch.mqtt()
}

// bad reports that the value of key is wrong.
func (c *checker) bad(key, what, fix string) {
	if c.spoilt[key] {
		return
	}
	at := c.binder.where.of(key)
	c.problems = append(c.problems, Problem{
		File: c.text.name, Line: at.line, Column: at.column, Key: shownKey(key), What: what, Fix: fix,
	})
}

// oneOf checks that v is one of the words.
func (c *checker) oneOf(key, v string, words []string) {
	if fix, ok := oneOf(v, words); !ok {
		c.bad(key, fmt.Sprintf("there is no %q", v), fix)
	}
}

// encoding checks the name of an encoding. There are too many to name them all.
func (c *checker) encoding(key, v string) {
	if slices.Contains(c.encodings, v) {
		return
	}
	fix := "write one of " + strings.Join(usualEncodings, ", ") + ", or a code page like cp866"
	if near, ok := nearest(v, c.encodings); ok {
		fix = fmt.Sprintf("did you mean %s?", near)
	}
	c.bad(key, fmt.Sprintf("there is no encoding %q", v), fix)
}

// unique checks that nothing before has the same value, and notes where it is.
func (c *checker) unique(seen map[string]string, value, key, fix string) {
	if value == "" || c.spoilt[key] {
		return
	}
	if first, ok := seen[value]; ok {
		c.bad(key, fmt.Sprintf("%s in line %d is %q too", shownKey(first), c.binder.where.of(first).line, value), fix)
		return
	}
	seen[value] = key
}

func (c *checker) store() {
	switch {
	case c.Store == "":
		c.bad("store", "the store has no name", `add store = "my-store-01" at the top; it becomes part of the MQTT topics`)
	case c.Store == unnamed && len(c.MQTT.Brokers) > 0:
		c.bad("store", "with a broker the store needs a name of its own", `write store = "my-store-01"; it becomes part of the MQTT topics`)
	default:
		c.topicLevel("store", c.Store)
	}
	if c.Device != "" {
		c.topicLevel("device", c.Device)
	}
	c.oneOf("language", c.Language, board.Languages())
	if c.Texts.Language != "" {
		c.oneOf("texts.language", c.Texts.Language, append(texts.Languages(), textsOff))
	}
	c.oneOf("slots", c.SlotMode, []string{"assigned", "oldest"})
	c.encoding("encoding", c.Encoding)
	if c.Data == "" {
		c.bad("data", "there is no folder for the log", `write data = "/var/lib/readyshelf", or leave it out`)
	}
}

// topicLevel checks a name that becomes a level of MQTT topics.
func (c *checker) topicLevel(key, v string) {
	if v != "" && !isName(v) {
		c.bad(key, fmt.Sprintf("%q cannot be part of an MQTT topic", v), "use letters, digits, - and _ only, 64 at most")
	}
}

// isName says whether s can be a level of MQTT topics.
func isName(s string) bool {
	return s != "" && len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

// name checks a name that people read: of a printer, a scale, a slot.
func (c *checker) name(key, v string) {
	plain := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_' }
	if strings.ContainsFunc(v, func(r rune) bool { return !plain(r) }) || len(v) > 64 {
		c.bad(key, fmt.Sprintf("%q cannot be a name", v), "use letters, digits, - and _ only, 64 bytes at most")
	}
}

func (c *checker) printers() {
	names := map[string]string{}
	for i := range c.Printers {
		p, key := &c.Printers[i], fmt.Sprintf("printer[%d]", i)
		if p.Name == "" {
			c.bad(key+".name", "the printer has no name", `add name = "kitchen"`)
		}
		c.name(key+".name", p.Name)
		c.unique(names, p.Name, key+".name", "give each its own name")
		c.oneWayIn(key, p)
		c.forward(key+".forward", p)
		if p.Encoding != "" {
			c.encoding(key+".encoding", p.Encoding)
		}
		for number, page := range p.CodePages {
			elem := fmt.Sprintf("%s.code_pages.%d", key, number)
			if number < 0 || number > 255 {
				c.bad(elem, fmt.Sprintf("ESC t selects 0 to 255, not %d", number), "write the number that the printer's manual gives")
			} else {
				c.encoding(elem, page)
			}
		}
	}
}

// oneWayIn checks how the tickets of p come in.
func (c *checker) oneWayIn(key string, p *PrinterConfig) {
	var ways []string
	for _, way := range []struct{ key, value string }{
		{"listen", p.Listen}, {"serial", p.Serial}, {"gadget", p.Gadget},
	} {
		if way.value != "" || c.spoilt[key+"."+way.key] {
			ways = append(ways, way.key)
		}
	}
	switch {
	case len(ways) == 0:
		c.bad(key, "no ticket can come in here", `add listen = ":9100", serial = "/dev/serial/by-id/…" or gadget = "/dev/g_printer0"`)
	case len(ways) > 1:
		c.bad(key+"."+ways[1], fmt.Sprintf("this printer has %s already", ways[0]), "keep one, or make two printers of it")
	}
	for _, only := range []struct {
		key  string
		set  bool
		with string
	}{
		{"forward", p.Forward != "", "listen"},
		{"allow", len(p.Allow) > 0, "listen"},
		{"mode", p.Mode != SerialMode{}, "serial"},
	} {
		if only.set && !slices.Contains(ways, only.with) {
			c.bad(key+"."+only.key, "this means nothing without "+only.with, "take it away, or use "+only.with)
		}
	}
}

// forward checks where the printer is that p hands its jobs on to.
func (c *checker) forward(key string, p *PrinterConfig) {
	if p.Forward == "" {
		return
	}
	host, port, err := net.SplitHostPort(p.Forward)
	n, perr := strconv.Atoi(port)
	switch _, own, _ := net.SplitHostPort(p.Listen); {
	case err != nil || perr != nil || n < 1 || n > 65535 || anyHost(host) || strings.ContainsFunc(host, unicode.IsSpace):
		c.bad(key, fmt.Sprintf("%q is no address of a printer", p.Forward), `write its address and port: "192.168.1.50:9100"`)
	case port == own && isLoopback(host):
		c.bad(key, "this is the port that is listened on: a job would go round for ever", "write the address of the printer itself")
	}
}

// printerPorts are the TCP ports on which print jobs come in.
func (c *Config) printerPorts() []uint16 {
	var all []uint16
	for _, p := range c.Printers {
		all = append(all, portOf(p.Listen))
	}
	return all
}

// portOf is the port of an address, 0 where it has none.
func portOf(addr string) uint16 {
	_, port, err := net.SplitHostPort(addr)
	n, perr := strconv.ParseUint(port, 10, 16)
	if err != nil || perr != nil {
		return 0
	}
	return uint16(n)
}

// isLoopback says that host is this machine, as far as its name tells.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func (c *checker) scales() {
	names, slots := map[string]string{}, map[string]string{}
	for i := range c.Scales {
		s, key := &c.Scales[i], fmt.Sprintf("scale[%d]", i)
		if s.Name == "" {
			c.bad(key+".name", "the scale has no name", `add name = "shelf-a1"`)
		}
		c.name(key+".name", s.Name)
		c.unique(names, s.Name, key+".name", "give each its own name")
		c.name(key+".slot", s.Slot)
		c.unique(slots, s.Slot, key+".slot", "give each its own slot")
		if s.Serial == "" {
			c.bad(key+".serial", "the scale has no port", `add serial = "/dev/serial/by-id/…"; ls /dev/serial/by-id shows them`)
		}
		if s.Protocol == "" {
			c.bad(key+".protocol", "the scale has no protocol", "add one of "+strings.Join(c.protocols, ", "))
		} else {
			c.oneOf(key+".protocol", s.Protocol, c.protocols)
		}
		if s.Step <= 0 {
			c.bad(key+".step", "every change would count", `write the smallest change that means something: "20g"`)
		}
	}
}

func (c *checker) buttons() {
	slots, lines := map[string]string{}, map[string]string{}
	for i := range c.Buttons {
		b, key := &c.Buttons[i], fmt.Sprintf("button[%d]", i)
		if b.Slot == "" {
			c.bad(key+".slot", "the button has no slot", `add slot = "A1"`)
		}
		c.name(key+".slot", b.Slot)
		c.unique(slots, b.Slot, key+".slot", "give each its own slot")
		if b.Line == "" {
			c.bad(key+".line", "the button is on no line", `add line = "GPIO17"`)
		}
		for _, pin := range []struct{ key, name string }{{".line", b.Line}, {".light", b.Light}} {
			c.unique(lines, c.pin(key+pin.key, pin.name), key+pin.key, "give each its own line")
		}
		if b.Debounce <= 0 || b.Debounce >= kitchen.HoldTime {
			c.bad(key+".debounce", "no press could be told from a bounce",
				fmt.Sprintf(`write a time above 0 and below %s: "25ms"`, kitchen.HoldTime))
		}
		c.oneOf(key+".active", b.Active, []string{"low", "high"})
	}
}

// numbers checks what must be more than nothing.
func (c *checker) numbers() {
	for _, d := range []struct {
		key string
		v   time.Duration
	}{
		{"alert.prediction_window", c.Alert.PredictionWindow},
		{"alert.courier_travel", c.Alert.CourierTravel},
		{"alert.retry_interval", c.Alert.RetryInterval},
		{"alert.waiting_after", c.Alert.WaitingAfter},
		{"alert.default_promise", c.Alert.DefaultPromise},
	} {
		if d.v <= 0 {
			c.bad(d.key, fmt.Sprintf("%s is no time to wait", d.v), "write a duration above 0")
		}
	}
	if c.Log.Keep < 0 {
		c.bad("log.keep", fmt.Sprintf("%s is no time to keep anything", c.Log.Keep), `write a duration, or "0s" for no history; "720h" is usual`)
	}
	if c.Log.MaxSize > c.largestLog {
		c.bad("log.max_size", fmt.Sprintf("%s is more than a log can have on this system", c.Log.MaxSize), fmt.Sprintf(`write %s or less; "64MiB" is usual`, c.largestLog))
	}
	if c.Log.MaxSize < minLogSize {
		c.bad("log.max_size", fmt.Sprintf("%d bytes are too few for a log", c.Log.MaxSize), `write 4MiB or more; "64MiB" is usual`)
	}
}

// minLogSize leaves room for a day's orders, and for the old and the new checkpoint
// of the state, of some 200 KB each, while one replaces the other.
const minLogSize = 4 << 20

// addresses checks the TCP addresses that we listen on.
func (c *checker) addresses() {
	type address struct{ key, host, port string }
	var all []address
	check := func(key, v string) {
		if v == "" || c.spoilt[key] {
			return
		}
		host, port, err := net.SplitHostPort(v)
		if n, perr := strconv.Atoi(port); err != nil || perr != nil || n < 0 || n > 65535 {
			c.bad(key, fmt.Sprintf("%q is no address to listen on", v), `write a port like ":9100", or "127.0.0.1:8080"`)
			return
		}
		for _, a := range all {
			if a.port == port && port != "0" && (a.host == host || anyHost(a.host) || anyHost(host)) {
				c.bad(key, fmt.Sprintf("%s in line %d listens on port %s too", shownKey(a.key), c.binder.where.of(a.key).line, port),
					"give each its own port")
				return
			}
		}
		all = append(all, address{key, host, port})
	}
	for i, p := range c.Printers {
		check(fmt.Sprintf("printer[%d].listen", i), p.Listen)
	}
	check("board.listen", c.Board.Listen)
	check("metrics.listen", c.Metrics.Listen)
}

var hostNameRE = regexp.MustCompile(`^([A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$`)

// board checks who may ask for the kitchen's page, and how.
func (c *checker) board() {
	for i, name := range c.Board.Names {
		if len(name) > 253 || !hostNameRE.MatchString(name) {
			c.bad(fmt.Sprintf("board.names[%d]", i), fmt.Sprintf("%q is no host name", name), `write the name alone, as "board.example"`)
		}
	}
	if t := c.Board.Title; utf8.RuneCountInString(t) > maxTitle || strings.ContainsFunc(t, func(r rune) bool { return !unicode.IsPrint(r) }) {
		c.bad("board.title", "this is no title for a page", fmt.Sprintf("write a line of %d characters at most", maxTitle))
	}
	c.pair("board", c.Board.CertFile, c.Board.KeyFile)
	c.stations()
}

// maxTitle is how many characters fit beside the other things at the top of a page.
const maxTitle = 40

// maxStation is how many characters of a station's name fit on a button.
const maxStation = 20

// stations checks that each has a name and a dish.
func (c *checker) stations() {
	seen := map[string]string{}
	for i, s := range c.Board.Stations {
		key := fmt.Sprintf("board.station[%d]", i)
		if n := utf8.RuneCountInString(s.Name); n == 0 || n > maxStation || strings.ContainsFunc(s.Name, func(r rune) bool { return !unicode.IsPrint(r) }) {
			c.bad(key+".name", "this is no name for a station", fmt.Sprintf(`write one of %d characters at most, as name = "wok"`, maxStation))
		}
		c.unique(seen, s.Name, key+".name", "give each station its own")
		if len(s.Dishes) == 0 {
			c.bad(key+".dishes", "no dish is made there", `write parts of their names, as dishes = ["burger", "steak"]`)
		}
		for j, part := range s.Dishes {
			if strings.TrimSpace(part) == "" {
				c.bad(fmt.Sprintf("%s.dishes[%d]", key, j), "every dish has that in its name", "write a part of a dish's name")
			}
		}
	}
}

// pair checks that a certificate and its key are both named or neither.
func (c *checker) pair(table, cert, key string) {
	if cert != "" && key == "" {
		c.bad(table+".cert_file", "the certificate has no key", "add key_file")
	}
	if key != "" && cert == "" {
		c.bad(table+".key_file", "the key has no certificate", "add cert_file")
	}
}

func anyHost(host string) bool { return host == "" || host == "0.0.0.0" || host == "::" }

// ports checks the serial ports of printers and scales.
func (c *checker) ports() {
	seen := map[string]string{}
	check := func(key, v string) {
		if v != "" && !filepath.IsAbs(v) {
			c.bad(key, fmt.Sprintf("%q is no path of a port", v), "write the whole path; ls /dev/serial/by-id shows them")
		}
		var wrong *device.Error
		if errors.As(device.CheckSerialPath(v), &wrong) {
			c.bad(key, wrong.Err.Error(), wrong.Hint)
		}
		c.unique(seen, v, key, "give each its own port")
	}
	for i, p := range c.Printers {
		check(fmt.Sprintf("printer[%d].serial", i), p.Serial)
		key := fmt.Sprintf("printer[%d].gadget", i)
		if p.Gadget != "" && !strings.HasPrefix(p.Gadget, "/dev/g_printer") {
			c.bad(key, fmt.Sprintf("%q is no USB printer that this machine can be", p.Gadget), `write gadget = "/dev/g_printer0"`)
		}
		c.unique(seen, p.Gadget, key, "give each its own")
	}
	for i, s := range c.Scales {
		check(fmt.Sprintf("scale[%d].serial", i), s.Serial)
	}
}
