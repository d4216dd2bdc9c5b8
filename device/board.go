package device

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
)

const (
	boardSerialFile = "/proc/device-tree/serial-number"
	machineIDFile   = "/etc/machine-id"
)

// SerialNumber returns a name for this device that no other has: the board's
// serial number (a Pi prints it in /proc/cpuinfo too), else one derived from the
// machine id, else a random one that is kept in the file fallback.
//
// The machine id itself is a secret (see machine-id(5)), so only a keyed hash of
// it is shown. The host name is not used: cloned cards would share it.
func SerialNumber(fallback string) (string, error) {
	return serialNumber(boardSerialFile, machineIDFile, fallback)
}

func serialNumber(board, machine, fallback string) (string, error) {
	if s := word(board); strings.Trim(s, "0") != "" {
		return s, nil
	}
	if id, err := hex.DecodeString(word(machine)); err == nil && len(id) == 16 {
		h := hmac.New(sha256.New, id)
		h.Write([]byte("readyshelf serial number"))
		return hex.EncodeToString(h.Sum(nil)[:8]), nil
	}
	if s := word(fallback); s != "" {
		return s, nil
	}
	var b [8]byte
	rand.Read(b[:])
	s := hex.EncodeToString(b[:])
	if err := WriteFile(fallback, s+"\n"); err != nil {
		return "", fmt.Errorf("keep a serial number for this device: %w", err)
	}
	return s, nil
}

// word returns what a file says if that is one word of letters and digits, and
// else nothing. Device tree strings end in NUL.
func word(file string) string {
	b, err := os.ReadFile(file)
	s := strings.TrimSpace(strings.TrimRight(string(b), "\x00"))
	if err != nil || strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) {
		return ""
	}
	return s
}
