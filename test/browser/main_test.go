package browser

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

var (
	binary  string          // the program under test, built as it ships
	browser context.Context // a running browser; nil without one
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "readyshelf-browser-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		if path := chromium(); path != "" {
			var stop func()
			if browser, stop, err = launch(path); err != nil {
				fmt.Fprintln(os.Stderr, "start the browser:", err)
				return 1
			}
			defer stop()
			binary = filepath.Join(dir, "readyshelf")
			build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "./cmd/readyshelf")
			build.Dir = "../.." // that is another module
			build.Env = append(os.Environ(), "CGO_ENABLED=0")
			if out, err := build.CombinedOutput(); err != nil {
				fmt.Fprintf(os.Stderr, "build the program: %v\n%s", err, out)
				return 1
			}
		}
		return m.Run()
	}())
}

// chromium is the path of a browser, empty where there is none.
func chromium() string {
	if path := os.Getenv("CHROMIUM"); path != "" {
		return path
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// launch starts the browser; stop ends it and waits until it is gone.
func launch(path string) (ctx context.Context, stop func(), err error) {
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.Flag("enable-precise-memory-info", true), chromedp.Flag("js-flags", "--expose-gc"))
	if os.Geteuid() == 0 {
		opts = append(opts, chromedp.NoSandbox) // it refuses to start as root otherwise
	}
	alloc, end := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, closeTab := chromedp.NewContext(alloc)
	stop = func() { closeTab(); end() }
	if err := chromedp.Do(ctx); err != nil {
		stop()
		return nil, nil, err
	}
	return ctx, stop, nil
}

// needBrowser skips a test where there is no browser.
func needBrowser(t testing.TB) {
	t.Helper()
	if browser == nil {
		t.Skip("no Chromium on this machine: sudo apt-get install chromium")
	}
}

// patience is how long a test waits for what must come: more than a loaded machine takes.
const patience = 20 * time.Second

// within looks until ok says so, and says whether it did in time.
func within(d time.Duration, ok func() bool) bool {
	limit := time.After(d)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-limit:
			return ok()
		case <-look.C:
		}
	}
	return true
}
