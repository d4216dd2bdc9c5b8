package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// A backup is a gzipped tar of ordinary files, the manifest first:
//
//	manifest.json           what this is, and every file with its size and SHA-256
//	config/readyshelf.toml  the configuration
//	config/…                the files that it names: certificates, passwords, keys
//	data/order.key          the key of order ids
//	config/layouts/…        the shop's layouts of tickets
//	data/layouts/…          the same, as they last loaded
//	data/readyshelf.db.id   the log's sidecar
//	data/readyshelf.db      the log
//
// What is under config/ belongs into the configuration's folder, what is under data/
// into the data folder.
const (
	backupFormat = 1
	manifestName = "manifest.json"
	configFolder = "config"
	dataFolder   = "data"
	configName   = configFolder + "/readyshelf.toml"
	backupLog    = dataFolder + "/" + logName
	backupBeside = backupLog + sidecarSuffix
)

// sidecarSuffix is how the name of the log's sidecar ends.
const sidecarSuffix = ".id"

// The limits of a backup, so that no archive fills the card or the memory.
const (
	maxBackupFiles = 1000
	maxBackupSmall = 32 << 20 // all files but the log
	maxBackupLog   = 1 << 30
)

// manifest says what a backup is.
type manifest struct {
	Format  int       `json:"format"`
	Version string    `json:"version"` // of the program
	Made    time.Time `json:"made"`
	Store   string    `json:"store"`
	// Device is how the cloud knows the box, Board the serial number of its board.
	Device string `json:"device"`
	Board  string `json:"board"`
	// Config is where the configuration was, Data where the data folder was.
	Config string         `json:"config"`
	Data   string         `json:"data"`
	Log    *manifestLog   `json:"log,omitempty"`
	Files  []manifestFile `json:"files"`
}

// manifestLog is the log of a backup: its id, and the last event in it.
type manifestLog struct {
	ID   string `json:"id"`
	Head uint64 `json:"head"`
}

// manifestFile is one file of a backup.
type manifestFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	// Key is the key of the configuration that names the file, Path what it says; empty
	// for a file that no key names.
	Key  string `json:"key,omitempty"`
	Path string `json:"path,omitempty"`
}

// check says what is wrong with a manifest as it was read.
func (m *manifest) check() error {
	if m.Format > backupFormat {
		return fmt.Errorf("it was written by readyshelf %s, in format %d, and this version knows %d: install a newer one", m.Version, m.Format, backupFormat)
	}
	if m.Format < 1 || len(m.Files) > maxBackupFiles {
		return fmt.Errorf("its manifest is of format %d and has %d files", m.Format, len(m.Files))
	}
	if !isName(m.Store) || !isName(m.Device) {
		return fmt.Errorf("its manifest names the store %q and the device %q", m.Store, m.Device)
	}
	seen, small := map[string]bool{}, int64(0)
	for _, f := range m.Files {
		limit := int64(maxNamedFile)
		if f.Name == backupLog {
			limit = maxBackupLog
		} else {
			small += max(f.Size, 0)
		}
		switch {
		case !stays(f.Name):
			return fmt.Errorf("it has a file %q, which lies outside of %s and %s", f.Name, configFolder, dataFolder)
		case seen[f.Name]:
			return fmt.Errorf("it has %s twice", f.Name)
		case f.Size < 0 || f.Size > limit || small > maxBackupSmall:
			return fmt.Errorf("%s has %d bytes, which is too much", f.Name, f.Size)
		}
		seen[f.Name] = true
	}
	if !seen[configName] {
		return errors.New("there is no configuration in it")
	}
	if seen[backupLog] != (m.Log != nil) {
		return errors.New("its manifest and its files do not agree on whether there is a log in it")
	}
	return nil
}

// stays says whether a name of an archive is of a file in one of its two folders.
func stays(name string) bool {
	folder, rest, ok := strings.Cut(name, "/")
	return ok && rest != "" && (folder == configFolder || folder == dataFolder) &&
		path.Clean(name) == name && filepath.IsLocal(rest) && !strings.ContainsAny(name, "\x00\\")
}

// packed is a file on its way into a backup.
type packed struct {
	manifestFile
	open func() (io.ReadCloser, error)
}

// pack writes a backup to w, and puts its files into the manifest.
func pack(w io.Writer, m *manifest, files []packed) error {
	m.Files = nil
	for _, f := range files {
		m.Files = append(m.Files, f.manifestFile)
	}
	head, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	out := newTarball(w, m.Made)
	if err := out.put(manifestName, int64(len(head)), bytes.NewReader(head)); err != nil {
		return err
	}
	for _, f := range files {
		from, err := f.open()
		if err != nil {
			return err
		}
		if err := errors.Join(out.put(f.Name, f.Size, from), from.Close()); err != nil {
			return err
		}
	}
	return out.close()
}

// tarball is a gzipped tar in the making, of files that only their owner may read.
type tarball struct {
	tar  *tar.Writer
	zip  *gzip.Writer
	made time.Time
}

func newTarball(w io.Writer, made time.Time) *tarball {
	zip := gzip.NewWriter(w)
	return &tarball{tar.NewWriter(zip), zip, made}
}

// put writes a file of that many bytes.
func (t *tarball) put(name string, size int64, from io.Reader) error {
	err := t.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: t.made})
	if err == nil {
		_, err = io.Copy(t.tar, from)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

func (t *tarball) close() error { return errors.Join(t.tar.Close(), t.zip.Close()) }

// beside is where a verb that writes to file tells what it did.
func (s streams) beside(file string) io.Writer {
	if file == "-" {
		return s.err
	}
	return s.out
}

// writeWhole lets fill write a file that only its owner may read, gives it its name when
// it is whole, and returns when the medium has both; - is out. Temp is the folder that it
// is written in, empty for out. Only a file is ever replaced: root would put one in the
// place of /dev/null.
func writeWhole(file string, out io.Writer, fill func(w io.Writer, temp string) error) error {
	if file == "-" {
		return fill(out, "")
	}
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is %s: name a file, or - for standard output", file, notFile(info.Mode()))
	}
	dir := filepath.Dir(file)
	f, err := os.CreateTemp(dir, "."+filepath.Base(file)+".*") // 0600
	if err != nil {
		return err
	}
	if err = errors.Join(fill(f, dir), f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// unpack reads a backup from r, and hands each every file of it with the bytes as they
// come; each reads all of them. What is not as the manifest says is an error, at the
// latest when all is read: what each was given until then cannot be trusted.
func unpack(r io.Reader, each func(*manifest, manifestFile, io.Reader) error) (*manifest, error) {
	zip, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("it is no backup: %w", err)
	}
	in := tar.NewReader(zip)
	m, err := readManifest(in)
	if err != nil {
		return nil, err
	}
	left := map[string]manifestFile{}
	for _, f := range m.Files {
		left[f.Name] = f
	}
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("it is cut off or damaged: %w", err)
		}
		f, ok := left[h.Name]
		if !ok || h.Typeflag != tar.TypeReg || h.Size != f.Size {
			return nil, fmt.Errorf("%q in it is not as its manifest says", h.Name)
		}
		delete(left, h.Name)
		sum := sha256.New()
		if err := each(m, f, io.TeeReader(in, sum)); err != nil {
			return nil, fmt.Errorf("read %s in it: %w", f.Name, err)
		}
		if got := hex.EncodeToString(sum.Sum(nil)); got != f.SHA256 {
			return nil, fmt.Errorf("it is damaged: the checksum of %s does not match", f.Name)
		}
	}
	for name := range left {
		return nil, fmt.Errorf("%s is missing in it", name)
	}
	// The checksum of gzip comes after the last file.
	if _, err := io.Copy(io.Discard, io.LimitReader(zip, 1<<20)); err != nil {
		return nil, fmt.Errorf("it is cut off or damaged: %w", err)
	}
	return m, nil
}

// readManifest reads the first file of a backup.
func readManifest(in *tar.Reader) (*manifest, error) {
	h, err := in.Next()
	if err != nil || h.Name != manifestName || h.Typeflag != tar.TypeReg || h.Size > maxNamedFile {
		return nil, errors.Join(errors.New("it is no backup: it does not begin with a manifest"), err)
	}
	text, err := io.ReadAll(io.LimitReader(in, maxNamedFile))
	if err != nil {
		return nil, fmt.Errorf("it is cut off or damaged: %w", err)
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("it is no backup: its manifest cannot be read: %w", err)
	}
	return &m, m.check()
}
