package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"readyshelf/buffer"
	"readyshelf/systemd"
)

// resetCmd is `readyshelf factory-reset`.
type resetCmd struct {
	Config string `default:"${config}" placeholder:"FILE" help:"The configuration file (${default})."`
	Yes    bool   `help:"Do it. Without this it only says what would go."`
}

// Run makes the box what it was after the installation. It can be repeated whenever it
// was cut short: the configuration, which names the rest, goes last.
func (c *resetCmd) Run(s streams) error {
	conf, err := LoadConfig(c.Config)
	if err != nil {
		return &configError{fmt.Errorf("%w\nwhat belongs to this box stands in its configuration: mend it first", err)}
	}
	db := filepath.Join(conf.Data, logName)
	if err := buffer.Held(db); err != nil {
		return fmt.Errorf("a daemon runs on %s: stop it first, with systemctl stop readyshelf.socket readyshelf: %w", conf.Data, err)
	}
	files, err := conf.belongings()
	if err != nil {
		return err
	}
	if !c.Yes {
		for _, f := range files {
			fmt.Fprintln(s.out, f)
		}
		return fmt.Errorf("these would go for good, and %s would be as it was shipped; readyshelf backup FILE keeps them: then say --yes", c.Config)
	}
	for _, f := range files {
		if err := os.RemoveAll(f); err != nil {
			return fmt.Errorf("reset: %w", err)
		}
		fmt.Fprintln(s.out, "removed", f)
	}
	if err := c.ship(); err != nil {
		return fmt.Errorf("reset: %w", err)
	}
	fmt.Fprintf(s.out, "%s is as it was shipped\n", c.Config)
	return nil
}

// ship puts the configuration back that the program came with. Rights of the file stay.
func (c *resetCmd) ship() error { return replaceFile(c.Config, string(systemd.Configuration)) }

// belongings are the files that make this box what it is, without the configuration: all
// that the daemon keeps in the data folder, what the configuration names beside itself or
// there, and what a restore or a write that was cut short has left of these. What lies
// elsewhere is of others too.
func (c *Config) belongings() (files []string, err error) {
	etc, data, conf := filepath.Dir(c.file), filepath.Clean(c.Data), filepath.Base(c.file)
	names := map[string][]string{data: {logName, logName + ".*", "." + logName + ".*", layoutsName, samplesName, restoreFolder}}
	names[etc] = append(append(names[etc], leavings(conf)...), literal(conf)+".bak", layoutsName, passwordName, authorityName) // of setup
	for _, name := range []string{identityName, "device", unfinishedName, screensKeyName, screensListName, versionsName} {
		names[data] = append(append(names[data], leavings(name)...), name)
	}
	for _, n := range c.fileNames() {
		if file := *n.path; n.key != "data" && file != "" && c.owns(n.key, file) {
			dir, name := filepath.Split(filepath.Clean(file))
			dir = filepath.Clean(dir)
			names[dir] = append(append(names[dir], leavings(name)...), literal(name))
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(names)) {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("look for what belongs to this box: %w", err)
		}
		for _, e := range entries {
			if slices.ContainsFunc(names[dir], func(pattern string) bool { return matches(pattern, e) }) {
				files = append(files, filepath.Join(dir, e.Name()))
			}
		}
	}
	return files, nil
}

// owns says whether a file that a key names is of this box alone: one beside the
// configuration or in the data folder. An authority below these may be the system's, in
// /etc/ssl, and is no secret.
func (c *Config) owns(key, file string) bool {
	etc := filepath.Dir(c.file)
	if key == "mqtt.ca_file" {
		return filepath.Dir(file) == etc || filepath.Dir(file) == filepath.Clean(c.Data)
	}
	return within(etc, file) || within(c.Data, file)
}

// leavings are patterns of what a restore leaves of a file, and a write that was cut short.
func leavings(name string) []string {
	name = literal(name)
	return []string{name + ".old-*", name + ".new", "." + name + ".*"}
}

// literal is the pattern of one name.
func literal(name string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(name)
}

// matches says whether a file of a folder is meant by a pattern of [path.Match]. Folders
// are only those of our own.
func matches(pattern string, e fs.DirEntry) bool {
	ok, err := path.Match(pattern, e.Name())
	return ok && err == nil && (!e.IsDir() || pattern == layoutsName || pattern == samplesName || pattern == restoreFolder)
}
