package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// As packaged, the daemon may not write its configuration: it is root's, and who takes the
// daemon over must not choose which files root's tools read. So the daemon puts what an
// owner wants into its runtime folder, where readyshelf-settings.path sees it, and starts
// `readyshelf settings take` as root. That takes over what a screen may set and nothing
// else: the text must be, byte by byte, the present one with such settings changed.
const (
	proposedName = "settings.toml"
	refusedName  = "settings.refused" // why, for the page
	// proposalPatience is how long it may take: systemd starts a program.
	proposalPatience = 8 * time.Second
	proposalLook     = 50 * time.Millisecond
)

// proposal is the folder where the daemon proposes a configuration.
type proposal struct{ dir string }

// errNobodyTakes says that what was proposed lies there.
var errNobodyTakes = errors.New("the daemon may not write its configuration, and nobody took what it proposed: " +
	"sudo systemctl enable --now readyshelf-settings.path")

// put proposes text and waits until it is the content of file.
func (p proposal) put(ctx context.Context, file string, text []byte) error {
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return fmt.Errorf("propose the configuration: %w", err)
	}
	defer root.Close()
	_ = root.Remove(refusedName) // of an earlier one; there may be none
	if err := writeUnder(root, proposedName, string(text), func(string) error { return nil }); err != nil {
		return fmt.Errorf("propose the configuration: %w", err)
	}
	late := time.NewTimer(proposalPatience)
	defer late.Stop()
	look := time.NewTicker(proposalLook)
	defer look.Stop()
	for taken := false; ; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-late.C: // what lies there is taken away, or it would be taken when nobody waits any more
			if err := root.Remove(proposedName); taken || !errors.Is(err, fs.ErrNotExist) {
				return errNobodyTakes
			}
			taken = true // it is in the hands of who takes it
			late.Reset(proposalPatience)
		case <-look.C:
		}
		if why, err := root.ReadFile(refusedName); err == nil {
			return fmt.Errorf("the configuration was not taken over: %s", strings.TrimSpace(string(why)))
		}
		if now, err := readSmall(file); err == nil && bytes.Equal(now, text) {
			return nil
		}
	}
}

// settingsCmd is `readyshelf settings`.
type settingsCmd struct {
	Take settingsTakeCmd `cmd:"" help:"Take over settings that the daemon proposes, as readyshelf-settings.service does."`
}

// settingsTakeCmd is `readyshelf settings take`.
type settingsTakeCmd struct {
	Config string `default:"${config}" placeholder:"FILE" help:"The configuration file (${default})."`
	From   string `default:"/run/readyshelf" placeholder:"FOLDER" help:"The daemon's runtime folder (${default})."`
}

// Run takes over what is proposed. What is refused is told to the daemon, and is no failure
// of the service.
func (c *settingsTakeCmd) Run(s streams) error {
	root, err := os.OpenRoot(c.From)
	if err != nil {
		return fmt.Errorf("look for a proposal: %w", err)
	}
	defer root.Close()
	text, err := takeProposal(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // taken back
	}
	if err == nil {
		err = c.take(text)
	}
	if err == nil {
		_, err = fmt.Fprintln(s.out, c.Config, "has the settings that a screen made")
		return err
	}
	fmt.Fprintln(s.err, "refused:", err)
	_ = root.RemoveAll(refusedName)
	f, ferr := root.OpenFile(refusedName, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) // never through a link that is there
	if ferr != nil {
		return ferr
	}
	_, werr := fmt.Fprintln(f, err)
	return errors.Join(werr, f.Chmod(0o644), f.Close())
}

// takeProposal reads what is proposed and takes it away, whatever it is.
func takeProposal(root *os.Root) (text []byte, err error) {
	defer func() { err = errors.Join(err, root.RemoveAll(proposedName)) }()
	f, err := root.OpenFile(proposedName, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is %s and no file", proposedName, notFile(info.Mode()))
	}
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(f, maxConfigSize+1))
}

// take makes text the configuration, if it is the present one with other settings.
func (c *settingsTakeCmd) take(text []byte) error {
	file, err := filepath.Abs(c.Config)
	if err != nil {
		return err
	}
	now, err := replaceable(file)
	if err != nil {
		return err
	}
	is := settingsIn(text)
	values := map[string]string{}
	for _, s := range settables {
		values[s.key] = is[s.key]
	}
	want, _, err := withSettings(file, now, values)
	if err != nil {
		return err
	}
	if !bytes.Equal(want, text) {
		return errors.New("more would change than a screen may set, or the file was changed meanwhile")
	}
	if err := replaceFile(file, string(text)); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	return nil
}
