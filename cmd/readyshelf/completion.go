package main

import (
	"cmp"
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"readyshelf/device"
	"readyshelf/sensors/scale"
)

// The scripts of the shells know nothing: at each Tab they ask the program, whose words
// are those that kong parses. So nothing can be forgotten when a verb is added.
//
//go:embed shell
var shell embed.FS

// completionCmd is `readyshelf completion`.
type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run prints the shell's script.
func (c *completionCmd) Run(s streams) error {
	script, err := shell.ReadFile("shell/completion." + c.Shell)
	if err != nil {
		return err
	}
	_, err = s.out.Write(script)
	return err
}

// completeCmd is `readyshelf complete`, which the scripts call.
type completeCmd struct {
	Words []string `arg:"" optional:"" help:"The words after the program's name, the one at the cursor last."`
}

// fileNames in place of an offer lets the shell offer the names of files.
const fileNames = ":file"

// Run prints an offer a line: the word, a tab, what it means.
func (c *completeCmd) Run(k *kong.Kong, s streams) error {
	for _, o := range complete(k.Model.Node, c.Words) {
		fmt.Fprintf(s.out, "%s\t%s\n", o.word, o.help)
	}
	return nil
}

// offer is a word that may stand at the cursor.
type offer struct{ word, help string }

// complete says what may stand in place of the last word, after those before it.
func complete(root *kong.Node, words []string) []offer {
	current := ""
	if n := len(words); n > 0 {
		words, current = words[:n-1], words[n-1]
	}
	at := typed{node: root, flags: root.Flags}
	for _, w := range words {
		at.pass(w)
	}
	if at.value != nil {
		current = strings.TrimPrefix(current, "=")
	}
	var fits []offer
	for _, o := range at.offers(current) {
		if o.word == fileNames || strings.HasPrefix(o.word, current) {
			fits = append(fits, o)
		}
	}
	return fits
}

// typed is how far a command line has been read.
type typed struct {
	node  *kong.Node
	flags []*kong.Flag // of the node and of those above it
	args  int          // positional arguments of the node that are there
	value *kong.Value  // of the flag that stood last and wants one
	plain bool         // after "--" nothing is a flag
}

// pass reads a whole word.
func (t *typed) pass(w string) {
	switch {
	case t.value != nil:
		if w != "=" { // bash takes --flag=value apart
			t.value = nil
		}
	case t.plain:
		t.args++
	case w == "--":
		t.plain = true
	case strings.HasPrefix(w, "-"):
		if f := t.flag(w); f != nil && !f.IsBool() && !f.IsCounter() {
			t.value = f.Value
		}
	default:
		t.enter(w)
	}
}

// flag is the flag that w names; there is none where its value follows within the word.
func (t *typed) flag(w string) *kong.Flag {
	i := slices.IndexFunc(t.flags, func(f *kong.Flag) bool {
		return w == "--"+f.Name || f.Short != 0 && w == "-"+string(f.Short)
	})
	if i < 0 {
		return nil
	}
	return t.flags[i]
}

// enter reads a verb or an argument.
func (t *typed) enter(w string) {
	i := slices.IndexFunc(t.node.Children, func(n *kong.Node) bool { return n.Name == w || slices.Contains(n.Aliases, w) })
	if i < 0 {
		t.args++
		return
	}
	t.node, t.args = t.node.Children[i], 0
	t.flags = slices.Concat(t.flags, t.node.Flags)
}

// offers are all words that may stand here. current decides what they are of.
func (t *typed) offers(current string) (all []offer) {
	if t.value != nil {
		return values(t.value)
	}
	if name, _, ok := strings.Cut(current, "="); ok && strings.HasPrefix(current, "--") {
		if f := t.flag(name); f != nil {
			return afterFlag(name+"=", values(f.Value))
		}
	}
	if strings.HasPrefix(current, "-") && !t.plain {
		for _, f := range t.flags {
			if !f.Hidden {
				all = append(all, offer{"--" + f.Name, f.Help})
			}
		}
		return all
	}
	for _, n := range t.node.Children {
		if !n.Hidden {
			all = append(all, offer{n.Name, n.Help})
		}
	}
	if args := t.node.Positional; len(args) > 0 && (t.args < len(args) || args[len(args)-1].IsCumulative()) {
		all = append(all, values(args[min(t.args, len(args)-1)])...)
	}
	return all
}

// afterFlag puts the flag before its values. A shell completes a whole word, so there are no
// names of files here.
func afterFlag(flag string, all []offer) (whole []offer) {
	for _, o := range all {
		if o.word != fileNames {
			whole = append(whole, offer{flag + o.word, o.help})
		}
	}
	return whole
}

// values are the words that a flag or an argument may be.
func values(v *kong.Value) (all []offer) {
	switch {
	case v.Enum != "":
		for _, word := range v.EnumSlice() {
			all = append(all, offer{word, ""})
		}
	case v.Name == "protocol":
		for _, d := range scale.Dialects() {
			all = append(all, offer{d.Name, d.About})
		}
	case v.Name == "device" && v.Flag == nil:
		return devicesAt(configPath)
	case isFile(v):
		all = append(all, offer{fileNames, ""})
	}
	return all
}

// devicesAt are the devices that the configuration names, and the serial ports of this
// machine. What cannot be read is not offered.
func devicesAt(path string) (all []offer) {
	if c, err := LoadConfig(path); err == nil {
		for _, p := range c.Printers {
			all = append(all, offer{"printer/" + p.Name, cmp.Or(p.Listen, p.Serial, p.Gadget)})
		}
		for _, s := range c.Scales {
			all = append(all, offer{"scale/" + s.Name, s.Serial})
		}
		for _, b := range c.Buttons {
			all = append(all, offer{"button/" + b.Slot, b.Line})
		}
	}
	ports, err := device.SerialPorts()
	if err != nil {
		return all
	}
	for _, p := range ports {
		all = append(all, offer{p.Path, p.Product})
	}
	return all
}

// isFile says whether a value is a file or a folder, as its name tells people.
func isFile(v *kong.Value) bool {
	name := strings.ToLower(cmp.Or(v.Tag.PlaceHolder, v.Name))
	return slices.ContainsFunc([]string{"file", "dir", "folder"}, func(end string) bool { return strings.HasSuffix(name, end) })
}
