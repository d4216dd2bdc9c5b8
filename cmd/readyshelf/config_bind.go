package main

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// place is a line and a column, both from 1.
type place struct{ line, column int }

// places are where the values of the file stand, by key: "printer[0].listen",
// "mqtt.brokers[1]". A table stands at its header.
type places map[string]place

// of returns the place of key, or that of the nearest table around it.
func (p places) of(key string) place {
	for key != "" {
		if at, ok := p[key]; ok {
			return at
		}
		key = key[:max(strings.LastIndexAny(key, ".["), 0)]
	}
	return place{1, 1}
}

// binder puts the values of a file into a Config, and keeps what is wrong.
type binder struct {
	text     *sourceText
	where    places
	spoilt   map[string]bool // keys whose value could not be read
	problems Problems
}

// at reports a problem at a byte offset.
func (b *binder) at(offset int, key, what, fix string) {
	line, column := b.text.position(offset)
	b.problems = append(b.problems, Problem{
		File: b.text.name, Line: line, Column: column, Key: shownKey(key), What: what, Fix: fix,
	})
}

var indices = regexp.MustCompile(`\[\d+\]`)

// shownKey is key as people see it: the line says which printer it is.
func shownKey(key string) string { return indices.ReplaceAllString(key, "") }

// table puts the keys of t into the struct dst.
func (b *binder) table(path string, t *tomlTable, dst reflect.Value) {
	for _, name := range t.names {
		n, key := t.nodes[name], joinKey(path, name)
		field, ok := fieldOf(dst, name)
		if !ok {
			b.at(n.key, key, "there is no such key", b.suggest(shownKey(path), name, dst.Type()))
			continue
		}
		b.mark(key, n)
		b.value(key, n, field)
	}
}

// mark notes where n stands.
func (b *binder) mark(key string, n *tomlNode) {
	line, column := b.text.position(n.value)
	b.where[key] = place{line, column}
}

// value puts n into dst, whatever dst is.
func (b *binder) value(key string, n *tomlNode, dst reflect.Value) {
	if read, ok := scalars[dst.Type()]; ok {
		b.scalar(key, n, dst, read)
		return
	}
	switch dst.Kind() {
	case reflect.Struct:
		if n.table == nil {
			b.spoil(key, n, wrongKind(n, "a table: write its keys below ["+shownKey(key)+"]"))
			return
		}
		b.table(key, n.table, dst)
	case reflect.Slice:
		b.list(key, n, dst)
	case reflect.Map:
		b.numbered(key, n, dst)
	}
}

// scalar puts a single value into dst.
func (b *binder) scalar(key string, n *tomlNode, dst reflect.Value, read scalar) {
	v, wrong := read(n)
	if wrong != nil {
		b.spoil(key, n, wrong)
		return
	}
	dst.Set(reflect.ValueOf(v))
}

// list puts an array, or an array of tables, into dst.
func (b *binder) list(key string, n *tomlNode, dst reflect.Value) {
	ofTables := dst.Type().Elem().Kind() == reflect.Struct && scalars[dst.Type().Elem()] == nil
	switch {
	case ofTables && n.table != nil:
		b.spoil(key, n, &mistake{"this is a single table", "there may be several of them: begin each with " + header(key)})
		return
	case n.kind != unstable.Array && n.kind != unstable.ArrayTable, !ofTables && n.kind == unstable.ArrayTable:
		b.spoil(key, n, wrongKind(n, "a list", "write [ ] around it"))
		return
	}
	dst.Set(reflect.MakeSlice(dst.Type(), len(n.items), len(n.items)))
	for i, item := range n.items {
		if d, ok := dst.Index(i).Addr().Interface().(interface{ setDefaults() }); ok {
			d.setDefaults()
		}
		elem := fmt.Sprintf("%s[%d]", key, i)
		b.mark(elem, item)
		b.value(elem, item, dst.Index(i))
	}
}

// numbered puts a table whose keys are numbers into the map dst.
func (b *binder) numbered(key string, n *tomlNode, dst reflect.Value) {
	if n.table == nil {
		b.spoil(key, n, wrongKind(n, `a table: write { 6 = "cp1251" }`))
		return
	}
	dst.Set(reflect.MakeMap(dst.Type()))
	for _, name := range n.table.names {
		item, elem := n.table.nodes[name], joinKey(key, name)
		number, err := strconv.Atoi(name)
		if err != nil {
			b.at(item.key, elem, "this key is not a number", `write the number that ESC t selects: { 6 = "cp1251" }`)
			continue
		}
		b.mark(elem, item)
		v := reflect.New(dst.Type().Elem()).Elem()
		b.value(elem, item, v)
		dst.SetMapIndex(reflect.ValueOf(number), v)
	}
}

// spoil reports a value that cannot be read; no check looks at it again.
func (b *binder) spoil(key string, n *tomlNode, wrong *mistake) {
	b.at(n.value, key, wrong.what, wrong.fix)
	b.spoilt[key] = true
}

// fieldOf returns the field of the struct v with the toml tag name.
func fieldOf(v reflect.Value, name string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if tag := v.Type().Field(i).Tag.Get("toml"); tag != "" && tag == name {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// suggest says what to do about the unknown key name of the table path, whose
// type is t: a key like it, the tables that have such a key, or the whole choice.
func (b *binder) suggest(path, name string, t reflect.Type) string {
	here := keysOf(t)
	if near, ok := nearest(name, here); ok {
		return fmt.Sprintf("did you mean %s?", near)
	}
	var elsewhere []string
	for _, key := range configKeys() {
		table, last := splitKey(key)
		switch {
		case last != name || table == path:
		case table == "":
			return "it belongs at the top of the file, above the first [table]"
		default:
			elsewhere = append(elsewhere, header(table))
		}
	}
	if len(elsewhere) > 0 {
		return "it belongs in " + strings.Join(elsewhere, " or ")
	}
	return "take it away; the keys here are " + strings.Join(here, ", ")
}

// header is how the table of that name is begun.
func header(table string) string {
	at, ok := reflect.ValueOf(Config{}), true
	for _, name := range strings.Split(table, ".") {
		if at.Kind() != reflect.Struct {
			break
		}
		if at, ok = fieldOf(at, name); !ok {
			break
		}
	}
	if ok && at.Kind() == reflect.Slice {
		return "[[" + table + "]]"
	}
	return "[" + table + "]"
}

func splitKey(key string) (table, last string) {
	i := strings.LastIndexByte(key, '.')
	return key[:max(i, 0)], key[i+1:]
}

// keysOf returns the toml keys of the struct type t.
func keysOf(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		if tag := t.Field(i).Tag.Get("toml"); tag != "" {
			keys = append(keys, tag)
		}
	}
	return keys
}

// configKeys returns every key that a configuration may have, "printer.listen".
func configKeys() []string {
	var keys []string
	var walk func(path string, t reflect.Type)
	walk = func(path string, t reflect.Type) {
		for i := range t.NumField() {
			f := t.Field(i)
			tag := f.Tag.Get("toml")
			if tag == "" {
				continue
			}
			key, ft := joinKey(path, tag), f.Type
			if ft.Kind() == reflect.Slice {
				ft = ft.Elem()
			}
			if ft.Kind() == reflect.Struct && scalars[ft] == nil {
				walk(key, ft)
				continue
			}
			keys = append(keys, key)
		}
	}
	walk("", reflect.TypeFor[Config]())
	return keys
}

// nearest returns the one of the words that name was probably meant to be.
func nearest(name string, words []string) (string, bool) {
	allowed := 1
	if len(name) > 4 {
		allowed = 2
	}
	best, found := allowed+1, ""
	for _, w := range words {
		if len(name) > len(w)+allowed {
			continue
		}
		if d := editDistance(strings.ToLower(name), strings.ToLower(w)); d < best {
			best, found = d, w
		}
	}
	return found, found != ""
}

// editDistance counts the letters to insert, take away, change or swap with their
// neighbour to make b of a (optimal string alignment).
func editDistance(a, b string) int {
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			change := row[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			next[j] = min(change, row[j]+1, next[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}

// oneOf reports whether v is one of the words, and if not how to mend it.
func oneOf(v string, words []string) (fix string, ok bool) {
	if slices.Contains(words, v) {
		return "", true
	}
	if near, ok := nearest(v, words); ok {
		return fmt.Sprintf("did you mean %s? there are %s", near, strings.Join(words, ", ")), false
	}
	return "write one of " + strings.Join(words, ", "), false
}
