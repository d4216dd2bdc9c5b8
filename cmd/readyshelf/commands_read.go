package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"unicode"
	"unicode/utf8"

	"readyshelf/sync/uplink"
)

// maxTransaction is how long a transaction may be, in characters.
const maxTransaction = 64

// request is what all commands have in common; their own arguments stand beside it.
type request struct {
	Transaction string `json:"transaction"`
}

// transactionOf checks a body as far as all commands are alike, and returns its
// transaction. The error is a [refusal]; the transaction is empty where it cannot
// be read.
func transactionOf(body []byte) (string, error) {
	if len(body) > uplink.MaxCommand {
		return "", refusal{codeTooLarge, fmt.Sprintf("a body has %d bytes at most", uplink.MaxCommand)}
	}
	if err := plainJSON(body); err != nil {
		return "", refusal{codeMalformed, err.Error()}
	}
	var r request
	if json.Unmarshal(body, &r) != nil || !isTransaction(r.Transaction) {
		return "", refusal{codeMalformed, fmt.Sprintf("transaction: 1 to %d printable characters", maxTransaction)}
	}
	return r.Transaction, nil
}

func isTransaction(s string) bool {
	n := utf8.RuneCountInString(s)
	if n < 1 || n > maxTransaction {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// arguments reads a body that [transactionOf] has checked into args, a pointer to a
// struct. A key that args does not have is an error.
func arguments(body []byte, args any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(args); err != nil {
		return refusal{codeMalformed, whatIsWrong(err)}
	}
	return nil
}

// whatIsWrong names what json did not like, without the value: it may be anything.
func whatIsWrong(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Sprintf("%s: not a %s", kind.Field, kind.Value)
	}
	return "a key that this command does not have"
}

// keyRE is how the keys of all commands look.
var keyRE = regexp.MustCompile(`^[a-z_.]{1,32}$`)

// plainJSON says what is wrong with a body that is not one JSON object in UTF-8 whose
// keys are as the contract writes them, each once: encoding/json would take a key
// in capitals for ours, and the last of two.
func plainJSON(body []byte) error {
	if !utf8.Valid(body) {
		return errors.New("not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	t, err := d.Token()
	if err != nil || t != json.Delim('{') {
		return errors.New("not a JSON object")
	}
	if err := walk(d, '{', 1); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something stands behind the JSON object")
	}
	return nil
}

// maxDepth is how deep a body may nest; an order nests 5 deep.
const maxDepth = 8

// walk checks an object or a list, whose beginning has been read, to its end.
func walk(d *json.Decoder, open json.Delim, depth int) error {
	if depth > maxDepth {
		return errors.New("nested too deep")
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			key, err := d.Token()
			name, ok := key.(string)
			switch {
			case err != nil || !ok:
				return errors.New("not JSON")
			case !keyRE.MatchString(name):
				return errors.New("a key that no command has")
			case seen[name]:
				return fmt.Errorf("%s: there twice", name)
			}
			seen[name] = true
		}
		t, err := d.Token()
		if err != nil {
			return errors.New("not JSON")
		}
		if inner, ok := t.(json.Delim); ok {
			if err := walk(d, inner, depth+1); err != nil {
				return err
			}
		}
	}
	if _, err := d.Token(); err != nil {
		return errors.New("not JSON")
	}
	return nil
}
