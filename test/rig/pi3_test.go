package rig_test

import (
	"strings"
	"testing"
	"time"

	"readyshelf/test/rig"
)

// TestPi3 boots a Raspberry Pi 3: its own GPIO chip (pinctrl-bcm2835), its name, and no
// clock.
func TestPi3(t *testing.T) {
	t.Parallel()
	rig.Need(t)
	tree, err := rig.DeviceTree("arm64", "broadcom/bcm2837-rpi-3-b")
	if err != nil {
		t.Fatal(err)
	}
	m := rig.Boot(t, rig.Options{
		Machine: "raspi3b", CPU: "cortex-a53", CPUs: 4, Memory: 1024, DTB: tree, Disks: []rig.Disk{},
		NoNet: true, NoUSB: true, AgentOn: "ttyS1", Append: "earlycon=pl011,mmio32,0x3f201000",
	})
	m.SetClock(time.Unix(60, 0))
	m.Put("/etc/readyshelf.toml", shopConfig(""))
	out := doctor(m)
	golden(t, "doctor-pi3", out)
	// All inputs of this one are low: QEMU's chip pulls none of them up.
	for _, want := range []string{"Raspberry Pi 3 Model B", "this board has no clock", "is a guess", "GPIO17: its contact is closed", "GPIO27: free"} {
		if !strings.Contains(out, want) {
			t.Errorf("doctor does not say %q:\n%s", want, out)
		}
	}
}
