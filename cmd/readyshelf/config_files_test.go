package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestCheckFiles(t *testing.T) {
	dir := t.TempDir()
	cert, key := testCertificate(t)
	_, otherKey := testCertificate(t)
	for name, content := range map[string][]byte{
		"weak": bytes.Repeat([]byte("0123456789abcdef"), 4), "pass": []byte("secret\n"), "empty": nil, "ca.pem": cert, "cert.pem": cert, "key.pem": key, "other.pem": otherKey,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "image"), nil, 0o600), os.Truncate(filepath.Join(dir, "image"), maxNamedFile+1)); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	const tls = "brokers = ['tls://b']\n"
	for _, test := range []struct {
		name, mqtt string
		want       []string // the beginnings of the problems
	}{
		{"nothing named", "", nil},
		{"all there", tls + "username = 'u'\npassword_file = 'pass'\nca_file = 'ca.pem'\ncert_file = 'cert.pem'\nkey_file = 'key.pem'", nil},
		{"missing", tls + "ca_file = 'absent'\nusername = 'u'\npassword_file = 'gone'", []string{
			"4:11: mqtt.ca_file: open " + dir + "/absent: no such file or directory; put the file there",
			"6:17: mqtt.password_file: open " + dir + "/gone: ",
		}},
		{"empty", "username = 'u'\npassword_file = 'empty'", []string{"4:17: mqtt.password_file: " + dir + "/empty is empty"}},
		{"no certificate", tls + "ca_file = 'pass'", []string{"4:11: mqtt.ca_file: there is no certificate in " + dir + "/pass"}},
		{"another's key", tls + "cert_file = 'cert.pem'\nkey_file = 'other.pem'", []string{"4:13: mqtt.cert_file: tls: private key does not match"}},
		{"the board's certificate", "[board]\ncert_file = 'cert.pem'\nkey_file = 'key.pem'", nil},
		{"the board's certificate with another's key", "[board]\ncert_file = 'cert.pem'\nkey_file = 'other.pem'", []string{"4:13: board.cert_file: tls: private key does not match"}},
		{"the board's certificate is missing", "[board]\ncert_file = 'absent'\nkey_file = 'key.pem'", []string{"4:13: board.cert_file: open " + dir + "/absent: "}},
		{"a theme", "[board]\ntheme = '.'", nil},
		{"no theme", "[board]\ntheme = 'absent'", []string{"4:9: board.theme: " + dir + "/absent: read the theme: open .: no such file or directory; name a folder with logo.svg"}},
		{"an image of a disk", "username = 'u'\npassword_file = 'image'", []string{"4:17: mqtt.password_file: " + dir + "/image is larger than 4 MiB"}},
		{"a folder", "username = 'u'\npassword_file = '.'", []string{"4:17: mqtt.password_file: " + dir + " is a folder and no file; put the file there"}},
		{"a pipe", "username = 'u'\npassword_file = 'pipe'", []string{"4:17: mqtt.password_file: " + dir + "/pipe is a pipe and no file"}},
		{"a weak key", "[privacy]\nsample_key_file = 'weak'", []string{"4:19: privacy.sample_key_file: " + dir + "/weak: this key can be guessed; make one: sudo readyshelf ticket samples key FILE"}},
		{"no key", "[privacy]\nsample_key_file = 'pass'", []string{"4:19: privacy.sample_key_file: " + dir + "/pass: a key is 64 hexadecimal digits; make one"}},
		{"a key that is missing", "[privacy]\nsample_key_file = 'absent'", []string{"4:19: privacy.sample_key_file: open " + dir + "/absent: no such file or directory; make one"}},
		{"a device", "username = 'u'\npassword_file = '/dev/zero'", []string{"4:17: mqtt.password_file: /dev/zero is a device and no file"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(dir, "readyshelf.toml")
			c, problems := parseConfig(file, []byte("store = 's'\n[mqtt]\n"+test.mqtt), testKnown)
			if problems != nil {
				t.Fatal(problems)
			}
			c.Privacy.OrderKeyFile = filepath.Join(dir, "not-made-yet")
			var got Problems
			if err := c.CheckFiles(); err != nil && !errors.As(err, &got) {
				t.Fatalf("CheckFiles: %v, want Problems", err)
			}
			if len(got) != len(test.want) {
				t.Fatalf("problems:\n%v\nwant %q", got, test.want)
			}
			for i, p := range got {
				if want := file + ":" + test.want[i]; !strings.HasPrefix(p.String(), want) {
					t.Errorf("problem %v, want %s", p, want)
				}
			}
		})
	}
}

// Every file that the configuration names may be a pipe by mistake: nothing that reads
// it waits for somebody to write.
// Who may not read the configuration or the log is told who may.
func TestNotAllowed(t *testing.T) {
	denied := &fs.PathError{Op: "open", Path: "/etc/readyshelf/readyshelf.toml", Err: fs.ErrPermission}
	if got := unopenedFix(denied); got != asMember {
		t.Errorf("configuration: got %q, want %q", got, asMember)
	}
	if got, want := unopenedFix(fs.ErrNotExist), "name another file, or copy the example there"; got != want {
		t.Errorf("no configuration: got %q, want %q", got, want)
	}
	err := withLog(t.Context(), filepath.Join(t.TempDir(), "readyshelf.db"), func(string) error { return denied })
	if got, want := err.Error(), denied.Error()+"; "+asMember; got != want || !errors.Is(err, fs.ErrPermission) {
		t.Errorf("log: got %q, want %q", got, want)
	}
}

func TestNamedPipes(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	c := defaultConfig()
	for _, f := range c.fileNames() {
		*f.path = pipe
	}
	var found Problems
	if err := c.CheckFiles(); !errors.As(err, &found) || len(found) != len(c.fileNames())-1 { // data is none
		t.Errorf("CheckFiles: %v, want a problem of each file", err)
	}
	m := c.MQTT
	for name, read := range map[string]func() error{
		"password":    func() error { _, err := m.password()(t.Context()); return err },
		"ca":          func() error { return m.addAuthority(x509.NewCertPool()) },
		"certificate": func() error { _, err := m.certificate(); return err },
		"secret":      func() error { _, err := (&tokens{config: m.OAuth2}).password(t.Context()); return err },
		"order key":   func() error { _, err := orderKey(c.Privacy.OrderKeyFile); return err },
	} {
		if err := read(); err == nil || !strings.Contains(err.Error(), "is a pipe and no file") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// testCertificate returns a certificate and its key in PEM form.
func testCertificate(t *testing.T, changes ...func(*x509.Certificate)) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	for _, change := range changes {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER})
}
