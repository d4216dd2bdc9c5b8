package main

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// configText is a configuration to be changed as a person would with an editor: line by
// line, with every remark left where it is. A setting that the file shows as a remark,
// #key = …, is switched on there.
type configText struct {
	lines []textLine
	end   string // of new lines: that of the first
}

// textLine is a line, and what it means.
type textLine struct {
	text, end string // without its end; the end it had
	// table is set for a header: "mqtt", "printer". key is set for the first line of a
	// setting. off says that the line is a remark, an example to be switched on.
	table, key string
	off        bool
	more       int // how many lines the setting's value goes on for
}

var (
	headerLine  = regexp.MustCompile(`^(#?)\[\[?([A-Za-z0-9_.]+)\]\]?\s*(?:#.*)?$`)
	settingLine = regexp.MustCompile(`^(#?)([A-Za-z0-9_]+)(\s*=\s*)(\S.*)$`)
)

// readConfigText takes text apart. What it cannot make sense of stays as it is.
func readConfigText(text []byte) *configText {
	raw := strings.Split(strings.TrimSuffix(string(newSourceText("", text).data), "\n"), "\n")
	c := &configText{end: plainLine(raw[0]).end}
	for i := 0; i < len(raw); i++ {
		l := plainLine(raw[i])
		if m := headerLine.FindStringSubmatch(l.text); m != nil {
			l.off, l.table = m[1] != "", m[2]
		} else if m := settingLine.FindStringSubmatch(l.text); m != nil {
			l.off, l.key = m[1] != "", m[2]
			if !l.off {
				l.more = goesOn(m[4], raw[i+1:])
			}
		}
		c.lines = append(c.lines, l)
		for range l.more {
			i++
			c.lines = append(c.lines, plainLine(raw[i]))
		}
	}
	return c
}

// plainLine is a line of a file, which editors of Windows end with \r\n.
func plainLine(raw string) textLine {
	if text, ok := strings.CutSuffix(raw, "\r"); ok {
		return textLine{text: text, end: "\r\n"}
	}
	return textLine{text: raw, end: "\n"}
}

// goesOn counts the lines after the first that a list takes.
func goesOn(value string, after []string) int {
	for n := 0; ; n++ {
		if open := depth(value); open <= 0 || n == len(after) {
			return n
		}
		value += "\n" + after[n]
	}
}

// depth counts the brackets in s that are not closed, but for those in quotes and
// remarks.
func depth(s string) int {
	open := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '[':
			open++
		case ']':
			open--
		case '#':
			if end := strings.IndexByte(s[i:], '\n'); end >= 0 {
				i += end
			} else {
				return open
			}
		case '"', '\'':
			if end, ok := endOfString([]byte(s), i); ok {
				i = end - 1
			}
		}
	}
	return open
}

func (c *configText) bytes() []byte {
	var b bytes.Buffer
	for _, l := range c.lines {
		b.WriteString(l.text + cmp.Or(l.end, c.end))
	}
	return b.Bytes()
}

// region is a table's part of the text: its header, unless it is the top of the file,
// and what follows up to the next header, one that is switched off too.
type region struct{ from, to int }

// regions are those of the tables of that name, which are on or off.
func (c *configText) regions(table string, off bool) (all []region) {
	from := -1
	if table == "" {
		from = 0
	}
	for i, l := range c.lines {
		if l.table == "" {
			continue
		}
		if from >= 0 {
			all = append(all, region{from, i})
		}
		if from = -1; l.table == table && l.off == off {
			from = i
		}
	}
	if from >= 0 {
		all = append(all, region{from, len(c.lines)})
	}
	return all
}

// set gives a key of the table at r a value, in TOML; "" switches it off.
func (c *configText) set(r region, key, value string) {
	at := c.find(r, key, false)
	if value == "" {
		if at >= 0 {
			c.off(at)
		}
		return
	}
	if at < 0 {
		at = c.find(r, key, true)
	}
	if at < 0 {
		c.insert(c.after(r), textLine{text: key + " = " + value, key: key})
		return
	}
	m := settingLine.FindStringSubmatch(c.lines[at].text)
	more := c.lines[at].more
	c.lines[at] = textLine{text: key + m[3] + value + remark(m[4]), end: c.lines[at].end, key: key}
	c.lines = slices.Delete(c.lines, at+1, at+1+more)
}

// find returns the line of a setting, -1 if there is none.
func (c *configText) find(r region, key string, off bool) int {
	for i := r.from; i < min(r.to, len(c.lines)); i++ {
		if l := c.lines[i]; l.key == key && l.off == off {
			return i
		}
	}
	return -1
}

// off makes a remark of a line and those that its value goes on for.
func (c *configText) off(at int) {
	l := &c.lines[at]
	for i := range l.more + 1 {
		c.lines[at+i].text = "#" + c.lines[at+i].text
	}
	l.off, l.more = true, 0
}

// remark is what follows a string in quotes, or a number, on its line.
func remark(value string) string {
	end, ok := endOfString([]byte(value), 0)
	if !ok && !strings.ContainsAny(value, "[{\"'") {
		end, ok = len(strings.TrimRight(value[:max(strings.IndexByte(value, '#'), 0)], " \t")), true
	}
	if !ok || !strings.HasPrefix(strings.TrimSpace(value[end:]), "#") {
		return ""
	}
	return value[end:]
}

// after is where to add to a table: after its last setting, on or off, or its header.
func (c *configText) after(r region) int {
	last := r.from - 1
	if r.from < len(c.lines) && c.lines[r.from].table != "" {
		last = r.from
	}
	for i := r.from; i < min(r.to, len(c.lines)); i++ {
		if l := c.lines[i]; l.key != "" {
			last = i + l.more
		}
	}
	return last + 1
}

func (c *configText) insert(at int, lines ...textLine) {
	c.lines = slices.Insert(c.lines, at, lines...)
}

// setting is a key with its value in TOML. Where the value is "" it is not set.
type setting struct{ key, value string }

// setTable sets keys of the only table of that name, "" for the top of the file.
func (c *configText) setTable(table string, settings ...setting) {
	for _, s := range settings {
		all := c.regions(table, false)
		if len(all) == 0 {
			if s.value == "" {
				continue
			}
			if examples := c.regions(table, true); len(examples) > 0 {
				at := &c.lines[examples[0].from]
				at.text, at.off = strings.TrimPrefix(at.text, "#"), false
				c.setTable(table, s)
				continue
			}
			c.insert(len(c.lines), textLine{}, textLine{text: "[" + table + "]", table: table})
			all = c.regions(table, false)
		}
		r := all[0]
		if c.find(r, s.key, false) >= 0 || s.value != "" {
			c.set(r, s.key, s.value)
		}
	}
}

// add begins another table of a list: in the example that is switched off where there is
// no table yet, else after the last one.
func (c *configText) add(table string, settings ...setting) {
	active := c.regions(table, false)
	if examples := c.regions(table, true); len(active) == 0 && len(examples) > 0 {
		at := examples[0].from
		c.lines[at].text, c.lines[at].off = strings.TrimPrefix(c.lines[at].text, "#"), false
		c.fill(table, 0, settings...)
		return
	}
	width := 0
	for _, s := range settings {
		if s.value != "" {
			width = max(width, len(s.key))
		}
	}
	lines := []textLine{{}, {text: "[[" + table + "]]", table: table}}
	for _, s := range settings {
		if s.value != "" {
			lines = append(lines, textLine{text: fmt.Sprintf("%-*s = %s", width, s.key, s.value), key: s.key})
		}
	}
	at := len(c.lines)
	if len(active) > 0 {
		at = c.after(active[len(active)-1])
	}
	c.insert(at, lines...)
}

// fill sets keys of table number i of a list.
func (c *configText) fill(table string, i int, settings ...setting) {
	for _, s := range settings {
		r := c.regions(table, false)[i]
		if c.find(r, s.key, false) >= 0 || s.value != "" {
			c.set(r, s.key, s.value)
		}
	}
}

// remove makes remarks of table number i of a list.
func (c *configText) remove(table string, i int) {
	r := c.regions(table, false)[i]
	for at := r.from; at < r.to; at++ {
		if l := c.lines[at]; !l.off && (l.key != "" || l.table != "") {
			c.off(at)
		}
	}
}

// tomlText is s in TOML; "" stays "", which is not set.
func tomlText(s string) string {
	if s == "" {
		return ""
	}
	return strconv.Quote(s)
}

// tomlList is a list of texts in TOML.
func tomlList(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = tomlText(t)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
