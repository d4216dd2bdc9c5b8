package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"readyshelf/buffer"
)

// A live log is asked, not opened: bbolt holds its file. The daemon answers
// people's tools on a unix socket:
//
//	GET /log     a consistent copy of the log file; the header names its path
//	GET /health  the health state as JSON
//	GET /devices how each device does, as a JSON array of deviceState
//	POST /model  the forecast begins with the model in the body; ?replace=true also where it
//	             has learned. The header names the log that is meant
//	POST /board/pair    a code for a screen: offerWanted comes, offerMade goes
//	GET /board/screens  the screens that are paired, as a JSON array
//	POST /board/unpair  sends the screen of a name away; who went, as a JSON array
//	GET /listen?device=NAME  what a device says from now on: a line of JSON for each heard
const (
	controlName = "control.sock"
	pathHeader  = "Readyshelf-Log"
	// systemControl is where the packaged daemon listens.
	systemControl = "/run/readyshelf/" + controlName
)

// controlPath is the socket of a daemon with this data folder: the runtime
// folder where the system gives one, else beside the log.
func controlPath(data string) string {
	if dir := os.Getenv("RUNTIME_DIRECTORY"); dir != "" {
		return filepath.Join(dir, controlName)
	}
	return filepath.Join(data, controlName)
}

// listenControl opens the socket. One that a dead daemon left is in the way and goes.
func listenControl(path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("open the control socket: %w", err)
	}
	ln, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("open the control socket: %w", err)
	}
	return ln, os.Chmod(path, 0o660)
}

// serveControl answers people's tools until ctx ends.
func (h *house) serveControl(ctx context.Context) error {
	if h.control == nil {
		return nil
	}
	ln, err := h.control()
	if err != nil {
		h.log.Error("no control socket: readyshelf log cannot ask this daemon", "error", err)
		return nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /log", func(w http.ResponseWriter, _ *http.Request) {
		h.nameLog(w)
		if err := h.buffer.Snapshot(steady{w, http.NewResponseController(w)}); err != nil {
			h.log.Warn("a copy of the log was cut short", "error", err)
		}
	})
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(h.healthJSON())
	})
	mux.HandleFunc("GET /devices", h.serveDevices)
	mux.HandleFunc("POST /model", h.serveModel)
	mux.HandleFunc("POST /board/pair", h.servePairing)
	mux.HandleFunc("GET /board/screens", h.serveScreens)
	mux.HandleFunc("POST /board/unpair", h.serveUnpairing)
	mux.HandleFunc("GET /listen", h.serveTap)
	return serveHTTP(ctx, ln, mux)
}

// nameLog says in an answer's header which log the daemon keeps: so a tool knows
// whether this is the daemon that it means.
func (h *house) nameLog(w http.ResponseWriter) {
	path, _ := filepath.Abs(filepath.Join(h.Data, logName)) // relative, if need be
	w.Header().Set(pathHeader, path)
}

// controlSockets are where the daemon with this data folder may listen.
func controlSockets(data string) []string {
	return []string{filepath.Join(data, controlName), systemControl}
}

// steady ends an answer whose reader stalls: a snapshot holds pages of the log for
// as long as it is read.
type steady struct {
	io.Writer
	limit *http.ResponseController
}

// stalled is how long a reader of a snapshot may take for one piece of it.
const stalled = 5 * time.Second

func (s steady) Write(p []byte) (n int, err error) {
	for len(p) > 0 && err == nil {
		if err := s.limit.SetWriteDeadline(time.Now().Add(stalled)); err != nil {
			return n, err
		}
		var m int
		m, err = s.Writer.Write(p[:min(len(p), 64<<10)])
		n, p = n+m, p[m:]
	}
	return n, err
}

// serveHTTP is serve with a server for our own tools.
func serveHTTP(ctx context.Context, ln net.Listener, handler http.Handler) error {
	return serve(ctx, ln, &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second})
}

// serve serves until ctx ends or the listener fails, and joins what it started. It speaks
// TLS where the server has a configuration of it.
func serve(ctx context.Context, ln net.Listener, s *http.Server) error {
	whole := ctx
	s.BaseContext = func(net.Listener) context.Context { return whole }
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		<-ctx.Done()
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if s.Shutdown(limit) != nil {
			return s.Close()
		}
		return nil
	})
	g.Go(func() error {
		begin := s.Serve
		if s.TLSConfig != nil {
			begin = func(ln net.Listener) error { return s.ServeTLS(ln, "", "") }
		}
		if err := begin(ln); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	return g.Wait()
}

// tries is how often a log is asked for while its daemon is just starting or
// ending: it has the file and does not answer. Each try waits 2 s for the file.
const tries = 3

// withLog hands fn a file that holds the log at path and may be opened: a copy if
// a running daemon has it open, else the file itself.
func withLog(ctx context.Context, path string, fn func(file string) error) error {
	for try := 1; ; try++ {
		file, done, err := logFile(ctx, path)
		if err != nil {
			return err
		}
		err = fn(file)
		done()
		switch {
		case errors.Is(err, fs.ErrPermission):
			return fmt.Errorf("%w; %s", err, asMember)
		case try == tries || !errors.Is(err, buffer.ErrHeld):
			return err
		}
	}
}

func logFile(ctx context.Context, path string) (file string, done func(), err error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return "", nil, err
	}
	for _, socket := range controlSockets(filepath.Dir(whole)) {
		file, err := copyLog(ctx, socket, whole, daemonPatience)
		if err == nil && file != "" {
			return file, func() { os.Remove(file) }, nil
		}
		if err != nil && !errors.Is(err, errNobody) {
			return "", nil, err
		}
	}
	return path, func() {}, nil
}

// asMember is the way out where this user may not look.
const asMember = "run this as root, with sudo, or as a member of group readyshelf"

// errNobody says that no daemon answers on a socket, errHung that one is there and does
// not answer.
var (
	errNobody = errors.New("no daemon answers")
	errHung   = errors.New("a daemon is there and does not answer: sudo systemctl restart readyshelf")
)

// daemonPatience is how long a daemon may take to begin its answer, and for each piece
// of a copy of its log.
const daemonPatience = 10 * time.Second

// copyLog asks the daemon on socket for its log. The name is empty if the daemon
// keeps another log than the one at path. One that is silent for so long is errHung.
func copyLog(ctx context.Context, socket, path string, silent time.Duration) (file string, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(silent, func() { cancel(errHung) })
	defer watch.Stop()
	defer func() {
		if err != nil && context.Cause(ctx) == errHung {
			err = fmt.Errorf("copy the log: %w", errHung)
		}
	}()
	resp, err := askDaemon(ctx, socket, "/log")
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if !sameFile(resp.Header.Get(pathHeader), path) {
		return "", nil
	}
	f, err := os.CreateTemp("", "readyshelf-log-*.db")
	if err != nil {
		return "", fmt.Errorf("copy the log: %w", err)
	}
	_, err = io.Copy(f, watched{resp.Body, func() { watch.Reset(silent) }})
	if err = errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("copy the log: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return f.Name(), nil
}

// watched calls alive whenever something was read.
type watched struct {
	io.Reader
	alive func()
}

func (w watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	w.alive()
	return n, err
}

// sameFile says whether two paths lead to one file.
func sameFile(a, b string) bool {
	x, xerr := os.Stat(a)
	y, yerr := os.Stat(b)
	return a == b || xerr == nil && yerr == nil && os.SameFile(x, y)
}

// askDaemon sends a GET to the daemon on socket. The error is errNobody where none is, and
// errHung where one does not begin to answer. The answer's body ends with ctx.
func askDaemon(ctx context.Context, socket, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://readyshelf"+path, nil)
	if err != nil {
		return nil, err
	}
	return reachDaemon(ctx, socket, req)
}

// tellDaemon is askDaemon with a POST to the daemon that keeps a log.
func tellDaemon(ctx context.Context, socket, path, log string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://readyshelf"+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set(pathHeader, log)
	return reachDaemon(ctx, socket, req)
}

func reachDaemon(ctx context.Context, socket string, req *http.Request) (*http.Response, error) {
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives:     true,
		ResponseHeaderTimeout: daemonPatience,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
			if err != nil {
				return nil, errors.Join(errNobody, err)
			}
			return conn, nil
		},
	}}
	resp, err := client.Do(req)
	if timeout := net.Error(nil); ctx.Err() == nil && errors.As(err, &timeout) && timeout.Timeout() {
		return nil, errHung
	}
	return resp, err
}

// printJSON writes v as one line.
func printJSON(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }
