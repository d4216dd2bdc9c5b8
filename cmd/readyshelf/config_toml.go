package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// tomlNode is a value of the file, with the byte offsets of its key and itself.
type tomlNode struct {
	kind       unstable.Kind
	key, value int
	text       string      // of a scalar, without quotes
	items      []*tomlNode // of an array and of an array of tables
	table      *tomlTable  // of a table, inline or not
}

// tomlTable is a table of the file, its keys in their order.
type tomlTable struct {
	names  []string
	nodes  map[string]*tomlNode
	header bool // it has had its own [header]
}

func newTOMLTable() *tomlTable { return &tomlTable{nodes: map[string]*tomlNode{}} }

// set adds a key that is not there yet.
func (t *tomlTable) set(name string, n *tomlNode) {
	t.names = append(t.names, name)
	t.nodes[name] = n
}

// tomlPart is one part of a dotted key.
type tomlPart struct {
	name string
	at   int
}

// tomlReader builds the tree of one file. It goes on after whatever is wrong in
// meaning, and stops at what is no TOML.
type tomlReader struct {
	text   *sourceText
	parser unstable.Parser
	report func(at int, key, what, fix string)
}

// readTOML returns the tree of text, or false where it is no TOML. It reports
// what is wrong with the form of the file, syntax and keys given twice.
func readTOML(text *sourceText, report func(at int, key, what, fix string)) (*tomlTable, bool) {
	r := tomlReader{text: text, report: report}
	if at := invalidUTF8(text.data); at >= 0 {
		report(at, "", "this byte is no UTF-8 text", "save the file as UTF-8")
		return nil, false
	}
	root := newTOMLTable()
	current, path := root, ""
	r.parser.Reset(text.data)
	for r.parser.NextExpression() {
		switch e := r.parser.Expression(); e.Kind {
		case unstable.Table:
			current, path = r.open(root, tomlKey(e)), dotted(tomlKey(e))
		case unstable.ArrayTable:
			current, path = r.add(root, tomlKey(e)), dotted(tomlKey(e))
		case unstable.KeyValue:
			r.put(current, path, e)
		}
	}
	if err := r.parser.Error(); err != nil {
		r.syntax(err)
		return nil, false
	}
	return root, true
}

// syntax reports an error of the parser.
func (r *tomlReader) syntax(err error) {
	at, message := len(r.text.data), err.Error()
	if perr := (*unstable.ParserError)(nil); errors.As(err, &perr) {
		at = int(r.parser.Range(perr.Highlight).Offset)
		message = perr.Message
	}
	what, fix := plainSyntax(message, r.text.data[min(at, len(r.text.data)):])
	r.report(at, "", what, fix)
}

// open returns the table that a [header] begins.
func (r *tomlReader) open(root *tomlTable, key []tomlPart) *tomlTable {
	t := r.descend(root, key)
	if t.header {
		r.report(key[0].at, dotted(key), "this table is there twice", "move its keys to the first one")
	}
	t.header = true
	return t
}

// add returns the table that a [[header]] appends.
func (r *tomlReader) add(root *tomlTable, key []tomlPart) *tomlTable {
	parent := r.descend(root, key[:len(key)-1])
	last := key[len(key)-1]
	list, ok := parent.nodes[last.name]
	if !ok {
		list = &tomlNode{kind: unstable.ArrayTable, key: last.at, value: last.at}
		parent.set(last.name, list)
	}
	t := newTOMLTable()
	if list.kind != unstable.ArrayTable {
		r.report(last.at, dotted(key), fmt.Sprintf("line %d already sets this as something else", r.text.line(list.key)),
			fmt.Sprintf("begin it with %s", header(dotted(key))))
		return t
	}
	list.items = append(list.items, &tomlNode{kind: unstable.Table, key: last.at, value: last.at, table: t})
	return t
}

// descend returns the table that key leads to, and makes what is missing. In an
// array of tables it takes the last one.
func (r *tomlReader) descend(t *tomlTable, key []tomlPart) *tomlTable {
	for i, part := range key {
		n, ok := t.nodes[part.name]
		if !ok {
			n = &tomlNode{kind: unstable.Table, key: part.at, value: part.at, table: newTOMLTable()}
			t.set(part.name, n)
		}
		if n.kind == unstable.ArrayTable {
			n = n.items[len(n.items)-1]
		}
		if n.table == nil {
			r.report(part.at, dotted(key[:i+1]), fmt.Sprintf("line %d sets this as a single value", r.text.line(n.key)),
				"keep one of the two")
			return newTOMLTable() // takes the keys that follow, and is forgotten
		}
		t = n.table
	}
	return t
}

// put adds the key and value e to t; path is t's own key.
func (r *tomlReader) put(t *tomlTable, path string, e *unstable.Node) {
	key := tomlKey(e)
	parent := r.descend(t, key[:len(key)-1])
	last := key[len(key)-1]
	if first, ok := parent.nodes[last.name]; ok {
		r.report(last.at, joinKey(path, dotted(key)),
			fmt.Sprintf("this is set twice, first in line %d", r.text.line(first.key)), "keep one of the two")
		return
	}
	n := r.value(e.Value(), r.afterEquals(last), joinKey(path, dotted(key)))
	n.key = last.at
	parent.set(last.name, n)
}

// value converts a value; at is where it stands if the parser does not say.
func (r *tomlReader) value(v *unstable.Node, at int, path string) *tomlNode {
	if v.Raw.Length > 0 {
		at = int(v.Raw.Offset)
	}
	n := &tomlNode{kind: v.Kind, key: at, value: at, text: string(v.Data)}
	switch v.Kind {
	case unstable.Array:
		for it := v.Children(); it.Next(); {
			n.items = append(n.items, r.value(it.Node(), at, path))
		}
	case unstable.InlineTable:
		n.table = newTOMLTable()
		for it := v.Children(); it.Next(); {
			r.put(n.table, path, it.Node())
		}
	}
	return n
}

// afterEquals returns the offset of the value that follows the key part last.
// The parser gives no position for arrays.
func (r *tomlReader) afterEquals(last tomlPart) int {
	rest := r.text.data[last.at:]
	if q := rest[0]; q == '"' || q == '\'' { // a quoted key may hold a =
		rest = rest[1:]
		for len(rest) > 0 && rest[0] != q {
			if rest[0] == '\\' && q == '"' {
				rest = rest[1:]
			}
			rest = rest[1:]
		}
	}
	_, rest, _ = bytes.Cut(rest, []byte("="))
	return len(r.text.data) - len(bytes.TrimLeft(rest, " \t"))
}

// tomlKey returns the parts of the key of e.
func tomlKey(e *unstable.Node) []tomlPart {
	var parts []tomlPart
	for it := e.Key(); it.Next(); {
		parts = append(parts, tomlPart{name: string(it.Node().Data), at: int(it.Node().Raw.Offset)})
	}
	return parts
}

func dotted(key []tomlPart) string {
	names := make([]string, len(key))
	for i, part := range key {
		names[i] = part.name
	}
	return strings.Join(names, ".")
}

func joinKey(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// semantics returns what the library finds wrong with the meaning of a file that
// has no syntax error, in its own words, and the byte offset of it.
func semantics(text *sourceText) (at int, what string, wrong bool) {
	var into map[string]any
	err := toml.Unmarshal(text.data, &into)
	if err == nil {
		return 0, "", false
	}
	var decode *toml.DecodeError
	if !errors.As(err, &decode) {
		return 0, err.Error(), true
	}
	line, column := decode.Position()
	return text.offset(line, column), strings.TrimPrefix(decode.Error(), "toml: "), true
}

// sourceText is the text of a file, and finds lines in it.
type sourceText struct {
	name   string
	data   []byte
	starts []int // offsets of the lines
}

// newSourceText returns data as text. A byte order mark at its beginning, as
// Windows editors write it, is left out.
func newSourceText(name string, data []byte) *sourceText {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	t := &sourceText{name: name, data: slices.Clip(data), starts: []int{0}}
	for i, b := range t.data {
		if b == '\n' {
			t.starts = append(t.starts, i+1)
		}
	}
	return t
}

// line returns the line of an offset, from 1.
func (t *sourceText) line(at int) int {
	i, found := slices.BinarySearch(t.starts, at)
	if found {
		i++
	}
	return i
}

// position returns line and column of an offset, both from 1, the column in
// characters as editors count them.
func (t *sourceText) position(at int) (line, column int) {
	at = min(at, len(t.data))
	line = t.line(at)
	return line, utf8.RuneCount(t.data[t.starts[line-1]:at]) + 1
}

// offset returns the offset of a line and a column in bytes, both from 1.
func (t *sourceText) offset(line, column int) int {
	line = min(max(line, 1), len(t.starts))
	return min(t.starts[line-1]+max(column, 1)-1, len(t.data))
}

// invalidUTF8 returns the offset of the first byte that is no UTF-8, or -1.
func invalidUTF8(data []byte) int {
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return -1
}
