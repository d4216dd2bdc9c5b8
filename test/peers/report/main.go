// Command report writes docs/bench.md: it reads what go test -bench printed and
// lays out each figure beside its limit and its peers.
//
//	go test -bench . ./... | report >docs/bench.md
//
// The environment names the machine: MACHINE, KERNEL, GOVERSION, DATE, COMMIT.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Stdin, os.Stdout, os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer, env func(string) string) error {
	found, err := parse(in)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(out)
	page(w, found, env)
	return w.Flush()
}
