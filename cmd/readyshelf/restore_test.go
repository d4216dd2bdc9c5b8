package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/device"
	"readyshelf/kitchen"
)

// oldBox is a box at rest that has worked for a lunch, and a backup of it.
type oldBox struct {
	conf   string // its configuration
	data   string
	backup string
	orders []string // open
	id     string   // of its log
}

// box makes a box. Its password lies beside the configuration, its authority elsewhere.
func box(t *testing.T) *oldBox {
	t.Helper()
	dir := t.TempDir()
	o := &oldBox{conf: filepath.Join(dir, "etc", "readyshelf.toml"), data: filepath.Join(dir, "data"), backup: filepath.Join(dir, "box.tar.gz")}
	for name, text := range map[string]string{
		o.conf: fmt.Sprintf("# the shop\nstore = \"s\"\ndata = %q # here\n[mqtt]\nusername = \"u\"\npassword_file = 'mqtt.password'\nca_file = %q\nbrokers = [\"tls://broker:8883\"]\n",
			o.data, filepath.Join(dir, "elsewhere", "ca.pem")),
		filepath.Join(dir, "etc", "mqtt.password"):               "geheim",
		filepath.Join(dir, "elsewhere", "ca.pem"):                "an authority",
		filepath.Join(o.data, identityName):                      "old-box\n",
		filepath.Join(o.data, layoutsName, "deep", "one.layout"): "a layout",
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		b.conf.Data = o.data
		b.conf.Privacy.OrderKeyFile = filepath.Join(o.data, "order.key")
		b.up()
		time.Sleep(time.Second)
		for n := range 3 {
			b.print(b.menu.slip(plan{number: fmt.Sprint(40 + n), promise: time.Hour, items: []kitchen.Item{{Qty: 1, Name: "soup"}}}, time.Now(), false))
			time.Sleep(time.Minute)
		}
		o.id = b.house.buffer.ID()
		b.cancel()
		b.down()
		o.orders = openNumbers(b.house.decider)
		b.broker.Close()
	})
	if len(o.orders) != 3 {
		t.Fatalf("the box has the open orders %v", o.orders)
	}
	if out, err := o.verb(t, "backup", "--config", o.conf, o.backup); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return o
}

func openNumbers(d *kitchen.Decider) (all []string) {
	for _, o := range d.State.OpenOrders() {
		all = append(all, o.Number)
	}
	return all
}

// verb runs a command line and returns all that it said.
func (o *oldBox) verb(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var said bytes.Buffer
	if code := command(t.Context(), args, streams{strings.NewReader(""), &said, &said}); code != 0 {
		return said.String(), fmt.Errorf("exit code %d", code)
	}
	return said.String(), nil
}

// restore restores into etc and data of a folder.
func (o *oldBox) restore(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	return o.verb(t, append([]string{"restore", "--config-dir", filepath.Join(dir, "etc"), "--data", filepath.Join(dir, "data"), o.backup}, args...)...)
}

// A box goes to another one whole: its configuration with the files that it names,
// wherever they lie there, its name, and open orders in a log that goes on as another.
func TestRestore(t *testing.T) {
	o := box(t)
	if info, err := os.Stat(o.backup); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup is %v, %v", info, err)
	}
	if err := os.RemoveAll(filepath.Join(filepath.Dir(filepath.Dir(o.conf)), "elsewhere")); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	said, err := o.restore(t, dir)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	conf, err := LoadConfig(filepath.Join(dir, "etc", "readyshelf.toml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []struct{ path, want string }{
		{conf.MQTT.PasswordFile, "geheim"}, {conf.MQTT.CAFile, "an authority"},
		{filepath.Join(conf.Data, layoutsName, "deep", "one.layout"), "a layout"},
		{filepath.Join(conf.Data, identityName), "old-box\n"},
	} {
		if got := string(readFile(t, f.path)); got != f.want || !within(dir, f.path) {
			t.Errorf("%s holds %q, want %q within %s", f.path, got, f.want, dir)
		}
	}
	if got, want := readFile(t, conf.Privacy.OrderKeyFile), readFile(t, o.data, "order.key"); !bytes.Equal(got, want) || len(got) == 0 {
		t.Errorf("the order key is %q, was %q", got, want)
	}
	if text := string(readFile(t, dir, "etc", "readyshelf.toml")); !strings.Contains(text, "# the shop\n") || !strings.Contains(text, " # here\n") {
		t.Errorf("the configuration lost its remarks:\n%s", text)
	}
	for _, want := range []string{"old-box", "Switch the old box off", o.id} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	o.goesOn(t, conf.Data)
}

// goesOn starts a daemon on a restored folder.
func (o *oldBox) goesOn(t *testing.T, data string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		b.conf.Data = data
		b.conf.Privacy.OrderKeyFile = filepath.Join(data, "order.key")
		h, err := openHouse(b.conf, b.world())
		if err != nil {
			t.Fatal(err)
		}
		defer h.buffer.Close()
		if got := openNumbers(h.decider); strings.Join(got, " ") != strings.Join(o.orders, " ") {
			t.Errorf("the open orders are %v, were %v", got, o.orders)
		}
		old := h.buffer.Replaced()
		facts := replaced(h.clock(), old)
		if h.buffer.ID() == o.id || !old.Renewed || len(facts) != 1 || facts[0].Gap == nil || facts[0].Gap.Log != o.id {
			t.Errorf("log %s after %s; it tells %+v", h.buffer.ID(), o.id, facts)
		}
	})
}

// What is in the way is not overwritten: a log only with --replace, and then it is kept.
func TestRestoreKeepsWhatIsThere(t *testing.T) {
	o := box(t)
	dir := t.TempDir()
	if said, err := o.restore(t, dir); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if said, err := o.restore(t, dir); err == nil || !strings.Contains(said, "--replace") {
		t.Errorf("a second time: %v\n%s", err, said)
	}
	if err := os.WriteFile(filepath.Join(dir, "etc", "mqtt.password"), []byte("newer"), 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := o.restore(t, dir, "--replace")
	if err != nil || !strings.Contains(said, ".old-1") {
		t.Fatalf("%v\n%s", err, said)
	}
	if got := string(readFile(t, dir, "etc", "mqtt.password.old-1")); got != "newer" {
		t.Errorf("the newer password is %q", got)
	}
	if _, err := os.Stat(filepath.Join(dir, "data", logName+".old-1")); err != nil {
		t.Error(err)
	}
}

// A restore that was cut short stops the daemon, and can be done again.
func TestRestoreUnfinished(t *testing.T) {
	o := box(t)
	dir := t.TempDir()
	if said, err := o.restore(t, dir); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	data := filepath.Join(dir, "data")
	if err := device.WriteFile(filepath.Join(data, unfinishedName), "x"); err != nil {
		t.Fatal(err)
	}
	b := newBubble(t, 1)
	b.conf.Data = data
	if h, err := openHouse(b.conf, b.world()); err == nil || !strings.Contains(err.Error(), "run it again") {
		t.Errorf("the daemon starts on half a restore: %v, %v", h, err)
	}
	if said, err := o.restore(t, dir); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if err := restoreDone(data); err != nil {
		t.Error(err)
	}
}

// A backup that is not what it was writes nothing.
func TestRestoreDamaged(t *testing.T) {
	o := box(t)
	whole := readFile(t, o.backup)
	for at := 1; at < len(whole); at += len(whole)/40 + 1 {
		spoilt := bytes.Clone(whole)
		spoilt[at] ^= 0x10
		o.refused(t, fmt.Sprintf("a bit at %d", at), spoilt, !bytes.Equal(unzipped(spoilt), unzipped(whole)))
	}
	o.refused(t, "cut", whole[:len(whole)*3/4], true)
	o.refused(t, "empty", nil, true)
	o.refused(t, "no log", bytesOf(t, manifest{Format: 1, Store: "s", Device: "d", Log: &manifestLog{"abc", 5}}), true)
	o.refused(t, "a log that is not told of", evil(t, backupLog, "store = \"s\"\n"), true)
}

// unzipped is what is in a gzip file, nil if it is none. Some of its bits say nothing:
// of its head, and where deflate fills up a byte.
func unzipped(archive []byte) []byte {
	zip, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil
	}
	all, err := io.ReadAll(zip)
	if err != nil {
		return nil
	}
	return all
}

// refused restores an archive, which must not do unless it may.
func (o *oldBox) refused(t *testing.T, what string, archive []byte, must bool) {
	t.Helper()
	dir := t.TempDir()
	bad := &oldBox{backup: filepath.Join(dir, "bad.tar.gz")}
	if err := os.WriteFile(bad.backup, archive, 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := bad.restore(t, dir)
	if err == nil {
		if must {
			t.Errorf("%s: it was restored\n%s", what, said)
		}
		return
	}
	for _, left := range []string{"etc", "data"} {
		if _, err := os.Lstat(filepath.Join(dir, left)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: it wrote %s\n%s", what, left, said)
		}
	}
}

// evil is a backup with a file of that name beside the configuration.
func evil(t testing.TB, name, conf string) []byte {
	t.Helper()
	var b bytes.Buffer
	m := manifest{Format: backupFormat, Store: "s", Device: "d", Data: "/var/lib/readyshelf", Made: time.Unix(0, 0)}
	if err := pack(&b, &m, []packed{inMemory(configName, []byte(conf)), inMemory(name, []byte("evil"))}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// No file leaves its folder, by its name or by a link that lies there.
func TestRestoreStaysInside(t *testing.T) {
	o := &oldBox{}
	for _, name := range []string{
		"/etc/x", "../x", "x", "config", "config/../x", "data/../../x", "data/a/../../x", "config//x", "config/./x",
		"other/x", "config\\x", "data/..", "DATA/x",
	} {
		o.refused(t, name, evil(t, name, "store = \"s\"\n"), true)
	}
	dir, outside := t.TempDir(), t.TempDir()
	if err := errors.Join(os.MkdirAll(filepath.Join(dir, "etc"), 0o755), os.Symlink(outside, filepath.Join(dir, "etc", "deep"))); err != nil {
		t.Fatal(err)
	}
	o.backup = filepath.Join(dir, "evil.tar.gz")
	if err := os.WriteFile(o.backup, evil(t, "config/deep/x", "store = \"s\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := o.restore(t, dir); err == nil {
		t.Errorf("it wrote through a link\n%s", said)
	}
	if left, err := os.ReadDir(outside); err != nil || len(left) > 0 {
		t.Errorf("outside lie %v, %v", left, err)
	}
	// The backup alone does not say where root writes.
	if err := os.WriteFile(o.backup, bytesOf(t, manifest{Format: 1, Store: "s", Device: "d", Data: outside}), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := o.verb(t, "restore", "--config-dir", dir, o.backup); err == nil || !strings.Contains(said, "--data") {
		t.Errorf("%v\n%s", err, said)
	}
}

func bytesOf(t *testing.T, m manifest) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := pack(&b, &m, []packed{inMemory(configName, []byte("store = \"s\"\n"))}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A value of the configuration is changed, and nothing else.
func TestSetString(t *testing.T) {
	for _, test := range []struct{ name, text, key, want string }{
		{"plain", "a = 1\ndata = \"/x\" # y\n", "data", "a = 1\ndata = \"/new\" # y\n"},
		{"literal", "data='/x'\n", "data", "data=\"/new\"\n"},
		{"escaped", `data = "a\"b" # "c"`, "data", `data = "/new" # "c"`},
		{"missing", "store = \"s\"\n[mqtt]\n", "data", "data = \"/new\"\nstore = \"s\"\n[mqtt]\n"},
		{"table", "[mqtt]\nca_file = \"x\"\n", "mqtt.ca_file", "[mqtt]\nca_file = \"/new\"\n"},
		{"dotted", "mqtt.ca_file = \"x\"\n", "mqtt.ca_file", "mqtt.ca_file = \"/new\"\n"},
		{"inline", "[mqtt]\noauth2 = { client_secret_file = \"x\", client_id = \"i\" }\n", "mqtt.oauth2.client_secret_file",
			"[mqtt]\noauth2 = { client_secret_file = \"/new\", client_id = \"i\" }\n"},
		{"no table", "store = \"s\"\n", "mqtt.ca_file", ""},
		{"many lines", "data = \"\"\"x\"\"\"\n", "data", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := setString([]byte(test.text), test.key, "/new")
			if string(got) != test.want || (err == nil) != (test.want != "") {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

// FuzzRestore reads any archive: no file of it is outside, and none is larger than said.
func FuzzRestore(f *testing.F) {
	for _, archive := range [][]byte{evil(f, "data/order.key", "store = \"s\"\n"), evil(f, "../x", "")} {
		zip, err := gzip.NewReader(bytes.NewReader(archive))
		if err != nil {
			f.Fatal(err)
		}
		tar, err := io.ReadAll(zip)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(tar, len(archive))
	}
	f.Fuzz(func(t *testing.T, tar []byte, end int) {
		var b bytes.Buffer
		zip := gzip.NewWriter(&b)
		if _, err := zip.Write(tar); err != nil {
			t.Fatal(err)
		}
		if err := zip.Close(); err != nil {
			t.Fatal(err)
		}
		archive := b.Bytes()[:min(max(end, 0), b.Len())] // cut off somewhere
		m, err := unpack(bytes.NewReader(archive), func(m *manifest, f manifestFile, from io.Reader) error {
			if !stays(f.Name) || !filepath.IsLocal(f.Name) {
				t.Errorf("%q is outside", f.Name)
			}
			n, err := io.Copy(io.Discard, from)
			if n > f.Size || f.Size > maxBackupLog {
				t.Errorf("%q has %d bytes and says %d", f.Name, n, f.Size)
			}
			return err
		})
		if err == nil && m.check() != nil {
			t.Errorf("it was read, and is %v", m.check())
		}
	})
}
