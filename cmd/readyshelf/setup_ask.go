package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"readyshelf/device"
)

// dialogue asks questions, a line each, on any terminal or none.
type dialogue struct {
	out io.Writer
	// typed are the lines that come; it is closed at the end of the input.
	typed <-chan string
	// yes answers every question as its default does.
	yes bool
	// echo has the terminal show what is typed, or not; nil where there is none.
	echo func(bool) error
}

// none is the answer that takes something away, or leaves it out.
const none = "none"

// A question is one that a flag answers too.
type question struct {
	flag string // without --
	text string
	// given is what the flag says; nil if it is not there.
	given *string
	// standard is the answer of who only presses Enter; "" is that there must be one.
	standard string
	// take takes the answer; its error is said, and the question asked again.
	take func(answer string) error
	// secret is not shown while it is typed, and neither is standard.
	secret bool
}

var (
	errInterrupted = errors.New("interrupted: nothing was changed")
	// errAgain is an answer that needs another one, and nothing said.
	errAgain = errors.New("again")
)

// flagError is a flag whose value cannot be, or that is missing.
type flagError struct{ error }

// put puts a question until the answer is taken.
func (d *dialogue) put(ctx context.Context, q question) error {
	if q.given != nil || d.yes {
		answer := q.standard
		if q.given != nil {
			answer = strings.TrimSpace(*q.given)
		}
		if answer == "" {
			return missingFlag(q.flag, "it has no default")
		}
		if err := q.take(answer); err != nil {
			return &configError{flagError{fmt.Errorf("--%s %s: %w", q.flag, shownAnswer(q, answer), err)}}
		}
		return nil
	}
	for {
		answer, err := d.read(ctx, q)
		if err != nil {
			return err
		}
		if answer == "" {
			d.say("  there must be an answer")
			continue
		}
		if err := q.take(answer); err == nil {
			return nil
		} else if !errors.Is(err, errAgain) {
			d.say("  %v", err)
		}
	}
}

// shownAnswer is an answer as it may be seen.
func shownAnswer(q question, answer string) string {
	if q.secret {
		return "…"
	}
	return fmt.Sprintf("%q", answer)
}

// missingFlag says which flag would have answered.
func missingFlag(flag, why string) error {
	return &configError{flagError{fmt.Errorf("--%s is missing: %s", flag, why)}}
}

// read reads one answer.
func (d *dialogue) read(ctx context.Context, q question) (string, error) {
	standard := ""
	if q.standard != "" {
		standard = " [" + q.standard + "]"
	}
	fmt.Fprintf(d.out, "%s%s: ", q.text, standard)
	if q.secret && d.echo != nil {
		if err := d.echo(false); err != nil {
			return "", fmt.Errorf("hide what is typed: %w", err)
		}
		defer d.say("")
		defer d.echo(true)
	}
	line, err := d.line(ctx, q.flag)
	if err == nil && d.echo == nil {
		d.say("%s", map[bool]string{true: "…", false: line}[q.secret && line != ""]) // as a terminal would
	}
	if q.secret && line != "" {
		return line, err // blanks may belong to it
	}
	if line = strings.TrimSpace(line); line == "" {
		line = q.standard
	}
	return line, err
}

// line waits for a line. flag would have answered.
func (d *dialogue) line(ctx context.Context, flag string) (string, error) {
	select {
	case line, ok := <-d.typed:
		if !ok {
			d.say("")
			return "", missingFlag(flag, "the input ended at this question")
		}
		return line, nil
	case <-ctx.Done():
		d.say("")
		return "", errInterrupted
	}
}

// sure asks for yes or no.
func (d *dialogue) sure(ctx context.Context, flag string, given *bool, text string, standard bool) (yes bool, err error) {
	words := map[bool]string{true: "yes", false: "no"}
	q := question{flag: flag, text: text + " (y/n)", standard: words[standard], take: func(answer string) error {
		switch strings.ToLower(answer) {
		case "y", "yes":
			yes = true
		case "n", "no":
			yes = false
		default:
			return errors.New("answer y or n")
		}
		return nil
	}}
	if given != nil {
		q.given = new(string)
		*q.given = words[*given]
	}
	return yes, d.put(ctx, q)
}

// say prints a line.
func (d *dialogue) say(format string, args ...any) {
	fmt.Fprintf(d.out, format+"\n", args...)
}

// typedLines reads lines until the end. Nobody can interrupt a read of a terminal: it
// ends with the program.
func typedLines(in io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for r := bufio.NewReader(in); ; {
			line, err := r.ReadString('\n')
			if line != "" || err == nil {
				lines <- strings.TrimRight(line, "\r\n")
			}
			if err != nil {
				return
			}
		}
	}()
	return lines
}

// echoOf lets a terminal show what is typed, or not; nil if in is none.
func echoOf(in io.Reader) func(bool) error {
	f, ok := in.(*os.File)
	if !ok || !device.IsTerminal(f) {
		return nil
	}
	return func(on bool) error { return device.Echo(f, on) }
}
