package main

import (
	"fmt"
	"os"
	"path/filepath"

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
// that the daemon keeps in the data folder, and what the configuration names beside
// itself or there. What lies elsewhere is of others too.
func (c *Config) belongings() (files []string, err error) {
	etc := filepath.Dir(c.file)
	found := map[string]bool{}
	add := func(file string) {
		if _, err := os.Lstat(file); err == nil && !found[file] {
			found[file], files = true, append(files, file)
		}
	}
	for _, n := range c.fileNames() {
		if file := *n.path; n.key != "data" && file != "" && (within(etc, file) || within(c.Data, file)) {
			add(file)
		}
	}
	patterns := []string{c.file + ".old-*"}
	for _, name := range []string{logName, logName + ".*", identityName, "device", layoutsName, unfinishedName} {
		patterns = append(patterns, filepath.Join(c.Data, name))
	}
	for _, file := range files {
		patterns = append(patterns, file+".old-*") // of a restore
	}
	for _, p := range patterns {
		names, err := filepath.Glob(p)
		if err != nil {
			return nil, fmt.Errorf("look for what belongs to this box: %w", err)
		}
		for _, name := range names {
			add(name)
		}
	}
	return files, nil
}
