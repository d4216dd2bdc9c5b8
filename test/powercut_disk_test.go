package test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sector is what a medium writes whole or not at all.
const sector = 512

// cut returns the files as a power cut at a moment may leave them. What a flush
// has confirmed is there. Of all else, also of calls under way, each sector is
// there or not, by the toss of a coin, and so is each growth of a file; of the
// changes of names a part from the beginning is, as journals keep their order.
// Without a coin everything is there.
//
// Sectors that never were written read as zeros. A medium that damages what it
// was not told to write, or that calls a flush done which is not, is not in here.
func (r *recording) cut(at int, coin *rand.Rand) map[string][]byte {
	keeps := func() bool { return coin == nil || coin.IntN(2) == 0 }
	flushed := r.flushed(at)
	files, names := map[int][]byte{}, map[string]int{}
	journal := true
	for _, o := range r.ops {
		if o.began > at {
			break
		}
		sure := o.ended < flushed[o.file]
		switch o.kind {
		case opWrite:
			files[o.file] = o.write(files[o.file], sure, keeps)
		case opResize:
			if sure || keeps() {
				files[o.file] = resize(files[o.file], o.at)
			}
		case opCreate, opRename, opRemove:
			if journal = sure || journal && keeps(); journal {
				o.rename(names)
			}
		}
	}
	left := map[string][]byte{}
	for name, file := range names {
		left[name] = files[file]
	}
	return left
}

// flushed returns, by file, since when what ended before is on the medium.
func (r *recording) flushed(at int) map[int]int {
	flushed := map[int]int{}
	for _, o := range r.ops {
		if o.kind == opFlush && o.ended <= at {
			flushed[o.file] = max(flushed[o.file], o.began)
		}
	}
	return flushed
}

// write writes sector by sector into a file.
func (o *op) write(file []byte, sure bool, keeps func() bool) []byte {
	end := o.at + int64(len(o.data))
	if end > int64(len(file)) && (sure || keeps()) {
		file = resize(file, end)
	}
	for from := o.at; from < end; {
		to := min(end, (from/sector+1)*sector)
		if sure || keeps() {
			copy(file[min(from, int64(len(file))):], o.data[from-o.at:to-o.at])
		}
		from = to
	}
	return file
}

// rename changes what the names of the folder mean.
func (o *op) rename(names map[string]int) {
	switch o.kind {
	case opCreate:
		names[o.to] = int(o.at)
	case opRename:
		names[o.to] = names[o.name]
		delete(names, o.name)
	case opRemove:
		delete(names, o.name)
	}
}

func resize(b []byte, size int64) []byte {
	if size <= int64(len(b)) {
		return b[:size:size]
	}
	return append(b, make([]byte, size-int64(len(b)))...)
}

// lying returns the recording as a medium has it that does a flush or not, by the
// toss of a coin, and always says that it did.
func (r *recording) lying(coin *rand.Rand) *recording {
	l := &recording{dir: r.dir, said: r.said, moments: r.moments}
	for _, o := range r.ops {
		if o.kind != opFlush || coin.IntN(2) == 0 {
			l.ops = append(l.ops, o)
		}
	}
	return l
}

// complete checks that the recording has all that the program wrote: played back
// it gives what lies in the folder.
func (r *recording) complete(t *testing.T) {
	t.Helper()
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	played := r.cut(r.moments, nil)
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(r.dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b, played[e.Name()]) {
			t.Fatalf("%s has %d bytes, played back %d, and they differ: the recording misses something", e.Name(), len(b), len(played[e.Name()]))
		}
		delete(played, e.Name())
	}
	for name := range played {
		t.Fatalf("the recording has a file %s that is not there", name)
	}
}

// A cut keeps what was flushed and anything, or nothing, of the rest.
func TestPowerCutModel(t *testing.T) {
	const calls = `1 openat(AT_FDCWD, "/d/a.new", O_RDWR|O_CREAT, 0600) = 5
1 pwrite64(5, "old\0012", 5, 0) = 5
1 fsync(5) = 0
1 renameat(AT_FDCWD, "/d/a.new", AT_FDCWD, "/d/a") = 0
1 openat(AT_FDCWD, "/d", O_RDONLY) = 6
1 fsync(6) = 0
1 close(6) = 0
1 pwrite64(5, "new", 3, 0 <unfinished ...>
2 openat(AT_FDCWD, "/elsewhere", O_RDONLY) = 6
2 pwrite64(6, "not ours", 8, 0) = 8
1 <... pwrite64 resumed>) = 3
1 write(1, "said\n", 5) = 5
2 fdatasync(5 <unfinished ...>
1 ftruncate(5, 600) = 0
2 <... fdatasync resumed>) = 0
1 renameat(AT_FDCWD, "/d/a", AT_FDCWD, "/d/b") = 0
`
	r, err := readTrace(strings.NewReader(calls), "/d")
	if err != nil {
		t.Fatal(err)
	}
	if len(r.said) != 1 || r.said[0].text != "said\n" {
		t.Errorf("it said %v", r.said)
	}
	old, fresh := "old\x012", "new\x012"
	empty := string(make([]byte, len(old))) // it has grown, and no more
	grown := fresh + string(make([]byte, 595))
	for _, test := range []struct {
		line int // the last that the cut lets begin
		want map[string]bool
	}{
		{2, map[string]bool{"": true, "a.new=": true, "a.new=" + empty: true, "a.new=" + old: true}},
		{4, map[string]bool{"": true, "a.new=" + old: true, "a=" + old: true}},
		{7, map[string]bool{"a=" + old: true}},
		{8, map[string]bool{"a=" + old: true, "a=" + fresh: true}},
		{12, map[string]bool{"a=" + old: true, "a=" + fresh: true}},
		{15, map[string]bool{"a=" + fresh: true, "a=" + grown: true}},
		{16, map[string]bool{"a=" + fresh: true, "a=" + grown: true, "b=" + fresh: true, "b=" + grown: true}},
	} {
		got := map[string]bool{}
		for seed := range uint64(200) {
			left := r.cut(2*test.line-1, rand.New(rand.NewPCG(seed, 1)))
			text := ""
			for name, b := range left {
				text += name + "=" + string(b)
			}
			got[text] = true
		}
		for text := range got {
			if !test.want[text] {
				t.Errorf("after line %d there may be %.40q", test.line, text)
			}
		}
		if len(got) != len(test.want) {
			t.Errorf("after line %d there may be %d different states, want %d", test.line, len(got), len(test.want))
		}
	}
}
