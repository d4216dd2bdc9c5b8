package test

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// traced are the system calls that change files, or say when they are safe.
const traced = "openat,close,write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync,sync_file_range,ftruncate,fallocate,rename,renameat,renameat2,unlink,unlinkat"

// trace runs cmd under strace and returns what it did to the files in dir, and
// what it said on its standard output. It skips the test where nothing can be
// traced. All that the program does, its threads too, is in one order.
func trace(t *testing.T, dir string, cmd *exec.Cmd) *recording {
	t.Helper()
	tool, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed: make test installs it (apt-get install strace)")
	}
	if out, err := exec.Command(tool, "-f", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("strace may not trace here: %v %s", err, out)
	}
	file := filepath.Join(t.TempDir(), "trace")
	// -s: all bytes of a write; a growing log writes 256 KiB at a time.
	cmd.Args = append([]string{tool, "-f", "-qq", "--seccomp-bpf", "-e", "signal=none", "-s", "2000000", "-e", "trace=" + traced, "-o", file, cmd.Path}, cmd.Args[1:]...)
	cmd.Path = tool
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("the traced program: %v\n%s", err, out)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := readTrace(f, dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// call is one system call as strace prints it. Its beginning and its end are
// moments of the trace, counted from 0.
type call struct {
	name         string
	args         []string // strings without their quotes and escapes
	ret          int64    // negative on an error
	began, ended int
}

// readTrace reads the output of strace -f -o.
func readTrace(in io.Reader, dir string) (*recording, error) {
	r := newRecording(dir)
	unfinished := map[string]string{} // by thread
	calls := map[string]*op{}
	began := map[string]int{}
	lines := bufio.NewReaderSize(in, 1<<20)
	for n := 0; ; n += 2 {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			r.end(n)
			return r, nil
		}
		if err != nil {
			return nil, err
		}
		thread, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		text = strings.TrimLeft(text, " ")
		if head, ok := strings.CutSuffix(text, "<unfinished ...>"); ok {
			c, err := parseCall(head, n)
			if err != nil {
				return nil, err
			}
			unfinished[thread], began[thread], calls[thread] = head, n, r.begin(c)
			continue
		}
		o := calls[thread]
		at := n
		if strings.HasPrefix(text, "<... ") {
			_, rest, _ := strings.Cut(text, " resumed>")
			text, at = unfinished[thread]+rest, began[thread]
		}
		delete(calls, thread)
		delete(unfinished, thread)
		c, err := parseCall(text, at)
		if err != nil {
			return nil, err
		}
		if at == n {
			o = r.begin(c)
		}
		c.ended = n + 1
		if err := r.finish(c, o); err != nil {
			return nil, fmt.Errorf("trace, line %d: %w", n/2+1, err)
		}
	}
}

// parseCall reads `name(arg, "arg", …) = ret`, also without its end.
func parseCall(s string, began int) (call, error) {
	c := call{ret: -1, began: began, ended: math.MaxInt}
	name, rest, ok := strings.Cut(s, "(")
	if !ok {
		return c, fmt.Errorf("trace: no system call in %.80q", s)
	}
	c.name = name
	for rest != "" && rest[0] != ')' {
		arg, tail, err := parseArg(rest)
		if err != nil {
			return c, fmt.Errorf("trace: %s: %w", name, err)
		}
		c.args = append(c.args, arg)
		rest = strings.TrimLeft(strings.TrimPrefix(tail, ","), " ")
	}
	if _, ret, ok := strings.Cut(rest, "= "); ok {
		word, _, _ := strings.Cut(ret, " ")
		if v, err := strconv.ParseInt(word, 0, 64); err == nil {
			c.ret = v
		}
	}
	return c, nil
}

// parseArg reads one argument and returns what follows it.
func parseArg(s string) (arg, rest string, err error) {
	if s[0] != '"' {
		end := strings.IndexAny(s, ",)")
		if end < 0 {
			end = len(s)
		}
		return strings.TrimSpace(s[:end]), s[end:], nil
	}
	b := make([]byte, 0, len(s)/2)
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			if strings.HasPrefix(s[i+1:], "...") {
				return "", "", fmt.Errorf("a string was cut short after %d bytes", len(b))
			}
			return string(b), s[i+1:], nil
		case '\\':
			n, c := unescape(s[i+1:])
			b = append(b, c)
			i += n
		default:
			b = append(b, s[i])
		}
	}
	return "", "", fmt.Errorf("a string has no end")
}

// unescape reads an escape of C after its backslash: how long it is, and its byte.
func unescape(s string) (int, byte) {
	n, v := 0, 0
	for n < 3 && n < len(s) && s[n] >= '0' && s[n] <= '7' {
		v = v*8 + int(s[n]-'0')
		n++
	}
	if n > 0 {
		return n, byte(v)
	}
	if s == "" {
		return 0, '\\'
	}
	if i := strings.IndexByte("tnvfr", s[0]); i >= 0 {
		return 1, "\t\n\v\f\r"[i]
	}
	return 1, s[0]
}

// opKind is what an op does.
type opKind int

const (
	opWrite  opKind = iota // bytes into a file
	opResize               // a file's size
	opFlush                // all before it is on the medium, of a file or of the folder
	opCreate               // a name in the folder
	opRename
	opRemove
)

// op is one change of the files, or a flush.
type op struct {
	kind         opKind
	file         int // which: names change. 0 is the folder
	at           int64
	data         []byte
	name, to     string
	began, ended int
}

// said is what the program wrote to its standard output, and when.
type said struct {
	text string
	at   int
}

// recording is what a program did to the files of one folder, in order.
type recording struct {
	dir     string
	ops     []*op // by their beginning
	said    []said
	moments int

	// While it is read: which file is open as which number, and what the names mean.
	open  map[int64]int
	names map[string]int
	files int
}

func newRecording(dir string) *recording {
	return &recording{dir: dir, open: map[int64]int{}, names: map[string]int{}}
}

// begin notes a call that has begun. It returns the op that may take effect from
// now on, nil where the call has none before its end.
func (r *recording) begin(c call) *op {
	o := &op{began: c.began, ended: c.ended}
	number, err := strconv.ParseInt(arg(c, 0), 10, 64)
	if err != nil {
		return nil
	}
	file, ours := r.open[number]
	o.file = file
	switch c.name {
	case "close":
		delete(r.open, number)
		return nil
	case "write":
		if number == 1 {
			r.said = append(r.said, said{arg(c, 1), c.began})
		}
		return nil
	case "pwrite64":
		o.kind, o.data = opWrite, []byte(arg(c, 1))
		o.at, err = strconv.ParseInt(arg(c, 3), 10, 64)
	case "ftruncate":
		o.kind = opResize
		o.at, err = strconv.ParseInt(arg(c, 1), 10, 64)
	case "fsync", "fdatasync":
		o.kind = opFlush
	default:
		return nil
	}
	if !ours || err != nil {
		return nil
	}
	r.ops = append(r.ops, o)
	return o
}

// finish notes the end of a call whose op was o.
func (r *recording) finish(c call, o *op) error {
	if o != nil {
		o.ended = c.ended
		if c.ret < 0 || o.kind == opWrite && c.ret != int64(len(o.data)) {
			return fmt.Errorf("%s failed: the model knows no failures", c.name)
		}
		return nil
	}
	if c.ret < 0 {
		return nil
	}
	switch c.name {
	case "openat":
		r.opened(c)
	case "write":
		return r.appended(c)
	case "rename":
		r.renamed(c, arg(c, 0), arg(c, 1))
	case "renameat", "renameat2":
		r.renamed(c, arg(c, 1), arg(c, 3))
	case "unlink":
		r.removed(c, arg(c, 0))
	case "unlinkat":
		r.removed(c, arg(c, 1))
	case "writev", "pwritev", "pwritev2", "fallocate", "sync_file_range":
		if number, _ := strconv.ParseInt(arg(c, 0), 10, 64); r.open[number] > 0 {
			return fmt.Errorf("the model does not know %s", c.name)
		}
	}
	return nil
}

// opened notes which file has a number now, and that it was made or emptied.
func (r *recording) opened(c call) {
	delete(r.open, c.ret)
	if arg(c, 1) == r.dir {
		r.open[c.ret] = 0
		return
	}
	name, ours := r.name(arg(c, 1))
	if !ours {
		return
	}
	file, known := r.names[name]
	if !known {
		r.files++
		file = r.files
		r.names[name] = file
		r.add(c, op{kind: opCreate, to: name, at: int64(file)})
	} else if strings.Contains(arg(c, 2), "O_TRUNC") {
		r.add(c, op{kind: opResize, file: file})
	}
	r.open[c.ret] = file
}

// appended notes a write without a place: to a fresh file, at its end.
func (r *recording) appended(c call) error {
	number, _ := strconv.ParseInt(arg(c, 0), 10, 64)
	file := r.open[number]
	if file == 0 {
		return nil
	}
	var end int64
	for _, o := range r.ops {
		if o.file == file && o.kind == opWrite {
			end = max(end, o.at+int64(len(o.data)))
		} else if o.file == file && o.kind == opResize {
			end = o.at
		}
	}
	r.add(c, op{kind: opWrite, file: file, at: end, data: []byte(arg(c, 1))[:c.ret]})
	return nil
}

func (r *recording) renamed(c call, from, to string) {
	from, ours := r.name(from)
	to, too := r.name(to)
	if !ours || !too {
		return
	}
	r.names[to] = r.names[from]
	delete(r.names, from)
	r.add(c, op{kind: opRename, name: from, to: to})
}

func (r *recording) removed(c call, path string) {
	if name, ours := r.name(path); ours {
		delete(r.names, name)
		r.add(c, op{kind: opRemove, name: name})
	}
}

func (r *recording) add(c call, o op) {
	o.began, o.ended = c.began, c.ended
	r.ops = append(r.ops, &o)
}

// name returns the name of a file in the folder.
func (r *recording) name(path string) (string, bool) {
	return filepath.Base(path), filepath.Dir(path) == r.dir
}

// end closes the recording.
func (r *recording) end(moments int) {
	r.moments = moments
	slices.SortStableFunc(r.ops, func(a, b *op) int { return a.began - b.began })
}

func arg(c call, i int) string {
	if i < len(c.args) {
		return c.args[i]
	}
	return ""
}
