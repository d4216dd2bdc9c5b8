package test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// contents are the files of a gzipped tar by name.
func contents(t *testing.T, file string) map[string]string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zip, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for in := tar.NewReader(zip); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		all[h.Name] = string(text)
	}
}

// TestSupportBundle plants secrets and guests wherever they may come from. The bundle
// has none of them, nor what was ordered, and yet says what is wrong.
func TestSupportBundle(t *testing.T) {
	c := newCloud(t)
	s := newShopBox(t, c.addr)
	s.write("etc/mqtt.password", "hunter2-geheim\n")
	p := start(t, binary, "run", "--config", s.conf)
	const slip = "Order #7731\nCustomer: Anna Schmidt\nTel: +1 415 555 0123\n12 Elm Street, Springfield\n2x Sauerbraten\nNote: ring twice for Anna\n\x1dV\x01"
	eventually(t, 10*time.Second, "the printer", func() bool { return print(t.Context(), s.printer, []byte(slip)) == nil })
	eventually(t, 10*time.Second, "the order in the cloud", func() bool { return len(c.accepted(t)) == 1 })
	order, err := os.ReadFile(filepath.Join(s.dir, "data", "order.key"))
	if err != nil {
		t.Fatal(err)
	}
	// The journal is what the daemon said, and a secret that somebody let slip.
	tools := t.TempDir()
	journal := fmt.Sprintf("#!/bin/sh\necho 'somebody typed hunter2-geheim'\ncat <<'END'\n%s\nEND\n", p.out.String())
	if err := os.WriteFile(filepath.Join(tools, "journalctl"), []byte(journal), 0o755); err != nil {
		t.Fatal(err)
	}
	bundle := filepath.Join(s.dir, "bundle.tar.gz")
	cmd := exec.Command(binary, "support-bundle", "--config", s.conf, bundle)
	cmd.Env = append(os.Environ(), "PATH="+tools+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	files := contents(t, bundle)
	for name, must := range map[string]string{
		"config.json": `"store": "test"`, "machine.json": "readyshelf", "health.json": `"head":`, "devices.json": "printer/kitchen",
		"doctor.json": "{", "log.txt": "the log is whole", "events.txt": "ticket     printer/kitchen", "journal.txt": "running", "files.txt": "readyshelf.db",
	} {
		if text := files["readyshelf-support/"+name]; !strings.Contains(text, must) {
			t.Errorf("%s does not say %q:\n%s", name, must, text)
		}
		if !strings.Contains(string(out), name) {
			t.Errorf("it does not name %s:\n%s", name, out)
		}
	}
	planted := []string{"hunter2", "geheim", strings.TrimSpace(string(order)), "Anna", "Schmidt", "415 555", "5550123", "555 0123", "Elm Street", "Sauerbraten", "#7731", "ring twice"}
	// By themselves, and not within a time, an id or a port.
	alone := regexp.MustCompile(`(?:^|[^.\w])(555|0123|7731)\b`)
	for name, text := range files {
		for _, what := range planted {
			if strings.Contains(text, what) {
				t.Errorf("%s holds %q:\n%s", name, what, text)
			}
		}
		if m := alone.FindStringSubmatch(text); m != nil {
			t.Errorf("%s holds %q:\n%s", name, m[1], text)
		}
	}
	// A broken configuration may have a secret in the wrong place.
	s.write("etc/readyshelf.toml", "store = \"test\"\npassword = \"in-the-clear\"\n[mqtt]\nbrokers = [\"tcp://u:in-the-clear@host\"]\n")
	if out, err := exec.Command(binary, "support-bundle", "--config", s.conf, bundle).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	broken := contents(t, bundle)
	for name, text := range broken {
		if bytes.Contains([]byte(text), []byte("in-the-clear")) {
			t.Errorf("%s holds a secret of a broken configuration:\n%s", name, text)
		}
	}
	if text := broken["readyshelf-support/config.json"]; !strings.Contains(text, "line 2") {
		t.Errorf("it does not say where the mistakes are:\n%s", text)
	}
	if left, err := filepath.Glob(filepath.Join(s.dir, ".*")); err != nil || !slices.Equal(left, nil) {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
