package main

import (
	"cmp"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a slim image has no zone files

	"readyshelf/kitchen"
)

// Config is the whole configuration as read from the file: checked, with every
// default filled in. The toml tags are the keys, and the only ones there are.
//
// An empty string in the file means the same as a key that is not there.
type Config struct {
	// Store and Device are levels of the MQTT topics. Device is empty unless the
	// file names it: the caller then takes the board's serial number.
	Store  string `toml:"store"`
	Device string `toml:"device"`
	// Timezone is the system's unless the file names one.
	Timezone *time.Location `toml:"timezone"`
	DayStart TimeOfDay      `toml:"day_start"`
	Language string         `toml:"language"` // zh or en
	Encoding string         `toml:"encoding"` // of tickets
	SlotMode string         `toml:"slots"`    // assigned or oldest
	Data     string         `toml:"data"`     // the folder of the log

	Printers []PrinterConfig `toml:"printer"`
	Scales   []ScaleConfig   `toml:"scale"`
	Buttons  []ButtonConfig  `toml:"button"`

	OCR     OCRConfig     `toml:"ocr"`
	Alert   AlertConfig   `toml:"alert"`
	Texts   TextsConfig   `toml:"texts"`
	Log     LogConfig     `toml:"log"`
	MQTT    MQTTConfig    `toml:"mqtt"`
	Board   BoardConfig   `toml:"board"`
	Metrics MetricsConfig `toml:"metrics"`
	Privacy PrivacyConfig `toml:"privacy"`

	// For CheckFiles: the file this was read from, and where its keys stand.
	file  string
	where places
}

// PrinterConfig is one place where tickets come in. Exactly one of Listen,
// Serial and Gadget is set.
type PrinterConfig struct {
	Name    string         `toml:"name"`
	Listen  string         `toml:"listen"`  // TCP address of the extra printer
	Allow   []netip.Prefix `toml:"allow"`   // who may print; empty means everybody
	Forward string         `toml:"forward"` // with Listen: address of the printer that gets the jobs
	Serial  string         `toml:"serial"`  // port of the receive-only tap
	Mode    SerialMode     `toml:"mode"`    // of Serial
	Gadget  string         `toml:"gadget"`
	// Encoding is the store's unless the printer has its own. CodePages overrides
	// what ESC t n selects.
	Encoding  string         `toml:"encoding"`
	CodePages map[int]string `toml:"code_pages"`
}

// ScaleConfig is one scale. A zero Mode means the protocol's usual one.
type ScaleConfig struct {
	Name     string        `toml:"name"`
	Serial   string        `toml:"serial"`
	Protocol string        `toml:"protocol"`
	Mode     SerialMode    `toml:"mode"`
	Slot     string        `toml:"slot"` // the slot it stands under; may be empty
	Step     kitchen.Grams `toml:"step"` // smaller changes are nothing
}

// ButtonConfig is one button at a slot, with its light if it has one.
type ButtonConfig struct {
	Slot     string        `toml:"slot"`
	Line     string        `toml:"line"`
	Light    string        `toml:"light"`
	Debounce time.Duration `toml:"debounce"`
	Active   string        `toml:"active"` // low or high: the level when pressed
}

// OCRConfig says what reads tickets that come as pictures.
type OCRConfig struct {
	Program   string        `toml:"program"`   // tesseract, or empty for nobody
	Languages []string      `toml:"languages"` // its packs, the main one first
	Limit     time.Duration `toml:"limit"`     // for one picture
}

// AlertConfig says when an alert is due.
type AlertConfig struct {
	PredictionWindow    time.Duration `toml:"prediction_window"`
	ConfidenceThreshold Confidence    `toml:"confidence_threshold"`
	FoodWaitPrice       Price         `toml:"food_wait_price"` // of a second, in seconds of a courier
	CourierTravel       time.Duration `toml:"courier_travel"`
	RetryInterval       time.Duration `toml:"retry_interval"`
	WaitingAfter        time.Duration `toml:"waiting_after"`
	DefaultPromise      time.Duration `toml:"default_promise"`
}

// TextsConfig says what alerts say to couriers and customers.
type TextsConfig struct {
	Language string `toml:"language"` // zh, en or off; empty is that of the store
}

// LogConfig bounds the log on the card.
type LogConfig struct {
	MaxSize Bytes         `toml:"max_size"`
	Keep    time.Duration `toml:"keep"` // 0: no history
}

// unnamed is the store in the configuration that is installed.
const unnamed = "unnamed"

// ToDo says what somebody must do before the box serves a shop. It is empty once the
// configuration is that of a shop.
func (c *Config) ToDo() string {
	if c.Store == unnamed {
		return "not set up yet: sudo readyshelf setup"
	}
	return ""
}

// history is Keep as the log wants it: there, 0 is its default.
func (l LogConfig) history() time.Duration {
	if l.Keep == 0 {
		return -1
	}
	return l.Keep
}

// MQTTConfig is the way to the cloud. Without brokers there is none, and
// everything else works.
type MQTTConfig struct {
	Brokers      []*url.URL   `toml:"brokers"` // with a port, in fail-over order
	Topic        string       `toml:"topic"`
	Username     string       `toml:"username"`
	PasswordFile string       `toml:"password_file"`
	CAFile       string       `toml:"ca_file"`
	CertFile     string       `toml:"cert_file"`
	KeyFile      string       `toml:"key_file"`
	ServerName   string       `toml:"server_name"`
	ALPN         string       `toml:"alpn"`
	OAuth2       OAuth2Config `toml:"oauth2"`
	Window       int          `toml:"window"`   // messages in flight
	MaxRate      int          `toml:"max_rate"` // messages a second, 0 is no limit
	Commands     []string     `toml:"commands"`
}

// OAuth2Config fetches the token that is sent as password.
type OAuth2Config struct {
	TokenURL         string   `toml:"token_url"`
	ClientID         string   `toml:"client_id"`
	ClientSecretFile string   `toml:"client_secret_file"`
	Scopes           []string `toml:"scopes"`
}

// BoardConfig is the kitchen's page; an empty Listen switches it off.
type BoardConfig struct {
	Listen string `toml:"listen"`
	// Title is what the pages are called; empty is the store.
	Title string `toml:"title"`
	// Names are host names of this machine beside its own, for who opens the page by one.
	Names []string `toml:"names"`
	// CertFile and KeyFile are the shop's certificate; with them the page speaks TLS.
	CertFile string `toml:"cert_file"`
	KeyFile  string `toml:"key_file"`
	// Theme is a folder with the shop's logo and style sheet for the pick-up screen.
	Theme string `toml:"theme"`
	// Stations say which dishes are made where.
	Stations []StationConfig `toml:"station"`
}

// StationConfig is a place in the kitchen that makes some of the dishes. Dishes are parts of
// their names.
type StationConfig struct {
	Name   string   `toml:"name"`
	Dishes []string `toml:"dishes"`
}

// MetricsConfig is the Prometheus endpoint; an empty Listen switches it off.
type MetricsConfig struct {
	Listen string `toml:"listen"`
}

// PrivacyConfig names keys. OrderKeyFile has the one that hashes long order ids: order.key beside the
// log unless the file names another. With SampleKeyFile slips that nobody understood are
// kept, sealed with that key; empty keeps none.
type PrivacyConfig struct {
	OrderKeyFile  string `toml:"order_key_file"`
	SampleKeyFile string `toml:"sample_key_file"`
}

// defaultConfig returns what holds for keys that the file does not set.
func defaultConfig() *Config {
	return &Config{
		Timezone: time.Local,
		DayStart: TimeOfDay(4 * time.Hour),
		Language: "zh",
		Encoding: "gb18030",
		SlotMode: "assigned",
		Data:     "/var/lib/readyshelf",
		Alert: AlertConfig{
			PredictionWindow:    15 * time.Minute,
			ConfidenceThreshold: 0.85,
			FoodWaitPrice:       1,
			CourierTravel:       10 * time.Minute,
			RetryInterval:       30 * time.Second,
			WaitingAfter:        10 * time.Minute,
			DefaultPromise:      30 * time.Minute,
		},
		OCR: OCRConfig{Languages: []string{"chi_sim"}, Limit: 20 * time.Second},
		Log: LogConfig{MaxSize: 64 << 20, Keep: 720 * time.Hour},
		MQTT: MQTTConfig{
			Brokers:  []*url.URL{{Scheme: "tcp", Host: "127.0.0.1:1883"}},
			Topic:    "readyshelf/v1/{store}/{device}",
			Window:   64,
			Commands: slices.Clone(commandNames),
		},
		Board:   BoardConfig{Listen: "127.0.0.1:8080"},
		Metrics: MetricsConfig{Listen: "127.0.0.1:9464"},
	}
}

// commandNames are the commands that the cloud may send, all allowed by default.
var commandNames = []string{
	"ping", "resend", "ack", "ready", "undo", "order", "config.get", "health", "templates.set", "templates.get",
}

// setDefaults fills in what a [[scale]] does not say.
func (s *ScaleConfig) setDefaults() { s.Step = 20 }

// setDefaults fills in what a [[button]] does not say.
func (b *ButtonConfig) setDefaults() { b.Debounce, b.Active = 25*time.Millisecond, "low" }

// usualTapMode is how most receipt printers are shipped (Epson TM-T88).
var usualTapMode = SerialMode{Baud: 9600, DataBits: 8, Parity: 'N', StopBits: 1}

// complete fills in the defaults that depend on other keys, once all are read.
// Relative file names are taken from dir, the folder of the configuration.
func (c *Config) complete(dir string) {
	c.Privacy.OrderKeyFile = cmp.Or(c.Privacy.OrderKeyFile, filepath.Join(c.Data, "order.key"))
	for i := range c.Printers {
		p := &c.Printers[i]
		p.Encoding = cmp.Or(p.Encoding, c.Encoding)
		if p.Serial != "" {
			p.Mode = cmp.Or(p.Mode, usualTapMode)
		}
	}
	for _, name := range c.fileNames() {
		if *name.path != "" && !filepath.IsAbs(*name.path) {
			*name.path = filepath.Join(dir, *name.path)
		}
	}
}

// Slots returns the slots of the shelf: those of the buttons in the order of the
// file, then those that only a scale stands under.
func (c *Config) Slots() []string {
	var slots []string
	add := func(slot string) {
		if slot != "" && !slices.Contains(slots, slot) {
			slots = append(slots, slot)
		}
	}
	for _, b := range c.Buttons {
		add(b.Slot)
	}
	for _, s := range c.Scales {
		add(s.Slot)
	}
	return slots
}

// maxConfigSize is far more than any shop needs: a larger file is a mistake, and
// would take the parser long.
const maxConfigSize = 64 << 10

// LoadConfig reads and checks the file at path. What is wrong inside the file
// comes back as [Problems], all at once. It opens no device and no other file:
// see [Config.CheckFiles].
func LoadConfig(path string) (*Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w; %s", err, unopenedFix(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxConfigSize+1))
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	c, problems := ParseConfig(path, data)
	if len(problems) > 0 {
		return nil, problems
	}
	return c, nil
}

// ParseConfig reads and checks data, the content of the file called name. The
// Config is nil if there is any problem.
func ParseConfig(name string, data []byte) (*Config, Problems) {
	return parseConfig(name, data, knownHere)
}

// Problem is one mistake in a configuration.
type Problem struct {
	File string
	// Line and Column, in characters, count from 1.
	Line, Column int
	Key          string // "printer.listen"; empty where the file is no TOML
	What         string // what is wrong with it
	Fix          string // how to mend it
}

// String is the problem as one line: "file:line:column: key: what; fix".
func (p Problem) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: ", p.File, p.Line, p.Column)
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.What)
	if p.Fix != "" {
		b.WriteString("; " + p.Fix)
	}
	return b.String()
}

// Problems are all mistakes of a configuration, in the order of the file.
type Problems []Problem

// Error gives one line for each problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// sort puts the problems in the order of the file.
func (p Problems) sort() {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

var _ error = Problems(nil)
