package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"readyshelf/buffer"
	"readyshelf/device"
)

// backupCmd is `readyshelf backup`.
type backupCmd struct {
	Config string `default:"${config}" placeholder:"FILE" help:"The configuration file (${default})."`
	File   string `arg:"" help:"The backup to write, as shop.tar.gz, or - for standard output. It holds secrets: passwords and keys."`
}

// Run writes a backup, beside a running daemon or without one.
func (c *backupCmd) Run(ctx context.Context, s streams) error {
	file, err := filepath.Abs(c.Config)
	if err != nil {
		return err
	}
	conf, err := LoadConfig(file)
	if err != nil {
		return &configError{err}
	}
	var m manifest
	err = writeWhole(c.File, s.out, func(w io.Writer, temp string) (err error) {
		m, err = backUp(ctx, conf, w, temp, time.Now())
		return err
	})
	if err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	m.summary(s.beside(c.File), c.File)
	return nil
}

// summary says what a backup holds.
func (m *manifest) summary(w io.Writer, file string) {
	log := "no log yet"
	if m.Log != nil {
		log = fmt.Sprintf("the log %s up to event %d", m.Log.ID, m.Log.Head)
	}
	fmt.Fprintf(w, "%s: store %s, device %s: the configuration, %s; files: %d\n", file, m.Store, m.Device, log, len(m.Files))
	fmt.Fprintln(w, "It holds secrets: keep it where only you can read it.")
}

// backUp writes a backup of all that conf names to w. Where no daemon can be asked for
// the log, it is copied in the folder temp first.
func backUp(ctx context.Context, conf *Config, w io.Writer, temp string, now time.Time) (m manifest, err error) {
	board, err := boardOf(conf.Data)
	if err != nil {
		return m, err
	}
	name, err := deviceName(conf.Data, board)
	if err != nil {
		return m, err
	}
	m = manifest{
		Format: backupFormat, Version: version, Made: now.UTC().Truncate(time.Second),
		Store: conf.Store, Device: cmp.Or(conf.Device, name), Board: board, Config: conf.file, Data: conf.Data,
	}
	files, err := smallFiles(conf)
	if err != nil {
		return m, err
	}
	db := filepath.Join(conf.Data, logName)
	if _, err := os.Lstat(db); errors.Is(err, fs.ErrNotExist) {
		return m, pack(w, &m, files)
	}
	beside, err := readSmall(db + sidecarSuffix) // before the log: it may be behind, and never ahead
	if err == nil {
		files = append(files, inMemory(backupBeside, beside))
	} else if !errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("back up the log: %w", err)
	}
	err = withLog(ctx, db, func(file string) error {
		if file == db {
			var done func()
			if file, done, err = stillCopy(db, temp); err != nil {
				return err
			}
			defer done()
		}
		log, err := onDisk(backupLog, file)
		if err != nil {
			return err
		}
		id, head, err := buffer.Identify(file)
		if err != nil {
			return err
		}
		m.Log = &manifestLog{id, head}
		return pack(w, &m, append(files, log))
	})
	if err != nil {
		return m, fmt.Errorf("back up the log: %w", err)
	}
	return m, nil
}

// boardOf is the serial number of this board.
func boardOf(data string) (string, error) {
	if _, err := os.Stat(data); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("there is no data folder %s: nothing to back up, the daemon has never run", data)
	}
	return device.SerialNumber(filepath.Join(data, "device"))
}

// stillCopy copies the log at rest, so that nothing changes it any more.
func stillCopy(db, temp string) (file string, done func(), err error) {
	f, err := os.CreateTemp(temp, ".readyshelf-log-*.db")
	if err != nil {
		return "", nil, fmt.Errorf("copy the log: %w", err)
	}
	done = func() { os.Remove(f.Name()) }
	if err := errors.Join(buffer.Copy(db, f), f.Close()); err != nil {
		done()
		return "", nil, err
	}
	return f.Name(), done, nil
}

// smallFiles are the configuration, the files that it names, and what lies beside the log.
func smallFiles(conf *Config) ([]packed, error) {
	text, err := readSmall(conf.file)
	if err != nil {
		return nil, fmt.Errorf("back up the configuration: %w", err)
	}
	files := []packed{inMemory(configName, text)}
	taken := map[string]bool{configName: true, backupLog: true, backupBeside: true}
	for _, n := range conf.fileNames() {
		if n.key == "data" || *n.path == "" {
			continue
		}
		text, err := readSmall(*n.path)
		if n.key == "privacy.order_key_file" && errors.Is(err, fs.ErrNotExist) {
			continue // it is made at the first start
		}
		if err != nil {
			return nil, fmt.Errorf("back up %s: %w", n.key, err)
		}
		name := conf.nameInBackup(*n.path)
		if taken[name] {
			name = configFolder + "/" + n.key + "/" + path.Base(name)
		}
		taken[name] = true
		f := inMemory(name, text)
		f.Key, f.Path = n.key, *n.path
		files = append(files, f)
	}
	for _, in := range []struct{ folder, dir string }{{configFolder, conf.layoutsDir()}, {dataFolder, conf.keptLayouts()}} {
		layouts, err := layoutFiles(in.folder, in.dir)
		if err != nil {
			return nil, err
		}
		files = append(files, layouts...)
	}
	return files, nil
}

// nameInBackup is where a file that the configuration names lies in a backup: as it lay
// beside the configuration or the log, and beside the configuration if it lay elsewhere.
func (c *Config) nameInBackup(file string) string {
	for _, in := range []struct{ folder, dir string }{{dataFolder, c.Data}, {configFolder, filepath.Dir(c.file)}} {
		if rest, err := filepath.Rel(in.dir, file); err == nil && filepath.IsLocal(rest) {
			return in.folder + "/" + filepath.ToSlash(rest)
		}
	}
	return configFolder + "/" + filepath.Base(file)
}

// layoutFiles are the layouts of tickets in a folder, if there are any.
func layoutFiles(folder, dir string) (files []packed, err error) {
	err = filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && file == dir {
			return nil
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := readSmall(file)
		if err != nil {
			return err
		}
		files = append(files, inMemory(folder+"/"+layoutsName+filepath.ToSlash(strings.TrimPrefix(file, dir)), text))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("back up the layouts: %w", err)
	}
	return files, nil
}

// inMemory is a small file for a backup.
func inMemory(name string, text []byte) packed {
	sum := sha256.Sum256(text)
	return packed{
		manifestFile{Name: name, Size: int64(len(text)), SHA256: hex.EncodeToString(sum[:])},
		func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil },
	}
}

// onDisk is a large file for a backup, which nothing changes.
func onDisk(name, file string) (packed, error) {
	f, err := os.Open(file)
	if err != nil {
		return packed{}, err
	}
	defer f.Close()
	sum := sha256.New()
	size, err := io.Copy(sum, f)
	return packed{
		manifestFile{Name: name, Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))},
		func() (io.ReadCloser, error) { return os.Open(file) },
	}, err
}
