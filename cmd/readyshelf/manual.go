package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"text/template"

	"github.com/alecthomas/kong"

	"readyshelf/systemd"
)

// manualCmd is `readyshelf manual`: the pages that man shows, in roff. They are made from
// what kong parses and from the configuration that is installed, so they are never old.
type manualCmd struct {
	Page string `arg:"" enum:"1,5" help:"1 for readyshelf(1), 5 for readyshelf.toml(5)."`
}

// Run prints a page.
func (c *manualCmd) Run(k *kong.Kong, s streams) error {
	if c.Page == "5" {
		return manualOfFile(s.out, string(systemd.Configuration))
	}
	return manualOfVerbs(s.out, k.Model)
}

var (
	//go:embed manual/readyshelf.1
	verbsPage string
	//go:embed manual/readyshelf.toml.5
	filePage string
)

// roffWords write text so that roff reads it as text.
var roffWords = template.FuncMap{
	"text": roff,
	"flag": func(f *kong.Flag) string {
		name := "--" + f.Name
		if f.Short != 0 {
			name = "-" + string(f.Short) + ", " + name
		}
		if !f.IsBool() && !f.IsCounter() {
			name += "=" + f.FormatPlaceHolder()
		}
		return roff(name)
	},
	"usage": func(n *kong.Node) string {
		words := []string{n.Path()}
		for _, p := range n.Positional {
			words = append(words, p.Summary())
		}
		return roff(strings.Join(words, " "))
	},
	"shown": func(all []*kong.Flag) (shown []*kong.Flag) {
		for _, f := range all {
			if !f.Hidden {
				shown = append(shown, f)
			}
		}
		return shown
	},
}

// roff escapes what roff would take for a command or for typography: a backslash, a
// minus, a dot or an apostrophe that begins a line.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, ".") || strings.HasPrefix(l, "'") {
			lines[i] = `\&` + l
		}
	}
	return strings.Join(lines, "\n")
}

func manualOfVerbs(w io.Writer, app *kong.Application) error {
	return printPage(w, verbsPage, struct {
		Help  string
		Verbs []*kong.Node
	}{app.Help, app.Leaves(true)})
}

func manualOfFile(w io.Writer, configuration string) error {
	var body bytes.Buffer
	for _, block := range strings.Split(configuration, "\n\n") {
		blockOfFile(&body, strings.Trim(block, "\n"))
	}
	return printPage(w, filePage, body.String())
}

// blockOfFile writes lines that stand together in the configuration: a heading where they
// begin a table, the remarks as text, the settings as they are.
func blockOfFile(w *bytes.Buffer, block string) {
	var said, set []string
	for line := range strings.Lines(block) {
		line = strings.TrimRight(line, "\n")
		bare := strings.TrimPrefix(line, "#")
		switch {
		case strings.HasPrefix(bare, "["):
			fmt.Fprintf(w, ".SS %s\n", roff(bare))
		case line == "#":
			said = append(said, ".PP")
		case strings.HasPrefix(line, "# "):
			said = append(said, roff(line[2:]))
		default:
			set = append(set, roff(line))
		}
	}
	if len(said) > 0 {
		fmt.Fprintf(w, ".PP\n%s\n", strings.Join(said, "\n"))
	}
	if len(set) > 0 {
		fmt.Fprintf(w, ".PP\n.RS 4\n.nf\n%s\n.fi\n.RE\n", strings.Join(set, "\n"))
	}
}

func printPage(w io.Writer, page string, data any) error {
	t, err := template.New("page").Funcs(roffWords).Parse(page)
	if err != nil {
		return fmt.Errorf("read a page of the manual: %w", err)
	}
	return t.Execute(w, data)
}
