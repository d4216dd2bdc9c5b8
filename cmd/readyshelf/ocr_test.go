package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/kitchen"
)

// blind is what reads no picture, and may say why.
type blind struct{ err error }

func (b blind) Check(context.Context) error                 { return b.err }
func (b blind) See(context.Context, []byte) ([]byte, error) { return nil, errors.New("blind") }

// seer reads pictures as a test says, once that installs it.
type seer struct {
	installed atomic.Bool
	see       func(ctx context.Context) ([]byte, error)
	pictures  atomic.Int64
}

func (s *seer) Check(context.Context) error {
	if !s.installed.Load() {
		return errors.New("the program is not installed")
	}
	return nil
}

func (s *seer) See(ctx context.Context, picture []byte) ([]byte, error) {
	s.pictures.Add(1)
	return s.see(ctx)
}

// tableOf is tesseract's table of lines of words, each as sure as conf says.
func tableOf(conf string, lines ...string) []byte {
	var b strings.Builder
	b.WriteString("level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n")
	for i, line := range lines {
		top := 100 + 60*i
		row := func(level string, left, wide int, conf, text string) {
			b.WriteString(strings.Join([]string{level, "1", "1", "1", strconv.Itoa(i + 1), "1", strconv.Itoa(left), strconv.Itoa(top), strconv.Itoa(wide), "40", conf, text}, "\t") + "\n")
		}
		row("4", 48, 24*len(line), "-1", "")
		left := 48
		for _, w := range strings.Split(line, " ") {
			row("5", left, 24*len(w), conf, w)
			left += 24 * (len(w) + 1)
		}
	}
	return []byte(b.String())
}

// picture is a print job with nothing but eight black rows.
func picture(dots byte) []byte {
	return []byte("\x1B@\x1Dv0\x00\x01\x00\x08\x00" + strings.Repeat(string([]byte{dots}), 8) + "\x1DV0")
}

// TestOCR: a ticket that is a picture is an order at once, and has its dishes when it
// is read. While nothing reads it the shop goes on, and a fault says so.
func TestOCR(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		s := &seer{}
		b.conf.OCR = OCRConfig{Program: "tesseract", Languages: []string{"eng"}, Limit: 20 * time.Second}
		b.change = func(w *world) { w.eyes = s }
		orders := func() []kitchen.BoardOrder { synctest.Wait(); return b.house.view.get().Orders }
		fault := func() string {
			for _, f := range b.house.view.get().Faults {
				if f.Device == ocrSource {
					return f.Text
				}
			}
			return ""
		}
		s.see = func(ctx context.Context) ([]byte, error) {
			time.Sleep(3 * time.Second)
			return tableOf("93", "ORDER #42", "2x Cheeseburger", "1x Pad Thai"), nil
		}
		b.up()
		time.Sleep(time.Minute)
		if got := fault(); got != "the program is not installed" {
			t.Errorf("without the program the fault is %q", got)
		}
		b.print(picture(0xFF))
		time.Sleep(time.Second)
		if all := orders(); len(all) != 1 || !all[0].Unread {
			t.Fatalf("a picture that nobody reads gave %+v, want an unread order", all)
		}
		s.installed.Store(true)
		time.Sleep(time.Minute)
		if all := orders(); len(all) != 1 || all[0].Number != "42" || len(all[0].Items) != 2 || all[0].Confidence != 0.93 || all[0].Unread {
			t.Errorf("once the program is there it is %+v, want order 42 with its dishes", all)
		}
		if got := fault(); got != "" {
			t.Errorf("the fault is %q still", got)
		}
		s.see = func(ctx context.Context) ([]byte, error) { return tableOf("40", "ORDER #43", "2x Tea"), nil }
		b.print(picture(0xF0))
		time.Sleep(time.Minute)
		if all := orders(); len(all) != 2 || !all[1].Unread || all[1].Number != "" {
			t.Errorf("a picture that is hardly legible gave %+v, want an unread order", all)
		}
		s.see = func(ctx context.Context) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() }
		b.print(picture(0x0F))
		time.Sleep(time.Second)
		b.cancel() // while it is being read
		b.down()
		b.broker.Close()
	})
}

// TestOCRFails: three pictures in a row that cannot be read are one fault, which the next
// one that is read ends. Those that wait are bounded, and the orders all come.
func TestOCRFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		var well atomic.Bool
		s := &seer{see: func(ctx context.Context) ([]byte, error) {
			time.Sleep(20 * time.Second)
			if well.Load() {
				return tableOf("90", "ORDER #1", "1x Tea"), nil
			}
			return []byte("rubbish"), nil
		}}
		s.installed.Store(true)
		b.conf.OCR = OCRConfig{Program: "tesseract", Languages: []string{"eng"}, Limit: 20 * time.Second}
		b.change = func(w *world) { w.eyes = s }
		b.up()
		time.Sleep(time.Second)
		for i := range 20 {
			b.print(picture(byte(i + 1)))
			time.Sleep(time.Second)
		}
		time.Sleep(20 * time.Minute)
		if n := len(b.house.view.get().Orders); n != 20 || s.pictures.Load() >= 20 {
			t.Errorf("20 pictures gave %d orders and %d were looked at, want all and not all", n, s.pictures.Load())
		}
		faults := func() int { return strings.Count(strings.Join(b.accepted, "\n"), `"device.fault","sequence"`) }
		if n := faults(); n != 2 { // this one, and that tickets come as pictures
			t.Errorf("%d faults were raised, want 2", n)
		}
		well.Store(true)
		b.print(picture(0x80))
		time.Sleep(5 * time.Minute)
		if f := b.house.view.get().Faults; len(f) != 0 {
			t.Errorf("once a picture is read the faults are %+v, want none", f)
		}
		b.cancel()
		b.down()
		b.broker.Close()
	})
}

// TestOCRConfig: what is wrong is said where it stands, and what is missing is no
// reason not to start.
func TestOCRConfig(t *testing.T) {
	for text, want := range map[string]string{
		`program = "tesserakt"`:                    "ocr.program: there is no \"tesserakt\"",
		"program = \"tesseract\"\nlanguages = []":  "ocr.languages: there is no language",
		"languages = [\"eng\", \"../../etc\"]":     "ocr.languages: \"../../etc\" is no language pack",
		"program = \"tesseract\"\nlimit = \"10m\"": "ocr.limit: this is no time",
	} {
		_, problems := ParseConfig("x", []byte("store = \"s\"\n[ocr]\n"+text+"\n"))
		if len(problems) != 1 || !strings.Contains(problems[0].String(), want) {
			t.Errorf("%s: got %v, want %s", text, problems, want)
		}
	}
	file := filepath.Join(t.TempDir(), "readyshelf.toml")
	if err := os.WriteFile(file, []byte("store = \"s\"\n[ocr]\nprogram = \"tesseract\"\nlanguages = [\"zzz\"]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config(file) // as run does
	if err != nil {
		t.Fatal(err)
	}
	var found Problems
	if err := c.CheckOCR(t.Context(), blind{errors.New("it has no language pack")}); !errors.As(err, &found) || found[0].Line != 3 {
		t.Errorf("check says %v, want the line of the program", err)
	}
	if err := c.CheckOCR(t.Context(), blind{}); err != nil {
		t.Errorf("check says %v of a program that is there", err)
	}
}
