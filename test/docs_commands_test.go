package test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var (
	spanPattern = regexp.MustCompile("`([^`\n]+)`")
	// A command is the first word of its line, or follows what leads to one.
	commandPattern = regexp.MustCompile(`(?m)(?:^ *|sudo |[|&;(] ?)(?:bin/)?readyshelf ([a-z][^|&;)#\n]*)`)
	systemPattern  = regexp.MustCompile(`systemctl ([^|&;)#\n]*)`)
	makePattern    = regexp.MustCompile(`(?m)(?:^ *|[|&;(] ?)make ([a-z-]+)`)
	flagPattern    = regexp.MustCompile(`(?:^| )--([a-z-]+)`)
	verbPattern    = regexp.MustCompile(`(?m)^  ([a-z-]+(?: [a-z-]+)*)(?: |$)`)
	unitPattern    = regexp.MustCompile(`\breadyshelf[a-z-]*(?:\.(?:service|socket))?(?: |$)`)
)

// code is all that a page shows as code: blocks, and words in a sentence, a line each.
func code(page string) string {
	var b strings.Builder
	for _, m := range fencePattern.FindAllStringSubmatch(page, -1) {
		b.WriteString(strings.ReplaceAll(m[2], "\\\n", " "))
	}
	for _, m := range spanPattern.FindAllStringSubmatch(fencePattern.ReplaceAllString(page, ""), -1) {
		b.WriteString(m[1] + "\n")
	}
	return b.String()
}

// help is what the program says of a verb, or of itself.
func help(t *testing.T, verb string) string {
	t.Helper()
	out, err := exec.Command(binary, append(strings.Fields(verb), "--help")...).Output()
	if err != nil {
		t.Fatalf("readyshelf %s --help: %v", verb, err)
	}
	return string(out)
}

// Every command that a page tells somebody to type is one that the program has, with
// these flags.
func TestCommandsOfPages(t *testing.T) {
	helps := map[string]string{}
	_, list, _ := strings.Cut(help(t, ""), "Commands:")
	for _, m := range verbPattern.FindAllStringSubmatch(list, -1) {
		helps[m[1]] = help(t, m[1])
	}
	found := 0
	for path, text := range pages(t) {
		for _, m := range commandPattern.FindAllStringSubmatch(code(text), -1) {
			found++
			about, known := "", false
			for verb, help := range helps {
				said := strings.TrimSpace(m[1]) + " "
				if strings.HasPrefix(said, verb+" ") {
					about = help
				}
				known = known || strings.HasPrefix(verb, said) // as `log` and `ticket samples`
			}
			if about == "" && !known {
				t.Errorf("%s says readyshelf %s: there is no such command", path, m[1])
				continue
			}
			for _, f := range flagPattern.FindAllStringSubmatch(m[1], -1) {
				if about != "" && !strings.Contains(about, "--"+f[1]) && !strings.Contains(about, "--[no-]"+strings.TrimPrefix(f[1], "no-")) {
					t.Errorf("%s says readyshelf %s: it has no --%s", path, m[1], f[1])
				}
			}
		}
	}
	if found < 40 {
		t.Errorf("found %d commands on the pages, too few to be all", found)
	}
}

// Every unit that a page names is in the package, and every verb of make in the
// Makefile.
func TestUnitsAndVerbsOfPages(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	units, verbs := 0, 0
	for path, text := range pages(t) {
		text = code(text)
		for _, m := range systemPattern.FindAllStringSubmatch(text, -1) {
			for _, unit := range unitPattern.FindAllString(m[1], -1) {
				units++
				if unit = strings.TrimSpace(unit); filepath.Ext(unit) == "" {
					unit += ".service"
				}
				if _, err := os.Stat(filepath.Join(root, "systemd", unit)); err != nil {
					t.Errorf("%s says systemctl %s: the package has no %s", path, m[1], unit)
				}
			}
		}
		for _, m := range makePattern.FindAllStringSubmatch(text, -1) {
			verbs++
			if !slices.ContainsFunc(strings.Split(string(makefile), "\n"), func(l string) bool { return strings.HasPrefix(l, m[1]+":") }) {
				t.Errorf("%s says make %s: there is no such verb", path, m[1])
			}
		}
	}
	if units < 10 || verbs < 10 {
		t.Errorf("found %d units and %d verbs, too few to be all", units, verbs)
	}
}

// The page on installing has ten steps; each says what to do, what is seen, and what
// if not.
func TestStepsOfInstalling(t *testing.T) {
	_, text, _ := strings.Cut(pages(t)["docs/install.md"], "\n## ")
	steps := strings.Split(text, "\n## ")
	if len(steps) != 10 {
		t.Fatalf("the page has %d steps, want 10", len(steps))
	}
	for i, step := range steps {
		if !strings.HasPrefix(step, strconv.Itoa(i+1)+". ") {
			t.Errorf("step %d is called %.20q", i+1, step)
		}
		for _, part := range []string{"**Do.**", "**You see**", "**If not"} {
			if i > 0 && !strings.Contains(step, part) { // the first is a list of parts
				t.Errorf("step %d lacks %s", i+1, part)
			}
		}
	}
}

// The slip that the page types is understood as the page says.
func TestSlipOfInstalling(t *testing.T) {
	page := pages(t)["docs/install.md"]
	typed := regexp.MustCompile(`printf '[^']+'`).FindString(page)
	slip, err := exec.Command("bash", "-c", typed).Output()
	if err != nil || len(slip) == 0 {
		t.Fatalf("%s: %v", typed, err)
	}
	file := filepath.Join(t.TempDir(), "slip.bin")
	if err := os.WriteFile(file, slip, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(binary, "ticket", "decode", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Kind  string
		Seq   string
		Items []struct {
			Qty  int
			Name string
		}
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	said := "understood as slip: " + got.Kind + " #" + got.Seq
	for i, item := range got.Items {
		said += []string{" ", ", "}[min(i, 1)] + strconv.Itoa(item.Qty) + "×" + item.Name
	}
	if !strings.Contains(page, said+"\n") {
		t.Errorf("the page does not say %q", said)
	}
}

// The command that sets a box up without a question does so, and the configuration
// that it writes is what the page says.
func TestSetupOfInstalling(t *testing.T) {
	page := pages(t)["docs/install.md"]
	line := regexp.MustCompile(`(?m)^ *sudo readyshelf (setup --yes .*)$`).FindStringSubmatch(code(page))
	if line == nil {
		t.Fatal("the page has no setup --yes")
	}
	dir := t.TempDir()
	conf := filepath.Join(dir, "readyshelf.toml")
	shipped, err := os.ReadFile(filepath.Join(root, "systemd", "readyshelf.toml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{conf: shipped, filepath.Join(dir, "mqtt.password"): []byte("secret\n")} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(args ...string) string {
		t.Helper()
		c := exec.Command(binary, append(args, "--config", conf)...)
		c.Dir = dir
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("readyshelf %q: %v\n%s", args, err, out)
		}
		return string(out)
	}
	run(append(strings.Fields(line[1]), "--no-try", "--no-probe", "--no-stop", "--no-restart")...)
	if got := strings.ReplaceAll(run("check"), conf, "/etc/readyshelf/readyshelf.toml"); !strings.Contains(page, got) {
		t.Errorf("the page does not say what check does:\n%s", got)
	}
}
