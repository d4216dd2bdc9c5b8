package test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestNobodyReads has verbs write to who is gone, as after head(1): they end, and leave no
// copy of the log behind.
func TestNobodyReads(t *testing.T) {
	s := newShopBox(t, newCloud(t).addr)
	start(t, binary, "run", "--config", s.conf)
	db := filepath.Join(s.dir, "data", "readyshelf.db")
	eventually(t, 10*time.Second, "the daemon", func() bool { return exec.Command(binary, "log", "dump", db).Run() == nil })
	for _, args := range [][]string{
		{"log", "dump", db}, {"backup", "--config", s.conf, "-"}, {"support-bundle", "--config", s.conf, "-"},
		{"listen", "--config", s.conf, "printer/kitchen"},
	} {
		temp := t.TempDir()
		in, out, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		in.Close()
		cmd := exec.Command(binary, args...)
		cmd.Stdout = out
		cmd.Env = append(os.Environ(), "TMPDIR="+temp)
		err = cmd.Start()
		out.Close()
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case <-ended:
		case <-time.After(30 * time.Second):
			t.Errorf("%s goes on", args[0])
			cmd.Process.Kill()
			<-ended
		}
		if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
			t.Errorf("%s left %v, %v", args[0], left, err)
		}
	}
}
