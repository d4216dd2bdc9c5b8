package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// bundle is all text of the support bundle for a configuration.
func bundle(t *testing.T, conf string) string {
	t.Helper()
	dir := t.TempDir()
	journal := "#!/bin/sh\necho '2026-11-23T12:00:00+0000 pi readyshelf[7]: /etc/readyshelf/readyshelf.toml:3:9: slots: there is no \"hunter2\"'\necho running\n"
	err := errors.Join(os.WriteFile(filepath.Join(dir, "readyshelf.toml"), []byte("data = \"data\"\n"+conf), 0o600),
		os.WriteFile(filepath.Join(dir, "mqtt.secret"), []byte("hunter2&\"<x>\"\n"), 0o600),
		os.WriteFile(filepath.Join(dir, "journalctl"), []byte(journal), 0o755))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	var out, said bytes.Buffer
	if code := command(t.Context(), []string{"support-bundle", "--config", filepath.Join(dir, "readyshelf.toml"), "-"}, streams{strings.NewReader(""), &out, &said}); code != 0 {
		t.Fatalf("exit code %d\n%s", code, said.String())
	}
	zip, err := gzip.NewReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for in := tar.NewReader(zip); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return all.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString("--- " + h.Name + "\n")
		if _, err := io.Copy(&all, in); err != nil {
			t.Fatal(err)
		}
	}
}

// What people write where a secret does not belong is in no bundle, and neither is a
// secret that JSON writes otherwise.
func TestSupportBundleOfAMuddledConfiguration(t *testing.T) {
	for name, conf := range map[string]string{
		"instead of a file's name": "store = \"s\"\n[mqtt]\nbrokers = [\"tcp://127.0.0.1:1\"]\nusername = \"u\"\npassword_file = \"hunter2\"\n",
		"in an address":            "store = \"s\"\n[mqtt]\nbrokers = [\"ws://127.0.0.1:1/mqtt?a=b&token=hunter2\"]\n",
		"quoted by JSON":           "store = \"s\"\n[mqtt]\nbrokers = [\"tcp://127.0.0.1:1\"]\nusername = 'hunter2&\"<x>\"'\npassword_file = \"mqtt.secret\"\n",
		"instead of a word":        "store = \"s\"\nslots = \"hunter2\"\n",
		"instead of a name":        "store = \"hunter2 and more\"\n",
	} {
		t.Run(name, func(t *testing.T) {
			text := bundle(t, conf)
			if strings.Contains(text, "hunter2") {
				t.Errorf("it holds the secret:\n%s", text)
			}
			if !strings.Contains(text, "doctor.json") || !strings.Contains(text, "see readyshelf check)\nrunning") {
				t.Errorf("it lacks something:\n%s", text)
			}
		})
	}
}

// A file is never put in the place of what is none: root would do that to /dev/null.
func TestWriteWholeReplacesOnlyFiles(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "stdout")
	if err := os.Symlink(pipe, link); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{pipe, link, dir} {
		before := below(t, dir)
		err := writeWhole(file, io.Discard, func(w io.Writer, _ string) error { _, err := w.Write([]byte("x")); return err })
		if err == nil || !strings.Contains(err.Error(), "name a file") {
			t.Errorf("%s: %v", file, err)
		}
		if info, err := os.Lstat(file); err != nil || info.Mode().IsRegular() || len(below(t, dir)) != len(before) {
			t.Errorf("%s is %v now, %v", file, info, err)
		}
	}
}
