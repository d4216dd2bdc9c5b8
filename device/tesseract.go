package device

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Tesseract reads the text of pictures. It is a program of its own
// (https://tesseract-ocr.github.io), one process for each picture: that may hang, crash
// or take too much, and is killed for it. The picture goes in by a pipe and the text
// comes out by one; the process may not write a file.
type Tesseract struct {
	// Path is the program: a path, or a name that PATH finds.
	Path string
	// Languages are its language packs, as chi_sim and eng, the main one first.
	Languages []string
	// Limit is how long one picture may take.
	Limit time.Duration
}

// What one process may use. With chi_sim and eng a usual slip took 89 MB of memory and
// 137 MB of addresses, most of it for the packs; one of 75 cm took 133 MB of memory with
// chi_sim (tesseract 5.3.0).
const (
	tesseractMemory = 320 << 20 // bytes of addresses
	tesseractOutput = 1 << 20   // bytes of text
	tesseractWords  = 4 << 10   // bytes of complaints
	tesseractNice   = 15        // of 19
	tesseractOOM    = 1000      // the first to go where memory ends
	tesseractGrace  = time.Second
)

// The causes why it cannot be used.
var (
	errNoProgram = plain{"the program is not installed", fs.ErrNotExist}
	errNoPack    = errors.New("it has no language pack")
	errTooSlow   = errors.New("it took too long")
	errTooMuch   = errors.New("it wrote too much")
)

// Check says whether the program and its language packs are there. Its error is an
// [*Error] that names the Debian packages.
func (t Tesseract) Check(ctx context.Context) error {
	out, err := t.run(ctx, nil, "--list-langs")
	if err != nil {
		return err
	}
	have := strings.Fields(string(out))
	for _, l := range t.Languages {
		if !slices.Contains(have, l) {
			return t.fault("read pictures with", fmt.Errorf("%w %q", errNoPack, l))
		}
	}
	return nil
}

// See returns what the picture says, as a table of words with their places (its TSV).
// The picture is in any format that the program knows, as PBM.
func (t Tesseract) See(ctx context.Context, picture []byte) ([]byte, error) {
	const oneBlock = "6" // columns stay side by side
	return t.run(ctx, picture, "stdin", "stdout", "-l", strings.Join(t.Languages, "+"),
		"--psm", oneBlock, "--dpi", "203", "-c", "tessedit_create_tsv=1")
}

// run starts the program and returns what it wrote. The process and all that it
// started have ended by then.
func (t Tesseract) run(ctx context.Context, in []byte, args ...string) ([]byte, error) {
	path, err := exec.LookPath(t.Path)
	if err != nil {
		return nil, t.fault("start", errNoProgram)
	}
	// The death signal comes with the end of the thread that starts the process.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	ctx, cancel := context.WithTimeout(ctx, t.Limit)
	defer cancel()
	out, words := &bounded{most: tesseractOutput, full: cancel}, &bounded{most: tesseractWords}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir, cmd.Env = "/", tesseractEnv()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), out, words
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = tesseractGrace
	if err := cmd.Start(); err != nil {
		return nil, t.fault("start", inWords(err))
	}
	bind(cmd.Process.Pid, t.Limit)
	err = cmd.Wait()
	// Killed again for what it may have left behind; that there is nothing is no error.
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	switch {
	case out.over:
		return nil, t.fault("run", errTooMuch)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, t.fault("run", fmt.Errorf("%w, more than %s", errTooSlow, t.Limit))
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, t.fault("run", explained(err, words.buf.Bytes()))
	}
	return out.buf.Bytes(), nil
}

// bind bounds a process and lets all others go first. Where the system forbids one of
// these, as a sandbox may, its memory is bounded by that of the service.
func bind(pid int, limit time.Duration) {
	for resource, most := range map[int]uint64{
		unix.RLIMIT_AS:    tesseractMemory,
		unix.RLIMIT_CPU:   uint64(limit/time.Second) + 1,
		unix.RLIMIT_FSIZE: 0,
		unix.RLIMIT_CORE:  0,
	} {
		_ = unix.Prlimit(pid, resource, &unix.Rlimit{Cur: most, Max: most}, nil)
	}
	_ = unix.Setpriority(unix.PRIO_PROCESS, pid, tesseractNice)
	_ = os.WriteFile("/proc/"+strconv.Itoa(pid)+"/oom_score_adj", []byte(strconv.Itoa(tesseractOOM)), 0)
}

// tesseractEnv is all that the process sees of the environment. One thread is as fast
// as several for so small pictures, and leaves a core to the rest.
func tesseractEnv() []string {
	env := []string{"OMP_THREAD_LIMIT=1", "LC_ALL=C", "PATH=/usr/bin:/bin"}
	if data, ok := os.LookupEnv("TESSDATA_PREFIX"); ok {
		env = append(env, "TESSDATA_PREFIX="+data)
	}
	return env
}

// explained is err and the last that the process complained of.
func explained(err error, words []byte) error {
	lines := strings.Split(strings.TrimSpace(string(words)), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return fmt.Errorf("%w: %q", err, last)
	}
	return err
}

// fault is an error that names the packages to install.
func (t Tesseract) fault(op string, err error) error {
	e := &Error{Op: op, Path: t.Path, Err: err}
	if errors.Is(err, errNoProgram) || errors.Is(err, errNoPack) {
		e.Hint = "sudo apt install tesseract-ocr"
		for _, l := range t.Languages {
			e.Hint += " tesseract-ocr-" + strings.ToLower(strings.ReplaceAll(l, "_", "-"))
		}
	}
	return e
}

// bounded keeps so much of what is written to it. One more byte calls full, if there
// is one; else the rest is forgotten.
type bounded struct {
	buf  bytes.Buffer
	most int
	over bool
	full func()
}

func (b *bounded) Write(p []byte) (int, error) {
	room := min(len(p), b.most-b.buf.Len())
	b.buf.Write(p[:room])
	if room < len(p) && b.full != nil {
		b.over = true
		b.full()
		return room, errTooMuch
	}
	return len(p), nil
}
