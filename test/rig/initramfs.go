package rig

import (
	"bufio"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

//go:embed init.sh
var initScript string

// loaded are the modules that a machine without a disk loads; what they depend on
// comes with them. What the kernel has built in is skipped.
var loaded = []string{
	"virtio_pci", "virtio_console", "virtio_net", "virtio_blk",
	"ext4", "gpio-sim", "configfs", "xhci-pci", "usbserial", "ftdi_sio", "cdc-acm", "usblp", "usbhid", "hid-generic",
	"dummy_hcd", "libcomposite", "usb_f_printer", "usb_f_acm", "usb_f_hid", "sch_netem",
}

var packing sync.Mutex

// initramfs packs the first files of a machine without a disk: busybox, the agent,
// the shipped program and the modules. It returns the archive's path.
func initramfs(arch string) (string, error) {
	packing.Lock()
	defer packing.Unlock()
	path := filepath.Join(scratch, "initramfs-"+arch)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	k, err := fetchKernel(arch)
	if err != nil {
		return "", err
	}
	a := &archive{}
	for _, dir := range []string{"bin", "sbin", "dev", "proc", "sys", "tmp", "mnt", "etc", "lib", "lib/modules", "root", "run", "var"} {
		a.add(dir, dirMode, nil)
	}
	a.add("init", fileMode, []byte(initScript))
	a.add("etc/passwd", fileMode, []byte("root:x:0:0:root:/root:/bin/sh\n"))
	a.add("etc/group", fileMode, []byte("root:x:0:\ngpio:x:60:\ndialout:x:20:\n"))
	programs := map[string]func(string) (string, error){
		"bin/busybox":    func(string) (string, error) { return filepath.Join(string(k), "busybox"), nil },
		"bin/agent":      Agent,
		"bin/readyshelf": Program,
	}
	for name, build := range programs {
		from, err := build(arch)
		if err != nil {
			return "", err
		}
		b, err := os.ReadFile(from)
		if err != nil {
			return "", err
		}
		a.add(name, fileMode, b)
	}
	if err := a.addModules(k, loaded); err != nil {
		return "", err
	}
	return path, os.WriteFile(path, a.end(), 0o600)
}

// addModules adds modules with what they depend on, uncompressed, and the order in
// which to load them.
func (a *archive) addModules(k kernel, names []string) error {
	dir, err := k.modules()
	if err != nil {
		return err
	}
	t, err := readDependencies(dir)
	if err != nil {
		return err
	}
	var order []string
	for _, name := range names {
		files, err := t.closure(name)
		if err != nil {
			return err
		}
		for _, file := range files {
			module := moduleName(file)
			if slices.Contains(order, module) {
				continue
			}
			b, err := unpack(filepath.Join(dir, file))
			if err != nil {
				return err
			}
			a.add("lib/modules/"+module+".ko", fileMode, b)
			order = append(order, module)
		}
	}
	a.add("lib/modules/order", fileMode, []byte(strings.Join(order, "\n")+"\n"))
	return nil
}

// unpack returns a module, whatever it is compressed with.
func unpack(file string) ([]byte, error) {
	if strings.HasSuffix(file, ".xz") {
		out, err := output(exec.Command("xz", "-dc", file))
		return []byte(out), err
	}
	return os.ReadFile(file)
}

// dependencies are the files of modules by name, and what each needs before it.
type dependencies struct {
	file    map[string]string
	needs   map[string][]string
	builtin map[string]bool
}

// moduleName is the name of a module by its file; - and _ are the same to the kernel.
func moduleName(file string) string {
	name, _, _ := strings.Cut(filepath.Base(file), ".ko")
	return strings.ReplaceAll(name, "-", "_")
}

// readDependencies reads modules.dep and modules.builtin.
func readDependencies(dir string) (dependencies, error) {
	d := dependencies{map[string]string{}, map[string][]string{}, map[string]bool{}}
	err := eachLine(filepath.Join(dir, "modules.dep"), func(line string) {
		file, needs, _ := strings.Cut(line, ":")
		d.file[moduleName(file)] = file
		d.needs[file] = strings.Fields(needs)
	})
	if err != nil {
		return d, err
	}
	return d, eachLine(filepath.Join(dir, "modules.builtin"), func(line string) { d.builtin[moduleName(line)] = true })
}

func eachLine(file string, take func(string)) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		take(s.Text())
	}
	return s.Err()
}

// closure returns the files of a module and of all that it needs, those first.
func (d dependencies) closure(name string) ([]string, error) {
	name = moduleName(name)
	file, ok := d.file[name]
	switch {
	case d.builtin[name]:
		return nil, nil
	case !ok:
		return nil, fmt.Errorf("the kernel has no module %s", name)
	}
	files := slices.Clone(d.needs[file]) // depmod lists them from the last to load to the first
	slices.Reverse(files)
	return append(files, file), nil
}

// archive is a cpio archive of the "newc" form, as the kernel unpacks it
// (Documentation/driver-api/early-userspace/buffer-format.rst in its sources).
type archive struct {
	b     []byte
	inode int
}

const (
	dirMode  = 0o040755
	fileMode = 0o100755
)

// add appends a file or folder.
func (a *archive) add(name string, mode int, content []byte) {
	a.inode++
	header := fmt.Appendf(nil, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
		a.inode, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name)+1, 0)
	a.b = a.pad(append(append(a.b, header...), name+"\x00"...))
	a.b = a.pad(append(a.b, content...))
}

func (a *archive) pad(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// end closes the archive and returns it.
func (a *archive) end() []byte {
	a.add("TRAILER!!!", 0, nil)
	return a.b
}
