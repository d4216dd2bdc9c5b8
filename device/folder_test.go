package device

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const mounts = `22 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw
23 22 0:20 / /proc rw - proc proc rw
30 22 0:33 / /data rw - tmpfs tmpfs rw,size=1024k
31 22 8:1 / /data rw - vfat /dev/sda1 ro
32 22 0:44 / /with\040space rw - overlay overlay rw,lowerdir=/ro
`

func TestMounted(t *testing.T) {
	for _, c := range []struct {
		path, number string
		want         Folder
	}{
		{"/var/lib/readyshelf", "179:2", Folder{FS: "ext4", Source: "/dev/mmcblk0p2"}},
		{"/data/log", "8:1", Folder{FS: "vfat", Source: "/dev/sda1", ReadOnly: true}}, // the last on top
		{"/database", "179:2", Folder{FS: "ext4", Source: "/dev/mmcblk0p2"}},
		{"/with space/x", "0:44", Folder{FS: "overlay", Source: "overlay"}},
	} {
		got, number, err := mounted(strings.NewReader(mounts), c.path)
		if err != nil || got != c.want || number != c.number {
			t.Errorf("%s: got %+v on %s, %v; want %+v on %s", c.path, got, number, err, c.want, c.number)
		}
	}
}

func TestVanishes(t *testing.T) {
	for kind, want := range map[string]bool{"ext4": false, "tmpfs": true, "overlay": true, "btrfs": false} {
		if got := (Folder{FS: kind}).Vanishes(); got != want {
			t.Errorf("%s: got %v, want %v", kind, got, want)
		}
	}
}

func TestDisk(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  Disk
	}{
		{"SD card", map[string]string{"device/type": "SD\n"}, Disk{Name: "mmcblk0", Kind: "SD"}},
		{"eMMC", map[string]string{"device/type": "MMC\n", "device/life_time": "0x02 0x0b\n", "device/pre_eol_info": "0x02\n"},
			Disk{Name: "mmcblk0", Kind: "MMC", Worn: 11, Spare: 2}},
		{"SCSI", map[string]string{"device/type": "0\n"}, Disk{Name: "mmcblk0"}},
	} {
		files := map[string]string{"mmcblk0/mmcblk0p2/partition": "2\n"}
		for name, content := range c.files {
			files["mmcblk0/"+name] = content
		}
		root := systemOf(t, files)
		link := filepath.Join(root, "179:2")
		if err := os.Symlink(filepath.Join(root, "mmcblk0/mmcblk0p2"), link); err != nil {
			t.Fatal(err)
		}
		if got := disk(link); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
	if got := disk("/nowhere"); got != (Disk{}) {
		t.Errorf("no disk: got %+v, want nothing", got)
	}
}

// A folder that is not there yet is on what the folder above it is on.
func TestAboutFolder(t *testing.T) {
	dir := t.TempDir()
	f, err := AboutFolder(filepath.Join(dir, "not/yet"))
	if err != nil || f.FS == "" || f.Total <= 0 || f.Free > f.Total {
		t.Errorf("got %+v, %v; want the file system of the folder above", f, err)
	}
}

func FuzzMounted(f *testing.F) {
	f.Add(mounts, "/var/lib/readyshelf")
	f.Add("22 1 179:2 / / rw - ext4 x", "/data")
	f.Add("1 2 3 4 /a\\040b rw - t s ro\n", "/a b/c")
	f.Fuzz(func(t *testing.T, table, path string) {
		_, number, err := mounted(strings.NewReader(table), path)
		if err == nil && !strings.Contains(table, number) {
			t.Errorf("number %q is not in %q", number, table)
		}
	})
}
