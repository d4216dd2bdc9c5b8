package board

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

// words returns a dictionary of the page.
func words(t *testing.T, language string) map[string]string {
	t.Helper()
	w, err := dictionary(web, language)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// source returns the text of the page's files that end in ext.
func source(t *testing.T, ext string) string {
	t.Helper()
	names, err := fs.Glob(web, "web/*"+ext)
	if err != nil || len(names) == 0 {
		t.Fatalf("no %s in the page: %v", ext, err)
	}
	var all strings.Builder
	for _, name := range names {
		body, err := fs.ReadFile(web, name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(body)
	}
	return all.String()
}

var blank = regexp.MustCompile(`\{\w+\}`)

// own returns what a language's own file has.
func own(t *testing.T, language string) (own map[string]string) {
	t.Helper()
	body, err := fs.ReadFile(web, "web/words/"+language+".json")
	if err == nil {
		err = json.Unmarshal(body, &own)
	}
	if err != nil {
		t.Fatal(err)
	}
	return own
}

// blanks are the values that a text fills in.
func blanks(text string) []string {
	all := blank.FindAllString(text, -1)
	slices.Sort(all)
	return all
}

func TestLanguages(t *testing.T) {
	en := own(t, "en")
	if diff := cmp.Diff(slices.Sorted(maps.Keys(own(t, "zh"))), slices.Sorted(maps.Keys(en))); diff != "" {
		t.Errorf("the languages have different keys (-zh +en):\n%s", diff)
	}
	for _, language := range Languages() {
		for key, text := range own(t, language) {
			if a, b := blanks(text), blanks(en[key]); !slices.Equal(a, b) {
				t.Errorf("%s: %s fills in %v, en %v", key, language, a, b)
			}
			if text == "" {
				t.Errorf("%s of %s is empty", key, language)
			}
		}
	}
	for language, want := range map[string]string{"zh": `lang="zh-CN"`, "en": `lang="en"`, "": `lang="zh-CN"`} {
		p := site()
		p.Language = language
		if body := get(p.Handler(), "/").Body.String(); !strings.Contains(body, want) {
			t.Errorf("language %q: the page lacks %s", language, want)
		}
	}
}

// One more file is one more language; what it lacks is said in English.
func TestOneMoreLanguage(t *testing.T) {
	pages := fstest.MapFS{
		"web/words/en.json": {Data: []byte(`{"lang":"en","close":"Close"}`)},
		"web/words/fr.json": {Data: []byte(`{"lang":"fr"}`)},
	}
	if got := languages(pages); !slices.Equal(got, []string{"en", "fr"}) {
		t.Errorf("got %v", got)
	}
	w, err := dictionary(pages, "fr")
	if diff := cmp.Diff(map[string]string{"lang": "fr", "close": "Close"}, w); err != nil || diff != "" {
		t.Errorf("got %v (-want +got):\n%s", err, diff)
	}
	if got := Languages(); !slices.Equal(got, []string{"en", "zh"}) {
		t.Errorf("got %v, want what web/words has", got)
	}
}

// Every word that the page asks for is there, and every word there is asked for.
func TestWordsUsed(t *testing.T) {
	w := words(t, "en")
	used := map[string]bool{}
	ask := func(key, by string) {
		used[key] = true
		if w[key] == "" {
			t.Errorf("%s asks for %q, which no dictionary has", by, key)
		}
	}
	for _, m := range regexp.MustCompile(`\bt\("([\w.-]+)"[,)]`).FindAllStringSubmatch(source(t, ".js"), -1) {
		ask(m[1], "a script")
	}
	for _, m := range regexp.MustCompile(`\.Words(?:\.| ")([\w.-]+)`).FindAllStringSubmatch(source(t, ".html"), -1) {
		ask(m[1], "the page")
	}
	for _, light := range []kitchen.Light{
		kitchen.LightOff, kitchen.LightAssigned, kitchen.LightReady, kitchen.LightLate, kitchen.LightFault, "sent",
	} {
		ask("light."+string(light), "a slot")
	}
	for _, kind := range []kitchen.SlipKind{kitchen.SlipUrge, kitchen.SlipCancel, kitchen.SlipVoid} {
		ask("slip."+string(kind), "an unknown slip")
	}
	for _, p := range pages {
		if p.role > Nobody {
			ask("page."+p.name, "the list of pages")
		}
	}
	for role := Pickup; role <= Owner; role++ {
		ask("role."+role.String(), "a screen's own line")
	}
	ask("light.tried", "a light")
	for prefix, names := range map[string]string{
		"devices.state.": "ok faulty unopened connecting alone",
		"devices.try.":   "printer scale button",
		"devices.do.":    "printer scale button",
		"devices.real.":  "printer scale button",
		"devices.came.":  "press stuck ticket weight noise silence",
		"devices.slip.":  "order urge cancel void reprint report unknown",
	} {
		for _, name := range strings.Fields(names) {
			ask(prefix+name, "the page of the devices")
		}
	}
	for key := range w {
		for _, prefix := range []string{"key", "hint", "choice", "alert", "who", "why"} { // cmd's own test holds them to what there is
			if strings.HasPrefix(key, "settings."+prefix+".") {
				ask(key, "the page of the settings")
			}
		}
	}
	ask("phase.cooking", "a tile")
	ask("phase.late", "a tile")
	for key := range w {
		if !used[key] && !strings.HasPrefix(key, "channel.") {
			t.Errorf("nobody asks for %q", key)
		}
	}
}

// Shapes are told by name; a missing one would leave a state to its colour.
func TestIconsUsed(t *testing.T) {
	html := source(t, ".html")
	names := []string{"off", "ready", "sent", "late", "fault", "cooking", "tardy", "stored", "handed"} // of lights, ages, stages
	for _, m := range regexp.MustCompile(`\b(?:(?:icon|chip|notice)\(|button\("\w*", )"(\w+)"`).FindAllStringSubmatch(source(t, ".js"), -1) {
		names = append(names, m[1])
	}
	for _, m := range regexp.MustCompile(`\bbanner\("\w+", "(\w+)"`).FindAllStringSubmatch(source(t, ".js"), -1) {
		names = append(names, m[1])
	}
	for _, name := range names {
		if !strings.Contains(html, `id="i-`+name+`"`) {
			t.Errorf("the page has no shape %q", name)
		}
	}
}

// A ticket's text must never be read as markup, and nothing comes from elsewhere.
func TestNoMarkupFromText(t *testing.T) {
	all := source(t, ".js") + source(t, ".html") + source(t, ".css")
	for _, bad := range []string{
		"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "style=", "onclick", "https://", "@import", "url(",
	} {
		if strings.Contains(all, bad) {
			t.Errorf("the page uses %s", bad)
		}
	}
}

// WCAG 2.2 AA asks 4.5:1 of text, and 3:1 of what a drawing needs to be understood.
func TestContrast(t *testing.T) {
	css := source(t, "base.css")
	var dark map[string]float64
	for _, theme := range []string{":root", `:root[data-theme="light"]`} {
		_, block, found := strings.Cut(css, "\n"+theme+" {")
		block, _, _ = strings.Cut(block, "}")
		colours := map[string]float64{}
		for _, m := range regexp.MustCompile(`--(\w+): #(\w{6})`).FindAllStringSubmatch(block, -1) {
			colours[m[1]] = luminance(t, m[2])
		}
		if dark == nil {
			dark = colours
		}
		if !found || len(colours) < 8 || !slices.Equal(slices.Sorted(maps.Keys(dark)), slices.Sorted(maps.Keys(colours))) {
			t.Fatalf("%s has the colours %v", theme, slices.Sorted(maps.Keys(colours)))
		}
		check := func(least float64, over, under string) {
			for _, ground := range strings.Fields(under) {
				for _, text := range strings.Fields(over) {
					a, b := colours[text], colours[ground]
					if got := (max(a, b) + .05) / (min(a, b) + .05); got < least {
						t.Errorf("%s: %s on %s has %.1f:1, want %.1f:1", theme, text, ground, got, least)
					}
				}
			}
		}
		check(4.5, "text dim good late warn info mods", "ground tile")
		check(4.5, "ink", "good late warn info")
		check(3, "past late info text", "track")
	}
}

// luminance is the relative luminance of a colour in sRGB, as WCAG defines it.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	var c [3]int
	if _, err := fmt.Sscanf(hex, "%02x%02x%02x", &c[0], &c[1], &c[2]); err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for i, weight := range []float64{.2126, .7152, .0722} {
		v := float64(c[i]) / 255
		if v <= .04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}
