package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"readyshelf/buffer"
	"readyshelf/device"
	"readyshelf/kitchen"
	"readyshelf/predict"
)

// restoreCmd is `readyshelf restore`.
type restoreCmd struct {
	ConfigDir string `default:"${config_dir}" placeholder:"DIR" help:"The folder of the configuration (${default})."`
	Data      string `placeholder:"DIR" help:"The data folder, ${data_dir} if the backup has it there."`
	Replace   bool   `help:"Put the backup in the place of the log that is here. That is kept beside it."`
	File      string `arg:"" help:"The backup."`
}

// unfinishedName is a file in the data folder while a restore is under way. The daemon
// does not start beside it: half of a box would speak in the name of the whole.
const unfinishedName = "restore.unfinished"

// restoreFolder is the folder in the data folder where a restore has the copy of the log.
const restoreFolder = ".restore"

// restoreDone is an error where a restore did not come to its end.
func restoreDone(data string) error {
	file := filepath.Join(data, unfinishedName)
	if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return fmt.Errorf("a restore did not come to its end: run it again, or remove %s to begin with what is there", file)
}

// restoring is one restore.
type restoring struct {
	manifest
	file      string
	configDir string
	data      string
	conf      *Config           // as it will be
	small     map[string][]byte // by name in the backup
	owner     owner
	out       io.Writer
}

// Run puts a backup into place. Nothing is written before all of it was read and found
// right. It can be repeated whenever it was cut short.
func (c *restoreCmd) Run(ctx context.Context, s streams) error {
	r := &restoring{file: c.File, out: s.out}
	var err error
	if r.configDir, err = filepath.Abs(c.ConfigDir); err != nil {
		return err
	}
	if err := r.read(); err != nil {
		return fmt.Errorf("restore %s: %w", c.File, err)
	}
	if c.Data == "" && r.manifest.Data != defaultConfig().Data { // a backup alone must not say where root writes
		return fmt.Errorf("restore %s: its data folder was %s: name that one, or another, with --data", c.File, r.manifest.Data)
	}
	if r.data, err = filepath.Abs(cmp.Or(c.Data, r.manifest.Data)); err != nil {
		return err
	}
	if err := r.settle(); err != nil {
		return fmt.Errorf("restore %s: %w", c.File, err)
	}
	if err := r.free(c.Replace); err != nil {
		return err
	}
	if r.owner, err = findOwner(); err != nil {
		return err
	}
	if err := r.write(ctx); err != nil {
		return fmt.Errorf("restore %s: %w; put that right and run it again", c.File, err)
	}
	r.summary()
	return nil
}

// read reads the whole backup, keeps what is small, and checks all of it.
func (r *restoring) read() error {
	f, err := os.Open(r.file)
	if err != nil {
		return err
	}
	defer f.Close()
	r.small = map[string][]byte{}
	m, err := unpack(f, func(_ *manifest, f manifestFile, from io.Reader) error {
		if f.Name == backupLog {
			_, err := io.Copy(io.Discard, from)
			return err
		}
		text, err := io.ReadAll(from)
		r.small[f.Name] = text
		return err
	})
	if err != nil {
		return err
	}
	r.manifest = *m
	return nil
}

// free checks that no daemon and no log is in the way.
func (r *restoring) free(replace bool) error {
	db := filepath.Join(r.data, logName)
	if err := buffer.Held(db); err != nil {
		return fmt.Errorf("a daemon runs on %s: stop it first, with systemctl stop readyshelf.socket readyshelf: %w", r.data, err)
	}
	again := restoreDone(r.data) != nil
	if _, err := os.Lstat(db); err == nil && !replace && !again {
		return fmt.Errorf("there is a log already, %s: with --replace the backup takes its place, and it is kept beside it", db)
	}
	return nil
}

// write puts everything into place, the log last.
func (r *restoring) write(ctx context.Context) error {
	if err := errors.Join(os.MkdirAll(r.configDir, 0o755), makeData(r.data), r.owner.lockData(r.data)); err != nil {
		return err
	}
	unfinished := filepath.Join(r.data, unfinishedName)
	err := device.WriteFile(unfinished, "readyshelf restore is under way, or was cut short: run it again\n")
	if err == nil {
		err = r.fill(ctx)
	}
	if err := errors.Join(err, r.owner.takeData(r.data)); err != nil {
		return err
	}
	return os.Remove(unfinished)
}

// fill writes what the backup has.
func (r *restoring) fill(ctx context.Context) error {
	if err := errors.Join(r.folder(configFolder, r.configDir), r.folder(dataFolder, r.data)); err != nil {
		return err
	}
	if err := r.identity(); err != nil || r.Log == nil {
		return err
	}
	return r.log(ctx)
}

// folder writes the small files of one folder of the backup into dir, and never
// anywhere else, whatever links lie there.
func (r *restoring) folder(folder, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, f := range r.Files {
		name, ok := strings.CutPrefix(f.Name, folder+"/")
		text, small := r.small[f.Name]
		if !ok || !small || f.Name == backupBeside || r.stays(f) {
			continue
		}
		if err := r.put(root, filepath.FromSlash(name), text); err != nil {
			return fmt.Errorf("write %s: %w", filepath.Join(dir, name), err)
		}
	}
	return nil
}

// put writes a file under root as a whole. Another one that is there is kept.
func (r *restoring) put(root *os.Root, name string, text []byte) error {
	if there, err := root.ReadFile(name); err == nil && string(there) == string(text) {
		return r.owner.take(root, name)
	}
	if err := r.owner.folder(root, filepath.Dir(name)); err != nil {
		return err
	}
	return writeUnder(root, name, string(text), func(tmp string) error {
		if err := r.owner.take(root, tmp); err != nil {
			return err
		}
		return setAside(root, name)
	})
}

// setAside gives the file name, if it is there, a second name: .old-1, or the next free.
// Where a file can have but one, as on a FAT, it gets that for a while.
func setAside(root *os.Root, name string) error {
	for n := 1; ; n++ {
		aside := fmt.Sprintf("%s.old-%d", name, n)
		err := root.Link(name, aside)
		if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission) { // link(2): EPERM
			if _, err = root.Lstat(aside); err == nil {
				continue
			}
			err = root.Rename(name, aside)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
}

// identity keeps the name of the box where its board had given it, and this is another.
func (r *restoring) identity() error {
	path := filepath.Join(r.data, identityName)
	board, err := device.SerialNumber(filepath.Join(r.data, "device"))
	if err != nil {
		return err
	}
	if r.conf.Device != "" || r.Device == board {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	return device.WriteFile(path, r.Device+"\n")
}

// log makes a new log that goes on where that of the backup ends.
func (r *restoring) log(ctx context.Context) error {
	dir := filepath.Join(r.data, restoreFolder) // also what an earlier try has left
	if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700)); err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, logName)
	if err := r.extract(copied); err != nil {
		return err
	}
	made, err := buffer.Renew(copied, buffer.Options{
		Path:    filepath.Join(r.data, logName),
		Decider: &kitchen.Decider{Model: predict.New(), Rules: kitchen.DefaultRules()},
		MaxSize: int64(r.conf.Log.MaxSize), Probe: probeLog, Log: slog.New(slog.NewTextHandler(r.out, nil)),
	}, fmt.Sprintf("restored from a backup of %s: what log %s had after event %d is not in it",
		r.Made.Format(time.RFC3339), r.Log.ID, r.Log.Head))
	if err != nil {
		return err
	}
	if made.Aside != "" {
		fmt.Fprintf(r.out, "the log that was here is kept as %s\n", made.Aside)
	}
	fmt.Fprintf(r.out, "log %s goes on as %s, with %d events\n", r.Log.ID, made.ID, made.Salvaged)
	return ctx.Err()
}

// extract takes log and sidecar out of the backup, and checks them once more.
func (r *restoring) extract(to string) error {
	in, err := os.Open(r.file)
	if err != nil {
		return err
	}
	defer in.Close()
	_, err = unpack(in, func(_ *manifest, f manifestFile, from io.Reader) error {
		if f.Name != backupLog && f.Name != backupBeside {
			_, err := io.Copy(io.Discard, from)
			return err
		}
		out, err := os.OpenFile(to+strings.TrimPrefix(f.Name, backupLog), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		_, err = io.Copy(out, from)
		return errors.Join(err, out.Close())
	})
	return err
}

// summary says what is there now.
func (r *restoring) summary() {
	name := r.Device
	if r.conf.Device != "" {
		name = r.conf.Device
	}
	fmt.Fprintf(r.out, "restored store %s, device %s, as it was on %s: %s, %s\n",
		r.Store, name, r.Made.Format(time.RFC3339), r.conf.file, r.data)
	kept := slices.DeleteFunc(slices.Clone(r.Files), func(f manifestFile) bool { return !r.stays(f) })
	for _, f := range kept {
		fmt.Fprintf(r.out, "%s names %s, which is here already\n", f.Key, f.Path)
	}
	fmt.Fprintln(r.out, "Switch the old box off for good before this one starts: the cloud knows both by one name.")
}
