package texts

import (
	"fmt"
	"strings"

	"readyshelf/kitchen"
)

// Error is why a template is refused.
type Error struct {
	Alert    kitchen.AlertType
	Audience string // courier or customer; empty where it is about both
	Line     int    // of the template, from 1; 0 where it is about the whole
	Reason   string // and what to do
}

// Error is like "order.ready, customer, line 1: …".
func (e *Error) Error() string {
	var where []string
	if e.Alert != "" {
		where = append(where, string(e.Alert))
	}
	if e.Audience != "" {
		where = append(where, e.Audience)
	}
	if e.Line > 0 {
		where = append(where, fmt.Sprint("line ", e.Line))
	}
	if len(where) == 0 {
		return e.Reason
	}
	return strings.Join(where, ", ") + ": " + e.Reason
}

// Errors are all that is wrong with the templates of a store.
type Errors []*Error

// Error is one line for each.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

var (
	_ error = (*Error)(nil)
	_ error = Errors(nil)
)
