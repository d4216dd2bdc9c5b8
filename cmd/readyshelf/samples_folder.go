package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"readyshelf/device"
	"readyshelf/sensors/ticket"
)

// samplesName is the folder in the data folder with slips that nobody understood, to be
// taught: slip-1.sample, slip-2.sample, … as they came, sealed with the key that the
// configuration names. Without a key there are none.
const samplesName = "samples"

const (
	samplePrefix = "slip-"
	sampleSuffix = ".sample"
)

// mostSlips is how many slips are kept: more than a shop has kinds of. Together they
// have 320 KiB at most.
const mostSlips = 20

// sampleKey reads the key of samples: 32 bytes as 64 hexadecimal digits.
func sampleKey(text []byte) ([]byte, error) {
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != ticket.KeySize {
		return nil, fmt.Errorf("a key is %d hexadecimal digits", 2*ticket.KeySize)
	}
	const fewest = 12 // different bytes: chance makes 30 of 32
	different := slices.Clone(key)
	slices.Sort(different)
	if len(slices.Compact(different)) < fewest {
		return nil, errors.New("this key can be guessed")
	}
	return key, nil
}

// newKeyFix is how to come by a key.
const newKeyFix = "make one: sudo readyshelf ticket samples key FILE"

// sampleFolder is the folder of samples, for the daemon and the verbs beside it.
type sampleFolder struct {
	dir string // of the data
	key []byte // nil where none is configured
}

// samples is the folder of a configuration.
func (c *Config) samples() (sampleFolder, error) {
	f := sampleFolder{dir: c.Data}
	if c.Privacy.SampleKeyFile == "" {
		return f, nil
	}
	text, err := readSmall(c.Privacy.SampleKeyFile)
	if err == nil {
		f.key, err = sampleKey(text)
	}
	if err != nil {
		return f, fmt.Errorf("privacy.sample_key_file: %s: %w; %s", c.Privacy.SampleKeyFile, err, newKeyFix)
	}
	return f, nil
}

// open opens the folder; who owns the data folder can put no link in its way.
func (f sampleFolder) open() (*os.Root, error) {
	data, err := os.OpenRoot(f.dir)
	if err != nil {
		return nil, err
	}
	defer data.Close()
	return data.OpenRoot(samplesName)
}

// names are the names of the samples, the oldest first; none if there is no folder.
func (f sampleFolder) names() ([]string, error) {
	root, err := f.open()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for samples: %w", err)
	}
	defer root.Close()
	files, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("look for samples: %w", err)
	}
	var names []string
	for _, e := range files {
		if name, ok := strings.CutSuffix(e.Name(), sampleSuffix); ok && e.Type().IsRegular() && sampleNumber(name) > 0 {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return sampleNumber(a) - sampleNumber(b) })
	return names, nil
}

// sampleNumber is the number of a sample, 0 if the name is of none.
func sampleNumber(name string) int {
	digits, _ := strings.CutPrefix(name, samplePrefix)
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || name != samplePrefix+strconv.Itoa(n) {
		return 0
	}
	return n
}

// read opens a sample.
func (f sampleFolder) read(name string) (u ticket.Unread, err error) {
	root, err := f.open()
	if err != nil {
		return u, fmt.Errorf("read the sample %s: %w", name, err)
	}
	defer root.Close()
	file, err := root.Open(name + sampleSuffix)
	if err != nil {
		return u, fmt.Errorf("read the sample %s: %w", name, err)
	}
	defer file.Close()
	sealed, err := io.ReadAll(io.LimitReader(file, int64(ticket.LargestSealed)+1))
	if err != nil {
		return u, fmt.Errorf("read the sample %s: %w", name, err)
	}
	if u, err = ticket.OpenUnread(sealed, f.key); err != nil {
		return u, fmt.Errorf("the sample %s cannot be read: %w", name, err)
	}
	return u, nil
}

// write adds a sample behind the others, whole or not at all, for its owner alone.
func (f sampleFolder) write(u ticket.Unread) (name string, err error) {
	sealed, err := u.Seal(f.key)
	if err != nil {
		return "", err
	}
	names, err := f.names()
	if err != nil {
		return "", err
	}
	last := 0
	if len(names) > 0 {
		last = sampleNumber(names[len(names)-1])
	}
	name = samplePrefix + strconv.Itoa(last+1)
	dir := filepath.Join(f.dir, samplesName)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return name, device.WriteFile(filepath.Join(dir, name+sampleSuffix), string(sealed))
}

// rewrite puts u in the place of a sample; who owned that owns this.
func (f sampleFolder) rewrite(name string, u ticket.Unread) error {
	sealed, err := u.Seal(f.key)
	if err != nil {
		return err
	}
	root, err := f.open()
	if err != nil {
		return err
	}
	defer root.Close()
	info, err := root.Lstat(name + sampleSuffix)
	if err != nil {
		return err
	}
	return writeUnder(root, name+sampleSuffix, string(sealed), func(tmp string) error {
		if stat, ok := info.Sys().(*syscall.Stat_t); ok && os.Geteuid() == 0 {
			return given(root.Lchown(tmp, int(stat.Uid), int(stat.Gid)))
		}
		return nil
	})
}

// remove removes a sample.
func (f sampleFolder) remove(name string) error {
	root, err := f.open()
	if err == nil {
		defer root.Close()
		err = root.Remove(name + sampleSuffix)
	}
	if err != nil {
		return fmt.Errorf("remove the sample %s: %w", name, err)
	}
	return nil
}

// sweep removes what a power cut has left of writing.
func (f sampleFolder) sweep() error {
	root, err := f.open()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer root.Close()
	files, err := fs.ReadDir(root.FS(), ".")
	for _, e := range files {
		if strings.HasPrefix(e.Name(), ".") || strings.HasSuffix(e.Name(), ".new") {
			err = errors.Join(err, root.Remove(e.Name()))
		}
	}
	return err
}
