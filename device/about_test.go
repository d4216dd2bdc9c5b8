package device

import (
	"os"
	"path/filepath"
	"testing"
)

// systemOf writes files below a folder of the test's own, as /proc and /sys have them.
func systemOf(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestAboutBoard(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  About
	}{
		{"nothing", nil, About{}},
		{"Pi 3", map[string]string{
			"proc/device-tree/model":                 "Raspberry Pi 3 Model B Rev 1.2\x00",
			"sys/class/hwmon/hwmon0/name":            "cpu_thermal\n",
			"sys/class/hwmon/hwmon1/name":            "rpi_volt\n",
			"sys/class/hwmon/hwmon1/in0_lcrit_alarm": "0\n",
		}, About{Model: "Raspberry Pi 3 Model B Rev 1.2", Power: PowerGood}},
		{"weak supply", map[string]string{
			"proc/device-tree/model":                 "Raspberry Pi 4 Model B Rev 1.4\x00",
			"sys/class/hwmon/hwmon1/name":            "rpi_volt\n",
			"sys/class/hwmon/hwmon1/in0_lcrit_alarm": "1\n",
		}, About{Model: "Raspberry Pi 4 Model B Rev 1.4", Power: PowerLow}},
		{"set by chrony", map[string]string{"run/chrony/chronyd.pid": "1\n"}, About{TimeFrom: "chrony"}},
		{"PC", map[string]string{
			"sys/class/dmi/id/product_name": "Standard PC\n",
			"sys/class/rtc/rtc0/name":       "rtc_cmos\n",
		}, About{Model: "Standard PC", RTC: true}},
	} {
		if got := aboutBoard(systemOf(t, c.files)); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestAboutThisBoard(t *testing.T) {
	a := AboutBoard()
	if a.Kernel == "" || a.Arch == "" || a.Page < 4096 {
		t.Errorf("got %+v, want at least a kernel, an architecture and a size of pages", a)
	}
}
