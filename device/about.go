package device

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// About is what the machine says of itself.
type About struct {
	// Model is "Raspberry Pi 4 Model B Rev 1.4"; on another machine the name of the
	// product, "" where it has none.
	Model string
	// Kernel is its release: "6.12.25+rpt-rpi-v8". Arch is the kernel's: "aarch64".
	Kernel, Arch string
	// Page is the size of a page of memory in bytes: 16384 on a Pi 5 as it is shipped.
	Page int
	// RTC says that there is a clock which runs while the power is off. TimeFrom is what
	// sets the kernel's from the network, "" where that is not known.
	RTC      bool
	TimeFrom string
	// Power says how the supply does.
	Power Power
}

// Power says how the supply of a Raspberry Pi does. Its firmware notices a voltage
// below 4.63 V and tells the kernel's driver raspberrypi-hwmon.
type Power string

// How the supply does.
const (
	PowerUnknown Power = ""    // the board cannot tell
	PowerGood    Power = "ok"  // no under-voltage since it was last asked
	PowerLow     Power = "low" // under-voltage
)

// AboutBoard asks the machine that this runs on. What it does not say stays empty.
func AboutBoard() About {
	a := aboutBoard("/")
	a.Page = os.Getpagesize()
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		a.Kernel, a.Arch = unix.ByteSliceToString(u.Release[:]), unix.ByteSliceToString(u.Machine[:])
	}
	return a
}

// aboutBoard reads the files below root.
func aboutBoard(root string) About {
	a := About{Model: firstLine(filepath.Join(root, deviceTreeDir, "model"))}
	if a.Model == "" {
		a.Model = firstLine(filepath.Join(root, "/sys/class/dmi/id/product_name"))
	}
	rtcs, _ := os.ReadDir(filepath.Join(root, rtcDir))
	a.RTC = len(rtcs) > 0
	a.Power, a.TimeFrom = power(root), timeFrom(root)
	return a
}

// timeFrom looks for who sets the clock: each of these leaves a trace while it runs.
func timeFrom(root string) string {
	for _, s := range []struct{ trace, name string }{
		{"/run/systemd/timesync/synchronized", "systemd-timesyncd"},
		{"/run/chrony/chronyd.pid", "chrony"},
		{"/run/ntpd.pid", "ntpd"},
	} {
		if _, err := os.Stat(filepath.Join(root, s.trace)); err == nil {
			return s.name
		}
	}
	return ""
}

// power reads the alarm of the driver raspberrypi-hwmon, whose sensor is called
// rpi_volt: in0_lcrit_alarm is 1 after under-voltage, until it is read
// (drivers/hwmon/raspberrypi-hwmon.c of the kernel).
func power(root string) Power {
	names, _ := filepath.Glob(filepath.Join(root, "/sys/class/hwmon/hwmon*/name"))
	for _, name := range names {
		if firstLine(name) != "rpi_volt" {
			continue
		}
		alarm, err := strconv.Atoi(firstLine(filepath.Join(filepath.Dir(name), "in0_lcrit_alarm")))
		switch {
		case err != nil:
			return PowerUnknown
		case alarm != 0:
			return PowerLow
		}
		return PowerGood
	}
	return PowerUnknown
}

// firstLine returns the first line of a small file of the kernel, "" if it cannot
// be read. What comes from a device tree ends in NUL.
func firstLine(file string) string {
	b, _ := os.ReadFile(file)
	line, _, _ := strings.Cut(strings.TrimRight(string(b), "\x00"), "\n")
	return strings.TrimSpace(line)
}
