package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"readyshelf/systemd"
)

// below are the files in a folder.
func below(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, strings.TrimPrefix(path, dir))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// A reset says what would go, and only when told so leaves nothing of the box: what is
// of others stays.
func TestFactoryReset(t *testing.T) {
	o := box(t)
	dir := filepath.Dir(filepath.Dir(o.conf))
	if said, err := o.verb(t, "restore", "--config-dir", filepath.Dir(o.conf), "--data", o.data, "--replace", o.backup); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for _, name := range []string{
		"data/photos.zip", "data/readyshelf.db.bad-1", "etc/other.conf",
		// Left by who was killed: a restore, and writers of files.
		"data/.restore/readyshelf.db", "data/.order.key.123", "data/.readyshelf.db.id.4", "data/order.key.new",
		"data/samples/slip-1.sample", "data/samples/.slip-2.sample.5", "data/screens.key", "data/screens.json", "data/.screens.json.9",
		"etc/readyshelf.toml.bak", "etc/mqtt-ca.pem", // of a setup
		"etc/mqtt.password.new", "etc/.mqtt.password.77", "etc/.readyshelf.toml.8",
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700), os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	before := below(t, dir)
	said, err := o.verb(t, "factory-reset", "--config", o.conf)
	if err == nil || !strings.Contains(said, "readyshelf backup") || !slices.Equal(before, below(t, dir)) {
		t.Errorf("without --yes: %v\n%s", err, said)
	}
	if said, err := o.verb(t, "factory-reset", "--yes", "--config", o.conf); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	want := []string{"/box.tar.gz", "/data/photos.zip", "/elsewhere/ca.pem", "/etc/other.conf", "/etc/readyshelf.toml"}
	if got := below(t, dir); !slices.Equal(got, want) {
		t.Errorf("left are %v, want %v", got, want)
	}
	if !bytes.Equal(readFile(t, o.conf), systemd.Configuration) {
		t.Error("the configuration is not as it was shipped")
	}
}

// Whatever the configuration names, a reset takes no folder of others and nothing of the
// system; and finds all in a folder of any name.
func TestFactoryResetStaysInside(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "[x]*")
	conf := filepath.Join(dir, "etc", "readyshelf.toml")
	for name, text := range map[string]string{
		"etc/readyshelf.toml": "store = \"s\"\ndata = \"../data\"\n[mqtt]\nbrokers = [\"tls://b:8883\"]\nusername = \"u\"\n" +
			"password_file = \".\"\nca_file = \"ssl/certs/all.crt\"\ncert_file = \"own/[a].crt\"\nkey_file = \"own/b.key\"\n",
		"etc/ssl/certs/all.crt": "x", "etc/own/[a].crt": "x", "etc/own/a.crt": "x", "etc/own/b.key": "x", "etc/own/b.key.new": "x",
		"data/readyshelf.db": "x", "data/layouts/deep/a": "x",
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700), os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	o := &oldBox{}
	if said, err := o.verb(t, "factory-reset", "--yes", "--config", conf); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	want := []string{"/etc/own/a.crt", "/etc/readyshelf.toml", "/etc/ssl/certs/all.crt"}
	if got := below(t, dir); !slices.Equal(got, want) {
		t.Errorf("left are %v, want %v", got, want)
	}
}

// A daemon that runs is not reset.
func TestFactoryResetBesideADaemon(t *testing.T) {
	o := box(t)
	b := newBubble(t, 1)
	b.conf.Data = o.data
	h, err := openHouse(b.conf, b.world())
	if err != nil {
		t.Fatal(err)
	}
	defer h.buffer.Close()
	before := below(t, o.data)
	said, err := o.verb(t, "factory-reset", "--yes", "--config", o.conf)
	if err == nil || !strings.Contains(said, "systemctl stop") || !slices.Equal(before, below(t, o.data)) {
		t.Errorf("beside a daemon: %v\n%s", err, said)
	}
	said, err = o.restore(t, filepath.Dir(o.data), "--replace")
	if err == nil || !strings.Contains(said, "systemctl stop") || !slices.Equal(before, below(t, o.data)) {
		t.Errorf("restore beside a daemon: %v\n%s", err, said)
	}
}
