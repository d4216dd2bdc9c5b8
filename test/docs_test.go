package test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// root is the checkout, seen from this folder.
const root = ".."

// pages returns the text of every page for people, by its path from the root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(filepath.Join(root, "docs"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".md" {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		path, err := filepath.Rel(root, name)
		if err != nil {
			t.Fatal(err)
		}
		all[path] = string(text)
	}
	if len(all) < 3 {
		t.Fatalf("found %d pages, too few to be all", len(all))
	}
	return all
}

var (
	linkPattern    = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	headingPattern = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	fencePattern   = regexp.MustCompile("(?ms)^ *```([a-z]*)\n(.*?)^ *```$")
)

// anchors are the names by which the headings of a page are linked to, as GitHub
// makes them.
func anchors(page string) map[string]bool {
	all := map[string]bool{}
	for _, h := range headingPattern.FindAllStringSubmatch(fencePattern.ReplaceAllString(page, ""), -1) {
		all[strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, h[1])] = true
	}
	return all
}

// Every link between pages leads somewhere, to the very heading.
func TestLinks(t *testing.T) {
	all := pages(t)
	for path, text := range all {
		for _, m := range linkPattern.FindAllStringSubmatch(fencePattern.ReplaceAllString(text, ""), -1) {
			to, heading, _ := strings.Cut(m[1], "#")
			if strings.Contains(to, ":") {
				continue // another site: no test of ours asks the network
			}
			target := path
			if to != "" {
				target = filepath.Join(filepath.Dir(path), to)
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s links to %s, which is not there", path, m[1])
			} else if heading != "" && !anchors(all[target])[heading] {
				t.Errorf("%s links to %s, and that page has no such heading", path, m[1])
			}
		}
	}
}

// Every page can be found from the list of pages.
func TestPagesAreListed(t *testing.T) {
	all := pages(t)
	list := all[filepath.Join("docs", "README.md")]
	for path := range all {
		name, ok := strings.CutPrefix(path, "docs"+string(filepath.Separator))
		if ok && name != "README.md" && name != "bench.md" && !strings.Contains(list, "]("+filepath.ToSlash(name)+")") {
			t.Errorf("docs/README.md does not list %s", name)
		}
	}
}

// Every example of JSON is JSON.
func TestExamplesOfJSON(t *testing.T) {
	found := 0
	for path, text := range pages(t) {
		for _, m := range fencePattern.FindAllStringSubmatch(text, -1) {
			if m[1] != "json" {
				continue
			}
			found++
			if !json.Valid([]byte(m[2])) {
				t.Errorf("%s: an example is not JSON: %.60s…", path, m[2])
			}
		}
	}
	if found == 0 {
		t.Error("no examples found")
	}
}

// The page of the scales lists each protocol, with the mode that the program gives it.
func TestProtocolsAreListed(t *testing.T) {
	page := pages(t)[filepath.Join("docs", "scales.md")]
	out, err := exec.Command(binary, "scale", "list").Output()
	if err != nil {
		t.Fatal(err)
	}
	columns := regexp.MustCompile(`^(\S+) +(\d+ \d\w\d)? *(\S.*)$`)
	for line := range strings.Lines(string(out)) {
		m := columns.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			t.Fatalf("scale list says %q: want name, mode and text", line)
		}
		if row := "| `" + m[1] + "` | " + m[2]; !strings.Contains(page, row) {
			t.Errorf("docs/scales.md has no row that begins %q", row)
		}
	}
}
