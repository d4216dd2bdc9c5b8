package test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"readyshelf/buffer"
	"readyshelf/kitchen"
)

// What is wrong with a damaged log is one sentence, in which nothing stands twice,
// whoever says it.
func TestDamageInWords(t *testing.T) {
	dir := t.TempDir()
	opts := smallLog(dir, newKitchen(), 1)
	db := opts.Path
	var id string
	unsent(t, opts, func(ctx context.Context, l *buffer.Log) error {
		id = l.ID()
		press := opts.Now().Fact("button/A1")
		press.Press = &kitchen.Press{Slot: "A1", Gesture: kitchen.Down}
		return l.Append(ctx, press)
	})
	spoil(t, db, func(_ *testing.T, file []byte) { clear(file[:2*pageSize]) })
	what := "probe log " + db + ": file is damaged: page 0: it is no meta page"

	for verb, want := range map[string]string{
		"probe": what + "\n",
		"check": "damage: page 0: it is no meta page\ndamage: page 1: it is no meta page\n" +
			"readyshelf: " + db + ": file is damaged. Keep a copy of it; the daemon saves what is whole when it starts, and so does readyshelf log salvage\n",
	} {
		out, err := exec.Command(binary, "log", verb, db).CombinedOutput()
		if string(out) != want || err == nil || err.Error() != "exit status 3" {
			t.Errorf("log %s: %v, it says\n%s\nwant\n%s", verb, err, out, want)
		}
	}

	conf := filepath.Join(dir, "readyshelf.toml")
	text := fmt.Sprintf("store = \"s\"\ndata = %q\n[[printer]]\nname = \"p\"\nlisten = \"127.0.0.1:0\"\n[board]\nlisten = \"\"\n[metrics]\nlisten = \"\"\n", dir)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, binary, "run", "--config", conf)
	eventually(t, 20*time.Second, "the daemon to run", func() bool { return strings.Contains(p.out.String(), "msg=running") })
	p.end(syscall.SIGTERM)
	want := fmt.Sprintf("msg=\"the log had to begin anew\" why=\"%s; log %s is kept as %s.bad-1, a new log was started with ", what, id, db)
	if got := p.out.String(); !strings.Contains(got, want) {
		t.Errorf("the daemon said\n%s\nwant %s…", got, want)
	}
}
