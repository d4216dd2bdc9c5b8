package main

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"
)

// hungDaemon is a socket where somebody takes what is asked, says only begin, and then
// nothing more until the test ends.
func hungDaemon(t *testing.T, begin string) (socket string) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), controlName)
	ln, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		var all []net.Conn
		for {
			c, err := ln.Accept()
			if err != nil {
				break
			}
			all = append(all, c)
			if _, err := bufio.NewReader(c).ReadString('\n'); err != nil { // it was asked
				continue
			}
			if _, err := c.Write([]byte(begin)); err != nil {
				t.Error(err)
			}
		}
		for _, c := range all {
			c.Close()
		}
	}()
	t.Cleanup(func() { ln.Close(); <-ended })
	return socket
}

// A daemon that hangs does not hold up who asks it for its log, before its answer or in
// the middle of that.
func TestCopyLogOfAHungDaemon(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for name, begin := range map[string]string{
		"silent": "",
		"halted": "HTTP/1.1 200 OK\r\n" + http.CanonicalHeaderKey(pathHeader) + ": /x/readyshelf.db\r\nContent-Length: 1000\r\n\r\nhalf",
	} {
		t.Run(name, func(t *testing.T) {
			socket := hungDaemon(t, begin)
			if _, err := copyLog(t.Context(), socket, "/x/readyshelf.db", 50*time.Millisecond); !errors.Is(err, errHung) {
				t.Errorf("got %v, want %v", err, errHung)
			}
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(50*time.Millisecond, cancel)
			if _, err := copyLog(ctx, socket, "/x/readyshelf.db", time.Hour); !errors.Is(err, context.Canceled) {
				t.Errorf("after Ctrl-C: got %v", err)
			}
		})
	}
	if left := below(t, filepath.Dir(t.TempDir())); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
