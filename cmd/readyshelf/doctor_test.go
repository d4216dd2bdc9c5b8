package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"readyshelf/device"
	"readyshelf/device/devicetest"
	"readyshelf/kitchen"
	"readyshelf/sync/uplink"
	"readyshelf/sync/uplink/uplinktest"
)

// patient is a healthy shop that doctor can examine, to be made ill.
type patient struct {
	*doctor
	about  device.About
	disk   device.Folder
	synced bool
	kept   bool
	heat   float64
	all    []device.Port
	units  map[string]map[string]string
	broker uplinktest.Broker
	scale  *devicetest.Port
	pin    *gpiotest.Pin
	stream string // what the scale says
}

func newPatient(t *testing.T) *patient {
	c := *defaultConfig()
	c.Store, c.Device, c.Data, c.Timezone = "sh-01", "pi", t.TempDir(), time.FixedZone("CST", 8*3600)
	c.MQTT.Brokers = []*url.URL{{Scheme: "tcp", Host: "broker.example:1883"}}
	c.Printers = []PrinterConfig{{Name: "kitchen", Listen: ":9100"}, {Name: "bar", Serial: "/dev/serial/by-id/till", Mode: usualTapMode}}
	c.Scales = []ScaleConfig{{Name: "a1", Serial: "/dev/serial/by-id/scale", Protocol: "st-gs", Slot: "A1", Step: 20}}
	c.Buttons = []ButtonConfig{{Slot: "A1", Line: "GPIO17", Light: "GPIO27", Debounce: 25 * time.Millisecond, Active: "low"}}
	c.complete(c.Data)
	c.file = configPath
	p := &patient{
		about: device.About{
			Model: "Raspberry Pi 4 Model B Rev 1.4", Kernel: "6.12.25+rpt-rpi-v8", Arch: "aarch64", Page: 4096,
			RTC: true, TimeFrom: "systemd-timesyncd", Power: device.PowerGood,
		},
		disk: device.Folder{
			FS: "ext4", Source: "/dev/mmcblk0p2", Free: 20 << 30, Total: 29 << 30, Disk: device.Disk{Name: "mmcblk0", Kind: "SD"},
		},
		synced: true, kept: true, heat: 52,
		units: map[string]map[string]string{},
		scale: &devicetest.Port{}, stream: "ST,GS,+   1.234kg\r\n",
		pin: &gpiotest.Pin{N: "GPIO17", L: gpio.High, EdgesChan: make(chan gpio.Level, 1)},
	}
	p.doctor = &doctor{Config: &c, surroundings: surroundings{
		version: "1.2.3", now: time.Now,
		board:   func() device.About { return p.about },
		clock:   func() (bool, bool) { return p.synced, p.kept },
		celsius: func() (float64, bool) { return p.heat, true },
		folder:  func(string) (device.Folder, error) { return p.disk, nil },
		name:    func() (string, error) { return c.Device, nil },
		ports:   func() ([]device.Port, error) { return p.all, nil },
		stable:  func(string) (string, bool) { return "", false },
		serial: func(path string, m SerialMode) (io.ReadWriteCloser, error) {
			if strings.Contains(path, "till") {
				return new(devicetest.Port).Open()
			}
			from := p.scale
			if !strings.Contains(path, "scale") {
				from = &devicetest.Port{}
			}
			port, err := from.Open()
			io.WriteString(from, strings.Repeat(p.stream, 3))
			return port, err
		},
		input:   func(ButtonConfig) (gpio.PinIn, error) { return p.pin, nil },
		output:  func(line string) (gpio.PinOut, error) { return &gpiotest.Pin{N: line}, nil },
		listen:  func(string) (net.Listener, error) { return devicetest.NewListener(), nil },
		dial:    p.broker.Dial,
		resolve: func(context.Context, string) ([]string, error) { return []string{"192.0.2.7"}, nil },
		ask:     func(context.Context) daemonState { return daemonState{} },
		unit: func(_ context.Context, name string) (map[string]string, bool) {
			u, ok := p.units[name]
			return u, ok
		},
		eyes:  blind{},
		page:  func(context.Context, string) error { return nil },
		whole: func(context.Context, string) (string, error) { return "log 7f3a, boot 3: 120 events", nil },
	}}
	p.units[unitName] = map[string]string{"ActiveState": "active", "SubState": "running", "UnitFileState": "enabled", "NRestarts": "0"}
	return p
}

// runs makes the daemon of the patient run.
func (p *patient) runs() *health {
	ago := func(s float64) *float64 { return &s }
	since := time.Now().Add(-time.Hour)
	state := &daemonState{running: true, health: health{
		Version: "1.2.3", Up: 90000, Connected: true, Since: &since, Head: 4711, LogBytes: 3 << 20, LogMax: 64 << 20,
	}, devices: []deviceState{
		{Name: "printer/kitchen", Open: true, ByteAge: ago(75), EventAge: ago(75)},
		{Name: "printer/bar", Open: true},
		{Name: "scale/a1", Open: true, ByteAge: ago(0.2), EventAge: ago(4000)},
		{Name: "button/A1", Open: true, Closed: new(bool), ByteAge: ago(30), EventAge: ago(30)},
		{Name: "light/A1", Open: true},
	}}
	p.ask = func(context.Context) daemonState { return *state }
	return &state.health
}

// device is what the daemon says of one device.
func (p *patient) device(name string) *deviceState {
	all := p.ask(context.Background()).devices
	return &all[slices.IndexFunc(all, func(s deviceState) bool { return s.Name == name })]
}

// healthy, and the daemon runs: the whole report, as people see it.
func TestDoctorHealthy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatient(t)
		p.runs()
		key(t, p.Privacy.OrderKeyFile, 0o600)
		r := p.examine(t.Context())
		p.broker.Close()
		var out bytes.Buffer
		if err := r.print(&out, false); err != nil {
			t.Fatal(err)
		}
		golden(t, "doctor-healthy.txt", strings.ReplaceAll(out.String(), p.Data, "{data}"))
		if r.Result != good {
			t.Errorf("the result is %s, want ok", r.Result)
		}
		if all := p.broker.Messages(); len(all) != 1 || all[0].Topic != "readyshelf/v1/sh-01/pi/doctor" || all[0].Client != "pi-doctor" {
			t.Errorf("the broker got %+v, want one message of a client of doctor's own", all)
		} else if err := fits("doctor", all[0].Payload); err != nil {
			t.Error(err)
		}
		out.Reset()
		if err := printJSON(&out, r); err != nil {
			t.Fatal(err)
		}
		golden(t, "doctor-healthy.json", strings.ReplaceAll(out.String(), p.Data, "{data}"))
	})
}

// key makes an order key.
func key(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(strings.Repeat("ab", keySize)+"\n"), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// Much is wrong at once: the whole report, with colour and without.
func TestDoctorIll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatient(t)
		p.about.RTC, p.about.Power, p.synced, p.kept = false, device.PowerLow, false, false
		p.disk = device.Folder{FS: "overlay", Source: "overlay", Free: 1 << 20, Total: 1 << 30}
		p.broker.SetDown(true)
		p.units = nil
		p.serial = func(path string, _ SerialMode) (io.ReadWriteCloser, error) {
			return nil, &device.Error{Op: "open", Path: path, Err: fs.ErrNotExist, Hint: "plug the device in"}
		}
		r := p.examine(t.Context())
		var out bytes.Buffer
		if err := r.print(&out, true); err != nil {
			t.Fatal(err)
		}
		golden(t, "doctor-ill.txt", strings.ReplaceAll(strings.ReplaceAll(out.String(), p.Data, "{data}"), "\x1b", "^["))
		if r.Result != bad {
			t.Errorf("the result is %s, want FAIL", r.Result)
		}
	})
}

// Steps whose errors only TLS and a real broker give.
func TestDoctorSteps(t *testing.T) {
	p := newPatient(t)
	p.synced = false
	expired := uplink.Step{Name: uplink.StepTLS, Err: fmt.Errorf("%w: 2030", uplink.ErrCertificateTime), Remedy: "put a new one"}
	if f := p.step(expired, false)[0]; f.Mark != bad || !strings.Contains(f.Remedy, "NTP") {
		t.Errorf("got %+v, want that the clock is the first suspect", f)
	}
	p.synced = true
	if f := p.step(expired, false)[0]; f.Remedy != "put a new one" {
		t.Errorf("got %+v, want the certificate's own remedy where the clock is right", f)
	}
	soon := p.step(uplink.Step{Name: uplink.StepTLS, Expires: p.now().AddDate(0, 0, 5)}, false)
	if len(soon) != 2 || soon[1].Mark != odd {
		t.Errorf("got %+v, want a warning of a certificate that expires soon", soon)
	}
	refused := uplink.Step{Name: uplink.StepLogin, Err: errors.New("not authorised"), Remedy: "look"}
	if f := p.step(refused, false)[0]; f.Mark != bad {
		t.Errorf("got %+v, want a failure", f)
	}
	p.daemon = daemonState{running: true, health: health{Connected: true}}
	if f := p.step(refused, false)[0]; f.Mark != odd {
		t.Errorf("got %+v, want a warning: the daemon is connected", f)
	}
	p.built = p.now().AddDate(0, 0, 1)
	p.synced = false
	if got := p.timeForCertificates(); !got.Equal(p.built) {
		t.Errorf("certificates are looked at as of %s, want not before %s", got, p.built)
	}
}

// A socket that holds the printer's port for a daemon which does not run is as it
// should be.
func TestDoctorSocketActivation(t *testing.T) {
	p := newPatient(t)
	p.units[socketName] = map[string]string{"ActiveState": "active"}
	p.listen = device.Listen
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if f := p.tryListen(t.Context(), ln.Addr().String()); f.Mark != good || !strings.Contains(f.Text, socketName) {
		t.Errorf("got %+v", f)
	}
}

// doctor asks the daemon that keeps this log, and no other.
func TestDoctorAsksDaemon(t *testing.T) {
	if s := askState(t.Context(), t.TempDir()); s.running || s.err != nil {
		t.Errorf("no daemon: got %+v", s)
	}
	dir := runDaemon(t, func(*Config, *world) {})
	s := askState(t.Context(), dir)
	if !s.running || s.health.Version != "test" || s.health.Head == 0 {
		t.Errorf("got %+v, want what the daemon says", s)
	}
	other := t.TempDir()
	if err := os.Symlink(filepath.Join(dir, controlName), filepath.Join(other, controlName)); err != nil {
		t.Fatal(err)
	}
	if s := askState(t.Context(), other); s.running || s.err != nil {
		t.Errorf("got %+v of a daemon that keeps another log, want none", s)
	}
}

// runDaemon runs a daemon until the test ends, and returns its data folder. Tools ask it
// at the control socket there.
func runDaemon(t *testing.T, change func(*Config, *world)) (dir string) {
	t.Helper()
	dir = ramDisk(t)
	c := *defaultConfig()
	c.Store, c.Device, c.Data = "s", "pi", dir
	c.Board.Listen, c.Metrics.Listen, c.MQTT.Brokers = "", "", nil
	c.complete(dir)
	listening := make(chan struct{})
	w := world{
		bootID: "boot-1", version: "test", device: "pi", prefill: 1 << 20, log: slog.New(slog.DiscardHandler),
		now: func(boot uint32) func() kitchen.Stamp {
			return func() kitchen.Stamp { return kitchen.Stamp{Boot: boot, At: time.Now(), Clock: kitchen.Synced} }
		},
		control: func() (net.Listener, error) {
			defer close(listening)
			return listenControl(filepath.Join(dir, controlName))
		},
	}
	change(&c, &w)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, c, w) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-listening:
	case err := <-ended:
		ended <- err
		t.Fatal(err)
	}
	return dir
}

func TestDoctorOrderKey(t *testing.T) {
	file := shopFile(t)
	dir := filepath.Dir(file)
	var out, complaint bytes.Buffer
	s := streams{out: &out, err: &complaint}
	if code := command(t.Context(), []string{"doctor", "--config", file, "--order-key"}, s); code != exitFailed || out.Len() > 0 {
		t.Errorf("without a key: code %d, %q", code, &out)
	}
	key(t, filepath.Join(dir, "order.key"), 0o600)
	if code := command(t.Context(), []string{"doctor", "--config", file, "--order-key"}, s); code != 0 || out.String() != strings.Repeat("ab", keySize)+"\n" {
		t.Errorf("with a key: code %d, %q", code, &out)
	}
	out.Reset()
	command(t.Context(), []string{"doctor", "--config", file, "--json"}, s)
	var r report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || r.Store != "s" || len(r.Findings) < 8 {
		t.Errorf("got %q, %v", &out, err)
	}
	if strings.Contains(out.String(), "abab") {
		t.Error("the report shows the order key")
	}
	if code := command(t.Context(), []string{"doctor", "--config", file + ".missing"}, s); code != exitConfig {
		t.Errorf("without a configuration: code %d, want %d", code, exitConfig)
	}
}
