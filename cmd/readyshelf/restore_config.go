package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// settle works out the configuration as it will be: its files may lie elsewhere here.
func (r *restoring) settle() error {
	file := filepath.Join(r.configDir, filepath.Base(configName))
	text := r.small[configName]
	want := map[string]string{"data": r.data}
	for _, f := range r.Files {
		if f.Key != "" && !r.stays(f) {
			want[f.Key] = r.target(f.Name)
		}
	}
	conf, problems := ParseConfig(file, text)
	if len(problems) > 0 {
		return problems
	}
	// The data folder first: where the order key lies follows from it.
	for _, key := range append([]string{"data"}, keysOfFiles(conf)...) {
		path, ok := want[key]
		if !ok || conf.fileOf(key) == path {
			continue
		}
		var err error
		if text, err = setString(text, key, path); err != nil {
			return err
		}
		if conf, problems = ParseConfig(file, text); len(problems) > 0 {
			return problems
		}
		if conf.fileOf(key) != path {
			return fmt.Errorf("%s must name %s, and cannot be set so: change it in the configuration", key, path)
		}
		fmt.Fprintf(r.out, "in the configuration: %s = %q\n", key, path)
	}
	r.small[configName], r.conf = text, conf
	return nil
}

// target is where a file of the backup goes.
func (r *restoring) target(name string) string {
	folder, rest, _ := strings.Cut(name, "/")
	dir := r.configDir
	if folder == dataFolder {
		dir = r.data
	}
	return filepath.Join(dir, filepath.FromSlash(rest))
}

// stays says whether a file is on this machine already, where the configuration looks
// for it: one of the system.
func (r *restoring) stays(f manifestFile) bool {
	if f.Key == "" || !filepath.IsAbs(f.Path) {
		return false
	}
	there, err := readSmall(f.Path)
	return err == nil && bytes.Equal(there, r.small[f.Name]) && f.Path != r.target(f.Name) && !within(r.manifest.Data, f.Path) && !within(filepath.Dir(r.manifest.Config), f.Path)
}

// within says whether a file lies in a folder.
func within(dir, file string) bool {
	rest, err := filepath.Rel(dir, file)
	return err == nil && filepath.IsLocal(rest)
}

func keysOfFiles(c *Config) (keys []string) {
	for _, n := range c.fileNames() {
		keys = append(keys, n.key)
	}
	return keys
}

// fileOf is the file or folder that a key of the configuration names.
func (c *Config) fileOf(key string) string {
	for _, n := range c.fileNames() {
		if n.key == key {
			return *n.path
		}
	}
	return ""
}

// setString gives a key of a configuration another text as its value, and changes
// nothing else. A key that is not there can be set if it belongs to no table.
func setString(data []byte, key, value string) ([]byte, error) {
	text := newSourceText("", data)
	var wrong string
	t, ok := readTOML(text, func(_ int, _, what, _ string) { wrong = what })
	if !ok || wrong != "" {
		return nil, fmt.Errorf("change %s in the configuration: %s", key, wrong)
	}
	quoted := strconv.Quote(value)
	parts := strings.Split(key, ".")
	for _, part := range parts[:len(parts)-1] {
		n := t.nodes[part]
		if n == nil || n.table == nil {
			return nil, fmt.Errorf("change %s in the configuration: there is no %s", key, part)
		}
		t = n.table
	}
	n := t.nodes[parts[len(parts)-1]]
	if n == nil {
		if len(parts) > 1 {
			return nil, fmt.Errorf("change %s in the configuration: it is not there", key)
		}
		return append([]byte(key+" = "+quoted+"\n"), text.data...), nil
	}
	end, ok := endOfString(text.data, n.value)
	if !ok {
		return nil, fmt.Errorf("change %s in the configuration: its value is no text in one line", key)
	}
	return bytes.Join([][]byte{text.data[:n.value], []byte(quoted), text.data[end:]}, nil), nil
}

// endOfString returns the end of the string in quotes that begins at an offset.
func endOfString(data []byte, at int) (end int, ok bool) {
	if at >= len(data) || data[at] != '"' && data[at] != '\'' {
		return 0, false
	}
	quote := data[at]
	if bytes.HasPrefix(data[at:], bytes.Repeat([]byte{quote}, 3)) {
		return 0, false
	}
	for i := at + 1; i < len(data) && data[i] != '\n'; i++ {
		switch {
		case data[i] == '\\' && quote == '"':
			i++
		case data[i] == quote:
			return i + 1, true
		}
	}
	return 0, false
}
