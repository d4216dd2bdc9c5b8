package main

import (
	"context"
	"os"
	"testing"
)

// TestMain is the program itself where a test made it read a log in a child process.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "log" {
		os.Exit(command(context.Background(), os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
	}
	os.Exit(m.Run())
}
