package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"readyshelf/device"
)

// hot is when a Raspberry Pi slows down, in degrees Celsius: 80, and it is hotter in
// service than when it is looked at.
// Source: https://www.raspberrypi.com/documentation/computers/raspberry-pi.html#frequency-management-and-thermal-control
const hot = 75

// checkBoard looks at the machine.
func (d *doctor) checkBoard(context.Context) []finding {
	a := d.board()
	found := []finding{
		works("model", cmp.Or(a.Model, "this machine does not say")),
		works("kernel", fmt.Sprintf("%s %s, pages of %d KiB", a.Kernel, a.Arch, a.Page>>10)),
	}
	switch a.Power {
	case device.PowerGood:
		found = append(found, works("power supply", "no under-voltage"))
	case device.PowerLow:
		found = append(found, caution("power supply", "under-voltage: the board slows down, and cards lose data",
			"use the power supply made for this board, with its own cable"))
	}
	if celsius, ok := d.celsius(); ok {
		text := fmt.Sprintf("%.0f °C", celsius)
		if celsius < hot {
			found = append(found, works("temperature", text))
		} else {
			found = append(found, caution("temperature", text+": at 80 °C it slows down", "move it away from the oven and give it air, or a heat sink"))
		}
	}
	return found
}

// checkClock looks at the time.
func (d *doctor) checkClock(context.Context) []finding {
	synced, kept := d.clock()
	a := d.board()
	var found []finding
	now := d.now().In(d.Timezone).Format("2006-01-02 15:04:05")
	switch {
	case synced:
		found = append(found, works("time", joined(now+", set from the network", a.TimeFrom)))
	case kept:
		found = append(found, caution("time", now+", not set from the network: times count as estimated", ntpRemedy))
	default:
		found = append(found, caution("time", now+" is a guess: nothing has set the clock since the power came", ntpRemedy))
	}
	switch {
	case a.RTC && strings.HasPrefix(a.Model, "Raspberry Pi 5"):
		found = append(found, works("clock on board", "there is one; it runs on without power only if a battery is plugged in at J5"))
	case a.RTC:
		found = append(found, works("clock on board", "there is one"))
	default:
		found = append(found, caution("clock on board", "this board has no clock: after a power cut times are estimated until NTP",
			"nothing, if the network is reliable; else add an RTC module such as a DS3231"))
	}
	return append(found, d.checkZone())
}

const ntpRemedy = "let it reach an NTP server, UDP port 123; see: timedatectl timesync-status"

// checkZone looks at the time zone: a small board's is UTC until somebody sets it.
func (d *doctor) checkZone() finding {
	name, offset := d.now().In(d.Timezone).Zone()
	zone := d.Timezone.String()
	if zone == "Local" {
		zone = "the system's"
	}
	text := fmt.Sprintf("%s, now %s (%s from UTC)", zone, name, offsetText(offset))
	if d.Timezone == time.Local && offset == 0 {
		return caution("time zone", text, `if the shop is elsewhere: sudo timedatectl set-timezone Asia/Shanghai, or timezone = "Asia/Shanghai"`)
	}
	return works("time zone", text)
}

func offsetText(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	return fmt.Sprintf("%c%d:%02d", sign, seconds/3600, seconds/60%60)
}

// How much room is little on a disk that others write to as well, and none at all.
const (
	littleRoom = 256 << 20
	noRoom     = 16 << 20
)

// checkDisk looks at what the log is on.
func (d *doctor) checkDisk(context.Context) []finding {
	f, err := d.folder(d.Data)
	if err != nil {
		return []finding{failure("data", err, "correct data in the configuration")}
	}
	where := fmt.Sprintf("%s on %s (%s)", d.Data, f.Source, f.FS)
	place := works("data", where)
	switch {
	case f.ReadOnly:
		place = problem("data", where+" is read-only: nothing can be kept",
			"a worn or damaged card does that: look at dmesg | grep -i mmc, and replace it; else: sudo mount -o remount,rw "+f.Source)
	case f.Vanishes():
		place = problem("data", where+" is in memory: with the power all is gone",
			"put data on the card or a disk; an overlay file system is switched off with: sudo raspi-config nonint do_overlayfs 1")
	}
	room := fmt.Sprintf("%s of %s are free", sizeText(f.Free), sizeText(f.Total))
	space := works("free space", room)
	switch {
	case f.Free < noRoom:
		space = problem("free space", room+": nothing can be kept", roomRemedy)
	case f.Free < littleRoom:
		space = caution("free space", room, roomRemedy)
	}
	return []finding{place, space, wear(f.Disk)}
}

const roomRemedy = "make room: sudo apt-get clean, sudo journalctl --vacuum-size=50M, and see: sudo du -xh / | sort -h | tail"

// worn is from which step of an eMMC's life on to think of another, and used up.
const (
	worn   = 9
	usedUp = 11
)

// wear says how long the disk will do.
func wear(k device.Disk) finding {
	name := "wear"
	switch {
	case k.Kind == "SD":
		return works(name, k.Name+" is an SD card, which does not tell its wear: keep a spare one")
	case k.Kind == "MMC" && k.Worn == 0 && k.Spare == 0:
		return works(name, k.Name+" is an eMMC that does not tell its wear")
	case k.Kind == "MMC":
		text := fmt.Sprintf("%s has used up to %d %% of its life", k.Name, 10*k.Worn)
		if k.Worn >= usedUp {
			text = k.Name + " has outlived what it is made for"
		}
		switch {
		case k.Worn >= usedUp || k.Spare >= 3:
			return problem(name, text, "replace the board or its eMMC now; readyshelf backup keeps what is on it")
		case k.Worn >= worn || k.Spare >= 2:
			return caution(name, text, "plan to replace the board or its eMMC; readyshelf backup keeps what is on it")
		}
		return works(name, text)
	case k.Name == "":
		return works(name, "nobody can tell: the data is on no disk of this machine")
	}
	return works(name, k.Name+" tells with: sudo smartctl -a /dev/"+k.Name)
}

// sizeText is a size for people.
func sizeText(n int64) string {
	const gib, mib = 1 << 30, 1 << 20
	if n >= gib {
		return fmt.Sprintf("%.1f GiB", float64(n)/gib)
	}
	if n >= 10*mib {
		return fmt.Sprintf("%d MiB", n/mib)
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/mib)
}
