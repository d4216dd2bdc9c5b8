package main

import (
	"fmt"
	"math"
	"net/netip"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2/unstable"

	"readyshelf/kitchen"
	"readyshelf/sensors/scale"
)

// TimeOfDay is a time of day as the time since midnight.
type TimeOfDay time.Duration

// Duration is the time since midnight.
func (t TimeOfDay) Duration() time.Duration { return time.Duration(t) }

// Bytes is a size.
type Bytes int64

// Confidence is a probability in (0, 1]; 0 means "auto".
type Confidence float64

// Price is what something is worth, above 0.
type Price float64

// SerialMode is how a serial line is set. The zero SerialMode is not set.
type SerialMode struct {
	Baud, DataBits int
	Parity         byte // 'N', 'E' or 'O'
	StopBits       int
}

// mistake is what is wrong with a value, and how to mend it.
type mistake struct{ what, fix string }

// scalar reads a single value.
type scalar func(*tomlNode) (any, *mistake)

// scalars reads the types that are one value in the file.
var scalars = map[reflect.Type]scalar{
	reflect.TypeFor[string]():     readText,
	reflect.TypeFor[int]():        readInt,
	reflect.TypeFor[Confidence](): readConfidence,
	reflect.TypeFor[Price]():      readPrice,
	reflect.TypeFor[Bytes]():      readBytes,
	reflect.TypeFor[*url.URL]():   readBroker,
	reflect.TypeFor[time.Duration](): quoted(parseDuration, "duration",
		`write a number with a unit: "30s", "15m", "12h", "30d"`),
	reflect.TypeFor[TimeOfDay](): quoted(parseTimeOfDay, "time of day",
		`write hours and minutes: "04:00"`),
	reflect.TypeFor[kitchen.Grams](): quoted(parseGrams, "weight in whole grams",
		`write a number with a unit: "20g" or "0.02kg"`),
	reflect.TypeFor[SerialMode](): quoted(parseSerialMode, "setting of a serial line",
		`write baud rate, data bits, parity and stop bits: "9600 8N1"`),
	reflect.TypeFor[*time.Location](): quoted(parseTimezone, "time zone",
		`write one like "Asia/Shanghai"; timedatectl list-timezones names them all`),
	reflect.TypeFor[netip.Prefix](): quoted(parsePrefix, "network",
		`write one like "192.168.1.0/24", or a single address`),
}

// kindNames says what stands there, in plain words.
var kindNames = map[unstable.Kind]string{
	unstable.String:        "text",
	unstable.Bool:          "true or false",
	unstable.Float:         "a number",
	unstable.Integer:       "a number",
	unstable.LocalDate:     "a date",
	unstable.LocalTime:     "a time",
	unstable.LocalDateTime: "a date",
	unstable.DateTime:      "a date",
	unstable.Array:         "a list",
	unstable.InlineTable:   "a table",
	unstable.Table:         "a table",
	unstable.ArrayTable:    "a list of tables",
}

// source is n about as the file has it.
func (n *tomlNode) source() string {
	if n.kind == unstable.String {
		return strconv.Quote(n.text)
	}
	return n.text
}

// wrongKind says that n should be something else.
func wrongKind(n *tomlNode, want string, fix ...string) *mistake {
	return &mistake{
		what: fmt.Sprintf("this is %s and should be %s", kindNames[n.kind], want),
		fix:  strings.Join(fix, ", "),
	}
}

func readText(n *tomlNode) (any, *mistake) {
	switch n.kind {
	case unstable.String:
		return n.text, nil
	case unstable.Array, unstable.InlineTable, unstable.Table, unstable.ArrayTable:
		return nil, wrongKind(n, "text", `write "…"`)
	}
	return nil, wrongKind(n, "text", "write "+strconv.Quote(n.text))
}

func readInt(n *tomlNode) (any, *mistake) {
	if n.kind != unstable.Integer {
		return nil, wrongKind(n, "a whole number", "write it without quotes and without a point")
	}
	v, err := strconv.ParseInt(n.text, 0, 32)
	if err != nil {
		return nil, &mistake{"this number is far too large", "write a smaller one"}
	}
	return int(v), nil
}

func readConfidence(n *tomlNode) (any, *mistake) {
	switch {
	case n.kind == unstable.String && n.text == "auto":
		return Confidence(0), nil
	case n.kind != unstable.Float && n.kind != unstable.Integer:
		return nil, wrongKind(n, `a number or "auto"`, "write a number like 0.85, without quotes")
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(n.text, "_", ""), 64)
	if err != nil || !(v > 0 && v <= 1) {
		return nil, &mistake{fmt.Sprintf("%s is no probability", n.text), "write a number above 0 and up to 1, like 0.85"}
	}
	return Confidence(v), nil
}

// dearest bounds a price: beyond it one of the two waits no longer counts.
const dearest = 100

func readPrice(n *tomlNode) (any, *mistake) {
	if n.kind != unstable.Float && n.kind != unstable.Integer {
		return nil, wrongKind(n, "a number", "write a number like 1 or 0.5, without quotes")
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(n.text, "_", ""), 64)
	if err != nil || !(v >= 1.0/dearest && v <= dearest) {
		return nil, &mistake{fmt.Sprintf("%s is no such price", n.text), "write a number from 0.01 to 100; 1 is usual"}
	}
	return Price(v), nil
}

func readBytes(n *tomlNode) (any, *mistake) {
	if n.kind == unstable.Integer || n.kind == unstable.String {
		if v, ok := parseBytes(strings.ReplaceAll(n.text, "_", "")); ok {
			return v, nil
		}
	}
	return nil, &mistake{fmt.Sprintf("%s is no size", n.source()), `write a whole number with a unit: "64MiB"`}
}

// quoted reads a value that stands in quotes and is a noun; hint says how one is
// written.
func quoted[T any](parse func(string) (T, bool), noun, hint string) scalar {
	return func(n *tomlNode) (any, *mistake) {
		if n.kind != unstable.String {
			return nil, wrongKind(n, "a "+noun+" in quotes", hint)
		}
		v, ok := parse(n.text)
		if !ok {
			return nil, &mistake{fmt.Sprintf("%q is no %s", n.text, noun), hint}
		}
		return v, nil
	}
}

var sizePattern = regexp.MustCompile(`^(\d+) ?(B|[kKMG]B|[KMG]iB|)$`)

// sizeUnits are the units of sizes in bytes.
var sizeUnits = map[string]int64{
	"": 1, "B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
}

// parseBytes reads "64MiB", "64MB" or a plain number of bytes.
func parseBytes(s string) (Bytes, bool) {
	m := sizePattern.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	v, err := strconv.ParseInt(m[1], 10, 64)
	if unit := sizeUnits[m[2]]; err == nil && v <= math.MaxInt64/unit {
		return Bytes(v * unit), true
	}
	return 0, false
}

var durationPattern = regexp.MustCompile(`^(?:(\d{1,5})d)?(.*)$`)

// parseDuration reads Go's durations, and days before them: "30d", "1d12h".
func parseDuration(s string) (time.Duration, bool) {
	m := durationPattern.FindStringSubmatch(s)
	if s == "" || m == nil {
		return 0, false
	}
	var days, rest time.Duration
	if m[1] != "" {
		n, _ := strconv.Atoi(m[1]) // the pattern lets five digits pass
		days = time.Duration(n) * 24 * time.Hour
	}
	if m[2] != "" {
		var err error
		if rest, err = time.ParseDuration(m[2]); err != nil {
			return 0, false
		}
	}
	if m[1] != "" && (rest < 0 || rest > math.MaxInt64-days) {
		return 0, false
	}
	return days + rest, true
}

func parseTimeOfDay(s string) (TimeOfDay, bool) {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("04:00") {
		return 0, false
	}
	return TimeOfDay(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute), true
}

var weightPattern = regexp.MustCompile(`^(\d{1,9})(?:\.(\d{1,3}))? ?(g|kg)$`)

// parseGrams reads a weight in whole grams, "20g" or "0.02kg".
func parseGrams(s string) (kitchen.Grams, bool) {
	m := weightPattern.FindStringSubmatch(s)
	if m == nil || m[3] == "g" && m[2] != "" {
		return 0, false
	}
	digits := m[1]
	if m[3] == "kg" {
		digits += (m[2] + "000")[:3]
	}
	v, err := strconv.ParseInt(digits, 10, 32)
	return kitchen.Grams(v), err == nil
}

// parseSerialMode reads "9600 8N1"; the empty string is the zero SerialMode.
func parseSerialMode(s string) (SerialMode, bool) {
	if s == "" {
		return SerialMode{}, true
	}
	m, err := scale.ParseMode(s)
	return SerialMode(m), err == nil
}

func parseTimezone(s string) (*time.Location, bool) {
	if s == "" {
		return time.Local, true
	}
	loc, err := time.LoadLocation(s)
	return loc, err == nil
}

// parsePrefix reads a network, or a single address as one.
func parsePrefix(s string) (netip.Prefix, bool) {
	if addr, err := netip.ParseAddr(s); err == nil && addr.Zone() == "" {
		return netip.PrefixFrom(addr, addr.BitLen()), true
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err == nil
}

// brokerPorts are the ports of brokers that the file gives none for.
var brokerPorts = map[string]string{"tcp": "1883", "tls": "8883", "ws": "80", "wss": "443"}

// brokerSchemes are what other programs call the schemes.
var brokerSchemes = map[string]string{
	"mqtt": "tcp", "mqtts": "tls", "ssl": "tls", "tcps": "tls", "http": "ws", "https": "wss",
}

// readBroker reads the address of a broker and gives it a port. What it says
// never repeats the address: people put passwords into it.
func readBroker(n *tomlNode) (any, *mistake) {
	const example = `write one like "tls://broker.example:8883"`
	if n.kind != unstable.String {
		return nil, wrongKind(n, "the address of a broker in quotes", example)
	}
	u, err := url.Parse(n.text)
	if err != nil || u.Scheme == "" || u.Hostname() == "" {
		return nil, &mistake{"this is no address of a broker", example}
	}
	port, ok := brokerPorts[u.Scheme]
	if !ok {
		if ours, ok := brokerSchemes[u.Scheme]; ok {
			return nil, &mistake{fmt.Sprintf("%s:// is called %s:// here", u.Scheme, ours), "write " + ours + "://" + u.Host}
		}
		return nil, &mistake{fmt.Sprintf("%s:// is no way to a broker", u.Scheme), "write tcp:// or tls://"}
	}
	if u.User != nil {
		return nil, &mistake{"an address must not hold a name or a password", "use username and password_file"}
	}
	if u.Scheme == "tcp" || u.Scheme == "tls" {
		if u.Path = strings.TrimSuffix(u.Path, "/"); u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
			return nil, &mistake{"this says more than a host and a port", example}
		}
	}
	if u.Port() == "" {
		u.Host = strings.TrimSuffix(u.Host, ":") + ":" + port
	}
	if p, err := strconv.Atoi(u.Port()); err != nil || p < 1 || p > 65535 {
		return nil, &mistake{fmt.Sprintf("%s is no port", u.Port()), "write a number from 1 to 65535"}
	}
	return u, nil
}
