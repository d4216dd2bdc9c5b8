package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"

	"readyshelf/buffer"
	"readyshelf/device"
	"readyshelf/kitchen"
	"readyshelf/sync/uplink"
)

// Each failure that doctor can name, provoked once: a mark, words and a remedy.
func TestDoctorFinds(t *testing.T) {
	deviceError := func(err error, hint string) error {
		return &device.Error{Op: "open", Path: "it", Err: err, Hint: hint}
	}
	for _, test := range []struct {
		name  string
		spoil func(p *patient)
		what  string
		mark  mark
		text  string
	}{
		{"under-voltage", func(p *patient) { p.about.Power = device.PowerLow }, "power supply", odd, "under-voltage"},
		{"hot", func(p *patient) { p.heat = 79 }, "temperature", odd, "79 °C"},
		{"clock kept", func(p *patient) { p.synced = false }, "time", odd, "estimated"},
		{"clock unknown", func(p *patient) { p.synced, p.kept = false, false }, "time", odd, "a guess"},
		{"no clock", func(p *patient) { p.about.RTC = false }, "clock on board", odd, "this board has no clock"},
		{"zone", func(p *patient) { p.Timezone = time.Local }, "time zone", odd, "the system's"},

		{"twin", func(p *patient) {
			p.ask = func(context.Context) daemonState { return daemonState{running: true, health: health{Twin: "b0a4d"}} }
		}, "name", bad, "board b0a4d"},
		{"read-only", func(p *patient) { p.disk.ReadOnly = true }, "data", bad, "read-only"},
		{"RAM disk", func(p *patient) { p.disk.FS = "tmpfs" }, "data", bad, "in memory"},
		{"disk full", func(p *patient) { p.disk.Free = 1 << 20 }, "free space", bad, "1.0 MiB of 29.0 GiB"},
		{"disk nearly full", func(p *patient) { p.disk.Free = 100 << 20 }, "free space", odd, "100 MiB"},
		{"eMMC old", func(p *patient) { p.disk.Disk = device.Disk{Name: "mmcblk0", Kind: "MMC", Worn: 10, Spare: 1} }, "wear", odd, "100 %"},
		{"eMMC used up", func(p *patient) { p.disk.Disk = device.Disk{Name: "mmcblk0", Kind: "MMC", Worn: 11} }, "wear", bad, "outlived"},
		{"no disk", func(p *patient) {
			p.folder = func(string) (device.Folder, error) { return device.Folder{}, errors.New("no such thing") }
		}, "data", bad, "no such thing"},
		{"disk hangs", func(p *patient) {
			p.folder = func(string) (device.Folder, error) { time.Sleep(time.Minute); return device.Folder{}, nil }
		}, "check", bad, "does not end"},

		{"unit failed", func(p *patient) {
			p.units[unitName] = map[string]string{"ActiveState": "failed", "Result": "exit-code"}
		}, "unit", bad, "exit-code"},
		{"unit restarts", func(p *patient) { p.units[unitName]["NRestarts"] = "7" }, "unit", odd, "restarted 7 times"},
		{"unit disabled", func(p *patient) { p.units[unitName]["UnitFileState"] = "disabled" }, "unit", odd, "disabled"},
		{"unit stopped", func(p *patient) { p.units[unitName]["ActiveState"] = "inactive" }, "unit", odd, "inactive"},
		{"unit loops", func(p *patient) { p.units[unitName]["ActiveState"] = "activating" }, "unit", odd, "activating"},
		{"daemon not running", func(p *patient) {}, "daemon", odd, "does not run"},
		{"daemon mute", func(p *patient) {
			p.ask = func(context.Context) daemonState { return daemonState{err: context.DeadlineExceeded} }
		}, "daemon", bad, "does not answer"},
		{"not root", func(p *patient) {
			p.ask = func(context.Context) daemonState { return daemonState{err: fs.ErrPermission} }
		}, "daemon", odd, "may not ask"},
		{"not root, a device", func(p *patient) {
			p.ask = func(context.Context) daemonState { return daemonState{err: fs.ErrPermission} }
		}, "scale/a1", odd, "does not say"},
		{"older daemon", func(p *patient) { p.runs().Version = "1.0" }, "daemon", odd, "version 1.0 runs"},

		{"log refuses", func(p *patient) { h := p.runs(); h.Refused, h.Held = true, 3 }, "log", bad, "3 facts wait in memory"},
		{"log nearly full", func(p *patient) { p.runs().NearFull = true }, "log", odd, "nearly full"},
		{"log damaged", func(p *patient) { p.runs().Lost = 12 }, "damage", bad, "12 events"},
		{"alerts wait", func(p *patient) { h := p.runs(); h.Waiting, h.Connected = 5, false }, "unsent alerts", odd, "5 wait"},
		{"log damaged at rest", func(p *patient) {
			p.whole = func(context.Context, string) (string, error) { return "", fmt.Errorf("%w: page 7", buffer.ErrDamaged) }
		}, "log", bad, "page 7"},
		{"log held", func(p *patient) {
			p.whole = func(context.Context, string) (string, error) { return "", buffer.ErrHeld }
		}, "log", bad, "somebody has it open"},
		{"log of another user", func(p *patient) {
			p.whole = func(context.Context, string) (string, error) { return "", fs.ErrPermission }
		}, "log", odd, "may not read"},
		{"log unreadable", func(p *patient) {
			p.whole = func(context.Context, string) (string, error) { return "", errors.New("input/output error") }
		}, "log", bad, "input/output"},
		{"certificate missing", func(p *patient) { p.MQTT.CAFile = "/nowhere/ca.pem" }, "mqtt.ca_file", bad, "no such file"},

		{"not set up", func(p *patient) { p.Store = unnamed }, "name", odd, "not set up yet"},
		{"name of another user", func(p *patient) { p.name = func() (string, error) { return "", fs.ErrPermission } }, "name", odd, "permission"},
		{"no name", func(p *patient) { p.name = func() (string, error) { return "", errors.New("no name") } }, "name", bad, "no name"},
		{"key open", func(p *patient) { key(t, p.Privacy.OrderKeyFile, 0o644) }, "order key", odd, "by everybody"},

		{"device missing", func(p *patient) {
			p.serial = func(string, SerialMode) (io.ReadWriteCloser, error) {
				return nil, deviceError(fs.ErrNotExist, "plug the device in")
			}
		}, "scale/a1", bad, "not exist"},
		{"no permission", func(p *patient) {
			p.serial = func(string, SerialMode) (io.ReadWriteCloser, error) {
				return nil, deviceError(fs.ErrPermission, "sudo adduser readyshelf dialout")
			}
		}, "printer/bar", bad, "permission"},
		{"device busy", func(p *patient) {
			p.serial = func(string, SerialMode) (io.ReadWriteCloser, error) {
				return nil, deviceError(errors.New("something else is using it"), "sudo fuser -v it")
			}
		}, "printer/bar", bad, "using it"},
		{"scale silent", func(p *patient) { p.stream = "" }, "scale/a1", odd, "nothing of st-gs came"},
		{"scale talks otherwise", func(p *patient) { p.stream = strings.Repeat("\x02hello\r\n", 100) }, "scale/a1", bad, "but not st-gs"},
		{"scale unplugged while asked", func(p *patient) {
			serial := p.serial
			p.stream = ""
			p.serial = func(path string, m SerialMode) (io.ReadWriteCloser, error) {
				time.AfterFunc(time.Second, p.scale.Unplug)
				return serial(path, m)
			}
		}, "scale/a1", bad, "unplugged"},
		{"unstable name", func(p *patient) {
			p.stable = func(path string) (string, bool) { return "/dev/serial/by-id/usb-X", strings.Contains(path, "scale") }
		}, "scale/a1", odd, "another device"},
		{"port taken", func(p *patient) {
			p.listen = func(string) (net.Listener, error) {
				return nil, deviceError(errors.New("another program has this port"), "stop it")
			}
		}, "printer/kitchen", bad, "another program"},
		{"printer behind the proxy off", func(p *patient) {
			p.Printers = []PrinterConfig{{Name: "line", Listen: ":9100", Forward: "192.168.1.50:9100"}}
			p.printer = func(context.Context, string) (net.Conn, error) { return nil, errors.New("it does not answer") }
		}, "printer/line", bad, "192.168.1.50:9100 cannot be reached: it does not answer"},
		{"USB printer missing", func(p *patient) {
			p.Printers = []PrinterConfig{{Name: "usb", Gadget: "/dev/g_printer0"}}
			p.gadget = func(string) (io.Closer, error) { return nil, deviceError(fs.ErrNotExist, "make it") }
		}, "printer/usb", bad, "not exist"},
		{"line taken", func(p *patient) {
			p.input = func(ButtonConfig) (gpio.PinIn, error) {
				return nil, deviceError(errors.New("taken by spi0 CS0"), "free it")
			}
		}, "button/A1", bad, "spi0"},
		{"light missing", func(p *patient) {
			p.output = func(string) (gpio.PinOut, error) { return nil, deviceError(fs.ErrNotExist, "gpioinfo lists lines") }
		}, "light/A1", bad, "not exist"},
		{"button closed", func(p *patient) { p.pin.L = gpio.Low }, "button/A1", odd, "contact is closed"},
		{"no devices", func(p *patient) { p.Printers, p.Scales, p.Buttons = nil, nil, nil }, "devices", odd, "none is configured"},
		{"fault", func(p *patient) {
			p.runs()
			d := p.device("scale/a1")
			d.Faults = []kitchen.BoardFault{{Device: "scale/a1", Text: "the scale does not answer", Remedy: "check its power"}}
		}, "scale/a1", bad, "does not answer"},
		{"two faults", func(p *patient) {
			p.runs()
			p.device("scale/a1").Faults = []kitchen.BoardFault{{Device: "scale/a1/first", Text: "one"}, {Device: "scale/a1/second", Text: "another", Remedy: "mend it"}}
		}, "scale/a1", bad, "another"},
		{"pictures cannot be read", func(p *patient) {
			p.OCR.Program, p.eyes = "tesseract", blind{deviceError(fs.ErrNotExist, "sudo apt install tesseract-ocr")}
		}, "ocr/tesseract", bad, "not exist"},
		{"pictures are read", func(p *patient) { p.OCR.Program = "tesseract" }, "ocr/tesseract", good, "chi_sim"},
		{"not open", func(p *patient) { p.runs(); p.device("scale/a1").Open = false }, "scale/a1", bad, "could not open"},
		{"new in the configuration", func(p *patient) {
			p.runs()
			p.Scales = append(p.Scales, ScaleConfig{Name: "new", Serial: "/dev/x", Protocol: "st-gs"})
		}, "scale/new", odd, "does not know it"},
		{"ports", func(p *patient) {
			p.ports = func() ([]device.Port, error) { return nil, deviceError(fs.ErrPermission, "look") }
		}, "serial ports", bad, "permission"},
		{"scale found", func(p *patient) {
			p.probe, p.all = true, []device.Port{{Path: "/dev/serial/by-id/usb-9", Node: "/dev/ttyUSB9", Maker: "FTDI"}}
		}, "ttyUSB9", odd, "a scale talks st-gs at 9600 8N1, and shows 1234 g"},
		{"stranger found", func(p *patient) {
			p.stream = "hello\r\n"
			p.probe, p.all = true, []device.Port{{Path: "/dev/ttyUSB9", Node: "/dev/ttyUSB9"}}
		}, "ttyUSB9", odd, "no scale that is known"},

		{"daemon not connected", func(p *patient) { h := p.runs(); h.Connected, h.Cause = false, "no route" }, "connection", bad, "no route"},
		{"no such host", func(p *patient) {
			p.resolve = func(context.Context, string) ([]string, error) { return nil, &net.DNSError{IsNotFound: true} }
		}, uplink.StepResolve, bad, "has no address"},
		{"no broker", func(p *patient) { p.broker.SetDown(true) }, uplink.StepTCP, bad, "nobody answers"},
		{"unanswered", func(p *patient) { p.broker.SetMute(true) }, uplink.StepPublish, bad, "does not answer"},
		{"spare broker down", func(p *patient) {
			p.MQTT.Brokers = append(p.MQTT.Brokers, &url.URL{Scheme: "tcp", Host: "spare.example:1883"})
			dial := p.dial
			p.dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
				if strings.HasPrefix(addr, "spare") {
					return nil, errors.New("down")
				}
				return dial(ctx, network, addr)
			}
		}, uplink.StepTCP, odd, "down"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPatient(t)
				test.spoil(p)
				start := time.Now()
				r := p.examine(t.Context())
				p.broker.Close()
				took := time.Since(start)
				time.Sleep(time.Minute) // for what hangs
				if took > 20*time.Second {
					t.Errorf("it took %s, want 20 s at most", took)
				}
				i := slices.IndexFunc(r.Findings, func(f finding) bool {
					return f.What == test.what && f.Mark == test.mark && strings.Contains(f.Text, test.text)
				})
				if i < 0 {
					t.Fatalf("got %+v\nwant %s %s: %q", r.Findings, test.mark, test.what, test.text)
				}
				if r.Findings[i].Remedy == "" && test.mark != good && test.name != "no name" {
					t.Errorf("%+v has no remedy", r.Findings[i])
				}
			})
		})
	}
}
