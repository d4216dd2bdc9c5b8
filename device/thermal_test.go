package device

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTemperature(t *testing.T) {
	for name, c := range map[string]struct {
		files []string
		want  float64
		ok    bool
	}{
		"none":                    {nil, 0, false},
		"a Pi":                    {[]string{"48312\n"}, 48.312, true},
		"two: the hotter one":     {[]string{"48312\n", "51000\n"}, 51, true},
		"in a cold store":         {[]string{"-2500\n"}, -2.5, true},
		"one that does not speak": {[]string{"", "40000\n"}, 40, true},
		"none that speaks":        {[]string{"warm\n"}, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for i, text := range c.files {
				if err := os.WriteFile(filepath.Join(dir, string(rune('a'+i))), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, ok := hottest(filepath.Join(dir, "*"))
			if ok != c.ok || ok && got != c.want {
				t.Errorf("got %v, %v, want %v, %v", got, ok, c.want, c.ok)
			}
		})
	}
}
