package main

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"readyshelf/device"
)

// A box is known to the cloud as its device in the configuration, else as what the
// file identity in the data folder says, else as the serial number of its board. That
// file is written by a restore, so that a box keeps its name on a new board.
const identityName = "identity"

// deviceName is how the cloud knows the box with this data folder and board, unless the
// configuration names it.
func deviceName(data, board string) (string, error) {
	name, err := readIdentity(data)
	return cmp.Or(name, board), err
}

// readIdentity reads the name that a restore gave the box; empty where it gave none.
func readIdentity(data string) (string, error) {
	path := filepath.Join(data, identityName)
	text, err := readSmall(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the name of this box: %w", err)
	}
	name := strings.TrimSpace(string(text))
	if !isName(name) {
		return "", fmt.Errorf("%s holds no name: put the name in that this box had, or remove the file to take the board's serial number", path)
	}
	return name, nil
}

// keySize is the length of a key in bytes, as HMAC-SHA256 likes it.
const keySize = 32

// orderKey reads the key that hashes long order ids, and makes it at the first start.
func orderKey(path string) ([]byte, error) {
	return keyFile(path, "privacy.order_key_file", "restore it from a backup, or remove it to begin with a new one")
}

// keyFile reads a key of our own, and makes it where there is none yet. What names it in
// an error, and remedy says what to do where it is no key.
func keyFile(path, what, remedy string) ([]byte, error) {
	text, err := readSmall(path)
	if errors.Is(err, fs.ErrNotExist) {
		key := make([]byte, keySize)
		rand.Read(key)
		return key, writeSecret(path, hex.EncodeToString(key)+"\n")
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) < keySize/2 {
		return nil, fmt.Errorf("%s: %s holds no key; %s", what, path, remedy)
	}
	return key, nil
}

// writeSecret writes a file that only its owner may read, whole or not at all.
func writeSecret(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return fmt.Errorf("make the folder of a secret: %w", err)
	}
	if err := device.WriteFile(path, text); err != nil {
		return fmt.Errorf("write a secret: %w", err)
	}
	return nil
}
