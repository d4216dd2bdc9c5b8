package ticket

import (
	"regexp"
	"strings"
	"sync"
)

// pattern is a regular expression that is compiled when it is first used. There are
// about a hundred of them, and to compile them takes as long as the rest of a start.
// Most verbs read no ticket, nor does the child that looks at the log, and a daemon
// has time for it when the first ticket comes.
type pattern struct {
	text string
	// needs are characters of which what matches has one; empty is no condition. Most
	// lines have none of them, and to look for them takes a hundredth of the time.
	needs string
	once  sync.Once
	re    *regexp.Regexp
}

// patterns are all there are.
var patterns []*pattern

// lazily makes a pattern. Its text is a constant, and a test compiles it.
func lazily(text string) *pattern {
	p := &pattern{text: text}
	patterns = append(patterns, p)
	return p
}

// needing is p, of which every match has one of these characters.
func (p *pattern) needing(chars string) *pattern {
	p.needs = chars
	return p
}

const digits = "0123456789"

// may says that s is worth a try.
func (p *pattern) may(s string) bool { return p.needs == "" || strings.ContainsAny(s, p.needs) }

// compiled is the expression itself.
func (p *pattern) compiled() *regexp.Regexp {
	p.once.Do(func() { p.re = regexp.MustCompile(p.text) })
	return p.re
}

// These do what the methods of regexp.Regexp with their names do.

func (p *pattern) MatchString(s string) bool { return p.may(s) && p.compiled().MatchString(s) }

func (p *pattern) FindString(s string) string {
	if !p.may(s) {
		return ""
	}
	return p.compiled().FindString(s)
}

func (p *pattern) FindStringIndex(s string) []int {
	if !p.may(s) {
		return nil
	}
	return p.compiled().FindStringIndex(s)
}

func (p *pattern) FindStringSubmatch(s string) []string {
	if !p.may(s) {
		return nil
	}
	return p.compiled().FindStringSubmatch(s)
}

func (p *pattern) FindStringSubmatchIndex(s string) []int {
	if !p.may(s) {
		return nil
	}
	return p.compiled().FindStringSubmatchIndex(s)
}

func (p *pattern) ReplaceAllString(s, with string) string {
	if !p.may(s) {
		return s
	}
	return p.compiled().ReplaceAllString(s, with)
}

func (p *pattern) FindAllStringIndex(s string, n int) [][]int {
	if !p.may(s) {
		return nil
	}
	return p.compiled().FindAllStringIndex(s, n)
}

func (p *pattern) FindAllStringSubmatch(s string, n int) [][]string {
	if !p.may(s) {
		return nil
	}
	return p.compiled().FindAllStringSubmatch(s, n)
}
