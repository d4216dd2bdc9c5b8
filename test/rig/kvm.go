package rig

import (
	"os"
	"runtime"
	"sync"
	"time"
)

// kvmLimit is how long the host's processor may take for what takes it two seconds.
const kvmLimit = 10 * time.Second

// kvmWorks says whether the host's own processor can run machines of an architecture.
// Only amd64 is tried: an arm64 host has other processors than the board has.
func kvmWorks(arch string) bool {
	return arch == "amd64" && runtime.GOARCH == "amd64" && tryKVM()
}

// tryKVM boots a machine: /dev/kvm may be there and not work.
var tryKVM = sync.OnceValue(func() bool {
	f, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0)
	if err != nil {
		return false
	}
	f.Close()
	o, err := Options{Arch: "amd64", accel: kvm}.filled()
	if err != nil {
		return false
	}
	m, err := boot(o, kvmLimit)
	if err != nil {
		return false
	}
	m.off()
	return true
})
