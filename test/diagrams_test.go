package test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"readyshelf/device"
)

// drawing is what a diagram says: its title, its description, and every text.
type drawing struct {
	title, desc string
	texts       []string
}

// diagrams reads every diagram of the pages, by its name.
func diagrams(t *testing.T) map[string]drawing {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "docs", "diagrams", "*.svg"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no diagrams: %v", err)
	}
	all := map[string]drawing{}
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(path)] = readDrawing(t, path, f)
		f.Close()
	}
	return all
}

// readDrawing reads the texts of an SVG.
func readDrawing(t *testing.T, path string, r io.Reader) (d drawing) {
	t.Helper()
	x := xml.NewDecoder(r)
	var element string
	for {
		token, err := x.Token()
		if errors.Is(err, io.EOF) {
			return d
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			element = token.Name.Local
		case xml.EndElement:
			element = ""
		case xml.CharData:
			switch text := strings.TrimSpace(string(token)); element {
			case "title":
				d.title = text
			case "desc":
				d.desc = text
			case "text":
				d.texts = append(d.texts, text)
			}
		}
	}
}

// Every diagram says to those who cannot see it what it shows, and stands on a page.
func TestDiagrams(t *testing.T) {
	var text strings.Builder
	for _, page := range pages(t) {
		text.WriteString(page)
	}
	for name, d := range diagrams(t) {
		if d.title == "" || d.desc == "" || len(d.texts) == 0 {
			t.Errorf("%s lacks a title, a description or texts", name)
		}
		if !strings.Contains(text.String(), "diagrams/"+name+")") {
			t.Errorf("no page shows %s", name)
		}
	}
}

// slotRow is a slot of the table of pins: slot, button's pin and line, light's pin and line.
var slotRow = regexp.MustCompile(`(?m)^\| (A\d) \| (\d+) \| (GPIO\d+) \| (\d+) \| (GPIO\d+) \|$`)

// The drawing of the header names the lines and slots that the table names: pin by
// pin, a text for the pin, one for its line, and one for what is there.
func TestHeaderDiagram(t *testing.T) {
	texts := diagrams(t)["header.svg"].texts
	has := func(pin, line, use string) bool {
		for i := 0; i+2 < len(texts); i++ {
			if texts[i] == pin && texts[i+1] == line && texts[i+2] == use {
				return true
			}
		}
		return false
	}
	rows := slotRow.FindAllStringSubmatch(pages(t)["docs/wiring.md"], -1)
	if len(rows) != 8 {
		t.Fatalf("the page on wiring has %d slots, want 8", len(rows))
	}
	for _, r := range rows {
		if !has(r[2], r[3], "button "+r[1]) || !has(r[4], r[5], "light "+r[1]) {
			t.Errorf("slot %s: the drawing and the table differ", r[1])
		}
	}
}

// Every pin of the drawing is the line that the program takes it for, and what it takes
// for supply or ground is drawn as that.
func TestPinsOfHeaderDiagram(t *testing.T) {
	texts := diagrams(t)["header.svg"].texts
	for n := 1; n <= 40; n++ {
		i := slices.Index(texts, strconv.Itoa(n))
		if i < 0 || i+1 == len(texts) {
			t.Errorf("pin %d is not drawn", n)
			continue
		}
		got := texts[i+1]
		line, err := device.LineName("P1_" + strconv.Itoa(n))
		if supply := got == "3.3 V" || got == "5 V" || got == "ground"; supply != (err != nil) || !supply && got != line {
			t.Errorf("pin %d is drawn as %s, the program says %q, %v", n, got, line, err)
		}
	}
}
