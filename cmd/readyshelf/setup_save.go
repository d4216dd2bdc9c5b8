package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// finish shows what changes, writes it, and starts the daemon anew.
func (s *setup) finish(ctx context.Context, out io.Writer) error {
	text, err := edited(s.Config, s.text, s.have, &s.want)
	if err != nil {
		return err
	}
	if s.DryRun {
		_, err := out.Write(text)
		return err
	}
	s.say("\nThe configuration")
	same, err := s.same(text)
	if err != nil {
		return err
	}
	if same {
		s.say("  nothing changes in %s", s.Config)
		return nil
	}
	s.showChanges(text)
	write, err := s.sure(ctx, "yes", nil, "Write this to "+s.Config+"?", true)
	if err != nil {
		return err
	}
	if !write {
		s.say("Nothing was changed.")
		return nil
	}
	if err := s.write(text); err != nil {
		return err
	}
	if err := (&checkCmd{Config: s.Config}).Run(ctx, streams{out: s.dialogue.out}); err != nil {
		return err
	}
	return s.restart(ctx)
}

// same says whether nothing is new.
func (s *setup) same(text []byte) (bool, error) {
	there, err := os.ReadFile(s.Config)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || string(there) != string(text) || s.authority != nil {
		return false, err
	}
	if s.password == nil {
		return true, nil
	}
	kept, err := s.want.MQTT.password()(context.Background())
	return err == nil && kept == *s.password, nil
}

// showChanges shows the lines that go and those that come.
func (s *setup) showChanges(text []byte) {
	lines := func(text []byte) []string { return strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n") }
	for _, line := range changedLines(lines(s.text), lines(text)) {
		s.say("  %s", line)
	}
	if s.password != nil {
		s.say("  a new password, in %s", s.want.MQTT.PasswordFile)
	}
}

// changedLines are the lines that go, with - before them, and those that come, with +.
// Remarks are left out. It finds the longest sequence of lines that stay.
func changedLines(was, is []string) (changed []string) {
	stay := make([][]int, len(was)+1) // how many lines can stay of was[i:] and is[j:]
	for i := range stay {
		stay[i] = make([]int, len(is)+1)
	}
	for i := len(was) - 1; i >= 0; i-- {
		for j := len(is) - 1; j >= 0; j-- {
			if stay[i][j] = max(stay[i+1][j], stay[i][j+1]); was[i] == is[j] {
				stay[i][j] = stay[i+1][j+1] + 1
			}
		}
	}
	add := func(mark, line string) {
		if line != "" && !strings.HasPrefix(line, "#") {
			changed = append(changed, mark+" "+line)
		}
	}
	for i, j := 0, 0; i < len(was) || j < len(is); {
		switch {
		case i < len(was) && j < len(is) && was[i] == is[j]:
			i, j = i+1, j+1
		case j == len(is) || i < len(was) && stay[i+1][j] >= stay[i][j+1]:
			add("-", was[i])
			i++
		default:
			add("+", is[j])
			j++
		}
	}
	return changed
}

// write puts all into place, the configuration last; what was there before stays beside
// it as .bak.
func (s *setup) write(text []byte) error {
	if s.password != nil {
		if err := replaceFile(s.want.MQTT.PasswordFile, *s.password+"\n"); err != nil {
			return fmt.Errorf("write the password: %w", err)
		}
	}
	if s.authority != nil {
		if err := replaceFile(s.want.MQTT.CAFile, string(s.authority)); err != nil {
			return fmt.Errorf("write the authority: %w", err)
		}
	}
	before, err := os.ReadFile(s.Config)
	if err == nil && string(before) != string(text) {
		err = replaceFile(s.Config+".bak", string(before))
	}
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = replaceFile(s.Config, string(text))
	}
	if err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	return nil
}

// temporary writes a file that goes again soon.
func temporary(text []byte) (path string, remove func(), err error) {
	f, err := os.CreateTemp("", "readyshelf-setup-*")
	if err != nil {
		return "", nil, err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(f.Name())
		return "", nil, err
	}
	return f.Name(), func() { os.Remove(f.Name()) }, nil
}

// restart starts the daemon with the new configuration, unless it will be anyway.
func (s *setup) restart(ctx context.Context) error {
	if s.stopped {
		return nil
	}
	if _, ok := s.unit(ctx, unitName); !ok {
		s.say("Start the daemon anew, so that it reads this.")
		return nil
	}
	again, err := s.sure(ctx, "restart", s.Restart, "Restart the daemon with it?", true)
	if err != nil || !again {
		return err
	}
	if err := s.systemctl(ctx, "restart", unitName); err != nil {
		return err
	}
	s.say("It runs. Look at everything with: readyshelf doctor")
	return nil
}
