package texts

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"text/template/parse"
	"unicode"
	"unicode/utf8"
)

// sentence is a template that was checked.
type sentence struct {
	source string
	body   part
}

// root is the name of every template.
const root = "sentence"

// newSentence compiles a template and says it for all facts that its alert can have.
func newSentence(k kind, source string) (*sentence, *Error) {
	if len(source) > MaxTemplate {
		return nil, &Error{Reason: fmt.Sprintf("it has more than %d bytes", MaxTemplate)}
	}
	if !utf8.ValidString(source) {
		return nil, &Error{Reason: "it is not UTF-8"}
	}
	trees, err := parse.Parse(root, source, "", "", parserWords)
	if err != nil {
		return nil, parseError(err)
	}
	if len(trees) != 1 || trees[root] == nil {
		return nil, &Error{Reason: "it is empty, or defines another template"}
	}
	c := compiler{kind: k, source: source}
	s := &sentence{source, c.list(trees[root].Root)}
	if c.err != nil {
		return nil, c.err
	}
	return s, k.samples(c.used, func(facts Slots) *Error {
		_, err := s.say(&facts)
		return err
	})
}

// say fills in the template. An error means that nothing may be said.
func (s *sentence) say(facts *Slots) (string, *Error) {
	out, err := s.body(facts, make([]byte, 0, 128))
	if err != nil {
		return "", err
	}
	text := strings.TrimSpace(string(out))
	return text, sayable(text)
}

// Why a sentence cannot be said.
var (
	errLong  = &Error{Reason: fmt.Sprintf("with the longest facts it has more than %d characters", MaxSentence)}
	errEmpty = &Error{Reason: "it can come out empty"}
	errMarks = &Error{Reason: "it has <, > or an entity like &amp;: a sentence is plain text and no HTML"}
)

var entityRE = regexp.MustCompile(`&#?[0-9A-Za-z]+;`)

// sayable looks at a sentence as it would be sent.
func sayable(s string) *Error {
	if s == "" {
		return errEmpty
	}
	n, ampersand := 0, false
	for _, r := range s {
		n++
		switch {
		case r == '<' || r == '>':
			return errMarks
		case r == '&':
			ampersand = true
		case !graphic(r):
			return &Error{Reason: fmt.Sprintf("it has the character %U, which cannot be printed; a sentence is one line", r)}
		}
	}
	switch {
	case n > MaxSentence:
		return errLong
	case ampersand && entityRE.MatchString(s):
		return errMarks
	}
	return nil
}

// graphic says whether a character can be printed. Most are of the two ranges which it
// knows itself.
func graphic(r rune) bool {
	if ' ' <= r && r <= '~' || '\u4e00' <= r && r <= '\u9fa5' {
		return true
	}
	return r != utf8.RuneError && unicode.IsGraphic(r)
}

// parsed is how the parser names what is wrong: "template: sentence:1: …".
var parsed = regexp.MustCompile(`^template: ` + root + `:(\d+): (?s:(.*))$`)

// parseError puts what the parser says of a template into an Error.
func parseError(err error) *Error {
	m := parsed.FindStringSubmatch(err.Error())
	if m == nil {
		return &Error{Reason: shortened(err.Error())}
	}
	line, _ := strconv.Atoi(m[1])
	return &Error{Line: line, Reason: shortened(m[2])}
}

// shortened keeps a reason to a line: it may repeat the template.
func shortened(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if r := []rune(s); len(r) > 200 {
		s = string(r[:200]) + "…"
	}
	return s
}
