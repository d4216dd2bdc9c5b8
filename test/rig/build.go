package rig

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// kernel is the folder of an unpacked kernel; fetch.sh says what is in it.
type kernel string

var fetching sync.Mutex

// fetchKernel returns Debian's kernel for an architecture, from the cache if it is
// there.
func fetchKernel(arch string) (kernel, error) {
	fetching.Lock()
	defer fetching.Unlock()
	root, err := checkout()
	if err != nil {
		return "", err
	}
	out, err := output(exec.Command(filepath.Join(root, "test/rig/fetch.sh"), arch))
	return kernel(strings.TrimSpace(out)), err
}

// image is the kernel itself.
func (k kernel) image() string { return filepath.Join(string(k), "vmlinuz") }

// modules is the folder of its modules.
func (k kernel) modules() (string, error) {
	v, err := os.ReadFile(filepath.Join(string(k), "version"))
	return filepath.Join(string(k), "lib/modules", strings.TrimSpace(string(v))), err
}

// DeviceTree returns the file that describes a board to the kernel of an architecture, as
// "broadcom/bcm2837-rpi-3-b".
func DeviceTree(arch, board string) (string, error) {
	k, err := fetchKernel(arch)
	if err != nil {
		return "", err
	}
	modules, err := k.modules()
	return filepath.Join(modules, "dtb", board+".dtb"), err
}

// checkout returns the root of the module.
func checkout() (string, error) {
	gomod, err := output(exec.Command("go", "env", "GOMOD"))
	return filepath.Dir(strings.TrimSpace(gomod)), err
}

// output runs a command and returns its standard output.
func output(c *exec.Cmd) (string, error) {
	b, err := c.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("%w: %s", err, tail(string(exit.Stderr)))
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", c, err)
	}
	return string(b), err
}

// portNames are the names of an architecture: Go's variables, and the end of the name of
// the shipped program.
var portNames = map[string]struct {
	env     []string
	program string
}{
	"arm64": {[]string{"GOARCH=arm64"}, "arm64"},
	"armhf": {[]string{"GOARCH=arm", "GOARM=7"}, "armv7"},
	"amd64": {[]string{"GOARCH=amd64"}, "amd64"},
}

// programs are those that Program has built.
var (
	building sync.Mutex
	programs = map[string]string{}
)

// Program builds the program as it is shipped and returns its path.
func Program(arch string) (string, error) {
	building.Lock()
	defer building.Unlock()
	if path, ok := programs[arch]; ok {
		return path, nil
	}
	root, err := checkout()
	if err != nil {
		return "", err
	}
	path := "bin/readyshelf-linux-" + portNames[arch].program
	if _, err := output(exec.Command("make", "-s", "-C", root, path)); err != nil {
		return "", err
	}
	programs[arch] = filepath.Join(root, path)
	return programs[arch], nil
}

// Agent builds the agent and returns its path.
func Agent(arch string) (string, error) {
	path := filepath.Join(scratch, "agent-"+arch)
	return path, GoBuild(arch, path, "readyshelf/test/rig/agent")
}

// Guest builds one of the programs in the folder guest, and puts it into the machine
// as /run/rig/NAME.
func (m *Machine) Guest(name string) {
	m.t.Helper()
	path := filepath.Join(scratch, "guest-"+name)
	if err := GoBuild(m.o.Arch, path, "readyshelf/test/rig/guest/"+name); err != nil {
		m.t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		m.t.Fatal(err)
	}
	m.Sh("mkdir -p /run/rig")
	m.Put("/run/rig/"+name, b)
}

// GoBuild builds a static program for a machine of an architecture.
func GoBuild(arch, path string, args ...string) error {
	c := exec.Command("go", append([]string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", path}, args...)...)
	c.Env = append(append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux"), portNames[arch].env...)
	_, err := output(c)
	return err
}
