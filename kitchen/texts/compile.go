package texts

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"
)

// part is a piece of a sentence: it appends what it says of the facts to out.
type part func(facts *Slots, out []byte) ([]byte, *Error)

// compiler makes a sentence of the tree of a template, which may use little of what
// text/template has. What it makes says what text/template would, in a quarter of the time: a
// backlog of messages goes out no faster than they are put into words. The first thing
// that is wrong is kept.
type compiler struct {
	kind   kind
	source string
	used   []string // facts
	err    *Error
}

// bad says what is wrong at a node.
func (c *compiler) bad(n parse.Node, format string, a ...any) {
	if c.err == nil {
		c.err = c.at(n, format, a...)
	}
}

// at is an error at a node.
func (c *compiler) at(n parse.Node, format string, a ...any) *Error {
	before := c.source[:min(int(n.Position()), len(c.source))]
	return &Error{Line: 1 + strings.Count(before, "\n"), Reason: shortened(fmt.Sprintf(format, a...))}
}

func (c *compiler) list(l *parse.ListNode) part {
	var parts []part
	if l != nil {
		for _, n := range l.Nodes {
			parts = append(parts, c.node(n))
		}
	}
	return func(facts *Slots, out []byte) ([]byte, *Error) {
		for _, p := range parts {
			var err *Error
			if out, err = p(facts, out); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
}

func (c *compiler) node(n parse.Node) part {
	switch n := n.(type) {
	case *parse.TextNode:
		return func(_ *Slots, out []byte) ([]byte, *Error) { return append(out, n.Text...), nil }
	case *parse.ActionNode:
		return c.slot(n)
	case *parse.IfNode:
		return c.branch(n)
	}
	c.bad(n, "%s cannot be used: there are slots, and {{if}} with {{else}} and {{end}}", n)
	return nil
}

// slot prints a value, unless there is none or it is not for printing.
func (c *compiler) slot(n *parse.ActionNode) part {
	v := c.pipe(n.Pipe)
	hole := c.at(n, "%s may be missing: put it between {{if …}} and {{end}}", n)
	mute := c.at(n, `%s is no text: ask for it, as in {{if eq .Reason "late"}} or {{if .Preorder}}`, n)
	return func(facts *Slots, out []byte) ([]byte, *Error) {
		v, err := v(facts)
		switch {
		case err != nil:
			return nil, err
		case v.kind == isBool || v.kind == isReason:
			return nil, mute
		case !v.truth():
			return nil, hole
		case v.kind == isNumber:
			return strconv.AppendInt(out, int64(v.number), 10), nil
		}
		return append(out, v.text...), nil
	}
}

func (c *compiler) branch(n *parse.IfNode) part {
	condition, then, otherwise := c.pipe(n.Pipe), c.list(n.List), c.list(n.ElseList)
	return func(facts *Slots, out []byte) ([]byte, *Error) {
		v, err := condition(facts)
		switch {
		case err != nil:
			return nil, err
		case v.truth():
			return then(facts, out)
		}
		return otherwise(facts, out)
	}
}

// pipe is what stands between {{ and }}, or between parentheses.
func (c *compiler) pipe(p *parse.PipeNode) expression {
	if len(p.Decl) > 0 || len(p.Cmds) != 1 {
		c.bad(p, "%s: there are no variables and no |", p)
		return nil
	}
	args := p.Cmds[0].Args
	if word, ok := args[0].(*parse.IdentifierNode); ok {
		return c.call(word, args[1:])
	}
	if len(args) > 1 {
		c.bad(p, "%s: %s is no function", p, args[0])
	}
	return c.argument(args[0])
}

// call compiles a function with its arguments.
func (c *compiler) call(n *parse.IdentifierNode, args []parse.Node) expression {
	f, ok := functions[n.Ident]
	if !ok || len(args) < f.least || f.most > 0 && len(args) > f.most {
		c.bad(n, "%s has another number of arguments", n.Ident)
		return nil
	}
	var compiled []expression
	for _, a := range args {
		compiled = append(compiled, c.argument(a))
	}
	return f.make(compiled, c.at(n, "%s cannot be asked of these: compare texts with texts and numbers with numbers", n.Ident))
}

// plainNumber is a number as a template may have it.
var plainNumber = regexp.MustCompile(`^[0-9]{1,9}$`)

func (c *compiler) argument(n parse.Node) expression {
	switch n := n.(type) {
	case *parse.StringNode:
		return constant(value{kind: isText, text: n.Text})
	case *parse.BoolNode:
		return constant(truth(n.True))
	case *parse.NumberNode:
		if plainNumber.MatchString(n.Text) {
			return constant(value{kind: isNumber, number: int(n.Int64)})
		}
		c.bad(n, "%s: a number is a whole one", n)
	case *parse.PipeNode:
		return c.pipe(n)
	case *parse.IdentifierNode:
		return c.call(n, nil)
	case *parse.FieldNode:
		return c.fact(n)
	default:
		c.bad(n, "%s cannot be used: a slot is a fact such as {{.Order}}", n)
	}
	return nil
}

// fact compiles a fact, if the alert can have it.
func (c *compiler) fact(n *parse.FieldNode) expression {
	name := n.Ident[0]
	if len(n.Ident) > 1 || !c.kind.has(name) {
		c.bad(n, "%s is no fact of this alert; there are %s", n, c.facts())
		return nil
	}
	if !slices.Contains(c.used, name) {
		c.used = append(c.used, name)
	}
	return facts[name]
}

// facts names those of the kind.
func (c *compiler) facts() string {
	var names []string
	for _, choice := range c.kind.choices() {
		for _, f := range choice.fields {
			names = append(names, "."+f)
		}
	}
	return strings.Join(names, " ")
}
