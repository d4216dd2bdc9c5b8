package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"readyshelf/device"
)

// supportCmd is `readyshelf support-bundle`.
type supportCmd struct {
	Config string `default:"${config}" placeholder:"FILE" help:"The configuration file (${default})."`
	File   string `arg:"" optional:"" help:"The file to write, - for standard output; readyshelf-support.tar.gz here unless named."`
}

// A support bundle is what somebody far away needs to see what is wrong: a gzipped tar
// with one folder. No order, guest or secret is in it, so it may be sent by mail.
const supportFolder = "readyshelf-support/"

// supportFile is the bundle's name unless another is given.
const supportFile = "readyshelf-support.tar.gz"

// gathered is one file of a bundle.
type gathered struct {
	name, about string
	text        []byte
}

// Run writes the bundle. What cannot be had is said in it, and stops nothing.
func (c *supportCmd) Run(ctx context.Context, s streams) error {
	file := c.File
	if file == "" {
		file = supportFile
	}
	files := c.gather(ctx)
	err := writeWhole(file, s.out, func(w io.Writer, _ string) error {
		out := newTarball(w, time.Now())
		for _, f := range files {
			if err := out.put(supportFolder+f.name, int64(len(f.text)), bytes.NewReader(f.text)); err != nil {
				return err
			}
		}
		return out.close()
	})
	if err != nil {
		return fmt.Errorf("write the support bundle: %w", err)
	}
	for _, f := range files {
		fmt.Fprintf(s.beside(file), "%-14s %6d bytes  %s\n", f.name, len(f.text), f.about)
	}
	fmt.Fprintf(s.beside(file), "%s holds no order, no guest and no secret: look into it, then send it.\n", file)
	return nil
}

// gather collects the files of the bundle.
func (c *supportCmd) gather(ctx context.Context) []gathered {
	conf, err := LoadConfig(c.Config)
	data := defaultConfig().Data
	if err == nil {
		data = conf.Data
	}
	var files []gathered
	add := func(name, about string, text []byte, err error) {
		if err != nil {
			text = append(text, "this could not be had: "+err.Error()+"\n"...)
		}
		files = append(files, gathered{name, about, text})
	}
	text, err := shownConfig(conf, err)
	add("config.json", "the configuration in force, without secrets", text, err)
	text, err = asIndented(aboutMachine())
	add("machine.json", "versions, board, kernel", text, err)
	for _, name := range []string{"health", "devices"} {
		var said json.RawMessage
		_, err := daemonOf(ctx, data, "/"+name, &said)
		add(name+".json", "what the running daemon says at /"+name, said, err)
	}
	var doctor bytes.Buffer
	err = (&doctorCmd{Config: c.Config, JSON: true}).Run(ctx, streams{strings.NewReader(""), &doctor, io.Discard})
	if doctor.Len() > 0 {
		err = nil // it has found faults, and says which
	}
	add("doctor.json", "what readyshelf doctor finds", doctor.Bytes(), err)
	db := filepath.Join(data, logName)
	text, err = logChecked(ctx, db)
	add("log.txt", "whether the log is whole", text, err)
	text, err = supportEvents(db)
	add("events.txt", "counts, and the last faults and starts", text, err)
	text, err = journal(ctx)
	add("journal.txt", "the last lines of the daemon's output", text, err)
	add("files.txt", "names and sizes of the data and configuration folders", listed(data, filepath.Dir(c.Config)), nil)
	for i := range files {
		files[i].text = blotted(files[i].text, secretsOf(conf))
	}
	return files
}

// shownConfig is the configuration as it is in force. A broken one may have a secret in
// the wrong place, so of that only the places of its mistakes are told.
func shownConfig(conf *Config, err error) ([]byte, error) {
	if conf != nil {
		return asIndented(conf.keys())
	}
	var problems Problems
	if !errors.As(err, &problems) {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintln(&b, "it has mistakes; readyshelf check says which:")
	for _, p := range problems {
		fmt.Fprintf(&b, "line %d, column %d\n", p.Line, p.Column)
	}
	return b.Bytes(), nil
}

func asIndented(v any) ([]byte, error) {
	text, err := json.MarshalIndent(v, "", "  ")
	return append(text, '\n'), err
}

// aboutMachine is what the machine and the program say of themselves.
func aboutMachine() map[string]any {
	return map[string]any{"readyshelf": versionText(), "at": time.Now().UTC(), "machine": device.AboutBoard()}
}

// logChecked is what log check says.
func logChecked(ctx context.Context, db string) ([]byte, error) {
	if _, err := os.Stat(db); err != nil {
		return nil, err
	}
	var said bytes.Buffer
	err := (&logCheckCmd{DB: db}).Run(ctx, streams{strings.NewReader(""), &said, &said})
	return said.Bytes(), err
}

// journalLines is how many lines of the daemon's output are told.
const journalLines = "500"

// journal is the end of what the daemon said, where systemd keeps it. The daemon says
// nothing of orders or guests.
func journal(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "journalctl", "--unit=readyshelf", "--lines="+journalLines, "--no-pager", "--output=short-iso").Output()
	if err != nil {
		return nil, fmt.Errorf("journalctl: %w", err)
	}
	return out, nil
}

// listed lists what is in folders.
func listed(dirs ...string) []byte {
	var b bytes.Buffer
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				fmt.Fprintln(&b, err)
				return nil
			}
			if info, err := d.Info(); err == nil {
				fmt.Fprintf(&b, "%v %10d %s %s\n", info.Mode(), info.Size(), info.ModTime().UTC().Format(time.RFC3339), path)
			}
			return nil
		})
		if err != nil {
			fmt.Fprintln(&b, err)
		}
	}
	return b.Bytes()
}

// secretsOf are the words that the files of secrets hold.
func secretsOf(conf *Config) (words [][]byte) {
	if conf == nil {
		return nil
	}
	for _, file := range []string{conf.MQTT.PasswordFile, conf.MQTT.KeyFile, conf.MQTT.OAuth2.ClientSecretFile, conf.Privacy.OrderKeyFile} {
		if file == "" {
			continue
		}
		text, err := readSmall(file)
		if err != nil {
			continue // then nothing of ours has it either
		}
		for line := range bytes.Lines(text) {
			if line = bytes.TrimSpace(line); len(line) >= minSecret {
				words = append(words, line)
			}
		}
	}
	return words
}

// minSecret is the shortest secret that is looked for: a shorter one would be found in
// words that are none.
const minSecret = 4

// blotted blots out what should not have come so far.
func blotted(text []byte, secrets [][]byte) []byte {
	for _, s := range secrets {
		text = bytes.ReplaceAll(text, s, []byte("[secret]"))
	}
	return text
}
