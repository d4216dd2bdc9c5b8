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
	"regexp"
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
		text, err := daemonSays(ctx, data, "/"+name)
		add(name+".json", "what the running daemon says at /"+name, text, err)
	}
	text, err = c.doctor(ctx, conf)
	add("doctor.json", "what readyshelf doctor finds", text, err)
	db := filepath.Join(data, logName)
	text, err = logChecked(ctx, db)
	add("log.txt", "whether the log is whole", text, err)
	text, err = supportEvents(ctx, db)
	add("events.txt", "counts, and the last faults and starts", text, err)
	text, err = journal(ctx)
	add("journal.txt", "the last lines of the daemon's output", text, err)
	add("files.txt", "names and sizes of the data and configuration folders", listed(data, filepath.Dir(c.Config)), nil)
	secrets := secretsOf(conf)
	for i := range files {
		files[i].text = blotted(files[i].text, secrets)
	}
	return files
}

// daemonSays is an answer of the running daemon, as JSON.
func daemonSays(ctx context.Context, data, path string) (said json.RawMessage, err error) {
	ctx, cancel := context.WithTimeout(ctx, shortCheck)
	defer cancel()
	_, err = daemonOf(ctx, data, path, &said)
	return said, err
}

// doctor is what doctor finds. It would tell what is wrong in a broken configuration.
func (c *supportCmd) doctor(ctx context.Context, conf *Config) ([]byte, error) {
	if conf == nil {
		return nil, errors.New("the configuration cannot be read: see config.json")
	}
	var found bytes.Buffer
	err := (&doctorCmd{Config: c.Config, JSON: true}).Run(ctx, streams{strings.NewReader(""), &found, io.Discard})
	if found.Len() > 0 {
		err = nil // it has found faults, and says which
	}
	return found.Bytes(), err
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
	return mistakes.ReplaceAll(out, []byte("$1 (see readyshelf check)")), nil
}

// mistakes are the lines of a broken configuration, which may repeat what is in it.
var mistakes = regexp.MustCompile(`(\S+:\d+:\d+:) [^\n]*`)

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

// secretsOf are the words that the files of secrets hold. Where there is no such file,
// somebody may have written the secret instead of a file's name: then that is one.
func secretsOf(conf *Config) (words [][]byte) {
	if conf == nil {
		return nil
	}
	add := func(word []byte) {
		if len(word) < minSecret {
			return
		}
		words = append(words, word)
		if quoted, err := json.Marshal(string(word)); err == nil { // as JSON has it
			words = append(words, quoted[1:len(quoted)-1])
		}
	}
	for _, b := range conf.MQTT.Brokers {
		add([]byte(b.RawQuery)) // may hold a token
	}
	for _, file := range []string{
		conf.MQTT.PasswordFile, conf.MQTT.KeyFile, conf.MQTT.OAuth2.ClientSecretFile, conf.Board.KeyFile,
		conf.Privacy.OrderKeyFile, conf.Privacy.SampleKeyFile,
	} {
		if file == "" {
			continue
		}
		text, err := readSmall(file)
		if errors.Is(err, fs.ErrNotExist) && file != conf.Privacy.OrderKeyFile {
			add([]byte(filepath.Base(file)))
		}
		for line := range bytes.Lines(text) {
			add(bytes.TrimSpace(line))
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
