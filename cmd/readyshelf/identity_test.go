package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A restored name comes before the board's, and one that cannot be read is an error: the
// box must not take another name in silence.
func TestDeviceName(t *testing.T) {
	for _, test := range []struct{ name, file, want, wrong string }{
		{"nothing restored", "", "b0a4d", ""},
		{"restored", "pi-7\n", "pi-7", ""},
		{"emptied", " ", "", "holds no name"},
		{"torn", "pi\x00\x00", "", "holds no name"},
		{"no topic", "a/b", "", "holds no name"},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := t.TempDir()
			if test.file != "" {
				if err := os.WriteFile(filepath.Join(data, identityName), []byte(test.file), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := deviceName(data, "b0a4d")
			if test.wrong == "" && (err != nil || got != test.want) {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
			if test.wrong != "" && (err == nil || !strings.Contains(err.Error(), test.wrong)) {
				t.Errorf("got %q, %v, want an error that says %q", got, err, test.wrong)
			}
		})
	}
}
