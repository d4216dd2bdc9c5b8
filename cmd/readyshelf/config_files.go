package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"readyshelf/board"
)

// fileName is a key that names a file.
type fileName struct {
	key  string
	path *string
}

// fileNames are the keys that name a file or a folder of our own.
func (c *Config) fileNames() []fileName {
	return []fileName{
		{"data", &c.Data},
		{"mqtt.password_file", &c.MQTT.PasswordFile},
		{"mqtt.ca_file", &c.MQTT.CAFile},
		{"mqtt.cert_file", &c.MQTT.CertFile},
		{"mqtt.key_file", &c.MQTT.KeyFile},
		{"mqtt.oauth2.client_secret_file", &c.MQTT.OAuth2.ClientSecretFile},
		{"board.cert_file", &c.Board.CertFile},
		{"board.key_file", &c.Board.KeyFile},
		{"board.theme", &c.Board.Theme},
		{"privacy.order_key_file", &c.Privacy.OrderKeyFile},
		{"privacy.sample_key_file", &c.Privacy.SampleKeyFile},
	}
}

// CheckFiles checks that the files which the configuration names can be read and
// are what they should be; its error is [Problems]. It opens no device, and does
// not miss what is made at the first start: the folder of the log and the order
// key.
func (c *Config) CheckFiles() error {
	var found Problems
	bad := func(key, what, fix string) {
		at := c.where.of(key)
		found = append(found, Problem{File: c.file, Line: at.line, Column: at.column, Key: key, What: what, Fix: fix})
	}
	content := map[string][]byte{}
	for _, f := range c.fileNames() {
		if f.key == "data" || *f.path == "" {
			continue
		}
		if f.key == "board.theme" {
			if _, err := board.ReadTheme(os.DirFS(*f.path)); err != nil {
				bad(f.key, *f.path+": "+err.Error(), "name a folder with logo.svg or logo.png, and theme.css")
			}
			continue
		}
		data, err := readSmall(*f.path)
		if f.key == "privacy.order_key_file" && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if f.key == "privacy.sample_key_file" && errors.Is(err, fs.ErrNotExist) {
			bad(f.key, err.Error(), newKeyFix)
			continue
		}
		if err != nil {
			bad(f.key, err.Error(), unreadableFix(err))
			continue
		}
		if len(data) == 0 {
			bad(f.key, fmt.Sprintf("%s is empty", *f.path), "put into it what belongs there, or take the key away")
			continue
		}
		content[f.key] = data
	}
	if ca, ok := content["mqtt.ca_file"]; ok && !x509.NewCertPool().AppendCertsFromPEM(ca) {
		bad("mqtt.ca_file", "there is no certificate in "+c.MQTT.CAFile, "name a file in PEM form, with -----BEGIN CERTIFICATE-----")
	}
	if text, ok := content["privacy.sample_key_file"]; ok {
		if _, err := sampleKey(text); err != nil {
			bad("privacy.sample_key_file", fmt.Sprintf("%s: %v", c.Privacy.SampleKeyFile, err), newKeyFix)
		}
	}
	for _, table := range []string{"mqtt", "board"} {
		cert, haveCert := content[table+".cert_file"]
		key, haveKey := content[table+".key_file"]
		if haveCert && haveKey {
			if _, err := tls.X509KeyPair(cert, key); err != nil {
				bad(table+".cert_file", err.Error(), "name a certificate and its own key, both in PEM form")
			}
		}
	}
	if len(found) == 0 {
		return nil
	}
	found.sort()
	return found
}

// maxNamedFile bounds a file that the configuration names. All authorities of Debian
// together are 0.2 MiB.
const maxNamedFile = 4 << 20

// readSmall reads a file of secrets or certificates. A pipe that was named by mistake
// must not hold the program up, and an image of a disk must not fill the memory.
func readSmall(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is %s and no file", path, notFile(info.Mode()))
	}
	data, err := io.ReadAll(io.LimitReader(f, maxNamedFile+1))
	if err == nil && len(data) > maxNamedFile {
		return nil, fmt.Errorf("%s is larger than 4 MiB: it is no secret and no certificate", path)
	}
	return data, err
}

// notFile names what is no regular file.
func notFile(mode fs.FileMode) string {
	switch mode.Type() &^ fs.ModeCharDevice {
	case fs.ModeDir:
		return "a folder"
	case fs.ModeNamedPipe:
		return "a pipe"
	}
	return "a device"
}

// unopenedFix says what to do when the configuration itself cannot be opened.
func unopenedFix(err error) string {
	if errors.Is(err, fs.ErrPermission) {
		return asMember
	}
	return "name another file, or copy the example there"
}

// unreadableFix says how to mend that a file cannot be read.
func unreadableFix(err error) string {
	if errors.Is(err, fs.ErrPermission) {
		return "let the user of the service read it: chgrp readyshelf, chmod 640"
	}
	return "put the file there, or correct the path"
}
