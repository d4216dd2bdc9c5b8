package test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// write writes a file into a fresh folder.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A broken configuration stops the start: exit code 78, every mistake with its place.
func TestBrokenConfiguration(t *testing.T) {
	conf := write(t, "broken.toml", "store = \"a b\"\nclour = 1\n\n[alert]\nretry_interval = \"soon\"\n[[scale]]\nname = \"s\"\nserial = \"/dev/x\"\nprotocol = \"toledo\"\n")
	for _, verb := range []string{"run", "check"} {
		out, err := exec.Command(binary, verb, "--config", conf).CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 78 {
			t.Errorf("%s: got %v, want exit code 78", verb, err)
		}
		for _, want := range []string{"broken.toml:1:", "broken.toml:2:1", "broken.toml:5:", "broken.toml:9:", "st-gs"} {
			if !strings.Contains(string(out), want) {
				t.Errorf("%s does not say %q:\n%s", verb, want, out)
			}
		}
	}
}

// Devices that are not there stop nobody: the printer works, each missing device
// is one fault, and the daemon ends within five seconds when asked.
func TestMissingDevices(t *testing.T) {
	dir := t.TempDir()
	printer, page, figures := freePort(t), freePort(t), freePort(t)
	conf := write(t, "readyshelf.toml", fmt.Sprintf(`
store = "test"
data = %q
encoding = "cp437"
[[printer]]
name = "kitchen"
listen = %q
[[printer]]
name = "tap"
serial = %q
[[scale]]
name = "gone"
serial = %q
protocol = "st-gs"
[[button]]
slot = "A1"
line = "GPIO17"
light = "GPIO18"
[mqtt]
brokers = ["tcp://127.0.0.1:1"]
[board]
listen = %q
[metrics]
listen = %q
`, filepath.Join(dir, "data"), printer, filepath.Join(dir, "no-tap"), filepath.Join(dir, "no-scale"), page, figures))
	p := start(t, binary, "run", "--config", conf)
	eventually(t, 10*time.Second, "the printer", func() bool {
		return print(t.Context(), printer, []byte("Order #7\n2x Soup\n\x1dV\x01")) == nil
	})
	db := filepath.Join(dir, "data", "readyshelf.db")
	wanted := []string{"order.accepted", "printer/tap", "scale/gone", "button/A1", "light/A1"}
	faults := map[string]int{}
	eventually(t, 10*time.Second, "an order and a fault for each missing device", func() bool {
		clear(faults)
		for _, e := range dump(t, db) {
			if e.Alert != nil && e.Alert.Type == "device.fault" {
				faults[e.Alert.Device]++
			} else if e.Alert != nil {
				faults[e.Alert.Type]++
			}
		}
		return !slices.ContainsFunc(wanted, func(what string) bool { return faults[what] == 0 })
	})
	for _, what := range wanted {
		if faults[what] != 1 {
			t.Errorf("got %d of %s, want 1", faults[what], what)
		}
	}
	for _, url := range []string{"http://" + page + "/board.json", "http://" + figures + "/metrics"} {
		resp, err := http.Get(url)
		if err != nil {
			t.Error(err)
			continue
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", url, resp.Status)
		}
	}

	// Another daemon on the same log must not start, and say why.
	second := exec.Command(binary, "run", "--config", conf)
	if out, err := second.CombinedOutput(); err == nil || !strings.Contains(string(out), "another process") {
		t.Errorf("a second daemon on the same log: %v\n%s", err, out)
	}

	asked := time.Now()
	p.end(syscall.SIGTERM)
	if took := time.Since(asked); took > 5*time.Second {
		t.Errorf("it took %s to end", took)
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("it ended with exit code %d and said\n%s", code, p.out.String())
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "control.sock")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("it left its control socket")
	}
	if out, err := exec.Command(binary, "log", "check", db).CombinedOutput(); err != nil {
		t.Errorf("log check: %v\n%s", err, out)
	}
}

// The demo is the newcomer's first minute.
func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds")
	}
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			out, err := exec.Command(binary, "demo", "--for", "30m", "--speed", "120", "--lang", lang).CombinedOutput()
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			if err != nil || lines[len(lines)-1] != "events lost: 0" || !strings.Contains(string(out), "order.ready.undone") {
				t.Errorf("the demo ended with %v and said\n%s", err, out)
			}
		})
	}
}
