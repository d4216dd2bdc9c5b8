package main

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// constants returns the strings of a source file's constants that want takes, by
// their name and the name of their type.
func constants(t *testing.T, file string, want func(name, kind string) bool) (all []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || len(v.Values) != 1 {
			return true
		}
		kind, _ := v.Type.(*ast.Ident)
		value, ok := v.Values[0].(*ast.BasicLit)
		if kind == nil {
			kind = &ast.Ident{}
		}
		if ok && value.Kind == token.STRING && want(v.Names[0].Name, kind.Name) {
			s, err := strconv.Unquote(value.Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, s)
		}
		return true
	})
	return all
}

// alertTypes are all of kitchen.AlertType.
func alertTypes(t *testing.T) []string {
	return constants(t, "../../kitchen/alert.go", func(_, kind string) bool { return kind == "AlertType" })
}

// checkKinds wants an example and a schema of each kind of message that the program
// has, and none of any other.
func checkKinds(t *testing.T, examples map[string]string) {
	t.Helper()
	want := []string{"state.board", "state.health", "status.online", "status.offline", "reply.error", "doctor"}
	described := []string{"event", "state.board", "state.health", "status", "reply.error", "doctor"}
	for _, alert := range alertTypes(t) {
		want, described = append(want, "event."+alert), append(described, alert)
	}
	for name := range commands {
		want = append(want, "command."+name, "reply."+name)
		described = append(described, "command."+name, "reply."+name)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(examples))); diff != "" {
		t.Errorf("kinds of messages: the program has -, the day had +\n%s", diff)
	}
	all, err := schemas()
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(described)
	if diff := cmp.Diff(described, slices.Sorted(maps.Keys(all))); diff != "" {
		t.Errorf("schemas: want -, got +\n%s", diff)
	}
}

// checkCodes wants each code of an error among the replies of the day and in the
// schema, and no other in either.
func checkCodes(t *testing.T, seen map[string]bool) {
	t.Helper()
	code := func(name, _ string) bool { return regexp.MustCompile(`^[cC]ode[A-Z]`).MatchString(name) }
	want := append(constants(t, "commands.go", code), constants(t, "../../kitchen/command.go", code)...)
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(seen))); diff != "" {
		t.Errorf("codes of errors: the program has -, the day had +\n%s", diff)
	}
	var schema struct {
		Properties struct {
			Error struct {
				Properties struct{ Code struct{ Enum []string } }
			}
		}
	}
	if err := json.Unmarshal(readFile(t, contractDir, "schemas", "reply.error.json"), &schema); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, slices.Sorted(slices.Values(schema.Properties.Error.Properties.Code.Enum))); diff != "" {
		t.Errorf("codes of errors: the program has -, the schema has +\n%s", diff)
	}
}

func readFile(t *testing.T, path ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// fine decimals differ between processors: one has a fused multiply-add.
var fineDecimals = regexp.MustCompile(`(\.\d{6})\d+`)

// checkExamples compares the examples of the contract with what was said, and the
// page with the examples. With -update it writes both.
func checkExamples(t *testing.T, said map[string]string) {
	t.Helper()
	dir := filepath.Join(contractDir, "examples")
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if _, ok := said[strings.TrimSuffix(filepath.Base(file), ".json")]; ok {
			continue
		}
		if t.Errorf("%s is no example of anything", file); *update {
			os.Remove(file)
		}
	}
	for name, body := range said {
		asWritten(t, filepath.Join(dir, name+".json"), indented(t, body))
	}
	page := filepath.Join(contractDir, "README.md")
	if text := string(readFile(t, page)); strings.Count(text, "```json") != len(exampleBlock.FindAllString(text, -1)) {
		t.Errorf("%s has JSON that is no example: each stands under a link to its file", page)
	}
	asWritten(t, page, exampleBlock.ReplaceAllStringFunc(string(readFile(t, page)), func(block string) string {
		m := exampleBlock.FindStringSubmatch(block)
		return m[1] + string(readFile(t, contractDir, m[2])) + "```\n"
	}))
}

// lists are the lists and objects that hold no other, over several lines.
var lists = regexp.MustCompile(`(?m)^.*[\[{]\n[^\[\]{}]*\n *[\]}],?$`)

// indented is JSON for people: what holds no other list or object and fits into a
// line is in one.
func indented(t *testing.T, body string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(body), "", "  "); err != nil {
		t.Fatal(err)
	}
	return lists.ReplaceAllStringFunc(b.String(), func(list string) string {
		lines := strings.Split(list, "\n")
		last := len(lines) - 1
		line := lines[0] + strings.TrimSpace(lines[1])
		for _, l := range lines[2:last] {
			line += " " + strings.TrimSpace(l)
		}
		if line += strings.TrimSpace(lines[last]); len(line) > 110 {
			return list
		}
		return line
	}) + "\n"
}

// exampleBlock is an example on the page, under a link to its file.
var exampleBlock = regexp.MustCompile("(?s)(\\]\\((examples/[a-z_.]+\\.json)\\):\n\n```json\n)(.*?)```\n")

// asWritten compares a file with what it should be, or writes it.
func asWritten(t *testing.T, file, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got := string(readFile(t, file))
	if diff := cmp.Diff(fineDecimals.ReplaceAllString(want, "$1"), fineDecimals.ReplaceAllString(got, "$1")); diff != "" {
		t.Errorf("%s: want -, got +; -update writes it anew\n%s", file, diff)
	}
}
