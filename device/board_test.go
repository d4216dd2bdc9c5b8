package device

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestSerialNumber(t *testing.T) {
	const machine = "0123456789abcdef0123456789abcdef\n"
	for name, c := range map[string]struct {
		board, machine, kept string
		want                 string // regexp
	}{
		"a Pi":                       {"10000000abcdef01\x00", machine, "", `^10000000abcdef01$`},
		"a board with zeros only":    {"0000000000000000\x00", machine, "", `^cbfcb9816f230550$`},
		"a board with strange bytes": {"a/b\x00", machine, "", `^cbfcb9816f230550$`},
		"no board":                   {"", machine, "", `^cbfcb9816f230550$`},
		"an image not yet started":   {"", "uninitialized\n", "", `^[0-9a-f]{16}$`},
		"nothing but what was kept":  {"", "", "feedfacefeedface\n", `^feedfacefeedface$`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := func(name, text string) string {
				p := filepath.Join(dir, name)
				if text != "" {
					if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				return p
			}
			b, m, k := file("board", c.board), file("machine", c.machine), file("kept", c.kept)
			got, err := serialNumber(b, m, k)
			if err != nil || !regexp.MustCompile(c.want).MatchString(got) {
				t.Errorf("serial number %q, error %v, want %s", got, err, c.want)
			}
			if strings.Contains(machine, got) {
				t.Errorf("serial number %q shows the machine id", got)
			}
			if again, err := serialNumber(b, m, k); again != got || err != nil {
				t.Errorf("the second time it is %q, %v", again, err)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, ".*")); left != nil {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

func TestSerialNumberThatCannotBeKept(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	if got, err := serialNumber(none, none, filepath.Join(none, "kept")); err == nil {
		t.Errorf("serial number %q without a place to keep it", got)
	}
}

func TestSerialNumberOfThisMachine(t *testing.T) {
	got, err := SerialNumber(filepath.Join(t.TempDir(), "kept"))
	if err != nil || got == "" {
		t.Errorf("serial number %q, error %v", got, err)
	}
}
