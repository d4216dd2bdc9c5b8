package device

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Folder says what a folder is on.
type Folder struct {
	// FS is the kind of file system, "ext4"; Source is what is mounted, "/dev/mmcblk0p2".
	FS, Source string
	ReadOnly   bool
	// Free is what an unprivileged user may still write, of Total, in bytes.
	Free, Total int64
	Disk        Disk
}

// Disk is what a file system is on; it is empty where that is no disk of this machine.
type Disk struct {
	Name string // "mmcblk0"
	// Kind is "SD" for a card and "MMC" for an eMMC; "" for others. Only an eMMC tells
	// its wear.
	Kind string
	// Worn is how much of its life an eMMC has used, in steps of 10 %: 1 is up to 10 %, 10
	// up to 100 %, 11 more (JEDEC JESD84-B51, DEVICE_LIFE_TIME_EST). 0 is unknown.
	Worn int
	// Spare is what an eMMC has left of its spare blocks: 1 is normal, 2 less than 20 %, 3
	// less than 10 % (PRE_EOL_INFO of the same). 0 is unknown.
	Spare int
}

// Vanishes says that what is written to the folder is gone with the power.
func (f Folder) Vanishes() bool {
	return f.FS == "tmpfs" || f.FS == "ramfs" || f.FS == "overlay"
}

// AboutFolder says what a folder is on; of one that is not there yet, what it would be on.
func AboutFolder(path string) (Folder, error) { return aboutFolder("/", path) }

// aboutFolder takes the files of the kernel from below root.
func aboutFolder(root, path string) (Folder, error) {
	path, err := standing(path)
	if err != nil {
		return Folder{}, fmt.Errorf("look at the folder: %w", err)
	}
	table, err := os.Open(filepath.Join(root, "/proc/self/mountinfo"))
	if err != nil {
		return Folder{}, fmt.Errorf("read what is mounted: %w", err)
	}
	defer table.Close()
	f, number, err := mounted(table, path)
	if err != nil {
		return Folder{}, err
	}
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return Folder{}, fmt.Errorf("ask for the free space of %s: %w", path, err)
	}
	f.Free, f.Total = int64(st.Bavail)*int64(st.Bsize), int64(st.Blocks)*int64(st.Bsize)
	f.Disk = disk(filepath.Join(root, "/sys/dev/block", number))
	return f, nil
}

// standing returns path without symbolic links, or the nearest folder above it that is there.
func standing(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	for {
		real, err := filepath.EvalSymlinks(path)
		if err == nil || !errors.Is(err, fs.ErrNotExist) || path == "/" {
			return real, err
		}
		path = filepath.Dir(path)
	}
}

// mounted finds what path is on, and the number of its device ("179:2"), in a table
// of mounts (proc_pid_mountinfo(5)). Of several at one place the last is on top.
func mounted(table io.Reader, path string) (f Folder, number string, err error) {
	longest := -1
	lines := bufio.NewScanner(table)
	for lines.Scan() {
		// 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
		mount, kind, ok := strings.Cut(lines.Text(), " - ")
		m, k := strings.Fields(mount), strings.Fields(kind)
		if !ok || len(m) < 6 || len(k) < 3 {
			continue
		}
		at := unescape(m[4])
		if !below(path, at) || len(at) < longest {
			continue
		}
		longest, number = len(at), m[2]
		f = Folder{FS: k[0], Source: unescape(k[1]), ReadOnly: hasOption(m[5], "ro") || hasOption(k[2], "ro")}
	}
	if err := lines.Err(); err != nil {
		return f, "", fmt.Errorf("read what is mounted: %w", err)
	}
	if longest < 0 {
		return f, "", fmt.Errorf("find what %s is on: it is below no mount", path)
	}
	return f, number, nil
}

func below(path, dir string) bool {
	return dir == "/" || path == dir || strings.HasPrefix(path, dir+"/")
}

func hasOption(options, want string) bool {
	return strings.Contains(","+options+",", ","+want+",")
}

// unescape undoes \040 for a space, as tables of mounts write it.
func unescape(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}

// disk describes the disk of a block device, which may be a partition of it.
func disk(block string) Disk {
	dir, err := filepath.EvalSymlinks(block)
	if err != nil {
		return Disk{}
	}
	if _, err := os.Stat(filepath.Join(dir, "partition")); err == nil {
		dir = filepath.Dir(dir)
	}
	d := Disk{Name: filepath.Base(dir), Kind: firstLine(filepath.Join(dir, "device/type"))}
	if d.Kind != "SD" && d.Kind != "MMC" {
		d.Kind = "" // of a SCSI disk it is a number
	}
	if d.Kind == "MMC" {
		for _, life := range strings.Fields(firstLine(filepath.Join(dir, "device/life_time"))) { // of two kinds of memory
			d.Worn = max(d.Worn, hexByte(life))
		}
		d.Spare = hexByte(firstLine(filepath.Join(dir, "device/pre_eol_info")))
	}
	return d
}

// hexByte reads 0x0A; what is none is 0.
func hexByte(s string) int {
	n, err := strconv.ParseUint(s, 0, 8)
	if err != nil {
		return 0
	}
	return int(n)
}
