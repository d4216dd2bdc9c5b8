package test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// pictureOf is a ticket as a driver prints it, in bands of 24 rows: the dots of Go Mono
// and Noto Sans CJK.
func pictureOf(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "picture-"+name+".bin.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	job, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return job
}

// tableau is what the test needs of the kitchen's page.
type tableau struct {
	Board struct {
		Orders []struct {
			Number     string  `json:"order"`
			Items      []item  `json:"items"`
			Unread     bool    `json:"unread"`
			Confidence float64 `json:"confidence"`
		} `json:"orders"`
		Faults []struct {
			Device string `json:"device"`
		} `json:"faults"`
	} `json:"board"`
}

func look(page string) (b tableau) {
	r, err := http.Get("http://" + page + "/board.json")
	if err != nil {
		return b
	}
	defer r.Body.Close()
	_ = json.NewDecoder(r.Body).Decode(&b) // what is not there yet is looked for again
	return b
}

// TestOCR prints tickets as pictures to the real program, which has the real tesseract
// read them. Nobody who is on one is in the log.
func TestOCR(t *testing.T) {
	packs, err := exec.Command("tesseract", "--list-langs").Output()
	if err != nil {
		t.Skip("no tesseract; sudo apt install tesseract-ocr tesseract-ocr-chi-sim")
	}
	for name, want := range map[string]struct {
		pack   string
		number string
		items  []string
	}{
		"latin":   {"eng", "42", []string{"2 Cheeseburger", "1 Pad Thai"}},
		"chinese": {"chi_sim", "", []string{"可乐"}},
	} {
		t.Run(name, func(t *testing.T) {
			if !slices.Contains(strings.Fields(string(packs)), want.pack) {
				t.Skipf("tesseract has no %s; sudo apt install tesseract-ocr-%s", want.pack, strings.ReplaceAll(want.pack, "_", "-"))
			}
			dir, printer, page := t.TempDir(), freePort(t), freePort(t)
			conf := filepath.Join(dir, "readyshelf.toml")
			text := fmt.Sprintf("store = \"test\"\ndevice = \"pi\"\ndata = %q\n[[printer]]\nname = \"k\"\nlisten = %q\n"+
				"[ocr]\nprogram = \"tesseract\"\nlanguages = [%q]\n[mqtt]\nbrokers = []\n[board]\nlisten = %q\n[metrics]\nlisten = \"\"\n",
				filepath.Join(dir, "data"), printer, want.pack, page)
			if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(binary, "check", "--config", conf).CombinedOutput(); err != nil {
				t.Fatalf("check: %v\n%s", err, out)
			}
			p := start(t, binary, "run", "--config", conf)
			job := pictureOf(t, name)
			eventually(t, 10*time.Second, "the printer to take a job", func() bool { return print(t.Context(), printer, job) == nil })
			eventually(t, time.Minute, "the picture to be read", func() bool {
				all := look(page).Board.Orders
				return len(all) == 1 && !all[0].Unread && len(all[0].Items) > 0
			})
			b := look(page).Board
			o, items := b.Orders[0], fmt.Sprint(b.Orders[0].Items)
			if want.number != "" && o.Number != want.number || o.Confidence < 0.65 || len(b.Faults) > 0 {
				t.Errorf("the board has %+v, want order %s and no fault", b, want.number)
			}
			for _, it := range want.items {
				if !strings.Contains(items, it) {
					t.Errorf("its dishes are %s, want %s among them", items, it)
				}
			}
			t.Logf("read %s with confidence %v", items, o.Confidence)
			p.end(syscall.SIGTERM)
			for _, who := range []string{"王先生", "13800005678"} {
				if log, err := os.ReadFile(filepath.Join(dir, "data", "readyshelf.db")); err != nil || strings.Contains(string(log)+p.out.String(), who) {
					t.Errorf("%s is in the log or the output: %v", who, err)
				}
			}
		})
	}
}
