package main

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// plainSyntax puts an error of the TOML parser into plain words, with a way out.
// rest is the text from the error on.
func plainSyntax(message string, rest []byte) (what, fix string) {
	switch r, _ := utf8.DecodeRune(rest); {
	case strings.ContainsRune("“”„‘’", r):
		return "this is no plain quotation mark", `write " as on an English keyboard`
	case r >= '！' && r <= '～': // the full-width forms of ASCII, U+FF01 to U+FF5E
		return fmt.Sprintf("%c is a full-width character", r), fmt.Sprintf("write %c as on an English keyboard", r-'！'+'!')
	}
	for _, s := range syntaxErrors {
		if strings.Contains(message, s.message) {
			return s.what, s.fix
		}
	}
	return message, "see the example configuration for how it is written"
}

// syntaxErrors are the mistakes that people make, by a part of what go-toml/v2
// calls them (unstable/parser.go).
var syntaxErrors = []struct{ message, what, fix string }{
	{"strings must be quoted", "a number with letters behind it must stand in quotes", `write it as "30s"`},
	{"unexpected character", "a value cannot begin like this", `put text in quotes, "like this"`},
	{"expected keyword", "a value cannot begin like this", `put text in quotes, "like this"`},
	{"expected value, not end of input", "the value is missing", "write key = value"},
	{"expected value but got", "there is a comma too many", "take it away"},
	{"unexpected comma in inline table", "there is a comma too many", "take it away"},
	{"expected '=' after key", "there is no = after the key", "write key = value"},
	{"invalid character at start of key", "a key cannot begin like this", "write key = value, or # before a remark"},
	{"expected key but reached end of input", "the key is missing", "write key = value"},
	{"expected newline but got", "something follows on the same line", "put it on a line of its own"},
	{"basic strings cannot have new lines", "the text has no closing quote", `put " behind it`},
	{"unterminated basic string", "the text has no closing quote", `put " behind it`},
	{"multiline basic string not terminated", "the text has no closing quotes", `put """ behind it`},
	{"literal strings cannot have new lines", "the text has no closing quote", "put ' behind it"},
	{"unterminated literal string", "the text has no closing quote", "put ' behind it"},
	{"multiline literal string not terminated", "the text has no closing quotes", "put ''' behind it"},
	{"array is incomplete", "a list is never closed", "put ] behind its last value"},
	{"expected ',' or ']' after array value", "two values of a list have nothing between them", "put a comma between them, or ] behind the last"},
	{"inline table is incomplete", "a { is never closed", "put } behind its last value"},
	{"expected ',' or '}' after inline table", "two keys within { } have nothing between them", "put a comma between them, or } behind the last"},
	{"expected ']' to close table name", "the name of the table is not closed", "write [name]"},
	{"expected ']]' to close array table name", "the name of the table is not closed", "write [[name]]"},
	{"integers cannot have leading zeroes", "a number cannot begin with 0", "take the zero away, or put it in quotes if it is a name"},
	{"decimal point must be followed by a digit", "a number cannot end in a point", "write 1.0"},
	{"carriage returns", "there is a stray carriage return", "save the file with Unix line ends"},
	{"control characters", "there is a control character", "take it away"},
	{"invalid escape", `a \ in quotes begins a special character`, `write \\ for a single \`},
}
