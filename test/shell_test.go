package test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// shellWith runs a script in a shell that has the program in its PATH and its completion
// loaded.
func shellWith(t *testing.T, name, script string) string {
	t.Helper()
	shell := installed(t, name)
	completion, err := exec.Command(binary, "completion", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "_readyshelf")
	if err := os.WriteFile(file, completion, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a shell waits for its terminal
	defer cancel()
	cmd := exec.CommandContext(ctx, shell, "-c", script, "shell", file)
	cmd.Dir = filepath.Join(root, "docs", "operations")
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"), "HOME="+t.TempDir(), "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}

func TestBashCompletes(t *testing.T) {
	got := shellWith(t, "bash", `source "$1"
		COMP_WORDS=(readyshelf log c) COMP_CWORD=2; _readyshelf; echo "${COMPREPLY[@]}"
		COMP_WORDS=(readyshelf run --config = ale) COMP_CWORD=4; _readyshelf; echo "${COMPREPLY[@]}"`)
	if want := "check compact alerts.yml alerts_test.yml"; got != want {
		t.Errorf("bash offers %q, want %q", got, want)
	}
}

func TestFishCompletes(t *testing.T) {
	got := shellWith(t, "fish", `source $argv[2]
		complete -C 'readyshelf completion '
		complete -C 'readyshelf run --config ale'`)
	if want := "bash fish zsh alerts.yml alerts_test.yml"; got != want {
		t.Errorf("fish offers %q, want %q", got, want)
	}
}

// zsh completes at a terminal only, so it gets one.
func TestZshCompletes(t *testing.T) {
	got := shellWith(t, "zsh", `zmodload zsh/zpty && zpty z zsh -f -i && zpty -w z "
			PS1= RPS1= TERM=dumb; autoload -U compinit; compinit -u -D; source $1
			zstyle ':completion:*' format ''; bindkey '^I' complete-word; unsetopt beep
			echo re''ady" && zpty -r z line '*ready*' && zpty -w -n z $'readyshelf log compa\t; echo e\'\'nd\n' && zpty -r z line '*end*'; print -r -- $line`)
	if !strings.Contains(got, "readyshelf log compact") {
		t.Errorf("zsh made of it %q, want readyshelf log compact", got)
	}
}
